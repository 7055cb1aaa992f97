-- Knowledge: what readers may be shown. No person's text.

CREATE TABLE passage (
    id           TEXT    NOT NULL PRIMARY KEY,
    collection   TEXT    NOT NULL,
    ordinal      INTEGER NOT NULL,
    topic        TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    question     TEXT    NOT NULL,
    answer       TEXT    NOT NULL,
    alternatives TEXT    NOT NULL CHECK (json_valid(alternatives)),
    digest       BLOB    NOT NULL CHECK (length(digest) = 32),
    imported_at  INTEGER NOT NULL,
    UNIQUE (collection, ordinal)
) STRICT;
