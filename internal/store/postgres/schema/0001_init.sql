-- Times are microseconds since 1970 (0: none); JSON and IDs are text; truth
-- values are 0 and 1. Every key of a tenant's table begins with tenant_id, by
-- which Citus distributes. Text is compared by its bytes, as SQLite does.

-- Service tables belong to no tenant.
CREATE TABLE tenants (
	id         BIGINT NOT NULL,
	slug       TEXT COLLATE "C" NOT NULL,
	code       TEXT COLLATE "C" NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	kana       TEXT COLLATE "C" NOT NULL,
	kind       TEXT COLLATE "C" NOT NULL,
	prefecture TEXT COLLATE "C" NOT NULL,
	parent_id  BIGINT NOT NULL,
	host       TEXT COLLATE "C",
	settings   TEXT COLLATE "C" NOT NULL,
	active     BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	CONSTRAINT tenants_pkey PRIMARY KEY (id),
	CONSTRAINT tenants_slug_key UNIQUE (slug),
	CONSTRAINT tenants_host_key UNIQUE (host)
);
CREATE TABLE installation_values (
	name  TEXT COLLATE "C" NOT NULL,
	value TEXT COLLATE "C" NOT NULL,
	CONSTRAINT installation_values_pkey PRIMARY KEY (name)
);
CREATE TABLE leases (
	name        TEXT COLLATE "C" NOT NULL,
	holder      TEXT COLLATE "C" NOT NULL,
	lease_until BIGINT NOT NULL,
	CONSTRAINT leases_pkey PRIMARY KEY (name)
);

-- What residents send.
CREATE TABLE applications (
	tenant_id       BIGINT NOT NULL,
	id              TEXT COLLATE "C" NOT NULL,
	receipt_no      TEXT COLLATE "C" NOT NULL,
	procedure_id    TEXT COLLATE "C" NOT NULL,
	procedure_title TEXT COLLATE "C" NOT NULL,
	form_version    BIGINT NOT NULL,
	status          TEXT COLLATE "C" NOT NULL,
	section_id      TEXT COLLATE "C" NOT NULL,
	assignee_id     TEXT COLLATE "C" NOT NULL,
	answers         TEXT COLLATE "C" NOT NULL,
	facts           TEXT COLLATE "C" NOT NULL,
	name            TEXT COLLATE "C" NOT NULL,
	search_text     TEXT COLLATE "C" NOT NULL,
	mail            TEXT COLLATE "C" NOT NULL,
	lang            TEXT COLLATE "C" NOT NULL,
	submission_key  TEXT COLLATE "C" NOT NULL,
	code_generation BIGINT NOT NULL,
	browser         TEXT COLLATE "C" NOT NULL,
	return_request  TEXT COLLATE "C" NOT NULL,
	outcome         TEXT COLLATE "C" NOT NULL,
	copied_from     TEXT COLLATE "C" NOT NULL,
	unanswered      BIGINT NOT NULL,
	arrived_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	version         BIGINT NOT NULL,
	CONSTRAINT applications_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT applications_receipt_no_key UNIQUE (tenant_id, receipt_no),
	CONSTRAINT applications_submission_key_key UNIQUE (tenant_id, submission_key)
);
CREATE INDEX applications_by_arrival ON applications (tenant_id, arrived_at, id);
CREATE INDEX applications_by_status ON applications (tenant_id, status, arrived_at, id);
CREATE INDEX applications_by_section ON applications (tenant_id, section_id, arrived_at, id);

