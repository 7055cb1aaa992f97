//! Whether the time of day may say what is due. A clock that is wrong deletes too much or keeps too
//! long, and nothing on a machine without a network corrects it.
//!
//! While the vault is open its time of day is held against the time that went by; when it is opened,
//! against the latest time that was seen. Either way more than a day is a jump: nothing is deleted
//! until a person confirms the time. An appliance that was off for longer than that asks too, since
//! nothing in it can tell the two apart.

use std::time::Duration;

use cloister_types::{Authorized, Entropy, Pseudonym, Timestamp, act};
use sqlx::SqliteConnection;

use crate::{
    AlertKind, AuditBody, AuditEvent, AuditRecord, ClockState, SettingName, SettingValue, Store,
    StoreError, alert, audit, settings, writer::WriteTransaction,
};

/// More than this, either way, is a jump.
const TOLERANCE: Duration = Duration::from_hours(24);
/// The latest time that was seen, in milliseconds; only a person moves it back.
const SEEN: SettingName = SettingName("clock_seen_ms");
/// The time that was expected when the clock jumped, while nobody has confirmed it.
const EXPECTED: SettingName = SettingName("clock_expected_ms");

/// Both hands of a clock, read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time of day.
    pub at: Timestamp,
    /// The time since some fixed point, which only goes forward.
    pub running: Duration,
}

impl Moment {
    /// What the time of day should be now, if it went as time goes since `self`.
    fn expected_at(self, now: Self) -> Timestamp {
        self.at + now.running.saturating_sub(self.running)
    }
}

impl Store {
    /// Looks at the clock. A jump is recorded and raises an alert when it is first seen.
    ///
    /// # Errors
    /// When it could not be read or written; nothing must be deleted then.
    pub async fn watch_clock(
        &self,
        entropy: &dyn Entropy,
        now: Moment,
    ) -> Result<ClockState, StoreError> {
        let mut last = self.last_moment().await;
        let mut tx = self.begin_essential().await?;
        if time_of(&mut tx, EXPECTED).await?.is_some() {
            return Ok(ClockState::Jumped);
        }
        let seen = match time_of(&mut tx, SEEN).await? {
            Some(seen) => Some(seen),
            None => newest_record(&mut tx).await?,
        };
        let expected = last.map(|last| last.expected_at(now)).or(seen).unwrap_or(now.at);
        let jumped = now.at.since(expected).max(expected.since(now.at)) > TOLERANCE;
        if jumped {
            keep(&mut tx, EXPECTED, expected, now.at).await?;
            note_jump(&mut tx, entropy, expected, now.at).await?;
        } else if seen.is_none_or(|seen| seen < now.at) {
            keep(&mut tx, SEEN, now.at, now.at).await?;
        }
        tx.commit().await?;
        if jumped {
            tracing::warn!(%expected, now = %now.at, "the clock jumped: nothing is deleted");
            return Ok(ClockState::Jumped);
        }
        *last = Some(now);
        Ok(ClockState::Trusted)
    }

    /// Trusts the clock as it is now, on the word of `by`. Whether it was in doubt.
    ///
    /// # Errors
    /// When it could not be written; the clock stays in doubt then.
    pub async fn confirm_clock(
        &self,
        _: &Authorized<act::Configure>,
        by: Pseudonym,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let mut last = self.last_moment().await;
        let mut tx = self.begin_essential().await?;
        let Some(expected) = time_of(&mut tx, EXPECTED).await? else { return Ok(false) };
        sqlx::query("DELETE FROM setting WHERE name = ?")
            .bind(EXPECTED.0)
            .execute(&mut *tx)
            .await?;
        keep(&mut tx, SEEN, now.at, now.at).await?;
        let body = AuditBody::new().with("expected", &expected);
        let record = AuditRecord::new(AuditEvent::ClockConfirmed, now.at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await?;
        *last = Some(now);
        Ok(true)
    }
}

async fn note_jump(
    tx: &mut WriteTransaction,
    entropy: &dyn Entropy,
    expected: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = AuditBody::new().with("expected", &expected).with("shown", &now);
    audit::append(tx, &AuditRecord::new(AuditEvent::ClockJumped, now, body.clone())).await?;
    alert::raise(tx, entropy, AlertKind::ClockJumped, None, body, now).await.map(drop)
}

async fn time_of(
    connection: &mut SqliteConnection,
    name: SettingName,
) -> Result<Option<Timestamp>, StoreError> {
    match settings::read(connection, name).await? {
        None => Ok(None),
        Some(SettingValue::Number(millis)) => {
            let millis = i64::try_from(millis).map_err(|_| StoreError::OutOfBounds)?;
            Ok(Some(Timestamp::from_millis(millis)))
        }
        Some(SettingValue::Switch(_) | SettingValue::Code(_)) => {
            Err(StoreError::MalformedRow { table: "setting" })
        }
    }
}

/// A time before 1970 is kept as 1970.
async fn keep(
    connection: &mut SqliteConnection,
    name: SettingName,
    time: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    settings::write(connection, name, &SettingValue::Number(millis), now).await
}

/// When the newest record was written, for a vault from before the clock was watched.
async fn newest_record(connection: &mut SqliteConnection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sqlx::query_scalar("SELECT at FROM audit_record ORDER BY seq DESC LIMIT 1")
            .fetch_optional(connection)
            .await?;
    Ok(at.map(Timestamp::from_millis))
}
