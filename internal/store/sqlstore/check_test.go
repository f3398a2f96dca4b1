package sqlstore_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A checker holds the rules that let one SQL text serve every engine and keep
// tenants apart. It reads statements as tokens, by nesting, so that a
// subquery, an INSERT … SELECT or an OR does not slip through.
type checker struct {
	tenantTables  map[string]bool
	serviceTables map[string]bool
	acrossTenants []string // texts that may name a tenant's table without a tenant, without spaces
}

var tokenShape = regexp.MustCompile(`'(?:[^']|'')*'|\$\d+|[A-Za-z_][A-Za-z0-9_]*|\d+|<=|>=|<>|!=|\|\||\S`)

func tokens(text string) []string { return tokenShape.FindAllString(text, -1) }

func fold(text string) string { return strings.Join(tokens(text), " ") }

// Functions that both engines and Citus compute alike.
var functions = []string{"count", "sum", "min", "max", "coalesce"}

// Words before a parenthesis that are no functions.
var beforeParen = []string{"IN", "AND", "OR", "NOT", "VALUES", "CONFLICT", "WHERE", "ON", "WHEN", "THEN", "ELSE", "SELECT", "FROM", "JOIN", "SET", "EXISTS", "BY", "<", ">", "=", "<=", ">="}

var forbidden = map[string]string{
	"OFFSET": "pages are by key", "FOR": "there are no row locks on SQLite; compare a version", "WITH": "no common table expressions",
	"UNION": "one statement asks one thing", "EXCEPT": "one statement asks one thing", "INTERSECT": "one statement asks one thing",
	"BETWEEN": "half-open periods", "MERGE": "Citus refuses it", "RETURNING": "read afterwards", "ANY": "lists are expanded", "USING": "name both columns",
	"NATURAL": "name both columns", "OUTER": "not needed", "CURRENT_TIMESTAMP": "the time comes from Tx.Now", "ROLLUP": "Citus refuses it", "*": "name the columns",
	"%": "values are passed, not written", ";": "one statement", "--": "no comments", "\"": "no quoted names",
}

// check returns what is wrong with a statement that ran for a tenant, or for
// none (service), with n parameters.
func (c checker) check(text string, service bool, n int) []string {
	t := tokens(text)
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for i, word := range t {
		if why, bad := forbidden[strings.ToUpper(word)]; bad {
			complain("%s: %s", word, why)
		}
		if keyword(word) && word != strings.ToUpper(word) {
			complain("%s: key words are in upper case", word)
		}
		if i > 0 && word == "(" && isName(t[i-1]) && !slices.Contains(beforeParen, t[i-1]) && (i < 2 || t[i-2] != "INTO") && !slices.Contains(functions, t[i-1]) {
			complain("%s(): no function but %v", t[i-1], functions)
		}
	}
	wrong = append(wrong, parameters(t, n)...)
	if service && slices.Contains(c.acrossTenants, fold(text)) {
		return wrong
	}
	wrong = append(wrong, c.scope(t, service)...)
	return wrong
}

func isName(word string) bool {
	return regexp.MustCompile(`^[A-Za-z_]`).MatchString(word)
}

func keyword(word string) bool {
	return slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "WHERE", "AND", "OR", "ORDER", "GROUP", "BY", "LIMIT", "VALUES", "SET", "INTO", "JOIN", "ON", "CONFLICT", "DO", "NOTHING", "NULL", "NOT", "IN", "LIKE", "CASE", "WHEN"}, strings.ToUpper(word))
}

// parameters are $1 to $n, all of them used.
func parameters(t []string, n int) []string {
	used := map[int]bool{}
	last := 0
	for _, word := range t {
		var p int
		if _, err := fmt.Sscanf(word, "$%d", &p); err == nil {
			used[p] = true
			last = max(last, p)
		}
	}
	if last != n || len(used) != n {
		return []string{fmt.Sprintf("%d parameters up to $%d, %d values", len(used), last, n)}
	}
	return nil
}

// scope checks one SELECT, INSERT, UPDATE or DELETE and those nested in it.
func (c checker) scope(t []string, service bool) []string {
	outer, inner := split(t)
	var wrong []string
	for _, nested := range inner {
		wrong = append(wrong, c.scope(nested, service)...)
	}
	if len(outer) == 0 {
		return wrong
	}
	tables, aliases := tablesOf(outer)
	for i, table := range tables {
		switch {
		case c.tenantTables[table] && service:
			wrong = append(wrong, table+" belongs to tenants; the statement runs for none")
		case c.tenantTables[table]:
			wrong = append(wrong, bound(outer, table, aliases[i], len(tables) > 1)...)
		case !c.serviceTables[table]:
			wrong = append(wrong, "unknown table "+table)
		}
	}
	if len(tables) == 0 {
		wrong = append(wrong, "no table found")
	}
	return wrong
}

