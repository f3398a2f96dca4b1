package bounce_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"madoguchi/internal/bounce"
	"madoguchi/internal/mailread"
)

const report = "From: MAILER-DAEMON@mx.example.jp\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n" +
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nThis is the mail system.\n" +
	"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.jp\nArrival-Date: Fri, 1 Jul 2022 14:23:00 +0900\n\n" +
	"Final-Recipient: rfc822; hanako@example.jp\n{status}\n\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nStatus: 5.9.9\n--b--\n"

func dsn(status string) string { return strings.Replace(report, "{status}", status, 1) }

func jis(t *testing.T, s string) string {
	t.Helper()
	out, err := japanese.ISO2022JP.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReports(t *testing.T) {
	daemon := "From: Mail Delivery Subsystem <mailer-daemon@example.jp>\nSubject: {s}\n\n{t}\n"
	plain := func(subject, text string) string {
		return strings.NewReplacer("{s}", subject, "{t}", text).Replace(daemon)
	}
	for _, test := range []struct {
		name, mail string
		want       bounce.Report
		gone       bool
	}{
		{"postfix", dsn("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <hanako@example.jp>: Recipient address rejected"), bounce.Report{Action: bounce.Failed, Status: "5.1.1"}, true},
		{"with line ends of CRLF", strings.ReplaceAll(dsn("Action: failed\nStatus: 5.1.1"), "\n", "\r\n"), bounce.Report{Action: bounce.Failed, Status: "5.1.1"}, true},
		{"reason only in the diagnosis", dsn("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 Unknown user hanako@example.jp"), bounce.Report{Action: bounce.Failed, Status: "5.1.1"}, true},
		{"no status at all", dsn("Action: failed"), bounce.Report{Action: bounce.Failed, Status: "5.0.0"}, false},
		{"delayed", dsn("Action: delayed\nStatus: 4.4.1"), bounce.Report{Action: bounce.Delayed, Status: "4.4.1"}, false},
		{"delayed, and its diagnosis speaks of a refusal", dsn("Action: delayed\nStatus: 4.0.0\nDiagnostic-Code: smtp; 550 user unknown"), bounce.Report{Action: bounce.Delayed, Status: "4.0.0"}, false},
		{"delivered", dsn("Action: delivered\nStatus: 2.0.0"), bounce.Report{Action: bounce.Delivered, Status: "2.0.0"}, false},
		{"a full mailbox", dsn("Action: failed (quota)\nStatus: 5.2.2 (mailbox full)"), bounce.Report{Action: bounce.Failed, Status: "5.2.2"}, false},
		{"the worst of two recipients", dsn("Action: relayed\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; b@example.jp\nAction: failed\nStatus: 5.1.2"), bounce.Report{Action: bounce.Failed, Status: "5.1.2"}, true},
		{"qmail", plain("failure notice", "Hi. This is the qmail-send program.\n<hanako@example.jp>:\nSorry, no such mailbox here (#5.1.1)"), bounce.Report{Action: bounce.Failed, Status: "5.1.1"}, true},
		{"a carrier, in Japanese", "From: postmaster@docomo.example\nSubject: =?ISO-2022-JP?B?GyRCJWEhPCVrO3cwd0dDGyhC?=\nContent-Type: text/plain; charset=iso-2022-jp\n\n" +
			jis(t, "送信先のメールアドレスは存在しません。宛先不明です。") + "\n", bounce.Report{Action: bounce.Failed, Status: "5.1.1"}, true},
		{"a host that is not known", plain("Returned mail: Host unknown", "Host unknown (Name server: no.example: host not found)"), bounce.Report{Action: bounce.Failed, Status: "5.1.2"}, true},
		{"refused by the receiver's settings", plain("Undeliverable", "指定受信の設定により受信拒否されました"), bounce.Report{Action: bounce.Failed, Status: "5.7.1"}, false},
		{"only a code of SMTP", plain("Delivery report", "said: 550 go away"), bounce.Report{Action: bounce.Failed, Status: "5.0.0"}, false},
		{"a warning as text", plain("Delivery Status", "Your message was not yet been delivered, we will keep trying"), bounce.Report{Action: bounce.Delayed, Status: "4.0.0"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := bounce.Read(mailread.Read([]byte(test.mail)))
			if !ok || got != test.want || got.AddressGone() != test.gone {
				t.Errorf("got %+v, %v, address gone: %v; want %+v, gone: %v", got, ok, got.AddressGone(), test.want, test.gone)
			}
		})
	}
}

func TestWhatIsNoReport(t *testing.T) {
	for name, mail := range map[string]string{
		"a person":           "From: hanako@example.jp\nSubject: Re: hello\n\nuser unknown 5.1.1\n",
		"an absence notice":  "From: hanako@example.jp\nSubject: 不在\nAuto-Submitted: auto-replied\n\n5.1.1\n",
		"an old responder":   "From: postmaster@example.jp\nX-Autoreply: yes\nSubject: away\n\n550 5.1.1\n",
		"nothing":            "",
		"a status of nobody": "From: MAILER-DAEMON\nSubject: hello\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n--b--\n",
	} {
		if got, ok := bounce.Read(mailread.Read([]byte(mail))); ok {
			t.Errorf("%s: taken for %+v", name, got)
		}
	}
}
