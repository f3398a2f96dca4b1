-- What is known of mail: mails that were sent, addresses that mail came back
-- from, mails that arrived, and how many of each there were.
CREATE TABLE sent_mails (
	tenant_id     BIGINT NOT NULL,
	code          TEXT COLLATE "C" NOT NULL,
	message_id    TEXT COLLATE "C" NOT NULL,
	template      TEXT COLLATE "C" NOT NULL,
	subject       TEXT COLLATE "C" NOT NULL,
	lang          TEXT COLLATE "C" NOT NULL,
	about         TEXT COLLATE "C" NOT NULL,
	sender        TEXT COLLATE "C" NOT NULL,
	receiver      TEXT COLLATE "C" NOT NULL,
	address       TEXT COLLATE "C" NOT NULL,
	sent_at       BIGINT NOT NULL,
	asked         BIGINT NOT NULL,
	last_asked_at BIGINT NOT NULL,
	revoked_at    BIGINT NOT NULL,
	bounced_at    BIGINT NOT NULL,
	status        TEXT COLLATE "C" NOT NULL,
	CONSTRAINT sent_mails_pkey PRIMARY KEY (tenant_id, code)
);
CREATE INDEX sent_mails_by_time ON sent_mails (tenant_id, sent_at, code);
CREATE INDEX sent_mails_by_about ON sent_mails (tenant_id, about, sent_at);

CREATE TABLE suppressions (
	tenant_id BIGINT NOT NULL,
	address   TEXT COLLATE "C" NOT NULL,
	status    TEXT COLLATE "C" NOT NULL,
	since     BIGINT NOT NULL,
	until_at  BIGINT NOT NULL,
	CONSTRAINT suppressions_pkey PRIMARY KEY (tenant_id, address)
);

CREATE TABLE arrivals (
	tenant_id  BIGINT NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	kind       TEXT COLLATE "C" NOT NULL,
	code       TEXT COLLATE "C" NOT NULL,
	blob       TEXT COLLATE "C" NOT NULL,
	sha256     TEXT COLLATE "C" NOT NULL,
	size_bytes BIGINT NOT NULL,
	envelope   TEXT COLLATE "C" NOT NULL,
	state      TEXT COLLATE "C" NOT NULL,
	attempts   BIGINT NOT NULL,
	arrived_at BIGINT NOT NULL,
	outcome    TEXT COLLATE "C" NOT NULL,
	rules      TEXT COLLATE "C" NOT NULL,
	judged_at  BIGINT NOT NULL,
	CONSTRAINT arrivals_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT arrivals_sha256_key UNIQUE (tenant_id, sha256, kind, code)
);
CREATE INDEX arrivals_waiting ON arrivals (tenant_id, arrived_at, id) WHERE state = 'waiting';
CREATE INDEX arrivals_by_time ON arrivals (tenant_id, arrived_at, id);
CREATE INDEX arrivals_by_blob ON arrivals (tenant_id, blob);

CREATE TABLE mail_counts (
	tenant_id BIGINT NOT NULL,
	day       TEXT COLLATE "C" NOT NULL,
	kind      TEXT COLLATE "C" NOT NULL,
	outcome   TEXT COLLATE "C" NOT NULL,
	n         BIGINT NOT NULL,
	CONSTRAINT mail_counts_pkey PRIMARY KEY (tenant_id, day, kind, outcome)
);
ALTER TABLE sent_mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE sent_mails FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON sent_mails USING (tenant_id = current_setting('app.tenant_id')::bigint);
ALTER TABLE suppressions ENABLE ROW LEVEL SECURITY;
ALTER TABLE suppressions FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON suppressions USING (tenant_id = current_setting('app.tenant_id')::bigint);
ALTER TABLE arrivals ENABLE ROW LEVEL SECURITY;
ALTER TABLE arrivals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON arrivals USING (tenant_id = current_setting('app.tenant_id')::bigint);
ALTER TABLE mail_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON mail_counts USING (tenant_id = current_setting('app.tenant_id')::bigint);
