package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"madoguchi/e2e/browsertest"
)

// pictures is the folder for screenshots, where they are wanted: make pictures.
var pictures = os.Getenv("MADOGUCHI_PICTURES")

func picture(b *browsertest.Browser, name string) {
	if pictures != "" {
		b.Picture(filepath.Join(pictures, name+".png"))
	}
}

// The public pages of the demo are checked at both widths.
func TestPublicPagesFitAndAreAccessible(t *testing.T) {
	t.Parallel()
	s := kit.Demo(t)
	b := chromium.Open(t, browsertest.Options{})
	pages := []struct {
		name, path string
		words      []string
		picture    bool // worth keeping
	}{
		{"bodies", "/", []string{"どこへ申し込みますか", "水戸市"}, true},
		{"home", "/pref-ibaraki/", []string{"お知らせ"}, true},
		{"procedures", "/pref-ibaraki/procedures", []string{"2022年07月01日 14時23分 現在", "警察官採用試験"}, false},
		{"start", "/pref-ibaraki/procedures/police-exam-2022-2", []string{"受付"}, true},
		{"news", "/pref-ibaraki/news", []string{"【追記】"}, false},
		{"contact", "/pref-ibaraki/contact", []string{"0120-000-000"}, false},
		{"forms", "/pref-ibaraki/forms", nil, false},
		{"senders", "/pref-ibaraki/senders", []string{"pref-ibaraki@shinsei.example.jp"}, false},
		{"verify", "/pref-ibaraki/verify", nil, false},
		{"help", "/pref-ibaraki/help", nil, false},
		{"accessibility", "/pref-ibaraki/accessibility", nil, false},
		{"privacy", "/pref-ibaraki/privacy", nil, false},
		{"terms", "/pref-ibaraki/terms", nil, false},
		{"demo", "/demo/", []string{"ワンタイムコード"}, true},
		{"mail", "/demo/mail", []string{"まだメールはありません"}, false},
	}
	for _, width := range []int{1280, 320} {
		b.Width(width)
		for _, p := range pages {
			want(t, b, b.Go(s.URL+p.path), 200, p.words...)
			b.Check()
			if p.picture && (width == 1280 || p.name == "home") {
				picture(b, fmt.Sprintf("%s-%d", p.name, width))
			}
		}
	}
	for _, path := range []string{"/nowhere/", "/pref-ibaraki/nothing", "/pref-ibaraki/procedures/nothing", "/demo/mail/9"} {
		if got := b.Go(s.URL + path); got != 404 {
			t.Errorf("%s: status %d, want 404", path, got)
		}
		b.Check()
	}
	b.Pages()
}
