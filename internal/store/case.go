package store

import (
	"context"
	"time"

	"madoguchi/internal/application"
	"madoguchi/internal/outbox"
	"madoguchi/internal/procedure"
	"madoguchi/internal/staff"
)

// Applications are the submitted applications of the tenant.
type Applications interface {
	// InsertApplication keeps a new application. Conflict: its ID, receipt
	// number or submission key exists.
	InsertApplication(ctx context.Context, a *application.Application) error
	// SaveApplication writes a if its version is still a.Version, then raises
	// it and sets UpdatedAt to Now.
	SaveApplication(ctx context.Context, a *application.Application) error
	Application(ctx context.Context, id application.ID) (*application.Application, error)
	ApplicationByReceiptNo(ctx context.Context, no string) (*application.Application, error)
	// ApplicationBySubmissionKey finds what a draft was submitted as.
	ApplicationBySubmissionKey(ctx context.Context, key string) (*application.Application, error)
	// ListApplications returns the rows that f chooses, in f.Page's order.
	ListApplications(ctx context.Context, f application.Filter) ([]application.Summary, error)
	// CountApplications counts them by status, ignoring f.Statuses and f.Page.
	CountApplications(ctx context.Context, f application.Filter) (map[application.Status]int, error)

	AddHistory(ctx context.Context, h application.HistoryEntry) error
	// History returns the entries of one application, oldest first.
	History(ctx context.Context, id application.ID) ([]application.HistoryEntry, error)

	// SetPresence notes that a member has the application open at Presence.At.
	SetPresence(ctx context.Context, id application.ID, p application.Presence) error
	// Presences returns who has had it open since then, the latest first.
	Presences(ctx context.Context, id application.ID, since time.Time) ([]application.Presence, error)
}

// Attachments are the rows that name uploaded files. The files are blobs.
type Attachments interface {
	InsertAttachment(ctx context.Context, f application.Attachment) error
	Attachment(ctx context.Context, id string) (application.Attachment, error)
	DraftAttachments(ctx context.Context, id application.DraftID) ([]application.Attachment, error)
	// ApplicationAttachments returns the applicant's files and the replies, oldest first.
	ApplicationAttachments(ctx context.Context, id application.ID) ([]application.Attachment, error)
	// GiveAttachment moves a draft's file to an application.
	GiveAttachment(ctx context.Context, id string, to application.ID) error
	DeleteAttachment(ctx context.Context, id string) error
	// NamedBlobs returns those of keys that a row of this tenant names, paper forms and arrived mails included.
	NamedBlobs(ctx context.Context, keys []string) (map[string]bool, error)
}

// Conversations are messages between applicant and section, and internal notes.
type Conversations interface {
	InsertMessage(ctx context.Context, m application.Message) error
	// Messages returns those of one application, oldest first.
	Messages(ctx context.Context, id application.ID) ([]application.Message, error)
	// AnswerMessages marks every unanswered message of the applicant as answered at Now.
	AnswerMessages(ctx context.Context, id application.ID) error
	InsertNote(ctx context.Context, n application.Note) error
	Notes(ctx context.Context, id application.ID) ([]application.Note, error)
}

// Drafts are applications that are being filled in.
type Drafts interface {
	InsertDraft(ctx context.Context, d *application.Draft) error
	// SaveDraft writes d if its version is still d.Version, then raises it
	// and sets UpdatedAt to Now.
	SaveDraft(ctx context.Context, d *application.Draft) error
	Draft(ctx context.Context, id application.DraftID) (*application.Draft, error)
	// ExpiredDrafts returns the IDs of at most limit drafts that end before at.
	ExpiredDrafts(ctx context.Context, at time.Time, limit int) ([]application.DraftID, error)
	// DeleteDraft removes a draft and the rows of the files that it still has.
	DeleteDraft(ctx context.Context, id application.DraftID) error
}

// Confirmations are mail addresses that wait to be confirmed.
type Confirmations interface {
	InsertConfirmation(ctx context.Context, c *application.Confirmation) error
	// SaveConfirmation writes c if its version is still c.Version, then raises it.
	SaveConfirmation(ctx context.Context, c *application.Confirmation) error
	Confirmation(ctx context.Context, id string) (*application.Confirmation, error)
	ConfirmationByToken(ctx context.Context, tokenHash string) (*application.Confirmation, error)
	// CountConfirmations counts those asked since then: for the address, from
	// the network, and in the whole tenant.
	CountConfirmations(ctx context.Context, mail, network string, since time.Time) (byMail, byNetwork, all int, err error)
	// DeleteConfirmations removes at most limit that ended before at.
	DeleteConfirmations(ctx context.Context, at time.Time, limit int) (int, error)
}

