-- Accounts and their sessions. Conversations belong to an account, or to a guest's session.
-- Times are milliseconds since 1970-01-01T00:00:00Z; ids are 32 lower-case hexadecimal digits.

CREATE TABLE account (
    id                  TEXT    NOT NULL PRIMARY KEY,
    name                TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    pseudonym           TEXT    NOT NULL UNIQUE,
    state               TEXT    NOT NULL CHECK (state IN ('active', 'disabled')),
    created_at          INTEGER NOT NULL,
    -- The pseudonym of who made it; NULL for the operator.
    created_by          TEXT,
    -- Team, region, limits: a JSON object that the policy reads.
    attributes          TEXT    NOT NULL CHECK (json_valid(attributes)),
    -- argon2id in PHC form; its salt also derives the key below.
    password_hash       TEXT    NOT NULL,
    password_changed_at INTEGER NOT NULL,
    must_change         INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    -- The data key, wrapped by a key that only the password derives.
    wrapped_key         BLOB    NOT NULL,
    -- The shared secret of the authenticator, sealed by the vault; NULL without one.
    totp_sealed         BLOB,
    totp_confirmed_at   INTEGER,
    -- The last time step that was used, so that a code works once.
    totp_last_step      INTEGER,
    -- Article 18 GDPR: held, but not processed.
    restricted_at       INTEGER
) STRICT;

CREATE TABLE account_role (
    account_id TEXT    NOT NULL REFERENCES account (id),
    role       TEXT    NOT NULL,
    given_at   INTEGER NOT NULL,
    given_by   TEXT,
    PRIMARY KEY (account_id, role)
) STRICT, WITHOUT ROWID;

-- Codes that stand in for the authenticator, once each.
CREATE TABLE recovery_code (
    account_id TEXT    NOT NULL REFERENCES account (id),
    code_hash  BLOB    NOT NULL CHECK (length(code_hash) = 32),
    used_at    INTEGER,
    PRIMARY KEY (account_id, code_hash)
) STRICT, WITHOUT ROWID;

-- Failed sign-ins by name and source; unknown names have rows like any other, by a keyed hash.
CREATE TABLE lockout (
    name_hash    BLOB    NOT NULL CHECK (length(name_hash) = 32),
    source       TEXT    NOT NULL,
    failures     INTEGER NOT NULL,
    first_at     INTEGER NOT NULL,
    level        INTEGER NOT NULL,
    locked_until INTEGER,
    PRIMARY KEY (name_hash, source)
) STRICT, WITHOUT ROWID;

-- Until now there were guests only, whose keys died with the process that made them: nothing of
-- what these tables hold can be read by anybody.
DROP TABLE turn;
DROP TABLE conversation;
DROP TABLE session;

CREATE TABLE session (
    id             TEXT    NOT NULL PRIMARY KEY,
    kind           TEXT    NOT NULL CHECK (kind IN ('guest', 'operator', 'account')),
    token_hash     BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    account_id     TEXT    REFERENCES account (id),
    pseudonym      TEXT    NOT NULL,
    -- Where it was started: window, terminal, or an address.
    place          TEXT    NOT NULL,
    started_at     INTEGER NOT NULL,
    last_seen_at   INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    -- Until when the second factor counts as fresh.
    elevated_until INTEGER,
    -- The account's data key, wrapped by a key that only the token derives; a guest's is in memory.
    wrapped_key    BLOB,
    CHECK ((kind = 'account') = (account_id IS NOT NULL)),
    CHECK ((kind = 'account') = (wrapped_key IS NOT NULL))
) STRICT;

CREATE INDEX session_expiry ON session (expires_at);
CREATE INDEX session_account ON session (account_id);

-- A conversation's turns expire with it: the period runs from the last turn.
CREATE TABLE conversation (
    id           TEXT    NOT NULL PRIMARY KEY,
    session_id   TEXT    REFERENCES session (id),
    account_id   TEXT    REFERENCES account (id),
    started_at   INTEGER NOT NULL,
    last_turn_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    CHECK ((session_id IS NULL) <> (account_id IS NULL))
) STRICT;

CREATE INDEX conversation_session ON conversation (session_id);
CREATE INDEX conversation_account ON conversation (account_id);
CREATE INDEX conversation_expiry ON conversation (expires_at);

-- `sealed` is ciphertext under a key that this database does not hold in the clear.
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
