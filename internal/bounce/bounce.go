// Package bounce reads reports that a mail could not be delivered (不達通知):
// delivery status notifications (RFC 3464), and the plain texts that some
// Japanese mail systems send instead.
//
// A mail that was read goes in; whether it is such a report, and what it says,
// comes out. Which mail it is about is left to the address that it came to:
// what the report itself says of that can be made up by anyone.
package bounce

import (
	"regexp"
	"strings"

	"madoguchi/internal/mailread"
)

// An Action is what happened to the mail.
type Action string

// The actions: Failed is final, after Delayed the sender goes on trying.
// Delivered stands for every report of success.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"
	Delivered Action = "delivered"
)

// Report is what a report says.
type Report struct {
	Action Action
	Status string // code of RFC 3463: "5.1.1"; "5.0.0" and "4.0.0" when it names none
}

// AddressGone reports whether mail to the same address will come back again:
// there is no such mailbox or domain, or it is closed. A full mailbox or a
// refusal by policy may be over tomorrow.
func (r Report) AddressGone() bool {
	if r.Action != Failed {
		return false
	}
	switch r.Status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4":
		return true
	}
	return false
}

// Read returns what m reports. ok is false when it is no report: a person's
// answer, an absence notice, anything else.
func Read(m mailread.Message) (r Report, ok bool) {
	for _, p := range m.Parts {
		if p.Type == "message/delivery-status" || p.Type == "message/global-delivery-status" {
			if r, ok := readStatus(string(p.Data)); ok {
				return r, true
			}
		}
	}
	if !bySystem(m) {
		return Report{}, false
	}
	return readText(m.Subject + "\n" + m.Text)
}

// readStatus reads the groups of fields of RFC 3464. Of several recipients the
// one that fares worst counts.
func readStatus(text string) (Report, bool) {
	var worst Report
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for group := range strings.SplitSeq(text, "\n\n") {
		r, ok := readGroup(group)
		if ok && (worst.Action == "" || rank(r.Action) > rank(worst.Action)) {
			worst = r
		}
	}
	return worst, worst.Action != ""
}

func rank(a Action) int {
	switch a {
	case Failed:
		return 2
	case Delayed:
		return 1
	}
	return 0
}

func readGroup(group string) (Report, bool) {
	var r Report
	diagnosis := ""
	for line := range strings.SplitSeq(group, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "action":
			r.Action = readAction(value)
		case "status":
			r.Status = statusShape.FindString(value)
		case "diagnostic-code":
			diagnosis = value
		}
	}
	if r.Action == "" {
		return Report{}, false
	}
	// many systems say 5.0.0 and the real reason in the diagnosis
	if r.Action != Delivered && (r.Status == "" || strings.HasSuffix(r.Status, ".0.0")) {
		if found, ok := readText(diagnosis); ok && found.Status[0] == status(r)[0] {
			r.Status = found.Status
		}
	}
	r.Status = status(r)
	return r, true
}

func readAction(value string) Action {
	value, _, _ = strings.Cut(strings.ToLower(value), " ")
	switch value {
	case "failed":
		return Failed
	case "delayed":
		return Delayed
	case "delivered", "relayed", "expanded":
		return Delivered
	}
	return ""
}

// status is the code, or the one for "no more is known".
func status(r Report) string {
	switch {
	case r.Status != "":
		return r.Status
	case r.Action == Failed:
		return "5.0.0"
	case r.Action == Delayed:
		return "4.0.0"
	}
	return "2.0.0"
}

var (
	statusShape = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
	daemon      = regexp.MustCompile(`(?i)mailer-daemon|postmaster|mail delivery|delivery sub-?system|mail administrator`)
	subjects    = regexp.MustCompile(`(?i)undeliver|delivery (status|fail|report)|returned mail|failure notice|mail failed|could not be delivered|non.?delivery|delayed mail|` +
		`配信(不能|不可|エラー|できません|失敗)|送信(不能|エラー|できません|失敗)|不達|届きません|お届けできません`)
)

// bySystem reports whether a mail system wrote the mail, and not a person or
// an absence notice.
func bySystem(m mailread.Message) bool {
	if auto := strings.ToLower(m.Header.Text("Auto-Submitted")); strings.HasPrefix(auto, "auto-replied") && !subjects.MatchString(m.Subject) {
		return false
	}
	if m.Header.Text("X-Autoreply") != "" || m.Header.Text("X-Autorespond") != "" {
		return false
	}
	return m.Header.Text("X-Failed-Recipients") != "" || daemon.MatchString(m.Header.Text("From")) || subjects.MatchString(m.Subject)
}

// A phrase is what systems say, with the code it stands for.
type phrase struct {
	shape  *regexp.Regexp
	report Report
}

var phrases = []phrase{
	{regexp.MustCompile(`(?i)will (keep|continue) (on )?trying|still (be )?(trying|retr)|delayed|not yet been delivered|再送を(試|続)|遅延|遅れています`), Report{Delayed, "4.0.0"}},
	{regexp.MustCompile(`(?i)user (is )?unknown|unknown (user|recipient|address|mailbox)|no such (user|address|mailbox|recipient)|(user|mailbox|address|account|recipient)( \S+)?( does| was)? not (exist|found)|invalid recipient|address rejected|` +
		`宛先(の)?(メール)?アドレスが(見つかり|存在し|間違って)|アドレスは存在しません|該当するユーザ|ユーザーが見つかりません|宛先不明`), Report{Failed, "5.1.1"}},
	{regexp.MustCompile(`(?i)(host|domain)( name)? (unknown|not found)|unknown (host|domain)|name service error|no such (host|domain)|ドメインが(見つかり|存在し)`), Report{Failed, "5.1.2"}},
	{regexp.MustCompile(`(?i)(mailbox|account|user)( is)? (disabled|inactive|suspended|closed)|利用(停止|できません)|解約`), Report{Failed, "5.2.1"}},
	{regexp.MustCompile(`(?i)(mailbox|quota)( is)? (full|exceeded)|over quota|quota exceeded|容量(超過|を超え|不足)|いっぱい`), Report{Failed, "5.2.2"}},
	{regexp.MustCompile(`(?i)spam|policy|blocked|blacklist|denied|refused|指定受信|受信拒否|拒否`), Report{Failed, "5.7.1"}},
}

// readText looks for a code or a phrase in a report that is only text.
func readText(text string) (Report, bool) {
	for _, code := range statusShape.FindAllString(text, -1) {
		switch {
		case code[0] == '5':
			return Report{Failed, code}, true
		case code[0] == '4':
			return Report{Delayed, code}, true
		}
	}
	for _, p := range phrases {
		if p.shape.MatchString(text) {
			return p.report, true
		}
	}
	if subjects.MatchString(text) || replyCode.MatchString(text) {
		return Report{Failed, "5.0.0"}, true
	}
	return Report{}, false
}

// replyCode finds what a server said (RFC 5321) without a code of RFC 3463.
var replyCode = regexp.MustCompile(`(?m)\b55[0-4][ -]`)
