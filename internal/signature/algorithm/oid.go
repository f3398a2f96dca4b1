package algorithm

import "crypto"

// OIDOfHash is the OID of a digest algorithm, "" if it has none here.
func OIDOfHash(h crypto.Hash) string {
	for oid, known := range hashes {
		if known == h {
			return oid
		}
	}
	return ""
}

// OIDOf is the OID of a signature algorithm with its digest, "" if there is
// none. RSA has two for SHA-1; it gives the one of PKCS #1.
func OIDOf(s Scheme, h crypto.Hash) string {
	found := ""
	for oid, known := range signatures {
		if known.Scheme == s && known.Hash == h && len(oid) > len(found) {
			found = oid
		}
	}
	return found
}
