-- The message log: sanitised questions and answers, kept for quality review, and who was let read
-- them. Times and spans are milliseconds; ids are 32 lower-case hexadecimal digits.

-- Entries are sealed to a public half. The secret half is sealed under a key of the sealing key, so
-- that a change of the keys seals these few rows anew and not every entry.
CREATE TABLE message_log_key (
    id      INTEGER NOT NULL PRIMARY KEY,
    made_at INTEGER NOT NULL,
    public  BLOB    NOT NULL CHECK (length(public) = 32),
    sealed  BLOB    NOT NULL
) STRICT;

-- Written with the completion of a turn. No reference to the key: a check that may undo a statement
-- alone makes SQLite keep a journal of it.
CREATE TABLE message_log (
    id        INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    turn_id   TEXT    NOT NULL,
    pseudonym TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    key_id    INTEGER NOT NULL,
    sealed    BLOB    NOT NULL
) STRICT;

CREATE INDEX message_log_time ON message_log (at);
CREATE INDEX message_log_person ON message_log (pseudonym, at);

-- Requests to read it, and the grants that they became.
CREATE TABLE log_access (
    id         TEXT    NOT NULL PRIMARY KEY,
    asked_at   INTEGER NOT NULL,
    -- NULL for the operator.
    asked_by   TEXT,
    -- Sanitised, and sealed under a key of the sealing key; NULL once who wrote it was erased.
    reason     BLOB,
    -- What may be read: entries of this span, of one person or outcome where that is named.
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL CHECK (until > since),
    pseudonym  TEXT,
    outcome    TEXT,
    -- For how long, from the approval on.
    life_ms    INTEGER NOT NULL CHECK (life_ms BETWEEN 3600000 AND 86400000),
    -- Whether nobody else could have approved it then, so that the wait was announced.
    alone      INTEGER NOT NULL CHECK (alone IN (0, 1)),
    -- When it is too late to approve it.
    expires_at INTEGER NOT NULL,
    decision   TEXT    CHECK (decision IN ('approved', 'rejected')),
    decided_at INTEGER,
    decided_by TEXT,
    ended_at   INTEGER,
    ended_by   TEXT,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (ended_at IS NULL OR decision IS 'approved')
) STRICT;

CREATE INDEX log_access_time ON log_access (asked_at);

-- Who read entries about whom: the part of the access log that is about other people's reading.
CREATE TABLE message_log_read (
    id        INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    -- About whom the entries were.
    pseudonym TEXT    NOT NULL,
    -- NULL for the operator.
    reader    TEXT,
    grant_id  TEXT    NOT NULL,
    count     INTEGER NOT NULL CHECK (count > 0)
) STRICT;

CREATE INDEX message_log_read_time ON message_log_read (at);
CREATE INDEX message_log_read_person ON message_log_read (pseudonym, at);

INSERT INTO alert_rule
    (kind, event, test, severity, threshold, lowest, highest, window_ms, shortest_ms, longest_ms)
VALUES
    ('log_access_waits', 'log_access_waits', 'count', 'critical', 0, 0, 0, 3600000, 3600000, 3600000);

-- The shipped notice says what is kept. Where nobody relies on its first version yet, as in a new
-- vault, that version is corrected; elsewhere a second one follows, unless the site has its own.
INSERT INTO privacy_notice (version, text, asks_again, published_at)
SELECT 2,
'This assistant runs on this machine alone. Nothing that you write leaves it, and nobody outside this house receives it.

What you type is checked on this machine. Names, addresses, numbers and the like are replaced before anything is kept; the words as you typed them are never stored. The question and the answer are kept encrypted until a day after the last message, or until you leave when you are not signed in.

Where you agree to it, or this house has another ground that it names under Privacy, the question and the answer are also kept for some weeks, with the same details replaced, so that the quality of answers can be reviewed. Opening them takes a written reason, the approval of a second person and a record of it, and under Privacy you see when it was done.

Records of what was decided hold no text of yours. They stand under a random name that only this machine can connect with you, and the connection is destroyed when your data are erased.

You may see and take along what is held about you, have it corrected, have its use restricted, withdraw a consent, object to statistics, and have everything about you erased. All of this is done here, under Privacy. You may also turn to the data protection officer of this house or to the supervisory authority.',
0, unixepoch() * 1000
WHERE (SELECT max(version) FROM privacy_notice) = 1;

UPDATE privacy_notice SET text = (SELECT text FROM privacy_notice WHERE version = 2)
WHERE version = 1 AND NOT EXISTS (SELECT 1 FROM consent)
AND (SELECT published_by FROM privacy_notice WHERE version = 2) IS NULL;

DELETE FROM privacy_notice
WHERE version = 2 AND published_by IS NULL AND NOT EXISTS (SELECT 1 FROM consent);

-- It was published when the vault was made, which a new vault says itself.
UPDATE privacy_notice SET published_at = (SELECT min(at) FROM audit_record)
WHERE version = 1 AND published_at = 0 AND EXISTS (SELECT 1 FROM audit_record);
