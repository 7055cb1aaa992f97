-- What a site adds to the shipped roles and policies, version by version; the last one is in force.
-- Times are milliseconds; ids are 32 lower-case hexadecimal digits.

CREATE TABLE policy_version (
    version     INTEGER NOT NULL PRIMARY KEY CHECK (version > 0),
    -- Roles and policies as JSON.
    source      TEXT    NOT NULL CHECK (json_valid(source)),
    made_at     INTEGER NOT NULL,
    -- The pseudonyms of who asked for it, NULL for the operator, and, where it had to be approved, of
    -- who did.
    made_by     TEXT,
    approved_by TEXT
) STRICT;

CREATE TRIGGER policy_version_refuses_update BEFORE UPDATE ON policy_version
BEGIN
    SELECT RAISE(ROLLBACK, 'a version of the policy is never changed');
END;

CREATE TRIGGER policy_version_refuses_delete BEFORE DELETE ON policy_version
BEGIN
    SELECT RAISE(ROLLBACK, 'a version of the policy is never deleted');
END;

-- Changes that wait for a second person. One that was made for another version than the one in force
-- when it is decided is not applied.
CREATE TABLE policy_change (
    id          TEXT    NOT NULL PRIMARY KEY,
    base        INTEGER NOT NULL,
    source      TEXT    NOT NULL CHECK (json_valid(source)),
    asked_at    INTEGER NOT NULL,
    -- NULL for the operator.
    asked_by    TEXT,
    -- Whether nobody else could have approved it then, so that the wait was announced.
    alone       INTEGER NOT NULL CHECK (alone IN (0, 1)),
    expires_at  INTEGER NOT NULL,
    decision    TEXT    CHECK (decision IN ('approved', 'rejected')),
    decided_at  INTEGER,
    decided_by  TEXT,
    CHECK ((decision IS NULL) = (decided_at IS NULL))
) STRICT;

CREATE INDEX policy_change_open ON policy_change (expires_at) WHERE decision IS NULL;

INSERT INTO alert_rule
    (kind, event, test, severity, threshold, lowest, highest, window_ms, shortest_ms, longest_ms)
VALUES
    ('policy_waits', 'policy_waits', 'count', 'critical', 0, 0, 0, 3600000, 3600000, 3600000);
