//! Security events: what happened that somebody may have to look at, without a word of text. Each is
//! put before the alert rules in the transaction that records it.

use cloister_types::{AlertId, Entropy, LogSafe, Pseudonym, Timestamp};
use sqlx::SqliteConnection;

use crate::{AuditBody, Store, StoreError, alert, writer::WriteTransaction};

macro_rules! security_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What a security event is about. Alert rules count these.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SecurityKind { $($(#[$doc])* $variant,)+ }

        impl SecurityKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The kind's name as stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

security_kinds! {
    /// The policy said no.
    Denied = "denied",
    /// A sign-in was refused.
    SignInFailed = "sign_in_failed",
    /// Sign-in for a name was paused.
    LockedOut = "locked_out",
    /// The guard took a message for an attack.
    InjectionBlocked = "injection_blocked",
    /// The guard turned a message away for its content.
    ModerationRedirected = "moderation_redirected",
    /// Passages were read so widely or fast that a proof of work was asked for.
    PeerChallenged = "peer_challenged",
    /// Nothing more is taken from a place or person for a while.
    PeerBlocked = "peer_blocked",
    /// Questions within a day; the measure is how many.
    QueriesCounted = "queries_counted",
    /// The audit log does not verify, or could not be written.
    AuditFailed = "audit_failed",
    /// The database does not verify.
    IntegrityFailed = "integrity_failed",
    /// The clock jumped.
    ClockJumped = "clock_jumped",
    /// Free space where the vault lies; the measure is in MB.
    DiskMeasured = "disk_measured",
    /// Age of the last checkpoint kept elsewhere; the measure is in days.
    CheckpointMeasured = "checkpoint_measured",
    /// A part of the program asked beyond what it may do.
    CapabilityExceeded = "capability_exceeded",
    /// Wider access was asked for, and nobody but the requester can approve it.
    PolicyWaits = "policy_waits",
    /// Message logs were asked for, and nobody but the requester can approve it.
    LogAccessWaits = "log_access_waits",
}

impl SecurityKind {
    pub(crate) fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

impl std::fmt::Display for SecurityKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for SecurityKind {}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: SecurityKind,
    /// The person whom it concerns.
    pub pseudonym: Option<Pseudonym>,
    /// How much, where the kind is a measure.
    pub measure: Option<u64>,
    /// The particulars.
    pub body: AuditBody,
}

impl SecurityEvent {
    /// An event about nobody, without particulars.
    #[must_use]
    pub const fn new(kind: SecurityKind, at: Timestamp) -> Self {
        Self { at, kind, pseudonym: None, measure: None, body: AuditBody::new() }
    }

    /// The same event, about the person behind `pseudonym`.
    #[must_use]
    pub const fn about(mut self, pseudonym: Option<Pseudonym>) -> Self {
        self.pseudonym = pseudonym;
        self
    }

    /// The same event, with how much was measured.
    #[must_use]
    pub fn measuring(mut self, measure: u64) -> Self {
        self.measure = Some(measure);
        self.body = std::mem::take(&mut self.body).count("measure", measure);
        self
    }

    /// The same event, with particulars.
    #[must_use]
    pub fn with(mut self, body: AuditBody) -> Self {
        self.body = body;
        self
    }
}

impl Store {
    /// Records `event` and puts it before the alert rules, in one transaction. Returns the alerts
    /// that it raised anew; one that was raised before is counted up. A measure that raises nothing
    /// is not kept.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn note_security(
        &self,
        entropy: &dyn Entropy,
        event: &SecurityEvent,
    ) -> Result<Vec<AlertId>, StoreError> {
        let mut tx = self.begin_essential().await?;
        let raised = note(&mut tx, entropy, event).await?;
        tx.commit().await?;
        Ok(raised)
    }
}

/// Records `event` in the transaction of the act that it is about.
pub(crate) async fn note(
    tx: &mut WriteTransaction,
    entropy: &dyn Entropy,
    event: &SecurityEvent,
) -> Result<Vec<AlertId>, StoreError> {
    if event.measure.is_none() {
        append(tx, event).await?;
    }
    let outcome = alert::judge(tx, entropy, event).await?;
    if event.measure.is_some() && outcome.matched {
        append(tx, event).await?;
    }
    Ok(outcome.raised)
}

pub(crate) async fn append(
    connection: &mut SqliteConnection,
    event: &SecurityEvent,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO security_event (at, pseudonym, kind, body) VALUES (?, ?, ?, ?)")
        .bind(event.at.as_millis())
        .bind(event.pseudonym.map(|id| id.to_string()))
        .bind(event.kind.as_str())
        .bind(event.body.to_json())
        .execute(connection)
        .await?;
    Ok(())
}
