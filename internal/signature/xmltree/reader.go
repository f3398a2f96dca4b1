package xmltree

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A reader reads one document. spaces holds the namespaces in scope.
type reader struct {
	in    string
	pos   int
	depth int
	nodes int
}

// Parse reads a document and gives its Document node.
func Parse(data []byte) (*Node, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrLimit, len(data))
	}
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	r := &reader{in: normalizeLines(text)}
	doc := &Node{Kind: Document}
	if err := r.document(doc); err != nil {
		return nil, err
	}
	if err := new(resolver).resolve(doc, map[string]string{"xml": XMLNamespace, "": ""}); err != nil {
		return nil, err
	}
	weigh(doc, new(int))
	return doc, nil
}

// weigh numbers the nodes and sums their weights.
func weigh(n *Node, next *int) {
	n.Index = *next
	*next++
	n.Weight = 16 + len(n.Data) + 32*len(n.Attributes)
	if len(n.Namespaces) > 0 {
		n.Weight += 32 * len(n.scope)
	}
	for _, c := range n.Children {
		weigh(c, next)
		n.Weight += c.Weight
	}
}

func (r *reader) fail(what string) error {
	return fmt.Errorf("%w: %s at character %d", ErrSyntax, what, r.pos)
}

func (r *reader) rest() string { return r.in[r.pos:] }

