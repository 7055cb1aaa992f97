//! Alerts and the rules that raise them. Rules are data: a threshold within bounds.

use std::time::Duration;

use cloister_types::{AlertId, Authorized, Entropy, LogSafe, Pseudonym, Sanitized, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{
    AuditBody, AuditEvent, AuditRecord, SecurityEvent, SecurityKind, Store, StoreError, audit,
    writer::WriteTransaction,
};

macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one called `name`.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl LogSafe for $name {}
    };
}

names! {
    /// What an alert is about, and the name of its rule.
    AlertKind {
        /// One person was denied again and again.
        Denials = "denials",
        /// One person was denied so often that they may be trying to widen their rights.
        Escalation = "escalation",
        /// Sign-ins to one account failed again and again.
        FailedSignIns = "failed_sign_ins",
        /// Sign-in for a name was paused.
        LockedOut = "locked_out",
        /// So many questions in a day that knowledge may be carried out.
        ManyQueries = "many_queries",
        /// Attacks on the model came again and again.
        RepeatedInjection = "repeated_injection",
        /// Passages were read as a program reads them.
        Scraping = "scraping",
        /// Nothing more is taken from a place or person for a while.
        PeerBlocked = "peer_blocked",
        /// The audit log does not verify, or could not be written.
        AuditFailed = "audit_failed",
        /// The database does not verify.
        IntegrityFailed = "integrity_failed",
        /// The clock jumped; the purge waits.
        ClockJumped = "clock_jumped",
        /// The disk is nearly full.
        DiskLow = "disk_low",
        /// No checkpoint of the audit log was kept elsewhere for days.
        CheckpointOverdue = "checkpoint_overdue",
        /// A part of the program asked beyond what it may do.
        CapabilityExceeded = "capability_exceeded",
        /// Wider access was asked for, and nobody but the requester can approve it.
        PolicyWaits = "policy_waits",
        /// Message logs were asked for, and nobody but the requester can approve it.
        LogAccessWaits = "log_access_waits",
    }
}

names! {
    /// How soon somebody should look.
    Severity {
        /// Some day.
        Notice = "notice",
        /// Today.
        Warning = "warning",
        /// Now.
        Critical = "critical",
    }
}

names! {
    /// How far an alert was dealt with.
    AlertState {
        /// Nobody has looked.
        Open = "open",
        /// Somebody is looking.
        Acknowledged = "acknowledged",
        /// Dealt with; a note says how.
        Closed = "closed",
    }
}

names! {
    /// How a rule compares.
    AlertTest {
        /// More events than the threshold within the window.
        Count = "count",
        /// A measure above the threshold.
        Above = "above",
        /// A measure below the threshold.
        Below = "below",
    }
}

/// What raises an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRule {
    /// Its name.
    pub kind: AlertKind,
    /// What it counts or measures.
    pub event: SecurityKind,
    /// How it compares.
    pub test: AlertTest,
    /// How soon somebody should look.
    pub severity: Severity,
    /// What has to be exceeded, or fallen below.
    pub threshold: u64,
    /// The threshold's bounds.
    pub bounds: (u64, u64),
    /// Within which time events are counted.
    pub window: Duration,
    /// The window's bounds.
    pub window_bounds: (Duration, Duration),
}

/// A change of a rule that its bounds do not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The threshold lies outside.
    #[error("the threshold of this rule lies between {0} and {1}")]
    Threshold(u64, u64),
    /// The window lies outside.
    #[error("the window of this rule lies between {0} and {1} seconds")]
    Window(u64, u64),
}

