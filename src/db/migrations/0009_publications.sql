-- Spells that others may run, each at the version, and with the versions of its sub-spells (uses, JSON), that it was published with.
CREATE TABLE publications (
  public_id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  spell_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  uses TEXT NOT NULL,
  share TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  UNIQUE (owner, spell_id)
) WITHOUT ROWID;
