package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"madoguchi/internal/impersonation"
	"madoguchi/internal/inspect"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailread"
)

const mailUsage = `usage: madoguchi mail judge [FLAGS] FILE.eml…

Reads mails and tells who they are really from, what their parts can do, and
whether they pretend to be someone else's. "-" is standard input.
Exit: 0 accept, 1 suspect, 2 quarantine (the worst of the files), 3 usage.
`

// maxThreads is how many past mails are read.
const maxThreads = 20_000

// dnsTimeout bounds the questions for one mail.
const dnsTimeout = 20 * time.Second

// A judge holds what the flags of mail judge say.
type judge struct {
	resolver  mailauth.Resolver
	envelope  mailauth.Envelope
	noSender  bool   // --mail-from was not given: Return-Path stands in
	authserv  string // the own server whose results are believed; "" for none
	protected []string
	canaries  []string
	threads   *impersonation.Threads
	trust     mailauth.Trust
}

// runMail is the command mail; its only verb is judge.
func runMail(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 || args[0] != "judge" {
		fmt.Fprint(std.err, mailUsage)
		return exitUsage
	}
	flags := flag.NewFlagSet("mail judge", flag.ContinueOnError)
	flags.SetOutput(std.err)
	flags.Usage = func() {
		fmt.Fprint(std.err, mailUsage)
		flags.PrintDefaults()
	}
	var protect, canaries wordList
	flags.Var(&protect, "protect", "a domain that is ours (several times)")
	flags.Var(&canaries, "canary", "a decoy address (several times)")
	zone := flags.String("dns", "", "answer DNS questions from this JSON file")
	ip := flags.String("ip", "", "address of the connecting client, for SPF")
	helo := flags.String("helo", "", "the client's HELO name")
	mailFrom := flags.String("mail-from", "", "the reverse path; without this flag, the mail's Return-Path")
	threads := flags.String("threads", "", "folder of past mails (.eml)")
	authserv := flags.String("authserv", "", "believe the topmost Authentication-Results of this server for SPF, DKIM and DMARC")
	asJSON := flags.Bool("json", false, "print one JSON array")
	if err := flags.Parse(args[1:]); err != nil {
		return exitUsage
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return exitUsage
	}
	j := judge{envelope: mailauth.Envelope{HELO: *helo, MailFrom: strings.Trim(*mailFrom, "<> ")}, noSender: true, authserv: *authserv, protected: domains(protect), canaries: canaries}
	flags.Visit(func(f *flag.Flag) { j.noSender = j.noSender && f.Name != "mail-from" })
	if err := j.prepare(*zone, *ip, *threads); err != nil {
		fmt.Fprintf(std.err, "madoguchi: %v\n", err)
		return exitUsage
	}
	return j.files(ctx, flags.Args(), *asJSON, std)
}

