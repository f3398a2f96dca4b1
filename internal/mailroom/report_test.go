package mailroom_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"bytes"

	"github.com/emersion/go-msgauth/dkim"

	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/receipt"
	"madoguchi/internal/store"
)

// genuine is a mail as the mailer sends it, with a code.
func genuine(code string, date time.Time) string {
	return "From: =?utf-8?B?6Iyo5Z+O55yM?= <" + sender + ">\r\nTo: <hanako@example.jp>\r\n" +
		"Subject: =?utf-8?B?44CQ6Iyo5Z+O55yM44CR55Sz44GX6L6844G/44KS5Y+X44GR5LuY44GR44G+44GX44Gf?=\r\n" +
		"Date: " + date.Format(time.RFC1123Z) + "\r\nMessage-ID: <m1@pref-ibaraki.example.jp>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n\r\n次の申し込みを受け付けました。\r\n確認コード：" + receipt.FormatCode(code) +
		"\r\nhttps://shinsei.example.jp/pref-ibaraki/mail-check?code=" + code + "\r\n"
}

func (h *house) report(t *testing.T, raw string) mailroom.Found {
	t.Helper()
	found, err := h.Report(t.Context(), h.pref, []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func keys(f mailroom.Found) string {
	var list []string
	for _, r := range f.Reasons {
		list = append(list, strings.TrimPrefix(r.Key[strings.LastIndexByte(r.Key, '.')+1:], "why_"))
	}
	return strings.Join(list, " ")
}

func TestReports(t *testing.T) {
	h := open(t)
	code := h.leave(t, "m1")
	mail := genuine(code, time.Now())
	without := func(part string) string { return strings.ReplaceAll(mail, part, "") }
	codeLines := "確認コード：" + receipt.FormatCode(code) + "\r\nhttps://shinsei.example.jp/pref-ibaraki/mail-check?code=" + code + "\r\n"
	_, body, _ := strings.Cut(mail, "\r\n\r\n")
	for _, test := range []struct {
		name, mail string
		outcome    mailroom.Outcome
		why        string // reasons that must be among those given, or "" for none at all
	}{
		{"our own mail", mail, mailroom.Recorded, ""},
		{"our own mail from an mbox", "From x Fri Jul 1 14:23:00 2022\r\n" + mail, mailroom.Recorded, ""},
		{"its text alone", body, mailroom.Recorded, ""},
		{"its link alone", "https://shinsei.example.jp/pref-ibaraki/mail-check?code=" + strings.ToLower(code), mailroom.Recorded, ""},
		{"its code from another sender", strings.Replace(mail, "<"+sender+">", "<x83k@unknown.example.net>", 1), mailroom.Copied, "other_sender"},
		{"its code with our address as the name", strings.Replace(mail, "=?utf-8?B?6Iyo5Z+O55yM?= <"+sender+">", `"`+sender+`" <x83k@unknown.example.net>`, 1), mailroom.Copied, "other_sender shown_address"},
		{"its code under RE:", strings.Replace(mail, "Subject: ", "Subject: RE: ", 1), mailroom.Copied, "other_subject"},
		{"its code weeks later", genuine(code, time.Now().Add(17*24*time.Hour)), mailroom.Copied, "other_time"},
		{"its code with a file", strings.ReplaceAll(attack, "{text}", code[:4]+"-"+code[4:8]+"-"+code[8:]), mailroom.Copied, "attachment other_sender"},
		{"the attack of 2022", attack, mailroom.Forged, "other_sender no_code attachment shown_address"},
		{"our address and no code", without(codeLines), mailroom.Forged, "no_code"},
		{"a made-up code", strings.ReplaceAll(mail, receipt.FormatCode(code), "ABCD-EFGH-JKLM"), mailroom.Recorded, ""}, // the link still holds the other
		{"only a made-up code", strings.NewReplacer(receipt.FormatCode(code), "ABCD-EFGH-JKLM", "?code="+code, "").Replace(mail), mailroom.Forged, "unknown_code"},
		{"somebody else's advertisement", "From: shop@example.com\r\nSubject: sale\r\n\r\n安いです\r\n", mailroom.Foreign, "other_sender no_code"},
		{"our name from elsewhere", "From: shop@example.com\r\nSubject: =?utf-8?B?44CQ6Iyo5Z+O55yM44CR?=\r\n\r\n安いです\r\n", mailroom.Forged, "other_sender no_code"},
		{"a piece of text", "こんにちは。: お元気ですか", mailroom.Unclear, "no_code"},
		{"nothing that is a mail", "\x00\xff\x01", mailroom.Unclear, "no_code"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := h.report(t, test.mail)
			got := keys(found)
			if found.Outcome != test.outcome {
				t.Errorf("got %s (%s), want %s", found.Outcome, got, test.outcome)
			}
			if test.why == "" && got != "" {
				t.Errorf("got the reasons %q, want none", got)
			}
			for why := range strings.FieldsSeq(test.why) {
				if !strings.Contains(" "+got+" ", " "+why+" ") {
					t.Errorf("%s is not among the reasons %q", why, got)
				}
			}
		})
	}
	got := h.counts(t, h.pref.ID)
	for _, want := range []string{"report copied+++++", "report foreign+", "report unclear++"} {
		if !strings.Contains(got, want) {
			t.Errorf("counts %s lack %s", got, want)
		}
	}
}

func TestARevokedCodeMakesAReportedMailAForgery(t *testing.T) {
	h := open(t)
	code := h.leave(t, "m1")
	if _, err := h.Revoke(t.Context(), h.pref.ID, "x", time.Now().Add(-time.Hour), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if found := h.report(t, genuine(code, time.Now())); found.Outcome != mailroom.Copied || keys(found) != "revoked" {
		t.Errorf("got %s (%s), want copied (revoked)", found.Outcome, keys(found))
	}
}

// A person who pastes a genuine mail breaks its signature: that says nothing.
func TestASignatureSpeaksForAMailAndNeverAgainstIt(t *testing.T) {
	h := open(t)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	resolver, err := mailauth.ReadZone([]byte(`{"_dmarc.pref-ibaraki.example.jp.": {"TXT": ["v=DMARC1; p=reject"]},
		"s1._domainkey.pref-ibaraki.example.jp.": {"TXT": ["v=DKIM1; k=ed25519; p=` + base64.StdEncoding.EncodeToString(public) + `"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	h.Resolver = resolver
	mail := genuine(h.leave(t, "m1"), time.Now())
	var signed bytes.Buffer
	err = dkim.Sign(&signed, strings.NewReader(mail), &dkim.SignOptions{Domain: "pref-ibaraki.example.jp", Selector: "s1", Signer: private})
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		mail   string
		signed bool
	}{"as it came": {signed.String(), true}, "without its signature": {mail, false}, "with a broken one": {signed.String() + "> pasted\r\n", false}} {
		if found := h.report(t, test.mail); found.Outcome != mailroom.Recorded || found.Signed != test.signed {
			t.Errorf("%s: got %s (%s), signed %v; want recorded, signed %v", what, found.Outcome, keys(found), found.Signed, test.signed)
		}
	}
}

func TestAReportAsksNothingOfACode(t *testing.T) {
	h := open(t)
	code := h.leave(t, "m1")
	h.report(t, genuine(code, time.Now()))
	err := h.db.Read(t.Context(), h.pref.ID, func(tx store.Tx) error {
		list, err := tx.MailsAbout(context.WithoutCancel(t.Context()), "about-m1")
		if len(list) != 1 || list[0].Asked != 0 {
			t.Errorf("got %+v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
