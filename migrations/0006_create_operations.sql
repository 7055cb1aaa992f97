-- Operational records: what was asked of the appliance, by whom under a pseudonym, and how it went.
-- No table here holds a word that anybody wrote, but for two short sanitised remarks: the comment of
-- a feedback and the note of an alert. Times are milliseconds since 1970-01-01T00:00:00Z.

-- One row a request. `route` is a template such as /api/turns/{id}, never the path with its ids.
CREATE TABLE access_log (
    id        INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    pseudonym TEXT,
    method    TEXT    NOT NULL,
    route     TEXT    NOT NULL,
    status    INTEGER NOT NULL CHECK (status BETWEEN 100 AND 599),
    took_ms   INTEGER NOT NULL CHECK (took_ms >= 0)
) STRICT;

CREATE INDEX access_log_time ON access_log (at);
CREATE INDEX access_log_person ON access_log (pseudonym, id);

-- Denials, lockouts, injection and the like: what the rules below count.
CREATE TABLE security_event (
    id        INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    pseudonym TEXT,
    kind      TEXT    NOT NULL,
    body      TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE INDEX security_event_time ON security_event (at);
CREATE INDEX security_event_kind ON security_event (kind, pseudonym, at);

-- One row a turn that was not opted out of.
CREATE TABLE analytics_event (
    id            INTEGER NOT NULL PRIMARY KEY,
    at            INTEGER NOT NULL,
    pseudonym     TEXT,
    intent        TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    hidden        INTEGER NOT NULL,
    cited         INTEGER NOT NULL,
    first_text_ms INTEGER,
    total_ms      INTEGER NOT NULL
) STRICT;

CREATE INDEX analytics_event_time ON analytics_event (at);
CREATE INDEX analytics_event_person ON analytics_event (pseudonym);

-- One row a turn that its reader rated.
CREATE TABLE feedback (
    turn_id   TEXT    NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    pseudonym TEXT,
    rating    TEXT    NOT NULL CHECK (rating IN ('up', 'down')),
    -- Sanitised.
    comment   TEXT
) STRICT;

CREATE INDEX feedback_time ON feedback (at);
CREATE INDEX feedback_person ON feedback (pseudonym);

-- Failures of the program. Always without a person.
CREATE TABLE error_log (
    id        INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    pseudonym TEXT    CHECK (pseudonym IS NULL),
    code      TEXT    NOT NULL,
    -- The operation: method and route template.
    operation TEXT    NOT NULL,
    -- The place in the program's source: file and line.
    location  TEXT    NOT NULL
) STRICT;

CREATE INDEX error_log_time ON error_log (at);

-- What raises an alert: more than `threshold` events of a kind within `window_ms`, or a measure
-- above (below) `threshold`. The bounds are part of the rule, so that the schema holds them.
CREATE TABLE alert_rule (
    kind             TEXT    NOT NULL PRIMARY KEY,
    event            TEXT    NOT NULL,
    test             TEXT    NOT NULL CHECK (test IN ('count', 'above', 'below')),
    severity         TEXT    NOT NULL CHECK (severity IN ('notice', 'warning', 'critical')),
    threshold        INTEGER NOT NULL CHECK (threshold BETWEEN lowest AND highest),
    lowest           INTEGER NOT NULL,
    highest          INTEGER NOT NULL,
    window_ms        INTEGER NOT NULL CHECK (window_ms BETWEEN shortest_ms AND longest_ms),
    shortest_ms      INTEGER NOT NULL,
    longest_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX alert_rule_event ON alert_rule (event);

INSERT INTO alert_rule
    (kind, event, test, severity, threshold, lowest, highest, window_ms, shortest_ms, longest_ms)
VALUES
    ('denials',             'denied',              'count', 'warning',     3,   1,    50,   300000,   60000,   3600000),
    ('escalation',          'denied',              'count', 'critical',   10,   3,   200,  3600000,  600000,  86400000),
    ('failed_sign_ins',     'sign_in_failed',      'count', 'warning',     4,   2,    19,   300000,   60000,   3600000),
    ('locked_out',          'locked_out',          'count', 'warning',     0,   0,    10,   300000,   60000,  86400000),
    ('many_queries',        'queries_counted',     'above', 'warning',  1000, 100, 20000, 86400000, 86400000,  86400000),
    ('repeated_injection',  'injection_blocked',   'count', 'warning',     2,   1,    20,   600000,   60000,  86400000),
    ('scraping',            'peer_challenged',     'count', 'warning',     0,   0,    20,  3600000,  600000,  86400000),
    ('peer_blocked',        'peer_blocked',        'count', 'warning',     0,   0,    20,  3600000,  600000,  86400000),
    ('audit_failed',        'audit_failed',        'count', 'critical',    0,   0,     0,  3600000, 3600000,   3600000),
    ('integrity_failed',    'integrity_failed',    'count', 'critical',    0,   0,     0,  3600000, 3600000,   3600000),
    ('clock_jumped',        'clock_jumped',        'count', 'critical',    0,   0,     0,  3600000, 3600000,   3600000),
    ('disk_low',            'disk_measured',       'below', 'critical',  512,  64, 65536,  3600000, 3600000,   3600000),
    ('checkpoint_overdue',  'checkpoint_measured', 'above', 'warning',     7,   1,    90, 86400000, 86400000,  86400000),
    ('capability_exceeded', 'capability_exceeded', 'count', 'critical',    0,   0,     0,  3600000, 3600000,   3600000);

-- What happens again while an alert is not closed is counted there.
CREATE TABLE alert (
    id         TEXT    NOT NULL PRIMARY KEY,
    -- When it last happened.
    at         INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    kind       TEXT    NOT NULL REFERENCES alert_rule (kind),
    pseudonym  TEXT,
    state      TEXT    NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
    count      INTEGER NOT NULL CHECK (count > 0),
    body       TEXT    NOT NULL CHECK (json_valid(body)),
    changed_at INTEGER,
    changed_by TEXT,
    -- Sanitised; why it was closed.
    note       TEXT,
    CHECK ((state = 'closed') = (note IS NOT NULL))
) STRICT;

CREATE INDEX alert_time ON alert (at);
CREATE UNIQUE INDEX alert_unsettled ON alert (kind, coalesce(pseudonym, '')) WHERE state <> 'closed';

-- Limits that an administrator changed; the others have the value that the program ships with.
CREATE TABLE limit_setting (
    name       TEXT    NOT NULL PRIMARY KEY,
    value      INTEGER NOT NULL CHECK (value >= 0),
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
