package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"
)

// Cookies sets and reads our cookies. Over https their names begin with
// __Host-, so that no neighbour host and no http page can set them; a
// loopback demo over http has plain names, since browsers refuse others there.
type Cookies struct {
	Secure bool
}

// Name returns the name that the browser knows the cookie by.
func (c Cookies) Name(name string) string {
	if c.Secure {
		return "__Host-" + name
	}
	return name
}

// Set gives the browser a cookie for age; 0 means until the browser closes.
func (c Cookies) Set(w http.ResponseWriter, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: c.Name(name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Drop takes the cookie away.
func (c Cookies) Drop(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: c.Name(name), Path: "/", MaxAge: -1, Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Get returns the value of the cookie, or "".
func (c Cookies) Get(r *http.Request, name string) string {
	k, err := r.Cookie(c.Name(name))
	if err != nil {
		return ""
	}
	return k.Value
}

// browserCookie holds the key of a resident's browser: what was begun in this
// browser can be opened in it. It says nothing about who the person is.
const browserCookie = "mg-browser"

// browserAge is how long a browser is known. A draft lives no longer.
const browserAge = 180 * 24 * time.Hour

// Browser returns the hash of the browser's key, or "" for a browser that has none.
func (c Cookies) Browser(r *http.Request) string {
	key := c.Get(r, browserCookie)
	if len(key) < 26 {
		return ""
	}
	return hashKey(key)
}

// GiveBrowser returns the hash of the browser's key and gives it one if it has none.
func (c Cookies) GiveBrowser(w http.ResponseWriter, r *http.Request) string {
	if known := c.Browser(r); known != "" {
		return known
	}
	key := rand.Text()
	c.Set(w, browserCookie, key, browserAge)
	return hashKey(key)
}

// DropBrowser makes the browser unknown: what was begun in it opens no more.
func (c Cookies) DropBrowser(w http.ResponseWriter) { c.Drop(w, browserCookie) }

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
