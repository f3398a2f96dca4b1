-- Foreign keys are named and added alone: on Citus the tables are distributed
-- between the first file and this one.
ALTER TABLE history ADD CONSTRAINT history_application_fkey
	FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id);
ALTER TABLE messages ADD CONSTRAINT messages_application_fkey
	FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id);
ALTER TABLE notes ADD CONSTRAINT notes_application_fkey
	FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id);
ALTER TABLE presences ADD CONSTRAINT presences_application_fkey
	FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id);
ALTER TABLE attachments ADD CONSTRAINT attachments_draft_fkey
	FOREIGN KEY (tenant_id, draft_id) REFERENCES drafts (tenant_id, id);
ALTER TABLE attachments ADD CONSTRAINT attachments_application_fkey
	FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id);
ALTER TABLE forms ADD CONSTRAINT forms_procedure_fkey
	FOREIGN KEY (tenant_id, procedure_id) REFERENCES procedures (tenant_id, id);
ALTER TABLE credentials ADD CONSTRAINT credentials_member_fkey
	FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id);
ALTER TABLE preferences ADD CONSTRAINT preferences_member_fkey
	FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id);
ALTER TABLE devices ADD CONSTRAINT devices_member_fkey
	FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id);
ALTER TABLE sessions ADD CONSTRAINT sessions_member_fkey
	FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id);