// domains tidies what people write for a domain.
func domains(list []string) []string {
	var out []string
	for _, d := range list {
		for part := range strings.SplitSeq(d, ",") {
			part = part[strings.LastIndexByte(part, '@')+1:] // an address stands for its domain
			if part = strings.ToLower(strings.Trim(strings.TrimSpace(part), ".")); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func (j *judge) prepare(zone, ip, threads string) error {
	j.resolver = net.DefaultResolver
	if zone != "" {
		table, err := os.ReadFile(zone)
		if err != nil {
			return err
		}
		if j.resolver, err = mailauth.ReadZone(table); err != nil {
			return err
		}
	}
	if ip != "" {
		a, err := netip.ParseAddr(ip)
		if err != nil {
			return fmt.Errorf("--ip: %w", err)
		}
		j.envelope.IP = a
	}
	j.trust.At = time.Now()
	if roots, err := x509.SystemCertPool(); err == nil {
		j.trust.Roots = roots
	}
	if threads == "" {
		return nil
	}
	past, err := readThreads(threads)
	j.threads = impersonation.Index(past)
	return err
}

// readThreads reads the mails below a folder.
func readThreads(dir string) ([]mailread.Message, error) {
	var list []mailread.Message
	errFull := errors.New("full")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".eml") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if list = append(list, mailread.Read(raw)); len(list) == maxThreads {
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return list, err
}

func (j *judge) files(ctx context.Context, names []string, asJSON bool, std stdio) int {
	exits := map[impersonation.Decision]int{impersonation.Accept: 0, impersonation.Suspect: 1, impersonation.Quarantine: 2}
	exit := 0
	list := []judged{}
	for _, name := range names {
		raw, err := readFile(name, std)
		if err != nil {
			fmt.Fprintf(std.err, "madoguchi: %v\n", err)
			exit = exitUsage
			continue
		}
		told := j.one(ctx, name, raw)
		exit = max(exit, exits[told.Verdict])
		list = append(list, told)
	}
	if asJSON {
		return writeReport(std, list, exit)
	}
	for _, m := range list {
		fmt.Fprintf(std.out, "%s: %s\n  %s\n", m.File, m.Verdict, m.Subject)
		for _, r := range m.Rules {
			fmt.Fprintf(std.out, "  %3d %s\n", r.Weight, r.Why)
		}
	}
	return exit
}

// judged is what the command tells of one mail.
type judged struct {
	File      string                 `json:"file"`
	Subject   string                 `json:"subject"`
	From      judgedFrom             `json:"from"`
	ReplyTo   []string               `json:"reply_to"`
	MessageID string                 `json:"message_id"`
	SPF       mailauth.SPF           `json:"spf"`
	DKIM      []mailauth.Signature   `json:"dkim"`
	DMARC     mailauth.DMARC         `json:"dmarc"`
	ARC       mailauth.ARC           `json:"arc"`
	SMIME     mailauth.SMIME         `json:"smime"`
	Rules     []judgedRule           `json:"rules"`
	Verdict   impersonation.Decision `json:"verdict"`
	Incident  bool                   `json:"incident"`
	Parts     []judgedPart           `json:"parts"`
	Notes     []mailread.Note        `json:"notes"`
	Text      string                 `json:"text"`
}

type judgedFrom struct {
	Shown []string `json:"shown"`
	Real  []string `json:"real"`
	Names []string `json:"names"`
}

type judgedRule struct {
	Name   string `json:"name"`
	Weight int    `json:"weight"`
	Why    string `json:"why"`
}

type judgedPart struct {
	Name      string         `json:"name"`
	Type      string         `json:"type"`     // as declared
	Detected  string         `json:"detected"` // by content; "" for text to read
	Size      int            `json:"size"`
	Encrypted bool           `json:"encrypted"`
	Active    []inspect.Kind `json:"active"`
	Reasons   []string       `json:"reasons"`
	Members   []inspected    `json:"members,omitempty"`
}

// one judges one mail by everything that the service would look at.
func (j *judge) one(ctx context.Context, file string, raw []byte) judged {
	ctx, cancel := context.WithTimeout(ctx, dnsTimeout)
	defer cancel()
	m := mailread.Read(raw)
	envelope := j.envelope
	if j.noSender {
		envelope.MailFrom = m.ReturnPath
	}
	auth := mailauth.Check(ctx, j.resolver, m, envelope, j.trust)
	client := envelope.IP.IsValid()
	if found, ok := mailauth.FromResults(m.Header, j.authserv); ok && j.authserv != "" {
		auth.SPF, auth.DKIM, auth.DMARC = found.SPF, found.DKIM, found.DMARC
		client = true
	}
	reports := impersonation.Inspect(m)
	verdict := impersonation.Judge(impersonation.Case{
		Message: m, Auth: auth, Client: client, Files: reports,
		Protected: j.protected, Past: j.threads.Match(m), Canaries: j.canaries,
	})
	told := judged{
		File: file, Subject: m.Subject, From: judgedFrom{Shown: some(m.From.Shown), Real: some(m.From.Real), Names: []string{}},
		ReplyTo: []string{}, MessageID: m.MessageID, SPF: auth.SPF, DKIM: some(auth.DKIM), DMARC: auth.DMARC, ARC: auth.ARC, SMIME: auth.SMIME,
		Rules: []judgedRule{}, Verdict: verdict.Decision, Incident: verdict.Incident, Parts: []judgedPart{}, Notes: some(m.Notes), Text: m.Text,
	}
	for _, b := range m.From.Boxes {
		told.From.Names = append(told.From.Names, b.Name)
	}
	for _, a := range m.ReplyTo {
		told.ReplyTo = append(told.ReplyTo, a.Addr)
	}
	for _, h := range verdict.Hits {
		told.Rules = append(told.Rules, judgedRule{h.Rule, h.Weight, word(h.Key(), h.Args)})
	}
	for i, p := range m.Parts {
		seen := tellInspected(p.Name, reports[i])
		told.Parts = append(told.Parts, judgedPart{Name: p.Name, Type: p.Type, Detected: seen.Type, Size: len(p.Data),
			Encrypted: seen.Encrypted, Active: seen.Active, Reasons: seen.Reasons, Members: seen.Members})
	}
	return told
}

// some makes an empty list of none, so that JSON shows [].
func some[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
