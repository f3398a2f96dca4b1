package certificate

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"madoguchi/internal/signature/der"
)

// A Name is a distinguished name, its attributes in the order written.
type Name []Attribute

// An Attribute is one part of a name. Type is the short name ("CN") or the OID.
type Attribute struct {
	Type  string
	Value string
}

// attributeNames are the short names of RFC 4514 and their kin.
var attributeNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L",
	"2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title",
	"2.5.4.42": "GN", "2.5.4.97": "organizationIdentifier", "1.2.840.113549.1.9.1": "emailAddress",
	"0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}

// parseName reads what it can: a name is shown and compared by its bytes, so
// an odd attribute must not cost the certificate.
func parseName(v der.Value) Name {
	rdns, err := v.Sequence(0)
	if err != nil {
		return nil
	}
	var n Name
	for _, rdn := range rdns {
		attributes, err := rdn.Children()
		if err != nil {
			continue
		}
		for _, a := range attributes {
			pair, err := a.Sequence(2)
			if err != nil {
				continue
			}
			kind := pair[0].OID()
			if short, ok := attributeNames[kind]; ok {
				kind = short
			}
			n = append(n, Attribute{kind, text(pair[1])})
		}
	}
	return n
}

// text decodes a DirectoryString. T61 strings are taken as UTF-8 where they
// are, else as Latin-1, which is what their authors meant.
func text(v der.Value) string {
	if v.Tag == der.BMPString && len(v.Body)%2 == 0 {
		units := make([]uint16, 0, len(v.Body)/2)
		for i := 0; i < len(v.Body); i += 2 {
			units = append(units, uint16(v.Body[i])<<8|uint16(v.Body[i+1]))
		}
		return clean(string(utf16.Decode(units)))
	}
	if utf8.Valid(v.Body) {
		return clean(string(v.Body))
	}
	var b strings.Builder
	for _, c := range v.Body {
		b.WriteRune(rune(c))
	}
	return clean(b.String())
}

// clean takes control and direction characters out of what people will read:
// a name must not be able to write over the line it stands in.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || (r >= 0x7f && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) || r == 0x200f || r == 0x200e {
			return -1
		}
		return r
	}, s)
}

// String is the name as "C=JP, O=…, CN=…".
func (n Name) String() string {
	parts := make([]string, len(n))
	for i, a := range n {
		parts[i] = a.Type + "=" + a.Value
	}
	return strings.Join(parts, ", ")
}

// Last gives the last value of the attribute type, which is the narrowest
// where it repeats (OU), or "".
func (n Name) Last(kind string) string {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i].Type == kind {
			return n[i].Value
		}
	}
	return ""
}

// SameName compares encoded names: byte for byte, else by RFC 5280 7.1 in
// short, ignoring case and runs of spaces.
func SameName(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	va, errA := der.ParseAll(a)
	vb, errB := der.ParseAll(b)
	if errA != nil || errB != nil {
		return false
	}
	na, nb := parseName(va), parseName(vb)
	if len(na) == 0 || len(na) != len(nb) {
		return false
	}
	for i := range na {
		if na[i].Type != nb[i].Type || fold(na[i].Value) != fold(nb[i].Value) {
			return false
		}
	}
	return true
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
