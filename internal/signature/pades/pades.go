// Package pades signs PDF files (PDF への電子署名) after ETSI EN 319 142-1:
// levels B-B, B-T, B-LT and B-LTA, by adding to the file.
//
// It promises: the signer is named by signing-certificate-v2, the time is in
// the dictionary or a time-stamp and never in the CMS, and no file is
// certified (DocMDP), so that validation data may be added later. It fetches
// nothing: time-stamps come from a function, revocation values are given.
package pades

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf16"

	"madoguchi/internal/signature/algorithm"
	"madoguchi/internal/signature/cms"
	"madoguchi/internal/signature/pdf"
)

// The errors of this package, to be compared with errors.Is.
var (
	ErrEncrypted = errors.New("pdf is encrypted")
	ErrTooLarge  = errors.New("signature is larger than its place")
	ErrNoPage    = errors.New("pdf has no such page")
)

// A Level is a baseline level of PAdES.
type Level string

// The levels.
const (
	BB   Level = "B-B"
	BT   Level = "B-T"
	BLT  Level = "B-LT"
	BLTA Level = "B-LTA"
)

// A Stamper gives a time-stamp token over the SHA-256 of bytes.
type Stamper func(stamped []byte) ([]byte, error)

// ValidationData are the certificates, revocation lists and OCSP responses, in
// DER, that later prove that the signature was good.
type ValidationData struct {
	Certificates, CRLs, OCSPs [][]byte
}

// Options say how to sign.
type Options struct {
	Key        crypto.Signer
	Chain      [][]byte // the signer's certificate first, DER
	Hash       crypto.Hash
	PSS        bool
	Level      Level
	At         time.Time // claimed time of signing
	Field      string    // name of the new field; "" for one that is free
	Reason     string
	Location   string
	Stamp      Stamper        // needed from B-T on
	Validation ValidationData // needed from B-LT on
	Seal       *Seal          // visible seal, or nil
}

// Sign signs a PDF file. A field of that name must not exist.
func Sign(data []byte, o Options) ([]byte, error) {
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	if o.Level != BB && o.Stamp == nil {
		return nil, errors.New("pades: this level needs a time-stamp")
	}
	signed, err := signBase(data, o)
	if err != nil {
		return nil, fmt.Errorf("pades: %w", err)
	}
	if o.Level != BLT && o.Level != BLTA {
		return signed, nil
	}
	v := o.Validation
	v.Certificates = append(append([][]byte{}, o.Chain...), v.Certificates...)
	if signed, err = AddValidation(signed, v); err != nil || o.Level == BLT {
		return signed, err
	}
	return Timestamp(signed, o.Stamp)
}

// place is how many octets a CMS signature may take.
func (o Options) place() int {
	n := 6 << 10
	for _, c := range o.Chain {
		n += len(c)
	}
	if o.Level != BB {
		n += 14 << 10
	}
	return n
}

func signBase(data []byte, o Options) ([]byte, error) {
	u, err := newUpdate(data)
	if err != nil {
		return nil, err
	}
	value := dict("Type", pdf.Name("Sig"), "Filter", pdf.Name("Adobe.PPKLite"), "SubFilter", pdf.Name("ETSI.CAdES.detached"))
	if !o.At.IsZero() {
		set(value, "M", text("D:"+o.At.UTC().Format("20060102150405")+"Z"))
	}
	if o.Reason != "" {
		set(value, "Reason", textUTF16(o.Reason))
	}
	if o.Location != "" {
		set(value, "Location", textUTF16(o.Location))
	}
	if err := u.addField(o.Field, value, o.place(), o.Seal); err != nil {
		return nil, err
	}
	return u.seal(func(parts [][]byte) ([]byte, error) {
		options := cms.SignOptions{
			Key: o.Key, Chain: o.Chain, Hash: o.Hash, PSS: o.PSS, Digest: algorithm.Digest(o.Hash, parts...),
		}
		if o.Level != BB {
			options.Stamp = o.Stamp
		}
		return cms.Sign(options)
	})
}

// Timestamp adds a document time-stamp, which renews what is before it.
func Timestamp(data []byte, stamp Stamper) ([]byte, error) {
	u, err := newUpdate(data)
	if err != nil {
		return nil, fmt.Errorf("pades: %w", err)
	}
	value := dict("Type", pdf.Name("DocTimeStamp"), "Filter", pdf.Name("Adobe.PPKLite"), "SubFilter", pdf.Name("ETSI.RFC3161"))
	if err := u.addField("", value, 14<<10, nil); err != nil {
		return nil, fmt.Errorf("pades: %w", err)
	}
	out, err := u.seal(func(parts [][]byte) ([]byte, error) { return stamp(bytes.Join(parts, nil)) })
	if err != nil {
		return nil, fmt.Errorf("pades: %w", err)
	}
	return out, nil
}

// The places that are filled in after the file is laid out. The widths are
// enough for files of 9,999,999,999 bytes.
const rangePlace = "[0 0000000000 0000000000 0000000000]"

// seal lays the file out, signs it but for the place of the signature, and
// fills that in.
func (u *update) seal(sign func(parts [][]byte) ([]byte, error)) ([]byte, error) {
	out, err := u.write()
	if err != nil {
		return nil, err
	}
	before := len(u.view.File.Data)
	at := bytes.Index(out[before:], []byte(rangePlace)) + before
	start := bytes.Index(out[at:], []byte("/Contents <")) + at + len("/Contents ")
	end := bytes.IndexByte(out[start:], '>') + start + 1
	copy(out[at:], fmt.Sprintf("[0 %010d %010d %010d]", start, end, len(out)-end))
	message, err := sign([][]byte{out[:start], out[end:]})
	if err != nil {
		return nil, err
	}
	if hex.EncodedLen(len(message)) > end-start-2 {
		return nil, ErrTooLarge
	}
	hex.Encode(out[start+1:], message)
	return out, nil
}

func text(s string) pdf.String { return pdf.String{Value: []byte(s)} }

func textUTF16(s string) pdf.String {
	b := []byte{0xfe, 0xff}
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, byte(c>>8), byte(c))
	}
	return pdf.String{Value: b}
}

// AddValidation adds validation data to the document security store.
func AddValidation(data []byte, v ValidationData) ([]byte, error) {
	u, err := newUpdate(data)
	if err != nil {
		return nil, fmt.Errorf("pades: %w", err)
	}
	root := u.edit(u.root)
	store := &pdf.Dict{}
	if old := u.view.Dict(root.Get("DSS")); old != nil {
		store.Entries = append(store.Entries, old.Entries...)
	}
	for _, kind := range []struct {
		key    pdf.Name
		values [][]byte
	}{{"Certs", v.Certificates}, {"CRLs", v.CRLs}, {"OCSPs", v.OCSPs}} {
		list := append(pdf.Array{}, u.view.Array(store.Get(kind.key))...)
		for _, b := range kind.values {
			list = append(list, u.add(stream(&pdf.Dict{}, b)))
		}
		if len(list) > 0 {
			set(store, kind.key, list)
		}
	}
	set(root, "DSS", u.add(store))
	out, err := u.write()
	if err != nil {
		return nil, fmt.Errorf("pades: %w", err)
	}
	return out, nil
}
