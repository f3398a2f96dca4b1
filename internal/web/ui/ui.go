// Package ui holds the components of the pages (画面の部品): for each a folder
// with its style sheet, its template where it has one, and examples.
//
// The templates take the types of this package, so that a misspelt name is
// found by a test. Words come through the function t, addresses are given by
// the page. Class names begin with mg-; the visual target is the counter.
package ui

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"madoguchi/internal/sheet"
)

// Components lists every component in the order of the style sheet.
var Components = []string{
	"tokens", "base", "frame", "demo", "button", "field", "summary", "notice", "emergency", "chip", "status",
	"step", "pages", "table", "facts", "timeline", "card", "file", "ticket", "verdict", "home", "list",
	"prose", "office", "settings", "paper",
}

//go:embed */*.css */*.tmpl
var files embed.FS

//go:embed script.js icon.svg
var fixed embed.FS

// Templates returns the files that define the components' templates.
func Templates() fs.FS { return files }

// Assets returns the files that browsers load, by name: the style sheet of
// all components, the script and the icon.
func Assets() (map[string][]byte, error) {
	var css bytes.Buffer
	for _, name := range Components {
		data, err := files.ReadFile(name + "/" + name + ".css")
		if err != nil {
			return nil, fmt.Errorf("component %s: %w", name, err)
		}
		css.Write(data)
	}
	script, err := fixed.ReadFile("script.js")
	if err != nil {
		return nil, err
	}
	icon, err := fixed.ReadFile("icon.svg")
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"madoguchi.css": css.Bytes(), "madoguchi.js": script, "icon.svg": icon, "sheet.css": sheet.CSS}, nil
}

// Frame is what every page needs. A page's data embeds it.
type Frame struct {
	Lang         string     // language code: "ja"
	LangTag      string     // BCP 47, for the lang attribute
	Title        string     // of this page
	Invalid      bool       // the title begins with エラー：
	Site         string     // behind the title: 茨城県 電子申請・届出の窓口
	Base         string     // what addresses of this body begin with: "/pref-ibaraki", or ""
	Home         string     // where the brand leads
	Body         string     // 茨城県
	Service      string     // 電子申請・届出の窓口
	Official     string     // 茨城県の公式の窓口です。アドレスの始まりは
	Address      string     // the genuine address, in full
	Languages    []Link     // none with only one language
	Menu         []Link     // none before a body is chosen
	FootMenu     []Link     // the five menus
	SafeMenu     []Link     // against forged mail
	Emergency    *Emergency // or nil
	OwnEmergency bool       // the page shows the emergency itself
	Demo         *Demo      // or nil
	Office       *Office    // staff's pages only
	Indexed      bool       // search engines may keep it
	Feed         string     // address of the Atom feed, or ""
}

// Link is a place to go to.
type Link struct {
	Label string
	Href  string
	Now   bool   // it is the page or language that is shown
	Tag   string // language of the label, where it differs from the page's
	Post  bool   // a button that posts, such as ログアウト
}

// Demo is the banner of a demonstration.
type Demo struct {
	MailHref string // where the mail that was sent is shown, or ""
}

// Office is what the head of staff's pages shows.
type Office struct {
	Word  string // 職員画面
	Who   string // section and name, or "" before sign-in
	Now   time.Time
	Tools []Link // settings, sign-out
}

// Emergency is the banner 緊急時バナー: at most 30 and about 100 characters.
type Emergency struct {
	Title string
	Text  string
	Href  string // or ""
	Label string // of the link
}

// Steps tells where one is in a sequence of pages. Its words are keys.
type Steps struct {
	No   int // from 1
	Keys []string
}

// Step is one of Steps.
type Step struct {
	No        int
	Key       string
	Now, Done bool
}

// All returns how many steps there are.
func (s Steps) All() int { return len(s.Keys) }

// Key returns the key of the present step.
func (s Steps) Key() string { return s.Keys[s.No-1] }

// Each returns the steps in order.
func (s Steps) Each() []Step {
	steps := make([]Step, len(s.Keys))
	for i, key := range s.Keys {
		steps[i] = Step{No: i + 1, Key: key, Now: i+1 == s.No, Done: i+1 < s.No}
	}
	return steps
}

// Summary lists what to correct, above h1. Without problems it shows nothing.
type Summary struct {
	Problems []Problem
	Kept     bool // say that what was typed is still there
}

// Problem is one sentence that says what to do, and the control it is about.
type Problem struct {
	ID   string // of the control, or ""
	Href string // where the control is, if it is on another page
	Text string
}

// Notice is a box that must not be missed. Tone is "", good, warn or bad.
type Notice struct {
	Tone  string
	Title string
	Lines []string
}

// Status is a word with a colour and a shape. Tone is wait, work, back,
// done, no or gone.
type Status struct {
	Tone string
	Word string
}

// Facts are names and values. A value without lines shows 入力なし.
type Facts struct {
	Rows   []Fact
	Change bool // a third column with links to change the value
	Plain  bool
	Tight  bool
}

// Fact is one row of Facts.
type Fact struct {
	Label string
	Lines []string
	Href  string // where to change it, or ""
}

// Event is one line of a timeline, which is a []Event, newest first.
type Event struct {
	Status *Status
	What   string
	When   string // when and by whom
	Note   string
	Now    bool
}

// File is one row of a list of files, which is a []File.
type File struct {
	Kind       string // PDF
	Name       string
	Href       string // or "": not to be opened here
	Note       string // size, state, period
	Remove     string // value of the button that removes it, or ""
	RemoveName string // name of that button
}
