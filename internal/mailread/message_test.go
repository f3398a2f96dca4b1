package mailread

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

func encode(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBrokenHeadersAreStillRead(t *testing.T) {
	for _, c := range []struct {
		name, raw, subject, text string
	}{
		{"CRLF", "From: a@b.example\r\nSubject: x\r\n\r\nbody", "x", "body"},
		{"LF", "From: a@b.example\nSubject: x\n\nbody", "x", "body"},
		{"CR", "From: a@b.example\rSubject: x\r\rbody", "x", "body"},
		{"CR CR LF", "From: a@b.example\r\r\nSubject: x\r\r\n\r\r\nbody", "x", "body"},
		{"mixed", "From: a@b.example\nX: y\r\nSubject: x\r\n\nbody", "x", "body"},
		{"mbox line", "From a@b.example Mon Jun  6 09:00:00 2022\nSubject: x\n\nbody", "x", "body"},
		{"byte order mark", "\xef\xbb\xbfSubject: x\n\nbody", "x", "body"},
		{"empty lines first", "\r\n\r\nSubject: x\r\n\r\nbody", "x", "body"},
		{"no header at all", "\nHey gang,\nThis is a test.\n", "", "Hey gang,\nThis is a test."},
		{"a line that is no field", "From: a@b.example\nthis is broken\nSubject: x\n\nbody", "x", "body"},
		{"fold without blank", "Subject: one\ntwo\nFrom: a@b.example\n\nbody", "onetwo", "body"},
		{"no empty line", "Subject: x\nbody begins here\nand goes on\n", "x", "body begins here\nand goes on"},
		{"blank before colon", "Subject : x\n\nbody", "x", "body"},
		{"fold of blanks only", "Subject: x\n \n\nbody", "x", "body"},
		{"blank line of spaces", "Subject: x\n  \nbody", "x", "body"},
		{"no body", "Subject: x\n", "x", ""},
		{"empty", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read([]byte(c.raw))
			if m.Subject != c.subject || m.Text != c.text {
				t.Errorf("got %q, %q, want %q, %q", m.Subject, m.Text, c.subject, c.text)
			}
		})
	}
}

