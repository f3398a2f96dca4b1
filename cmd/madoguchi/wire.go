package main

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"madoguchi/internal/casework"
	"madoguchi/internal/catalogue"
	"madoguchi/internal/form/postal"
	"madoguchi/internal/intake"
	"madoguchi/internal/mailroom"
	"madoguchi/internal/outbox"
	"madoguchi/internal/publishing"
	"madoguchi/internal/search/synonym"
	"madoguchi/internal/sheet"
	"madoguchi/internal/signature"
	"madoguchi/internal/signature/report"
	"madoguchi/internal/signin"
	"madoguchi/internal/tenant"
	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/office"
	"madoguchi/internal/web/portal"
	"madoguchi/internal/web/ui"
	"madoguchi/internal/worker"
)

// wiring is what a house is built from besides its installation.
type wiring struct {
	address  string // public, without a slash at the end
	chromium string // path; empty: looked for
	trust    string // whom to trust in signatures: a folder, or "" for nobody
	proxies  []netip.Prefix
	senders  []outbox.Sender
	from     string // for tenants without a mail address of their own
	mailroom *mailroom.Room
	demo     *ui.Demo
	others   map[string]http.Handler
	log      *slog.Logger
}

// A house is the whole service, ready to be served.
type house struct {
	handler   http.Handler
	catalogue *catalogue.Catalogue
	worker    *worker.Worker
	mailIn    func(context.Context) // takes in mail; nil: none is taken
	log       *slog.Logger
}

// build puts the house together. Nothing runs yet.
func build(ctx context.Context, in *installation, w wiring) (*house, error) {
	published, err := catalogue.Open(ctx, in.db)
	if err != nil {
		return nil, err
	}
	assets, err := openAssets()
	if err != nil {
		return nil, err
	}
	entrance := &web.Entrance{
		Assets: assets, Proxies: w.proxies, Secure: strings.HasPrefix(w.address, "https:"),
		SlugOfHost: func(host string) string {
			t, _ := published.ByHost(host)
			return t.Slug
		},
		RootPages: portal.RootPages,
		Others:    map[string]http.Handler{"healthz": health(in)},
	}
	for segment, h := range w.others {
		entrance.Others[segment] = h
	}
	if entrance.Portal, entrance.Denied, err = buildPortal(in, w, published, assets); err != nil {
		return nil, err
	}
	if entrance.Office, err = buildOffice(in, w, published, assets); err != nil {
		return nil, err
	}
	return &house{
		handler: entrance.Handler(), catalogue: published, log: w.log,
		worker: &worker.Worker{
			DB: in.db, Blobs: in.blobs, Senders: w.senders, Clock: in.clock.Now, Log: w.log,
			Holder: newID(), Origin: originOf(w.address, w.from), Mailroom: w.mailroom,
		},
	}, nil
}

// buildPortal returns the residents' pages, and what answers posts from other sites.
func buildPortal(in *installation, w wiring, published *catalogue.Catalogue, assets *asset.Set) (pages, denied http.Handler, err error) {
	counter, err := intake.New(in.db, in.blobs, in.secret)
	if err != nil {
		return nil, nil, err
	}
	trust, err := verifyOptions(w.trust, "")
	if err != nil {
		return nil, nil, err
	}
	p := &portal.Portal{
		Catalogue: published, Counter: counter, Assets: assets, Clock: in.clock.Now, Address: w.address,
		Cookies: web.Cookies{Secure: strings.HasPrefix(w.address, "https:")},
		Secret:  derived(in.secret, "portal"), Demo: w.demo, Log: w.log,
		Printer: sheet.NewPrinter(w.chromium), Postal: postal.Sample().Lookup, Dictionary: synonym.Standard(), Mailroom: w.mailroom,
		Verify: func(in signature.Input) report.File {
			now := trust
			now.Now = time.Now().UTC()
			return signature.Verify(in, now)
		},
	}
	if pages, err = p.Handler(); err != nil {
		return nil, nil, err
	}
	return pages, p.Site().CrossSite(), nil
}

func buildOffice(in *installation, w wiring, published *catalogue.Catalogue, assets *asset.Set) (http.Handler, error) {
	door, err := openDoor(in)
	if err != nil {
		return nil, err
	}
	return office.New(office.Config{
		Desk: &casework.Desk{DB: in.db, Blobs: in.blobs, NewID: newID}, Door: door,
		Editors:   &publishing.Editors{DB: in.db, Blobs: in.blobs, NewID: newID},
		Catalogue: published, Assets: assets, Clock: in.clock.Now, Log: w.log,
		Address: w.address, Secure: strings.HasPrefix(w.address, "https:"), Demo: w.demo,
	})
}

// openAssets gives every fixed file of the pages its address.
func openAssets() (*asset.Set, error) {
	files, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	files["sheet.css"] = sheet.CSS
	return asset.New(files)
}

func openDoor(in *installation) (*signin.Door, error) {
	return signin.New(signin.Config{DB: in.db, Secret: derived(in.secret, "office")})
}

// run works until ctx ends and waits for what was begun: the poll of the
// catalogue and the worker.
func (h *house) run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { h.catalogue.Run(ctx, h.log) })
	running.Go(func() { h.worker.Run(ctx) })
	if h.mailIn != nil {
		running.Go(func() { h.mailIn(ctx) })
	}
	running.Wait()
}

// originOf says what a tenant's mail tells of where it comes from.
func originOf(address, from string) func(tenant.Tenant) outbox.Origin {
	scheme, _, _ := strings.Cut(address, "://")
	return func(t tenant.Tenant) outbox.Origin {
		o := outbox.Origin{Tenant: int64(t.ID), Name: t.Name, From: cmp.Or(t.Settings.MailFrom, from), URL: address + "/" + t.Slug}
		if t.Host != "" {
			o.URL = scheme + "://" + t.Host
		}
		return o
	}
}

// derived gives one part of the program a secret of its own.
func derived(secret []byte, part string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(part))
	return mac.Sum(nil)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// health answers whether the store can be read: 200, or 503.
func health(in *installation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if _, err := in.db.Service().Value(ctx, "secret.fingerprint"); err != nil {
			http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
}
