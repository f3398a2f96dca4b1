package staff

// A Role is what a member does in the office.
type Role string

// The roles. JointAdmin is a prefecture's administrator of its municipalities;
// Operator runs the installation. Neither sees an application's contents.
const (
	Clerk      Role = "clerk"       // 受付
	Examiner   Role = "examiner"    // 審査
	Editor     Role = "editor"      // 編集
	Admin      Role = "admin"       // 団体管理者
	JointAdmin Role = "joint_admin" // 共同運営管理者
	Operator   Role = "operator"    // 運用者
)

// Roles lists every role in the order in which the office shows them.
var Roles = []Role{Clerk, Examiner, Editor, Admin, JointAdmin, Operator}

// crossesTenants reports whether the role works outside its own tenant.
func (r Role) crossesTenants() bool { return r == JointAdmin || r == Operator }

// A Permission is one sort of act in the office.
type Permission string

// The permissions: what each verb of the office asks for.
const (
	ListCases      Permission = "list_cases"
	OpenCase       Permission = "open_case" // contents, files, print
	AcceptCase     Permission = "accept_case"
	ReturnCase     Permission = "return_case"
	CompleteCase   Permission = "complete_case"
	RejectCase     Permission = "reject_case"
	AssignCase     Permission = "assign_case"
	ReplyCase      Permission = "reply_case" // messages and reply files
	NoteCase       Permission = "note_case"
	SeeAllSections Permission = "see_all_sections"

	EditProcedures Permission = "edit_procedures"
	PublishForms   Permission = "publish_forms"
	EditNotices    Permission = "edit_notices"
	EditPages      Permission = "edit_pages" // contacts, standing pages, paper forms

	ManageStaff    Permission = "manage_staff"
	ManageSections Permission = "manage_sections"
	EndSessions    Permission = "end_sessions"
	ReadAudit      Permission = "read_audit"
	SeeUndelivered Permission = "see_undelivered"

	SwitchTenant  Permission = "switch_tenant"
	ManageTenants Permission = "manage_tenants"
)

// Permissions says which roles have which permission. It is the only place
// that does; a test checks that every permission is held by someone.
var Permissions = map[Permission][]Role{
	ListCases:      {Clerk, Examiner},
	OpenCase:       {Clerk, Examiner},
	AcceptCase:     {Clerk, Examiner},
	ReturnCase:     {Clerk, Examiner},
	CompleteCase:   {Examiner},
	RejectCase:     {Examiner},
	AssignCase:     {Clerk, Examiner},
	ReplyCase:      {Clerk, Examiner},
	NoteCase:       {Clerk, Examiner},
	SeeAllSections: {Admin, JointAdmin, Operator},

	EditProcedures: {Editor, Admin},
	PublishForms:   {Editor, Admin},
	EditNotices:    {Editor, Admin, JointAdmin},
	EditPages:      {Editor, Admin, JointAdmin},

	ManageStaff:    {Admin, JointAdmin, Operator},
	ManageSections: {Admin, JointAdmin},
	EndSessions:    {Admin, JointAdmin, Operator},
	ReadAudit:      {Admin, Operator},
	SeeUndelivered: {Clerk, Examiner, Admin},

	SwitchTenant:  {JointAdmin, Operator},
	ManageTenants: {Operator},
}
