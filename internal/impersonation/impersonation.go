// Package impersonation judges whether a mail pretends to be someone else's
// (なりすましの判定): a mail that was read, authenticated and inspected goes in,
// a verdict with every reason comes out.
//
// The rules come from the mails of 2022: forged with stolen threads, a display
// name that is the desk's own address, and a packed document with a macro. A
// rule has a name, a weight and words for a person; rules that could meet
// ordinary mail weigh little, so that only several of them together count.
package impersonation

import (
	"madoguchi/internal/fault"
	"madoguchi/internal/inspect"
	"madoguchi/internal/mailauth"
	"madoguchi/internal/mailread"
)

// A Decision is what happens to the mail.
type Decision string

// The decisions, from the mildest.
const (
	Accept     Decision = "accept"
	Suspect    Decision = "suspect"    // shown with a warning, never joined to a thread by itself
	Quarantine Decision = "quarantine" // shown to nobody before two persons have released it
)

// The sums of weights from which a mail is suspect or quarantined.
const (
	SuspectWeight    = 40
	QuarantineWeight = 100
)

// A Hit is a rule that met the mail.
type Hit struct {
	Rule   string
	Weight int
	Args   fault.Args // of the words, whose key is Key
}

// Key returns the key of the hit's words.
func (h Hit) Key() string { return "impersonation." + h.Rule }

// A Verdict is a decision with its reasons.
type Verdict struct {
	Decision Decision
	Weight   int
	Hits     []Hit // in the order of the rules
	// Incident tells that the mail proves that stored mail was stolen.
	Incident bool
}

// A Case is everything that is known of one mail.
type Case struct {
	Message mailread.Message
	Auth    mailauth.Report
	// Client tells that the connecting client is known, so that the lack of a
	// pass means something.
	Client bool
	// Files are the parts of the mail, inspected.
	Files []inspect.Report
	// Protected are the domains that are ours or a tenant's, lower case. If
	// there are none, every From that shows another address than its real one
	// is quarantined.
	Protected []string
	// Past is what the stored threads say of the mail.
	Past Past
	// Canaries are addresses that exist nowhere but in stored decoys.
	Canaries []string
}

// A rule looks at a case. weight 0 is no hit.
type rule struct {
	name  string
	judge func(Case) (weight int, args fault.Args)
}

// Judge applies every rule.
func Judge(c Case) Verdict {
	v := Verdict{Decision: Accept}
	for _, r := range rules() {
		weight, args := r.judge(c)
		if weight == 0 {
			continue
		}
		v.Hits = append(v.Hits, Hit{Rule: r.name, Weight: weight, Args: args})
		v.Weight += weight
		v.Incident = v.Incident || r.name == "canary" || r.name == "stolen_text" && weight >= QuarantineWeight
	}
	switch {
	case v.Weight >= QuarantineWeight:
		v.Decision = Quarantine
	case v.Weight >= SuspectWeight:
		v.Decision = Suspect
	}
	return v
}

// rules lists every rule, the gravest first.
func rules() []rule {
	return []rule{
		{"canary", canary},
		{"shown_address", shownAddress},
		{"shown_domain", shownDomain},
		{"several_from", severalFrom},
		{"unreadable_from", unreadableFrom},
		{"hidden_from", hiddenFrom},
		{"odd_characters", oddCharacters},
		{"lookalike", lookalike},
		{"stolen_text", stolenText},
		{"stolen_thread", stolenThread},
		{"dmarc_fail", dmarcFail},
		{"own_domain_unproved", ownDomainUnproved},
		{"used_to_pass", usedToPass},
		{"spf_fail", spfFail},
		{"dkim_fail", dkimFail},
		{"smime_fail", smimeFail},
		{"dangerous_file", dangerousFile},
		{"active_file", activeFile},
		{"disguised_file", disguisedFile},
		{"nested_archive", nestedArchive},
		{"huge_file", hugeFile},
		{"lying_archive", lyingArchive},
		{"password_in_body", passwordInBody},
		{"encrypted_file", encryptedFile},
		{"closed_archive", closedArchive},
		{"beyond_limits", beyondLimits},
		{"garbled", garbled},
		{"reply_without_thread", replyWithoutThread},
		{"reply_to_elsewhere", replyToElsewhere},
	}
}
