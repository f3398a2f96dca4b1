package algorithm

import (
	"crypto"
	"hash"
	"slices"
)

// Content is what was signed, in parts, and how to digest it. The zero Sum
// digests the parts.
type Content struct {
	Parts [][]byte
	Sum   func(crypto.Hash) []byte
}

// Of is the content of parts one after the other.
func Of(parts ...[]byte) Content { return Content{Parts: parts} }

// Digest hashes the content.
func (c Content) Digest(h crypto.Hash) []byte {
	if c.Sum != nil {
		return c.Sum(h)
	}
	return Digest(h, c.Parts...)
}

// Cuts digests contents that begin alike and differ from some byte on, as the
// signatures of one file do: the common beginning is hashed once. It is not
// safe for use by several goroutines.
type Cuts struct {
	data   []byte
	at     []int // ascending
	states map[crypto.Hash][]hash.Hash
}

// NewCuts prepares for contents that are data up to one of the offsets at.
func NewCuts(data []byte, at []int) *Cuts {
	at = slices.Clone(at)
	slices.Sort(at)
	return &Cuts{data: data, at: slices.Compact(at), states: map[crypto.Hash][]hash.Hash{}}
}

// Digest hashes data up to the offset cut, and then the rest.
func (c *Cuts) Digest(h crypto.Hash, cut int, rest []byte) []byte {
	i, known := slices.BinarySearch(c.at, cut)
	if !known {
		return Digest(h, c.data[:cut], rest)
	}
	states, ok := c.states[h]
	if !ok {
		states = c.run(h)
		c.states[h] = states
	}
	if states == nil {
		return Digest(h, c.data[:cut], rest)
	}
	w, ok := clone(states[i])
	if !ok {
		return Digest(h, c.data[:cut], rest)
	}
	w.Write(rest)
	return w.Sum(nil)
}

// run hashes data once and keeps the state at each cut; nil if h cannot be
// kept.
func (c *Cuts) run(h crypto.Hash) []hash.Hash {
	w := h.New()
	states := make([]hash.Hash, len(c.at))
	pos := 0
	for i, at := range c.at {
		w.Write(c.data[pos:at])
		pos = at
		state, ok := clone(w)
		if !ok {
			return nil
		}
		states[i] = state
	}
	return states
}

// clone copies the state of a hash.
func clone(w hash.Hash) (hash.Hash, bool) {
	c, ok := w.(hash.Cloner)
	if !ok {
		return nil, false
	}
	copied, err := c.Clone()
	return copied, err == nil
}
