package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"madoguchi/internal/blob"
	"madoguchi/internal/clock"
	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// An installation is what is kept, opened: the store, the files, and the
// secret that codes and cookies are derived from.
type installation struct {
	db     store.DB
	blobs  blob.Store
	secret []byte
	clock  clock.Clock
}

// openInstallation opens what the configuration names.
func openInstallation(ctx context.Context, c Config, clock clock.Clock) (*installation, error) {
	at, err := c.database()
	if err != nil {
		return nil, err
	}
	blobs, err := openBlobs(c.Files)
	if err != nil {
		return nil, err
	}
	db, err := openStore(ctx, at, store.Options{Now: clock.Now})
	if err != nil {
		return nil, err
	}
	in := &installation{db: db, blobs: blobs, clock: clock}
	in.secret, err = installationSecret(c.SecretFile)
	if err == nil {
		err = in.checkSecret(ctx)
	}
	if err == nil {
		err = in.addOperators(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return in, nil
}

// secretBytes is the length of the installation's secret.
const secretBytes = 32

// installationSecret reads the secret, or makes it where there is none yet.
func installationSecret(file string) ([]byte, error) {
	if !exists(file) {
		if err := makeSecret(file); err != nil {
			return nil, fmt.Errorf("secret_file: %w", err)
		}
	}
	text, err := secretFrom(file)
	if err != nil {
		return nil, fmt.Errorf("secret_file: %w", err)
	}
	secret, err := hex.DecodeString(text)
	if err != nil || len(secret) < secretBytes {
		return nil, fmt.Errorf("secret_file: %s does not hold %d bytes as hexadecimal digits", file, secretBytes)
	}
	return secret, nil
}

func makeSecret(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	secret := make([]byte, secretBytes)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	return writeOnce(file, hex.EncodeToString(secret)+"\n")
}

// writeOnce makes a file that only its owner can read, durably. It is an error
// if there is one.
func writeOnce(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// checkSecret refuses another secret than the one that the store's codes were
// derived from: with it, no resident could look up what they sent.
func (in *installation) checkSecret(ctx context.Context) error {
	mac := hmac.New(sha256.New, in.secret)
	mac.Write([]byte("fingerprint of the installation's secret"))
	mine := hex.EncodeToString(mac.Sum(nil))[:16]
	kept, err := in.db.Service().SetValueOnce(ctx, "secret.fingerprint", mine)
	if err != nil {
		return err
	}
	if kept != mine {
		return errors.New("secret_file holds another secret than the one this database was begun with: " +
			"restore it from the backup, or lookup codes given to residents stop working")
	}
	return nil
}

// addOperators keeps the tenant of those who operate the installation, unless
// it is there.
func (in *installation) addOperators(ctx context.Context) error {
	all, err := in.db.Service().Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID == tenant.Installation {
			return nil
		}
	}
	err = in.db.Service().InsertTenant(ctx, &tenant.Tenant{
		ID: tenant.Installation, Slug: "operators", Name: "運用センター", Kana: "ウンヨウセンター", Kind: tenant.Operator, Active: true,
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // another server was faster
	}
	return err
}

// Close waits for running transactions.
func (in *installation) Close() error { return in.db.Close() }
