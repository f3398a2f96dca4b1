package xmltree

import (
	"errors"
	"strings"
	"testing"
)

// The cases are those of the C14N recommendation (2.3, 2.4, 2.7 of "Canonical
// XML 1.0") and of exclusive C14N, as far as they need no DTD.
func TestCanonicalForms(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		form           Form
	}{
		{"tags", "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n      xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      xmlns=\"http://example.org\"/>\n</doc>",
			"<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n</doc>", Form{}},
		{"characters", "<doc>\r\n<text>First line&#x0d;&#10;Second line</text><value>&#x32;</value><compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute><norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/></doc>",
			"<doc>\n<text>First line&#xD;\nSecond line</text><value>2</value><compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute><norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm></doc>", Form{}},
		{"beside the root", "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n<!-- 0 --><doc>Hello<!-- 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- 2 -->",
			"<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello</doc>\n<?pi-without-data?>", Form{}},
		{"with comments", "<doc>Hello<!-- 1 --></doc>\n<!-- 2 -->", "<doc>Hello<!-- 1 --></doc>\n<!-- 2 -->", Form{Comments: true}},
		{"superfluous namespaces", `<a xmlns="u" xmlns:p="v"><b xmlns="u" xmlns:p="v"><c xmlns=""/></b></a>`, `<a xmlns="u" xmlns:p="v"><b><c xmlns=""></c></b></a>`, Form{}},
		{"exclusive", `<a xmlns="u" xmlns:p="v"><b p:x="1"/></a>`, `<a xmlns="u"><b xmlns:p="v" p:x="1"></b></a>`, Form{Exclusive: true}},
		{"exclusive with a prefix list", `<a xmlns="u" xmlns:p="v"><b p:x="1"/></a>`, `<a xmlns="u" xmlns:p="v"><b p:x="1"></b></a>`, Form{Exclusive: true, Prefixes: []string{"p"}}},
	} {
		doc, err := Parse([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := string(c.form.Canonical(doc, nil)); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestSubtreesInheritWhatTheirFormSays(t *testing.T) {
	doc, err := Parse([]byte(`<a xmlns="u" xmlns:p="v" xml:lang="ja" xml:id="i"><b>x</b></a>`))
	if err != nil {
		t.Fatal(err)
	}
	b := doc.Root().Elements()[0]
	for form, want := range map[string]string{
		"1.0":       `<b xmlns="u" xmlns:p="v" xml:id="i" xml:lang="ja">x</b>`,
		"1.1":       `<b xmlns="u" xmlns:p="v" xml:lang="ja">x</b>`,
		"exclusive": `<b xmlns="u">x</b>`,
	} {
		f := Form{Version11: form == "1.1", Exclusive: form == "exclusive"}
		if got := string(f.Canonical(b, nil)); got != want {
			t.Errorf("%s: got %s, want %s", form, got, want)
		}
	}
}

func TestMalformedXMLIsRefused(t *testing.T) {
	for in, want := range map[string]error{
		"":                 ErrSyntax,
		"<a>":              ErrSyntax,
		"<a></b>":          ErrSyntax,
		"<a/><b/>":         ErrSyntax,
		"<a b='1' b='2'/>": ErrSyntax,
		"<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>": ErrSyntax,
		"<p:a/>":                    ErrSyntax,
		"<a>&nbsp;</a>":             ErrSyntax,
		"<a>&#0;</a>":               ErrSyntax,
		"<a>\x01</a>":               ErrSyntax,
		"<a b='<'/>":                ErrSyntax,
		"<a><!-- -- --></a>":        ErrSyntax,
		"<a>]]></a>":                ErrSyntax,
		"<!DOCTYPE a><a/>":          ErrDoctype,
		strings.Repeat("<a>", 1000): ErrLimit,
		"<a>\xff</a>":               ErrSyntax,
		"<a xmlns:p=''/>":           ErrSyntax,
	} {
		if _, err := Parse([]byte(in)); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v, want %v", in, err, want)
		}
	}
}

func TestJapaneseEncodings(t *testing.T) {
	for name, in := range map[string]string{
		"utf-8 mark": "\xef\xbb\xbf<a>市</a>",
		"utf-16":     "\xff\xfe<\x00a\x00>\x00\x02\x5e<\x00/\x00a\x00>\x00",
		"shift_jis":  "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x8es</a>",
		"euc-jp":     "<?xml version='1.0' encoding='EUC-JP'?><a>\xbb\xd4</a>",
	} {
		doc, err := Parse([]byte(in))
		if err != nil || doc.Root().Text() != "市" {
			t.Errorf("%s: got %v, %v", name, doc, err)
		}
	}
}
