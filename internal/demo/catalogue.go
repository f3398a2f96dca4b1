// Package demo holds the sample data (デモ) that a new installation can be
// tried with: the procedures of one prefecture as its portal showed them at
// Moment, and large catalogues composed of real kinds of procedures.
//
// Everything here is plain values, the same at each call; nothing is written
// and no clock is read. Summaries, keywords and fees are invented, titles and
// periods are those of the portal.
package demo

import (
	"cmp"
	"slices"
	"time"
)

// Slug is the address of the body whose procedures Procedures gives.
const Slug = "pref-ibaraki"

// Moment is the business time at which the demo starts (UTC):
// 2022年7月1日 14時23分 in Japan.
func Moment() time.Time { return jst(7, 1, 14, 23) }

// Audience says who may use a procedure (利用者選択).
type Audience struct{ Person, Corporation bool }

// Procedure is one entry of the sample catalogue (手続き).
type Procedure struct {
	ID         string // stands in addresses; never changes
	Title      string
	Reading    string // hiragana, with spaces between words
	Summary    string // one or two sentences
	Keywords   []string
	Categories []string // names of Categories
	Section    string   // 担当課
	OpensAt    time.Time
	ClosesAt   time.Time // the zero time: 随時, it does not close
	Started    bool      // carries the editor's mark 開始しました
	For        Audience
	Fee        string   // as shown: 無料, 5,200円
	Files      []string // what to prepare; empty: nothing
	Who        string   // 申し込める方
	NoMail     bool     // a questionnaire: no mail confirmation, no later inquiry
	Used       int      // applications so far, for よく使われる
}

// Categories are the names of the sample catalogue's categories, in the order of the pages.
func Categories() []string {
	return []string{"くらし・環境", "しごと・資格・採用", "農林水産", "教育・子ども", "健康・福祉", "事業・補助金"}
}

// Procedures gives the twenty procedures of Slug in the order of the list
// page: latest opening first. The caller may change what it gets.
func Procedures() []Procedure {
	all := slices.Concat(examinations(), courses(), hunting(), companies(), children())
	slices.SortStableFunc(all, func(a, b Procedure) int {
		return cmp.Or(b.OpensAt.Compare(a.OpensAt), cmp.Compare(place(a.ID), place(b.ID)))
	})
	return all
}

// place is where the portal's list shows a procedure among those that open
// at the same time.
func place(id string) int {
	return slices.Index([]string{
		"college-exam-fee-2023-mito", "staff-exam-highschool-2022",
		"agri-academy-bookkeeping-2022", "npo-grant-report-2022",
		"hunting-exam-2022-3-kennan", "hunting-exam-2022-3-rokko", "hunting-exam-2022-3-kensei",
		"hunting-exam-2022-3-keno", "hunting-exam-2022-3-kenpoku", "innovation-award-3",
		"kids-tour-2022-0805-am", "kids-tour-2022-0805-pm", "kids-tour-2022-0822-am", "kids-tour-2022-0822-pm",
	}, id)
}

// jst is a time of 2022 in Japan.
func jst(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2022, month, day, hour, minute, 0, 0, time.FixedZone("JST", 9*60*60)).UTC()
}
