-- Retention, and what a person may ask about the data held on them.
-- Times and periods are milliseconds; ids are 32 lower-case hexadecimal digits.

-- How long each class of data is kept. The program names the tables of a class.
CREATE TABLE retention (
    class     TEXT    NOT NULL PRIMARY KEY,
    period_ms INTEGER NOT NULL,
    CHECK (coalesce(period_ms BETWEEN
        CASE class
            WHEN 'conversation'    THEN 3600000
            WHEN 'message_log'     THEN 86400000
            WHEN 'analytics_event' THEN 86400000
            WHEN 'feedback'        THEN 86400000
            WHEN 'access_log'      THEN 604800000
            WHEN 'error_log'       THEN 604800000
            WHEN 'security_event'  THEN 7776000000
            WHEN 'audit_record'    THEN 31536000000
            WHEN 'consent_record'  THEN 94608000000
        END AND
        CASE class
            WHEN 'conversation'    THEN 2592000000
            WHEN 'message_log'     THEN 7776000000
            WHEN 'analytics_event' THEN 31536000000
            WHEN 'feedback'        THEN 94608000000
            WHEN 'access_log'      THEN 31536000000
            WHEN 'error_log'       THEN 63072000000
            WHEN 'security_event'  THEN 220752000000
            WHEN 'audit_record'    THEN 315360000000
            WHEN 'consent_record'  THEN 315360000000
        END, 0))
) STRICT, WITHOUT ROWID;

INSERT INTO retention (class, period_ms) VALUES
    ('conversation',        86400000),
    ('message_log',       2592000000),
    ('analytics_event',   7776000000),
    ('feedback',         31536000000),
    ('access_log',        7776000000),
    ('error_log',        15552000000),
    ('security_event',   63072000000),
    ('audit_record',    220752000000),
    ('consent_record',  220752000000);

-- An account's conversation ends a period after its last turn, whoever writes it and whenever the
-- period changes. A guest's ends with the session.
CREATE TRIGGER conversation_begins AFTER INSERT ON conversation
WHEN NEW.account_id IS NOT NULL
BEGIN
    UPDATE conversation SET expires_at = last_turn_at
        + (SELECT period_ms FROM retention WHERE class = 'conversation')
    WHERE id = NEW.id;
END;

CREATE TRIGGER conversation_continues AFTER UPDATE OF last_turn_at ON conversation
WHEN NEW.account_id IS NOT NULL
BEGIN
    UPDATE conversation SET expires_at = last_turn_at
        + (SELECT period_ms FROM retention WHERE class = 'conversation')
    WHERE id = NEW.id;
END;

CREATE TRIGGER conversation_period_changes AFTER UPDATE OF period_ms ON retention
WHEN NEW.class = 'conversation'
BEGIN
    UPDATE conversation SET expires_at = last_turn_at + NEW.period_ms
    WHERE account_id IS NOT NULL;
END;

-- A turn is found by its conversation; by its id only while it waits for its answer. An index over
-- the random ids of all turns would cost the purge a page for every turn. The reference is checked
-- at commit: checked at once, every deletion of a conversation keeps a journal of its own.
CREATE TABLE kept_turn (
    id              TEXT    NOT NULL,
    conversation_id TEXT    NOT NULL REFERENCES conversation (id) DEFERRABLE INITIALLY DEFERRED,
    ordinal         INTEGER NOT NULL CHECK (ordinal > 0),
    asked_at        INTEGER NOT NULL,
    completed_at    INTEGER,
    outcome         TEXT,
    sealed          BLOB    NOT NULL,
    UNIQUE (conversation_id, ordinal),
    CHECK ((completed_at IS NULL) = (outcome IS NULL))
) STRICT;
INSERT INTO kept_turn (id, conversation_id, ordinal, asked_at, completed_at, outcome, sealed)
SELECT id, conversation_id, ordinal, asked_at, completed_at, outcome, sealed FROM turn ORDER BY rowid;
DROP TABLE turn;
ALTER TABLE kept_turn RENAME TO turn;
CREATE UNIQUE INDEX turn_waiting ON turn (id) WHERE completed_at IS NULL;

