package ui

// Pages is the pagination of a list that is counted.
type Pages struct {
	Label   string
	Now     int // from 1
	Last    int
	Address func(page int) string
}

// PageLink is one page of Pages.
type PageLink struct {
	No   int
	Href string
	Now  bool
}

// window is how many page numbers are shown at once.
const window = 10

// Each returns at most ten pages around the present one.
func (p Pages) Each() []PageLink {
	first := max(1, min(p.Now-window/2, p.Last-window+1))
	var links []PageLink
	for n := first; n <= p.Last && n < first+window; n++ {
		links = append(links, PageLink{No: n, Href: p.Address(n), Now: n == p.Now})
	}
	return links
}

// Next returns the address of the next page, or "" on the last.
func (p Pages) Next() string {
	if p.Now >= p.Last {
		return ""
	}
	return p.Address(p.Now + 1)
}

// End returns the address of the last page, or "" on it.
func (p Pages) End() string {
	if p.Now >= p.Last {
		return ""
	}
	return p.Address(p.Last)
}
