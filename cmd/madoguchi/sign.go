package main

import (
	"context"
	"crypto"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"os"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"madoguchi/internal/signature/pades"
)

const signUsage = `usage: madoguchi sign --p12 FILE --password-file FILE --out FILE [options] FILE

Signs a PDF with the key of a PKCS#12 file, at PAdES level B-B, B-T, B-LT or
B-LTA. From B-T on a time-stamping authority is needed (--tsa); B-LT and B-LTA
take revocation lists (--crl) and OCSP responses (--ocsp) into the file.

`

// signFlags are the flags of the subcommand sign.
type signFlags struct {
	p12, passwordFile, out, level, tsa, reason, location, seal, sealAt string
	pss                                                                bool
	crls, ocsps                                                        fileList
}

// runSign is the subcommand sign.
func runSign(ctx context.Context, args []string, std stdio) int {
	var f signFlags
	flags := flag.NewFlagSet("sign", flag.ContinueOnError)
	flags.SetOutput(std.err)
	flags.Usage = func() {
		fmt.Fprint(std.err, signUsage)
		flags.PrintDefaults()
	}
	flags.StringVar(&f.p12, "p12", "", "PKCS#12 file with key and certificates")
	flags.StringVar(&f.passwordFile, "password-file", "", "file whose first line is the password")
	flags.StringVar(&f.out, "out", "", "file to write; it must not exist")
	flags.StringVar(&f.level, "level", string(pades.BB), "B-B, B-T, B-LT or B-LTA")
	flags.StringVar(&f.tsa, "tsa", "", "address of the time-stamping authority (RFC 3161)")
	flags.StringVar(&f.reason, "reason", "", "reason of signing")
	flags.StringVar(&f.location, "location", "", "place of signing")
	flags.StringVar(&f.seal, "seal", "", "PNG picture of a visible seal")
	flags.StringVar(&f.sealAt, "seal-at", "1,440,680,90,90", "page,x,y,width,height of the seal in points")
	flags.BoolVar(&f.pss, "pss", false, "sign with RSA-PSS")
	flags.Var(&f.crls, "crl", "revocation list to take in (may be repeated)")
	flags.Var(&f.ocsps, "ocsp", "OCSP response to take in (may be repeated)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return exitUsage
	}
	if flags.NArg() != 1 || f.p12 == "" || f.out == "" {
		flags.Usage()
		return exitUsage
	}
	if err := signFile(ctx, flags.Arg(0), f); err != nil {
		fmt.Fprintf(std.err, "madoguchi sign: %v\n", err)
		return exitUsage
	}
	return 0
}

// signFile reads all that a signature needs, signs, and writes the new file.
func signFile(ctx context.Context, name string, f signFlags) error {
	o, err := signOptions(ctx, f)
	if err != nil {
		return err
	}
	data, err := readLimited(name)
	if err != nil {
		return err
	}
	signed, err := pades.Sign(data, o)
	if err != nil {
		return err
	}
	return writeNew(f.out, signed)
}

// signOptions turns flags into options.
func signOptions(ctx context.Context, f signFlags) (pades.Options, error) {
	o := pades.Options{
		Level: pades.Level(f.level), Hash: crypto.SHA256, PSS: f.pss,
		At: time.Now().UTC(), Reason: f.reason, Location: f.location,
	}
	switch o.Level {
	case pades.BB, pades.BT, pades.BLT, pades.BLTA:
	default:
		return o, fmt.Errorf("--level %q is none of B-B, B-T, B-LT, B-LTA", f.level)
	}
	if o.Level != pades.BB {
		if f.tsa == "" {
			return o, fmt.Errorf("--level %s needs --tsa", f.level)
		}
		o.Stamp = askStamp(ctx, f.tsa)
	}
	var err error
	if o.Key, o.Chain, err = readKey(f.p12, f.passwordFile); err != nil {
		return o, err
	}
	if o.Validation, err = readValidation(f.crls, f.ocsps); err != nil {
		return o, err
	}
	if f.seal != "" {
		o.Seal, err = readSeal(f.seal, f.sealAt)
	}
	return o, err
}

// readKey reads key and certificates of a PKCS#12 file.
func readKey(name, passwordFile string) (crypto.Signer, [][]byte, error) {
	password := ""
	if passwordFile != "" {
		text, err := os.ReadFile(passwordFile)
		if err != nil {
			return nil, nil, err
		}
		password, _, _ = strings.Cut(string(text), "\n")
		password = strings.TrimSuffix(password, "\r")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	key, cert, issuers, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("read %s: the key cannot sign", name)
	}
	chain := [][]byte{cert.Raw}
	for _, c := range issuers {
		chain = append(chain, c.Raw)
	}
	return signer, chain, nil
}

// readValidation reads revocation lists and OCSP responses.
func readValidation(crls, ocsps []string) (pades.ValidationData, error) {
	var v pades.ValidationData
	for _, name := range crls {
		b, err := readLimited(name)
		if err != nil {
			return v, err
		}
		v.CRLs = append(v.CRLs, b)
	}
	for _, name := range ocsps {
		b, err := readLimited(name)
		if err != nil {
			return v, err
		}
		v.OCSPs = append(v.OCSPs, b)
	}
	return v, nil
}

// readSeal reads a seal's picture and place.
func readSeal(name, at string) (*pades.Seal, error) {
	s := &pades.Seal{}
	if n, err := fmt.Sscanf(at, "%d,%d,%d,%d,%d", &s.Page, &s.X, &s.Y, &s.Width, &s.Height); n != 5 || err != nil || s.Page < 1 || s.Width < 1 || s.Height < 1 {
		return nil, fmt.Errorf("--seal-at %q is not page,x,y,width,height", at)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if s.Picture, err = png.Decode(f); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return s, nil
}

// writeNew writes a file that does not exist yet: a signed file is never put
// over another by mistake.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