impl AlertRule {
    /// The rule with another threshold or window.
    ///
    /// # Errors
    /// [`RuleError`] with the bounds when one lies outside.
    pub fn changed(
        mut self,
        threshold: Option<u64>,
        window: Option<Duration>,
    ) -> Result<Self, RuleError> {
        if let Some(threshold) = threshold {
            let (lowest, highest) = self.bounds;
            if !(lowest..=highest).contains(&threshold) {
                return Err(RuleError::Threshold(lowest, highest));
            }
            self.threshold = threshold;
        }
        if let Some(window) = window {
            let (shortest, longest) = self.window_bounds;
            if !(shortest..=longest).contains(&window) {
                return Err(RuleError::Window(shortest.as_secs(), longest.as_secs()));
            }
            self.window = window;
        }
        Ok(self)
    }
}

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// How soon somebody should look.
    pub severity: Severity,
    /// How far it was dealt with.
    pub state: AlertState,
    /// The person whom it concerns.
    pub pseudonym: Option<Pseudonym>,
    /// How often it happened until it was closed.
    pub count: u64,
    /// When it happened first.
    pub first_at: Timestamp,
    /// When it happened last.
    pub at: Timestamp,
    /// The particulars of the last time: a JSON object.
    pub body: serde_json::Value,
    /// When and by whom its state was changed.
    pub changed: Option<(Timestamp, Pseudonym)>,
    /// How it was dealt with; sanitised.
    pub note: Option<String>,
}

/// What an administrator does with an alert.
#[derive(Debug, Clone)]
pub enum AlertChange {
    /// Looks into it.
    Acknowledge,
    /// Is done, and says how.
    Close(Sanitized),
}

/// What the rules made of an event.
pub(crate) struct Judgement {
    /// Whether any rule was met.
    pub(crate) matched: bool,
    /// Alerts that are new.
    pub(crate) raised: Vec<AlertId>,
}

type StoredRule = (String, String, String, String, i64, i64, i64, i64, i64, i64);
type StoredAlert = (
    String,
    String,
    String,
    String,
    Option<String>,
    i64,
    i64,
    i64,
    String,
    Option<i64>,
    Option<String>,
    Option<String>,
);

macro_rules! select_rules {
    () => {
        "SELECT kind, event, test, severity, threshold, lowest, highest, window_ms, shortest_ms, \
         longest_ms FROM alert_rule"
    };
}

macro_rules! select_alerts {
    () => {
        "SELECT alert.id, alert.kind, alert_rule.severity, alert.state, alert.pseudonym, \
         alert.count, alert.first_at, alert.at, alert.body, alert.changed_at, alert.changed_by, \
         alert.note FROM alert JOIN alert_rule ON alert_rule.kind = alert.kind"
    };
}

impl Store {
    /// Every rule, by name.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn alert_rules(&self) -> Result<Vec<AlertRule>, StoreError> {
        let rows: Vec<StoredRule> = sqlx::query_as(concat!(select_rules!(), " ORDER BY kind"))
            .fetch_all(self.readers())
            .await?;
        rules(rows)
    }

    /// Puts `rule` in the place of the one of the same name, with its audit record.
    ///
    /// # Errors
    /// When it could not be written; the rule then stays as it was.
    pub async fn set_alert_rule(
        &self,
        _allowed: &Authorized<act::Configure>,
        rule: &AlertRule,
        at: Timestamp,
        by: Pseudonym,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let (threshold, window): (i64, i64) =
            sqlx::query_as("SELECT threshold, window_ms FROM alert_rule WHERE kind = ?")
                .bind(rule.kind.as_str())
                .fetch_one(&mut *tx)
                .await?;
        sqlx::query("UPDATE alert_rule SET threshold = ?, window_ms = ? WHERE kind = ?")
            .bind(signed(rule.threshold))
            .bind(millis(rule.window))
            .bind(rule.kind.as_str())
            .execute(&mut *tx)
            .await?;
        let body = AuditBody::new()
            .with("alert_rule", &rule.kind)
            .count("old_threshold", unsigned(threshold))
            .count("new_threshold", rule.threshold)
            .count("old_window_ms", unsigned(window))
            .span("new_window_ms", rule.window);
        let record = AuditRecord::new(AuditEvent::SettingChanged, at, body).about(by);
        audit::append(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Raises an alert without asking a rule, with its event.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn raise_alert(
        &self,
        entropy: &dyn Entropy,
        kind: AlertKind,
        pseudonym: Option<Pseudonym>,
        body: AuditBody,
        at: Timestamp,
    ) -> Result<Option<AlertId>, StoreError> {
        let mut tx = self.begin_essential().await?;
        let raised = raise(&mut tx, entropy, kind, pseudonym, body, at).await?;
        tx.commit().await?;
        Ok(raised)
    }

    /// Alerts that are not closed first, and the latest first; at most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn alerts(&self, limit: u32) -> Result<Vec<Alert>, StoreError> {
        let rows: Vec<StoredAlert> = sqlx::query_as(concat!(
            select_alerts!(),
            " ORDER BY alert.state = 'closed', alert.at DESC, alert.id LIMIT ?"
        ))
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(Alert::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "alert" })
    }

    /// How many alerts are not closed.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub async fn unsettled_alerts(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM alert WHERE state <> 'closed'")
            .fetch_one(self.readers())
            .await?;
        Ok(unsigned(count))
    }

    /// Does `change` to the alert `id`, with its audit record. Returns the alert as it then is, or
    /// nothing when there is no such alert or it is closed.
    ///
    /// # Errors
    /// When it could not be written; the alert then stays as it was.
    pub async fn change_alert(
        &self,
        _allowed: &Authorized<act::Configure>,
        id: AlertId,
        change: &AlertChange,
        at: Timestamp,
        by: Pseudonym,
    ) -> Result<Option<Alert>, StoreError> {
        let (state, note) = match change {
            AlertChange::Acknowledge => (AlertState::Acknowledged, None),
            AlertChange::Close(note) => (AlertState::Closed, Some(note.as_str())),
        };
        let mut tx = self.begin().await?;
        let changed = sqlx::query(
            "UPDATE alert SET state = ?, note = ?, changed_at = ?, changed_by = ? \
             WHERE id = ? AND state <> 'closed'",
        )
        .bind(state.as_str())
        .bind(note)
        .bind(at.as_millis())
        .bind(by.to_string())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(None);
        }
        let row: StoredAlert = sqlx::query_as(concat!(select_alerts!(), " WHERE alert.id = ?"))
            .bind(id.to_string())
            .fetch_one(&mut *tx)
            .await?;
        let alert = Alert::from_stored(row).ok_or(StoreError::MalformedRow { table: "alert" })?;
        let body = AuditBody::new()
            .with("alert", &id)
            .with("kind", &alert.kind)
            .with("state", &alert.state);
        audit::append(&mut tx, &AuditRecord::new(AuditEvent::AlertChanged, at, body).about(by))
            .await?;
        tx.commit().await?;
        Ok(Some(alert))
    }
}

