package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/fault"
	"madoguchi/internal/mail"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

var (
	farAhead = start.AddDate(100, 0, 0)
	longAgo  = start.AddDate(-100, 0, 0)
)

// readers are the methods of store.Tx that only read, with arguments under
// which they find what world.insert has kept.
var readers = map[string][]any{
	"Application":                {application.ID("a")},
	"ApplicationByReceiptNo":     {"a"},
	"ApplicationBySubmissionKey": {"a"},
	"ListApplications":           {application.Filter{}},
	"CountApplications":          {application.Filter{}},
	"Presences":                  {application.ID("a"), longAgo},
	"NamedBlobs":                 {[]string{"a", "a-held"}},
	"ExpiredDrafts":              {farAhead, 10},
	"CountConfirmations":         {"a", "a", longAgo},
	"Form":                       {"a", 100},
	"Entries":                    {time.Time{}, "", 10},
	"FailedMessages":             {10},
	"Preference":                 {"a", "a"},
	"WaitingArrivals":            {10},
	"MailCounts":                 {"", "\U0010fffd"},
}

// writers are those that write, with arguments under which they change what
// world.insert has kept. fresh holds new things, known the things that are there.
//
//lint:ignore sizes it is one table
func writers(fresh, known world) map[string][]any {
	later := start.Add(3 * time.Hour)
	return map[string][]any{
		"InsertApplication":   {&fresh.Application},
		"SaveApplication":     {&known.Application},
		"AddHistory":          {fresh.History},
		"SetPresence":         {application.ID("a"), fresh.Presence},
		"InsertAttachment":    {fresh.Upload},
		"GiveAttachment":      {"a", application.ID("a")},
		"DeleteAttachment":    {"a"},
		"InsertMessage":       {fresh.Asked},
		"AnswerMessages":      {application.ID("a")},
		"InsertNote":          {fresh.Note},
		"InsertDraft":         {&fresh.Draft},
		"SaveDraft":           {&known.Draft},
		"DeleteDraft":         {application.DraftID("a")},
		"InsertConfirmation":  {&fresh.Confirmation},
		"SaveConfirmation":    {&known.Confirmation},
		"DeleteConfirmations": {farAhead, 10},
		"Enqueue":             {fresh.Waiting},
		"ClaimMessages":       {"b", later, later.Add(time.Hour), 10},
		"MessageSent":         {"a", "a", later},
		"MessageFailed":       {"a", "a", "reason", later},
		"TakeNumbers":         {"a", int64(7)},
		"SecretOnce":          {"b", []byte("another")},
		"InsertProcedure":     {&fresh.Procedure},
		"SaveProcedure":       {&known.Procedure},
		"InsertForm":          {fresh.Form},
		"InsertPaperForm":     {&fresh.Paper},
		"SavePaperForm":       {&known.Paper},
		"DeletePaperForm":     {"a"},
		"CountDownload":       {"a"},
		"InsertMember":        {&fresh.Member},
		"SaveMember":          {&known.Member},
		"InsertCredential":    {&fresh.Credential},
		"SaveCredential":      {&known.Credential},
		"InsertSection":       {&fresh.Section},
		"SaveSection":         {&known.Section},
		"SetPreference":       {"a", "a", "changed"},
		"InsertSession":       {fresh.Session},
		"TouchSession":        {"a", later},
		"SetActing":           {"a", tenant.ID(9)},
		"EndSession":          {"a", "by", later},
		"EndSessionsOf":       {"a", "by", later},
		"EndSessionsOn":       {"a", "by", later},
		"InsertDevice":        {fresh.Device},
		"BlockDevice":         {"a", later},
		"SeeDevice":           {"a", later},
		"Record":              {fresh.Entry},
		"RecordView":          {fresh.View},
		"InsertNotice":        {&fresh.Notice},
		"SaveNotice":          {&known.Notice},
		"DeleteNotice":        {"a"},
		"SetBanner":           {known.Banner},
		"SetPage":             {known.Page},
		"RecordMail":          {fresh.Sent},
		"AskMail":             {"a"},
		"BounceMail":          {"a", "5.1.1", later},
		"RevokeMails":         {longAgo, farAhead, later},
		"DeleteSentMails":     {farAhead, 10},
		"Suppress":            {known.Suppression},
		"LiftSuppression":     {"a"},
		"InsertArrival":       {fresh.Arrival},
		"TryArrival":          {"a"},
		"JudgeArrival":        {"a", mail.Judged, mail.Judgement{Outcome: "accept", JudgedAt: later}},
		"DeleteArrivals":      {farAhead, 10},
		"CountMail":           {known.Count},
	}
}

