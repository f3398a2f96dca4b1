package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"madoguchi/internal/clock"
	"madoguchi/internal/web"
)

// configFlag parses the flags of a command that needs nothing but the
// configuration. more adds flags of its own.
func configFlag(name string, args []string, std stdio, more func(*flag.FlagSet)) (Config, []string, int) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(std.err)
	file := flags.String("config", "", "the configuration `FILE` (TOML)")
	if more != nil {
		more(flags)
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return Config{}, nil, 0
	case err != nil:
		return Config{}, nil, exitUsage
	}
	c, err := loadConfig(*file)
	if err != nil {
		fmt.Fprintln(std.err, "madoguchi:", err)
		return Config{}, nil, exitUsage
	}
	return c, flags.Args(), goOn
}

// goOn is what configFlag returns when the command is to be run.
const goOn = -1

// runServe serves an installation until it is told to stop.
func runServe(ctx context.Context, args []string, std stdio) int {
	c, _, code := configFlag("serve", args, std, nil)
	if code != goOn {
		return code
	}
	if err := serve(ctx, c, std); err != nil {
		fmt.Fprintln(std.err, "madoguchi:", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, c Config, std stdio) (err error) {
	log := newLog(c.Log, slog.LevelInfo, std.err)
	in, err := openInstallation(ctx, c, clock.Clock{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	room, err := openMailroom(in, c, net.DefaultResolver)
	if err != nil {
		return err
	}
	out, err := senders(c, room)
	if err != nil {
		return err
	}
	proxies, err := c.proxies()
	if err != nil {
		return err
	}
	h, err := build(ctx, in, wiring{
		address: c.PublicURL, trust: c.SignatureTrust, chromium: c.Chromium, proxies: proxies, senders: out, from: c.Mail.From, log: log,
		mailroom: room,
	})
	if err != nil {
		return err
	}
	if h.mailIn, err = openMailIn(ctx, c, room, log); err != nil {
		return err
	}
	l, err := listen(ctx, c.Listen, c.TLS)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "serving", "listen", l.Addr().String(), "public_url", c.PublicURL, "version", version())
	return h.serve(ctx, l)
}

// newLog writes to w what is at least of the level, as lines of JSON or as text.
func newLog(format string, level slog.Level, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// listen opens the address, with TLS where a certificate is given.
func listen(ctx context.Context, address string, t TLSConfig) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if t.CertificateFile == "" {
		return l, nil
	}
	cert, err := tls.LoadX509KeyPair(t.CertificateFile, t.KeyFile)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return tls.NewListener(l, &tls.Config{
		Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}), nil
}

// grace is how long requests that have begun may take after the stop.
const grace = 30 * time.Second

// serve answers requests until ctx ends. Then it takes no new ones, finishes
// those that have begun, and stops the worker.
func (h *house) serve(ctx context.Context, l net.Listener) error {
	srv := web.NewServer(h.handler)
	srv.ErrorLog = slog.NewLogLogger(h.log.Handler(), slog.LevelDebug)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()

	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		h.run(work)
	}()

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		h.log.InfoContext(ctx, "stopping")
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err = srv.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			h.log.WarnContext(ctx, "requests were cut off", "after", grace.String())
			err = srv.Close()
		}
	}
	stopWork()
	<-worked
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
