-- Which actor the addresses of a runner's webhooks lead to; the id is known by its hash alone.
CREATE TABLE hooks (
  id_hash TEXT PRIMARY KEY,
  runner TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