func TestSubjectsOfJapaneseMailers(t *testing.T) {
	const want = "【重要】申請書の①ﾃｽﾄ髙橋様"
	jisMS := "\x1b$B!Z=EMW![?=@A=q$N-!\x1b(I\x43\x3d\x44\x1b$B|b66MM\x1b(B"
	sjis := encode(t, japanese.ShiftJIS, want)
	utf := want
	b64 := base64.StdEncoding.EncodeToString
	cut := b64([]byte(utf))
	for _, c := range []struct{ name, subject string }{
		{"raw UTF-8", utf},
		{"raw cp932", sjis},
		{"raw ISO-2022-JP-MS", jisMS},
		{"B words", "=?UTF-8?B?" + b64([]byte(utf)) + "?="},
		{"cp932 word", "=?Shift_JIS?B?" + b64([]byte(sjis)) + "?="},
		{"JIS word", "=?ISO-2022-JP?B?" + b64([]byte(jisMS)) + "?="},
		{"wrongly declared", "=?ISO-2022-JP?B?" + b64([]byte(sjis)) + "?="},
		{"declared as Latin-1", "=?iso-8859-1?B?" + b64([]byte(utf)) + "?="},
		{"cut inside a character", "=?utf-8?B?" + b64([]byte(utf[:10])) + "?=\r\n =?utf-8?B?" + b64([]byte(utf[10:])) + "?="},
		{"cut inside base64", "=?utf-8?B?" + cut[:13] + "?=\r\n =?utf-8?B?" + cut[13:] + "?="},
		{"JIS cut inside a character", "=?iso-2022-jp?B?" + b64([]byte(jisMS[:8])) + "?= =?iso-2022-jp?B?" + b64([]byte(jisMS[8:])) + "?="},
		{"Q word", "=?utf-8?Q?=" + strings.ReplaceAll(fmt.Sprintf("% X", utf), " ", "=") + "?="},
		{"language (RFC 2231)", "=?utf-8*ja?B?" + b64([]byte(utf)) + "?="},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Read([]byte("Subject: " + c.subject + "\r\n\r\n")).Subject; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestBodiesAreDecodedByDeclarationThenByEvidence(t *testing.T) {
	const want = "お問い合わせありがとうございます。\n担当の髙橋です。"
	sjis, euc := encode(t, japanese.ShiftJIS, want), encode(t, japanese.EUCJP, strings.ReplaceAll(want, "髙", "高"))
	for _, c := range []struct{ name, charset, body, want string }{
		{"utf-8", "utf-8", want, want},
		{"cp932", "cp932", sjis, want},
		{"none, cp932", "", sjis, want},
		{"utf-8 that is cp932", "utf-8", sjis, want},
		{"iso-2022-jp that is utf-8", "iso-2022-jp", want, want},
		{"euc", "euc-jp", euc, strings.ReplaceAll(want, "髙", "高")},
		{"none, euc", "", euc, strings.ReplaceAll(want, "髙", "高")},
		{"unknown name", "x-nonsense", sjis, want},
		{"utf-7", "utf-7", "Hi Mom +Jjo-!", "Hi Mom ☺!"},
		{"JIS X 0212", "iso-2022-jp-1", "\x1b$(D0!\x1b(B", "丂"},
		{"kana of 8 bits in JIS", "iso-2022-jp", "\x1b$B4A;z\x1b(B\xb6\xc5", "漢字ｶﾅ"},
		{"kana shifted", "iso-2022-jp", "\x0e6E\x0f \x1b$B4A\x1b(B", "ｶﾅ 漢"},
		{"escape missing at the line end", "iso-2022-jp", "\x1b$B4A\nabc", "漢\nabc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read([]byte("Content-Type: text/plain; charset=\"" + c.charset + "\"\r\n\r\n" + c.body))
			if m.Text != c.want {
				t.Errorf("got %q, want %q", m.Text, c.want)
			}
		})
	}
}

func TestFileNamesInEveryEncoding(t *testing.T) {
	const want = "申請書 表示ソ.zip"
	jis, sjis := encode(t, japanese.ISO2022JP, want), encode(t, japanese.ShiftJIS, want)
	percent := func(s string) string { return "%" + strings.ReplaceAll(fmt.Sprintf("% X", s), " ", "%") }
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	pj := percent(jis)
	for _, c := range []struct{ name, disposition string }{
		{"raw cp932 quoted", `attachment; filename="` + sjis + `"`},
		{"raw cp932 bare", `attachment; filename=` + sjis},
		{"raw JIS with quote bytes", `attachment; filename="` + jis + `"`},
		{"raw UTF-8", `attachment; filename="` + want + `"`},
		{"RFC 2231", `attachment; filename*=utf-8'ja'` + percent(want)},
		{"RFC 2231 in JIS", `attachment; filename*=iso-2022-jp''` + pj},
		{"RFC 2231 in cp932", `attachment; filename*=cp932''` + percent(sjis)},
		{"RFC 2231 without charset", `attachment; filename*=''` + percent(sjis)},
		{"pieces cut inside a character", "attachment;\r\n filename*0*=iso-2022-jp''" + pj[:12] + ";\r\n filename*1*=" + pj[12:30] + ";\r\n filename*2*=" + pj[30:]},
		{"pieces in the wrong order", "attachment; filename*1*=" + pj[12:] + "; filename*0*=iso-2022-jp''" + pj[:12]},
		{"encoded word quoted", `attachment; filename="=?iso-2022-jp?B?` + b64(jis) + `?="`},
		{"encoded word bare", `attachment; filename==?utf-8?B?` + b64(want) + `?=`},
		{"encoded word in pieces", `attachment; filename*0="=?utf-8?B?` + b64(want)[:10] + `"; filename*1="` + b64(want)[10:] + `?="`},
		{"encoded words folded", "attachment; filename=\"=?utf-8?B?" + b64(want[:6]) + "?=\r\n =?utf-8?B?" + b64(want[6:]) + "?=\""},
		{"encoded word inside RFC 2231", `attachment; filename*=utf-8''` + percent("=?utf-8?B?"+b64(want)+"?=")},
		{"with a folder", `attachment; filename="C:\work\` + want + `"`},
		{"both", `attachment; filename="x.zip"; filename*=utf-8''` + percent(want)},
		{"quote never closed", `attachment; filename="` + want},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read([]byte("Content-Type: application/zip\r\nContent-Disposition: " + c.disposition + "\r\n\r\nx"))
			if len(m.Parts) != 1 || m.Parts[0].Name != want {
				t.Errorf("got %+v, want one part called %q", m.Parts, want)
			}
		})
	}
}

