-- The chain of the audit log. What was logged before keeps its number and is chained by the program
-- when it opens the vault: SQL has no SHA-256. Until then it lies in `audit_record_unchained`.

DROP TRIGGER audit_record_refuses_update;
DROP TRIGGER audit_record_refuses_delete;
DROP TRIGGER audit_record_refuses_replace;
DROP TRIGGER audit_record_refuses_insert_in_between;
DROP TRIGGER audit_purge_guard_knows_the_head;
DROP TRIGGER audit_purge_guard_refuses_update;
DROP TRIGGER audit_purge_guard_wants_a_summary;
DROP TABLE audit_purge_guard;
DROP INDEX audit_record_at;
ALTER TABLE audit_record RENAME TO audit_record_unchained;

CREATE TABLE audit_record (
    seq       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    event     TEXT    NOT NULL,
    turn_id   TEXT,
    pseudonym TEXT,
    body      TEXT    NOT NULL CHECK (json_valid(body)),
    -- SHA-256 over the record and the hash before it; then HMAC-SHA256 over that, under a key that
    -- the next record replaces.
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    mac       BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;

CREATE INDEX audit_record_at ON audit_record (at);

-- Where the chain stands: one row, replaced by every transaction that appends. `sealed` is the key
-- of the next record, bound to all else in the row.
CREATE TABLE audit_state (
    id                INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq               INTEGER NOT NULL,
    head              BLOB    NOT NULL CHECK (length(head) = 32),
    at                INTEGER NOT NULL,
    records           INTEGER NOT NULL CHECK (records >= 0),
    -- The oldest record that is kept, and the hash before it.
    first_seq         INTEGER NOT NULL,
    anchor            BLOB    NOT NULL CHECK (length(anchor) = 32),
    checkpoints       INTEGER NOT NULL CHECK (checkpoints >= 0),
    checkpoint_seq    INTEGER NOT NULL,
    checkpoint_digest BLOB    NOT NULL CHECK (length(checkpoint_digest) = 32),
    sealed            BLOB    NOT NULL
) STRICT;

-- The first key of each stretch of the chain, sealed: who holds the root key can compute every key
-- after it and so verify. A new stretch begins when the root key is replaced.
CREATE TABLE audit_epoch (
    first_seq INTEGER NOT NULL PRIMARY KEY,
    sealed    BLOB    NOT NULL
) STRICT;

-- The signed heads, one after another.
CREATE TABLE audit_checkpoint (
    number     INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
    seq        INTEGER NOT NULL,
    head       BLOB    NOT NULL CHECK (length(head) = 32),
    records    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    previous   BLOB    NOT NULL CHECK (length(previous) = 32),
    -- The key that signs from here on, where the root key was replaced.
    successor  BLOB    CHECK (length(successor) = 32),
    public_key BLOB    NOT NULL CHECK (length(public_key) = 32),
    signature  BLOB    NOT NULL CHECK (length(signature) = 64)
) STRICT;

-- The last checkpoint that was copied to each place outside.
CREATE TABLE audit_copy (
    place     TEXT    NOT NULL PRIMARY KEY,
    number    INTEGER NOT NULL,
    copied_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The open guard: at most one row, and never in a committed state, because its foreign key points
-- at a row that cannot exist and is checked at commit. Up to `last_purged`, all goes or nothing.
CREATE TABLE audit_purge_guard (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    before      INTEGER NOT NULL,
    last_purged INTEGER NOT NULL,
    last_seq    INTEGER NOT NULL,
    sentinel    INTEGER NOT NULL DEFAULT 0 CHECK (sentinel = 0)
                REFERENCES audit_purge_guard (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TRIGGER audit_record_refuses_update BEFORE UPDATE ON audit_record
BEGIN
    SELECT RAISE(ABORT, 'audit records are never changed');
END;

CREATE TRIGGER audit_record_refuses_delete BEFORE DELETE ON audit_record
WHEN NOT EXISTS (
    SELECT 1 FROM audit_purge_guard WHERE OLD.at < before AND OLD.seq <= last_purged
)
BEGIN
    SELECT RAISE(ABORT, 'audit records are deleted only by the guarded purge');
END;

CREATE TRIGGER audit_record_refuses_replace BEFORE INSERT ON audit_record
WHEN EXISTS (SELECT 1 FROM audit_record WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'audit records are never replaced');
END;

CREATE TRIGGER audit_record_refuses_insert_in_between AFTER INSERT ON audit_record
WHEN NEW.seq <> (SELECT max(seq) FROM audit_record)
BEGIN
    SELECT RAISE(ABORT, 'audit records are only appended');
END;

CREATE TRIGGER audit_purge_guard_knows_the_head BEFORE INSERT ON audit_purge_guard
WHEN NEW.last_seq <> (SELECT coalesce(max(seq), 0) FROM audit_record)
BEGIN
    SELECT RAISE(ABORT, 'a purge guard opens at the head of the log');
END;

CREATE TRIGGER audit_purge_guard_refuses_update BEFORE UPDATE ON audit_purge_guard
BEGIN
    SELECT RAISE(ABORT, 'a purge guard is never changed');
END;

CREATE TRIGGER audit_purge_guard_wants_a_summary BEFORE DELETE ON audit_purge_guard
WHEN NOT EXISTS (SELECT 1 FROM audit_record WHERE seq > OLD.last_seq AND event = 'purged')
BEGIN
    SELECT RAISE(ABORT, 'a purge guard closes after its summary is written');
END;

CREATE TRIGGER audit_purge_guard_leaves_no_gap BEFORE DELETE ON audit_purge_guard
WHEN EXISTS (SELECT 1 FROM audit_record WHERE seq <= OLD.last_purged)
BEGIN
    SELECT RAISE(ABORT, 'a purge takes the oldest records without a gap');
END;

CREATE TRIGGER audit_checkpoint_refuses_update BEFORE UPDATE ON audit_checkpoint
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never changed');
END;

CREATE TRIGGER audit_checkpoint_refuses_delete BEFORE DELETE ON audit_checkpoint
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never deleted');
END;

CREATE TRIGGER audit_checkpoint_refuses_replace BEFORE INSERT ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never replaced');
END;
