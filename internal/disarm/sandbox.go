package disarm

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"madoguchi/internal/fault"
	"madoguchi/internal/mailread"
)

// A Converter holds the tools, found and tried. It may be used concurrently.
type Converter struct {
	bwrap   string
	profile []byte // a tar of a prepared LibreOffice profile
	why     error  // why nothing can be converted in the sandbox; nil if it can
}

// Open finds the tools and tries the sandbox. The converter is never nil: with
// an error, which says what is missing (fault.Unavailable), it converts plain
// pictures only. Whoever converts many files calls Warm once.
func Open(ctx context.Context) (*Converter, error) {
	c := &Converter{}
	c.why = c.prepare(ctx)
	return c, c.why
}

// tools are the programs that must be there, and the Debian packages they are in.
var tools = []struct{ program, debian string }{
	{"bwrap", "bubblewrap"}, {"pdftoppm", "poppler-utils"}, {"soffice", "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"},
}

func (c *Converter) prepare(ctx context.Context) error {
	var missing []string
	for _, t := range tools {
		path, err := exec.LookPath(t.program)
		if err != nil {
			missing = append(missing, t.program+" ("+t.debian+")")
		} else if t.program == "bwrap" {
			c.bwrap = path
		}
	}
	if missing != nil {
		return fault.New(fault.Unavailable, "disarm.missing").With(fault.Args{"tools": strings.Join(missing, ", ")})
	}
	if err := c.trySandbox(ctx); err != nil {
		return fault.New(fault.Unavailable, "disarm.no_sandbox").Because(err)
	}
	profile, err := plainProfile()
	c.profile = profile
	return err
}

// selfTest prints what a process in the sandbox has: its user, its network
// interfaces, and whether it sees or changes anything of the system.
const selfTest = `id -u; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\n' ' '
for d in /root /home /var /srv /run /mnt; do [ -e $d ] && echo "sees $d"; done
touch /usr/x /etc/x 2>/dev/null && echo writes
grep -c '^CapEff:[[:space:]]*0*$' /proc/self/status; ls /proc | grep -c '^[0-9]*$'`

func (c *Converter) trySandbox(ctx context.Context) error {
	out, err := c.output(ctx, nil, nil, 10_000, selfTest)
	if err != nil {
		return err
	}
	return checkSelfTest(string(out))
}

// checkSelfTest reads what the self-test prints in a sandbox that holds.
func checkSelfTest(out string) error {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || lines[0] != "65534" || strings.TrimSpace(strings.ReplaceAll(lines[1], "lo", "")) != "1" {
		return fmt.Errorf("the sandbox leaks: %q", out)
	}
	if n, err := strconv.Atoi(lines[2]); err != nil || n > 10 {
		return fmt.Errorf("the sandbox sees %s processes", lines[2])
	}
	return nil
}

