// Package mailauth tells who may have sent a mail (送信元の認証): SPF (RFC 7208),
// DKIM (RFC 6376), DMARC (RFC 9989), ARC (RFC 8617, validation) and S/MIME
// (RFC 8551, verification).
//
// A mail, its envelope and a resolver go in, a report comes out. The package
// decides nothing: what follows from a result is left to impersonation. DNS is
// asked through the resolver that the caller gives, and time is an argument.
package mailauth

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"

	"madoguchi/internal/mailread"
)

// A Result is the outcome of one method, in the words of RFC 8601.
type Result string

// The results. Not every method knows all of them.
const (
	None      Result = "none"      // nothing to check
	Pass      Result = "pass"      // authenticated
	Fail      Result = "fail"      // not authenticated
	SoftFail  Result = "softfail"  // SPF: probably not authorized
	Neutral   Result = "neutral"   // SPF: no statement
	TempError Result = "temperror" // DNS did not answer; later it may
	PermError Result = "permerror" // the published record or the signature is broken
)

// A Resolver answers DNS questions. *net.Resolver is one, Zone another. A name
// that does not exist is a *net.DNSError with IsNotFound; a name without such
// a record may be that or an empty answer. It may be called concurrently.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// An Envelope is what is known of a mail besides its bytes.
type Envelope struct {
	IP       netip.Addr // the connecting client; the zero value leaves SPF out
	HELO     string     // the client's name for itself
	MailFrom string     // the reverse path; "" for bounces
}

// A Report holds every result for one mail.
type Report struct {
	SPF   SPF         `json:"spf"`
	DKIM  []Signature `json:"dkim"`
	DMARC DMARC       `json:"dmarc"`
	ARC   ARC         `json:"arc"`
	SMIME SMIME       `json:"smime"`
}

// Trust is what S/MIME certificates are measured by.
type Trust struct {
	Roots *x509.CertPool // nil trusts no authority
	At    time.Time      // now
}

// Check runs every method on the mail.
func Check(ctx context.Context, r Resolver, m mailread.Message, e Envelope, trust Trust) Report {
	crlf := normalize(m.Raw)
	report := Report{
		SPF:   CheckSPF(ctx, r, e),
		DKIM:  CheckDKIM(ctx, r, crlf),
		ARC:   CheckARC(ctx, r, crlf),
		SMIME: CheckSMIME(m, trust),
	}
	report.DMARC = CheckDMARC(ctx, r, m.From.Domains(), report.SPF, report.DKIM)
	return report
}
