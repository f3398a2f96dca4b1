package zipfile

import (
	"archive/zip"
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

func pack(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		name, content, _ := strings.Cut(f, "=")
		fw, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fw.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func names(a Archive) string {
	var list []string
	for _, f := range a.Files {
		list = append(list, string(f.Name))
	}
	return strings.Join(list, " ")
}

func TestFilesAreListedAndOpened(t *testing.T) {
	a, err := Read(pack(t, "a.txt=one", "b/c.txt=two"))
	if err != nil || names(a) != "a.txt b/c.txt" || len(a.Notes) != 0 {
		t.Fatalf("got %+v, %v", a, err)
	}
	content, whole, err := a.Files[1].Open("", 100)
	if string(content) != "two" || !whole || err != nil {
		t.Errorf("got %q, %v, %v", content, whole, err)
	}
	if content, whole, _ := a.Files[0].Open("", 2); string(content) != "on" || whole {
		t.Errorf("bounded: got %q, %v", content, whole)
	}
}

func TestLyingArchivesAreSeenThrough(t *testing.T) {
	honest := pack(t, "good.txt=good")
	evil := pack(t, "evil.exe=MZ")
	hidden := append(slices.Clone(evil[:bytes.Index(evil, centralMark)]), honest...)
	renamed := slices.Clone(honest)
	copy(renamed[localSize:], "evil.exe")
	tail := slices.Clone(honest[:bytes.Index(honest, endMark)])
	for _, c := range []struct {
		name  string
		data  []byte
		names string
		note  Note
	}{
		{"a file before the archive", hidden, "good.txt evil.exe", Hidden},
		{"two archives in a row", append(slices.Clone(evil), honest...), "good.txt evil.exe", Hidden},
		{"another name in the local header", renamed, "good.txt", Mismatch},
		{"one name twice", pack(t, "a.txt=1", "a.txt=2"), "a.txt a.txt", Duplicate},
		{"no end record", tail, "good.txt", NoDir},
		{"a program in front", append([]byte("MZ this program unpacks itself"), honest...), "good.txt", Prefixed},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Read(c.data)
			if err != nil {
				t.Fatal(err)
			}
			if names(a) != c.names || !slices.Contains(a.Notes, c.note) {
				t.Errorf("got %q, %v, want %q, %v", names(a), a.Notes, c.names, c.note)
			}
			for _, f := range a.Files {
				if content, _, err := f.Open("", 100); len(content) == 0 || err != nil {
					t.Errorf("%s cannot be opened: %v", f.Name, err)
				}
			}
		})
	}
}

// The archives in testdata were made by Info-ZIP (ZipCrypto) and 7-Zip (AES).
func TestEncryptedArchivesOpenWithTheirPassword(t *testing.T) {
	for _, name := range []string{"zipcrypto.zip", "aes128.zip", "aes256.zip", "stored.zip"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			a, err := Read(data)
			if err != nil || len(a.Files) != 1 || !a.Files[0].Encrypted {
				t.Fatalf("got %+v, %v", a, err)
			}
			if content, _, err := a.Files[0].Open("p@ss1234", 1000); err != nil || !strings.HasPrefix(string(content), "secret text") {
				t.Errorf("got %q, %v", content, err)
			}
			for _, wrong := range []string{"", "p@ss1235", "x"} {
				if content, _, err := a.Files[0].Open(wrong, 1000); err == nil {
					t.Errorf("opened with %q: %q", wrong, content)
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f, "a.txt=one", "b.txt=two"))
	for _, name := range []string{"zipcrypto.zip", "aes256.zip"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Read(data)
		if err != nil {
			return
		}
		if len(a.Files) > MaxFiles {
			t.Errorf("%d files", len(a.Files))
		}
		for _, file := range a.Files {
			content, _, _ := file.Open("p@ss1234", 1000)
			if len(content) > 1000 {
				t.Errorf("%d bytes", len(content))
			}
		}
	})
}
