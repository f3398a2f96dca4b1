package field

import "encoding/json"

// Facts are what an application keeps in columns of its own, to be searched
// and written to.
type Facts struct {
	ApplicantName string // 髙橋 葵
	ApplicantKana string // タカハシ アオイ
	ContactMail   string
	ContactPhone  string
}

// AddFacts puts what the answer to f is to the application into facts.
func (f Field) AddFacts(answer json.RawMessage, facts *Facts) {
	if answer == nil {
		return
	}
	switch f.Role {
	case "applicant_name":
		if f.Kind != "name" {
			facts.ApplicantName = decode[string](answer)
			return
		}
		n := decode[nameAnswer](answer)
		facts.ApplicantName, facts.ApplicantKana = n.text(), n.kana()
	case "applicant_kana":
		facts.ApplicantKana = decode[string](answer)
	case "contact_mail":
		facts.ContactMail = decode[string](answer)
	case "contact_phone":
		facts.ContactPhone = decode[string](answer)
	}
}
