package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/clock"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
	"madoguchi/internal/worker"
)

// attackMail is a mail as people received it in 2022: the desk's address as the
// name, another behind it, RE: and the subject of a past mail, a zip with a
// macro document that the body's password opens, and little else.
func attackMail(t *testing.T, to, text string) []byte {
	t.Helper()
	zip, err := os.ReadFile("../../internal/inspect/testdata/docm-zipcrypto.zip")
	if err != nil {
		t.Fatal(err)
	}
	subject := "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("RE: 【水戸市】申し込みを受け付けました")) + "?="
	return fmt.Appendf(nil, "From: %s <x83k@unknown.example.net>\r\nTo: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"+
		"--b\r\nContent-Type: application/zip; name=\"form.zip\"\r\nContent-Disposition: attachment; filename=\"form.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
		to, to, subject, text, base64.StdEncoding.EncodeToString(zip))
}

// serveMail runs serve until the test ends or stop is called, and returns the
// address that it takes mail at.
func serveMail(t *testing.T, config string) (addr string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"serve", "--config", config}, stdio{strings.NewReader(""), io.Discard, w})
		w.Close() //nolint:errcheck // a pipe
		ended <- code
	}()
	lines := bufio.NewScanner(r)
	for addr == "" && lines.Scan() {
		var line struct{ Msg, Listen string }
		if err := json.Unmarshal(lines.Bytes(), &line); err == nil && line.Msg == "taking in mail" {
			addr = line.Listen
		}
	}
	if addr == "" {
		t.Fatalf("serve takes in no mail (%v)", lines.Err())
	}
	go func() {
		for lines.Scan() { // what serve says later must not block it
			continue
		}
	}()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("serve ended with %d", code)
		}
	}
	t.Cleanup(stop)
	return addr, stop
}

func TestTheMailsOf2022AreQuarantinedByTheRunningService(t *testing.T) {
	const to = "noreply@mito.example.jp"
	config, _ := newHouse(t)
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	config = configFile(t, string(text)+"[mail_in]\nlisten = \"127.0.0.1:0\"\n")
	c, err := loadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	in, err := openInstallation(t.Context(), c, clock.Clock{})
	if err != nil {
		t.Fatal(err)
	}
	body := tenant.Tenant{Slug: "mito", Name: "水戸市", Settings: tenant.Settings{MailFrom: to}, Active: true}
	if err := in.db.Service().InsertTenant(t.Context(), &body); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}

	addr, stop := serveMail(t, config)
	for _, text := range []string{"????? ????", "?????\r\nパスワード：1234"} {
		if err := smtp.SendMail(addr, nil, "x83k@unknown.example.net", []string{to}, attackMail(t, to, text)); err != nil {
			t.Fatal(err)
		}
	}
	stop()

	if in, err = openInstallation(t.Context(), c, clock.Clock{}); err != nil {
		t.Fatal(err)
	}
	defer in.Close() //nolint:errcheck // the test ends
	room, err := openMailroom(in, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	h, err := build(t.Context(), in, wiring{address: "http://127.0.0.1", mailroom: room, from: c.Mail.From, log: newLog("text", 0, &log)})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range worker.Jobs {
		if j.Name != "arrived mail" {
			continue
		}
		if err := h.worker.Do(t.Context(), j, body.ID); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(log.String(), "mail was quarantined") || strings.Contains(log.String(), "x83k") {
		t.Errorf("no alert, or one that names a person:\n%s", log.String())
	}
	err = in.db.Read(t.Context(), body.ID, func(tx store.Tx) error {
		entries, err := tx.Entries(t.Context(), time.Time{}, "", 10)
		if len(entries) != 2 {
			t.Fatalf("%d entries in the trail, want 2: %+v", len(entries), entries)
		}
		for _, rule := range []string{"shown_address", "garbled", "reply_without_thread"} {
			for _, e := range entries {
				if e.Act != "mail.quarantine" || !strings.Contains(" "+e.Detail+" ", " "+rule+" ") {
					t.Errorf("%s: the rules %s lack %s", e.Act, e.Detail, rule)
				}
			}
		}
		if with := entries[0].Detail; !strings.Contains(with, "password_in_body") && !strings.Contains(with, "active_file") {
			t.Errorf("with the password in the body: %s", with)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if due, err := in.db.Service().DueTenants(t.Context(), time.Now().Add(time.Hour)); err != nil || len(due) != 0 {
		t.Errorf("it was answered: %v, %v", due, err)
	}
	files, err := filepath.Glob(filepath.Join(c.Files, fmt.Sprint(int64(body.ID)), "*", "mail-*"))
	if err != nil || len(files) != 0 {
		t.Errorf("%d mails are still there, %v", len(files), err)
	}
}
