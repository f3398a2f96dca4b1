// Command madoguchi is the electronic application and notification service
// (電子申請・届出サービス): portal, office, mail and workers in one program,
// and the tools for administrators.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"madoguchi/internal/reading"
)

// stdio is where a subcommand reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// A command is one subcommand. run returns the exit code of the process.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, std stdio) int
}

// exitUsage is the exit code for wrong usage of every subcommand.
const exitUsage = 3

// commands lists every subcommand, in the order of the help text.
var commands = []command{
	{"demo", "serve sample data on this machine, to try the service", runDemo},
	{"serve", "serve an installation", runServe},
	{"doctor", "examine an installation: database, files, mail server, clock, disk, DNS", runDoctor},
	{"migrate", "bring the database's schema up to date", runMigrate},
	{"tenant", "add bodies: tenant add, tenant import", runTenant},
	{"user", "add a member of staff: user add", runUser},
	{"disarm", "make a harmless copy of a file: pictures of its pages", runDisarm},
	{"mail", "judge mails: who they are really from, what their parts can do", runMail},
	{"inspect", "look for active content in files, archives and mails", runInspect},
	{"verify", "verify the signatures of PDF, XML and CMS files", runVerify},
	{"sign", "sign a PDF with a key of a PKCS#12 file", runSign},
	{"timestamp", "add a document time-stamp to a PDF", runTimestamp},
	{"search", "find procedures by the words of life", runSearch},
	{reading.Subcommand, "propose the kana of titles, one on each line", runReading},
	{"version", "print what this program was built from", runVersion},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

func run(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 {
		usage(std.err)
		return exitUsage
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(std.out)
		return 0
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:], std)
		}
	}
	fmt.Fprintf(std.err, "madoguchi: no command %q\n\n", args[0])
	usage(std.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "usage: madoguchi COMMAND [ARGUMENTS]\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
}
