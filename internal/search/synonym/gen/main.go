// Command gen makes sudachi.txt of package synonym out of the Sudachi synonym
// dictionary (npm sudachi-synonyms-dictionary, Apache-2.0).
//
//	npm pack sudachi-synonyms-dictionary@18.0.0   (in an empty folder)
//	tar xzf sudachi-synonyms-dictionary-18.0.0.tgz
//	go run ./internal/search/synonym/gen package/sudachi-synonyms-dictionary.json > internal/search/synonym/sudachi.txt
//
// The dictionary is made for expanding queries of any kind. Here it is kept
// to what helps to find a procedure: groups of the fields that public offices
// have to do with, few words in a group, and none of the pairs that bring
// together what an office keeps apart.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/internal/search/fold"
)

type group struct {
	ID    string
	Items []item
}

type item struct {
	Kind     string   `json:"taigenYogen"`      // 体言: a noun
	Expand   int      `json:"expandControl"`    // 0 always, 1 only as a result, 2 never
	Word     int      `json:"vocabularyNumber"` // the same for spellings of one word
	Fields   []string `json:"bunya"`
	Spelling string   `json:"midashi"`
}

// fields are those whose words occur in procedures; a word without a field is
// a common word.
var fields = []string{"ビジネス", "IT", "政治", "交通", "医療", "建築", "教育", "法律", "観光", "人", "HR"}

// refused are spellings that are dropped wherever they stand: the group means
// another thing than people who look for a procedure.
var refused = strings.Fields(`埃 塵 ダスト 志願 我楽多 がらくた トラッシュ 小人 チャイルド チルドレン キッド 職員 検査 雇用 カード
	絶える たえる 絶命 考試 念書 証文 血税 ポリスマン 番号 会 部 所 方 者 家 人 もの こと 物 事 バンカー 銀行家 行員
	マリアージュ マリッジ 考え 結果 情報 管理 対応 内容 場合 関係 状態 部分 問題 目的 方法 理由 種類 程度 全体 確認 説明 準備`)

// Bounds of a group.
const (
	mostWords    = 6
	shortestWord = 2 // characters
	longestWord  = 14
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen FILE.json > sudachi.txt")
		os.Exit(3)
	}
	lines, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
	fmt.Println("# Words of the Sudachi synonym dictionary, chosen by ./gen. See NOTICE.")
	for _, l := range lines {
		fmt.Println(l)
	}
}

// read gives the lines of the chosen groups of a file, sorted.
func read(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var groups []group
	if err := json.Unmarshal(data, &groups); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var lines []string
	for _, g := range groups {
		lines = append(lines, linesOf(g)...)
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// linesOf are a group as written to the file: a line of the words that stand
// for each other, and one for each word that has spellings which only are
// results of an expansion (innovation for イノベーション).
func linesOf(g group) []string {
	words, spellings := map[int][]string{}, map[int][]string{}
	var order []int
	for _, i := range g.Items {
		if !wanted(i) || has(spellings[i.Word], i.Spelling) {
			continue
		}
		spellings[i.Word] = append(spellings[i.Word], i.Spelling)
		if i.Expand != 0 {
			continue
		}
		if words[i.Word] == nil {
			order = append(order, i.Word)
		}
		words[i.Word] = append(words[i.Word], i.Spelling)
	}
	var lines, parts []string
	all := 0
	for _, n := range order {
		all += len(words[n])
		parts = append(parts, strings.Join(words[n], "|"))
	}
	if all > 1 && len(order) <= mostWords {
		lines = append(lines, strings.Join(parts, "\t"))
	}
	for n, s := range spellings {
		if len(s) > len(words[n]) && len(s) > 1 {
			lines = append(lines, strings.Join(s, "|"))
		}
	}
	return lines
}

// has reports whether a spelling that is compared like s is among all.
func has(all []string, s string) bool {
	return slices.ContainsFunc(all, func(a string) bool { return fold.Text(a) == fold.Text(s) })
}

func wanted(i item) bool {
	n := utf8.RuneCountInString(i.Spelling)
	if i.Kind != "体言" || i.Expand == 2 || n < shortestWord || n > longestWord || slices.Contains(refused, i.Spelling) {
		return false
	}
	if strings.ContainsAny(i.Spelling, " \t|　") {
		return false
	}
	return !slices.ContainsFunc(i.Fields, func(f string) bool { return !slices.Contains(fields, f) })
}
