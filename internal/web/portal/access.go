package portal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/intake"
)

// caseCookie keeps, sealed, which applications this browser has opened.
const caseCookie = "mg-case"

const (
	accessAge  = time.Hour // since the application was looked at last
	accessMost = 5
)

// kept is one access in the cookie.
type kept struct {
	Tenant     int64  `json:"t"`
	ID         string `json:"i"`
	Number     string `json:"n"`
	Generation int    `json:"g"`
	Until      int64  `json:"u"` // real time, seconds
}

// giveAccess keeps access in this browser for accessAge from now on.
func (v *visit) giveAccess(a intake.Access) {
	now := time.Now()
	list := slices.DeleteFunc(v.accesses(), func(k kept) bool {
		return k.Tenant == int64(v.body.ID) && k.ID == string(a.ID)
	})
	if len(list) >= accessMost {
		list = list[1:]
	}
	list = append(list, kept{int64(v.body.ID), string(a.ID), a.Number, a.Generation, now.Add(accessAge).Unix()})
	v.Cookies.Set(v.w, caseCookie, v.seal(list), accessAge)
}

// access returns what opens the application of the address in this browser:
// what was looked up in the last hour, or submitted in this browser.
func (v *visit) access() (intake.Access, error) {
	number := v.r.PathValue("n")
	for _, k := range v.accesses() {
		if k.Tenant == int64(v.body.ID) && k.Number == number {
			a := intake.Access{ID: application.ID(k.ID), Number: k.Number, Generation: k.Generation}
			v.giveAccess(a)
			return a, nil
		}
	}
	a, err := v.Counter.Own(v.r.Context(), v.visitor(), number)
	if err == nil {
		v.giveAccess(a)
	}
	return a, err
}

// accesses returns what the cookie holds and has not ended.
func (v *visit) accesses() []kept {
	list := v.unseal(v.Cookies.Get(v.r, caseCookie))
	now := time.Now().Unix()
	return slices.DeleteFunc(list, func(k kept) bool { return k.Until < now })
}

func (v *visit) seal(list []kept) string {
	data, err := json.Marshal(list)
	if err != nil {
		panic(err) // a list of numbers and strings
	}
	text := base64.RawURLEncoding.EncodeToString(data)
	return text + "." + v.mac(text)
}

func (v *visit) unseal(s string) []kept {
	text, mac, ok := strings.Cut(s, ".")
	if !ok || !hmac.Equal([]byte(mac), []byte(v.mac(text))) {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	var list []kept
	if json.Unmarshal(data, &list) != nil {
		return nil
	}
	return list
}

// mac binds the cookie to this installation and to this browser's key, so a
// copied cookie alone opens nothing.
func (v *visit) mac(text string) string {
	h := hmac.New(sha256.New, v.Secret)
	h.Write([]byte("case cookie\x00" + v.Cookies.Browser(v.r) + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
