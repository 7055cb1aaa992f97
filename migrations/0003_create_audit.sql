-- The audit log: one row a decision, without any text of a person. Rows are only ever appended,
-- but for the purge of old ones, which opens a guard, deletes, appends its summary and closes the
-- guard, all in one transaction.

CREATE TABLE audit_record (
    seq       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    event     TEXT    NOT NULL,
    turn_id   TEXT,
    pseudonym TEXT,
    body      TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE INDEX audit_record_at ON audit_record (at);

-- The open guard: at most one row, and never in a committed state, because its foreign key points
-- at a row that cannot exist and is checked at commit.
CREATE TABLE audit_purge_guard (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    before   INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    sentinel INTEGER NOT NULL DEFAULT 0 CHECK (sentinel = 0)
             REFERENCES audit_purge_guard (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TRIGGER audit_record_refuses_update BEFORE UPDATE ON audit_record
BEGIN
    SELECT RAISE(ABORT, 'audit records are never changed');
END;

CREATE TRIGGER audit_record_refuses_delete BEFORE DELETE ON audit_record
WHEN NOT EXISTS (SELECT 1 FROM audit_purge_guard WHERE OLD.at < before)
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
