// Package officecrypt opens encrypted Office documents (暗号化された文書) with a
// password (MS-OFFCRYPTO): agile encryption of Office 2010 and later, and the
// standard encryption of 2007. The work per password is bounded.
package officecrypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // the format names it
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash"
	"unicode/utf16"
)

// DefaultPassword opens workbooks without asking; Excel tries it by itself.
const DefaultPassword = "VelvetSweatshop"

// A Document is an encrypted document whose encryption is known.
type Document struct {
	open opener
	body []byte
	size uint64
}

// Read reads the streams EncryptionInfo and EncryptedPackage. It is not ok if
// the encryption is not known here.
func Read(info, body []byte) (Document, bool) {
	if len(info) < 8 || len(body) < 8 {
		return Document{}, false
	}
	d := Document{body: body[8:], size: binary.LittleEndian.Uint64(body)}
	if binary.LittleEndian.Uint16(info) == 4 && binary.LittleEndian.Uint16(info[2:]) == 4 {
		d.open = agileOpener(info)
	} else {
		d.open = standardOpener(info)
	}
	return d, d.open != nil
}

// Open decrypts the document if the password is right.
func (d Document) Open(password string) ([]byte, bool) {
	plain, ok := d.open(password, d.body)
	return plain[:min(uint64(len(plain)), d.size)], ok
}

type opener func(password string, body []byte) ([]byte, bool)

// agileInfo is the XML of agile encryption.
type agileInfo struct {
	KeyData agileKey `xml:"keyData"`
	Keys    []struct {
		Key agileKey `xml:"encryptedKey"`
	} `xml:"keyEncryptors>keyEncryptor"`
}

type agileKey struct {
	SpinCount  int    `xml:"spinCount,attr"`
	SaltSize   int    `xml:"saltSize,attr"`
	BlockSize  int    `xml:"blockSize,attr"`
	KeyBits    int    `xml:"keyBits,attr"`
	Hash       string `xml:"hashAlgorithm,attr"`
	Salt       string `xml:"saltValue,attr"`
	Input      string `xml:"encryptedVerifierHashInput,attr"`
	InputHash  string `xml:"encryptedVerifierHashValue,attr"`
	Encryption string `xml:"encryptedKeyValue,attr"`
}

var hashes = map[string]func() hash.Hash{"SHA1": sha1.New, "SHA-1": sha1.New, "SHA256": sha256.New, "SHA384": sha512.New384, "SHA512": sha512.New}

// maxSpin bounds the work that a document may ask for per password.
const maxSpin = 200_000

func agileOpener(header []byte) opener {
	var info agileInfo
	if xml.Unmarshal(header[8:], &info) != nil {
		return nil
	}
	var k agileKey
	for _, candidate := range info.Keys {
		if candidate.Key.Encryption != "" {
			k = candidate.Key
		}
	}
	newHash, dataHash := hashes[k.Hash], hashes[info.KeyData.Hash]
	bits := k.KeyBits / 8
	if newHash == nil || dataHash == nil || k.SpinCount < 0 || k.SpinCount > maxSpin || bits != 16 && bits != 24 && bits != 32 {
		return nil
	}
	return func(password string, body []byte) ([]byte, bool) {
		base := spin(newHash, b64(k.Salt), password, k.SpinCount)
		derive := func(block string, data string) []byte {
			h := newHash()
			h.Write(base)
			h.Write([]byte(block))
			return cbc(fit(h.Sum(nil), bits), fit(b64(k.Salt), 16), b64(data))
		}
		input := derive("\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", k.Input)
		want := derive("\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", k.InputHash)
		h := newHash()
		h.Write(input[:min(len(input), max(k.SaltSize, 0))])
		if sum := h.Sum(nil); len(want) < len(sum) || subtle.ConstantTimeCompare(want[:len(sum)], sum) != 1 {
			return nil, false
		}
		key := derive("\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", k.Encryption)
		return agileBody(body, fit(key, info.KeyData.KeyBits/8), b64(info.KeyData.Salt), dataHash)
	}
}

// agileBody decrypts segments of 4,096 bytes, each with its own vector.
func agileBody(body, key, salt []byte, newHash func() hash.Hash) ([]byte, bool) {
	var out []byte
	for i := 0; len(body) > 0; i++ {
		n := min(4096, len(body))
		h := newHash()
		h.Write(salt)
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(i)))
		plain := cbc(key, fit(h.Sum(nil), 16), body[:n])
		if plain == nil {
			return out, len(out) > 0
		}
		out, body = append(out, plain...), body[n:]
	}
	return out, true
}

// standardOpener opens ECMA-376 standard encryption: AES in ECB with SHA-1.
func standardOpener(header []byte) opener {
	if len(header) < 12 {
		return nil
	}
	n := int(binary.LittleEndian.Uint32(header[8:]))
	if n < 32 || 12+n+72 > len(header) {
		return nil
	}
	bits := int(binary.LittleEndian.Uint32(header[12+16:])) / 8
	v := header[12+n:]
	salt, input, want := v[4:20], v[20:36], v[40:72]
	if bits != 16 && bits != 24 && bits != 32 {
		return nil
	}
	return func(password string, body []byte) ([]byte, bool) {
		base := spin(sha1.New, salt, password, 50_000)
		h := sha1.Sum(append(base, 0, 0, 0, 0))
		key := standardKey(h[:], bits)
		sum := sha1.Sum(ecb(key, input))
		if plain := ecb(key, want); subtle.ConstantTimeCompare(plain[:20], sum[:]) != 1 {
			return nil, false
		}
		return ecb(key, body[:len(body)/16*16]), true
	}
}

func standardKey(h []byte, bits int) []byte {
	pad := func(c byte) []byte {
		b := bytes.Repeat([]byte{c}, 64)
		subtle.XORBytes(b, b[:len(h)], h)
		sum := sha1.Sum(b)
		return sum[:]
	}
	return append(pad(0x36), pad(0x5c)...)[:bits]
}

// spin hashes the password count times (MS-OFFCRYPTO 2.3.4.11).
func spin(newHash func() hash.Hash, salt []byte, password string, count int) []byte {
	h := newHash()
	h.Write(salt)
	for _, u := range utf16.Encode([]rune(password)) {
		h.Write([]byte{byte(u), byte(u >> 8)})
	}
	sum := h.Sum(nil)
	var n [4]byte
	for i := range count {
		binary.LittleEndian.PutUint32(n[:], uint32(i))
		h.Reset()
		h.Write(n[:])
		h.Write(sum)
		sum = h.Sum(sum[:0])
	}
	return sum
}

// fit cuts b, or pads it with 0x36, to n bytes.
func fit(b []byte, n int) []byte {
	out := bytes.Repeat([]byte{0x36}, max(n, 0))
	copy(out, b)
	return out
}

func b64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

// cbc decrypts whole blocks; nil if the key does not fit.
func cbc(key, iv, data []byte) []byte {
	block, err := aes.NewCipher(key)
	data = data[:len(data)/16*16]
	if err != nil || len(iv) != 16 || len(data) == 0 {
		return nil
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, data)
	return out
}

func ecb(key, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return make([]byte, len(data))
	}
	out := make([]byte, len(data))
	for i := 0; i+16 <= len(data); i += 16 {
		block.Decrypt(out[i:], data[i:])
	}
	return out
}
