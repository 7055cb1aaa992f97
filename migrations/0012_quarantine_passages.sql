-- Passages that screening held back at import until an editor has looked at them.

CREATE TABLE quarantine (
    id           INTEGER PRIMARY KEY,
    collection   TEXT    NOT NULL,
    -- The document's name.
    document     TEXT    NOT NULL,
    passage_id   TEXT    NOT NULL,
    digest       BLOB    NOT NULL CHECK (length(digest) = 32),
    label        TEXT    NOT NULL,
    -- The passage as JSON, NULL once it is decided: what was released lies with the others, and what
    -- was rejected is gone. The digest stays, so that the same passage is not asked about again.
    passage      TEXT    CHECK (passage IS NULL OR json_valid(passage)),
    concerns     TEXT    NOT NULL CHECK (json_valid(concerns)),
    held_at      INTEGER NOT NULL,
    decision     TEXT    CHECK (decision IN ('released', 'rejected')),
    decided_at   INTEGER,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (passage IS NOT NULL)),
    UNIQUE (collection, document, passage_id, digest)
) STRICT;

CREATE TRIGGER quarantine_follows_document AFTER DELETE ON document
BEGIN
    DELETE FROM quarantine WHERE collection = OLD.collection AND document = OLD.name;
END;
