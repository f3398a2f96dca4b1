// Package storetest is what every store (保存先) must do.
//
// An engine's own test opens an empty store and calls Run; only what is about
// that engine alone is tested there. Other packages' tests open a real store
// with OpenSQLite.
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/store"
	"madoguchi/internal/tenant"
)

// Open opens a new, empty store that is closed when the test ends.
type Open func(testing.TB, store.Options) store.DB

// Run checks the store that open returns.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.DB)
	}{
		{"RoundTrip", testRoundTrip},
		{"RoundTripOfNothing", testRoundTripOfNothing},
		{"SaveWritesEverything", testSave},
		{"NotFound", testNotFound},
		{"Duplicate", testDuplicate},
		{"BadText", testBadText},
		{"TenantsAreApart", testTenantsAreApart},
		{"FailedWriteLeavesNothing", testFailedWrite},
		{"SwallowedErrorStillFails", testSwallowedError},
		{"AnswersAreNotFailures", testAnswersAreNotFailures},
		{"PanicLeavesNothing", testPanic},
		{"EndedGoroutineLeavesNothing", testEndedGoroutine},
		{"TransactionEndsWithItsFunction", testOver},
		{"ReadCannotWrite", testReadCannotWrite},
		{"ReadSeesOneMoment", testReadSeesOneMoment},
		{"LostUpdate", testLostUpdate},
		{"OneWinner", testOneWinner},
		{"CanceledBeforeItBegan", testCanceledBefore},
		{"CancellationLosesNothing", testCancellation},
		{"Paging", testPaging},
		{"Filter", testFilter},
		{"Conversation", testConversation},
		{"Drafts", testDrafts},
		{"Confirmations", testConfirmations},
		{"NamedBlobs", testNamedBlobs},
		{"PublishedVersions", testPublishedVersions},
		{"Forms", testForms},
		{"BannerAndPages", testBannerAndPages},
		{"Sessions", testSessions},
		{"Trail", testTrail},
		{"OutboxLease", testOutboxLease},
		{"OutboxClaimersNeverShare", testOutboxClaimers},
		{"OutboxEmptiesArguments", testOutboxArguments},
		{"NumbersNeverRepeat", testNumbers},
		{"SecretOnce", testSecretOnce},
		{"SentMails", testSentMails},
		{"Suppressions", testSuppressions},
		{"Arrivals", testArrivals},
		{"MailCounts", testMailCounts},
		{"Tenants", testTenants},
		{"InstallationValues", testValues},
		{"Leases", testLeases},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, twice{open(t, store.Options{})}) })
	}
	t.Run("Clock", func(t *testing.T) { testClock(t, open) })
	t.Run("Model", func(t *testing.T) { testModel(t, open(t, store.Options{})) })
}

const (
	city    tenant.ID = 101
	town    tenant.ID = 102
	village tenant.ID = 103
)

// start is the moment that samples begin at.
var start = time.Date(2022, 7, 1, 5, 23, 0, 123456000, time.UTC)

// twice is a store that runs every act twice, as an engine may: once for
// nothing, once for good.
type twice struct{ store.DB }

var errAgain = errors.New("once more")

func (db twice) Write(ctx context.Context, id tenant.ID, f func(store.Tx) error) error {
	err := db.DB.Write(ctx, id, func(tx store.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err
	}
	return db.DB.Write(ctx, id, f)
}

func write(t testing.TB, db store.DB, who tenant.ID, f func(context.Context, store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), who, func(tx store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, db store.DB, who tenant.ID, f func(context.Context, store.Tx) error) {
	t.Helper()
	if err := db.Read(t.Context(), who, func(tx store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}
