package der

import "fmt"

// maxDepth is deeper than any signature nests, token in attribute included.
const maxDepth = 64

// Normalize reads one BER element of b: indefinite lengths become definite
// ones and constructed OCTET STRINGs (RFC 5652 5.2) become primitive ones.
// Everything else keeps its bytes, so that signed parts stay as signed. It
// returns the element and what follows it in b.
func Normalize(b []byte) (element, rest []byte, err error) {
	out, n, err := normalize(b, 0)
	if err != nil {
		return nil, nil, err
	}
	return out, b[n:], nil
}

// normalize returns the element's encoding and how many bytes of b it took.
func normalize(b []byte, depth int) ([]byte, int, error) {
	if depth > maxDepth {
		return nil, 0, fmt.Errorf("%w: nested too deep", ErrSyntax)
	}
	head, length, err := header(b)
	if err != nil {
		return nil, 0, err
	}
	if length > len(b)-head {
		return nil, 0, fmt.Errorf("%w: element longer than its input", ErrSyntax)
	}
	tag := b[0]
	if tag&0x20 == 0 {
		if length < 0 {
			return nil, 0, fmt.Errorf("%w: primitive of indefinite length", ErrSyntax)
		}
		return b[:head+length], head + length, nil
	}
	children, used, changed, err := normalizeList(b[head:], length, depth+1)
	if err != nil {
		return nil, 0, err
	}
	total := head + used
	if length >= 0 && !changed && tag != OctetString|0x20 {
		return b[:total], total, nil
	}
	if tag == OctetString|0x20 {
		return joinStrings(children, total)
	}
	return Wrap(tag, children...), total, nil
}

// normalizeList reads the elements of a constructed one, of length bytes or up
// to the end-of-contents octets if length is negative. used counts those too.
func normalizeList(b []byte, length, depth int) (list [][]byte, used int, changed bool, err error) {
	for {
		if length >= 0 && used == length {
			return list, used, changed, nil
		}
		if length < 0 && len(b)-used >= 2 && b[used] == 0 && b[used+1] == 0 {
			return list, used + 2, changed, nil
		}
		in := b[used:]
		if length >= 0 {
			in = b[used:length]
		}
		out, n, err := normalize(in, depth)
		if err != nil {
			return nil, 0, false, err
		}
		// an element that kept its bytes shares the input's memory
		changed = changed || &out[0] != &in[0]
		list = append(list, out)
		used += n
	}
}

// joinStrings makes one primitive OCTET STRING of a constructed one's parts.
func joinStrings(parts [][]byte, total int) ([]byte, int, error) {
	bodies := make([][]byte, 0, len(parts))
	for _, p := range parts {
		v, err := ParseAll(p)
		if err != nil {
			return nil, 0, err
		}
		if v.Tag != OctetString {
			return nil, 0, fmt.Errorf("%w: part of an octet string has tag %#x", ErrSyntax, v.Tag)
		}
		bodies = append(bodies, v.Body)
	}
	return Wrap(OctetString, bodies...), total, nil
}
