package impersonation

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/internal/inspect/cfb/cfbtest"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailread"

	"archive/zip"
)

const desk = "help-shinsei-ibaraki@s-kantan.com"

func pack(t testing.TB, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// macro is an old Word document with a macro.
func macro() []byte {
	return cfbtest.Build(map[string][]byte{"WordDocument": []byte("x"), "Macros/VBA/dir": []byte("x")})
}

// mail makes a mail with an attachment if name is not empty.
func mail(header, body, name string, content []byte) string {
	if name == "" {
		return header + "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + body
	}
	return fmt.Sprintf("%s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n%s\n"+
		"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
		header, body, name, base64.StdEncoding.EncodeToString(content))
}

// judge reads, inspects and judges a mail; change may add to the case.
func judge(raw string, change func(*Case)) Verdict {
	m := mailread.Read([]byte(raw))
	c := Case{Message: m, Files: Inspect(m), Protected: []string{"s-kantan.com", "city.mito.lg.jp"}}
	if change != nil {
		change(&c)
	}
	return Judge(c)
}

func ruleNames(v Verdict) string {
	var names []string
	for _, h := range v.Hits {
		names = append(names, h.Rule)
	}
	return strings.Join(names, " ")
}

const honest = "From: 山田太郎 <yamada@example.jp>\nTo: " + desk + "\nSubject: 質問です"

func TestEachRuleMeetsWhatItIsFor(t *testing.T) {
	dmarc := func(policy string) func(*Case) {
		return func(c *Case) {
			c.Auth.DMARC = mailauth.DMARC{Result: mailauth.Fail, Policy: policy, Author: "example.jp"}
		}
	}
	for _, c := range []struct {
		name, raw string
		change    func(*Case)
		rules     string
		want      Decision
	}{
		{"canary", mail("From: a@b.example\nTo: decoy@s-kantan.com", "x", "", nil), func(c *Case) { c.Canaries = []string{"Decoy@s-kantan.com"} }, "canary", Quarantine},
		{"our address shown", mail("From: "+desk+"<xxx@xxx.xxx.xxx>", "x", "", nil), nil, "shown_address", Quarantine},
		{"our address in fullwidth", mail("From: ｈｅｌｐ＠ｓ－ｋａｎｔａｎ．ｃｏｍ <x@evil.example>", "x", "", nil), nil, "shown_address", Quarantine},
		{"another address of our domain shown", mail("From: \"x@sub.s-kantan.com\" <x@evil.example>", "x", "", nil), nil, "shown_address", Quarantine},
		{"any other address shown and nothing protected", mail("From: \"a@b.example\" <x@evil.example>", "x", "", nil), func(c *Case) { c.Protected = nil }, "shown_address", Quarantine},
		{"our domain shown", mail("From: \"s-kantan.com 窓口\" <x@evil.example>", "x", "", nil), nil, "shown_domain", Quarantine},
		{"two From fields", mail("From: a@b.example\nFrom: c@d.example", "x", "", nil), nil, "several_from", Quarantine},
		{"two mailboxes", mail("From: a@b.example, c@d.example", "x", "", nil), nil, "several_from", Quarantine},
		{"two brackets", mail("From: <a@b.example> <c@d.example>", "x", "", nil), nil, "shown_address several_from", Quarantine},
		{"double at", mail("From: a@b.example@c.example", "x", "", nil), nil, "shown_address several_from", Quarantine},
		{"no From", mail("Subject: x", "x", "", nil), nil, "unreadable_from", Quarantine},
		{"From without address", mail("From: 山田", "x", "", nil), nil, "unreadable_from", Quarantine},
		{"mailbox in an encoded word", mail("From: =?utf-8?B?WWFtYWRhIDx0QGNpdHkuZXhhbXBsZS5qcD4=?=", "x", "", nil), nil, "hidden_from", Suspect},
		{"NUL", mail("From: a@b.example\nSubject: x\x00y", "x", "", nil), nil, "odd_characters", Quarantine},
		{"turned name of a file", mail(honest, "x", "a\u202efdp.exe", []byte("MZ")), nil, "odd_characters dangerous_file disguised_file", Quarantine},
		{"one letter off", mail("From: help@s-kamtan.com", "x", "", nil), nil, "lookalike", Quarantine},
		{"swapped letters", mail("From: help@s-kanatn.com", "x", "", nil), nil, "lookalike", Quarantine},
		{"a letter too many", mail("From: help@s-kanttan.com", "x", "", nil), nil, "lookalike", Quarantine},
		{"digit for letter", mail("From: help@5-kantan.com", "x", "", nil), nil, "lookalike", Quarantine},
		{"Cyrillic", mail("From: help@s-kаntan.com", "x", "", nil), nil, "lookalike", Quarantine},
		{"another top domain", mail("From: help@s-kantan.co", "x", "", nil), nil, "lookalike", Quarantine},
		{"ours in front", mail("From: help@s-kantan.com.evil.example", "x", "", nil), nil, "lookalike", Quarantine},
		{"ours with a dash", mail("From: help@city-mito-lg-jp.example", "x", "", nil), nil, "lookalike", Quarantine},
		{"stolen text", mail(honest, "x", "", nil), func(c *Case) { c.Past.Lines = 3 }, "stolen_text", Quarantine},
		{"one stolen line", mail(honest, "x", "", nil), func(c *Case) { c.Past.Lines = 1 }, "stolen_text", Suspect},
		{"stolen subject", mail(honest, "x", "", nil), func(c *Case) { c.Past.Subject = true }, "stolen_thread", Suspect},
		{"stolen number", mail(honest, "x", "", nil), func(c *Case) { c.Past.ID = true }, "stolen_thread", Suspect},
		{"DMARC reject", mail(honest, "x", "", nil), dmarc("reject"), "dmarc_fail", Quarantine},
		{"DMARC quarantine", mail(honest, "x", "", nil), dmarc("quarantine"), "dmarc_fail", Quarantine},
		{"our domain without proof", mail("From: "+desk, "x", "", nil), func(c *Case) { c.Client = true }, "own_domain_unproved", Suspect},
		{"our domain fails", mail("From: "+desk, "x", "", nil), func(c *Case) {
			c.Auth.DMARC = mailauth.DMARC{Result: mailauth.Fail, Policy: "none", Author: "s-kantan.com"}
		}, "dmarc_fail", Quarantine},
		{"used to pass", mail(honest, "x", "", nil), func(c *Case) { c.Past.UsedToPass = true }, "used_to_pass", Suspect},
		{"SPF fail", mail(honest, "x", "", nil), func(c *Case) { c.Auth.SPF.Result = mailauth.Fail }, "spf_fail", Suspect},
		{"S/MIME fail", mail(honest, "x", "", nil), func(c *Case) { c.Auth.SMIME.Result = mailauth.Fail }, "smime_fail", Suspect},
		{"macro", mail(honest, "x", "a.doc", macro()), nil, "dangerous_file", Quarantine},
		{"macro in a zip", mail(honest, "x", "a.zip", pack(t, "a.doc", macro())), nil, "dangerous_file", Quarantine},
		{"archive in archive", mail(honest, "x", "a.zip", pack(t, "b.zip", pack(t, "c.txt", []byte("x")))), nil, "nested_archive", Suspect},
		{"double extension", mail(honest, "x", "請求書.pdf.exe", []byte("MZ\x90\x00"+strings.Repeat("\x00", 80))), nil, "dangerous_file disguised_file", Quarantine},
		{"program in an encrypted archive", mail(honest, "x", "a.zip", encryptedNamed(t)), nil, "dangerous_file encrypted_file", Quarantine},
		{"web page", mail(honest, "x", "a.html", []byte("<html><form action=http://evil.example></form></html>")), nil, "active_file", Suspect},
		{"beyond the limits", "From: a@b.example\n" + strings.Repeat("X: y\n", 1200) + "\nx", nil, "beyond_limits", Suspect},
		{"garbled answer without thread", mail("From: a@b.example\nSubject: RE: x", "?????? ???? 申請", "", nil), nil, "garbled reply_without_thread", Suspect},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := judge(c.raw, c.change)
			if got.Decision != c.want || ruleNames(got) != c.rules {
				t.Errorf("got %s by %q, want %s by %q", got.Decision, ruleNames(got), c.want, c.rules)
			}
		})
	}
}

