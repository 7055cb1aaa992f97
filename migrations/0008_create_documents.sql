-- Where passages come from, and what they mean.

CREATE TABLE document (
    id          INTEGER PRIMARY KEY,
    collection  TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    imported_at INTEGER NOT NULL,
    UNIQUE (collection, name)
) STRICT;

-- The sample pack is replaced as a whole and belongs to no document.
ALTER TABLE passage ADD COLUMN document_id INTEGER REFERENCES document (id) ON DELETE CASCADE;

CREATE INDEX passage_document ON passage (document_id);

-- `digest` is that of the passage that the vectors were made of: others are stale.
CREATE TABLE passage_vectors (
    passage_id TEXT NOT NULL PRIMARY KEY REFERENCES passage (id) ON DELETE CASCADE,
    encoder    TEXT NOT NULL,
    digest     BLOB NOT NULL CHECK (length(digest) = 32),
    vectors    BLOB NOT NULL
) STRICT;