CREATE TABLE history (
	tenant_id      BIGINT NOT NULL,
	id             TEXT COLLATE "C" NOT NULL,
	application_id TEXT COLLATE "C" NOT NULL,
	at             BIGINT NOT NULL,
	seq            BIGINT NOT NULL,
	act            TEXT COLLATE "C" NOT NULL,
	from_status    TEXT COLLATE "C" NOT NULL,
	to_status      TEXT COLLATE "C" NOT NULL,
	by_whom        TEXT COLLATE "C" NOT NULL,
	text           TEXT COLLATE "C" NOT NULL,
	fields         TEXT COLLATE "C" NOT NULL,
	CONSTRAINT history_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX history_by_application ON history (tenant_id, application_id, at, seq);

CREATE TABLE messages (
	tenant_id      BIGINT NOT NULL,
	id             TEXT COLLATE "C" NOT NULL,
	application_id TEXT COLLATE "C" NOT NULL,
	side           TEXT COLLATE "C" NOT NULL,
	author_id      TEXT COLLATE "C" NOT NULL,
	body           TEXT COLLATE "C" NOT NULL,
	at             BIGINT NOT NULL,
	answered_at    BIGINT NOT NULL,
	CONSTRAINT messages_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX messages_by_application ON messages (tenant_id, application_id, at, id);

CREATE TABLE notes (
	tenant_id      BIGINT NOT NULL,
	id             TEXT COLLATE "C" NOT NULL,
	application_id TEXT COLLATE "C" NOT NULL,
	author_id      TEXT COLLATE "C" NOT NULL,
	author_name    TEXT COLLATE "C" NOT NULL,
	body           TEXT COLLATE "C" NOT NULL,
	at             BIGINT NOT NULL,
	CONSTRAINT notes_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX notes_by_application ON notes (tenant_id, application_id, at, id);

CREATE TABLE presences (
	tenant_id      BIGINT NOT NULL,
	application_id TEXT COLLATE "C" NOT NULL,
	member_id      TEXT COLLATE "C" NOT NULL,
	name           TEXT COLLATE "C" NOT NULL,
	at             BIGINT NOT NULL,
	CONSTRAINT presences_pkey PRIMARY KEY (tenant_id, application_id, member_id)
);

CREATE TABLE drafts (
	tenant_id       BIGINT NOT NULL,
	id              TEXT COLLATE "C" NOT NULL,
	procedure_id    TEXT COLLATE "C" NOT NULL,
	form_version    BIGINT NOT NULL,
	mail            TEXT COLLATE "C" NOT NULL,
	lang            TEXT COLLATE "C" NOT NULL,
	browser         TEXT COLLATE "C" NOT NULL,
	submission_key  TEXT COLLATE "C" NOT NULL,
	answers         TEXT COLLATE "C" NOT NULL,
	done            TEXT COLLATE "C" NOT NULL,
	corrects        TEXT COLLATE "C" NOT NULL,
	corrects_seen   BIGINT NOT NULL,
	copied_from     TEXT COLLATE "C" NOT NULL,
	submitted_as    TEXT COLLATE "C" NOT NULL,
	terms_agreed_at BIGINT NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	expires_at      BIGINT NOT NULL,
	version         BIGINT NOT NULL,
	CONSTRAINT drafts_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX drafts_by_end ON drafts (tenant_id, expires_at, id);

CREATE TABLE attachments (
	tenant_id      BIGINT NOT NULL,
	id             TEXT COLLATE "C" NOT NULL,
	draft_id       TEXT COLLATE "C",
	application_id TEXT COLLATE "C",
	field          TEXT COLLATE "C" NOT NULL,
	reply          BIGINT NOT NULL,
	name           TEXT COLLATE "C" NOT NULL,
	type           TEXT COLLATE "C" NOT NULL,
	size_bytes     BIGINT NOT NULL,
	sha256         TEXT COLLATE "C" NOT NULL,
	blob           TEXT COLLATE "C" NOT NULL,
	member_id      TEXT COLLATE "C" NOT NULL,
	created_at     BIGINT NOT NULL,
	CONSTRAINT attachments_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX attachments_by_draft ON attachments (tenant_id, draft_id);
CREATE INDEX attachments_by_application ON attachments (tenant_id, application_id);
CREATE INDEX attachments_by_blob ON attachments (tenant_id, blob);

CREATE TABLE confirmations (
	tenant_id    BIGINT NOT NULL,
	id           TEXT COLLATE "C" NOT NULL,
	purpose      TEXT COLLATE "C" NOT NULL,
	procedure_id TEXT COLLATE "C" NOT NULL,
	draft_id     TEXT COLLATE "C" NOT NULL,
	about        TEXT COLLATE "C" NOT NULL,
	mail         TEXT COLLATE "C" NOT NULL,
	lang         TEXT COLLATE "C" NOT NULL,
	token_hash   TEXT COLLATE "C" NOT NULL,
	code_hash    TEXT COLLATE "C" NOT NULL,
	browser      TEXT COLLATE "C" NOT NULL,
	network      TEXT COLLATE "C" NOT NULL,
	tries        BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	expires_at   BIGINT NOT NULL,
	used_at      BIGINT NOT NULL,
	replaced_at  BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	CONSTRAINT confirmations_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT confirmations_token_hash_key UNIQUE (tenant_id, token_hash)
);
CREATE INDEX confirmations_by_making ON confirmations (tenant_id, created_at);
CREATE INDEX confirmations_by_end ON confirmations (tenant_id, expires_at, id);

-- What a body publishes.
CREATE TABLE published_versions (
	tenant_id BIGINT NOT NULL,
	version   BIGINT NOT NULL,
	CONSTRAINT published_versions_pkey PRIMARY KEY (tenant_id)
);

CREATE TABLE procedures (
	tenant_id    BIGINT NOT NULL,
	id           TEXT COLLATE "C" NOT NULL,
	title        TEXT COLLATE "C" NOT NULL,
	section_id   TEXT COLLATE "C" NOT NULL,
	published    BIGINT NOT NULL,
	opens_at     BIGINT NOT NULL,
	closes_at    BIGINT NOT NULL,
	form_version BIGINT NOT NULL,
	detail       TEXT COLLATE "C" NOT NULL,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	CONSTRAINT procedures_pkey PRIMARY KEY (tenant_id, id)
);

CREATE TABLE forms (
	tenant_id    BIGINT NOT NULL,
	procedure_id TEXT COLLATE "C" NOT NULL,
	version      BIGINT NOT NULL,
	definition   TEXT COLLATE "C" NOT NULL,
	created_at   BIGINT NOT NULL,
	created_by   TEXT COLLATE "C" NOT NULL,
	CONSTRAINT forms_pkey PRIMARY KEY (tenant_id, procedure_id, version)
);

CREATE TABLE paper_forms (
	tenant_id    BIGINT NOT NULL,
	id           TEXT COLLATE "C" NOT NULL,
	title        TEXT COLLATE "C" NOT NULL,
	procedure_id TEXT COLLATE "C" NOT NULL,
	category     TEXT COLLATE "C" NOT NULL,
	revision     TEXT COLLATE "C" NOT NULL,
	file_name    TEXT COLLATE "C" NOT NULL,
	type         TEXT COLLATE "C" NOT NULL,
	size_bytes   BIGINT NOT NULL,
	sha256       TEXT COLLATE "C" NOT NULL,
	blob         TEXT COLLATE "C" NOT NULL,
	published    BIGINT NOT NULL,
	downloads    BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	CONSTRAINT paper_forms_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX paper_forms_by_blob ON paper_forms (tenant_id, blob);

CREATE TABLE notices (
	tenant_id  BIGINT NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	title      TEXT COLLATE "C" NOT NULL,
	body       TEXT COLLATE "C" NOT NULL,
	shown_from BIGINT NOT NULL,
	shown_to   BIGINT NOT NULL,
	added      TEXT COLLATE "C" NOT NULL,
	published  BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	CONSTRAINT notices_pkey PRIMARY KEY (tenant_id, id)
);

CREATE TABLE banners (
	tenant_id  BIGINT NOT NULL,
	title      TEXT COLLATE "C" NOT NULL,
	text       TEXT COLLATE "C" NOT NULL,
	link       TEXT COLLATE "C" NOT NULL,
	link_text  TEXT COLLATE "C" NOT NULL,
	shown_from BIGINT NOT NULL,
	shown_to   BIGINT NOT NULL,
	is_on      BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	CONSTRAINT banners_pkey PRIMARY KEY (tenant_id)
);

CREATE TABLE pages (
	tenant_id  BIGINT NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	title      TEXT COLLATE "C" NOT NULL,
	body       TEXT COLLATE "C" NOT NULL,
	updated_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	CONSTRAINT pages_pkey PRIMARY KEY (tenant_id, name)
);

CREATE TABLE sections (
	tenant_id BIGINT NOT NULL,
	id        TEXT COLLATE "C" NOT NULL,
	name      TEXT COLLATE "C" NOT NULL,
	phone     TEXT COLLATE "C" NOT NULL,
	mail      TEXT COLLATE "C" NOT NULL,
	hours     TEXT COLLATE "C" NOT NULL,
	version   BIGINT NOT NULL,
	CONSTRAINT sections_pkey PRIMARY KEY (tenant_id, id)
);

-- Who works there.
CREATE TABLE members (
	tenant_id  BIGINT NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	login      TEXT COLLATE "C" NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	roles      TEXT COLLATE "C" NOT NULL,
	sections   TEXT COLLATE "C" NOT NULL,
	disabled   BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	CONSTRAINT members_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT members_login_key UNIQUE (tenant_id, login)
);

CREATE TABLE credentials (
	tenant_id     BIGINT NOT NULL,
	member_id     TEXT COLLATE "C" NOT NULL,
	password_hash TEXT COLLATE "C" NOT NULL,
	totp_secret   TEXT COLLATE "C" NOT NULL,
	last_step     BIGINT NOT NULL,
	recovery      TEXT COLLATE "C" NOT NULL,
	failures      BIGINT NOT NULL,
	retry_at      BIGINT NOT NULL,
	must_change   BIGINT NOT NULL,
	version       BIGINT NOT NULL,
	CONSTRAINT credentials_pkey PRIMARY KEY (tenant_id, member_id)
);

CREATE TABLE preferences (
	tenant_id BIGINT NOT NULL,
	member_id TEXT COLLATE "C" NOT NULL,
	name      TEXT COLLATE "C" NOT NULL,
	value     TEXT COLLATE "C" NOT NULL,
	CONSTRAINT preferences_pkey PRIMARY KEY (tenant_id, member_id, name)
);

CREATE TABLE devices (
	tenant_id  BIGINT NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	member_id  TEXT COLLATE "C" NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	token_hash TEXT COLLATE "C" NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at    BIGINT NOT NULL,
	blocked_at BIGINT NOT NULL,
	CONSTRAINT devices_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT devices_token_hash_key UNIQUE (tenant_id, token_hash)
);
CREATE INDEX devices_by_member ON devices (tenant_id, member_id, seen_at);

CREATE TABLE sessions (
	tenant_id    BIGINT NOT NULL,
	id           TEXT COLLATE "C" NOT NULL,
	token_hash   TEXT COLLATE "C" NOT NULL,
	member_id    TEXT COLLATE "C" NOT NULL,
	device_id    TEXT COLLATE "C" NOT NULL,
	acting       BIGINT NOT NULL,
	addr         TEXT COLLATE "C" NOT NULL,
	created_at   BIGINT NOT NULL,
	last_seen_at BIGINT NOT NULL,
	ends_at      BIGINT NOT NULL,
	ended_at     BIGINT NOT NULL,
	ended_by     TEXT COLLATE "C" NOT NULL,
	CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT sessions_token_hash_key UNIQUE (tenant_id, token_hash)
);
CREATE INDEX sessions_by_member ON sessions (tenant_id, member_id, created_at);
CREATE INDEX sessions_by_device ON sessions (tenant_id, device_id);

-- What a transaction leaves behind. Audit rows outlive what they tell of, so
-- they refer to nothing.
CREATE TABLE audit_entries (
	tenant_id  BIGINT NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	at         BIGINT NOT NULL,
	seq        BIGINT NOT NULL,
	actor      TEXT COLLATE "C" NOT NULL,
	session_id TEXT COLLATE "C" NOT NULL,
	device_id  TEXT COLLATE "C" NOT NULL,
	act        TEXT COLLATE "C" NOT NULL,
	object     TEXT COLLATE "C" NOT NULL,
	detail     TEXT COLLATE "C" NOT NULL,
	CONSTRAINT audit_entries_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_entries_by_time ON audit_entries (tenant_id, at, id);
CREATE INDEX audit_entries_by_object ON audit_entries (tenant_id, object, at, seq);

CREATE TABLE audit_views (
	tenant_id      BIGINT NOT NULL,
	id             TEXT COLLATE "C" NOT NULL,
	at             BIGINT NOT NULL,
	seq            BIGINT NOT NULL,
	member         TEXT COLLATE "C" NOT NULL,
	session_id     TEXT COLLATE "C" NOT NULL,
	device_id      TEXT COLLATE "C" NOT NULL,
	addr           TEXT COLLATE "C" NOT NULL,
	what           TEXT COLLATE "C" NOT NULL,
	application_id TEXT COLLATE "C" NOT NULL,
	file_id        TEXT COLLATE "C" NOT NULL,
	CONSTRAINT audit_views_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_views_by_application ON audit_views (tenant_id, application_id, at, seq);

CREATE TABLE outbox (
	tenant_id   BIGINT NOT NULL,
	id          TEXT COLLATE "C" NOT NULL,
	channel     TEXT COLLATE "C" NOT NULL,
	recipient   TEXT COLLATE "C" NOT NULL,
	template    TEXT COLLATE "C" NOT NULL,
	args        TEXT COLLATE "C" NOT NULL,
	lang        TEXT COLLATE "C" NOT NULL,
	about       TEXT COLLATE "C" NOT NULL,
	state       TEXT COLLATE "C" NOT NULL,
	due_at      BIGINT NOT NULL,
	attempts    BIGINT NOT NULL,
	holder      TEXT COLLATE "C" NOT NULL,
	lease_until BIGINT NOT NULL,
	last_error  TEXT COLLATE "C" NOT NULL,
	created_at  BIGINT NOT NULL,
	sent_at     BIGINT NOT NULL,
	CONSTRAINT outbox_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_waiting ON outbox (tenant_id, due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_failed ON outbox (tenant_id, created_at, id) WHERE state = 'failed';
CREATE INDEX outbox_by_about ON outbox (tenant_id, about, created_at);

CREATE TABLE counters (
	tenant_id BIGINT NOT NULL,
	name      TEXT COLLATE "C" NOT NULL,
	taken     BIGINT NOT NULL,
	CONSTRAINT counters_pkey PRIMARY KEY (tenant_id, name)
);

CREATE TABLE secrets (
	tenant_id BIGINT NOT NULL,
	name      TEXT COLLATE "C" NOT NULL,
	value     TEXT COLLATE "C" NOT NULL,
	CONSTRAINT secrets_pkey PRIMARY KEY (tenant_id, name)
);
