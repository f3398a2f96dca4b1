package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"madoguchi/internal/demo"
	"madoguchi/internal/search"
	"madoguchi/internal/search/synonym"
)

// The size of a large installation.
const (
	bodies     = 825
	procedures = 300
)

// measureScale prints memory, the time to build, and latency over all bodies.
func measureScale() {
	queries := []string{"引っ越し", "犬", "ゴミ", "保育園に入りたい", "住民票", "申請", "令和4年度 採用試験", "水道 -工事", "補助金", "パスポード", "\"交付申請\" 証明書", "年金が払えない"}
	dictionary := synonym.Standard()
	var one *search.Index
	before := heap()
	for _, all := range demo.Compose(3, 1, 3000) {
		one = search.Build(docsOf(all))
	}
	fmt.Printf("\none body of %d: %.1f MB with its texts\n", one.Len(), float64(heap()-before)/1e6)
	took := latency(queries, func(q search.Query) { one.Search(q) }, dictionary)
	fmt.Printf("  search p50 %s, p99 %s\n", took[len(took)/2], took[len(took)*99/100])

	before = heap()
	begin := time.Now()
	var all []*search.Index
	for _, p := range demo.Compose(4, bodies, procedures) {
		all = append(all, search.Build(docsOf(p)))
	}
	built := time.Since(begin)
	fmt.Printf("%d bodies of %d: %.0f MB with their texts, composed and built in %s\n",
		bodies, procedures, float64(heap()-before)/1e6, built.Round(time.Millisecond))
	took = latency(queries, func(q search.Query) { search.Many(all, q, 50) }, dictionary)
	fmt.Printf("  search over all p50 %s, p99 %s\n", took[len(took)/2], took[len(took)*99/100])
	runtime.KeepAlive(one)
	runtime.KeepAlive(all)
}

func latency(queries []string, find func(search.Query), d *search.Dictionary) []time.Duration {
	var took []time.Duration
	for _, text := range queries {
		took = append(took, fastest(func() { find(search.Query{Text: text, Dictionary: d, At: demo.Moment()}) }).Round(time.Microsecond))
		fmt.Printf("    %-24s %s\n", text, took[len(took)-1])
	}
	slices.Sort(took)
	return took
}

// heap is the memory in use after everything unused was freed.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
