package pdf

import (
	"math"
	"slices"
	"strconv"
)

// Equal compares values by what they mean: references by number, numbers by
// value, streams by dictionary and raw bytes, dictionaries without regard to
// order and to keys whose value is null.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case String:
		b, ok := b.(String)
		return ok && string(a.Value) == string(b.Value)
	case Array:
		b, ok := b.(Array)
		return ok && slices.EqualFunc(a, b, Equal)
	case *Dict:
		b, ok := b.(*Dict)
		return ok && equalDict(a, b)
	case *Stream:
		b, ok := b.(*Stream)
		return ok && equalDict(a.Dict, b.Dict) && string(a.Raw) == string(b.Raw)
	case int64, Real:
		return equalNumber(a, b)
	}
	switch b.(type) {
	case String, Array, *Dict, *Stream:
		return false
	}
	return a == b
}

// equalNumber compares numbers as closely as single precision keeps them: some
// producers write 595.27559 anew as 595.2756.
func equalNumber(a, b any) bool {
	x, okX := float(a)
	y, okY := float(b)
	if !okX || !okY {
		return a == b
	}
	return math.Abs(x-y) <= 1e-6*max(math.Abs(x), math.Abs(y))
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case Real:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	}
	return 0, false
}

// equalDict compares dictionaries. Those that repeat a key must be written
// alike, as readers differ on what they mean.
func equalDict(a, b *Dict) bool {
	if a.Repeated || b.Repeated {
		return a.Repeated && b.Repeated && slices.EqualFunc(a.Entries, b.Entries, func(x, y Entry) bool {
			return x.Key == y.Key && Equal(x.Value, y.Value)
		})
	}
	index := make(map[Name]any, len(b.Entries))
	for _, e := range b.Entries {
		if e.Value != nil {
			index[e.Key] = e.Value
		}
	}
	for _, e := range a.Entries {
		if e.Value == nil {
			continue
		}
		v, ok := index[e.Key]
		if !ok || !Equal(e.Value, v) {
			return false
		}
		delete(index, e.Key)
	}
	return len(index) == 0
}
