package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"madoguchi/internal/clock"
	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

const tenantUsage = `usage: madoguchi tenant add --config FILE --slug SLUG --name 名前 --kana カナ --kind KIND --prefecture 都道府県 [--code 6桁]
       madoguchi tenant import --config FILE FILE.csv

The CSV file has the columns code,name,kana,kind,prefecture,slug and these names in its first line.
KIND is prefecture, city, town, village or union.`

// tenantColumns are the columns of the CSV file, in this order.
var tenantColumns = []string{"code", "name", "kana", "kind", "prefecture", "slug"}

// runTenant handles "tenant add" and "tenant import".
func runTenant(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 || (args[0] != "add" && args[0] != "import") {
		fmt.Fprintln(std.err, tenantUsage)
		return exitUsage
	}
	var t tenant.Tenant
	var kind string
	c, rest, code := configFlag("tenant "+args[0], args[1:], std, func(flags *flag.FlagSet) {
		if args[0] == "import" {
			return
		}
		flags.StringVar(&t.Slug, "slug", "", "the `SLUG` in addresses: pref-ibaraki")
		flags.StringVar(&t.Code, "code", "", "the 全国地方公共団体コード, six `DIGITS`")
		flags.StringVar(&t.Name, "name", "", "the body's `NAME`")
		flags.StringVar(&t.Kana, "kana", "", "its `KANA`")
		flags.StringVar(&kind, "kind", "", "prefecture, city, town, village or union")
		flags.StringVar(&t.Prefecture, "prefecture", "", "the `NAME` of its prefecture")
		flags.StringVar(&t.Host, "host", "", "its own host `NAME`, if it has one")
	})
	if code != goOn {
		return code
	}
	t.Kind = tenant.Kind(kind)
	list := []tenant.Tenant{t}
	if args[0] == "import" {
		var err error
		if list, err = tenantsFrom(rest); err != nil {
			fmt.Fprintln(std.err, "madoguchi:", err)
			return 1
		}
	}
	added, err := addTenants(ctx, c, list)
	fmt.Fprintf(std.out, "bodies added: %d of %d\n", added, len(list))
	if err != nil {
		explain(std, err)
		return 1
	}
	return 0
}

func tenantsFrom(files []string) ([]tenant.Tenant, error) {
	if len(files) != 1 {
		return nil, errors.New("name one CSV file")
	}
	f, err := os.Open(files[0])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := readTenants(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", files[0], err)
	}
	return list, nil
}

// readTenants reads a CSV file in UTF-8, with or without a byte order mark.
func readTenants(r io.Reader) ([]tenant.Tenant, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = len(tenantColumns)
	rows.TrimLeadingSpace = true
	head, err := rows.Read()
	if err != nil {
		return nil, err
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	if !slices.Equal(head, tenantColumns) {
		return nil, fmt.Errorf("the first line is %s", strings.Join(tenantColumns, ","))
	}
	var list []tenant.Tenant
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		t := tenant.Tenant{Code: row[0], Name: row[1], Kana: row[2], Kind: tenant.Kind(row[3]), Prefecture: row[4], Slug: row[5]}
		if err := checkTenant(t); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		list = append(list, t)
	}
}

// checkTenant says what a body lacks.
func checkTenant(t tenant.Tenant) error {
	kinds := []tenant.Kind{tenant.Prefecture, tenant.City, tenant.Town, tenant.Village, tenant.Union}
	switch {
	case t.Name == "" || t.Kana == "" || t.Prefecture == "":
		return errors.New("name, kana and prefecture are needed")
	case !slices.Contains(kinds, t.Kind):
		return fmt.Errorf("kind %q is none of %v", t.Kind, kinds)
	case t.Code != "" && tenant.CheckCode(t.Code) != nil:
		return tenant.CheckCode(t.Code)
	}
	return tenant.CheckSlug(t.Slug)
}

// addTenants keeps the bodies one by one and returns how many it kept. Those
// whose slug is there already are left as they are.
func addTenants(ctx context.Context, c Config, list []tenant.Tenant) (added int, err error) {
	in, err := openInstallation(ctx, c, clock.Clock{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	all, err := in.db.Service().Tenants(ctx)
	if err != nil {
		return 0, err
	}
	ids := map[string]tenant.ID{} // prefectures by name, and all by slug
	for _, t := range all {
		ids[t.Slug] = t.ID
		if t.Kind == tenant.Prefecture {
			ids[t.Name] = t.ID
		}
	}
	for _, t := range list {
		if err := checkTenant(t); err != nil {
			return added, fmt.Errorf("%s: %w", t.Slug, err)
		}
		if ids[t.Slug] != 0 {
			continue
		}
		t.Active = true
		if t.Kind != tenant.Prefecture {
			t.Parent = ids[t.Prefecture]
		}
		if err := in.db.Service().InsertTenant(ctx, &t); err != nil {
			if fault.KindOf(err) == fault.Conflict {
				return added, fmt.Errorf("%s: another body has this slug or host name", t.Slug)
			}
			return added, err
		}
		added++
		ids[t.Slug] = t.ID
		if t.Kind == tenant.Prefecture {
			ids[t.Name] = t.ID
		}
	}
	return added, nil
}