/// Puts `event` before every rule that looks at its kind.
pub(crate) async fn judge(
    tx: &mut WriteTransaction,
    entropy: &dyn Entropy,
    event: &SecurityEvent,
) -> Result<Judgement, StoreError> {
    let rows: Vec<StoredRule> = sqlx::query_as(concat!(select_rules!(), " WHERE event = ?"))
        .bind(event.kind.as_str())
        .fetch_all(&mut **tx)
        .await?;
    let mut judgement = Judgement { matched: false, raised: Vec::new() };
    for rule in rules(rows)? {
        let met = match (rule.test, event.measure) {
            (AlertTest::Count, _) => count(tx, event, &rule).await? > rule.threshold,
            (AlertTest::Above, Some(measure)) => measure > rule.threshold,
            (AlertTest::Below, Some(measure)) => measure < rule.threshold,
            (AlertTest::Above | AlertTest::Below, None) => false,
        };
        if met {
            judgement.matched = true;
            judgement.raised.extend(fold(tx, entropy, rule.kind, event).await?);
        }
    }
    Ok(judgement)
}

async fn count(
    connection: &mut SqliteConnection,
    event: &SecurityEvent,
    rule: &AlertRule,
) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM security_event WHERE kind = ? AND pseudonym IS ? AND at > ?",
    )
    .bind(event.kind.as_str())
    .bind(event.pseudonym.map(|id| id.to_string()))
    .bind((event.at - rule.window).as_millis())
    .fetch_one(connection)
    .await?;
    Ok(unsigned(count))
}

/// Raises an alert without asking a rule, with its event, in the transaction of what it is about.
pub(crate) async fn raise(
    tx: &mut WriteTransaction,
    entropy: &dyn Entropy,
    kind: AlertKind,
    pseudonym: Option<Pseudonym>,
    body: AuditBody,
    at: Timestamp,
) -> Result<Option<AlertId>, StoreError> {
    let event: String = sqlx::query_scalar("SELECT event FROM alert_rule WHERE kind = ?")
        .bind(kind.as_str())
        .fetch_one(&mut **tx)
        .await?;
    let event = SecurityKind::from_stored(&event).ok_or(MALFORMED_RULE)?;
    let event = SecurityEvent::new(event, at).about(pseudonym).with(body);
    crate::security_event::append(tx, &event).await?;
    fold(tx, entropy, kind, &event).await
}

