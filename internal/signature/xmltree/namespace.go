package xmltree

import (
	"fmt"
	"maps"
)

// resolve fills in the namespaces of names; scope maps prefixes to URIs.
func resolve(n *Node, scope map[string]string) error {
	if n.Kind == Element && len(n.Namespaces) > 0 {
		scope = maps.Clone(scope)
		seen := map[string]bool{}
		for _, d := range n.Namespaces {
			reserved := d.Prefix == "xmlns" || (d.Prefix == "xml") != (d.URI == XMLNamespace)
			if seen[d.Prefix] || reserved || (d.Prefix != "" && d.URI == "") {
				return fmt.Errorf("%w: namespace declaration of %q", ErrSyntax, d.Prefix)
			}
			seen[d.Prefix] = true
			scope[d.Prefix] = d.URI
		}
	}
	if n.Kind == Element {
		if err := resolveNames(n, scope); err != nil {
			return err
		}
	}
	for _, c := range n.Children {
		if c.Kind != Element {
			continue
		}
		if err := resolve(c, scope); err != nil {
			return err
		}
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

// inScope gives all namespaces in scope at n, "" for an undeclared default.
func inScope(n *Node) map[string]string {
	scope := map[string]string{}
	for ; n != nil; n = n.Parent {
		for _, d := range n.Namespaces {
			if _, nearer := scope[d.Prefix]; !nearer {
				scope[d.Prefix] = d.URI
			}
		}
	}
	return scope
}
