package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"madoguchi/internal/application"
	"madoguchi/internal/jptext"
	"madoguchi/internal/store/sqlstore/sqltx"
)

// pageSize is the number of rows of a page that does not say.
const pageSize = 50

func summaryFields(s *application.Summary) []any {
	return []any{&s.ID, &s.ReceiptNo, &s.Procedure, &s.ProcedureTitle, &s.Status, &s.Section, &s.Assignee,
		&s.Name, &s.Outcome, &s.ArrivedAt, &s.UpdatedAt, &s.Unread}
}

// ListApplications returns one page of the rows that f chooses.
func (c Cases) ListApplications(ctx context.Context, f application.Filter) ([]application.Summary, error) {
	q := sqltx.NewQuery(`
		SELECT id, receipt_no, procedure_id, procedure_title, status, section_id, assignee_id,
			name, outcome, arrived_at, updated_at, unanswered
		FROM applications WHERE tenant_id = $1`)
	if len(f.Statuses) > 0 {
		sqltx.AddIn(q, `AND status IN $(?)`, f.Statuses)
	}
	restrict(q, f)
	backwards := addPage(q, f.Page)
	list, err := sqltx.All(ctx, c.tx, q.Text(), q.Args(), summaryFields)
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	if backwards {
		slices.Reverse(list)
	}
	return list, nil
}

// addPage adds the key, order and size of a page. It reports whether the rows
// come in the opposite order: those just before a key are found from the key on.
func addPage(q *sqltx.Query, p application.Page) (backwards bool) {
	keyed := !p.At.IsZero() || p.ID != ""
	backwards = keyed && p.Newer
	descending := (p.Ordered != application.OldestFirst) != backwards
	size := p.Size
	if size <= 0 {
		size = pageSize
	}
	if descending {
		if keyed {
			q.Add(`AND (arrived_at, id) < ($?, $?)`, p.At, p.ID)
		}
		q.Add(`ORDER BY arrived_at DESC, id DESC LIMIT $?`, size)
		return backwards
	}
	if keyed {
		q.Add(`AND (arrived_at, id) > ($?, $?)`, p.At, p.ID)
	}
	q.Add(`ORDER BY arrived_at, id LIMIT $?`, size)
	return backwards
}

// CountApplications counts the rows by status.
func (c Cases) CountApplications(ctx context.Context, f application.Filter) (map[application.Status]int, error) {
	q := sqltx.NewQuery(`SELECT status, count(id) FROM applications WHERE tenant_id = $1`)
	restrict(q, f)
	q.Add(`GROUP BY status`)
	counts := map[application.Status]int{}
	err := c.tx.Each(ctx, q.Text(), q.Args(), func(scan func(...any) error) error {
		var s application.Status
		var n int
		if err := scan(&s, &n); err != nil {
			return err
		}
		counts[s] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	return counts, nil
}

// restrict adds every condition of f but its statuses and its page.
func restrict(q *sqltx.Query, f application.Filter) {
	if f.Sections != nil {
		sqltx.AddIn(q, `AND section_id IN $(?)`, f.Sections)
	}
	if f.Assignee != "" {
		q.Add(`AND assignee_id = $?`, f.Assignee)
	}
	if f.Procedure != "" {
		q.Add(`AND procedure_id = $?`, f.Procedure)
	}
	if f.ReceiptNo != "" {
		q.Add(`AND receipt_no = $?`, f.ReceiptNo)
	}
	if name := jptext.SearchKey(f.Name); name != "" {
		q.Add(`AND search_text LIKE $? ESCAPE '!'`, "%"+escapeLike(name)+"%")
	}
	if !f.From.IsZero() {
		q.Add(`AND arrived_at >= $?`, f.From)
	}
	if !f.To.IsZero() {
		q.Add(`AND arrived_at < $?`, f.To)
	}
	if f.Unread {
		q.Add(`AND unanswered > 0`)
	}
}

// escapeLike keeps what a person typed from being a pattern.
func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
