package signature

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signature/xmltree"
)

const (
	c14n      = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	c14n11    = "http://www.w3.org/2006/12/xml-c14n11"
	exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	dsig      = "http://www.w3.org/2000/09/xmldsig#"
	rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
)

// canonicalForms are those that the tests sign with.
var canonicalForms = map[string]xmltree.Form{c14n: {}, c14n11: {Version11: true}, exclusive: {Exclusive: true}}

// A part is a reference of a test signature: an ID of the document, "" for all
// of it, or a file.
type part struct {
	uri       string
	enveloped bool
	file      []byte
}

// signXML fills in the mark @SIG@ of a document with a signature over parts.
func signXML(t *testing.T, doc, form, object string, parts ...part) string {
	t.Helper()
	o := shared(t)
	var refs strings.Builder
	certificates := ""
	for _, c := range o.mayor.Chain {
		certificates += "<ds:X509Certificate>" + base64.StdEncoding.EncodeToString(c) + "</ds:X509Certificate>"
	}
	skeleton := func(info, value string) string {
		return strings.Replace(doc, "@SIG@", `<ds:Signature xmlns:ds="`+dsig+`" Id="sig">`+info+`<ds:SignatureValue>`+value+`</ds:SignatureValue><ds:KeyInfo><ds:X509Data>`+certificates+`</ds:X509Data></ds:KeyInfo>`+object+`</ds:Signature>`, 1)
	}
	draft, err := xmltree.Parse([]byte(skeleton("", "")))
	check(t, err)
	for _, p := range parts {
		octets := p.file
		transforms := ""
		if octets == nil {
			octets = canonicalForms[form].Canonical(byID(t, draft, p.uri), func(n *xmltree.Node) bool { return p.enveloped && n.Is(dsig, "Signature") })
			if p.enveloped {
				transforms = `<ds:Transform Algorithm="` + dsig + `enveloped-signature"></ds:Transform>`
			}
			transforms = `<ds:Transforms>` + transforms + `<ds:Transform Algorithm="` + form + `"></ds:Transform></ds:Transforms>`
		}
		kind := ""
		if p.uri == "#props" {
			kind = ` Type="http://uri.etsi.org/01903#SignedProperties"`
		}
		fmt.Fprintf(&refs, `<ds:Reference%s URI="%s">%s<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>%s</ds:DigestValue></ds:Reference>`,
			kind, p.uri, transforms, base64.StdEncoding.EncodeToString(algorithm.Digest(crypto.SHA256, octets)))
	}
	info := `<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="` + form + `"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="` + rsaSHA256 + `"></ds:SignatureMethod>` + refs.String() + `</ds:SignedInfo>`
	with, err := xmltree.Parse([]byte(skeleton(info, "")))
	check(t, err)
	var signed []byte
	with.Walk(func(n *xmltree.Node) bool {
		if n.Is(dsig, "SignedInfo") {
			signed = canonicalForms[form].Canonical(n, nil)
		}
		return true
	})
	value, err := o.mayor.Key.Sign(rand.Reader, algorithm.Digest(crypto.SHA256, signed), crypto.SHA256)
	check(t, err)
	return skeleton(info, base64.StdEncoding.EncodeToString(value))
}

func byID(t *testing.T, doc *xmltree.Node, uri string) *xmltree.Node {
	t.Helper()
	if uri == "" {
		return doc
	}
	var found *xmltree.Node
	doc.Walk(func(n *xmltree.Node) bool {
		if n.Attribute("Id") == uri[1:] || n.Attribute("ID") == uri[1:] || n.Attribute("id") == uri[1:] {
			found = n
		}
		return true
	})
	if found == nil {
		t.Fatalf("no element %s", uri)
	}
	return found
}

// verifyXMLText verifies a document by an office that is trusted.
func verifyXMLText(t *testing.T, text string, with ...Attachment) report.File {
	t.Helper()
	o := shared(t)
	return Verify(Input{Name: "test.xml", Data: []byte(text), Attachments: with}, o.trust(t, o.lists(t, verified)...))
}

