package signature

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"madoguchi/internal/signature/pades"
	"madoguchi/internal/signature/testca"
)

// benchSizes are the sizes of the files that benchmarks verify, in MB.
var benchSizes = []int{1, 10, 50}

// BenchmarkVerify verifies signed files in this process.
func BenchmarkVerify(b *testing.B) {
	o := shared(b)
	options := o.trust(b, o.lists(b, verified)...)
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%dMB", size), func(b *testing.B) {
			file := o.sign(b, testca.Document("x", size<<20, false), pades.BLTA)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if r := verifyBytes(file, options); r.Verdict != "TOTAL_PASSED" {
					b.Fatalf("got %s", r.Verdict)
				}
			}
		})
	}
}

// BenchmarkVerifyParallel tells how many small files all cores verify.
func BenchmarkVerifyParallel(b *testing.B) {
	o := shared(b)
	options := o.trust(b, o.lists(b, verified)...)
	file := o.sign(b, testca.Document("x", 100<<10, false), pades.BLTA)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if r := verifyBytes(file, options); r.Verdict != "TOTAL_PASSED" {
				b.Fatalf("got %s", r.Verdict)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkPdfsig runs poppler's pdfsig, without chain, on the same files.
func BenchmarkPdfsig(b *testing.B) {
	if _, err := exec.LookPath("pdfsig"); err != nil {
		b.Fatal("pdfsig is not installed: apt-get install poppler-utils")
	}
	o := shared(b)
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%dMB", size), func(b *testing.B) {
			name := filepath.Join(b.TempDir(), "file.pdf")
			file := o.sign(b, testca.Document("x", size<<20, false), pades.BLTA)
			check(b, os.WriteFile(name, file, 0o600))
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				if out, err := exec.CommandContext(b.Context(), "pdfsig", "-nocert", name).CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
		})
	}
}