func TestEveryNameOfAPartIsReported(t *testing.T) {
	m := Read([]byte("Content-Type: application/zip; name=\"a.pdf\"\nContent-Disposition: attachment; filename=b.exe\n\nx"))
	if diff := cmp.Diff([]string{"b.exe", "a.pdf"}, m.Parts[0].Names); diff != "" {
		t.Error(diff)
	}
}

func TestMultiparts(t *testing.T) {
	const head = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n"
	for _, c := range []struct {
		name, raw, text string
		parts           int
	}{
		{"usual", head + "pre\n--b\n\none\n--b\nContent-Type: application/zip; name=x.zip\n\ntwo\n--b--\nepi", "one", 2},
		{"never closed", head + "--b\n\none\n--b\nContent-Type: application/zip\n\ntwo", "one", 2},
		{"blanks behind the boundary", head + "--b  \n\none\n--b--  \n", "one", 1},
		{"no boundary declared", "Content-Type: multipart/mixed\n\n--xyz\n\none\n--xyz\nContent-Type: application/zip\n\ntwo\n--xyz--\n", "one", 2},
		{"wrong boundary declared", "Content-Type: multipart/mixed; boundary=q\n\n--xyz\n\none\n--xyz\nContent-Type: application/zip\n\ntwo\n--xyz--\n", "one", 2},
		{"one boundary begins the other", head + "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\nplain\n--bb\nContent-Type: text/html\n\n<b>html</b>\n--bb--\n--b--", "plain", 2},
		{"alternative with empty plain text", "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n\n--b\nContent-Type: text/html\n\n<p>one<br>two\n--b--", "one\ntwo", 2},
		{"digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ninner\n--b--", "", 1},
		{"attached mail", head + "--b\n\nouter\n--b\nContent-Type: message/rfc822\n\nSubject: y\nContent-Type: application/zip\n\nzz\n--b--", "outer", 2},
		{"uuencoded", "Subject: x\n\nsee\nbegin 644 a.txt\n#86)C\n`\nend\n", "see\nbegin 644 a.txt\n#86)C\n`\nend", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read([]byte(c.raw))
			if m.Text != c.text || len(m.Parts) != c.parts {
				t.Errorf("got %q in %d parts, want %q in %d", m.Text, len(m.Parts), c.text, c.parts)
			}
			crlf := Read([]byte(strings.ReplaceAll(c.raw, "\n", "\r\n")))
			if len(crlf.Parts) != c.parts || strings.ReplaceAll(crlf.Text, "\r\n", "\n") != c.text {
				t.Errorf("with CRLF: got %q in %d parts", crlf.Text, len(crlf.Parts))
			}
		})
	}
}

