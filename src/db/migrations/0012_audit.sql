-- What was done in a user's name, for a while. Rows are added, never changed, and go when they are of age.
CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  target TEXT,
  detail TEXT
) WITHOUT ROWID;
CREATE INDEX audit_users ON audit (user_id, id);
CREATE INDEX audit_actions ON audit (user_id, action, at);
CREATE INDEX audit_ages ON audit (at);

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is not changed');
END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit WHEN old.at > (unixepoch() - 90 * 86400) * 1000 BEGIN
  SELECT RAISE(ABORT, 'the audit log is kept for 90 days');
END;
