package mailauth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
)

// ARC is the result of validating a chain of ARC sets. It is evidence of where
// a mail went; it never turns a DMARC failure into a pass.
type ARC struct {
	Result  Result   `json:"result"`            // pass, fail or none
	Domains []string `json:"domains,omitempty"` // of the seals, the oldest first
	Why     string   `json:"why,omitempty"`     // the reason of a failure, for logs
}

// maxInstances is the longest chain (RFC 8617, 4.2.1).
const maxInstances = 50

// An arcSet is the three fields of one instance.
type arcSet struct {
	results, message, seal *rawField
	messageTags, sealTags  map[string]string
	duplicate              bool
}

var arcInstance = regexp.MustCompile(`^[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,4})[ \t\r\n]*(?:;|$)`)

// CheckARC validates the ARC chain of a mail with CRLF line ends (RFC 8617, 5.2).
func CheckARC(ctx context.Context, r Resolver, crlf []byte) ARC {
	fields, body := splitRaw(crlf)
	sets, why := arcSets(fields)
	if why != "" {
		return ARC{Result: Fail, Why: why}
	}
	if len(sets) == 0 {
		return ARC{Result: None}
	}
	for i, s := range sets {
		if why := s.structure(i + 1); why != "" {
			return ARC{Result: Fail, Why: why}
		}
	}
	v := arcVerifier{ctx: ctx, r: r, keys: map[string]crypto.PublicKey{}}
	if why := v.message(sets[len(sets)-1], fields, body); why != "" {
		return ARC{Result: Fail, Why: why}
	}
	for i := len(sets); i >= 1; i-- {
		if why := v.seal(sets[:i]); why != "" {
			return ARC{Result: Fail, Why: why}
		}
	}
	result := ARC{Result: Pass}
	for _, s := range sets {
		result.Domains = append(result.Domains, canonicalName(s.sealTags["d"]))
	}
	return result
}

// arcSets groups the ARC fields by instance. Instances must be 1, 2, … without
// a gap.
func arcSets(fields []rawField) (sets []arcSet, why string) {
	byInstance := map[int]*arcSet{}
	for k := range fields {
		f := &fields[k]
		name := strings.ToLower(f.name)
		if name != "arc-seal" && name != "arc-message-signature" && name != "arc-authentication-results" {
			continue
		}
		var tags map[string]string
		instance := ""
		if name == "arc-authentication-results" {
			if m := arcInstance.FindStringSubmatch(f.value()); m != nil {
				instance = m[1]
			}
		} else {
			var err error
			if tags, err = parseTags(f.value()); err != nil {
				return nil, f.name + ": " + err.Error()
			}
			instance = noSpace(tags["i"])
		}
		n, err := strconv.Atoi(instance)
		if err != nil || n < 1 || n > maxInstances {
			return nil, f.name + ": no instance"
		}
		s := byInstance[n]
		if s == nil {
			s = &arcSet{}
			byInstance[n] = s
		}
		s.add(name, f, tags)
	}
	for n := 1; n <= len(byInstance); n++ {
		s := byInstance[n]
		if s == nil {
			return nil, "an instance is missing"
		}
		sets = append(sets, *s)
	}
	return sets, ""
}

func (s *arcSet) add(name string, f *rawField, tags map[string]string) {
	slot := &s.results
	switch name {
	case "arc-message-signature":
		slot, s.messageTags = &s.message, tags
	case "arc-seal":
		slot, s.sealTags = &s.seal, tags
	}
	s.duplicate = s.duplicate || *slot != nil
	*slot = f
}

// structure checks one set without keys.
func (s *arcSet) structure(instance int) string {
	want := "pass"
	if instance == 1 {
		want = "none"
	}
	_, hasH := s.sealTags["h"]
	switch {
	case s.duplicate:
		return "a field of the set is there twice"
	case s.results == nil || s.message == nil || s.seal == nil:
		return "a field of the set is missing"
	case s.sealTags["cv"] != want:
		return "the seal says cv=" + s.sealTags["cv"]
	case hasH:
		return "the seal has h="
	case !complete(s.sealTags, "a", "b", "d", "s") || !complete(s.messageTags, "a", "b", "bh", "d", "h", "s"):
		return "a tag is missing"
	}
	return ""
}

var digitsOnly = regexp.MustCompile(`^[0-9]+$`)

// complete reports whether all tags are there and times are numbers.
func complete(tags map[string]string, names ...string) bool {
	for _, n := range names {
		if noSpace(tags[n]) == "" {
			return false
		}
	}
	for _, n := range []string{"t", "x"} {
		if v, ok := tags[n]; ok && !digitsOnly.MatchString(noSpace(v)) {
			return false
		}
	}
	return true
}

// An arcVerifier checks the signatures of one chain. Keys are asked for once.
type arcVerifier struct {
	ctx  context.Context
	r    Resolver
	keys map[string]crypto.PublicKey
}

