package revisions

import (
	"slices"

	"madoguchi/internal/signature/pdf"
)

// A role is one use of an object in the signed revision: the object that
// refers to it (0 for the trailer) and the key under which it does; the key is
// "" for an element of an array that is an object of its own.
type role struct {
	parent int
	key    pdf.Name
}

// roles are the uses of the objects of interest.
type roles struct {
	view *pdf.View
	of   map[int][]role
}

// maxRoles bounds the uses remembered of one object; more are too many to
// claim anything.
const maxRoles = 2000

// rolesOf reads all of the signed revision, for the uses of changed and added
// objects and of arrays.
func rolesOf(v, final *pdf.View, changed, added map[int]bool) roles {
	r := roles{view: v, of: map[int][]role{}}
	visit := func(parent int, key pdf.Name, ref pdf.Ref) {
		if len(r.of[ref.Num]) > maxRoles {
			return
		}
		// a number that was given up may be used again in a new generation,
		// and old references to it stay dead
		if now, ok := final.Locate(ref.Num); added[ref.Num] && (!ok || now.Gen != ref.Gen) {
			return
		}
		if changed[ref.Num] || added[ref.Num] || v.Array(ref) != nil {
			r.of[ref.Num] = append(r.of[ref.Num], role{parent, key})
		}
	}
	walk(v.Trailer, 0, "", 0, visit)
	for _, n := range v.Numbers() {
		if o, err := v.Object(n); err == nil {
			walk(o.Value, n, "", 0, visit)
		}
	}
	return r
}

// walk visits the references in a value under the nearest key.
func walk(x any, parent int, key pdf.Name, depth int, visit func(int, pdf.Name, pdf.Ref)) {
	if depth > 100 {
		return
	}
	switch x := x.(type) {
	case pdf.Ref:
		visit(parent, key, x)
	case pdf.Array:
		for _, e := range x {
			walk(e, parent, key, depth+1, visit)
		}
	case *pdf.Dict, *pdf.Stream:
		for _, e := range pdf.DictOf(x).Entries {
			walk(e.Value, parent, e.Key, depth+1, visit)
		}
	}
}

// used tells whether the signed revision refers to the object at all.
func (r roles) used(n int) bool { return len(r.of[n]) > 0 }

// only tells whether the signed revision uses object n under these keys only.
// An array that is an object passes on its own uses.
func (r roles) only(n int, keys ...pdf.Name) bool {
	for key := range r.keys(n) {
		if !slices.Contains(keys, key) {
			return false
		}
	}
	return true
}

// keys are the keys under which object n is used, through arrays that are
// objects; "?" stands for more than can be told.
func (r roles) keys(n int) map[pdf.Name]bool {
	set, seen := map[pdf.Name]bool{}, map[int]bool{n: true}
	for queue := []int{n}; len(queue) > 0; queue = queue[1:] {
		if len(r.of[queue[0]]) > maxRoles || len(seen) > maxRoles {
			set["?"] = true
			return set
		}
		for _, use := range r.of[queue[0]] {
			switch {
			case use.key != "":
				set[use.key] = true
			case !seen[use.parent]:
				seen[use.parent] = true
				queue = append(queue, use.parent)
			}
		}
	}
	return set
}

// parents are the objects that refer to n.
func (r roles) parents(n int) []int {
	var list []int
	for _, use := range r.of[n] {
		list = append(list, use.parent)
	}
	return list
}
