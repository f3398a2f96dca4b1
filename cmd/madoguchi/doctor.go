package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"madoguchi/internal/blob"
	"madoguchi/internal/clock"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/outbox"
	"madoguchi/internal/sheet"
	"madoguchi/internal/tenant"
	"madoguchi/internal/words"
)

// doctor examines an installation and tells what it finds, line by line.
type doctor struct {
	config Config
	std    stdio
	words  *words.Words
	warn   int
	bad    int

	resolver mailauth.Resolver
}

// patience is how long one examination may take.
const patience = 15 * time.Second

// runDoctor examines the installation that the configuration names. It ends
// with 1 when something is broken; what is only worth knowing is a warning.
func runDoctor(ctx context.Context, args []string, std stdio) int {
	var to string
	c, _, code := configFlag("doctor", args, std, func(flags *flag.FlagSet) {
		flags.StringVar(&to, "mail", "", "send a test mail to the `ADDRESS`")
	})
	if code != goOn {
		return code
	}
	d := &doctor{config: c, std: std, words: words.Of(words.Base), resolver: net.DefaultResolver}
	d.say("ok", "config", "doctor.config_ok", "url", c.PublicURL)
	for _, examine := range []func(context.Context){d.store, d.smtp(to), d.clock, d.disk, d.chromium, d.dns} {
		one, cancel := context.WithTimeout(ctx, patience)
		examine(one)
		cancel()
	}
	fmt.Fprintln(std.out, d.words.Text("doctor.summary", "bad", d.bad, "warn", d.warn))
	if d.bad > 0 {
		return 1
	}
	return 0
}

// say prints one finding. what is the key of its name, or the name itself.
func (d *doctor) say(state, what, key string, args ...any) {
	switch state {
	case "warn":
		d.warn++
	case "bad":
		d.bad++
	}
	fmt.Fprintf(d.std.out, "%s\t%s\t%s\n", d.words.Text("doctor."+state), d.words.Text("doctor."+what, args...), d.words.Text(key, args...))
}

func (d *doctor) fail(what string, err error) {
	d.say("bad", what, "doctor.failed", "cause", err)
}

// store opens the database, which compares its schema, and the files.
func (d *doctor) store(ctx context.Context) {
	in, err := openInstallation(ctx, d.config, clock.Clock{})
	if err != nil {
		d.fail("store", err)
		return
	}
	defer in.Close()
	all, err := in.db.Service().Tenants(ctx)
	if err != nil {
		d.fail("store", err)
		return
	}
	d.say("ok", "store", "doctor.store_ok", "n", len(all)-1)
	if err := tryBlobs(ctx, in.blobs); err != nil {
		d.fail("blobs", err)
		return
	}
	d.say("ok", "blobs", "doctor.blobs_ok", "place", d.config.Files)
}

// tryBlobs writes a file and removes it.
func tryBlobs(ctx context.Context, blobs blob.Store) error {
	key := newID()
	if _, err := blobs.Put(ctx, tenant.Installation, key, strings.NewReader("doctor")); err != nil {
		return err
	}
	return blobs.Delete(ctx, tenant.Installation, key)
}

// smtp connects to the mail server, and sends a mail where one is wanted.
func (d *doctor) smtp(to string) func(context.Context) {
	return func(ctx context.Context) {
		sender, err := mailSender(d.config.Mail, nil, false)
		if err == nil {
			err = sender.Check(ctx)
		}
		if err == nil && to != "" {
			origin := outbox.Origin{Name: "doctor", From: d.config.Mail.From, URL: d.config.PublicURL}
			err = sender.Send(ctx, origin, outbox.Message{ID: newID(), To: to, Template: "mail.test", Lang: words.Base})
		}
		switch {
		case err != nil:
			d.fail("smtp", err)
		case to != "":
			d.say("ok", "smtp", "doctor.smtp_sent", "to", to)
		default:
			d.say("ok", "smtp", "doctor.smtp_ok", "server", d.config.Mail.Server)
		}
	}
}

// clock asks the kernel whether the time is kept by NTP.
func (d *doctor) clock(context.Context) {
	now := time.Now().Format(time.RFC3339)
	state, err := unix.Adjtimex(&unix.Timex{})
	if err != nil || state == unix.TIME_ERROR {
		d.say("warn", "clock", "doctor.clock_warn", "time", now)
		return
	}
	d.say("ok", "clock", "doctor.clock_ok", "time", now)
}

// disk measures what is free where the data is.
func (d *doctor) disk(context.Context) {
	place := d.config.Data
	if !exists(place) {
		place = d.config.Files
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(place, &fs); err != nil {
		d.fail("disk", &os.PathError{Op: "statfs", Path: place, Err: err})
		return
	}
	free, all := fs.Bavail*uint64(fs.Bsize), fs.Blocks*uint64(fs.Bsize)
	percent := 100 * free / max(all, 1)
	args := []any{"free", fmt.Sprintf("%.1f", float64(free)/(1<<30)), "percent", percent}
	if free < 2<<30 || percent < 5 {
		d.say("warn", "disk", "doctor.disk_warn", args...)
		return
	}
	d.say("ok", "disk", "doctor.disk_ok", args...)
}

func (d *doctor) chromium(context.Context) {
	if sheet.NewPrinter(d.config.Chromium).Available() {
		d.say("ok", "chromium", "doctor.chromium_ok")
		return
	}
	d.say("warn", "chromium", "doctor.chromium_warn")
}