// letter is an e-Gov document (鑑): body and signature side by side.
const letter = `<?xml version="1.0" encoding="UTF-8"?>
<DOC xmlns="urn:example:letter" VERSION="2.0"><BODY Id="body"><DOCNO>みどりが丘市第1号</DOCNO><TO>申請者 様</TO>
<TEXT>許可します &amp; 通知します。</TEXT></BODY>@SIG@</DOC>`

func TestXMLSignaturesPass(t *testing.T) {
	attachment := Attachment{"別紙.pdf", []byte("%PDF-1.7 attachment")}
	for _, form := range []string{c14n, c14n11, exclusive} {
		signed := signXML(t, letter, form, "", part{uri: "#body"}, part{uri: "%E5%88%A5%E7%B4%99.pdf", file: attachment.Data})
		r := verifyXMLText(t, signed, attachment)
		if r.Verdict != report.Passed || !r.Signatures[0].Intact || r.Signatures[0].Covers != report.CoversWholeFile {
			t.Errorf("%s letter: got %s %s %+v", form, r.Verdict, r.Sub, r.Signatures)
		}
		r = verifyXMLText(t, signed, Attachment{"別紙.pdf", []byte("other")})
		if r.Verdict != report.Failed || r.Sub != report.HashFailure {
			t.Errorf("%s other attachment: got %s %s, want HASH_FAILURE", form, r.Verdict, r.Sub)
		}
		r = verifyXMLText(t, signed)
		if r.Verdict != report.Indeterminate || r.Sub != report.DataNotFound || r.Signatures[0].Intact {
			t.Errorf("%s no attachment: got %s %s, want SIGNED_DATA_NOT_FOUND", form, r.Verdict, r.Sub)
		}
		whole := signXML(t, strings.Replace(letter, "<DOCNO>", "<DOCNO><!-- c -->", 1), form, "", part{uri: "", enveloped: true})
		if r := verifyXMLText(t, whole); r.Verdict != report.Passed || r.Signatures[0].ChangedAfter != report.ChangeNone {
			t.Errorf("%s enveloped: got %s %s %+v", form, r.Verdict, r.Sub, r.Signatures)
		}
		file := filepath.Join(t.TempDir(), "signed.xml")
		check(t, os.WriteFile(file, []byte(whole), 0o600))
		if out := tool(t, "xmlsec1 libxmlsec1-openssl", "xmlsec1", "--verify", "--insecure", file); !strings.Contains(out, "OK") {
			t.Errorf("%s: xmlsec1: %s", form, out)
		}
	}
}

// properties are XAdES signed properties for the mayor's certificate.
func properties(t *testing.T) string {
	t.Helper()
	digest := base64.StdEncoding.EncodeToString(algorithm.Digest(crypto.SHA256, shared(t).mayor.Certificate.Raw))
	return `<ds:Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#" Target="#sig"><x:SignedProperties Id="props"><x:SignedSignatureProperties><x:SigningTime>2026-05-01T12:00:00+09:00</x:SigningTime><x:SigningCertificateV2><x:Cert><x:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>` + digest + `</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties></x:SignedProperties></x:QualifyingProperties></ds:Object>`
}

func TestXAdESPropertiesMustBeSigned(t *testing.T) {
	signed := signXML(t, letter, exclusive, properties(t), part{uri: "#body"}, part{uri: "#props"})
	r := verifyXMLText(t, signed)
	if r.Verdict != report.Passed || r.Signatures[0].Format != "XAdES" || !r.Signatures[0].SignedAt.Equal(signedAt) {
		t.Fatalf("got %s %s %+v", r.Verdict, r.Sub, r.Signatures)
	}
	refuseXML(t, "properties not signed", signXML(t, letter, exclusive, properties(t), part{uri: "#body"}))
	fake := strings.Replace(properties(t), `Id="props"`, `Id="fake"`, 1)
	refuseXML(t, "second, fake properties", strings.Replace(signed, "</ds:Signature>", fake+"</ds:Signature>", 1))
	refuseXML(t, "other target", signXML(t, letter, exclusive, strings.Replace(properties(t), "#sig", "#other", 1), part{uri: "#body"}, part{uri: "#props"}))
	other := strings.Replace(properties(t), "<ds:DigestValue>", "<ds:DigestValue>AAAA", 1)
	refuseXML(t, "other certificate named", signXML(t, letter, exclusive, other, part{uri: "#body"}, part{uri: "#props"}))
}

