// Package e2e tests the whole program as people use it (通し試験): the shipped
// binary, a real browser, mail by SMTP, both engines.
package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"

	"madoguchi/e2e/browsertest"
	"madoguchi/e2e/running"
)

// kit is the built program, and chromium the browser of every test. They are
// set before the tests run.
var (
	kit      *running.Kit
	chromium = new(browsertest.Chromium)
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "madoguchi-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if kit, err = running.Build(context.Background(), dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer chromium.Close()
	return m.Run()
}
