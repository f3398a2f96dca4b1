package zipfile

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // WinZip's AES is defined with it
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// The errors of Open.
var (
	ErrPassword = errors.New("wrong password")
	ErrMethod   = errors.New("packed with a method that is not known here")
	ErrDamaged  = errors.New("damaged")
)

// Open unpacks at most max bytes. whole is false if there is more. Of a file
// that is damaged, what was read is returned with ErrDamaged.
func (f File) Open(password string, max int64) (content []byte, whole bool, err error) {
	packed, method := f.data, f.method
	if f.Encrypted {
		if packed, err = f.decrypt(password); err != nil {
			return nil, false, err
		}
		if f.method == 99 {
			method = f.aes.method
		}
	}
	var unpack io.Reader
	switch method {
	case 0:
		unpack = bytes.NewReader(packed)
	case 8:
		unpack = flate.NewReader(bytes.NewReader(packed))
	case 12:
		unpack = bzip2.NewReader(bytes.NewReader(packed))
	default:
		return nil, false, ErrMethod
	}
	content, err = io.ReadAll(io.LimitReader(unpack, max))
	if err != nil {
		err = ErrDamaged
	} else if n, _ := unpack.Read(make([]byte, 1)); n == 0 {
		whole = true
	}
	if f.Encrypted && f.aes.strength == 0 && (err != nil || whole && crc32.ChecksumIEEE(content) != f.crc) {
		return nil, false, ErrPassword // one wrong password in 256 passes the check byte
	}
	return content, whole, err
}

func (f File) decrypt(password string) ([]byte, error) {
	if f.method == 99 {
		return f.decryptAES(password)
	}
	if len(f.data) < 12 {
		return nil, ErrDamaged
	}
	k := newZipCrypto(password)
	out := make([]byte, len(f.data))
	for i, c := range f.data {
		out[i] = k.decrypt(c)
		if i == 11 && out[11] != f.check && out[11] != byte(f.crc>>24) {
			return nil, ErrPassword
		}
	}
	return out[12:], nil
}

// zipCrypto is PKWARE's old cipher (APPNOTE.TXT, 6.1).
type zipCrypto [3]uint32

func newZipCrypto(password string) *zipCrypto {
	k := &zipCrypto{0x12345678, 0x23456789, 0x34567890}
	for i := range len(password) {
		k.update(password[i])
	}
	return k
}

func (k *zipCrypto) update(c byte) {
	k[0] = crc32.IEEETable[byte(k[0])^c] ^ k[0]>>8
	k[1] = (k[1]+k[0]&0xff)*134775813 + 1
	k[2] = crc32.IEEETable[byte(k[2])^byte(k[1]>>24)] ^ k[2]>>8
}

func (k *zipCrypto) decrypt(c byte) byte {
	t := uint16(k[2]) | 2
	c ^= byte((t * (t ^ 1)) >> 8)
	k.update(c)
	return c
}

// aesInfo is WinZip's extra field 0x9901.
type aesInfo struct {
	strength int // 1, 2, 3: 128, 192, 256 bits; 0: none
	method   uint16
}

func readAES(extra []byte) aesInfo {
	x := extraField(extra, 0x9901)
	if len(x) < 7 || x[4] < 1 || x[4] > 3 {
		return aesInfo{}
	}
	return aesInfo{strength: int(x[4]), method: u16(x, 5)}
}

// decryptAES decrypts AE-1 and AE-2: salt, two bytes to check the password,
// AES in counter mode, ten bytes of HMAC-SHA1.
func (f File) decryptAES(password string) ([]byte, error) {
	if f.aes.strength == 0 {
		return nil, ErrMethod
	}
	keyLen := 8 + 8*f.aes.strength
	saltLen := keyLen / 2
	if len(f.data) < saltLen+12 {
		return nil, ErrDamaged
	}
	salt, check := f.data[:saltLen], f.data[saltLen:saltLen+2]
	body, sum := f.data[saltLen+2:len(f.data)-10], f.data[len(f.data)-10:]
	key, err := pbkdf2.Key(sha1.New, password, salt, 1000, 2*keyLen+2)
	if err != nil || subtle.ConstantTimeCompare(key[2*keyLen:], check) != 1 {
		return nil, ErrPassword
	}
	mac := hmac.New(sha1.New, key[keyLen:2*keyLen])
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil)[:10], sum) {
		return nil, ErrPassword
	}
	block, err := aes.NewCipher(key[:keyLen])
	if err != nil {
		return nil, err
	}
	return counter(block, body), nil
}

// counter is the counter mode with a little-endian counter that begins at 1.
func counter(block cipher.Block, body []byte) []byte {
	out := make([]byte, len(body))
	var in, pad [aes.BlockSize]byte
	for i := 0; i < len(body); i += aes.BlockSize {
		binary.LittleEndian.PutUint64(in[:], uint64(i/aes.BlockSize+1))
		block.Encrypt(pad[:], in[:])
		end := min(i+aes.BlockSize, len(body))
		subtle.XORBytes(out[i:end], body[i:end], pad[:])
	}
	return out
}
