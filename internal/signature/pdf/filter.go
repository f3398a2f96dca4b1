package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
)

// inflate decodes a stream's bytes: FlateDecode with predictors, or none.
// The file's budget of inflated bytes is shared by all its streams.
func (f *File) inflate(s *Stream) ([]byte, error) {
	names, params, err := filters(s.Dict)
	if err != nil {
		return nil, err
	}
	b := s.Raw
	for i, name := range names {
		if name != "FlateDecode" && name != "Fl" {
			return nil, fmt.Errorf("%w: filter %q of a cross-reference or object stream", ErrSyntax, shorten(string(name)))
		}
		if b, err = f.unzip(b); err != nil {
			return nil, err
		}
		if b, err = unpredict(b, params[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Decode gives a stream's bytes without its filters; FlateDecode is known.
func (f *File) Decode(s *Stream) ([]byte, error) { return f.inflate(s) }

// filters gives the names and parameters of a stream's filters.
func filters(d *Dict) ([]Name, []*Dict, error) {
	switch v := d.Get("Filter").(type) {
	case nil:
		return nil, nil, nil
	case Name:
		return []Name{v}, []*Dict{DictOf(d.Get("DecodeParms"))}, nil
	case Array:
		if len(v) > 4 {
			return nil, nil, fmt.Errorf("%w: filters", ErrLimit)
		}
		list, _ := d.Get("DecodeParms").(Array)
		names, params := make([]Name, len(v)), make([]*Dict, len(v))
		for i := range v {
			names[i], _ = v[i].(Name)
			if i < len(list) {
				params[i] = DictOf(list[i])
			}
		}
		return names, params, nil
	}
	return nil, nil, fmt.Errorf("%w: filter", ErrSyntax)
}

// unzip inflates within the budget. Data that ends early is kept: a checksum
// is often missing.
func (f *File) unzip(b []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	left := min(maxInflated-f.inflated, maxStream)
	out, err := io.ReadAll(io.LimitReader(r, int64(left)+1))
	f.inflated += len(out)
	if len(out) > left {
		return nil, fmt.Errorf("%w: inflated bytes", ErrLimit)
	}
	if err != nil && len(out) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return out, nil
}

func intOr(v any, otherwise int) int {
	if n, ok := v.(int64); ok && n >= 0 && n < 1<<31 {
		return int(n)
	}
	return otherwise
}

// unpredict undoes PNG predictors (RFC 2083 6).
func unpredict(b []byte, p *Dict) ([]byte, error) {
	if intOr(p.Get("Predictor"), 1) < 10 {
		if intOr(p.Get("Predictor"), 1) == 2 {
			return nil, fmt.Errorf("%w: predictor", ErrSyntax)
		}
		return b, nil
	}
	colors, bits := intOr(p.Get("Colors"), 1), intOr(p.Get("BitsPerComponent"), 8)
	columns := intOr(p.Get("Columns"), 1)
	if colors > 32 || bits > 16 || columns > 1<<20 || colors*bits*columns == 0 {
		return nil, fmt.Errorf("%w: predictor", ErrSyntax)
	}
	row, step := (colors*bits*columns+7)/8, max(1, colors*bits/8)
	out := make([]byte, 0, len(b))
	above := make([]byte, row)
	for len(b) > 1 {
		kind := b[0]
		n := min(row, len(b)-1)
		line := make([]byte, row)
		copy(line, b[1:1+n])
		b = b[1+n:]
		if err := unfilter(kind, line, above, step); err != nil {
			return nil, err
		}
		out = append(out, line[:n]...)
		above = line
	}
	return out, nil
}

func unfilter(kind byte, line, above []byte, step int) error {
	if kind > 4 {
		return fmt.Errorf("%w: predictor of a row", ErrSyntax)
	}
	for i := range line {
		var left, corner byte
		if i >= step {
			left, corner = line[i-step], above[i-step]
		}
		switch kind {
		case 1:
			line[i] += left
		case 2:
			line[i] += above[i]
		case 3:
			line[i] += byte((int(left) + int(above[i])) / 2)
		case 4:
			line[i] += paeth(left, above[i], corner)
		}
	}
	return nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	da, db, dc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	if da <= db && da <= dc {
		return a
	}
	if db <= dc {
		return b
	}
	return c
}

func abs(n int) int { return max(n, -n) }
