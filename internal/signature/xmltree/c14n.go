package xmltree

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// A Form is a canonical form. Prefixes are those that exclusive C14N treats
// inclusively, "" for the default namespace.
type Form struct {
	Exclusive bool
	Version11 bool
	Comments  bool
	Prefixes  []string
}

// Canonical writes the subtree at n (a Document or an Element) without the
// subtrees for which omit gives true; omit may be nil.
func (f Form) Canonical(n *Node, omit func(*Node) bool) []byte {
	w := &writer{form: f, omit: omit}
	if n.Kind == Document {
		w.document(n)
	} else {
		w.element(n, map[string]string{"": ""}, true)
	}
	return w.out.Bytes()
}

// A writer writes one canonical form.
type writer struct {
	out  bytes.Buffer
	form Form
	omit func(*Node) bool
}

func (w *writer) omitted(n *Node) bool { return w.omit != nil && w.omit(n) }

// document writes the root element, and comments and instructions beside it
// on lines of their own.
func (w *writer) document(doc *Node) {
	after := false
	for _, c := range doc.Children {
		if c.Kind == Element {
			if !w.omitted(c) {
				w.element(c, map[string]string{"": ""}, true)
			}
			after = true
			continue
		}
		if c.Kind == Comment && !w.form.Comments {
			continue
		}
		if after {
			w.out.WriteByte('\n')
		}
		w.misc(c)
		if !after {
			w.out.WriteByte('\n')
		}
	}
}

func (w *writer) misc(n *Node) {
	if n.Kind == Comment {
		w.out.WriteString("<!--" + strings.ReplaceAll(n.Data, "\r", "&#xD;") + "-->")
		return
	}
	w.out.WriteString("<?" + n.Local)
	if n.Data != "" {
		w.out.WriteString(" " + strings.ReplaceAll(n.Data, "\r", "&#xD;"))
	}
	w.out.WriteString("?>")
}

// element writes an element; rendered are the namespaces that the nearest
// written ancestor shows, apex tells that there is none.
func (w *writer) element(n *Node, rendered map[string]string, apex bool) {
	spaces := w.namespaces(n, rendered, apex)
	if len(spaces) > 0 {
		next := make(map[string]string, len(rendered)+len(spaces))
		for k, v := range rendered {
			next[k] = v
		}
		for _, d := range spaces {
			next[d.Prefix] = d.URI
		}
		rendered = next
	}
	name := n.Local
	if n.Prefix != "" {
		name = n.Prefix + ":" + n.Local
	}
	w.out.WriteString("<" + name)
	for _, d := range spaces {
		w.out.WriteString(" xmlns")
		if d.Prefix != "" {
			w.out.WriteString(":" + d.Prefix)
		}
		w.out.WriteString(`="`)
		w.attributeText(d.URI)
		w.out.WriteByte('"')
	}
	for _, a := range w.attributes(n, apex) {
		w.out.WriteByte(' ')
		if a.Prefix != "" {
			w.out.WriteString(a.Prefix + ":")
		}
		w.out.WriteString(a.Local + `="`)
		w.attributeText(a.Value)
		w.out.WriteByte('"')
	}
	w.out.WriteByte('>')
	for _, c := range n.Children {
		switch {
		case c.Kind == Text:
			w.text(c.Data)
		case c.Kind == Element && !w.omitted(c):
			w.element(c, rendered, false)
		case c.Kind == Instruction || c.Kind == Comment && w.form.Comments:
			w.misc(c)
		}
	}
	w.out.WriteString("</" + name + ">")
}

// namespaces gives the declarations to write, sorted by prefix.
func (w *writer) namespaces(n *Node, rendered map[string]string, apex bool) []Namespace {
	want := map[string]string{}
	if w.form.Exclusive {
		w.visiblyUsed(n, want)
	} else if apex {
		want = n.scope
	} else {
		for _, d := range n.Namespaces {
			want[d.Prefix] = d.URI
		}
	}
	var list []Namespace
	for prefix, uri := range want {
		if old, ok := rendered[prefix]; (ok && old == uri) || prefix == "xml" {
			continue
		}
		list = append(list, Namespace{prefix, uri})
	}
	slices.SortFunc(list, func(a, b Namespace) int { return cmp.Compare(a.Prefix, b.Prefix) })
	return list
}

// visiblyUsed collects the namespaces of exclusive C14N: those of the names,
// and the listed prefixes if they are in scope.
func (w *writer) visiblyUsed(n *Node, want map[string]string) {
	want[n.Prefix] = n.Space
	for _, a := range n.Attributes {
		if a.Prefix != "" {
			want[a.Prefix] = a.Space
		}
	}
	if len(w.form.Prefixes) == 0 {
		return
	}
	for _, p := range w.form.Prefixes {
		if uri, ok := n.scope[p]; ok {
			want[p] = uri
		}
	}
}

// attributes gives the attributes to write, sorted by namespace and name. The
// apex of an inclusive form inherits those of the xml prefix.
func (w *writer) attributes(n *Node, apex bool) []Attribute {
	list := slices.Clone(n.Attributes)
	if apex && !w.form.Exclusive {
		for p := n.Parent; p != nil; p = p.Parent {
			for _, a := range p.Attributes {
				if a.Space != XMLNamespace || (w.form.Version11 && a.Local == "id") {
					continue
				}
				known := slices.ContainsFunc(list, func(o Attribute) bool { return o.Space == XMLNamespace && o.Local == a.Local })
				if !known {
					list = append(list, a)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Attribute) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Local, b.Local))
	})
	return list
}

// The characters that are written as references.
var (
	textEscapes      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	attributeEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)

func (w *writer) text(s string)          { _, _ = textEscapes.WriteString(&w.out, s) }
func (w *writer) attributeText(s string) { _, _ = attributeEscapes.WriteString(&w.out, s) }
