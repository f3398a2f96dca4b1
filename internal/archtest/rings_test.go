package archtest

// A ring is a set of packages with the same duties.
type ring struct {
	name      string
	packages  []string // "x/..." names x and all below it; the longest pattern wins
	mayImport []string // names of rings
}

// rings is the map of the project, from the inside out.
var rings = []ring{
	{"base", []string{"internal/fault"}, nil},
	{"tool", []string{
		"internal/signature/...", "internal/mailread", "internal/mailauth", "internal/impersonation",
		"internal/inspect/...", "internal/disarm/...", "internal/sheet", "internal/search/...", "internal/reading/...",
		"internal/jptext", "internal/words", "internal/receipt", "internal/clock", "internal/bounce",
	}, []string{"base"}},
	{"noun", []string{
		"internal/tenant", "internal/staff", "internal/procedure", "internal/form/...",
		"internal/application", "internal/notice", "internal/audit", "internal/outbox", "internal/mail",
	}, []string{"base", "tool", "noun"}},
	{"port", []string{"internal/store", "internal/blob"}, []string{"base", "noun"}},
	{"engine", []string{
		"internal/store/sqlstore/...", "internal/store/sqlite", "internal/store/postgres", "internal/blob/dirblob",
	}, []string{"base", "tool", "noun", "port", "engine"}},
	{"verb", []string{"internal/intake", "internal/casework", "internal/publishing", "internal/signin", "internal/mailroom"},
		[]string{"base", "tool", "noun", "port"}},
	{"read model", []string{"internal/catalogue"}, []string{"base", "tool", "noun", "port"}},
	{"face", []string{"internal/web/...", "internal/mailer/...", "internal/mailin", "internal/worker"},
		[]string{"base", "tool", "noun", "port", "verb", "read model", "face"}},
	{"data", []string{"internal/demo/..."}, []string{"base", "tool", "noun", "port", "verb", "data"}},
	{"test", []string{
		"internal/archtest", "internal/store/storetest", "internal/store/storebench", "internal/blob/blobtest", "internal/pgtest", "internal/officetest", "e2e/...",
	}, []string{"base", "tool", "noun", "port", "engine", "verb", "read model", "face", "data", "test"}},
	{"program", []string{"cmd/madoguchi", "internal/lint/..."},
		[]string{"base", "tool", "noun", "port", "engine", "verb", "read model", "face", "data", "program"}},
}

// families are packages that were split into a folder; their parts may import
// each other.
var families = []string{"internal/signature", "internal/inspect", "internal/disarm", "internal/search"}

// beside names imports inside one ring, or out of line, that have a reason.
var beside = map[string][]string{
	"internal/mailauth":      {"internal/mailread"},                                          // it checks a message that was read
	"internal/impersonation": {"internal/mailread", "internal/mailauth", "internal/inspect"}, // it judges from what they found
	"internal/bounce":        {"internal/mailread"},                                          // it reads a report that is a mail
	"internal/search/fold":   {"internal/jptext"},                                            // eras
	"internal/inspect":       {"internal/mailread"},                                          // mails in archives, archives in mails
	"internal/disarm":        {"internal/inspect", "internal/mailread"},                      // what is active decides what is refused; charsets of texts
	"internal/disarm/cells":  {"internal/inspect/zipfile"},                                   // archives that may lie
	"internal/search":        {"internal/jptext"},                                            // eras and kana
	"internal/reading":       {"internal/jptext", "internal/search"},                         // kana
	"internal/receipt":       {"internal/jptext"},                                            // the check digit
	"internal/sheet":         {"internal/words"},                                             // its headings
}

