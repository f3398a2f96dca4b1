package postgres

import (
	"context"
	"time"

	"madoguchi/internal/store"
	"madoguchi/internal/store/sqlstore"
)

// OpenWithDeadline is Open with another deadline for acts.
func OpenWithDeadline(ctx context.Context, url string, deadline time.Duration) (*sqlstore.DB, sqlstore.Engine, error) {
	e, err := open(ctx, url, deadline)
	if err != nil {
		return nil, nil, err
	}
	return sqlstore.New(e, store.Options{}), e, nil
}