// message verifies an ARC-Message-Signature.
func (v arcVerifier) message(s arcSet, fields []rawField, body []byte) string {
	headerForm, bodyForm, _ := strings.Cut(noSpace(s.messageTags["c"]), "/")
	for _, form := range []string{headerForm, bodyForm} {
		if form != "" && form != "simple" && form != "relaxed" {
			return "unknown canonicalization"
		}
	}
	sum := sha256.Sum256(canonicalBody(body, bodyForm == "relaxed"))
	claimed, err := base64.StdEncoding.DecodeString(noSpace(s.messageTags["bh"]))
	if err != nil || !bytes.Equal(claimed, sum[:]) {
		return "the body was changed"
	}
	var data []byte
	form := func(raw []byte) []byte {
		if headerForm == "relaxed" {
			return relaxedField(raw)
		}
		return raw
	}
	from := false
	taken := map[string]int{}
	for name := range strings.SplitSeq(noSpace(s.messageTags["h"]), ":") {
		name = strings.ToLower(name)
		if name == "arc-seal" {
			return "the message signature covers a seal"
		}
		from = from || name == "from"
		if f := pick(fields, name, taken); f != nil {
			data = append(data, form(f.raw)...)
		}
	}
	if !from {
		return "the From field is not signed"
	}
	data = append(data, bytes.TrimSuffix(form(withoutSignature(s.message.raw)), []byte("\r\n"))...)
	return v.verify(s.messageTags, data)
}

// pick takes the fields of a name from the bottom up (RFC 6376, 5.4.2).
func pick(fields []rawField, name string, taken map[string]int) *rawField {
	skip := taken[name]
	for i := len(fields) - 1; i >= 0; i-- {
		if strings.EqualFold(fields[i].name, name) {
			if skip == 0 {
				taken[name]++
				return &fields[i]
			}
			skip--
		}
	}
	return nil
}

// seal verifies the ARC-Seal of the last of the sets (RFC 8617, 5.1.1).
func (v arcVerifier) seal(sets []arcSet) string {
	var data []byte
	last := len(sets) - 1
	for i, s := range sets {
		data = append(data, relaxedField(s.results.raw)...)
		data = append(data, relaxedField(s.message.raw)...)
		if i < last {
			data = append(data, relaxedField(s.seal.raw)...)
		}
	}
	data = append(data, bytes.TrimSuffix(relaxedField(withoutSignature(sets[last].seal.raw)), []byte("\r\n"))...)
	return v.verify(sets[last].sealTags, data)
}

func (v arcVerifier) verify(tags map[string]string, data []byte) string {
	signature, err := base64.StdEncoding.DecodeString(noSpace(tags["b"]))
	if err != nil {
		return "the signature is no base64"
	}
	name := noSpace(tags["s"]) + "._domainkey." + noSpace(tags["d"])
	key, ok := v.keys[name]
	if !ok {
		if texts, err := v.r.LookupTXT(v.ctx, name); err == nil && len(texts) == 1 {
			key = parseKey(texts[0])
		}
		v.keys[name] = key
	}
	if key == nil {
		return "no key"
	}
	sum := sha256.Sum256(data)
	switch k := key.(type) {
	case *rsa.PublicKey:
		if tags["a"] == "rsa-sha256" && rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], signature) == nil {
			return ""
		}
	case ed25519.PublicKey:
		if tags["a"] == "ed25519-sha256" && ed25519.Verify(k, sum[:], signature) {
			return ""
		}
	}
	return "the signature does not verify"
}

// parseKey reads a key record (RFC 6376, 3.6.1); nil if it holds no usable key.
func parseKey(record string) crypto.PublicKey {
	tags, err := parseTags(record)
	if v, ok := tags["v"]; err != nil || ok && v != "DKIM1" {
		return nil
	}
	if h, ok := tags["h"]; ok && !strings.Contains(":"+noSpace(h)+":", ":sha256:") {
		return nil
	}
	if s, ok := tags["s"]; ok && !strings.Contains(":"+noSpace(s)+":", ":email:") && !strings.Contains(":"+noSpace(s)+":", ":*:") {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(noSpace(tags["p"]))
	if err != nil || len(raw) == 0 {
		return nil
	}
	switch tags["k"] {
	case "ed25519":
		if len(raw) != ed25519.PublicKeySize {
			return nil
		}
		return ed25519.PublicKey(raw)
	case "", "rsa":
		pub, err := x509.ParsePKIXPublicKey(raw)
		if err != nil {
			pub, err = x509.ParsePKCS1PublicKey(raw)
		}
		k, ok := pub.(*rsa.PublicKey)
		if err != nil || !ok || k.N.BitLen() < 1024 {
			return nil
		}
		return k
	}
	return nil
}
