package web

import (
	"net/http"
	"sync"

	"madoguchi/internal/web/asset"
)

// ShowPublic writes a page that is the same for everyone. key names what the
// page depends on besides the language: the body, the address in a canonical
// form, the catalogue's version, the minute if the page shows it, and what the
// page takes from a cookie. build is
// called when no such page is remembered. Browsers ask again each time and are
// told 304 when nothing changed.
func (s *Site) ShowPublic(w http.ResponseWriter, r *http.Request, key, name string, build func() (any, error)) error {
	lang := PlaceOf(r).Lang
	key = lang + " " + key
	p := s.cache.get(key)
	if p == nil {
		data, err := build()
		if err != nil {
			return err
		}
		body, err := s.render(lang, name, data)
		if err != nil {
			return err
		}
		p = asset.PackFast("text/html; charset=utf-8", body)
		s.cache.put(key, p)
	}
	w.Header()["Cache-Control"] = headRevalidate
	p.ServeHTTP(w, r)
	return nil
}

var headRevalidate = []string{"private, no-cache"}

// cacheBytes is how much one generation of remembered pages may hold.
const cacheBytes = 16 << 20

// cache remembers pages in two generations: when the young one is full, the
// old one is forgotten. So what is asked for again stays, whatever else comes.
type cache struct {
	mu         sync.RWMutex
	young, old map[string]*asset.Packed // guarded by mu
	size       int                      // bytes in young, guarded by mu
}

func (c *cache) get(key string) *asset.Packed {
	c.mu.RLock()
	p, old := c.young[key], c.old[key]
	c.mu.RUnlock()
	if p == nil && old != nil {
		c.put(key, old)
		return old
	}
	return p
}

func (c *cache) put(key string, p *asset.Packed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil || c.size > cacheBytes {
		c.old, c.young, c.size = c.young, map[string]*asset.Packed{}, 0
	}
	if c.young[key] == nil {
		plain, gzipped := p.Size()
		c.size += plain + 2*gzipped + len(key)
	}
	c.young[key] = p
}
