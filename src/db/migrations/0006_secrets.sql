-- Users' secrets, sealed (platform/secret-box.ts): who reads the table has none of them.
CREATE TABLE secrets (
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, name)
) WITHOUT ROWID;