-- What purge and erasure must leave: of one person or of everybody, in one class or in all.
CREATE TABLE legal_hold (
    id          TEXT    NOT NULL PRIMARY KEY,
    pseudonym   TEXT,
    class       TEXT    REFERENCES retention (class),
    -- A code such as a case number, never a sentence.
    reason      TEXT    NOT NULL CHECK (length(reason) BETWEEN 1 AND 64),
    placed_at   INTEGER NOT NULL,
    placed_by   TEXT    NOT NULL,
    until       INTEGER NOT NULL CHECK (until > placed_at),
    released_at INTEGER,
    -- Of everybody in all classes would stop the purge for good.
    CHECK (pseudonym IS NOT NULL OR class IS NOT NULL)
) STRICT;

-- What the site chose; what is not here has the value that the program ships with.
CREATE TABLE setting (
    name       TEXT    NOT NULL PRIMARY KEY,
    -- A JSON number, boolean or string; a string is a code, never a sentence.
    value      TEXT    NOT NULL CHECK (json_valid(value)),
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every version of the privacy notice, which consents name.
CREATE TABLE privacy_notice (
    version      INTEGER NOT NULL PRIMARY KEY CHECK (version > 0),
    text         TEXT    NOT NULL CHECK (length(text) BETWEEN 1 AND 40000),
    -- Whether consents to earlier versions no longer count.
    asks_again   INTEGER NOT NULL CHECK (asks_again IN (0, 1)),
    published_at INTEGER NOT NULL,
    published_by TEXT
) STRICT;

INSERT INTO privacy_notice (version, text, asks_again, published_at) VALUES (1,
'This assistant runs on this machine alone. Nothing that you write leaves it, and nobody outside this house receives it.

What you type is checked on this machine. Names, addresses, numbers and the like are replaced before anything is kept; the words as you typed them are never stored. The question and the answer are kept encrypted until a day after the last message, or until you leave when you are not signed in.

Records of what was decided hold no text of yours. They stand under a random name that only this machine can connect with you, and the connection is destroyed when your data are erased.

You may see and take along what is held about you, have it corrected, have its use restricted, withdraw a consent, object to statistics, and have everything about you erased. All of this is done here, under Privacy. You may also turn to the data protection officer of this house or to the supervisory authority.', 1, 0);

-- On what ground a person's data are processed: consent, or another lawful basis (Article 6 GDPR).
-- A guest's goes with the session. An account's stays for a period after it under its own salted
-- hash, which tells nothing to anybody who does not know the account's id.
CREATE TABLE consent (
    id           INTEGER NOT NULL PRIMARY KEY,
    account_id   TEXT    REFERENCES account (id) ON DELETE SET NULL,
    session_id   TEXT    REFERENCES session (id) ON DELETE CASCADE,
    salt         BLOB    NOT NULL CHECK (length(salt) = 16),
    subject_hash BLOB    NOT NULL CHECK (length(subject_hash) = 32),
    purpose      TEXT    NOT NULL,
    basis        TEXT    NOT NULL,
    wording      INTEGER NOT NULL REFERENCES privacy_notice (version),
    -- NULL where somebody objected to what needed no consent.
    given_at     INTEGER,
    withdrawn_at INTEGER,
    -- When the account went; the period runs from here.
    ended_at     INTEGER,
    CHECK (account_id IS NULL OR session_id IS NULL),
    CHECK (given_at IS NOT NULL OR withdrawn_at IS NOT NULL)
) STRICT;

CREATE INDEX consent_account ON consent (account_id);
CREATE INDEX consent_session ON consent (session_id);
CREATE INDEX consent_ended ON consent (ended_at);

-- One-time tokens with which a person who has no authenticator confirms the erasure.
CREATE TABLE erasure_token (
    account_id   TEXT    NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    token_hash   BLOB    NOT NULL CHECK (length(token_hash) = 32),
    confirmed_at INTEGER NOT NULL,
    confirmed_by TEXT    NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Corrections that people ask for (Article 16 GDPR). What they wrote goes with the decision.
CREATE TABLE correction (
    id         INTEGER NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    field      TEXT    NOT NULL CHECK (field IN ('name', 'attributes')),
    wanted     TEXT    CHECK (length(wanted) BETWEEN 1 AND 400),
    decision   TEXT    CHECK (decision IN ('done', 'declined')),
    decided_at INTEGER,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (wanted IS NOT NULL))
) STRICT;

CREATE INDEX correction_account ON correction (account_id);

-- Who was erased, told by a keyed hash, so that an older backup cannot bring them back.
CREATE TABLE tombstone (
    receipt    TEXT    NOT NULL PRIMARY KEY,
    subject    BLOB    NOT NULL CHECK (length(subject) = 32),
    erased_at  INTEGER NOT NULL,
    signature  BLOB    NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE INDEX tombstone_subject ON tombstone (subject);

-- The key of those hashes and of their signatures. It lies here and not in the key hierarchy,
-- because a backup from before a change of the root key must know it too.
CREATE TABLE tombstone_key (
    id  INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    key BLOB    NOT NULL CHECK (length(key) = 32)
) STRICT;

INSERT INTO tombstone_key (id, key) VALUES (1, randomblob(32));

-- The audit log without checks that call functions, and with refusals that end the transaction, as
-- they would anyway: a statement that fires triggers and may end alone makes SQLite keep a journal
-- of every page that it touches. What the checks looked at, the chain proves.
DROP TRIGGER audit_record_refuses_update;
DROP TRIGGER audit_record_refuses_delete;
DROP TRIGGER audit_record_refuses_replace;
DROP TRIGGER audit_record_refuses_insert_in_between;
DROP TRIGGER audit_purge_guard_knows_the_head;
DROP TRIGGER audit_purge_guard_wants_a_summary;
DROP TRIGGER audit_purge_guard_leaves_no_gap;

CREATE TABLE audit_record_kept (
    seq       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    event     TEXT    NOT NULL,
    turn_id   TEXT,
    pseudonym TEXT,
    body      TEXT    NOT NULL,
    -- SHA-256 over the record and the hash before it; then HMAC-SHA256 over that, under a key that
    -- the next record replaces.
    hash      BLOB    NOT NULL,
    mac       BLOB    NOT NULL
) STRICT;
INSERT INTO audit_record_kept SELECT * FROM audit_record ORDER BY seq;
DROP TABLE audit_record;
ALTER TABLE audit_record_kept RENAME TO audit_record;
CREATE INDEX audit_record_at ON audit_record (at);

CREATE TRIGGER audit_record_refuses_update BEFORE UPDATE ON audit_record
BEGIN
    SELECT RAISE(ROLLBACK, 'audit records are never changed');
END;

CREATE TRIGGER audit_record_refuses_delete BEFORE DELETE ON audit_record
WHEN NOT EXISTS (
    SELECT 1 FROM audit_purge_guard WHERE OLD.at < before AND OLD.seq <= last_purged
)
BEGIN
    SELECT RAISE(ROLLBACK, 'audit records are deleted only by the guarded purge');
END;

CREATE TRIGGER audit_record_refuses_replace BEFORE INSERT ON audit_record
WHEN EXISTS (SELECT 1 FROM audit_record WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ROLLBACK, 'audit records are never replaced');
END;

CREATE TRIGGER audit_record_refuses_insert_in_between AFTER INSERT ON audit_record
WHEN EXISTS (SELECT 1 FROM audit_record WHERE seq > NEW.seq)
BEGIN
    SELECT RAISE(ROLLBACK, 'audit records are only appended');
END;

CREATE TRIGGER audit_purge_guard_knows_the_head BEFORE INSERT ON audit_purge_guard
WHEN NEW.last_seq <> (SELECT coalesce(max(seq), 0) FROM audit_record)
BEGIN
    SELECT RAISE(ROLLBACK, 'a purge guard opens at the head of the log');
END;

CREATE TRIGGER audit_purge_guard_wants_a_summary BEFORE DELETE ON audit_purge_guard
WHEN NOT EXISTS (SELECT 1 FROM audit_record WHERE seq > OLD.last_seq AND event = 'purged')
BEGIN
    SELECT RAISE(ROLLBACK, 'a purge guard closes after its summary is written');
END;

CREATE TRIGGER audit_purge_guard_leaves_no_gap BEFORE DELETE ON audit_purge_guard
WHEN EXISTS (SELECT 1 FROM audit_record WHERE seq <= OLD.last_purged)
BEGIN
    SELECT RAISE(ROLLBACK, 'a purge takes the oldest records without a gap');
END;
