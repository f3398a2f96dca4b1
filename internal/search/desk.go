package search

// desk keeps the working memory of one search, to be used again for the next
// word and the next index.
type desk struct {
	columns []*column
	lists   [][]float32
	missing []uint8
}

func (d *desk) column(docs int) *column {
	if n := len(d.columns); n > 0 {
		c := d.columns[n-1]
		d.columns = d.columns[:n-1]
		if cap(c.score) >= docs {
			c.score, c.by = c.score[:docs], c.by[:docs]
			c.reset()
			return c
		}
	}
	return newColumn(docs)
}

func (d *desk) put(c *column) { d.columns = append(d.columns, c) }

// floats are zeros.
func (d *desk) floats(n int) []float32 {
	if last := len(d.lists) - 1; last >= 0 {
		list := d.lists[last]
		d.lists = d.lists[:last]
		if cap(list) >= n {
			list = list[:n]
			clear(list)
			return list
		}
	}
	return make([]float32, n)
}

func (d *desk) back(list []float32) { d.lists = append(d.lists, list) }

// counts are zeros, valid until the next call.
func (d *desk) counts(n int) []uint8 {
	if cap(d.missing) < n {
		d.missing = make([]uint8, n)
	}
	d.missing = d.missing[:n]
	clear(d.missing)
	return d.missing
}