func TestDamagedTransferEncodingsAreDecodedAsFarAsTheyGo(t *testing.T) {
	for _, c := range []struct{ name, encoding, body, want string }{
		{"base64", "base64", "44GC\r\n44GE", "あい"},
		{"base64 without padding", "base64", "YWI", "ab"},
		{"base64 padded in the middle", "base64", "YQ==Yg==", "ab"},
		{"base64 with dirt", "BASE64 ", "YW!Jj\x00", "abc"},
		{"quoted-printable", "quoted-printable", "=E3=81=82=\r\n=E3=81=84 =\r\nx", "あい x"},
		{"bad escapes", "quoted-printable", "a=zz b= \r\nc", "a=zz bc"},
		{"trailing blanks", "quoted-printable", "a  \r\nb", "a\nb"},
		{"unknown", "x-nonsense", "あ", "あ"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read([]byte("Content-Transfer-Encoding: " + c.encoding + "\r\n\r\n" + c.body))
			if got := m.Parts[0].Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func nested(depth int) []byte {
	var b bytes.Buffer
	b.WriteString("From: a@b.example\n")
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	b.WriteString("\nin the depth\n")
	return b.Bytes()
}

func TestLimitsAreReportedAndNeverAnError(t *testing.T) {
	lines := bytes.Repeat([]byte("X-Line: y\r\n"), 100_000)
	many := []byte("Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 2000) + "--b--")
	for _, c := range []struct {
		name string
		raw  []byte
		want Note
	}{
		{"nested multiparts", nested(1000), NoteDepth},
		{"header lines", append(append([]byte("From: a@b.example\r\n"), lines...), "\r\nbody"...), NoteHeaderLines},
		{"one long header line", append([]byte("From: a@b.example\r\nX: "), bytes.Repeat([]byte("y"), 1<<20)...), NoteHeaderBytes},
		{"parts", many, NoteParts},
		{"size", bytes.Repeat([]byte("From: a@b.example\n\nx"), MaxBytes/20+1000), NoteSize},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(c.raw)
			if !m.Has(c.want) {
				t.Errorf("notes are %v, want %v among them", m.Notes, c.want)
			}
			if len(m.Parts) > MaxParts {
				t.Errorf("%d parts", len(m.Parts))
			}
			if c.want != NoteParts && (len(m.From.Real) != 1 || m.From.Real[0] != "a@b.example") {
				t.Errorf("the sender is lost: %+v", m.From)
			}
		})
	}
}

func BenchmarkReadNested1000(b *testing.B) {
	raw := nested(1000)
	for b.Loop() {
		Read(raw)
	}
}

func BenchmarkRead100000HeaderLines(b *testing.B) {
	raw := append(bytes.Repeat([]byte("X-Line: y\r\n"), 100_000), "\r\nbody"...)
	for b.Loop() {
		Read(raw)
	}
}

func TestDatesAndIDs(t *testing.T) {
	m := Read([]byte("Date: Mon, 6 Jun 2022 09:00:00 +0900 (JST)\nMessage-ID: <a@b>\nIn-Reply-To: <c@d>\nReferences: <e@f>\n <c@d>\nReturn-Path: <x@y.example>\n\n"))
	if want := time.Date(2022, 6, 6, 0, 0, 0, 0, time.UTC); !m.Date.Equal(want) {
		t.Errorf("date: got %v, want %v", m.Date, want)
	}
	got := []string{m.MessageID, strings.Join(m.InReplyTo, " "), strings.Join(m.References, " "), m.ReturnPath}
	if diff := cmp.Diff([]string{"a@b", "c@d", "e@f c@d", "x@y.example"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("From: " + desk + "<xxx@xxx.xxx.xxx>\r\nSubject: =?iso-2022-jp?B?GyRC?=\r\n\r\n?????"))
	f.Add(nested(30))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename*0*=iso-2022-jp''%1B$B; filename*1*=x\n\nbegin 644 x\n#86)C\nend\n--b--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(raw)
		if len(m.Parts) > MaxParts {
			t.Errorf("%d parts", len(m.Parts))
		}
		total := 0
		for _, p := range m.Parts {
			total += len(p.Data)
		}
		if total > 2*len(raw)+100 {
			t.Errorf("%d bytes of parts from %d bytes of mail", total, len(raw))
		}
	})
}
