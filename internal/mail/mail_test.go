package mail_test

import (
	"testing"

	"madoguchi/internal/mail"
)

func TestMaskShowsOneLetterAndTheDomain(t *testing.T) {
	for address, want := range map[string]string{
		"hanako@example.jp":       "h***@example.jp",
		"h@example.jp":            "h***@example.jp",
		"花子@example.jp":           "花***@example.jp",
		`"a@b"@example.jp`:        `"***@example.jp`,
		"":                        "***",
		"@example.jp":             "***",
		"hanako":                  "***",
		"hanako.suzuki@city.test": "h***@city.test",
	} {
		if got := mail.Mask(address); got != want {
			t.Errorf("Mask(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestReturnPathsAreReadBack(t *testing.T) {
	path := mail.ReturnPath(12, "H4TX92MQ7CKE", "pref.example.jp")
	if path != "bounce+12-h4tx92mq7cke@pref.example.jp" {
		t.Errorf("got %s", path)
	}
	for _, local := range []string{"bounce+12-h4tx92mq7cke", "BOUNCE+12-H4TX92MQ7CKE"} {
		if id, code, ok := mail.ReadReturnPath(local); id != 12 || code != "H4TX92MQ7CKE" || !ok {
			t.Errorf("%s: got %d, %s, %v", local, id, code, ok)
		}
	}
	for _, local := range []string{"", "bounce", "bounce+", "bounce+12", "bounce+-x", "bounce+0-x", "bounce+x-y", "no-reply", "bounce+99999999999999999999-x"} {
		if _, _, ok := mail.ReadReturnPath(local); ok {
			t.Errorf("%q was taken for a return path", local)
		}
	}
}
