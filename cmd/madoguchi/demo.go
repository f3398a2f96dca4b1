package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"madoguchi/internal/clock"
	"madoguchi/internal/demo"
	"madoguchi/internal/demo/sample"
	"madoguchi/internal/mailer"
	"madoguchi/internal/mailer/capture"
	"madoguchi/internal/outbox"
	"madoguchi/internal/staff"
	"madoguchi/internal/web/guide"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/words"
)

// demoFlags are the flags of the demo command.
type demoFlags struct {
	listen, data, at string
	public           bool
	sample           sample.Options
}

// runDemo serves sample data, which it makes in a folder at the first start.
func runDemo(ctx context.Context, args []string, std stdio) int {
	f := demoFlags{sample: sample.Standard}
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(std.err)
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "the `ADDRESS` to serve at")
	flags.StringVar(&f.data, "data", filepath.Join("var", "demo"), "the `FOLDER` with the demo's data; it is made if there is none")
	flags.StringVar(&f.at, "at", "", "the demo's `TIME`, such as 2022-07-01T14:23:00+09:00; it goes on from there")
	flags.BoolVar(&f.public, "public", false, "allow an address that other machines reach (the demo protects nothing)")
	flags.IntVar(&f.sample.Tenants, "tenants", f.sample.Tenants, "how many `BODIES` a new demo has; the first are 茨城県 and its municipalities")
	flags.IntVar(&f.sample.Procedures, "procedures", f.sample.Procedures, "how many `PROCEDURES` each body of a new demo has")
	flags.Uint64Var(&f.sample.Seed, "seed", f.sample.Seed, "what a new demo is composed by; the same `NUMBER` gives the same")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(std.err, "madoguchi demo: %q is no flag\n", flags.Arg(0))
		return exitUsage
	}
	if err := serveDemo(ctx, f, std); err != nil {
		fmt.Fprintln(std.err, "madoguchi demo:", err)
		return 1
	}
	return 0
}

func serveDemo(ctx context.Context, f demoFlags, std stdio) (err error) {
	l, err := demoListener(ctx, f)
	if err != nil {
		return err
	}
	defer l.Close()
	c := Config{Data: f.data, PublicURL: "http://" + l.Addr().String(), Log: "text"}
	c.fill()
	in, err := openDemo(ctx, c, f.at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	people, err := loadDemo(ctx, in, f, std.out)
	if err != nil {
		return err
	}
	box, err := capture.OpenBox(filepath.Join(f.data, "mail"), demoMails)
	if err != nil {
		return err
	}
	sink, err := capture.Listen(ctx, box)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sink.Close()) }()
	log := newLog(c.Log, slog.LevelWarn, std.err)
	pages, err := demoPages(in, &guide.Guide{People: signIns(people), Start: "/" + demo.Slug + "/", Box: box, Log: log})
	if err != nil {
		return err
	}
	room, err := openMailroom(in, c, nil)
	if err != nil {
		return err
	}
	h, err := build(ctx, in, wiring{
		address: c.PublicURL, log: log, from: c.Mail.From, mailroom: room, demo: &ui.Demo{MailHref: guide.MailPath},
		senders: []outbox.Sender{mailer.New(mailer.Config{Addr: sink.Addr(), Security: mailer.None, Room: room})},
		others:  map[string]http.Handler{"demo": pages},
	})
	if err != nil {
		return err
	}
	announce(std.out, c.PublicURL, f.data, in.clock.Now(), people)
	return h.serve(ctx, l)
}

// demoListener opens the address; one that other machines reach only with the
// flag that says so.
func demoListener(ctx context.Context, f demoFlags) (net.Listener, error) {
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil {
		return nil, err
	}
	ip := net.ParseIP(host)
	if !f.public && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not on this machine only; --public allows it", f.listen)
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", f.listen)
}

// offsetValue is the name under which a demo keeps how far its time is from
// real time.
const offsetValue = "demo.offset"

// openDemo opens the demo's data and makes it if there is none, with the time
// that it goes by: at, or what it went by before, or demo.Moment.
func openDemo(ctx context.Context, c Config, at string) (*installation, error) {
	if err := migrateStore(ctx, c.Database); err != nil {
		return nil, err
	}
	in, err := openInstallation(ctx, c, clock.Clock{})
	if err != nil {
		return nil, err
	}
	time, err := demoClock(ctx, in, at)
	if err := errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	return openInstallation(ctx, c, time)
}

