//! How long each class of data is kept: a setting with a floor and a ceiling.

use std::{fmt, str::FromStr, time::Duration};

use cloister_types::{Authorized, LogSafe, Pseudonym, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit};

const DAY: Duration = Duration::from_hours(24);

macro_rules! classes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal {
        default: $default:expr, floor: $floor:expr, ceiling: $ceiling:expr,
        what: $what:literal, identity: $identity:literal $(,)?
    })+) => {
        /// A class of data that ends after a period. The schema holds the same bounds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RetentionClass { $($(#[$doc])* $variant,)+ }

        impl RetentionClass {
            /// Every class, from what is kept for the shortest time.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The class's name as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// How long it is kept unless the site chose otherwise.
            #[must_use]
            pub const fn default_period(self) -> Duration {
                match self { $(Self::$variant => $default,)+ }
            }

            /// The shortest and the longest period that a site may choose.
            #[must_use]
            pub const fn bounds(self) -> (Duration, Duration) {
                match self { $(Self::$variant => ($floor, $ceiling),)+ }
            }

            /// What the class holds, for people.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }

            /// Under which identity it is kept, for people.
            #[must_use]
            pub const fn identity(self) -> &'static str {
                match self { $(Self::$variant => $identity,)+ }
            }
        }
    };
}

const fn days(count: u32) -> Duration {
    Duration::from_secs(count as u64 * 24 * 60 * 60)
}

classes! {
    /// Sanitised turns of people who signed in, from the last turn on.
    Conversation = "conversation" {
        default: DAY, floor: Duration::from_hours(1), ceiling: days(30),
        what: "sanitised questions and answers, sealed under the person's own key; a guest's end with the session",
        identity: "account or guest session",
    }
    /// Sanitised prompts and answers for quality review.
    MessageLog = "message_log" {
        default: days(30), floor: DAY, ceiling: days(90),
        what: "sanitised prompts and answers, sealed, read only under a grant",
        identity: "pseudonym",
    }
    /// What turns were about and how they went, in counts.
    AnalyticsEvent = "analytics_event" {
        default: days(90), floor: DAY, ceiling: days(365),
        what: "intent, outcome and times of a turn, no text",
        identity: "pseudonym",
    }
    /// Requests, without text.
    AccessLog = "access_log" {
        default: days(90), floor: days(7), ceiling: days(365),
        what: "one record a request, no text",
        identity: "pseudonym",
    }
    /// Failures of the program.
    ErrorLog = "error_log" {
        default: days(180), floor: days(7), ceiling: days(730),
        what: "error code and place in the program, no text",
        identity: "none",
    }
    /// Ratings and remarks.
    Feedback = "feedback" {
        default: days(365), floor: DAY, ceiling: days(1_095),
        what: "rating of an answer and an optional sanitised remark",
        identity: "pseudonym",
    }
    /// Denials, lockouts, injection, alerts.
    SecurityEvent = "security_event" {
        default: days(730), floor: days(90), ceiling: days(2_555),
        what: "denials, lockouts, blocked messages and alerts, no text",
        identity: "pseudonym",
    }
    /// Every decision.
    AuditRecord = "audit_record" {
        default: days(2_555), floor: days(365), ceiling: days(3_650),
        what: "every decision, no text",
        identity: "pseudonym",
    }
    /// On what grounds data were processed, after the account is gone.
    ConsentRecord = "consent_record" {
        default: days(2_555), floor: days(1_095), ceiling: days(3_650),
        what: "purpose, lawful basis, when given and withdrawn; while the account lives, and for the period after it",
        identity: "account, then its own salted hash",
    }
}

/// A name that is no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a class of data that is kept for a period")]
pub struct RetentionClassError;

impl FromStr for RetentionClass {
    type Err = RetentionClassError;

    fn from_str(name: &str) -> Result<Self, RetentionClassError> {
        Self::ALL.iter().copied().find(|class| class.as_str() == name).ok_or(RetentionClassError)
    }
}

impl fmt::Display for RetentionClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for RetentionClass {}

/// The period of a class, as the site has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionPeriod {
    /// The class.
    pub class: RetentionClass,
    /// How long it is kept.
    pub period: Duration,
}

impl Store {
    /// The period of every class, in the order of [`RetentionClass::ALL`].
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn retention(&self) -> Result<Vec<RetentionPeriod>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let mut periods = Vec::with_capacity(RetentionClass::ALL.len());
        for class in RetentionClass::ALL.iter().copied() {
            periods
                .push(RetentionPeriod { class, period: period_of(&mut connection, class).await? });
        }
        Ok(periods)
    }

    /// Changes the period of a class and records the old and the new one. Conversations move their
    /// end at once; all else goes by the new period at the next purge.
    ///
    /// # Errors
    /// [`StoreError::OutOfBounds`] when the period is shorter than the floor or longer than the
    /// ceiling.
    pub async fn change_period(
        &self,
        _: &Authorized<act::Configure>,
        by: Pseudonym,
        change: RetentionPeriod,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let RetentionPeriod { class, period } = change;
        let (floor, ceiling) = class.bounds();
        if period < floor || period > ceiling {
            return Err(StoreError::OutOfBounds);
        }
        let mut tx = self.begin().await?;
        let old = period_of(&mut tx, class).await?;
        sqlx::query("UPDATE retention SET period_ms = ? WHERE class = ?")
            .bind(millis(period))
            .bind(class.as_str())
            .execute(&mut *tx)
            .await?;
        let body =
            AuditBody::new().with("retention", &class).span("old_ms", old).span("new_ms", period);
        let record = AuditRecord::new(AuditEvent::SettingChanged, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await
    }
}

/// The period of `class`.
pub(crate) async fn period_of(
    connection: &mut SqliteConnection,
    class: RetentionClass,
) -> Result<Duration, StoreError> {
    let period: i64 = sqlx::query_scalar("SELECT period_ms FROM retention WHERE class = ?")
        .bind(class.as_str())
        .fetch_one(connection)
        .await?;
    let period =
        u64::try_from(period).map_err(|_| StoreError::MalformedRow { table: "retention" })?;
    Ok(Duration::from_millis(period))
}

fn millis(period: Duration) -> i64 {
    i64::try_from(period.as_millis()).unwrap_or(i64::MAX)
}
