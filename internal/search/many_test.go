package search_test

import (
	"testing"

	"madoguchi/internal/demo"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
)

// BenchmarkMany answers queries over 825 bodies of 300 procedures.
func BenchmarkMany(b *testing.B) {
	var all []*search.Index
	for _, p := range demo.Compose(4, 825, 300) {
		all = append(all, search.Build(docs(p)))
	}
	dictionary := synonym.Standard()
	for _, text := range []string{"引っ越し", "犬", "申請", "令和4年度 採用試験", "パスポード", "保育園に入りたい"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				search.Many(all, search.Query{Text: text, Dictionary: dictionary, At: demo.Moment()}, 50)
			}
		})
	}
}
