package sqlstore_test

import (
	"context"
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"

	"madoguchi/internal/pgtest"
	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlite"
	"madoguchi/internal/store/sqlstore"
	"madoguchi/internal/store/sqlstore/sqltx"
	"madoguchi/internal/store/storetest"
	"madoguchi/internal/tenant"
)

// recorder is an engine that runs nothing and notes what it was to run.
type recorder struct{ ran map[string]run }

// A run is how a statement was run.
type run struct {
	service bool
	values  int
}

func (r recorder) Read(_ context.Context, id tenant.ID, f func(sqltx.Conn) error) error {
	return f(recording{r, id})
}

func (r recorder) Write(_ context.Context, id tenant.ID, f func(sqltx.Conn) error) error {
	return f(recording{r, id})
}

func (r recorder) Close() error { return nil }

type recording struct {
	recorder
	tenant tenant.ID
}

func (r recording) Exec(_ context.Context, query string, args []any) (int64, error) {
	r.ran[query] = run{r.tenant == 0, len(args)}
	return 1, nil
}

func (r recording) Query(_ context.Context, query string, args []any) (sqltx.Rows, error) {
	r.ran[query] = run{r.tenant == 0, len(args)}
	return &oneRow{}, nil
}

// oneRow is one row of nothing, so that what is done with a row is done.
type oneRow struct{ read bool }

func (o *oneRow) Next() bool {
	again := !o.read
	o.read = true
	return again
}
func (o *oneRow) Scan(...any) error { return nil }
func (o *oneRow) Err() error        { return nil }
func (o *oneRow) Close()            {}

// record runs every method of the port and returns every statement.
func record(t *testing.T) map[string]run {
	t.Helper()
	r := recorder{map[string]run{}}
	db := sqlstore.New(r, store.Options{})
	ctx := t.Context()
	err := db.Write(ctx, 1, func(tx store.Tx) error {
		storetest.Exercise(ctx, tx)
		return nil
	})
	s := db.Service()
	for _, e := range []error{
		err,
		s.InsertTenant(ctx, &tenant.Tenant{}),
		s.SaveTenant(ctx, &tenant.Tenant{Version: 1}),
		s.SetValue(ctx, "a", "a"),
		second(s.Tenants(ctx)), second(s.PublishedVersions(ctx)), second(s.DueTenants(ctx, time.Now())),
		second(s.Lease(ctx, "a", "a", time.Now(), time.Now())), second(s.Value(ctx, "a")), second(s.SetValueOnce(ctx, "a", "a")),
	} {
		if e != nil {
			t.Fatal(e)
		}
	}
	return r.ran
}

func second[T any](_ T, err error) error { return err }

// rules are the checker for the schema as it is.
func rules(t *testing.T) checker {
	t.Helper()
	files, err := filepath.Glob("../sqlite/schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, file := range files {
		part, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, part...)
	}
	c := checker{tenantTables: map[string]bool{}, serviceTables: map[string]bool{}}
	for _, m := range regexp.MustCompile(`CREATE TABLE (\w+) \(\s+(\w+)`).FindAllStringSubmatch(string(text), -1) {
		if m[2] == "tenant_id" {
			c.tenantTables[m[1]] = true
			continue
		}
		c.serviceTables[m[1]] = true
	}
	if len(c.tenantTables) < 20 || len(c.serviceTables) != 3 {
		t.Fatalf("the schema has %d tables of tenants and %d others", len(c.tenantTables), len(c.serviceTables))
	}
	c.acrossTenants = []string{
		fold(`SELECT tenant_id, version FROM published_versions`),
		fold(`SELECT tenant_id FROM outbox WHERE state = 'waiting' AND due_at <= $1 AND lease_until <= $1 GROUP BY tenant_id ORDER BY tenant_id`),
	}
	return c
}

func TestStatements(t *testing.T) {
	all := record(t)
	c := rules(t)
	for text, how := range all {
		for _, wrong := range c.check(text, how.service, how.values) {
			t.Errorf("%s\n\t%s", wrong, text)
		}
	}
	t.Logf("%d statements", len(all))
}

// Every SQL text in the source is part of a statement that was checked.
func TestStatementsAreAllOfThem(t *testing.T) {
	var ran []string
	for text := range record(t) {
		ran = append(ran, shape(text))
	}
	found := 0
	for pos, text := range literals(t) {
		found++
		if !contained(ran, shape(text)) {
			t.Errorf("%s: storetest.Exercise does not reach this text", pos)
		}
	}
	if found < 100 {
		t.Errorf("found %d texts; has the package moved?", found)
	}
}

func contained(ran []string, text string) bool {
	for _, r := range ran {
		if strings.Contains(r, text) {
			return true
		}
	}
	return false
}

// shape forgets the numbers of parameters and the spaces.
func shape(text string) string {
	text = regexp.MustCompile(`\$(\?|\d+|\(\?\))`).ReplaceAllString(text, "$")
	text = strings.ReplaceAll(fold(text), "$ , ", "")
	return strings.ReplaceAll(text, "( $ )", "$")
}

