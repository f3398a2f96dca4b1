package mailauth

import (
	"bytes"
	"context"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// maxSignatures bounds how many signatures of one mail are verified.
const maxSignatures = 10

// A Signature is the result for one DKIM-Signature field.
type Signature struct {
	Domain   string `json:"domain"` // d=, lower case
	Selector string `json:"selector"`
	Result   Result `json:"result"`
	Why      string `json:"why,omitempty"` // the library's words, for logs
}

// CheckDKIM verifies the DKIM signatures of a mail with CRLF line ends, at most
// ten. A mail without one has no results.
func CheckDKIM(ctx context.Context, r Resolver, crlf []byte) []Signature {
	header, _ := splitRaw(crlf)
	var list []Signature
	for _, f := range header {
		if !strings.EqualFold(f.name, "DKIM-Signature") || len(list) == maxSignatures {
			continue
		}
		tags, _ := parseTags(f.value())
		list = append(list, Signature{Domain: canonicalName(noSpace(tags["d"])), Selector: noSpace(tags["s"]), Result: PermError})
	}
	if len(list) == 0 {
		return nil
	}
	verifications, err := dkim.VerifyWithOptions(bytes.NewReader(crlf), &dkim.VerifyOptions{
		LookupTXT:        func(name string) ([]string, error) { return r.LookupTXT(ctx, name) },
		MaxVerifications: maxSignatures,
	})
	for i := range list {
		switch {
		case i < len(verifications) && verifications[i] != nil:
			list[i].Result, list[i].Why = signatureResult(verifications[i].Err)
		case err != nil:
			list[i].Why = err.Error()
		}
	}
	return list
}

func signatureResult(err error) (Result, string) {
	switch {
	case err == nil:
		return Pass, ""
	case dkim.IsTempFail(err):
		return TempError, err.Error()
	case dkim.IsPermFail(err):
		return PermError, err.Error()
	}
	return Fail, err.Error()
}
