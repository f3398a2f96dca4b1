package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"

	"madoguchi/internal/pgtest"
	"madoguchi/internal/store/sqlite"
)

// A table is what both engines must agree on.
type table struct {
	Columns map[string]string // type and nullability
	Keys    []string          // primary and unique, with their columns in order
	Foreign []string
	Indexes []string // with their columns in order, and the condition of a partial one
}

// Service tables belong to no tenant.
var service = []string{"installation_values", "leases", "tenants"}

func newTable() *table { return &table{Columns: map[string]string{}} }

func sqliteSchema(t *testing.T) map[string]*table {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.db")
	if err := sqlite.Migrate(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables := map[string]*table{}
	for _, r := range rowsOf(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_version'`) {
		tables[r[0]] = newTable()
	}
	for name, tab := range tables {
		var primary []string
		for _, r := range rowsOf(t, db, `SELECT name, type, "notnull", pk FROM pragma_table_info('`+name+`') ORDER BY pk, cid`) {
			tab.Columns[r[0]] = fmt.Sprintf("%s null=%v", map[string]string{"TEXT": "text", "INTEGER": "integer"}[r[1]], r[2] == "0")
			if r[3] != "0" {
				primary = append(primary, r[0])
			}
		}
		tab.Keys = append(tab.Keys, "PRIMARY "+strings.Join(primary, ","))
		for _, r := range rowsOf(t, db, `
			SELECT l.name, l."unique", l.origin, group_concat(i.name), coalesce(m.sql, '')
			FROM pragma_index_list('`+name+`') l JOIN pragma_index_info(l.name) i LEFT JOIN sqlite_master m ON m.name = l.name
			GROUP BY l.name`) {
			switch {
			case r[2] == "u":
				tab.Keys = append(tab.Keys, "UNIQUE "+r[3])
			case r[2] == "c":
				_, condition, _ := strings.Cut(r[4], " WHERE ")
				tab.Indexes = append(tab.Indexes, r[0]+" "+r[3]+" unique="+r[1]+" "+condition)
			}
		}
		for _, r := range rowsOf(t, db, `
			SELECT "table", group_concat("from"), group_concat("to"), on_delete, on_update
			FROM (SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list('`+name+`') ORDER BY id, seq) GROUP BY id`) {
			tab.Foreign = append(tab.Foreign, fmt.Sprintf("(%s) %s(%s) %s %s", r[1], r[0], r[2], r[3], r[4]))
		}
	}
	return sorted(tables)
}

func rowsOf(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		row := make([]string, len(columns))
		places := make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func pgRows(t *testing.T, c *pgx.Conn, query string) [][]string {
	t.Helper()
	rows, err := c.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) ([]string, error) {
		values, err := r.Values()
		var texts []string
		for _, v := range values {
			texts = append(texts, fmt.Sprint(v))
		}
		return texts, err
	})
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return all
}

func postgresSchema(t *testing.T, c *pgx.Conn) map[string]*table {
	t.Helper()
	tables := map[string]*table{}
	of := func(name string) *table {
		if tables[name] == nil {
			tables[name] = newTable()
		}
		return tables[name]
	}
	for _, r := range pgRows(t, c, `
		SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'schema_version'`) {
		of(r[0]).Columns[r[1]] = fmt.Sprintf("%s null=%v", map[string]string{"text": "text", "bigint": "integer"}[r[2]], r[3] == "YES")
	}
	for _, r := range pgRows(t, c, `
		SELECT t.relname::text, c.contype::text, coalesce(f.relname, '')::text, c.confdeltype::text, c.confupdtype::text,
			(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k (attnum, n)
				JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum),
			coalesce((SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k (attnum, n)
				JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum), '')
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_class f ON f.oid = c.confrelid
		WHERE c.connamespace = 'public'::regnamespace AND t.relname <> 'schema_version'`) {
		action := map[string]string{"a": "NO ACTION", " ": "", "": ""}
		switch r[1] {
		case "p":
			of(r[0]).Keys = append(of(r[0]).Keys, "PRIMARY "+r[5])
		case "u":
			of(r[0]).Keys = append(of(r[0]).Keys, "UNIQUE "+r[5])
		case "f":
			of(r[0]).Foreign = append(of(r[0]).Foreign, fmt.Sprintf("(%s) %s(%s) %s %s", r[5], r[2], r[6], action[r[3]], action[r[4]]))
		default:
			t.Errorf("%s has a constraint of the kind %s, which SQLite does not have", r[0], r[1])
		}
	}
	for _, r := range pgRows(t, c, `
		SELECT t.relname::text, i.relname::text, x.indisunique, coalesce(pg_get_expr(x.indpred, x.indrelid), ''),
			(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k (attnum, n)
				JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		WHERE t.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u'))`) {
		condition := strings.NewReplacer("(", "", ")", "", "::text", "").Replace(r[3])
		of(r[0]).Indexes = append(of(r[0]).Indexes, fmt.Sprintf("%s %s unique=%d %s", r[1], r[4], map[string]int{"true": 1}[r[2]], condition))
	}
	return sorted(tables)
}

