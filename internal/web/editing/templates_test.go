package editing_test

import (
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"madoguchi/internal/web"
	"madoguchi/internal/web/asset"
	"madoguchi/internal/web/editing"
	"madoguchi/internal/web/ui"
)

func assets(t *testing.T) *asset.Set {
	t.Helper()
	files, err := ui.Assets()
	if err != nil {
		t.Fatal(err)
	}
	set, err := asset.New(files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestTemplates checks the field names in each page against its data type.
func TestTemplates(t *testing.T) {
	e := &editing.Editing{
		Assets: assets(t), Clock: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Frame: func(*http.Request, string) web.Frame { return web.Frame{} },
	}
	if _, err := e.Handler(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]any{
		"edit": editing.FormPage{}, "list": editing.ListPage{}, "procedure": editing.ProcedurePage{}, "preview": editing.PreviewPage{},
	} {
		if err := templatecheck.CheckHTML(e.Site().Page(name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
