package field

import "encoding/json"

// explanation tells something and asks nothing (説明文). Its text has
// paragraphs, lists and links; see parseBlocks.
type explanation struct{}

type explanationSettings struct {
	Text  string `json:"text"`
	Style string `json:"style,omitempty"` // notice, warn: set apart; plain when empty
}

func (explanation) Name() string         { return "explanation" }
func (explanation) Settings() any        { return &explanationSettings{} }
func (explanation) Parts(Field) []string { return nil }

func (explanation) Flaws(f Field) []Flaw {
	s := f.Settings.(*explanationSettings)
	flaws := append(Prose("text", s.Text, maxProse, true), oneOf("style", s.Style, "notice", "warn")...)
	return append(flaws, linkFlaws("text", s.Text)...)
}

func (explanation) Read(*Reading) any                                { return nil }
func (explanation) Typed(Field, json.RawMessage) map[string][]string { return nil }
func (explanation) Lines(_ Field, _ json.RawMessage, _ Words) []Line { return nil }
func (explanation) fill(r *row) {
	s := r.Settings.(*explanationSettings)
	r.Blocks = parseBlocks(s.Text)
	r.Second = s.Style
}
