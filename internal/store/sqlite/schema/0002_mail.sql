-- What is known of mail: mails that were sent, addresses that mail came back
-- from, mails that arrived, and how many of each there were.
CREATE TABLE sent_mails (
	tenant_id     INTEGER NOT NULL,
	code          TEXT NOT NULL,
	message_id    TEXT NOT NULL,
	template      TEXT NOT NULL,
	subject       TEXT NOT NULL,
	lang          TEXT NOT NULL,
	about         TEXT NOT NULL,
	sender        TEXT NOT NULL,
	receiver      TEXT NOT NULL,
	address       TEXT NOT NULL,
	sent_at       INTEGER NOT NULL,
	asked         INTEGER NOT NULL,
	last_asked_at INTEGER NOT NULL,
	revoked_at    INTEGER NOT NULL,
	bounced_at    INTEGER NOT NULL,
	status        TEXT NOT NULL,
	CONSTRAINT sent_mails_pkey PRIMARY KEY (tenant_id, code)
) STRICT;
CREATE INDEX sent_mails_by_time ON sent_mails (tenant_id, sent_at, code);
CREATE INDEX sent_mails_by_about ON sent_mails (tenant_id, about, sent_at);

CREATE TABLE suppressions (
	tenant_id INTEGER NOT NULL,
	address   TEXT NOT NULL,
	status    TEXT NOT NULL,
	since     INTEGER NOT NULL,
	until_at  INTEGER NOT NULL,
	CONSTRAINT suppressions_pkey PRIMARY KEY (tenant_id, address)
) STRICT;

CREATE TABLE arrivals (
	tenant_id  INTEGER NOT NULL,
	id         TEXT NOT NULL,
	kind       TEXT NOT NULL,
	code       TEXT NOT NULL,
	blob       TEXT NOT NULL,
	sha256     TEXT NOT NULL,
	size_bytes INTEGER NOT NULL,
	envelope   TEXT NOT NULL,
	state      TEXT NOT NULL,
	attempts   INTEGER NOT NULL,
	arrived_at INTEGER NOT NULL,
	outcome    TEXT NOT NULL,
	rules      TEXT NOT NULL,
	judged_at  INTEGER NOT NULL,
	CONSTRAINT arrivals_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT arrivals_sha256_key UNIQUE (tenant_id, sha256, kind, code)
) STRICT;
CREATE INDEX arrivals_waiting ON arrivals (tenant_id, arrived_at, id) WHERE state = 'waiting';
CREATE INDEX arrivals_by_time ON arrivals (tenant_id, arrived_at, id);
CREATE INDEX arrivals_by_blob ON arrivals (tenant_id, blob);

CREATE TABLE mail_counts (
	tenant_id INTEGER NOT NULL,
	day       TEXT NOT NULL,
	kind      TEXT NOT NULL,
	outcome   TEXT NOT NULL,
	n         INTEGER NOT NULL,
	CONSTRAINT mail_counts_pkey PRIMARY KEY (tenant_id, day, kind, outcome)
) STRICT;
