// Package chain judges certificates (証明書検証): it builds paths to the
// operator's roots and looks revocation up in lists (CRL, ARL) and OCSP
// responses that are given to it.
//
// It promises never to say "good" of what it does not know, and to fetch
// nothing. It follows RFC 5280 6 with the time rules of ETSI EN 319 102-1: a
// certificate is judged at the time that a time-stamp proves, else now.
package chain

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"madoguchi/internal/signature/certificate"
)

// Trust is what an operator believes: the trust profile (信頼プロファイル).
// The zero Trust believes nobody.
type Trust struct {
	Roots         []Root
	Intermediates []*certificate.Certificate
	CRLs          []*certificate.CRL
	OCSPs         []*certificate.OCSP
	Policies      []string // a signer's certificate must have one of these, if any are given
	Authorities   []string // SHA-256 of accredited time-stamping certificates (認定), in hexadecimal
}

// A Root is a trust anchor, believed from From until Until; zero times are
// no limit.
type Root struct {
	Certificate *certificate.Certificate
	From, Until time.Time
}

// A profile is the file profile.toml of a trust folder.
type profile struct {
	Policies    []string      `toml:"policies"`
	Authorities []string      `toml:"timestamp_authorities"`
	Roots       []profileRoot `toml:"root"`
}

// A profileRoot names a file of the folder. Certificates that no root names
// are then intermediate ones.
type profileRoot struct {
	File  string    `toml:"file"`
	From  time.Time `toml:"from"`
	Until time.Time `toml:"until"`
}

// ProfileName is the name of the profile in a trust folder.
const ProfileName = "profile.toml"

// A File is a file of a trust folder.
type File struct {
	Name string
	Data []byte
}

// Load makes a Trust of certificates, revocation lists and OCSP responses in
// DER or PEM. Without a profile every certificate is a root: what an operator
// puts there is believed.
func Load(files []File) (Trust, error) {
	var t Trust
	var p profile
	for _, f := range files {
		if path.Base(f.Name) != ProfileName {
			continue
		}
		meta, err := toml.Decode(string(f.Data), &p)
		if err != nil {
			return Trust{}, fmt.Errorf("trust profile %s: %w", f.Name, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return Trust{}, fmt.Errorf("trust profile %s: unknown key %v", f.Name, unknown[0])
		}
	}
	t.Policies, t.Authorities = p.Policies, p.Authorities
	for _, f := range files {
		if path.Base(f.Name) == ProfileName {
			continue
		}
		if err := t.add(f, p); err != nil {
			return Trust{}, err
		}
	}
	return t, nil
}

func (t *Trust) add(f File, p profile) error {
	found := false
	for _, b := range blocks(f.Data) {
		if c, err := certificate.Parse(b); err == nil {
			t.addCertificate(c, f.Name, p)
			found = true
			continue
		}
		if c, err := certificate.ParseCRL(b); err == nil {
			t.CRLs = append(t.CRLs, c)
			found = true
			continue
		}
		if o, err := certificate.ParseOCSP(b); err == nil {
			t.OCSPs = append(t.OCSPs, o)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("trust file %s: no certificate, crl or ocsp response", f.Name)
	}
	return nil
}

func (t *Trust) addCertificate(c *certificate.Certificate, name string, p profile) {
	if len(p.Roots) == 0 {
		t.Roots = append(t.Roots, Root{Certificate: c})
		return
	}
	for _, r := range p.Roots {
		if path.Base(r.File) == path.Base(name) {
			t.Roots = append(t.Roots, Root{c, r.From, r.Until})
			return
		}
	}
	t.Intermediates = append(t.Intermediates, c)
}

// blocks gives the DER of each PEM block, or the data itself.
func blocks(data []byte) [][]byte {
	var list [][]byte
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		return [][]byte{data}
	}
	for {
		var b *pem.Block
		b, data = pem.Decode(data)
		if b == nil {
			return list
		}
		if !strings.Contains(b.Type, "PRIVATE KEY") {
			list = append(list, b.Bytes)
		}
	}
}

// Accredited tells whether the operator's list names the time-stamping
// certificate.
func (t Trust) Accredited(c *certificate.Certificate) bool {
	return slices.ContainsFunc(t.Authorities, func(s string) bool {
		return strings.EqualFold(strings.ReplaceAll(s, ":", ""), c.Fingerprint())
	})
}

// anchor gives the root that c is at time at, if any.
func (t Trust) anchor(c *certificate.Certificate, at time.Time) bool {
	return slices.ContainsFunc(t.Roots, func(r Root) bool {
		return r.Certificate.Equal(c) &&
			(r.From.IsZero() || !at.Before(r.From)) && (r.Until.IsZero() || !at.After(r.Until))
	})
}
