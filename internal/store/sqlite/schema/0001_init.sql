-- Times are microseconds since 1970 (0: none); JSON and IDs are text; truth
-- values are 0 and 1. Every key of a tenant's table begins with tenant_id.

-- Service tables belong to no tenant.
CREATE TABLE tenants (
	id         INTEGER NOT NULL,
	slug       TEXT NOT NULL,
	code       TEXT NOT NULL,
	name       TEXT NOT NULL,
	kana       TEXT NOT NULL,
	kind       TEXT NOT NULL,
	prefecture TEXT NOT NULL,
	parent_id  INTEGER NOT NULL,
	host       TEXT,
	settings   TEXT NOT NULL,
	active     INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	CONSTRAINT tenants_pkey PRIMARY KEY (id),
	CONSTRAINT tenants_slug_key UNIQUE (slug),
	CONSTRAINT tenants_host_key UNIQUE (host)
) STRICT;
CREATE TABLE installation_values (
	name  TEXT NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT installation_values_pkey PRIMARY KEY (name)
) STRICT;
CREATE TABLE leases (
	name        TEXT NOT NULL,
	holder      TEXT NOT NULL,
	lease_until INTEGER NOT NULL,
	CONSTRAINT leases_pkey PRIMARY KEY (name)
) STRICT;

-- What residents send.
CREATE TABLE applications (
	tenant_id       INTEGER NOT NULL,
	id              TEXT NOT NULL,
	receipt_no      TEXT NOT NULL,
	procedure_id    TEXT NOT NULL,
	procedure_title TEXT NOT NULL,
	form_version    INTEGER NOT NULL,
	status          TEXT NOT NULL,
	section_id      TEXT NOT NULL,
	assignee_id     TEXT NOT NULL,
	answers         TEXT NOT NULL,
	facts           TEXT NOT NULL,
	name            TEXT NOT NULL,
	search_text     TEXT NOT NULL,
	mail            TEXT NOT NULL,
	lang            TEXT NOT NULL,
	submission_key  TEXT NOT NULL,
	code_generation INTEGER NOT NULL,
	browser         TEXT NOT NULL,
	return_request  TEXT NOT NULL,
	outcome         TEXT NOT NULL,
	copied_from     TEXT NOT NULL,
	unanswered      INTEGER NOT NULL,
	arrived_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	version         INTEGER NOT NULL,
	CONSTRAINT applications_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT applications_receipt_no_key UNIQUE (tenant_id, receipt_no),
	CONSTRAINT applications_submission_key_key UNIQUE (tenant_id, submission_key)
) STRICT;
CREATE INDEX applications_by_arrival ON applications (tenant_id, arrived_at, id);
CREATE INDEX applications_by_status ON applications (tenant_id, status, arrived_at, id);
CREATE INDEX applications_by_section ON applications (tenant_id, section_id, arrived_at, id);

