package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"madoguchi/internal/signature"
	"madoguchi/internal/signature/chain"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/words"
)

// The exit codes of verify; wrong usage and files that cannot be opened are
// exitUsage.
const (
	exitPassed = 0
	exitFailed = 1
	exitUnsure = 2
)

const verifyUsage = `usage: madoguchi verify [--trust FILE|DIR] [--at TIME] [--json] [--attach FILE]... FILE...

Verifies the official signatures of PDF, XML, ZIP and CMS (.p7s) files.
Exit code: 0 all TOTAL_PASSED, 1 any TOTAL_FAILED, 2 otherwise, 3 wrong usage.

`

// fileList is a flag that may be given several times.
type fileList []string

func (l *fileList) String() string     { return strings.Join(*l, ",") }
func (l *fileList) Set(s string) error { *l = append(*l, s); return nil }

// runVerify is the subcommand verify.
func runVerify(_ context.Context, args []string, std stdio) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(std.err)
	flags.Usage = func() {
		fmt.Fprint(std.err, verifyUsage)
		flags.PrintDefaults()
	}
	trustAt := flags.String("trust", "", "certificates, CRLs and OCSP responses to trust: a file or a folder")
	at := flags.String("at", "", "time of validation, RFC 3339 or 2006-01-02 (default: now)")
	asJSON := flags.Bool("json", false, "print the report as JSON")
	var attached fileList
	flags.Var(&attached, "attach", "file that a detached signature signs (may be repeated)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitPassed
		}
		return exitUsage
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return exitUsage
	}
	options, err := verifyOptions(*trustAt, *at)
	if err != nil {
		fmt.Fprintf(std.err, "madoguchi verify: %v\n", err)
		return exitUsage
	}
	attachments, err := readAttachments(attached)
	if err != nil {
		fmt.Fprintf(std.err, "madoguchi verify: %v\n", err)
		return exitUsage
	}
	return verifyFiles(flags.Args(), attachments, options, *asJSON, std)
}

// verifyFiles verifies all files that can be opened and prints the report of
// these, then says which could not.
func verifyFiles(names []string, attachments []signature.Attachment, o signature.Options, asJSON bool, std stdio) int {
	reports := []report.File{}
	unopened := false
	for _, name := range names {
		data, err := readLimited(name)
		if err != nil {
			fmt.Fprintf(std.err, "madoguchi verify: %v\n", err)
			unopened = true
			continue
		}
		in := signature.Input{Name: name, Data: data, Attachments: attachments}
		if len(attachments) == 0 {
			in.Attachments = besideFile(name)
		}
		reports = append(reports, signature.Verify(in, o))
	}
	if asJSON {
		out := json.NewEncoder(std.out)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		if err := out.Encode(reports); err != nil {
			fmt.Fprintf(std.err, "madoguchi verify: %v\n", err)
			return exitUsage
		}
	} else {
		for _, r := range reports {
			printReport(std.out, r)
		}
	}
	if unopened {
		return exitUsage
	}
	return exitCode(reports)
}

func exitCode(reports []report.File) int {
	code := exitPassed
	for _, r := range reports {
		if r.Verdict == report.Failed {
			return exitFailed
		}
		if r.Verdict != report.Passed {
			code = exitUnsure
		}
	}
	return code
}

// verifyOptions reads the trust folder and the time.
func verifyOptions(trustAt, at string) (signature.Options, error) {
	o := signature.Options{Now: time.Now().UTC()}
	if at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t, err = time.Parse(time.DateOnly, at)
		}
		if err != nil {
			return o, fmt.Errorf("--at %q is no time: use 2006-01-02T15:04:05Z or 2006-01-02", at)
		}
		o.Now = t.UTC()
	}
	if trustAt == "" {
		return o, nil
	}
	files, err := trustFiles(trustAt)
	if err != nil {
		return o, err
	}
	o.Trust, err = chain.Load(files)
	return o, err
}

// trustFiles reads a file, or all files of a folder and its folders.
func trustFiles(root string) ([]chain.File, error) {
	var files []chain.File
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || (path != root && strings.HasPrefix(d.Name(), ".")) {
			return nil
		}
		data, err := readLimited(path)
		if err != nil {
			return err
		}
		files = append(files, chain.File{Name: path, Data: data})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read trust: %w", err)
	}
	return files, nil
}

func readAttachments(names []string) ([]signature.Attachment, error) {
	var list []signature.Attachment
	for _, name := range names {
		data, err := readLimited(name)
		if err != nil {
			return nil, fmt.Errorf("read attachment: %w", err)
		}
		list = append(list, signature.Attachment{Name: name, Data: data})
	}
	return list, nil
}

// besideFile gives the file that a detached signature names by its own name:
// letter.pdf for letter.pdf.p7s.
func besideFile(name string) []signature.Attachment {
	ext := strings.ToLower(filepath.Ext(name))
	if ext != ".p7s" && ext != ".sig" && ext != ".tsr" && ext != ".tst" {
		return nil
	}
	beside := strings.TrimSuffix(name, filepath.Ext(name))
	data, err := readLimited(beside)
	if err != nil {
		return nil
	}
	return []signature.Attachment{{Name: beside, Data: data}}
}

// readLimited reads a file, one byte more than Verify takes at most, so that
// it can say that the file is too large.
func readLimited(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", name)
	}
	size := min(info.Size(), signature.MaxFile+1)
	data := make([]byte, size)
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}

// printReport prints a report for people: the verdict words of EN 319 102-1
// beside plain sentences.
func printReport(w io.Writer, r report.File) {
	fmt.Fprintf(w, "%s: %s %s\n", r.Name, r.Verdict, r.Sub)
	printReasons(w, "  ", r.Reasons)
	for i, s := range r.Signatures {
		fmt.Fprintf(w, "  [%d] %s %s %s\n", i+1, s.Kind, s.Verdict, s.Sub)
		fmt.Fprintf(w, "      format %s, %s, intact %t, covers %s, changed after: %s\n",
			s.Format, s.Algorithm, s.Intact, s.Covers, s.ChangedAfter)
		if s.Signer != nil {
			fmt.Fprintf(w, "      signer %s %s (%s), trusted %t, revocation %s\n",
				s.Signer.Organization, s.Signer.Post, s.Signer.Subject, s.Signer.Trusted, s.Revocation)
		}
		if s.SignedAt != nil {
			fmt.Fprintf(w, "      signed at %s\n", s.SignedAt.Format(time.RFC3339))
		}
		if s.Timestamp != nil && s.Kind == report.KindSignature {
			fmt.Fprintf(w, "      time-stamp %s %s %s\n", s.Timestamp.Time.Format(time.RFC3339), s.Timestamp.Verdict, s.Timestamp.Sub)
		}
		printReasons(w, "      ", s.Reasons)
	}
}

func printReasons(w io.Writer, indent string, reasons []report.Reason) {
	for _, reason := range reasons {
		args := maps.Clone(reason.Args)
		for name, v := range args {
			if t, ok := v.(time.Time); ok {
				args[name] = t.Format(time.RFC3339)
			}
		}
		fmt.Fprintf(w, "%s- %s\n", indent, words.Of(words.Base).Text(reason.Key, args))
	}
}
