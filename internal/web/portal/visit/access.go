package visit

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

// Kept is one access in the cookie.
type Kept struct {
	Tenant     int64  `json:"t"`
	ID         string `json:"i"`
	Number     string `json:"n"`
	Generation int    `json:"g"`
	Until      int64  `json:"u"` // real time, seconds
}

// GiveAccess keeps access in this browser for accessAge from now on.
func (v *Visit) GiveAccess(a intake.Access) {
	now := time.Now()
	list := slices.DeleteFunc(v.Accesses(), func(k Kept) bool {
		return k.Tenant == int64(v.Body.ID) && k.ID == string(a.ID)
	})
	if len(list) >= accessMost {
		list = list[1:]
	}
	list = append(list, Kept{int64(v.Body.ID), string(a.ID), a.Number, a.Generation, now.Add(accessAge).Unix()})
	v.Cookies.Set(v.W, caseCookie, v.seal(list), accessAge)
}

// Access returns what opens the application of the address in this browser:
// what was looked up in the last hour, or submitted in this browser.
func (v *Visit) Access() (intake.Access, error) {
	number := v.R.PathValue("n")
	for _, k := range v.Accesses() {
		if k.Tenant == int64(v.Body.ID) && k.Number == number {
			a := intake.Access{ID: application.ID(k.ID), Number: k.Number, Generation: k.Generation}
			v.GiveAccess(a)
			return a, nil
		}
	}
	a, err := v.Counter.Own(v.R.Context(), v.Visitor(), number)
	if err == nil {
		v.GiveAccess(a)
	}
	return a, err
}

// Accesses returns what the cookie holds and has not ended.
func (v *Visit) Accesses() []Kept {
	list := v.unseal(v.Cookies.Get(v.R, caseCookie))
	now := time.Now().Unix()
	return slices.DeleteFunc(list, func(k Kept) bool { return k.Until < now })
}

// Forget ends what this browser may open.
func (v *Visit) Forget() {
	v.Cookies.Drop(v.W, caseCookie)
	v.Cookies.DropBrowser(v.W)
}

func (v *Visit) seal(list []Kept) string {
	data, err := json.Marshal(list)
	if err != nil {
		panic(err) // a list of numbers and strings
	}
	text := base64.RawURLEncoding.EncodeToString(data)
	return text + "." + v.mac(text)
}

func (v *Visit) unseal(s string) []Kept {
	text, mac, ok := strings.Cut(s, ".")
	if !ok || !hmac.Equal([]byte(mac), []byte(v.mac(text))) {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	var list []Kept
	if json.Unmarshal(data, &list) != nil {
		return nil
	}
	return list
}

// mac binds the cookie to this installation and to this browser's key, so a
// copied cookie alone opens nothing.
func (v *Visit) mac(text string) string {
	h := hmac.New(sha256.New, v.Secret)
	h.Write([]byte("case cookie\x00" + v.Cookies.Browser(v.R) + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
