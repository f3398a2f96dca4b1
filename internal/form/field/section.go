package field

import "encoding/json"

// section is a heading above the fields that follow it (見出し).
type section struct{}

type sectionSettings struct{}

func (section) Name() string         { return "section" }
func (section) Settings() any        { return &sectionSettings{} }
func (section) Parts(Field) []string { return nil }
func (section) Flaws(Field) []Flaw   { return nil }

func (section) Read(*Reading) any                                { return nil }
func (section) Typed(Field, json.RawMessage) map[string][]string { return nil }
func (section) Lines(Field, json.RawMessage, Words) []Line       { return nil }
func (section) fill(*row)                                        {}
