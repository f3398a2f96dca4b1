package rtf

import (
	"strings"
	"testing"
)

func TestObjectsFieldsAndTargetsAreRead(t *testing.T) {
	f := Read([]byte("{\\rtf1{\\object{\\*\\objdata 4 1\n{\\junk zz}4\\par 2}}{\\*\\objdata 43\\bin2 \x44}}" +
		`{\field{\*\fldinst HYPERLINK {\b "x"}}{\fldrslt shown}}{\*\template \'68ttp://evil.example}}`))
	if len(f.Objects) != 2 || string(f.Objects[0]) != "AB" || string(f.Objects[1]) != "CD}" {
		t.Errorf("objects: got %q", f.Objects)
	}
	if got := strings.TrimSpace(f.Fields); got != `HYPERLINK "x"` {
		t.Errorf("fields: got %q", got)
	}
	if f.Targets != "http://evil.example" || !f.Words["objdata"] {
		t.Errorf("targets: got %q, words %v", f.Targets, f.Words)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{\rtf1{\object{\*\objdata 0102{\x}03}}{\field{\*\fldinst DDE}}}`))
	f.Add([]byte(`\bin99999999 x\'zz{{{{}}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		for _, o := range Read(b).Objects {
			total += len(o)
		}
		if total > len(b) {
			t.Errorf("%d bytes of objects from %d", total, len(b))
		}
	})
}
