package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"madoguchi/internal/clock"
	"madoguchi/internal/mailer"
	"madoguchi/internal/mailread"
)

// A record is one TXT record by which receivers tell our mail from forged mail.
type record struct {
	name, at string
	begins   string // how the record that is meant begins
	want     string // what to publish; a proposal where only the operator can know
	// wrong returns the key of what is wrong with the record that was found, or "".
	wrong func(text string) string
}

// dns looks for the records of every domain that mail is sent from: SPF (RFC
// 7208), DKIM (RFC 6376), DMARC (RFC 9989), MTA-STS (RFC 8461) and TLS-RPT (RFC
// 8460). What is missing is printed as it is to be published.
func (d *doctor) dns(ctx context.Context) {
	ring, err := keyring(d.config.Mail)
	if err != nil {
		d.fail("smtp", err)
	}
	for _, domain := range d.mailDomains(ctx) {
		for _, r := range d.records(domain, ring) {
			d.txt(ctx, r)
		}
		if d.config.MailIn.Listen != "" {
			d.mx(ctx, domain)
		}
	}
}

// mailDomains are the domains that mail is sent from. A store that cannot be
// opened is another examination's finding.
func (d *doctor) mailDomains(ctx context.Context) []string {
	list := []string{mailread.Domain(d.config.Mail.From)}
	if in, err := openInstallation(ctx, d.config, clock.Clock{}); err == nil {
		all, err := in.db.Service().Tenants(ctx)
		if err = errors.Join(err, in.Close()); err != nil {
			d.fail("store", err)
		}
		for _, t := range all {
			list = append(list, mailread.Domain(t.Settings.MailFrom))
		}
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(domain string) bool {
		return domain == "" || domain == "localhost" || net.ParseIP(domain) != nil
	})
}

func (d *doctor) records(domain string, ring mailer.Keyring) []record {
	reports := "mailto:postmaster@" + domain
	list := []record{
		{"SPF", domain, "v=spf1", spfProposal(d.config.Mail.Server), wrongSPF},
	}
	for _, key := range ring {
		if key.Domain == "" || strings.EqualFold(key.Domain, domain) {
			list = append(list, dkimRecord(domain, key))
		}
	}
	return append(list,
		record{"DMARC", "_dmarc." + domain, "v=DMARC1", "v=DMARC1; p=reject; rua=" + reports, wrongDMARC},
		record{"MTA-STS", "_mta-sts." + domain, "v=STSv1", "v=STSv1; id=1", nil},
		record{"TLS-RPT", "_smtp._tls." + domain, "v=TLSRPTv1", "v=TLSRPTv1; rua=" + reports, nil},
	)
}

// spfProposal allows the machines that receive the domain's mail, or the mail
// server that the configuration names.
func spfProposal(server string) string {
	host, _, err := net.SplitHostPort(server)
	ip := net.ParseIP(host)
	switch {
	case err != nil || host == "localhost" || ip != nil && ip.IsLoopback():
		return "v=spf1 mx -all"
	case ip != nil && ip.To4() != nil:
		return "v=spf1 ip4:" + host + " -all"
	case ip != nil:
		return "v=spf1 ip6:" + host + " -all"
	}
	return "v=spf1 a:" + host + " -all"
}

func wrongSPF(text string) string {
	if !strings.HasSuffix(strings.TrimSpace(text), "-all") && !strings.HasSuffix(strings.TrimSpace(text), "~all") && !strings.Contains(text, "redirect=") {
		return "mailservice.dns_spf_open"
	}
	return ""
}

func wrongDMARC(text string) string {
	if tagOf(text, "p") != "reject" {
		return "mailservice.dns_dmarc_weak"
	}
	return ""
}

// tagOf returns a tag of a "v=…; p=…" record, without spaces.
func tagOf(text, name string) string {
	for part := range strings.SplitSeq(text, ";") {
		if tag, value, ok := strings.Cut(part, "="); ok && strings.TrimSpace(tag) == name {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

func dkimRecord(domain string, key mailer.DKIM) record {
	kind, public := publicKey(key.Key)
	return record{
		"DKIM", key.Selector + "._domainkey." + domain, "", "v=DKIM1; k=" + kind + "; p=" + public,
		func(text string) string {
			if tagOf(text, "p") != public {
				return "mailservice.dns_dkim_other"
			}
			return ""
		},
	}
}

// publicKey is the key as DKIM publishes it (RFC 6376, 3.6.1; RFC 8463, 4).
func publicKey(key crypto.Signer) (kind, encoded string) {
	if public, ok := key.Public().(ed25519.PublicKey); ok {
		return "ed25519", base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "rsa", ""
	}
	return "rsa", base64.StdEncoding.EncodeToString(der)
}

// txt looks for one record, and prints what to publish in its place.
func (d *doctor) txt(ctx context.Context, r record) {
	texts, err := d.resolver.LookupTXT(ctx, r.at)
	if missing, ok := errors.AsType[*net.DNSError](err); ok && missing.IsNotFound {
		err = nil
	}
	args := []any{"record", r.name, "name", r.at, "cause", err}
	if err != nil {
		d.say("warn", "dns", "doctor.dns_unknown", args...)
		return
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return !strings.HasPrefix(text, r.begins) })
	wrong := "doctor.dns_warn"
	switch {
	case len(texts) > 1:
		wrong = "mailservice.dns_several"
	case len(texts) == 1 && r.wrong == nil:
		wrong = ""
	case len(texts) == 1:
		wrong = r.wrong(texts[0])
	}
	if wrong == "" {
		d.say("ok", "dns", "doctor.dns_ok", args...)
		return
	}
	d.say("warn", "dns", wrong, args...)
	fmt.Fprintf(d.std.out, "\t%s. IN TXT %s\n", r.at, quotedTXT(r.want))
	if r.name == "MTA-STS" {
		host := strings.TrimPrefix(r.at, "_mta-sts.")
		fmt.Fprintf(d.std.out, "\thttps://mta-sts.%s/.well-known/mta-sts.txt: version: STSv1 / mode: enforce / mx: %s / max_age: 604800\n", host, d.mailHost())
	}
}

// quotedTXT writes a text in strings of at most 255 bytes (RFC 1035, 3.3.14).
func quotedTXT(text string) string {
	var parts []string
	for part := range slices.Chunk([]byte(text), 255) {
		parts = append(parts, `"`+string(part)+`"`)
	}
	return strings.Join(parts, " ")
}

// mailHost is the name that mail comes in at.
func (d *doctor) mailHost() string {
	if d.config.MailIn.Name != "" {
		return d.config.MailIn.Name
	}
	if u, err := url.Parse(d.config.PublicURL); err == nil {
		return u.Hostname()
	}
	return d.config.Mail.Hello
}

// mx looks for where mail to a domain goes, which must lead here for mail to
// come back.
func (d *doctor) mx(ctx context.Context, domain string) {
	found, err := d.resolver.LookupMX(ctx, domain)
	if missing, ok := errors.AsType[*net.DNSError](err); ok && missing.IsNotFound {
		err = nil
	}
	args := []any{"record", "MX", "name", domain, "cause", err}
	switch {
	case err != nil:
		d.say("warn", "dns", "doctor.dns_unknown", args...)
	case len(found) == 0:
		d.say("warn", "dns", "mailservice.dns_mx_none", args...)
		fmt.Fprintf(d.std.out, "\t%s. IN MX 10 %s.\n", domain, d.mailHost())
	default:
		d.say("ok", "dns", "doctor.dns_ok", args...)
	}
}
