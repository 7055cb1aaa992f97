-- Sessions, their conversations, and the sealed turns of those.
-- Times are milliseconds since 1970-01-01T00:00:00Z; ids are 32 lower-case hexadecimal digits.

CREATE TABLE session (
    id           TEXT    NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL,
    token_hash   BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    pseudonym    TEXT    NOT NULL,
    started_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX session_expiry ON session (expires_at);

-- A conversation's turns expire with it: the period runs from the last turn.
CREATE TABLE conversation (
    id           TEXT    NOT NULL PRIMARY KEY,
    session_id   TEXT    NOT NULL REFERENCES session (id),
    started_at   INTEGER NOT NULL,
    last_turn_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_session ON conversation (session_id);
CREATE INDEX conversation_expiry ON conversation (expires_at);

-- `sealed` is ciphertext under a key that this database does not hold.
CREATE TABLE turn (
    id              TEXT    NOT NULL PRIMARY KEY,
    conversation_id TEXT    NOT NULL REFERENCES conversation (id),
    ordinal         INTEGER NOT NULL CHECK (ordinal > 0),
    asked_at        INTEGER NOT NULL,
    completed_at    INTEGER,
    outcome         TEXT,
    sealed          BLOB    NOT NULL,
    UNIQUE (conversation_id, ordinal),
    CHECK ((completed_at IS NULL) = (outcome IS NULL))
) STRICT;