func demoClock(ctx context.Context, in *installation, at string) (clock.Clock, error) {
	service := in.db.Service()
	if at != "" {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return clock.Clock{}, fmt.Errorf("--at is a time such as 2022-07-01T14:23:00+09:00: %w", err)
		}
		c := clock.Showing(moment, time.Now())
		return c, service.SetValue(ctx, offsetValue, c.Offset().String())
	}
	fresh := clock.Showing(demo.Moment(), time.Now())
	kept, err := service.SetValueOnce(ctx, offsetValue, fresh.Offset().String())
	if err != nil {
		return clock.Clock{}, err
	}
	offset, err := time.ParseDuration(kept)
	return clock.Shifted(offset), err
}

// loadDemo puts the sample data into a new demo, and returns who may sign in.
func loadDemo(ctx context.Context, in *installation, f demoFlags, out io.Writer) ([]sample.Person, error) {
	file := filepath.Join(f.data, passwordsFile)
	loaded, err := sample.Loaded(ctx, in.db)
	if err != nil {
		return nil, err
	}
	if loaded {
		return readPeople(file)
	}
	door, err := openDoor(in)
	if err != nil {
		return nil, err
	}
	f.sample.People = sample.People()
	fmt.Fprintf(out, "making the sample data in %s …\n", f.data)
	if err := writePeople(file, f.sample.People); err != nil {
		return nil, err
	}
	if err := sample.Load(ctx, in.db, door, f.sample); err != nil {
		return nil, fmt.Errorf("%w (to begin again, remove the folder %s)", err, f.data)
	}
	return f.sample.People, nil
}

func demoPages(in *installation, g *guide.Guide) (http.Handler, error) {
	var err error
	if g.Assets, err = openAssets(); err != nil {
		return nil, err
	}
	g.Clock, g.Offset = in.clock.Now, in.clock.Offset()
	return g.Handler()
}

// announce tells a newcomer where everything is.
func announce(out io.Writer, address, data string, now time.Time, people []sample.Person) {
	jst := time.FixedZone("JST", 9*60*60)
	fmt.Fprintf(out, "\nデモを始めました（デモの中の日時：%s）\n\n", now.In(jst).Format("2006年1月2日 15時04分"))
	fmt.Fprintf(out, "  デモの案内        %s/demo/\n", address)
	fmt.Fprintf(out, "  住民の窓口        %s/%s/\n", address, demo.Slug)
	fmt.Fprintf(out, "  職員の画面        %s/office/\n", address)
	fmt.Fprintf(out, "  送られたメール    %s%s\n\n", address, guide.MailPath)
	fmt.Fprintf(out, "職員のログイン（ワンタイムコードは %s/demo/ に表示。控えは %s）\n", address, filepath.Join(data, passwordsFile))
	for _, p := range people {
		fmt.Fprintf(out, "  %-12s %-10s %-18s %s %s\n", p.Slug, p.Login, p.Password, p.Body, roleWord(p.Role))
	}
	fmt.Fprint(out, "\n終わるには Ctrl+C\n")
}

func roleWord(r staff.Role) string { return words.Of(words.Base).Text("office.role_" + string(r)) }

// signIns is what the guide shows of people: not their passwords.
func signIns(people []sample.Person) []guide.Person {
	var list []guide.Person
	for _, p := range people {
		list = append(list, guide.Person{
			Body: p.Body, Slug: p.Slug, Login: p.Login, Name: p.Name, Role: roleWord(p.Role), TOTPSecret: strings.TrimSpace(p.TOTPSecret),
		})
	}
	return list
}

// writePeople keeps the passwords and secrets in a file that only its owner
// can read.
func writePeople(file string, people []sample.Person) error {
	var b strings.Builder
	b.WriteString("# slug\tlogin\tpassword\tTOTP\n")
	for _, p := range people {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", p.Slug, p.Login, p.Password, p.TOTPSecret)
	}
	return os.WriteFile(file, []byte(b.String()), 0o600)
}

const passwordsFile = "passwords.txt"

// demoMails is how many mails a demo keeps.
const demoMails = 1000

// readPeople reads what writePeople wrote.
func readPeople(file string) ([]sample.Person, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the demo's passwords: %w", err)
	}
	people := sample.People()
	for i := range people {
		people[i].Password, people[i].TOTPSecret = "", ""
	}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for i, p := range people {
			if len(cells) == 4 && p.Slug == cells[0] && p.Login == cells[1] {
				people[i].Password, people[i].TOTPSecret = cells[2], cells[3]
			}
		}
	}
	return people, nil
}
