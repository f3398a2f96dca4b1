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
