-- Uploaded files, as the rows of other services (0002). Their text is in documents that name their file.
CREATE TABLE document_files (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  body TEXT NOT NULL,
  vector BLOB,
  storeId TEXT GENERATED ALWAYS AS (json_extract(body, '$.storeId')) VIRTUAL,
  UNIQUE (user_id, id)
);
CREATE INDEX document_files_order ON document_files (user_id, seq);
CREATE INDEX document_files_stores ON document_files (user_id, storeId, seq);

ALTER TABLE documents ADD COLUMN fileId TEXT GENERATED ALWAYS AS (json_extract(body, '$.fileId')) VIRTUAL;
CREATE INDEX documents_files ON documents (user_id, fileId, seq) WHERE fileId IS NOT NULL;
