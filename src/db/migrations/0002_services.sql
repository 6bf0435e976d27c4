-- Rows of the services: the whole of each as JSON, by its owner. Generated columns are what is asked for by an index. `seq` is the
-- order of creation, `rev` tells a row from what it was before.
CREATE TABLE entities (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  body TEXT NOT NULL,
  vector BLOB,
  type TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL,
  UNIQUE (user_id, id)
);
CREATE INDEX entities_types ON entities (user_id, type, seq);
CREATE INDEX entities_order ON entities (user_id, seq);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  body TEXT NOT NULL,
  vector BLOB,
  type TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL,
  channel TEXT GENERATED ALWAYS AS (json_extract(body, '$.channel')) VIRTUAL,
  date TEXT GENERATED ALWAYS AS (json_extract(body, '$.date')) VIRTUAL,
  UNIQUE (user_id, id)
);
CREATE INDEX events_channels ON events (user_id, type, channel, date, seq);
CREATE INDEX events_dates ON events (user_id, date, seq);
CREATE INDEX events_order ON events (user_id, seq);

CREATE TABLE agents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  body TEXT NOT NULL,
  vector BLOB,
  UNIQUE (user_id, id)
);
CREATE INDEX agents_order ON agents (user_id, seq);

-- What calls with an idempotency key were answered, for a day. Written in the transaction of the effect itself.
CREATE TABLE service_answers (
  user_id TEXT NOT NULL,
  service TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, service, key)
);
CREATE INDEX service_answers_expiry ON service_answers (expires_at);
