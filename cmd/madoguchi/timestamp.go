package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/timestamp"
)

const timestampUsage = `usage: madoguchi timestamp --tsa URL --out FILE [--crl FILE]... [--ocsp FILE]... FILE

Adds a document time-stamp to a PDF, after revocation lists and OCSP responses
if any are given. Done again before the last time-stamp's certificate expires,
it keeps old signatures provable (PAdES B-LTA).

`

// runTimestamp is the subcommand timestamp.
func runTimestamp(ctx context.Context, args []string, std stdio) int {
	flags := flag.NewFlagSet("timestamp", flag.ContinueOnError)
	flags.SetOutput(std.err)
	flags.Usage = func() {
		fmt.Fprint(std.err, timestampUsage)
		flags.PrintDefaults()
	}
	tsa := flags.String("tsa", "", "address of the time-stamping authority (RFC 3161)")
	out := flags.String("out", "", "file to write; it must not exist")
	var crls, ocsps fileList
	flags.Var(&crls, "crl", "revocation list to take in (may be repeated)")
	flags.Var(&ocsps, "ocsp", "OCSP response to take in (may be repeated)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return exitUsage
	}
	if flags.NArg() != 1 || *tsa == "" || *out == "" {
		flags.Usage()
		return exitUsage
	}
	if err := timestampFile(ctx, flags.Arg(0), *out, *tsa, crls, ocsps); err != nil {
		fmt.Fprintf(std.err, "madoguchi timestamp: %v\n", err)
		return exitUsage
	}
	return 0
}

func timestampFile(ctx context.Context, name, out, tsa string, crls, ocsps []string) error {
	data, err := readLimited(name)
	if err != nil {
		return err
	}
	v, err := readValidation(crls, ocsps)
	if err != nil {
		return err
	}
	if len(v.CRLs)+len(v.OCSPs) > 0 {
		if data, err = pades.AddValidation(data, v); err != nil {
			return err
		}
	}
	if data, err = pades.Timestamp(data, askStamp(ctx, tsa)); err != nil {
		return err
	}
	return writeNew(out, data)
}

// The bounds of one request for a time-stamp.
const (
	stampTimeout  = 30 * time.Second
	maxStampBytes = 1 << 20
)

// askStamp gives a Stamper that asks an authority over HTTP (RFC 3161 3.4).
func askStamp(ctx context.Context, address string) pades.Stamper {
	return func(stamped []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, stampTimeout)
		defer cancel()
		imprint := algorithm.Digest(crypto.SHA256, stamped)
		nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
		if err != nil {
			return nil, err
		}
		body := bytes.NewReader(timestamp.Request(crypto.SHA256, imprint, nonce))
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/timestamp-query")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("time-stamping authority answers %s", answer.Status)
		}
		b, err := io.ReadAll(io.LimitReader(answer.Body, maxStampBytes))
		if err != nil {
			return nil, err
		}
		return timestamp.Response(b, crypto.SHA256, imprint)
	}
}
