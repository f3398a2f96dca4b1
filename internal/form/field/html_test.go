package field_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"madoguchi/internal/form/field"
)

// A page is rendered fields, parsed as a browser does.
type page struct {
	root *html.Node
	all  []*html.Node
	byID map[string]*html.Node
	dup  []string
}

func show(t testing.TB, f field.Field, v field.View) page {
	t.Helper()
	out, err := field.HTML([]field.Field{f}, v)
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader("<!DOCTYPE html><form>" + string(out) + "</form>"))
	if err != nil {
		t.Fatal(err)
	}
	p := page{root: root, byID: map[string]*html.Node{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		p.all = append(p.all, n)
		if id := attr(n, "id"); id != "" {
			if p.byID[id] != nil {
				p.dup = append(p.dup, id)
			}
			p.byID[id] = n
		}
	}
	return p
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func (p page) text() string { return text(p.root) }

func (p page) controls() []*html.Node {
	return slices.DeleteFunc(slices.Clone(p.all), func(n *html.Node) bool {
		return !slices.Contains([]string{"input", "select", "textarea"}, n.Data)
	})
}

// label returns the label of a control.
func (p page) label(control *html.Node) string {
	for n := control.Parent; n != nil; n = n.Parent {
		if n.Data == "label" {
			return strings.TrimSpace(text(n))
		}
	}
	for _, n := range p.all {
		if n.Data == "label" && attr(n, "for") == attr(control, "id") {
			return strings.TrimSpace(text(n))
		}
	}
	return ""
}

// checkWiring holds what assistive technology needs, whatever the kind.
func (p page) checkWiring(t testing.TB, what string) {
	t.Helper()
	if len(p.dup) > 0 {
		t.Errorf("%s: IDs stand twice: %v", what, p.dup)
	}
	for _, n := range p.controls() {
		id := attr(n, "id")
		if id == "" || p.label(n) == "" {
			t.Errorf("%s: control %q has no ID or no label", what, id)
		}
		if has(n, "placeholder") || has(n, "maxlength") || attr(n, "type") == "email" || attr(n, "type") == "number" {
			t.Errorf("%s: control %s has a placeholder, a maxlength or a type that refuses full width", what, id)
		}
		described := strings.Fields(attr(n, "aria-describedby"))
		wrong := false
		for i, ref := range described {
			if p.byID[ref] == nil {
				t.Errorf("%s: %s is described by #%s, which is not there", what, id, ref)
			}
			if strings.HasSuffix(ref, "-error") {
				wrong = true
				if i > 0 {
					t.Errorf("%s: %s hears the hint before the error", what, id)
				}
			}
		}
		if wrong != (attr(n, "aria-invalid") == "true") {
			t.Errorf("%s: %s has an error: %v, aria-invalid: %q", what, id, wrong, attr(n, "aria-invalid"))
		}
	}
	for _, n := range p.all {
		if n.Data == "fieldset" && (firstElement(n) == nil || firstElement(n).Data != "legend") {
			t.Errorf("%s: a fieldset without a legend", what)
		}
		if n.Data == "label" && attr(n, "for") != "" && p.byID[attr(n, "for")] == nil {
			t.Errorf("%s: a label for #%s, which is not there", what, attr(n, "for"))
		}
		if n.Data == "button" && attr(n, "type") != "submit" {
			t.Errorf("%s: a button that needs a script", what)
		}
	}
}

func firstElement(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func TestFieldsAreWired(t *testing.T) {
	for _, s := range samples {
		for _, need := range []string{"", `"required":true,`} {
			if need != "" && (s.typed == nil && s.want == "") {
				continue
			}
			f := s.build(t, need)
			p := show(t, f, field.View{Words: say, Answers: map[field.ID]json.RawMessage{}})
			p.checkWiring(t, s.json)
			text := p.text()
			if f.Label != "" && !strings.Contains(text, f.Label) {
				t.Errorf("%s: the label is not shown", s.json)
			}
			if f.Hint != "" && !strings.Contains(text, f.Hint) {
				t.Errorf("%s: the hint is not shown", s.json)
			}
			word := "※任意"
			if f.Required {
				word = "※必須"
			}
			if f.Asks() && !strings.Contains(text, word) {
				t.Errorf("%s: no %s", s.json, word)
			}
			names := f.Controls()
			for _, n := range p.controls() {
				if !slices.Contains(names, attr(n, "name")) {
					t.Errorf("%s: control %q is not one that Read knows: %v", s.json, attr(n, "name"), names)
				}
			}
			for _, name := range names {
				if !slices.ContainsFunc(p.controls(), func(n *html.Node) bool { return attr(n, "name") == name }) {
					t.Errorf("%s: no control %q", s.json, name)
				}
			}
			for _, l := range f.Lines(nil, say) {
				if p.byID[l.Control] == nil {
					t.Errorf("%s: 変更 would lead to #%s, which is not there", s.json, l.Control)
				}
			}
		}
	}
}

func TestHintAndErrorDescribeASingleControl(t *testing.T) {
	f := samples[0].build(t, `"required":true,`)
	p := show(t, f, field.View{Words: say, Problems: []field.Problem{{Field: "q", Label: f.Label, Control: "q", Key: "field.missing"}}})
	if got := attr(p.byID["q"], "aria-describedby"); got != "q-error q-hint" {
		t.Errorf("aria-describedby = %q", got)
	}
	if got := text(p.byID["q-error"]); got != "エラー：商品名を入力してください" {
		t.Errorf("error %q", got)
	}
}

func TestAutocompleteIsOnlyForTheApplicantsOwn(t *testing.T) {
	for _, c := range []struct {
		json string
		want map[string]string
	}{
		{`{"kind":"name","label":"氏名","autofill":true}`, map[string]string{"q-family": "family-name", "q-given": "given-name", "q-family_kana": "off"}},
		{`{"kind":"name","label":"お子さんの氏名"}`, map[string]string{"q-family": "off"}},
		{`{"kind":"name","label":"氏名","undivided":true,"autofill":true}`, map[string]string{"q-full": "name"}},
		{`{"kind":"date","label":"生年月日","autofill":true}`, map[string]string{"q-year": "bday-year", "q-month": "bday-month", "q-day": "bday-day"}},
		{`{"kind":"address","label":"住所","autofill":true}`, map[string]string{"q-postcode": "postal-code", "q-prefecture": "address-level1", "q-city": "address-level2", "q-street": "address-line1", "q-building": "address-line2"}},
		{`{"kind":"phone","label":"電話","autofill":true}`, map[string]string{"q": "tel"}},
		{`{"kind":"mail","label":"メール","autofill":true}`, map[string]string{"q": "email"}},
	} {
		p := show(t, sample{json: c.json}.build(t, ""), field.View{Words: say})
		for id, want := range c.want {
			if got := attr(p.byID[id], "autocomplete"); got != want {
				t.Errorf("%s: %s has autocomplete %q, want %q", c.json, id, got, want)
			}
		}
	}
}

func TestWhatWasTypedIsShownAgain(t *testing.T) {
	for _, s := range samples {
		f := s.build(t, "")
		p := show(t, f, field.View{Words: say, Typed: s.typed})
		for name, values := range s.typed {
			if f.Kind == "text" || f.Kind == "name" {
				if got := attr(p.byID[name], "value"); got != values[0] {
					t.Errorf("%s: %s shows %q, typed was %q", s.json, name, got, values[0])
				}
			}
			for _, v := range values {
				if !strings.Contains(p.shown(), v) && f.Kind != "long_text" {
					t.Errorf("%s: %q is not shown again", s.json, v)
				}
			}
		}
	}
}

// shown lists what the controls hold.
func (p page) shown() string {
	var all []string
	for _, n := range p.all {
		switch {
		case n.Data == "option" && has(n, "selected"), n.Data == "input" && (has(n, "checked") || !slices.Contains([]string{"radio", "checkbox"}, attr(n, "type"))):
			all = append(all, attr(n, "value"))
		case n.Data == "textarea":
			all = append(all, text(n))
		}
	}
	return strings.Join(all, "\n")
}

// A radio button cannot be released, so an optional choice offers a way back.
func TestAnOptionalChoiceCanBeTakenBack(t *testing.T) {
	s := sample{json: `{"kind":"choice","label":"区分","options":[{"value":"a","label":"甲"},{"value":"b","label":"乙"}]}`}
	f := s.build(t, "")
	p := show(t, f, field.View{Words: say, Answers: field.Answers{"q": json.RawMessage(`{"value":"b"}`)}})
	if n := p.byID["q-3"]; n == nil || attr(n, "value") != "" || p.label(n) != "選ばない" || has(n, "checked") || !has(p.byID["q-2"], "checked") {
		t.Errorf("no way back: %v", p.text())
	}
	if got, problems := f.Read(field.Input{Values: map[string][]string{"q": {""}}}); got != nil || len(problems) > 0 {
		t.Errorf("taken back: %s, %v", got, problems)
	}
	if p := show(t, s.build(t, `"required":true,`), field.View{Words: say}); p.byID["q-3"] != nil {
		t.Error("a required choice offers to choose nothing")
	}
}

func TestStoredFilesAreListedWithARemoveButton(t *testing.T) {
	s := samples[slices.IndexFunc(samples, func(s sample) bool { return strings.Contains(s.json, `"file"`) })]
	f := s.build(t, "")
	p := show(t, f, field.View{Words: say, Answers: s.input().Had, FileNotes: map[string]string{"f1": "検査済み"}})
	p.checkWiring(t, "files")
	text := p.text()
	for _, want := range []string{"JPEG", "写真が.jpg", "310 KB 検査済み", "外す", "別のファイルを追加する", "1個5 MB、合わせて10 MB、3個まで"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	remove := slices.IndexFunc(p.all, func(n *html.Node) bool { return n.Data == "button" && attr(n, "name") == "remove" })
	if remove < 0 || attr(p.all[remove], "value") != "q:f1" {
		t.Error("no button removes the file")
	}
}

func TestMarkupOfExplanations(t *testing.T) {
	f := sample{json: `{"kind":"explanation","label":"","text":"一<script>\n二\n\n- 三\n- [四](https://www.example.jp/?a=1&b=2)\n五 [六](javascript:alert)"}`}
	raw := strings.Replace(f.json, "{", `{"id":"q",`, 1)
	if _, flaws := field.Decode(json.RawMessage(raw)); len(flaws) != 1 || flaws[0].Key != "field.def_link" {
		t.Errorf("a link that is none: %v", flaws)
	}
	f.json = strings.Replace(f.json, "javascript:alert", "http://www.example.jp/", 1)
	out, err := field.HTML([]field.Field{f.build(t, "")}, field.View{Words: say})
	if err != nil {
		t.Fatal(err)
	}
	want := `<div class="mg-field mg-text" id="q">
<p>一&lt;script&gt;<br>二</p>
<ul><li>三</li><li><a href="https://www.example.jp/?a=1&amp;b=2">四</a></li></ul>
<p>五 <a href="http://www.example.jp/">六</a></p>
</div>
`
	if string(out) != want {
		t.Errorf("got %s", out)
	}
}
