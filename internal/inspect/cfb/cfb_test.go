package cfb

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/richardlehane/mscfb"

	"madoguchi/internal/inspect/cfb/cfbtest"
)

func sample() []byte {
	return cfbtest.Build(map[string][]byte{
		"WordDocument":    []byte("text"),
		"Macros/VBA/dir":  []byte("dir"),
		"Macros/PROJECT":  bytes.Repeat([]byte("p"), 9000),
		"\x01Ole10Native": []byte("native"),
	})
}

func TestStreamsAreReadAsTheLibraryReadsThem(t *testing.T) {
	f, err := Read(sample())
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, e := range f.Entries {
		ours = append(ours, e.Path)
	}
	doc, err := mscfb.New(bytes.NewReader(sample()))
	if err != nil {
		t.Fatal(err)
	}
	var theirs []string
	for _, e := range doc.File {
		if e.Name == "Root Entry" {
			continue
		}
		name := e.Name
		if name == "Ole10Native" {
			name = "\x01" + name // mscfb hides the control character
		}
		theirs = append(theirs, strings.Join(append(slices.Clone(e.Path), name), "/"))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if strings.Join(ours, "|") != strings.Join(theirs, "|") {
		t.Errorf("got %q, want %q", ours, theirs)
	}
	e, ok := f.Find("macros/project")
	if got := f.Stream(e, 1<<20); !ok || len(got) != 9000 || got[8999] != 'p' {
		t.Errorf("got %d bytes", len(got))
	}
	if got := f.Stream(e, 10); len(got) != 10 {
		t.Errorf("bounded: got %d bytes", len(got))
	}
}

func TestDamagedFilesAreReadAsFarAsTheyGo(t *testing.T) {
	data := sample()
	for n := 512; n < len(data); n += 128 {
		if _, err := Read(data[:n]); err != nil {
			t.Fatal(err)
		}
	}
	loop := bytes.ReplaceAll(data, []byte{0xfe, 0xff, 0xff, 0xff}, []byte{0, 0, 0, 0})
	if _, err := Read(loop); err != nil {
		t.Fatal(err)
	}
	if _, err := Read([]byte("PK")); err == nil {
		t.Error("a zip was read")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(data)
		if err != nil {
			return
		}
		for _, e := range file.Entries[:min(len(file.Entries), 50)] {
			if got := file.Stream(e, 1<<20); len(got) > len(data) {
				t.Errorf("%d bytes from a file of %d", len(got), len(data))
			}
		}
	})
}
