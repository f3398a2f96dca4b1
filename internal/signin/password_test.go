package signin

import (
	"context"
	"errors"
	"strings"
	"testing"

	"madoguchi/internal/fault"
)

func TestAHashFitsItsPasswordOnly(t *testing.T) {
	h, err := newHasher(Cost{MemoryKiB: 64, Passes: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	phc, err := h.hash(t.Context(), "正しい馬の電池")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("got %q, want a PHC string of argon2id", phc)
	}
	for password, want := range map[string]bool{"正しい馬の電池": true, "正しい馬の電": false, "": false} {
		if got, err := h.fits(t.Context(), phc, password); got != want || err != nil {
			t.Errorf("%q fits: got %v, %v, want %v", password, got, err, want)
		}
	}
	if got, err := h.fits(t.Context(), "", ""); got || err != nil {
		t.Errorf("no hash: got %v, %v, want no fit", got, err)
	}
}

func TestDamagedHashesAreErrors(t *testing.T) {
	h, err := newHasher(Cost{MemoryKiB: 64, Passes: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, phc := range []string{
		"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=18$m=64,t=1,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA",
	} {
		if _, err := h.fits(t.Context(), phc, "x"); err == nil {
			t.Errorf("%q was taken for a hash", phc)
		}
	}
}

func TestAHashThatWaitsGivesUpWithItsRequest(t *testing.T) {
	h, err := newHasher(Cost{MemoryKiB: 64, Passes: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range atOnce {
		h.running <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	for range atOnce + waiting {
		h.queue <- struct{}{}
	}
	if _, err := h.hash(t.Context(), "x"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("with a full queue: got %v, want unavailable", err)
	}
}

func TestPasswordsThatAreTooSimple(t *testing.T) {
	for password, want := range map[string]bool{
		"aaaaaaaaaaaaaa": true, "abcdefghijklmn": true, "zyxwvutsrqpo": true, "tanaka-2022-tanaka": true, "123412341234": true,
		"correct horse battery": false, "窓口でいつも朝にお茶を飲む": false,
	} {
		if err := checkPassword("password", "tanaka", password, password); (err != nil) != want {
			t.Errorf("%q: got %v, want refused %v", password, err, want)
		}
	}
}

func BenchmarkPasswordHash(b *testing.B) {
	h, err := newHasher(DefaultCost)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := h.hash(b.Context(), "correct horse battery"); err != nil {
			b.Fatal(err)
		}
	}
}