// split takes nested SELECTs out of a statement. What stays of each is "(?)".
func split(t []string) (outer []string, inner [][]string) {
	for i := 0; i < len(t); i++ {
		if t[i] == "(" && i+1 < len(t) && strings.EqualFold(t[i+1], "SELECT") {
			end := closing(t, i)
			inner = append(inner, t[i+1:end])
			outer = append(outer, "(", "?", ")")
			i = end
			continue
		}
		outer = append(outer, t[i])
	}
	// An INSERT … SELECT is two statements.
	if len(outer) > 0 && outer[0] == "INSERT" {
		if at := slices.Index(outer, "SELECT"); at >= 0 {
			inner = append(inner, outer[at:])
			outer = outer[:at]
		}
	}
	return outer, inner
}

func closing(t []string, open int) int {
	depth := 0
	for i := open; i < len(t); i++ {
		switch t[i] {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(t)
}

func tablesOf(t []string) (tables, aliases []string) {
	listed := false // after FROM, a comma names another table
	for i := 0; i+1 < len(t); i++ {
		switch t[i] {
		case "FROM":
			listed = true
		case "JOIN", "INTO":
		case "UPDATE":
			if i > 0 {
				continue // DO UPDATE
			}
		case ",":
			if !listed {
				continue
			}
		case "WHERE", "GROUP", "ORDER", "SET":
			listed = false
			continue
		default:
			continue
		}
		if !isName(t[i+1]) {
			continue
		}
		alias := t[i+1]
		if i+2 < len(t) && isName(t[i+2]) && !slices.Contains([]string{"WHERE", "SET", "ON", "JOIN", "LEFT", "ORDER", "GROUP", "LIMIT", "VALUES"}, t[i+2]) {
			alias = t[i+2]
		}
		tables, aliases = append(tables, t[i+1]), append(aliases, alias)
	}
	return tables, aliases
}

// bound complains unless a table's own tenant_id is compared with $1 in a
// condition that always holds, or inserted as $1.
func bound(t []string, table, alias string, several bool) []string {
	if t[0] == "INSERT" {
		return boundInsert(t)
	}
	want := []string{"tenant_id = $1", alias + " . tenant_id = $1"}
	if several {
		want = want[1:]
	}
	for _, clause := range []string{"WHERE", "ON"} {
		for at, word := range t {
			if word != clause {
				continue
			}
			conditions, or := conjuncts(t[at+1:])
			if or {
				return []string{"an OR outside of parentheses may let other tenants in"}
			}
			if slices.ContainsFunc(conditions, func(c string) bool { return slices.Contains(want, c) }) {
				return nil
			}
		}
	}
	return []string{table + " is not bound to the tenant by " + want[0]}
}

func boundInsert(t []string) []string {
	columns := slices.Index(t, "(")
	if columns < 0 || t[columns+1] != "tenant_id" {
		return []string{"an INSERT begins with the column tenant_id"}
	}
	if values := slices.Index(t, "VALUES"); values < 0 || values+2 >= len(t) || t[values+2] != "$1" {
		return []string{"an INSERT gives VALUES that begin with $1"}
	}
	if at := slices.Index(t, "CONFLICT"); at >= 0 && t[at+2] != "tenant_id" {
		return []string{"ON CONFLICT begins with tenant_id"}
	}
	return nil
}

// conjuncts splits a condition at the ANDs that are not nested.
func conjuncts(t []string) (list []string, or bool) {
	depth, from := 0, 0
	end := len(t)
scan:
	for i, word := range t {
		switch word {
		case "(", "CASE":
			depth++
		case ")", "END":
			depth--
		case "OR":
			or = or || depth == 0
		case "AND":
			if depth == 0 {
				list = append(list, strings.Join(t[from:i], " "))
				from = i + 1
			}
		case "ORDER", "GROUP", "LIMIT", "WHERE", "JOIN", "LEFT":
			if depth == 0 {
				end = i
				break scan
			}
		}
	}
	return append(list, strings.Join(t[from:end], " ")), or
}
