package algorithm

import (
	"crypto"
	"fmt"
	"strings"
)

// digestURIs are the digest algorithms of XML signatures (RFC 9231).
var digestURIs = map[string]crypto.Hash{
	"http://www.w3.org/2001/04/xmldsig-more#md5":      crypto.MD5,
	"http://www.w3.org/2000/09/xmldsig#sha1":          crypto.SHA1,
	"http://www.w3.org/2001/04/xmldsig-more#sha224":   crypto.SHA224,
	"http://www.w3.org/2001/04/xmlenc#sha256":         crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384":   crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":         crypto.SHA512,
	"http://www.w3.org/2007/05/xmldsig-more#sha3-224": crypto.SHA3_224,
	"http://www.w3.org/2007/05/xmldsig-more#sha3-256": crypto.SHA3_256,
	"http://www.w3.org/2007/05/xmldsig-more#sha3-384": crypto.SHA3_384,
	"http://www.w3.org/2007/05/xmldsig-more#sha3-512": crypto.SHA3_512,
	"http://www.w3.org/2001/04/xmlenc#ripemd160":      crypto.RIPEMD160,
}

// HashByURI returns the digest algorithm that uri names.
func HashByURI(uri string) (crypto.Hash, error) {
	if h, ok := digestURIs[uri]; ok {
		return usable(h)
	}
	return 0, fmt.Errorf("digest %q: %w", uri, ErrUnsupported)
}

// hashSuffixes end the URIs of signature methods.
var hashSuffixes = map[string]crypto.Hash{
	"md5": crypto.MD5, "sha1": crypto.SHA1, "sha224": crypto.SHA224, "sha256": crypto.SHA256,
	"sha384": crypto.SHA384, "sha512": crypto.SHA512, "ripemd160": crypto.RIPEMD160,
	"sha3-224": crypto.SHA3_224, "sha3-256": crypto.SHA3_256, "sha3-384": crypto.SHA3_384, "sha3-512": crypto.SHA3_512,
}

// schemePrefixes begin the last part of signature methods' URIs; the longer
// stand first.
var schemePrefixes = []struct {
	prefix string
	scheme Scheme
}{{"rsa-", PKCS1}, {"ecdsa-", PlainECDSA}, {"dsa-", PlainDSA}}

// methodSpaces are where signature methods are defined.
var methodSpaces = []string{
	"http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#",
	"http://www.w3.org/2007/05/xmldsig-more#", "http://www.w3.org/2009/xmldsig11#",
	"http://www.w3.org/2021/04/xmldsig-more#",
}

// SignatureByURI returns the signature algorithm that uri names. RSA-PSS with
// parameters of its own has Salt -1: they are still to be read.
func SignatureByURI(uri string) (Signature, error) {
	for _, s := range methodSpaces {
		name, ok := strings.CutPrefix(uri, s)
		if !ok {
			continue
		}
		if name == "rsa-pss" {
			return Signature{Scheme: PSS, Hash: crypto.SHA256, Salt: -1}, nil
		}
		if name == "eddsa-ed25519" {
			return Signature{Scheme: EdDSA}, nil
		}
		for _, p := range schemePrefixes {
			suffix, ok := strings.CutPrefix(name, p.prefix)
			if !ok {
				continue
			}
			if h, ok := hashSuffixes[suffix]; ok {
				_, err := usable(h)
				return Signature{Scheme: p.scheme, Hash: h}, err
			}
		}
		// RFC 9231 2.3.10: http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1
		if h, ok := hashSuffixes[strings.TrimSuffix(name, "-rsa-MGF1")]; ok && strings.HasSuffix(name, "-rsa-MGF1") {
			_, err := usable(h)
			return Signature{Scheme: PSS, Hash: h, Salt: h.Size()}, err
		}
	}
	return Signature{}, fmt.Errorf("signature %q: %w", uri, ErrUnsupported)
}

// IsHMAC tells whether uri names a keyed digest, which anyone who can verify
// it can make.
func IsHMAC(uri string) bool { return strings.Contains(strings.ToLower(uri), "hmac") }
