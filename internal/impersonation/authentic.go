package impersonation

import (
	"slices"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailauth"
)

// dmarcFail follows the policy that the domain's owner publishes.
func dmarcFail(c Case) (int, fault.Args) {
	d := c.Auth.DMARC
	if d.Result != mailauth.Fail {
		return 0, nil
	}
	args := fault.Args{"domain": d.Author, "policy": d.Policy}
	if d.Policy == "none" && !protects(c.Protected, d.Author) {
		return 25, args
	}
	return 100, args
}

// ownDomainUnproved meets mail in our name that nothing proves, from a client
// that is known.
func ownDomainUnproved(c Case) (int, fault.Args) {
	ours := slices.ContainsFunc(c.Message.From.Domains(), func(d string) bool { return protects(c.Protected, d) })
	d := c.Auth.DMARC.Result
	if !ours || !c.Client || d == mailauth.Pass || d == mailauth.Fail || proved(c) {
		return 0, nil
	}
	return 60, nil
}

// proved reports whether SPF or DKIM passes for the very domain of From.
func proved(c Case) bool {
	for _, d := range c.Message.From.Domains() {
		if c.Auth.SPF.Result == mailauth.Pass && c.Auth.SPF.Domain == d {
			return true
		}
		for _, s := range c.Auth.DKIM {
			if s.Result == mailauth.Pass && s.Domain == d {
				return true
			}
		}
	}
	return false
}

func usedToPass(c Case) (int, fault.Args) {
	if c.Past.UsedToPass && c.Auth.DMARC.Result != mailauth.Pass && c.Auth.DMARC.Result != mailauth.TempError {
		return 60, nil
	}
	return 0, nil
}

func spfFail(c Case) (int, fault.Args) {
	if c.Auth.DMARC.Result == mailauth.Pass {
		return 0, nil
	}
	args := fault.Args{"domain": c.Auth.SPF.Domain}
	switch c.Auth.SPF.Result {
	case mailauth.Fail:
		return 40, args
	case mailauth.SoftFail:
		return 15, args
	}
	return 0, nil
}

// dkimFail meets lists that change the body as well: it weighs little.
func dkimFail(c Case) (int, fault.Args) {
	failed := ""
	for _, s := range c.Auth.DKIM {
		switch s.Result {
		case mailauth.Pass:
			return 0, nil
		case mailauth.Fail, mailauth.PermError:
			failed = s.Domain
		}
	}
	if failed == "" {
		return 0, nil
	}
	return 10, fault.Args{"domain": failed}
}

func smimeFail(c Case) (int, fault.Args) {
	if c.Auth.SMIME.Result == mailauth.Fail {
		return 60, nil
	}
	return 0, nil
}
