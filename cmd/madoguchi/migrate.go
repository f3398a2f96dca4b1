package main

import (
	"context"
	"flag"
	"fmt"

	"madoguchi/internal/store/postgres"
)

// runMigrate brings the schema of the installation's database up to date.
func runMigrate(ctx context.Context, args []string, std stdio) int {
	var owner, role string
	c, _, code := configFlag("migrate", args, std, func(flags *flag.FlagSet) {
		flags.StringVar(&owner, "as-file", "", "a `FILE` with the postgres:// URL of the tables' owner, if it is not the service's own role")
		flags.StringVar(&role, "grant", "", "let the PostgreSQL `ROLE` of the service use the tables")
	})
	if code != goOn {
		return code
	}
	if err := migrate(ctx, c, owner, role); err != nil {
		fmt.Fprintln(std.err, "madoguchi:", err)
		return 1
	}
	fmt.Fprintln(std.out, "the schema is up to date")
	return 0
}

func migrate(ctx context.Context, c Config, owner, role string) error {
	at, err := c.database()
	if owner != "" {
		at, err = secretFrom(owner)
	}
	if err != nil {
		return err
	}
	if err := migrateStore(ctx, at); err != nil {
		return err
	}
	if role == "" {
		return nil
	}
	return postgres.Grant(ctx, at, role)
}