func (r *reader) space() bool {
	start := r.pos
	for r.pos < len(r.in) && isSpace(r.in[r.pos]) {
		r.pos++
	}
	return r.pos > start
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// until gives the text up to the mark and moves behind it.
func (r *reader) until(mark string) (string, error) {
	i := strings.Index(r.rest(), mark)
	if i < 0 {
		return "", r.fail("missing " + mark)
	}
	s := r.in[r.pos : r.pos+i]
	r.pos += i + len(mark)
	return s, nil
}

func (r *reader) document(doc *Node) error {
	if strings.HasPrefix(r.in, "<?xml") && len(r.in) > 5 && isSpace(r.in[5]) {
		if _, err := r.until("?>"); err != nil {
			return err
		}
	}
	seen := false
	for {
		r.space()
		if r.pos == len(r.in) {
			if !seen {
				return r.fail("no root element")
			}
			return nil
		}
		rest := r.rest()
		switch {
		case strings.HasPrefix(rest, "<!DOCTYPE"):
			return ErrDoctype
		case strings.HasPrefix(rest, "<!--"), strings.HasPrefix(rest, "<?"):
			if err := r.misc(doc); err != nil {
				return err
			}
		case rest[0] == '<' && !seen:
			seen = true
			if err := r.element(doc); err != nil {
				return err
			}
		default:
			return r.fail("text beside the root element")
		}
	}
}

// add appends a node to its parent within the limit.
func (r *reader) add(parent, n *Node) error {
	if r.nodes++; r.nodes > maxNodes {
		return fmt.Errorf("%w: nodes", ErrLimit)
	}
	n.Parent = parent
	parent.Children = append(parent.Children, n)
	return nil
}

// misc reads a comment or a processing instruction.
func (r *reader) misc(parent *Node) error {
	if strings.HasPrefix(r.rest(), "<!--") {
		r.pos += 4
		s, err := r.until("-->")
		if err != nil {
			return err
		}
		if strings.Contains(s, "--") {
			return r.fail("comment")
		}
		return r.add(parent, &Node{Kind: Comment, Data: s})
	}
	r.pos += 2
	target, err := r.name()
	if err != nil {
		return err
	}
	if strings.EqualFold(target, "xml") {
		return r.fail("xml declaration inside")
	}
	s, err := r.until("?>")
	if err != nil {
		return err
	}
	return r.add(parent, &Node{Kind: Instruction, Local: target, Data: strings.TrimLeft(s, " \t\n")})
}

// name reads a name with at most one colon.
func (r *reader) name() (string, error) {
	start := r.pos
	for r.pos < len(r.in) {
		c, size := utf8.DecodeRuneInString(r.in[r.pos:])
		if !nameRune(c, r.pos == start) {
			break
		}
		r.pos += size
	}
	s := r.in[start:r.pos]
	if s == "" || strings.Count(s, ":") > 1 || s[0] == ':' || s[len(s)-1] == ':' {
		return "", r.fail("name")
	}
	return s, nil
}

func nameRune(c rune, first bool) bool {
	switch {
	case c == '_' || c == ':' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return true
	case c >= 0xc0 && c != 0xd7 && c != 0xf7 && c != utf8.RuneError:
		return true
	case first:
		return false
	}
	return c == '-' || c == '.' || c >= '0' && c <= '9' || c == 0xb7
}

func split(name string) (prefix, local string) {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

func (r *reader) element(parent *Node) error {
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("%w: depth", ErrLimit)
	}
	defer func() { r.depth-- }()
	r.pos++
	name, err := r.name()
	if err != nil {
		return err
	}
	n := &Node{Kind: Element}
	n.Prefix, n.Local = split(name)
	if err := r.add(parent, n); err != nil {
		return err
	}
	empty, err := r.attributes(n)
	if err != nil || empty {
		return err
	}
	return r.content(n, name)
}

// attributes reads up to the end of the start tag.
func (r *reader) attributes(n *Node) (empty bool, err error) {
	for {
		spaced := r.space()
		rest := r.rest()
		switch {
		case strings.HasPrefix(rest, "/>"):
			r.pos += 2
			return true, nil
		case strings.HasPrefix(rest, ">"):
			r.pos++
			return false, nil
		case !spaced || len(n.Attributes)+len(n.Namespaces) > maxAttributes:
			return false, r.fail("attribute")
		}
		name, err := r.name()
		if err != nil {
			return false, err
		}
		r.space()
		if !strings.HasPrefix(r.rest(), "=") {
			return false, r.fail("attribute")
		}
		r.pos++
		r.space()
		value, err := r.quoted()
		if err != nil {
			return false, err
		}
		prefix, local := split(name)
		switch {
		case name == "xmlns":
			n.Namespaces = append(n.Namespaces, Namespace{"", value})
		case prefix == "xmlns":
			n.Namespaces = append(n.Namespaces, Namespace{local, value})
		default:
			n.Attributes = append(n.Attributes, Attribute{Prefix: prefix, Local: local, Value: value})
		}
	}
}

func (r *reader) quoted() (string, error) {
	if r.pos >= len(r.in) || (r.in[r.pos] != '"' && r.in[r.pos] != '\'') {
		return "", r.fail("quote")
	}
	mark := r.in[r.pos : r.pos+1]
	r.pos++
	raw, err := r.until(mark)
	if err != nil {
		return "", err
	}
	if strings.Contains(raw, "<") {
		return "", r.fail("attribute value")
	}
	raw = strings.Map(func(c rune) rune {
		if c == '\t' || c == '\n' || c == '\r' {
			return ' '
		}
		return c
	}, raw)
	return r.expand(raw)
}

// content reads up to and with the end tag of name.
func (r *reader) content(n *Node, name string) error {
	for {
		i := strings.IndexByte(r.rest(), '<')
		if i < 0 {
			return r.fail("missing end of " + name)
		}
		if i > 0 {
			raw := r.in[r.pos : r.pos+i]
			if strings.Contains(raw, "]]>") {
				return r.fail("text")
			}
			text, err := r.expand(raw)
			if err != nil {
				return err
			}
			r.pos += i
			if err := r.text(n, text); err != nil {
				return err
			}
		}
		rest := r.rest()
		var err error
		switch {
		case strings.HasPrefix(rest, "</"):
			r.pos += 2
			end, err := r.name()
			r.space()
			if err != nil || end != name || !strings.HasPrefix(r.rest(), ">") {
				return r.fail("end tag")
			}
			r.pos++
			return nil
		case strings.HasPrefix(rest, "<!--"), strings.HasPrefix(rest, "<?"):
			err = r.misc(n)
		case strings.HasPrefix(rest, "<![CDATA["):
			err = r.cdata(n)
		default:
			err = r.element(n)
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) cdata(n *Node) error {
	r.pos += len("<![CDATA[")
	s, err := r.until("]]>")
	if err != nil {
		return err
	}
	if err := checkRunes(s); err != nil {
		return err
	}
	return r.text(n, s)
}

// text appends text, joined with text that comes right before.
func (r *reader) text(n *Node, s string) error {
	if k := len(n.Children); k > 0 && n.Children[k-1].Kind == Text {
		n.Children[k-1].Data += s
		return nil
	}
	return r.add(n, &Node{Kind: Text, Data: s})
}