func sorted(tables map[string]*table) map[string]*table {
	for _, tab := range tables {
		slices.Sort(tab.Keys)
		slices.Sort(tab.Foreign)
		slices.Sort(tab.Indexes)
	}
	return tables
}

func TestSchemasAgree(t *testing.T) {
	lite, pg := sqliteSchema(t), postgresSchema(t, connect(t))
	if len(lite) < 25 {
		t.Errorf("SQLite has %d tables", len(lite))
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("schemas (-sqlite +postgres):\n%s", diff)
	}
}

// Citus distributes by tenant_id: every key of a tenant's table begins with
// it, it is never NULL, and what refers to a table does so within the tenant.
func TestTenantTablesAreReadyToBeDistributed(t *testing.T) {
	c := connect(t)
	for name, tab := range postgresSchema(t, c) {
		if slices.Contains(service, name) {
			if len(tab.Foreign) > 0 {
				t.Errorf("%s: a table of no tenant refers to %v", name, tab.Foreign)
			}
			continue
		}
		if tab.Columns["tenant_id"] != "integer null=false" {
			t.Errorf("%s: tenant_id is %q", name, tab.Columns["tenant_id"])
		}
		for _, key := range tab.Keys {
			if _, columns, _ := strings.Cut(key, " "); columns != "tenant_id" && !strings.HasPrefix(columns, "tenant_id,") {
				t.Errorf("%s: the key %s does not begin with tenant_id", name, key)
			}
		}
		for _, index := range tab.Indexes {
			if !strings.Contains(index, " tenant_id,") || strings.Contains(index, "unique=1") {
				t.Errorf("%s: the index %s does not begin with tenant_id, or is unique", name, index)
			}
		}
		for _, f := range tab.Foreign {
			if !regexp.MustCompile(`^\(tenant_id,\w+\) \w+\(tenant_id,\w+\) NO ACTION NO ACTION$`).MatchString(f) {
				t.Errorf("%s: the foreign key %s", name, f)
			}
		}
	}
	if triggers := pgRows(t, c, `SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal`); len(triggers) > 0 {
		t.Errorf("triggers: %v", triggers)
	}
}

// Every tenant's table has the second fence, and only what must be seen across
// tenants has a gate in it.
func TestTenantTablesHaveRowSecurity(t *testing.T) {
	gates := map[string][]string{"outbox": {"no_tenant r"}, "published_versions": {"no_tenant r"}}
	c := connect(t)
	policies := map[string][]string{}
	for _, r := range pgRows(t, c, `SELECT p.polrelid::regclass::text, p.polname::text, p.polcmd::text FROM pg_policy p ORDER BY 1, 2`) {
		policies[r[0]] = append(policies[r[0]], r[1]+" "+r[2])
	}
	for _, r := range pgRows(t, c, `SELECT relname::text, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`) {
		if slices.Contains(service, r[0]) || r[0] == "schema_version" {
			continue
		}
		if r[1] != "true" || r[2] != "true" {
			t.Errorf("%s: row security %s, forced %s", r[0], r[1], r[2])
		}
		if diff := cmp.Diff(append(gates[r[0]], "own_tenant *"), policies[r[0]]); diff != "" {
			t.Errorf("%s: policies (-want +got):\n%s", r[0], diff)
		}
	}
}

// The names of constraints are in error messages and in later schema files.
func TestConstraintsAreNamedAlike(t *testing.T) {
	names := func(engine string) (list []string) {
		files, err := filepath.Glob(filepath.Join(engine, "schema", "*.sql"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d schema files, %v", engine, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(CONSTRAINT \w+\s+)?\b(PRIMARY KEY|UNIQUE|FOREIGN KEY) \(`).FindAllStringSubmatch(string(text), -1) {
				list = append(list, strings.TrimSpace(m[1])+" "+m[2])
			}
		}
		slices.Sort(list)
		return list
	}
	lite := names("sqlite")
	if diff := cmp.Diff(lite, names("postgres")); diff != "" {
		t.Errorf("constraints (-sqlite +postgres):\n%s", diff)
	}
	for _, name := range lite {
		if !strings.HasPrefix(name, "CONSTRAINT ") {
			t.Errorf("a %s without a name", name)
		}
	}
}
