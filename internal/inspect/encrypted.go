package inspect

import (
	"madoguchi/internal/inspect/cfb"
	"madoguchi/internal/inspect/officecrypt"
)

// encryptedOffice tries the passwords on an encrypted Office document and looks
// into what it finds.
func (c context) encryptedOffice(f *cfb.File) {
	info, _ := f.Find("EncryptionInfo")
	pack, _ := f.Find("EncryptedPackage")
	document, ok := officecrypt.Read(f.Stream(info, 1<<16), f.Stream(pack, maxStream))
	if ok {
		for _, password := range append([]string{officecrypt.DefaultPassword}, c.l.passwords...) {
			if plain, ok := document.Open(password); ok {
				c.l.spend(len(plain))
				c.r.unlocked()
				c.member(c.name, plain)
				return
			}
		}
	}
	c.r.locked()
}