func refuseXML(t *testing.T, name, text string) {
	t.Helper()
	r := verifyXMLText(t, text)
	if r.Verdict != report.Failed {
		t.Errorf("%s: got %s %s, want TOTAL_FAILED: %+v", name, r.Verdict, r.Sub, r.Signatures)
	}
	for _, s := range r.Signatures {
		if s.Intact && s.ChangedAfter == report.ChangeNone {
			t.Errorf("%s: a signature is called intact and unchanged", name)
		}
	}
}

// response is shaped like SAML, for which the wrapping attacks were named.
const response = `<R xmlns="urn:r" ID="resp"><A ID="assertion">@SIG@<Name>mayor</Name></A></R>`

func TestSignatureWrappingInXMLIsRefused(t *testing.T) { // XSW 1-10
	inA := signXML(t, response, exclusive, "", part{uri: "#assertion", enveloped: true})
	if r := verifyXMLText(t, inA); !r.Signatures[0].Intact || r.Verdict != report.Passed {
		t.Fatalf("response itself: got %+v", r)
	}
	start, end := strings.Index(inA, "<ds:Signature"), strings.Index(inA, "</ds:Signature>")+len("</ds:Signature>")
	sig := inA[start:end]
	bare := `<A ID="assertion"><Name>mayor</Name></A>`
	signedA := `<A ID="assertion">` + sig + `<Name>mayor</Name></A>`
	evil := `<A ID="evil"><Name>attacker</Name></A>`
	inObject := func(x string) string {
		return strings.Replace(sig, "</ds:Signature>", "<ds:Object>"+x+"</ds:Object></ds:Signature>", 1)
	}
	root := `<R xmlns="urn:r" ID="resp">`
	whole := signXML(t, `<R xmlns="urn:r" ID="resp">@SIG@<A><Name>mayor</Name></A></R>`, exclusive, "", part{uri: "#resp", enveloped: true})
	wholeSig := whole[strings.Index(whole, "<ds:Signature"):strings.Index(whole, "</ds:Signature>")] + "</ds:Signature>"
	original := `<R xmlns="urn:r" ID="resp"><A><Name>mayor</Name></A></R>`
	evilRoot := `<R xmlns="urn:r" ID="evil">`
	for name, text := range map[string]string{
		"XSW1":  evilRoot + strings.Replace(wholeSig, "</ds:Signature>", "<ds:Object>"+original+"</ds:Object></ds:Signature>", 1) + `<A><Name>attacker</Name></A></R>`,
		"XSW2":  evilRoot + original + wholeSig + `<A><Name>attacker</Name></A></R>`,
		"XSW3":  root + evil + signedA + `</R>`,
		"XSW4":  root + `<A ID="evil"><Name>attacker</Name>` + signedA + `</A></R>`,
		"XSW5":  root + `<A ID="evil">` + sig + `<Name>attacker</Name></A>` + bare + `</R>`,
		"XSW6":  root + `<A ID="evil">` + inObject(bare) + `<Name>attacker</Name></A></R>`,
		"XSW7":  root + `<Extensions>` + evil + `</Extensions>` + signedA + `</R>`,
		"XSW8":  root + `<A ID="evil">` + inObject(`<A ID="assertion"><Name>mayor</Name></A>`) + `<Name>attacker</Name></A></R>`,
		"XSW9":  root + strings.Replace(evil, `"evil"`, `"assertion"`, 1) + signedA + `</R>`,
		"XSW10": root + signedA + strings.Replace(evil, `ID="evil"`, `Id="assertion"`, 1) + `</R>`,
	} {
		refuseXML(t, name, text)
	}
	body := signXML(t, letter, exclusive, "", part{uri: "#body"})
	refuseXML(t, "second body", strings.Replace(body, "</DOC>", `<BODY Id="b2"><TEXT>x</TEXT></BODY></DOC>`, 1))
	refuseXML(t, "text changed", strings.Replace(body, "許可します", "不許可とします", 1))
	r := verifyXMLText(t, strings.Replace(body, "</DOC>", "<NOTE>unsigned</NOTE></DOC>", 1))
	if s := r.Signatures[0]; s.ChangedAfter != report.ChangeAllowed || s.Covers != report.CoversPart {
		t.Errorf("unsigned part: got %s, covers %s", s.ChangedAfter, s.Covers)
	}
}