// encryptedNamed is an encrypted archive whose list of names shows a program.
func encryptedNamed(t *testing.T) []byte {
	data, err := os.ReadFile("../inspect/zipfile/testdata/zipcrypto.zip")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(data, []byte("s.txt"), []byte("s.scr"))
}

func TestOrdinaryMailIsAccepted(t *testing.T) {
	ppap, err := os.ReadFile("../inspect/zipfile/testdata/aes256.zip")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, raw string
		change    func(*Case)
	}{
		{"a question", mail(honest, "手続きについて教えてください。", "", nil), nil},
		{"our own mail", mail("From: "+desk+"<"+desk+">", "x", "", nil), nil},
		{"our own mail, proved", mail("From: "+desk+" <"+desk+">", "x", "", nil), func(c *Case) {
			c.Client, c.Auth.DMARC.Result = true, mailauth.Pass
		}},
		{"ticket system", mail("From: \"support@vendor.example\" <ticket+12345@desk.vendor.example>\nReply-To: support@vendor.example\nSubject: Re: [#12345] 質問", "x", "", nil), nil},
		{"list", mail("From: \"Yamada via list\" <list@lists.example.org>\nReply-To: yamada@example.jp\nSubject: [list 123] Re: 予定", "x", "", nil), func(c *Case) {
			c.Auth.DKIM = []mailauth.Signature{{Domain: "example.jp", Result: mailauth.Fail}, {Domain: "lists.example.org", Result: mailauth.Pass}}
		}},
		{"list that shows the address", mail("From: \"yamada@example.jp via list\" <list@lists.example.org>", "x", "", nil), nil},
		{"list that breaks DKIM under p=none", mail(honest, "x", "", nil), func(c *Case) {
			c.Auth.DKIM = []mailauth.Signature{{Domain: "example.jp", Result: mailauth.Fail}}
			c.Auth.DMARC = mailauth.DMARC{Result: mailauth.Fail, Policy: "none", Author: "example.jp"}
		}},
		{"calendar", mail("From: \"yamada@gmail.com (Google カレンダー)\" <calendar-notification@google.com>\nReply-To: yamada@gmail.com\nSubject: 招待", "x", "", nil), nil},
		{"dotted name", mail("From: foo.fo- private <x@foo.fo>", "x", "", nil), nil},
		{"second address", mail("From: \"yamada@example.jp\" <yamada@home.example>\nSubject: 質問", "x", "", nil), nil},
		{"second address in a thread, proved", mail("From: \"yamada@example.jp\" <yamada@home.example>\nSubject: Re: 質問", "x", "", nil), func(c *Case) {
			c.Auth.DMARC.Result, c.Past = mailauth.Pass, Past{ID: true, Lines: 1, Second: true}
			c.Message.InReplyTo = []string{"x"}
		}},
		{"Apple Mail's answer", mail("From: a@b.example\nSubject: Re: 質問", "ありがとうございました。", "", nil), nil},
		{"office that zips everything", mail(honest, "添付の通りです。パスワードは別メールで送ります。", "書類.zip", ppap), nil},
		{"office that zips, password in the mail", mail(honest, "添付の通りです。\nパスワード：p@ss1234\n", "書類.zip", ppap), nil},
		{"zip of documents", mail(honest, "x", "a.zip", pack(t, "申請書.txt", []byte("本文"))), nil},
		{"a neighbouring city", mail("From: desk@city.mita.lg.jp", "x", "", nil), nil},
		{"our name under another top domain", mail("From: a@s-kantan.org", "x", "", nil), nil},
		{"short labels one letter apart", mail("From: a@mita.example.jp", "x", "", nil), func(c *Case) { c.Protected = []string{"mito.example.jp"} }},
		{"a domain that ends like ours", mail("From: a@kantan.com", "x", "", nil), nil},
		{"questions", mail(honest, "本当ですか？ いつですか？ 電話でもよいですか？ 手続きの場所を教えてください。", "", nil), nil},
		{"bounce without an address", mail("From: MAILER-DAEMON\nSubject: Undelivered Mail Returned to Sender", "user unknown", "", nil), nil},
		{"bounce of a Japanese carrier", mail("From: Mail Delivery Subsystem <MAILER-DAEMON@docomo.ne.jp>\nSubject: Returned mail", "x", "", nil), nil},
		{"dots of docomo", mail("From: user..name.@docomo.ne.jp", "x", "", nil), nil},
		{"softfail", mail(honest, "x", "", nil), func(c *Case) { c.Auth.SPF.Result = mailauth.SoftFail }},
		{"forwarded: SPF fails, DKIM keeps DMARC", mail(honest, "x", "", nil), func(c *Case) {
			c.Auth.SPF.Result, c.Auth.DMARC.Result = mailauth.Fail, mailauth.Pass
		}},
		{"DNS is slow", mail(honest, "x", "", nil), func(c *Case) {
			c.Client, c.Auth.SPF.Result, c.Auth.DMARC.Result = true, mailauth.TempError, mailauth.TempError
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := judge(c.raw, c.change); got.Decision != Accept {
				t.Errorf("got %s (%d) by %q", got.Decision, got.Weight, ruleNames(got))
			}
		})
	}
}