// literals are the strings of the package and those below it that look like SQL.
func literals(t *testing.T) map[string]string {
	t.Helper()
	verb := regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|FROM|WHERE|AND|ORDER BY|GROUP BY)\s`)
	found := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "migrate") {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err == nil && verb.MatchString(text) {
				found[fset.Position(lit.Pos()).String()] = text
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The checker finds what it is for.
func TestBadStatementsAreCaught(t *testing.T) {
	c := rules(t)
	for _, good := range []string{
		`SELECT id FROM drafts WHERE tenant_id = $1`,
		`SELECT d.id FROM drafts d JOIN attachments f ON f.tenant_id = $1 AND f.draft_id = d.id WHERE d.tenant_id = $1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND (id = 'a' OR id = 'b') ORDER BY id LIMIT 1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND id IN (SELECT draft_id FROM attachments WHERE tenant_id = $1)`,
		`INSERT INTO pages (tenant_id, name) VALUES ($1, 'a') ON CONFLICT (tenant_id, name) DO NOTHING`,
		`DELETE FROM drafts WHERE tenant_id = $1`,
	} {
		if wrong := c.check(good, false, 1); len(wrong) > 0 {
			t.Errorf("a good statement: %v\n\t%s", wrong, good)
		}
	}
	for _, bad := range []string{
		`SELECT id FROM drafts`,
		`SELECT id FROM drafts WHERE id = $1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 OR id = 'a'`,
		`SELECT id FROM drafts WHERE (tenant_id = $1 OR id = 'a')`,
		`SELECT id FROM drafts WHERE NOT tenant_id = $1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 + 1`,
		`SELECT id FROM drafts WHERE tenant_id >= $1`,
		`SELECT id FROM drafts WHERE CASE WHEN id = 'a' AND tenant_id = $1 AND id = 'b' THEN 1 ELSE 1 END = 1`,
		`SELECT d.id FROM drafts d JOIN attachments f ON f.draft_id = d.id WHERE d.tenant_id = $1`,
		`SELECT d.id FROM drafts d, attachments f WHERE d.tenant_id = $1 AND f.draft_id = d.id`,
		`SELECT d.id FROM drafts d JOIN attachments f ON f.draft_id = d.id WHERE tenant_id = $1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND id IN (SELECT draft_id FROM attachments)`,
		`SELECT id FROM drafts WHERE tenant_id = $1 UNION SELECT id FROM drafts`,
		`INSERT INTO pages (name, tenant_id) VALUES ('a', $1)`,
		`INSERT INTO pages (tenant_id, name) VALUES (2, $1)`,
		`INSERT INTO pages (tenant_id, name) SELECT tenant_id, name FROM pages WHERE name = $1`,
		`INSERT INTO pages (tenant_id, name) SELECT $1, id FROM drafts`,
		`INSERT INTO pages (tenant_id, name) VALUES ($1, 'a') ON CONFLICT (name) DO NOTHING`,
		`UPDATE pages SET title = 'a' WHERE name = $1`,
		`UPDATE pages SET title = 'a'`,
		`UPDATE pages SET tenant_id = $1`,
		`DELETE FROM pages WHERE name = $1`,
		`SELECT slug FROM tenants, drafts WHERE tenants.id = $1`,
		`SELECT id FROM nowhere WHERE tenant_id = $1`,
		`SELECT * FROM drafts WHERE tenant_id = $1`,
		`SELECT count(*) FROM drafts WHERE tenant_id = $1`,
		`SELECT lower(id) FROM drafts WHERE tenant_id = $1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND expires_at < now()`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND expires_at < CURRENT_TIMESTAMP`,
		`SELECT id FROM drafts WHERE tenant_id = $1 FOR UPDATE`,
		`SELECT id FROM drafts WHERE tenant_id = $1 LIMIT 1 OFFSET 1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND id = '%s' % 2`,
		`select id FROM drafts WHERE tenant_id = $1`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND id = $3`,
		`SELECT id FROM drafts WHERE tenant_id = $1 AND id = $2`,
		`SELECT id FROM drafts WHERE tenant_id = $1; DELETE FROM drafts`,
	} {
		if len(c.check(bad, false, 1)) == 0 {
			t.Errorf("not caught: %s", bad)
		}
	}
	if len(c.check(`SELECT recipient FROM outbox`, true, 0)) == 0 {
		t.Error("not caught: a statement for no tenant that reads a tenant's table")
	}
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

func TestStatementsPrepareOnSQLite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "test.db")
	if err := sqlite.Migrate(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for text := range record(t) {
		stmt, err := db.PrepareContext(t.Context(), placeholder.ReplaceAllString(text, "?$1"))
		if err != nil {
			t.Errorf("%v\n\t%s", err, text)
			continue
		}
		//lint:ignore sqlclosecheck nothing depends on it
		stmt.Close()
	}
}

func TestStatementsPrepareOnPostgres(t *testing.T) {
	ctx := t.Context()
	c, err := pgx.Connect(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	for text := range record(t) {
		if _, err := c.Prepare(ctx, "", text); err != nil {
			t.Errorf("%v\n\t%s", err, text)
		}
	}
}