// fenced are parts of the standard library that only some rings may use.
var fenced = []struct {
	imp      string
	rings    []string
	packages []string
	why      string
}{
	{"net/http", []string{"face", "test", "program"},
		[]string{"internal/signature/chain", "internal/signature/timestamp"},
		"HTTP belongs to the faces"},
	{"html/template", []string{"face"},
		[]string{"internal/form", "internal/form/field", "internal/sheet"},
		"pages belong to the faces, field templates to form/field"},
	{"database/sql", []string{"engine", "test"}, nil, "SQL belongs below the store port"},
	{"os", []string{"engine", "tool", "face", "test", "program", "verb"}, nil, "nouns and ports do no I/O"},
	{"crypto/rand", []string{"engine", "tool", "verb", "face", "data", "test", "program"}, nil, "nouns get what is random as an argument"},
}

// outside lists the modules of others and who may import them.
var outside = []struct {
	module   string
	packages []string
}{
	{"modernc.org/sqlite", []string{"internal/store/sqlite", "internal/store/sqlstore"}},
	{"github.com/jackc/pgx/v5", []string{"internal/store/postgres", "internal/pgtest"}},
	{"github.com/google/uuid", []string{"internal/officetest", "internal/intake", "internal/casework", "internal/publishing", "internal/signin", "internal/demo/...", "internal/web/...", "internal/officetest", "cmd/madoguchi"}},
	{"github.com/BurntSushi/toml", []string{"internal/words", "internal/signature/chain", "cmd/madoguchi"}},
	{"golang.org/x/text", []string{"internal/jptext", "internal/search/...", "internal/mailread", "internal/inspect/...", "internal/reading", "internal/signature/...", "internal/impersonation"}},
	{"golang.org/x/crypto", []string{"internal/signin", "internal/signature/..."}},
	{"golang.org/x/time", []string{"internal/web/..."}},
	{"golang.org/x/net", []string{"internal/mailread", "internal/mailauth", "internal/impersonation"}},
	{"github.com/pquerna/otp", []string{"internal/signin"}},
	{"github.com/rivo/uniseg", []string{"internal/jptext"}},
	{"github.com/andybalholm/brotli", []string{"internal/web/asset", "internal/web"}},
	{"github.com/evanw/esbuild", []string{"internal/web/asset"}},
	{"github.com/emersion/go-msgauth", []string{"internal/mailauth", "internal/mailer"}},
	{"github.com/emersion/go-smtp", []string{"internal/mailer/...", "internal/mailin"}},
	{"github.com/emersion/go-sasl", []string{"internal/mailer"}},
	{"github.com/smallstep/pkcs7", []string{"internal/mailauth"}},
	{"blitiri.com.ar/go/spf", []string{"internal/mailauth"}},
	{"github.com/richardlehane/mscfb", []string{"internal/inspect/..."}},
	{"github.com/chromedp", []string{"internal/web/...", "internal/sheet", "e2e/..."}},
	{"software.sslmate.com/src/go-pkcs12", []string{"internal/signature/...", "cmd/madoguchi"}},
	{"golang.org/x/sys", []string{"cmd/madoguchi"}},
	{"github.com/ikawaha", []string{"internal/reading"}},
	{"github.com/google/go-cmp", []string{"internal/store/storetest", "internal/blob/blobtest"}},
	{"pgregory.net/rapid", []string{"internal/store/storetest"}},
	// the checker's own parts; it is not in the program
	{"golang.org/x/tools", []string{"internal/lint/..."}},
	{"honnef.co/go/tools", []string{"internal/lint/..."}},
	{"github.com/golangci/misspell", []string{"internal/lint/..."}},
	{"github.com/gordonklaus/ineffassign", []string{"internal/lint/..."}},
	{"github.com/jingyugao/rowserrcheck", []string{"internal/lint/..."}},
	{"github.com/kisielk/errcheck", []string{"internal/lint/..."}},
	{"github.com/polyfloyd/go-errorlint", []string{"internal/lint/..."}},
	{"github.com/ryanrolds/sqlclosecheck", []string{"internal/lint/..."}},
	{"github.com/sonatard/noctx", []string{"internal/lint/..."}},
	{"github.com/timakin/bodyclose", []string{"internal/lint/..."}},
	{"mvdan.cc/unparam", []string{"internal/lint/..."}},
}
