package forms_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/demo"
	"madoguchi/internal/demo/forms"
	"madoguchi/internal/form"
	"madoguchi/internal/form/field"
	"madoguchi/internal/words"
)

func parse(t *testing.T, name string) *form.Definition {
	t.Helper()
	b, err := fs.ReadFile(forms.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	def, err := form.Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return def
}

// TestEveryProcedureHasItsForm also holds what a resident can expect of each:
// two to five pages, someone to write to, and every page shown without fault.
func TestEveryProcedureHasItsForm(t *testing.T) {
	say := field.Words(words.Of("ja").Text)
	procedures := demo.Procedures()
	for i, p := range procedures {
		name := fmt.Sprintf("%02d-%s.json", i+1, p.ID)
		def := parse(t, name)
		if n := len(def.Pages); n < 2 || n > 5 {
			t.Errorf("%s has %d pages", name, n)
		}
		roles := map[string]bool{}
		hasFiles := false
		for j := range def.Pages {
			page := &def.Pages[j]
			hasFiles = hasFiles || page.HasFiles()
			for _, f := range page.Fields {
				roles[f.Role] = true
			}
			out, err := field.HTML(page.Fields, field.View{Words: say})
			if err != nil || strings.Contains(string(out), ">field.") {
				t.Errorf("%s: page %s: %v, or a word is missing", name, page.ID, err)
			}
		}
		if !roles["applicant_name"] {
			t.Errorf("%s: nobody is the applicant", name)
		}
		if len(p.Files) > 0 && !hasFiles {
			t.Errorf("%s: the start page asks to prepare %q, the form takes no file", name, p.Files)
		}
		if len(def.Check(form.Answers{}, time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC))) == 0 {
			t.Errorf("%s: nothing is required", name)
		}
	}
	files, err := fs.Glob(forms.FS, "*.json")
	if err != nil || len(files) != len(procedures) {
		t.Errorf("%d files for %d procedures, %v", len(files), len(procedures), err)
	}
}

// Together the forms show every kind that residents can meet.
func TestTheFormsUseEveryKind(t *testing.T) {
	files, err := fs.Glob(forms.FS, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, name := range files {
		for _, p := range parse(t, name).Pages {
			for _, f := range p.Fields {
				used = append(used, f.Kind)
			}
		}
	}
	for _, k := range field.Kinds {
		if !slices.Contains(used, k.Name()) {
			t.Errorf("no form has a field of kind %s", k.Name())
		}
	}
}

func TestFormsAreWrittenBackUnchanged(t *testing.T) {
	files, err := fs.Glob(forms.FS, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		def := parse(t, name)
		b, err := def.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := form.Parse(b)
		if err != nil {
			t.Errorf("%s is written as something that cannot be read: %v", name, err)
			continue
		}
		first, _ := json.Marshal(def)
		second, _ := json.Marshal(again)
		if string(first) != string(second) {
			t.Errorf("%s changes when it is written and read", name)
		}
	}
}
