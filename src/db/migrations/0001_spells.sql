-- Heads of spells. A deleted spell stays as a tombstone, so that its version numbers are never given again;
-- first_version is where its present life began.
CREATE TABLE spells (
  owner TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  search_text TEXT NOT NULL,
  version INTEGER NOT NULL,
  first_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (owner, id)
) WITHOUT ROWID;

CREATE INDEX spells_by_update ON spells (owner, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX spells_by_name ON spells (owner, name, updated_at DESC, id DESC) WHERE deleted_at IS NULL;

-- Every version that ever was, unchanged: runs are pinned to them. The head of a spell always has its row here.
CREATE TABLE spell_versions (
  owner TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (owner, id, version)
);