// TestAttackOf2022 replays the mails that were sent from 6 June 2022 on.
func TestAttackOf2022(t *testing.T) {
	past := Index([]mailread.Message{mailread.Read([]byte(mail(
		"From: taro@example.jp\nTo: "+desk+"\nMessage-ID: <q1@example.jp>\nSubject: 狩猟免許試験の申込について", "会場を変更したいのですが、どうすればよいでしょうか。\n受付番号は 12345 です。必要な書類も教えてください。", "", nil)))})
	encrypted, err := os.ReadFile("../inspect/testdata/docm-zipcrypto.zip")
	if err != nil {
		t.Fatal(err)
	}
	header := "From: " + desk + "<xxx@xxx.xxx.xxx>\nTo: taro@example.jp\nSubject: RE: 狩猟免許試験の申込について"
	for _, c := range []struct {
		name, raw string
		want      []string
	}{
		{"garbled body", mail(header, "?????? ???? ???????\n?????", "x.zip", pack(t, "請求書.doc", macro())), []string{"shown_address", "stolen_thread", "dangerous_file", "garbled", "reply_without_thread"}},
		{"password in the body", mail(header, "ご確認ください。\nパスワード: 1234", "x.zip", encrypted), []string{"shown_address", "stolen_thread", "dangerous_file", "password_in_body", "reply_without_thread"}},
		{"stolen text", mail(header, "> 会場を変更したいのですが、どうすればよいでしょうか。\n> 受付番号は 12345 です。必要な書類も教えてください。", "x.zip", pack(t, "請求書.doc", macro())), []string{"shown_address", "stolen_text", "stolen_thread", "dangerous_file", "reply_without_thread"}},
		{"stolen text from an unknown sender without our name", mail("From: x@evil.example\nSubject: RE: 狩猟免許試験の申込について", "> 会場を変更したいのですが、どうすればよいでしょうか。\n> 受付番号は 12345 です。必要な書類も教えてください。", "", nil), []string{"stolen_text", "stolen_thread", "reply_without_thread"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := judge(c.raw, func(k *Case) { k.Past = past.Match(k.Message) })
			if got.Decision != Quarantine {
				t.Errorf("got %s", got.Decision)
			}
			if diff := cmp.Diff(strings.Join(c.want, " "), ruleNames(got)); diff != "" {
				t.Error(diff)
			}
			if got.Incident != strings.Contains(c.name, "stolen text") {
				t.Errorf("incident: got %v", got.Incident)
			}
		})
	}
}

