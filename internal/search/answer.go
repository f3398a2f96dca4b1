package search

// answer adds to hits the documents that have what p wants and are worth at
// least floor, in no order.
func (ix *Index) answer(p *plan, minute uint32, floor float64, desk *desk, number int, hits []BodyHit) []BodyHit {
	total, missing := desk.floats(len(ix.docs)), desk.counts(len(ix.docs))
	defer desk.back(total)
	mayMiss := p.nearly && len(p.wanted) > 1
	for i, w := range p.wanted {
		got := ix.have(w, p.nearly, desk)
		defer desk.put(got)
		if got.found == 0 && !mayMiss {
			return hits
		}
		for doc, score := range got.score {
			switch {
			case score > 0 && (i == 0 || total[doc] > 0 || mayMiss):
				total[doc] += score
			case !mayMiss:
				total[doc] = 0
			case score == 0:
				missing[doc] += w.absence()
			}
		}
	}
	unwanted := desk.column(len(ix.docs))
	defer desk.put(unwanted)
	for _, phrase := range p.absent {
		ix.scan(phrase, 1, direct, unwanted)
	}
	for doc, score := range total {
		if score == 0 || unwanted.score[doc] > 0 || missing[doc] > p.patience() {
			continue
		}
		e := &ix.docs[doc]
		state := e.state(minute)
		worth := rounded(float64(score * stateWorth[state] * e.popular))
		if worth >= floor {
			hits = append(hits, BodyHit{number, Hit{Doc: doc, ID: e.id, Title: e.titleText, Score: worth, State: state, plan: p}})
		}
	}
	return hits
}

// absence is what it costs a document to lack w.
func (w word) absence() uint8 {
	switch {
	case w.nowhere:
		return 0
	case w.vague:
		return 1
	}
	return 2
}

// patience is how much a document may lack when nothing has all words: one
// vague word of two, and of three or more one that is not vague.
func (p plan) patience() uint8 {
	switch {
	case !p.nearly || len(p.wanted) < 2:
		return 0
	case len(p.wanted) == 2:
		return 1
	}
	return 2
}

// have is how well each document has w.
func (ix *Index) have(w word, nearly bool, desk *desk) *column {
	whole := desk.column(len(ix.docs))
	whole.fill(ix, w.whole)
	switch {
	case nearly:
		ix.mostOf(w, whole, desk)
	case len(w.parts) > 0:
		ix.allOf(w, whole, desk)
	}
	return whole
}

// allOf adds to whole the documents that have every part of w.
func (ix *Index) allOf(w word, whole *column, desk *desk) {
	sum := desk.floats(len(ix.docs))
	defer desk.back(sum)
	one := desk.column(len(ix.docs))
	defer desk.put(one)
	letters := 0
	for i, p := range w.parts {
		one.reset()
		one.fill(ix, p)
		if one.found == 0 {
			return
		}
		letters += len(p.phrase)
		for doc, score := range one.score {
			if score == 0 || i > 0 && sum[doc] == 0 {
				sum[doc] = 0
				continue
			}
			sum[doc] += score * float32(len(p.phrase))
		}
	}
	for doc, score := range sum {
		if score > 0 {
			bonus := float32(1)
			if whole.score[doc] > 0 {
				bonus = wholeBonus
			}
			whole.take(doc, bonus*max(score/float32(letters), whole.score[doc]), direct)
		}
	}
}

// Matched tells by which words h, a hit in ix, was found, in the order of the
// query. It takes some microseconds: ask for the hits that are shown.
func (ix *Index) Matched(h Hit) []Match {
	var all []Match
	one := ix.only(h.Doc)
	for _, w := range h.plan.wanted {
		whole := newColumn(1)
		whole.fill(one, w.whole)
		if whole.score[0] > 0 {
			all = append(all, w.whole.match(whole.by[0]))
			continue
		}
		parts := w.parts
		if h.plan.nearly {
			parts = ix.pieces(w)
		}
		for _, part := range parts {
			c := newColumn(1)
			c.fill(one, part)
			if c.score[0] > 0 {
				all = append(all, part.match(c.by[0]))
			}
		}
	}
	return all
}

// match is how p was found by an alternative, or directly.
func (p part) match(by int16) Match {
	if by == direct {
		m := Match{Typed: p.written, Found: p.written}
		if p.instead != "" {
			m.Found, m.How = p.instead, Corrected
		}
		return m
	}
	return Match{Typed: p.written, Found: p.alike[by].written, How: Synonym}
}

// only is an index of one document of ix.
func (ix *Index) only(doc int) *Index {
	e := ix.docs[doc]
	end := uint32(len(ix.text))
	if doc+1 < len(ix.docs) {
		end = ix.docs[doc+1].begin + 1
	}
	one := &Index{docs: []entry{e}, text: ix.text[e.begin:end]}
	one.docs[0].begin = 0
	one.indexPairs()
	return one
}