// invisible are the writers whose work no reader shows; tests of their own do.
var invisible = []string{"TakeNumbers", "SecretOnce"}

// testTenantsAreApart calls every method of store.Tx for one tenant, next to
// another one that has the same keys, and a third that has nothing. A method
// that is new and not in the tables above counts as a reader of one key.
func testTenantsAreApart(t *testing.T, db store.DB) {
	write(t, db, town, newWorld("町", "a").insert)
	before := dump(t, db, town)
	nothing := dump(t, db, village)
	tx := reflect.TypeFor[store.Tx]()
	for name := range writers(world{}, world{}) {
		if _, ok := tx.MethodByName(name); !ok {
			t.Errorf("store.Tx has no %s", name)
		}
	}

	who := tenant.ID(1000)
	write(t, db, who, newWorld("市", "a").insert)
	clean := dump(t, db, who)
	for name, got := range clean {
		if got == nothing[name] {
			t.Errorf("%s reads nothing of what the tenant has: %s", name, got)
		}
		if strings.Contains(got, "町") {
			t.Errorf("%s reads from another tenant: %s", name, got)
		}
	}
	for name := range writers(world{}, world{}) {
		who++
		write(t, db, who, newWorld("市", "a").insert)
		clean := dump(t, db, who)
		write(t, db, who, func(ctx context.Context, tx store.Tx) error { return callWriter(ctx, tx, name) })
		if got := dump(t, db, who); reflect.DeepEqual(got, clean) && !slices.Contains(invisible, name) {
			t.Errorf("%s changed nothing", name)
		}
		after := dump(t, db, town)
		for reader := range after {
			if after[reader] != before[reader] {
				t.Fatalf("%s of one tenant changed another's %s:\n%s\n%s", name, reader, before[reader], after[reader])
			}
		}
	}
}

// callWriter calls a writer for a tenant that world.insert has filled. Its
// arguments are new each time: an act may run twice, and Save raises the
// version of what it is given.
func callWriter(ctx context.Context, tx store.Tx, name string) error {
	fresh, known := newWorld("新", "b"), newWorld("変", "a").inserted(start)
	if name == "InsertCredential" {
		member := fresh.Member
		if err := tx.InsertMember(ctx, &member); err != nil {
			return err
		}
	}
	_, err := call(ctx, tx, name, writers(fresh, known)[name])
	return err
}

// dump calls every reader of the tenant.
func dump(t *testing.T, db store.DB, who tenant.ID) map[string]string {
	t.Helper()
	out := map[string]string{}
	read(t, db, who, func(ctx context.Context, tx store.Tx) error {
		written := writers(world{}, world{})
		for i := range reflect.TypeFor[store.Tx]().NumMethod() {
			m := reflect.TypeFor[store.Tx]().Method(i)
			if _, ok := written[m.Name]; ok || m.Name == "Now" || m.Name == "Tenant" {
				continue
			}
			args, ok := readers[m.Name]
			if !ok {
				args = slices.Repeat([]any{"a"}, m.Type.NumIn()-1)
			}
			result, err := call(ctx, tx, m.Name, args)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				t.Fatalf("%s: %v", m.Name, err)
			}
			out[m.Name] = result
		}
		return nil
	})
	return out
}

// call calls a method of tx and returns its results as text.
func call(ctx context.Context, tx store.Tx, name string, args []any) (string, error) {
	method := reflect.ValueOf(tx).MethodByName(name)
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for i, a := range args {
		in = append(in, reflect.ValueOf(a).Convert(method.Type().In(i+1)))
	}
	if len(args) != method.Type().NumIn()-1 {
		return "", errors.New("storetest does not know the arguments of " + name)
	}
	results := method.Call(in)
	last := len(results) - 1
	err, _ := results[last].Interface().(error)
	var text []byte
	for _, r := range results[:last] {
		b, jsonErr := json.Marshal(r.Interface())
		if jsonErr != nil {
			return "", jsonErr
		}
		text = append(text, b...)
	}
	return string(text), err
}
