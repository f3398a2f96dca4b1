package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"madoguchi/internal/jptext"
	"madoguchi/internal/mailer"
)

// Config is the configuration file of serve. Every setting but PublicURL has a
// working zero value. docs/operations.md tells what each one means; a test
// compares them.
type Config struct {
	PublicURL      string       `toml:"public_url"`
	Listen         string       `toml:"listen"`
	Data           string       `toml:"data"`
	Database       string       `toml:"database"`
	DatabaseSecret string       `toml:"database_password_file"`
	Files          string       `toml:"files"`
	SecretFile     string       `toml:"secret_file"`
	TrustedProxies []string     `toml:"trusted_proxies"`
	Log            string       `toml:"log"`
	SignatureTrust string       `toml:"signature_trust"`
	Chromium       string       `toml:"chromium"`
	Mail           MailConfig   `toml:"mail"`
	MailIn         MailInConfig `toml:"mail_in"`
	TLS            TLSConfig    `toml:"tls"`
}

// MailConfig says how mail leaves.
type MailConfig struct {
	Server       string       `toml:"server"`
	Security     string       `toml:"security"`
	User         string       `toml:"user"`
	PasswordFile string       `toml:"password_file"`
	From         string       `toml:"from"`
	Hello        string       `toml:"hello"`
	DKIMSelector string       `toml:"dkim_selector"`
	DKIMKeyFile  string       `toml:"dkim_key_file"`
	DKIM         []DKIMConfig `toml:"dkim"`
}

// TLSConfig is the certificate of a server without a proxy in front of it.
type TLSConfig struct {
	CertificateFile string `toml:"certificate_file"`
	KeyFile         string `toml:"key_file"`
}

// loadConfig reads the file and fills in what it leaves out.
func loadConfig(file string) (Config, error) {
	var c Config
	if file == "" {
		return c, errors.New("name the configuration file: --config FILE (docs/operations.md)")
	}
	meta, err := toml.DecodeFile(file, &c)
	if err != nil {
		return c, fmt.Errorf("read %s: %w", file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, fmt.Errorf("%s: no setting is called %s", file, unknown[0])
	}
	c.fill()
	if err := c.check(); err != nil {
		return c, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// fill replaces zero values by what they mean.
func (c *Config) fill() {
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	c.Listen = cmp.Or(c.Listen, "127.0.0.1:8080")
	c.Data = cmp.Or(c.Data, "/var/lib/madoguchi")
	c.Database = cmp.Or(c.Database, "sqlite:"+filepath.Join(c.Data, "madoguchi.db"))
	c.Files = cmp.Or(c.Files, filepath.Join(c.Data, "files"))
	c.SecretFile = cmp.Or(c.SecretFile, filepath.Join(c.Data, "secret"))
	c.Log = cmp.Or(c.Log, "json")
	if c.Mail.Server == "" {
		c.Mail.Server = "127.0.0.1:25"
		c.Mail.Security = cmp.Or(c.Mail.Security, string(mailer.None))
	}
	c.Mail.Security = cmp.Or(c.Mail.Security, string(mailer.STARTTLS))
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		c.Mail.Hello = cmp.Or(c.Mail.Hello, u.Hostname())
		c.Mail.From = cmp.Or(c.Mail.From, "no-reply@"+u.Hostname())
	}
}

// check says what is wrong in a way that names the setting.
func (c *Config) check() error {
	u, err := url.Parse(c.PublicURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return errors.New("public_url is needed: the address that people type, without a path, such as https://shinsei.example.jp")
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.Log != "json" && c.Log != "text" {
		return errors.New(`log is "json" or "text"`)
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "sqlite:") && !isPostgres(c.Database) {
		return errors.New(`database is "sqlite:FILE" or a URL that begins with postgres://`)
	}
	if (c.TLS.CertificateFile == "") != (c.TLS.KeyFile == "") {
		return errors.New("tls.certificate_file and tls.key_file belong together")
	}
	if err := c.MailIn.check(); err != nil {
		return err
	}
	return c.Mail.check()
}

func (m MailConfig) check() error {
	switch mailer.Security(m.Security) {
	case mailer.STARTTLS, mailer.TLS, mailer.None:
	default:
		return errors.New(`mail.security is "starttls", "tls" or "none"`)
	}
	if !strings.Contains(m.Server, ":") {
		return errors.New("mail.server is HOST:PORT, such as mail.example.jp:587")
	}
	if _, ok := jptext.Mail(m.From); m.From != "" && !ok && !strings.HasSuffix(m.From, "@localhost") {
		return errors.New("mail.from is a mail address")
	}
	if (m.DKIMSelector == "") != (m.DKIMKeyFile == "") {
		return errors.New("mail.dkim_selector and mail.dkim_key_file belong together")
	}
	for _, key := range m.DKIM {
		if key.Selector == "" || key.KeyFile == "" {
			return errors.New("each mail.dkim names a selector and a key_file")
		}
	}
	return nil
}

// proxies reads the networks whose X-Forwarded-For is believed.
func (c *Config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, s := range c.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			addr, addrErr := netip.ParseAddr(s)
			if addrErr != nil {
				return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a network", s)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		list = append(list, p)
	}
	return list, nil
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// database is where the store is, with the password from its file.
func (c *Config) database() (string, error) {
	if c.DatabaseSecret == "" {
		return c.Database, nil
	}
	password, err := secretFrom(c.DatabaseSecret)
	if err != nil {
		return "", fmt.Errorf("database_password_file: %w", err)
	}
	u, err := url.Parse(c.Database)
	if err != nil || !isPostgres(c.Database) {
		return "", errors.New("database_password_file is for a database with a postgres:// URL")
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u.String(), nil
}

// secretFrom reads a secret from a file that only its owner can read. Spaces
// and line ends around it do not count.
func secretFrom(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%s can be read by everyone: chmod 600", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(data))
	if secret == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return secret, nil
}

// exists reports whether there is such a file or folder.
func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
