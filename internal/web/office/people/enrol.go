package people

import (
	"net/http"
	"strconv"

	"madoguchi/internal/signin"
	"madoguchi/internal/web"
	"madoguchi/internal/web/ui"
)

// EnrolPage is the data of page/enrol.tmpl.
type EnrolPage struct {
	web.Frame
	Summary ui.Summary
	Action  string
	Back    string
	QR      string // address of the picture
	Secret  string
	Code    ui.Field
}

func (v *page) enrolPage() error {
	return v.stage(signin.StageEnrol, func(sealed string) error { return v.showEnrol(sealed, nil) })
}

func (v *page) showEnrol(sealed string, err error) error {
	e, failed := v.Door.Enrolment(v.Context(), sealed)
	if failed != nil {
		return failed
	}
	f := v.codeField()
	f.Label, f.Hint = v.Words.Text("office.enrol_code"), v.Words.Text("office.enrol_code_hint")
	p := EnrolPage{
		Frame: v.Frame("office.stage_enrol"), Action: v.Base + "/login/enrol", Back: v.R.FormValue("back"),
		QR: v.Base + "/login/enrol/qr.png", Secret: e.Secret,
	}
	status := http.StatusOK
	if err != nil {
		if p.Summary, err = v.Mark(inField("one", err), f); err != nil {
			return err
		}
		p.Invalid, status = true, http.StatusUnprocessableEntity
	}
	p.Code = *f
	return v.Show(status, "enrol", p)
}

func (v *page) enrol() error {
	if err := v.Tries.Allow(web.PlaceOf(v.R).Network(), v.Now()); err != nil {
		return err
	}
	return v.answer(signin.StageEnrol, func(sealed string) (string, signin.Stage, error) {
		return v.Door.Enrol(v.Context(), sealed, v.R.PostFormValue("one"), v.giveDevice())
	}, v.showEnrol)
}

// qr is the picture of the page above: a picture of its own, since pages hold
// nothing inline.
func (v *page) qr() error {
	return v.stage(signin.StageEnrol, func(sealed string) error {
		e, err := v.Door.Enrolment(v.Context(), sealed)
		if err != nil {
			return err
		}
		h := v.W.Header()
		h.Set("Content-Type", "image/png")
		h.Set("Content-Length", strconv.Itoa(len(e.QR)))
		h.Set("Cache-Control", "no-store")
		_, err = v.W.Write(e.QR)
		return err
	})
}

// CodesPage is the data of page/codes.tmpl.
type CodesPage struct {
	web.Frame
	Codes  []string
	Action string // or "": nothing to confirm
	Back   string
	Leave  ui.Link
}

func (v *page) codesPage() error {
	return v.stage(signin.StageCodes, func(sealed string) error {
		codes, err := v.Door.Codes(sealed)
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, "codes", CodesPage{Frame: v.Frame("office.stage_codes"), Codes: codes, Action: v.Base + "/login/codes", Back: v.R.FormValue("back")})
	})
}

func (v *page) codesNoted() error {
	return v.answer(signin.StageCodes, func(sealed string) (string, signin.Stage, error) {
		return v.Door.Noted(v.Context(), sealed, v.giveDevice())
	}, func(_ string, err error) error { return err })
}
