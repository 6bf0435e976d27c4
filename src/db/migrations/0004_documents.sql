-- Documents, as the rows of other services (0002), and their words. The word index has columns for owner, type and store, each with
-- one word that is made of the value: so a search goes through nobody else's documents, and through no row but those that it gives.
CREATE TABLE documents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  body TEXT NOT NULL,
  vector BLOB,
  type TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL,
  storeId TEXT GENERATED ALWAYS AS (json_extract(body, '$.storeId')) VIRTUAL,
  date TEXT GENERATED ALWAYS AS (json_extract(body, '$.date')) VIRTUAL,
  UNIQUE (user_id, id)
);
CREATE INDEX documents_types ON documents (user_id, type, seq);
CREATE INDEX documents_stores_of ON documents (user_id, storeId, seq);
CREATE INDEX documents_dates ON documents (user_id, date, seq);
CREATE INDEX documents_order ON documents (user_id, seq);

CREATE TABLE document_stores (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  body TEXT NOT NULL,
  vector BLOB,
  UNIQUE (user_id, id)
);
CREATE INDEX document_stores_order ON document_stores (user_id, seq);

CREATE VIRTUAL TABLE document_words USING fts5(
  owner, type, store, title, content,
  content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);

-- A document that is kept out of searches has no words.
CREATE TRIGGER documents_added AFTER INSERT ON documents BEGIN
  INSERT INTO document_words (rowid, owner, type, store, title, content)
  SELECT new.seq, 'u' || hex(new.user_id), 't' || hex(json_extract(new.body, '$.type')),
    's' || hex(json_extract(new.body, '$.storeId')), json_extract(new.body, '$.title'), json_extract(new.body, '$.content')
  WHERE coalesce(json_extract(new.body, '$.isIncluded'), 1);
END;

CREATE TRIGGER documents_changed AFTER UPDATE OF body ON documents BEGIN
  DELETE FROM document_words WHERE rowid = old.seq;
  INSERT INTO document_words (rowid, owner, type, store, title, content)
  SELECT new.seq, 'u' || hex(new.user_id), 't' || hex(json_extract(new.body, '$.type')),
    's' || hex(json_extract(new.body, '$.storeId')), json_extract(new.body, '$.title'), json_extract(new.body, '$.content')
  WHERE coalesce(json_extract(new.body, '$.isIncluded'), 1);
END;

CREATE TRIGGER documents_removed AFTER DELETE ON documents BEGIN
  DELETE FROM document_words WHERE rowid = old.seq;
END;