CREATE TABLE history (
	tenant_id      INTEGER NOT NULL,
	id             TEXT NOT NULL,
	application_id TEXT NOT NULL,
	at             INTEGER NOT NULL,
	seq            INTEGER NOT NULL,
	act            TEXT NOT NULL,
	from_status    TEXT NOT NULL,
	to_status      TEXT NOT NULL,
	by_whom        TEXT NOT NULL,
	text           TEXT NOT NULL,
	fields         TEXT NOT NULL,
	CONSTRAINT history_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT history_application_fkey FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT;
CREATE INDEX history_by_application ON history (tenant_id, application_id, at, seq);

CREATE TABLE messages (
	tenant_id      INTEGER NOT NULL,
	id             TEXT NOT NULL,
	application_id TEXT NOT NULL,
	side           TEXT NOT NULL,
	author_id      TEXT NOT NULL,
	body           TEXT NOT NULL,
	at             INTEGER NOT NULL,
	answered_at    INTEGER NOT NULL,
	CONSTRAINT messages_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT messages_application_fkey FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT;
CREATE INDEX messages_by_application ON messages (tenant_id, application_id, at, id);

CREATE TABLE notes (
	tenant_id      INTEGER NOT NULL,
	id             TEXT NOT NULL,
	application_id TEXT NOT NULL,
	author_id      TEXT NOT NULL,
	author_name    TEXT NOT NULL,
	body           TEXT NOT NULL,
	at             INTEGER NOT NULL,
	CONSTRAINT notes_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT notes_application_fkey FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT;
CREATE INDEX notes_by_application ON notes (tenant_id, application_id, at, id);

CREATE TABLE presences (
	tenant_id      INTEGER NOT NULL,
	application_id TEXT NOT NULL,
	member_id      TEXT NOT NULL,
	name           TEXT NOT NULL,
	at             INTEGER NOT NULL,
	CONSTRAINT presences_pkey PRIMARY KEY (tenant_id, application_id, member_id),
	CONSTRAINT presences_application_fkey FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT;

CREATE TABLE drafts (
	tenant_id       INTEGER NOT NULL,
	id              TEXT NOT NULL,
	procedure_id    TEXT NOT NULL,
	form_version    INTEGER NOT NULL,
	mail            TEXT NOT NULL,
	lang            TEXT NOT NULL,
	browser         TEXT NOT NULL,
	submission_key  TEXT NOT NULL,
	answers         TEXT NOT NULL,
	done            TEXT NOT NULL,
	corrects        TEXT NOT NULL,
	corrects_seen   INTEGER NOT NULL,
	copied_from     TEXT NOT NULL,
	submitted_as    TEXT NOT NULL,
	terms_agreed_at INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	expires_at      INTEGER NOT NULL,
	version         INTEGER NOT NULL,
	CONSTRAINT drafts_pkey PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX drafts_by_end ON drafts (tenant_id, expires_at, id);

CREATE TABLE attachments (
	tenant_id      INTEGER NOT NULL,
	id             TEXT NOT NULL,
	draft_id       TEXT,
	application_id TEXT,
	field          TEXT NOT NULL,
	reply          INTEGER NOT NULL,
	name           TEXT NOT NULL,
	type           TEXT NOT NULL,
	size_bytes     INTEGER NOT NULL,
	sha256         TEXT NOT NULL,
	blob           TEXT NOT NULL,
	member_id      TEXT NOT NULL,
	created_at     INTEGER NOT NULL,
	CONSTRAINT attachments_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT attachments_draft_fkey FOREIGN KEY (tenant_id, draft_id) REFERENCES drafts (tenant_id, id),
	CONSTRAINT attachments_application_fkey FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT;
CREATE INDEX attachments_by_draft ON attachments (tenant_id, draft_id);
CREATE INDEX attachments_by_application ON attachments (tenant_id, application_id);
CREATE INDEX attachments_by_blob ON attachments (tenant_id, blob);

CREATE TABLE confirmations (
	tenant_id    INTEGER NOT NULL,
	id           TEXT NOT NULL,
	purpose      TEXT NOT NULL,
	procedure_id TEXT NOT NULL,
	draft_id     TEXT NOT NULL,
	about        TEXT NOT NULL,
	mail         TEXT NOT NULL,
	lang         TEXT NOT NULL,
	token_hash   TEXT NOT NULL,
	code_hash    TEXT NOT NULL,
	browser      TEXT NOT NULL,
	network      TEXT NOT NULL,
	tries        INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	used_at      INTEGER NOT NULL,
	replaced_at  INTEGER NOT NULL,
	version      INTEGER NOT NULL,
	CONSTRAINT confirmations_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT confirmations_token_hash_key UNIQUE (tenant_id, token_hash)
) STRICT;
CREATE INDEX confirmations_by_making ON confirmations (tenant_id, created_at);
CREATE INDEX confirmations_by_end ON confirmations (tenant_id, expires_at, id);

-- What a body publishes.
CREATE TABLE published_versions (
	tenant_id INTEGER NOT NULL,
	version   INTEGER NOT NULL,
	CONSTRAINT published_versions_pkey PRIMARY KEY (tenant_id)
) STRICT;

CREATE TABLE procedures (
	tenant_id    INTEGER NOT NULL,
	id           TEXT NOT NULL,
	title        TEXT NOT NULL,
	section_id   TEXT NOT NULL,
	published    INTEGER NOT NULL,
	opens_at     INTEGER NOT NULL,
	closes_at    INTEGER NOT NULL,
	form_version INTEGER NOT NULL,
	detail       TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	version      INTEGER NOT NULL,
	CONSTRAINT procedures_pkey PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE forms (
	tenant_id    INTEGER NOT NULL,
	procedure_id TEXT NOT NULL,
	version      INTEGER NOT NULL,
	definition   TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	created_by   TEXT NOT NULL,
	CONSTRAINT forms_pkey PRIMARY KEY (tenant_id, procedure_id, version),
	CONSTRAINT forms_procedure_fkey FOREIGN KEY (tenant_id, procedure_id) REFERENCES procedures (tenant_id, id)
) STRICT;

CREATE TABLE paper_forms (
	tenant_id    INTEGER NOT NULL,
	id           TEXT NOT NULL,
	title        TEXT NOT NULL,
	procedure_id TEXT NOT NULL,
	category     TEXT NOT NULL,
	revision     TEXT NOT NULL,
	file_name    TEXT NOT NULL,
	type         TEXT NOT NULL,
	size_bytes   INTEGER NOT NULL,
	sha256       TEXT NOT NULL,
	blob         TEXT NOT NULL,
	published    INTEGER NOT NULL,
	downloads    INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	version      INTEGER NOT NULL,
	CONSTRAINT paper_forms_pkey PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX paper_forms_by_blob ON paper_forms (tenant_id, blob);

CREATE TABLE notices (
	tenant_id  INTEGER NOT NULL,
	id         TEXT NOT NULL,
	title      TEXT NOT NULL,
	body       TEXT NOT NULL,
	shown_from INTEGER NOT NULL,
	shown_to   INTEGER NOT NULL,
	added      TEXT NOT NULL,
	published  INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	CONSTRAINT notices_pkey PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE banners (
	tenant_id  INTEGER NOT NULL,
	title      TEXT NOT NULL,
	text       TEXT NOT NULL,
	link       TEXT NOT NULL,
	link_text  TEXT NOT NULL,
	shown_from INTEGER NOT NULL,
	shown_to   INTEGER NOT NULL,
	is_on      INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	CONSTRAINT banners_pkey PRIMARY KEY (tenant_id)
) STRICT;

CREATE TABLE pages (
	tenant_id  INTEGER NOT NULL,
	name       TEXT NOT NULL,
	title      TEXT NOT NULL,
	body       TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	CONSTRAINT pages_pkey PRIMARY KEY (tenant_id, name)
) STRICT;

CREATE TABLE sections (
	tenant_id INTEGER NOT NULL,
	id        TEXT NOT NULL,
	name      TEXT NOT NULL,
	phone     TEXT NOT NULL,
	mail      TEXT NOT NULL,
	hours     TEXT NOT NULL,
	version   INTEGER NOT NULL,
	CONSTRAINT sections_pkey PRIMARY KEY (tenant_id, id)
) STRICT;

-- Who works there.
CREATE TABLE members (
	tenant_id  INTEGER NOT NULL,
	id         TEXT NOT NULL,
	login      TEXT NOT NULL,
	name       TEXT NOT NULL,
	roles      TEXT NOT NULL,
	sections   TEXT NOT NULL,
	disabled   INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	CONSTRAINT members_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT members_login_key UNIQUE (tenant_id, login)
) STRICT;

CREATE TABLE credentials (
	tenant_id     INTEGER NOT NULL,
	member_id     TEXT NOT NULL,
	password_hash TEXT NOT NULL,
	totp_secret   TEXT NOT NULL,
	last_step     INTEGER NOT NULL,
	recovery      TEXT NOT NULL,
	failures      INTEGER NOT NULL,
	retry_at      INTEGER NOT NULL,
	must_change   INTEGER NOT NULL,
	version       INTEGER NOT NULL,
	CONSTRAINT credentials_pkey PRIMARY KEY (tenant_id, member_id),
	CONSTRAINT credentials_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id)
) STRICT;

CREATE TABLE preferences (
	tenant_id INTEGER NOT NULL,
	member_id TEXT NOT NULL,
	name      TEXT NOT NULL,
	value     TEXT NOT NULL,
	CONSTRAINT preferences_pkey PRIMARY KEY (tenant_id, member_id, name),
	CONSTRAINT preferences_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id)
) STRICT;

CREATE TABLE devices (
	tenant_id  INTEGER NOT NULL,
	id         TEXT NOT NULL,
	member_id  TEXT NOT NULL,
	name       TEXT NOT NULL,
	token_hash TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	seen_at    INTEGER NOT NULL,
	blocked_at INTEGER NOT NULL,
	CONSTRAINT devices_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT devices_token_hash_key UNIQUE (tenant_id, token_hash),
	CONSTRAINT devices_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id)
) STRICT;
CREATE INDEX devices_by_member ON devices (tenant_id, member_id, seen_at);

CREATE TABLE sessions (
	tenant_id    INTEGER NOT NULL,
	id           TEXT NOT NULL,
	token_hash   TEXT NOT NULL,
	member_id    TEXT NOT NULL,
	device_id    TEXT NOT NULL,
	acting       INTEGER NOT NULL,
	addr         TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	last_seen_at INTEGER NOT NULL,
	ends_at      INTEGER NOT NULL,
	ended_at     INTEGER NOT NULL,
	ended_by     TEXT NOT NULL,
	CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT sessions_token_hash_key UNIQUE (tenant_id, token_hash),
	CONSTRAINT sessions_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id)
) STRICT;
CREATE INDEX sessions_by_member ON sessions (tenant_id, member_id, created_at);
CREATE INDEX sessions_by_device ON sessions (tenant_id, device_id);

-- What a transaction leaves behind. Audit rows outlive what they tell of, so
-- they refer to nothing.
CREATE TABLE audit_entries (
	tenant_id  INTEGER NOT NULL,
	id         TEXT NOT NULL,
	at         INTEGER NOT NULL,
	seq        INTEGER NOT NULL,
	actor      TEXT NOT NULL,
	session_id TEXT NOT NULL,
	device_id  TEXT NOT NULL,
	act        TEXT NOT NULL,
	object     TEXT NOT NULL,
	detail     TEXT NOT NULL,
	CONSTRAINT audit_entries_pkey PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX audit_entries_by_time ON audit_entries (tenant_id, at, id);
CREATE INDEX audit_entries_by_object ON audit_entries (tenant_id, object, at, seq);

CREATE TABLE audit_views (
	tenant_id      INTEGER NOT NULL,
	id             TEXT NOT NULL,
	at             INTEGER NOT NULL,
	seq            INTEGER NOT NULL,
	member         TEXT NOT NULL,
	session_id     TEXT NOT NULL,
	device_id      TEXT NOT NULL,
	addr           TEXT NOT NULL,
	what           TEXT NOT NULL,
	application_id TEXT NOT NULL,
	file_id        TEXT NOT NULL,
	CONSTRAINT audit_views_pkey PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX audit_views_by_application ON audit_views (tenant_id, application_id, at, seq);

CREATE TABLE outbox (
	tenant_id   INTEGER NOT NULL,
	id          TEXT NOT NULL,
	channel     TEXT NOT NULL,
	recipient   TEXT NOT NULL,
	template    TEXT NOT NULL,
	args        TEXT NOT NULL,
	lang        TEXT NOT NULL,
	about       TEXT NOT NULL,
	state       TEXT NOT NULL,
	due_at      INTEGER NOT NULL,
	attempts    INTEGER NOT NULL,
	holder      TEXT NOT NULL,
	lease_until INTEGER NOT NULL,
	last_error  TEXT NOT NULL,
	created_at  INTEGER NOT NULL,
	sent_at     INTEGER NOT NULL,
	CONSTRAINT outbox_pkey PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (tenant_id, due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_failed ON outbox (tenant_id, created_at, id) WHERE state = 'failed';
CREATE INDEX outbox_by_about ON outbox (tenant_id, about, created_at);

CREATE TABLE counters (
	tenant_id INTEGER NOT NULL,
	name      TEXT NOT NULL,
	taken     INTEGER NOT NULL,
	CONSTRAINT counters_pkey PRIMARY KEY (tenant_id, name)
) STRICT;

CREATE TABLE secrets (
	tenant_id INTEGER NOT NULL,
	name      TEXT NOT NULL,
	value     TEXT NOT NULL,
	CONSTRAINT secrets_pkey PRIMARY KEY (tenant_id, name)
) STRICT;
