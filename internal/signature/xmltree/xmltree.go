// Package xmltree reads XML as signatures need it (XML 署名の木): every
// attribute, prefix and comment as written, and writes it in the canonical
// forms C14N 1.0, C14N 1.1 and exclusive C14N.
//
// It is strict: a document type declaration, an unknown entity, a repeated
// attribute or an undeclared prefix is an error, and depth, nodes and names
// are limited. It fetches nothing and expands nothing.
package xmltree

import (
	"errors"
	"slices"
)

// The errors of this package, to be compared with errors.Is.
var (
	ErrSyntax  = errors.New("malformed xml")
	ErrDoctype = errors.New("xml with a document type declaration")
	ErrLimit   = errors.New("xml exceeds a limit")
)

// The limits of a document.
const (
	maxDepth      = 300
	maxBytes      = 32 << 20
	maxNodes      = 1_000_000
	maxAttributes = 2000
)

// XMLNamespace is what the prefix xml stands for.
const XMLNamespace = "http://www.w3.org/XML/1998/namespace"

// A Kind is what a node is.
type Kind int

// The kinds of nodes. Document is the parent of the root element.
const (
	Document Kind = iota
	Element
	Text
	Comment
	Instruction
)

// A Node is a node of the tree. Text, comments and instructions have Data;
// elements have the names, attributes and children.
type Node struct {
	Kind       Kind
	Prefix     string
	Local      string
	Space      string // namespace, "" for none
	Attributes []Attribute
	Namespaces []Namespace // declared here, in the order written
	Children   []*Node
	Parent     *Node
	Data       string
	Index      int               // place in document order, from 0
	Weight     int               // about what it costs to write the node and all below it
	scope      map[string]string // namespaces in scope, by prefix; shared, not to be changed
}

// An Attribute is an attribute that is no namespace declaration.
type Attribute struct {
	Prefix, Local, Space, Value string
}

// A Namespace is a declaration: xmlns:Prefix="URI", Prefix "" for xmlns.
type Namespace struct{ Prefix, URI string }

// Is tells whether n is an element of this name.
func (n *Node) Is(space, local string) bool {
	return n != nil && n.Kind == Element && n.Local == local && n.Space == space
}

// Attribute gives the value of an attribute without namespace, "" for none. A
// nil node has none.
func (n *Node) Attribute(local string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attributes {
		if a.Space == "" && a.Local == local {
			return a.Value
		}
	}
	return ""
}

// HasAttribute tells whether there is such an attribute, even an empty one.
func (n *Node) HasAttribute(local string) bool {
	return slices.ContainsFunc(n.Attributes, func(a Attribute) bool { return a.Space == "" && a.Local == local })
}

// Child gives the first child element of this name, or nil.
func (n *Node) Child(space, local string) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Is(space, local) {
			return c
		}
	}
	return nil
}

// All gives the child elements of this name.
func (n *Node) All(space, local string) []*Node {
	var list []*Node
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Is(space, local) {
			list = append(list, c)
		}
	}
	return list
}

// Elements gives the child elements.
func (n *Node) Elements() []*Node {
	var list []*Node
	for _, c := range n.Children {
		if c.Kind == Element {
			list = append(list, c)
		}
	}
	return list
}

// Text gives the text of the node and all below it.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	var parts []byte
	n.Walk(func(c *Node) bool {
		if c.Kind == Text {
			parts = append(parts, c.Data...)
		}
		return true
	})
	return string(parts)
}

// Walk visits the node and all below it in document order; below those for
// which visit gives false it does not go.
func (n *Node) Walk(visit func(*Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Children {
		c.Walk(visit)
	}
}

// Root gives the root element of a document.
func (n *Node) Root() *Node {
	for _, c := range n.Children {
		if c.Kind == Element {
			return c
		}
	}
	return nil
}

// Within tells whether the node is a or below it.
func (n *Node) Within(a *Node) bool {
	for ; n != nil; n = n.Parent {
		if n == a {
			return true
		}
	}
	return false
}
