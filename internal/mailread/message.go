// Package mailread reads mail (メールの読み取り) as it really arrives.
//
// Read never fails: what a person could still read is read, and what was
// broken, guessed or beyond the limits is reported in the message's notes.
// Every address that a person may take for the sender is reported, apart from
// the address that the mail really names as its sender. The work is bounded by
// the size of the mail; nothing here reads the clock, a file or the network.
//
// Whether a mail is genuine is left to mailauth and impersonation, what its
// parts can do to inspect.
package mailread

import (
	"bytes"
	"net/mail"
	"strings"
	"time"
)

// The limits of one mail. What lies beyond is left unread and reported.
const (
	MaxBytes       = 25 << 20  // the whole mail
	MaxDepth       = 20        // nested multiparts and attached mails
	MaxParts       = 500       // parts that are no multipart
	MaxHeaderBytes = 256 << 10 // one header
	MaxHeaderLines = 1000      // one header, folded lines counted
)

// A Note names something about a mail that a careful reader should know.
type Note string

// The notes. The first five say that a limit was met.
const (
	NoteSize           Note = "size"            // longer than MaxBytes: cut
	NoteDepth          Note = "depth"           // nested deeper than MaxDepth: the inner part is left whole
	NoteParts          Note = "parts"           // more parts than MaxParts
	NoteHeaderBytes    Note = "header_bytes"    // a header longer than MaxHeaderBytes
	NoteHeaderLines    Note = "header_lines"    // a header of more than MaxHeaderLines lines
	NoteBrokenHeader   Note = "broken_header"   // a header line that is no field
	NoteBareCR         Note = "bare_cr"         // a carriage return that ends no line
	NoteNUL            Note = "nul"             // a zero byte in a header
	NoteCharsetGuessed Note = "charset_guessed" // the declared charset did not fit
	NoteNoBoundary     Note = "no_boundary"     // a multipart whose boundary was missing or guessed
	NoteUnterminated   Note = "unterminated"    // a multipart without its last boundary
	NoteTransfer       Note = "transfer"        // base64 or the like with errors
)

// Beyond reports whether the note says that part of the mail was not read.
func (n Note) Beyond() bool {
	switch n {
	case NoteSize, NoteDepth, NoteParts, NoteHeaderBytes, NoteHeaderLines:
		return true
	}
	return false
}

// A Message is one mail as a person would read it. All texts are UTF-8.
type Message struct {
	Header     Header
	Subject    string
	From       Sender
	ReplyTo    []Address
	To         []Address // To and Cc
	Date       time.Time // zero if missing or unreadable
	MessageID  string    // without angle brackets
	InReplyTo  []string
	References []string
	ReturnPath string // the topmost Return-Path; "" for none and for <>
	Parts      []Part // the leaves in order; attached mails are opened
	Text       string // the body: plain text, or the HTML as text
	Notes      []Note // each note once

	// Raw is the mail without a byte order mark and mbox line, cut to MaxBytes.
	Raw []byte
	// Body is the part of Raw after the header.
	Body []byte
	// Signed is what the signature of a multipart/signed mail is about, its
	// header included; nil for other mails.
	Signed []byte
}

// A Part is a leaf of the mail.
type Part struct {
	Name        string   // the file name a person is shown; "" for none
	Names       []string // every file name declared, Name first
	Type        string   // the declared media type, lower case: "text/plain"
	Disposition string   // "attachment", "inline" or ""
	Charset     string   // as declared
	ID          string   // Content-ID without angle brackets
	Data        []byte   // transfer encoding removed
	Text        string   // of text parts: decoded to UTF-8
	Attached    bool     // not part of the body that a person sees first
	Depth       int      // 0 for a mail without multipart
}

// Read reads raw, the bytes of a mail (RFC 5322) or of one mbox entry.
func Read(raw []byte) Message {
	r := reader{noted: map[Note]bool{}}
	if len(raw) > MaxBytes {
		raw = raw[:MaxBytes]
		r.note(NoteSize)
	}
	raw = trimStart(raw)
	m := Message{Raw: raw}
	m.Header, m.Body = r.splitHeader(raw)
	m.Subject = m.Header.Text("Subject")
	m.From = readSender(m.Header)
	for _, name := range []string{"Reply-To", "To", "Cc"} {
		for _, f := range m.Header.All(name) {
			list := addresses(f.text())
			if name == "Reply-To" {
				m.ReplyTo = append(m.ReplyTo, list...)
			} else {
				m.To = append(m.To, list...)
			}
		}
	}
	m.Date = readDate(m.Header.Text("Date"))
	if ids := messageIDs(m.Header.Text("Message-ID")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = messageIDs(m.Header.Text("In-Reply-To"))
	m.References = messageIDs(m.Header.Text("References"))
	if list := addresses(m.Header.Text("Return-Path")); len(list) > 0 {
		m.ReturnPath = list[0].Addr
	}
	m.Text = strings.TrimSpace(r.walk(m.Header, m.Body, 0, false))
	m.Parts = r.parts
	m.Signed = r.signed
	m.Notes = r.notes
	return m
}

// Has reports whether the message has the note n.
func (m Message) Has(n Note) bool {
	for _, have := range m.Notes {
		if have == n {
			return true
		}
	}
	return false
}

// A reader holds what is gathered while one mail is read.
type reader struct {
	parts  []Part
	notes  []Note
	noted  map[Note]bool
	signed []byte
}

func (r *reader) note(n Note) {
	if !r.noted[n] {
		r.noted[n] = true
		r.notes = append(r.notes, n)
	}
}

// trimStart removes what mailers and mail stores put before the header.
func trimStart(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	rest := bytes.TrimLeft(raw, "\r\n")
	if len(rest) < len(raw) && isField(firstLine(rest)) {
		raw = rest
	}
	for bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, end := cutLine(raw)
		raw = raw[end:]
	}
	return raw
}

// messageIDs returns the IDs of a Message-ID, In-Reply-To or References field.
func messageIDs(s string) []string {
	var ids []string
	for len(ids) < 200 {
		_, rest, ok := strings.Cut(s, "<")
		if !ok {
			break
		}
		id, after, ok := strings.Cut(rest, ">")
		if !ok {
			break
		}
		if id = strings.Join(strings.Fields(id), ""); id != "" {
			ids = append(ids, id)
		}
		s = after
	}
	if ids == nil {
		if s = strings.TrimSpace(s); s != "" && !strings.ContainsAny(s, " \t") {
			ids = []string{s}
		}
	}
	return ids
}

func readDate(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	if at, err := mail.ParseDate(s); err == nil {
		return at.UTC()
	}
	if at, err := mail.ParseDate(strings.TrimSpace(strings.SplitN(s, "(", 2)[0])); err == nil {
		return at.UTC()
	}
	return time.Time{}
}