func TestAbuseOfXMLIsRefused(t *testing.T) {
	signed := signXML(t, letter, exclusive, "", part{uri: "#body"})
	bomb := strings.Replace(signed, "<DOC ", `<!DOCTYPE DOC [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><DOC `, 1)
	if r := verifyXMLText(t, bomb); r.Verdict == report.Passed || r.Signatures[0].Intact {
		t.Errorf("entity bomb: got %s %+v", r.Verdict, r.Signatures)
	}
	key := shared(t).mayor.Certificate.RawSubjectPublicKeyInfo
	forged := strings.Replace(signed, rsaSHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", 1)
	doc, err := xmltree.Parse([]byte(forged))
	check(t, err)
	mac := hmac.New(sha256.New, key)
	doc.Walk(func(n *xmltree.Node) bool {
		if n.Is(dsig, "SignedInfo") {
			mac.Write(canonicalForms[exclusive].Canonical(n, nil))
		}
		return true
	})
	open, shut := strings.Index(forged, "<ds:SignatureValue>")+len("<ds:SignatureValue>"), strings.Index(forged, "</ds:SignatureValue>")
	refuseXML(t, "hmac with the public key", forged[:open]+base64.StdEncoding.EncodeToString(mac.Sum(nil))+forged[shut:])
	for name, transform := range map[string]string{
		"xpath":  `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>`,
		"xslt":   `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>`,
		"filter": `<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><XPath xmlns="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</XPath></ds:Transform>`,
	} {
		abused := strings.Replace(signed, "<ds:Transforms>", "<ds:Transforms>"+transform, 1)
		if r := verifyXMLText(t, abused); r.Verdict == report.Passed || r.Signatures[0].Intact {
			t.Errorf("%s: got %s, intact", name, r.Verdict)
		}
	}
	outside := signXML(t, letter, exclusive, "", part{uri: "#body"}, part{uri: "https://example.invalid/x", file: []byte("x")})
	if r := verifyXMLText(t, outside); r.Sub != report.DataNotFound || r.Signatures[0].Intact {
		t.Errorf("external address: got %s %s", r.Verdict, r.Sub)
	}
	if r := verifyXMLText(t, signed[:len(signed)-20]); r.Verdict != report.Failed || r.Sub != report.FormatFailure {
		t.Errorf("cut short: got %s %s, want FORMAT_FAILURE", r.Verdict, r.Sub)
	}
	if r := verifyXMLText(t, "<a/>"); r.Verdict != report.NoSignature {
		t.Errorf("without signature: got %s", r.Verdict)
	}
}

func TestLetterInZipPassesWithItsAttachments(t *testing.T) {
	data := []byte("attachment")
	signed := signXML(t, letter, c14n, "", part{uri: "#body"}, part{uri: "a.txt", file: data})
	pack := func(files ...Attachment) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, f := range files {
			out, err := w.Create(f.Name)
			check(t, err)
			_, err = out.Write(f.Data)
			check(t, err)
		}
		check(t, w.Close())
		return b.Bytes()
	}
	o := shared(t)
	trust := o.trust(t, o.lists(t, verified)...)
	r := Verify(Input{Name: "x.zip", Data: pack(Attachment{"k/letter.xml", []byte(signed)}, Attachment{"k/a.txt", data})}, trust)
	if r.Verdict != report.Passed || len(r.Signatures) != 1 {
		t.Errorf("got %s %s %+v", r.Verdict, r.Sub, r.Signatures)
	}
	r = Verify(Input{Name: "x.zip", Data: pack(Attachment{"k/letter.xml", []byte(signed)}, Attachment{"k/a.txt", []byte("?")})}, trust)
	if r.Verdict != report.Failed {
		t.Errorf("changed attachment: got %s", r.Verdict)
	}
	r = Verify(Input{Name: "x.zip", Data: pack(Attachment{"a.xml", []byte(signed)}, Attachment{"a.xml", []byte(letter)})}, trust)
	if r.Verdict != report.Failed {
		t.Errorf("two files of one name: got %s", r.Verdict)
	}
}
