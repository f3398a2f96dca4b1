package reading

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Subcommand is the subcommand of the program that Propose runs: it reads
// lines and writes the reading of each.
const Subcommand = "reading"

// patience is how long a proposal may take.
const patience = 10 * time.Second

// maxTitleRunes is how much of a title is read.
const maxTitleRunes = 300

// Propose gives a reading for title by running program (the path of this
// program) with Subcommand. The child is ended with ctx, or after ten seconds.
func Propose(ctx context.Context, program, title string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	line := strings.Join(strings.Fields(strings.ToValidUTF8(title, " ")), " ")
	if runes := []rune(line); len(runes) > maxTitleRunes {
		line = string(runes[:maxTitleRunes])
	}
	child := exec.CommandContext(ctx, program, Subcommand)
	child.Env = []string{"GOMAXPROCS=1", "GOMEMLIMIT=200MiB"}
	child.Stdin = strings.NewReader(line + "\n")
	var out bytes.Buffer
	child.Stdout = &out
	if err := child.Run(); err != nil {
		return "", fmt.Errorf("propose a reading: %w", err)
	}
	return strings.TrimSpace(out.String()), nil
}
