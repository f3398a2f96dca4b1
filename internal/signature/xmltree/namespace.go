package xmltree

import (
	"fmt"
	"maps"
)

// maxScope bounds the namespaces in scope at one element, maxScopes those that
// all declaring elements together keep.
const (
	maxScope  = 300
	maxScopes = 3_000_000
)

// A resolver fills in the namespaces of names. kept counts what the scopes
// hold: an element without declarations shares its parent's.
type resolver struct{ kept int }

// resolve visits n and all below it; scope maps prefixes to URIs.
func (r *resolver) resolve(n *Node, scope map[string]string) error {
	if n.Kind == Element && len(n.Namespaces) > 0 {
		r.kept += len(scope) + len(n.Namespaces)
		if len(scope)+len(n.Namespaces) > maxScope || r.kept > maxScopes {
			return fmt.Errorf("%w: namespaces", ErrLimit)
		}
		scope = maps.Clone(scope)
		if err := declare(n, scope); err != nil {
			return err
		}
	}
	n.scope = scope
	if n.Kind == Element {
		if err := resolveNames(n, scope); err != nil {
			return err
		}
	}
	for _, c := range n.Children {
		if c.Kind != Element {
			continue
		}
		if err := r.resolve(c, scope); err != nil {
			return err
		}
	}
	return nil
}

// declare puts an element's own declarations into its scope.
func declare(n *Node, scope map[string]string) error {
	seen := map[string]bool{}
	for _, d := range n.Namespaces {
		reserved := d.Prefix == "xmlns" || (d.Prefix == "xml") != (d.URI == XMLNamespace)
		if seen[d.Prefix] || reserved || (d.Prefix != "" && d.URI == "") {
			return fmt.Errorf("%w: namespace declaration of %q", ErrSyntax, d.Prefix)
		}
		seen[d.Prefix] = true
		scope[d.Prefix] = d.URI
	}
	return nil
}

func resolveNames(n *Node, scope map[string]string) error {
	space, ok := scope[n.Prefix]
	if !ok {
		return fmt.Errorf("%w: prefix %q is not declared", ErrSyntax, n.Prefix)
	}
	n.Space = space
	seen := make(map[[2]string]bool, len(n.Attributes))
	for i := range n.Attributes {
		a := &n.Attributes[i]
		if a.Prefix != "" {
			if a.Space, ok = scope[a.Prefix]; !ok {
				return fmt.Errorf("%w: prefix %q is not declared", ErrSyntax, a.Prefix)
			}
		}
		key := [2]string{a.Space, a.Local}
		if seen[key] {
			return fmt.Errorf("%w: attribute %q twice", ErrSyntax, a.Local)
		}
		seen[key] = true
	}
	return nil
}