func TestThreadsKnowWhoTookPart(t *testing.T) {
	past := Index([]mailread.Message{mailread.Read([]byte(mail(
		"From: taro@example.jp\nTo: "+desk+"\nMessage-ID: <q1@example.jp>\nSubject: 質問です", "会場を変更したいのですが、どうすればよいでしょうか。", "", nil)))})
	for _, c := range []struct {
		name, raw string
		want      Past
	}{
		{"the writer himself", "From: Taro@example.jp\nSubject: Re: 質問です\nIn-Reply-To: <q1@example.jp>", Past{}},
		{"the desk's answer", "From: " + desk + "\nSubject: Re: 質問です\nIn-Reply-To: <q1@example.jp>", Past{}},
		{"a stranger by subject", "From: x@evil.example\nSubject: ＲＥ：　質問です", Past{Subject: true}},
		{"a stranger by number", "From: x@evil.example\nSubject: x\nReferences: <q1@example.jp>", Past{ID: true}},
		{"a stranger who asks something of the same short name", "From: x@other.example\nSubject: 質問です", Past{}},
		{"a second address", "From: \"taro@example.jp\" <t@home.example>\nSubject: Re: 質問です", Past{Subject: true, Second: true}},
	} {
		if diff := cmp.Diff(c.want, past.Match(mailread.Read([]byte(c.raw+"\n\nx")))); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if got := (*Threads)(nil).Match(mailread.Message{}); got != (Past{}) {
		t.Errorf("no threads: got %+v", got)
	}
}

func TestBareSubjects(t *testing.T) {
	for s, want := range map[string]string{
		"Re: Re[2]: FW: 質問": "質問", "RE：返信：質問": "質問", "[list 12] Re: 質問": "質問", "質問": "質問", "Re:質問": "質問", "Reの質問": "reの質問", "": "",
	} {
		if got := BareSubject(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

func TestPasswordsAreFoundInTheText(t *testing.T) {
	for _, text := range []string{
		"パスワード：s3cret!", "解凍パスワードは「s3cret!」です。", "Password: s3cret!", "PW=s3cret!", "パスワードは s3cret! になります", "パスワード\n\ns3cret!\n", "パスワードはs3cret!です", "zip pass is s3cret!.",
	} {
		got := Passwords(mailread.Message{Text: "添付します。\n" + text + "\n"})
		if len(got) > 50 {
			t.Errorf("%d passwords", len(got))
		}
		found := false
		for _, p := range got {
			found = found || p == "s3cret!" || p == "s3cret" && strings.HasSuffix(text, ".")
		}
		if !found {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestEveryRuleHasWords(t *testing.T) {
	toml, err := os.ReadFile("../words/ja/mailjudge.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules() {
		if !bytes.Contains(toml, []byte("\n"+r.name+" = ")) {
			t.Errorf("%s has no words", r.name)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	body := strings.Repeat("お問い合わせありがとうございます。手続きの会場の変更についてご案内します。\n", 70)
	raw := []byte(mail(honest+"\nDKIM-Signature: v=1; a=rsa-sha256; d=example.jp; s=s; h=from; bh=x; b=x", body, "", nil))
	z, err := mailauth.ReadZone([]byte(`{"_dmarc.example.jp.": {"TXT": ["v=DMARC1; p=none"]}}`))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		m := mailread.Read(raw)
		auth := mailauth.Check(b.Context(), z, m, mailauth.Envelope{}, mailauth.Trust{})
		if v := Judge(Case{Message: m, Auth: auth, Files: Inspect(m), Protected: []string{"s-kantan.com"}}); v.Decision == Quarantine {
			b.Fatal(v)
		}
	}
}