// arguments are those of bwrap. Nothing of the host is seen but programs,
// fonts and the settings of the office, read only.
func arguments() []string {
	args := []string{"--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"}
	args = append(args, "--ro-bind", "/usr", "/usr")
	for _, dir := range []string{"bin", "lib", "lib64", "sbin"} {
		if to, err := os.Readlink("/" + dir); err == nil {
			args = append(args, "--symlink", to, "/"+dir)
		} else {
			args = append(args, "--ro-bind-try", "/"+dir, "/"+dir)
		}
	}
	for _, path := range []string{"/etc/fonts", "/etc/libreoffice", "/etc/ld.so.cache", "/etc/alternatives"} {
		args = append(args, "--ro-bind-try", path, path)
	}
	return append(args, "--proc", "/proc", "--dev", "/dev", "--size", strconv.Itoa(1<<30), "--tmpfs", "/tmp", "--dir", "/tmp/home",
		"--setenv", "HOME", "/tmp/home", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8", "--chdir", "/tmp")
}

// limits hold for every process in the sandbox: no core files, files of at most
// 512 MB, two minutes of processor time, 6 GB of address space.
const limits = "ulimit -c 0 -f 1048576 -t 120 -v 6291456; "

// start starts a script in the sandbox. input is its standard input; extra, if
// not nil, is a file that it sees as /profile.tar.
func (c *Converter) start(ctx context.Context, input, extra []byte, script string, args ...string) (*exec.Cmd, io.ReadCloser, error) {
	bw := arguments()
	var profile *os.File
	if extra != nil {
		f, err := pipeFile(extra)
		if err != nil {
			return nil, nil, err
		}
		profile = f
		defer f.Close()
		bw = append(bw, "--ro-bind-data", "3", "/profile.tar")
	}
	bw = append(bw, "--", "/bin/sh", "-c", limits+script, "sh")
	cmd := exec.CommandContext(ctx, c.bwrap, append(bw, args...)...)
	cmd.Env = []string{}
	cmd.Stdin = bytes.NewReader(input)
	if profile != nil {
		cmd.ExtraFiles = []*os.File{profile}
	}
	cmd.WaitDelay = Timeout
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	return cmd, out, nil
}

// pipeFile returns an unlinked file with the content.
func pipeFile(content []byte) (*os.File, error) {
	f, err := os.CreateTemp("", "disarm")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.Write(content); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// output runs a script and returns at most limit bytes of what it prints.
func (c *Converter) output(ctx context.Context, input, extra []byte, limit int64, script string, args ...string) ([]byte, error) {
	cmd, stdout, err := c.start(ctx, input, extra, script, args...)
	if err != nil {
		return nil, err
	}
	out, readErr := io.ReadAll(io.LimitReader(stdout, limit))
	if _, err := io.Copy(io.Discard, stdout); err != nil && readErr == nil {
		readErr = err
	}
	return out, errors.Join(readErr, cmd.Wait())
}

// settings keep LibreOffice from running macros, loading links and keeping
// traces.
const settings = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Java/ApplicationsJava"><prop oor:name="Enable" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/Java"><prop oor:name="Enable" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
`

// plainProfile is a LibreOffice profile with our settings and nothing else.
func plainProfile() ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, dir := range []string{"p/", "p/user/"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o700}); err != nil {
			return nil, err
		}
	}
	if err := w.WriteHeader(&tar.Header{Name: "p/user/registrymodifications.xcu", Mode: 0o600, Size: int64(len(settings))}); err != nil {
		return nil, err
	}
	if _, err := w.Write([]byte(settings)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

const profileScript = `cat > in.txt; tar xf /profile.tar || exit 8
for try in 1 2; do
  soffice --headless --norestore --nologo -env:UserInstallation=file:///tmp/p --convert-to pdf --outdir o in.txt >/dev/null 2>&1 </dev/null
  [ -s o/in.pdf ] && break
done
[ -s o/in.pdf ] && exec tar cf - p`

// Warm lets LibreOffice start once and keeps the profile that it made, so that
// conversions begin sooner. Its first start may ask for a second one (exit
// code 81). It must return before the first call of Convert.
func (c *Converter) Warm(ctx context.Context) error {
	if c.why != nil {
		return c.why
	}
	out, err := c.output(ctx, []byte("x"), c.profile, 32<<20, profileScript)
	if err == nil && len(out) == 0 {
		err = errors.New("no profile was made")
	}
	if err != nil {
		c.why = fault.New(fault.Unavailable, "disarm.no_office").Because(err)
		return c.why
	}
	c.profile = out
	return nil
}

// officeScript converts in.$1 and prints the pages. The exit code of soffice
// means nothing: the file it should have made is looked at.
const officeScript = `cat > "in.$1" && tar xf /profile.tar || exit 8
for try in 1 2; do
  soffice --headless --norestore --nologo --nolockcheck -env:UserInstallation=file:///tmp/p ${2:+"--infilter=$2"} --convert-to pdf --outdir o "in.$1" >/dev/null 2>&1 </dev/null
  [ $? = 81 ] || break
done
[ -s o/in.pdf ] || exit 9
rm -rf "in.$1" p
exec pdftoppm -q -l "$3" -scale-to "$4" o/in.pdf 2>/dev/null`

const pdfScript = `cat > in.pdf && exec pdftoppm -q -l "$1" -scale-to "$2" in.pdf 2>/dev/null`

// pagePixels is the longer side of a page: 150 dots an inch on A4.
const pagePixels = 1754

// copy makes the PDF of pictures.
func (c *Converter) copy(ctx context.Context, way route, data []byte) (pdf []byte, pages int, err error) {
	if way.way == byPicture {
		p, err := readPicture(data)
		if err != nil {
			return nil, 0, err
		}
		return writePDF([]page{p}), 1, nil
	}
	if c.why != nil {
		return nil, 0, c.why
	}
	if way.way == byText {
		data = []byte(mailread.Decode(data, ""))
	}
	most, side := strconv.Itoa(MaxPages+1), strconv.Itoa(pagePixels)
	script, args, profile := officeScript, []string{way.suffix, way.filter, most, side}, c.profile
	if way.way == byPoppler {
		script, args, profile = pdfScript, []string{most, side}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd, stdout, err := c.start(ctx, data, profile, script, args...)
	if err != nil {
		return nil, 0, err
	}
	list, err := readPages(stdout)
	if err != nil {
		cancel() // kills what still runs: the copy is not used
	}
	if waitErr := cmd.Wait(); err == nil {
		err = waitErr
	}
	if err == nil && len(list) == 0 {
		err = errors.New("no page came out")
	}
	if err != nil {
		return nil, 0, err
	}
	return writePDF(list), len(list), nil
}