// Outbox holds messages until they are sent.
type Outbox interface {
	Enqueue(ctx context.Context, m outbox.Message) error
	// ClaimMessages leases at most limit messages that are due at now and
	// that nobody holds, for holder until the time until.
	ClaimMessages(ctx context.Context, holder string, now, until time.Time, limit int) ([]outbox.Message, error)
	// MessageSent marks a message that holder leased as sent and empties its arguments.
	MessageSent(ctx context.Context, id, holder string, at time.Time) error
	// MessageFailed counts a failure of a leased message: it is due again at
	// due, or given up when due is zero.
	MessageFailed(ctx context.Context, id, holder, reason string, due time.Time) error
	// MessagesAbout returns the messages about one object, oldest first, without arguments.
	MessagesAbout(ctx context.Context, about string) ([]outbox.Message, error)
	// FailedMessages returns the newest messages that were given up, without arguments.
	FailedMessages(ctx context.Context, limit int) ([]outbox.Message, error)
}

// Numbers are the tenant's counters and secrets.
type Numbers interface {
	// TakeNumbers takes size numbers of the named counter, which begins at 1,
	// and returns the first of them. Gaps are harmless, repetition is not.
	TakeNumbers(ctx context.Context, counter string, size int64) (first int64, err error)
	// SecretOnce keeps secret under name unless one is there, and returns what holds then.
	SecretOnce(ctx context.Context, name string, secret []byte) ([]byte, error)
}

// Procedures are what the body offers. Every method that writes here, in
// Notices or in Staff's sections raises the tenant's counter of published
// changes, by which catalogues notice.
type Procedures interface {
	InsertProcedure(ctx context.Context, p *procedure.Procedure) error
	// SaveProcedure writes p if its version is still p.Version, then raises it
	// and sets UpdatedAt to Now.
	SaveProcedure(ctx context.Context, p *procedure.Procedure) error
	Procedure(ctx context.Context, id procedure.ID) (*procedure.Procedure, error)
	// Procedures returns all of them, published or not, by ID.
	Procedures(ctx context.Context) ([]procedure.Procedure, error)

	// InsertForm keeps a new version. Conflict: that version exists. A version
	// is never changed.
	InsertForm(ctx context.Context, f procedure.Form) error
	Form(ctx context.Context, p procedure.ID, version int) (procedure.Form, error)
	// FormVersions returns every version of a procedure's form without its definition, newest first.
	FormVersions(ctx context.Context, p procedure.ID) ([]procedure.Form, error)

	InsertPaperForm(ctx context.Context, f *procedure.PaperForm) error
	SavePaperForm(ctx context.Context, f *procedure.PaperForm) error
	PaperForm(ctx context.Context, id string) (*procedure.PaperForm, error)
	PaperForms(ctx context.Context) ([]procedure.PaperForm, error)
	DeletePaperForm(ctx context.Context, id string) error
	// CountDownload adds one to a paper form's downloads; nothing else changes.
	CountDownload(ctx context.Context, id string) error
}

// Staff are the members, their credentials and sections.
type Staff interface {
	InsertMember(ctx context.Context, m *staff.Member) error
	SaveMember(ctx context.Context, m *staff.Member) error
	Member(ctx context.Context, id staff.ID) (*staff.Member, error)
	MemberByLogin(ctx context.Context, login string) (*staff.Member, error)
	Members(ctx context.Context) ([]staff.Member, error)

	InsertCredential(ctx context.Context, c *staff.Credential) error
	// SaveCredential writes c if its version is still c.Version, then raises it.
	SaveCredential(ctx context.Context, c *staff.Credential) error
	Credential(ctx context.Context, member staff.ID) (*staff.Credential, error)

	InsertSection(ctx context.Context, s *staff.Section) error
	SaveSection(ctx context.Context, s *staff.Section) error
	Sections(ctx context.Context) ([]staff.Section, error)

	// Preference returns what the member chose under name, or "".
	Preference(ctx context.Context, member staff.ID, name string) (string, error)
	SetPreference(ctx context.Context, member staff.ID, name, value string) error
}
