package receipt_test

import (
	"bytes"
	"testing"

	"madoguchi/internal/receipt"
)

func TestCodesOfMailsAreTheMailsOwn(t *testing.T) {
	codes, err := receipt.NewCodes(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	other, err := receipt.NewCodes(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for what, code := range map[string]string{
		"a mail": codes.Mail(2, "m"), "another mail": codes.Mail(2, "n"), "another tenant": codes.Mail(3, "m"),
		"another secret": other.Mail(2, "m"), "a lookup code": codes.Code(2, "m", 0),
	} {
		if !receipt.IsCode(code) {
			t.Errorf("%s: %q is no code", what, code)
		}
		if seen[code] != "" {
			t.Errorf("%s has the code of %s", what, seen[code])
		}
		seen[code] = what
	}
	again, err := receipt.NewCodes(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Mail(2, "m"); seen[got] != "a mail" {
		t.Errorf("sent again, a mail has another code: %s", got)
	}
	for _, no := range []string{"", "ABCD", "A1B2C3D4E5F6", "ABCDEFGHJKLMN", "abcdefghjklm"} {
		if receipt.IsCode(no) {
			t.Errorf("%q is no code", no)
		}
	}
	if !receipt.IsCode(receipt.ReadCode("abcd-ｅｆｇｈ jklm")) {
		t.Error("a code as a person types it is not read")
	}
}