/// Counts up the alert of this kind and person that is not closed, or raises one with its audit
/// record.
async fn fold(
    tx: &mut WriteTransaction,
    entropy: &dyn Entropy,
    kind: AlertKind,
    event: &SecurityEvent,
) -> Result<Option<AlertId>, StoreError> {
    let pseudonym = event.pseudonym.map(|id| id.to_string());
    let counted = sqlx::query(
        "UPDATE alert SET count = count + 1, at = max(at, ?), body = ? \
         WHERE kind = ? AND coalesce(pseudonym, '') = coalesce(?, '') AND state <> 'closed'",
    )
    .bind(event.at.as_millis())
    .bind(event.body.to_json())
    .bind(kind.as_str())
    .bind(&pseudonym)
    .execute(&mut **tx)
    .await?;
    if counted.rows_affected() > 0 {
        return Ok(None);
    }
    let id = AlertId::random(entropy);
    sqlx::query(
        "INSERT INTO alert (id, at, first_at, kind, pseudonym, state, count, body) \
         VALUES (?1, ?2, ?2, ?3, ?4, 'open', 1, ?5)",
    )
    .bind(id.to_string())
    .bind(event.at.as_millis())
    .bind(kind.as_str())
    .bind(&pseudonym)
    .bind(event.body.to_json())
    .execute(&mut **tx)
    .await?;
    let body = AuditBody::new().with("alert", &id).with("kind", &kind).with("event", &event.kind);
    let record = AuditRecord::new(AuditEvent::AlertRaised, event.at, body);
    let record = match event.pseudonym {
        Some(pseudonym) => record.about(pseudonym),
        None => record,
    };
    match audit::append(tx, &record).await {
        Ok(()) => {}
        // A log that is broken takes no record; that it is broken has to be told all the same.
        Err(StoreError::ChainBroken) if kind == AlertKind::AuditFailed => {}
        Err(error) => return Err(error),
    }
    Ok(Some(id))
}

const MALFORMED_RULE: StoreError = StoreError::MalformedRow { table: "alert_rule" };

fn rules(rows: Vec<StoredRule>) -> Result<Vec<AlertRule>, StoreError> {
    rows.into_iter().map(AlertRule::from_stored).collect::<Option<_>>().ok_or(MALFORMED_RULE)
}

impl AlertRule {
    fn from_stored(row: StoredRule) -> Option<Self> {
        let (kind, event, test, severity, threshold, lowest, highest, window, shortest, longest) =
            row;
        let span = |millis: i64| u64::try_from(millis).ok().map(Duration::from_millis);
        Some(Self {
            kind: AlertKind::named(&kind)?,
            event: SecurityKind::from_stored(&event)?,
            test: AlertTest::named(&test)?,
            severity: Severity::named(&severity)?,
            threshold: u64::try_from(threshold).ok()?,
            bounds: (u64::try_from(lowest).ok()?, u64::try_from(highest).ok()?),
            window: span(window)?,
            window_bounds: (span(shortest)?, span(longest)?),
        })
    }
}

impl Alert {
    fn from_stored(row: StoredAlert) -> Option<Self> {
        let (id, kind, severity, state, pseudonym, count, first_at, at, body, when, who, note) =
            row;
        let who: Option<Pseudonym> = who.map(|id| id.parse()).transpose().ok()?;
        Some(Self {
            id: id.parse().ok()?,
            kind: AlertKind::named(&kind)?,
            severity: Severity::named(&severity)?,
            state: AlertState::named(&state)?,
            pseudonym: pseudonym.map(|id| id.parse()).transpose().ok()?,
            count: u64::try_from(count).ok()?,
            first_at: Timestamp::from_millis(first_at),
            at: Timestamp::from_millis(at),
            body: serde_json::from_str(&body).ok()?,
            changed: when.map(Timestamp::from_millis).zip(who),
            note,
        })
    }
}

/// A count as SQLite holds it.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count that the schema keeps from being negative.
pub(crate) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// A span in whole milliseconds.
pub(crate) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
