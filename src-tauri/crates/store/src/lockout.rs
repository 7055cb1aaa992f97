//! Failed sign-ins by name and source.

use std::time::Duration;

use cloister_types::Timestamp;

use crate::{AuditBody, AuditEvent, AuditRecord, Store, StoreError, audit};

/// When failures pause sign-in, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockoutRule {
    /// Failures within [`window`](Self::window) that start a pause.
    pub failures: u32,
    /// How long a failure counts.
    pub window: Duration,
    /// The first pause; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Pauses start from the first again after this long without a failure.
    pub forgiven_after: Duration,
}

/// A name and where somebody tried it from. Unknown names are counted like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// A keyed hash of the name.
    pub name_hash: [u8; 32],
    /// The device or address.
    pub source: String,
}

#[derive(sqlx::FromRow)]
struct Stored {
    failures: u32,
    first_at: i64,
    level: u32,
    locked_until: Option<i64>,
}

impl Store {
    /// Until when sign-in is paused for `attempt`, if it is.
    ///
    /// # Errors
    /// When it could not be read; sign-in must then be refused.
    pub async fn paused_until(
        &self,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let until: Option<Option<i64>> = sqlx::query_scalar(
            "SELECT locked_until FROM lockout WHERE name_hash = ? AND source = ?",
        )
        .bind(attempt.name_hash.as_slice())
        .bind(&attempt.source)
        .fetch_optional(self.readers())
        .await?;
        Ok(until.flatten().map(Timestamp::from_millis).filter(|until| *until > now))
    }

    /// Counts a failure with its record. Returns until when sign-in is paused now, if this failure
    /// paused it.
    ///
    /// # Errors
    /// When it could not be written; sign-in must then be refused.
    pub async fn count_failure(
        &self,
        attempt: &Attempt,
        rule: &LockoutRule,
        record: &AuditRecord,
    ) -> Result<Option<Timestamp>, StoreError> {
        let now = record.at;
        let mut tx = self.begin_essential().await?;
        let known: Option<Stored> = sqlx::query_as(
            "SELECT failures, first_at, level, locked_until FROM lockout \
             WHERE name_hash = ? AND source = ?",
        )
        .bind(attempt.name_hash.as_slice())
        .bind(&attempt.source)
        .fetch_optional(&mut *tx)
        .await?;
        let next = rule.after_failure(known.as_ref(), now);
        sqlx::query(
            "INSERT INTO lockout (name_hash, source, failures, first_at, level, locked_until) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (name_hash, source) DO UPDATE \
             SET failures = ?3, first_at = ?4, level = ?5, locked_until = ?6",
        )
        .bind(attempt.name_hash.as_slice())
        .bind(&attempt.source)
        .bind(next.failures)
        .bind(next.first_at)
        .bind(next.level)
        .bind(next.locked_until)
        .execute(&mut *tx)
        .await?;
        audit::append(&mut tx, record).await?;
        let paused = next.locked_until.map(Timestamp::from_millis).filter(|_| next.failures == 0);
        if let Some(until) = paused {
            let body = AuditBody::new()
                .span("pause_ms", until.since(now))
                .count("level", next.level.into());
            let locked = AuditRecord { event: AuditEvent::LockedOut, body, ..record.clone() };
            audit::append(&mut tx, &locked).await?;
        }
        tx.commit().await?;
        Ok(paused)
    }

    /// Forgets the failures of `attempt`, after a sign-in that succeeded.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn forgive(&self, attempt: &Attempt) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM lockout WHERE name_hash = ? AND source = ?")
            .bind(attempt.name_hash.as_slice())
            .bind(&attempt.source)
            .execute(&mut *self.writer_essential().await?)
            .await?;
        Ok(())
    }
}

impl LockoutRule {
    /// What is known after one more failure at `now`. A pause starts the count anew.
    fn after_failure(&self, known: Option<&Stored>, now: Timestamp) -> Stored {
        let fresh = Stored { failures: 0, first_at: now.as_millis(), level: 0, locked_until: None };
        let mut next = match known {
            None => fresh,
            Some(known) => {
                let last = known.locked_until.unwrap_or(known.first_at).max(known.first_at);
                let quiet = now.since(Timestamp::from_millis(last));
                let counting = now.since(Timestamp::from_millis(known.first_at)) < self.window;
                Stored {
                    failures: if counting { known.failures } else { 0 },
                    first_at: if counting && known.failures > 0 {
                        known.first_at
                    } else {
                        now.as_millis()
                    },
                    level: if quiet >= self.forgiven_after { 0 } else { known.level },
                    locked_until: None,
                }
            }
        };
        next.failures += 1;
        if next.failures >= self.failures {
            let pause = self.first_pause.saturating_mul(1 << next.level.min(16));
            next.locked_until = Some((now + pause.min(self.longest_pause)).as_millis());
            next.level += 1;
            next.failures = 0;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{START, Site};

    const RULE: LockoutRule = LockoutRule {
        failures: 5,
        window: Duration::from_mins(5),
        first_pause: Duration::from_mins(15),
        longest_pause: Duration::from_hours(1),
        forgiven_after: Duration::from_hours(24),
    };

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// Fails at each of `times` (seconds after the start); the minutes of each pause that began.
    async fn pauses(times: &[u64]) -> Vec<(u64, u64)> {
        let site = Site::new();
        let store = site.create().await;
        let attempt = Attempt { name_hash: [7; 32], source: "device".to_owned() };
        let mut pauses = Vec::new();
        for &second in times {
            let now = START + seconds(second);
            let record = AuditRecord::new(AuditEvent::SignInFailed, now, AuditBody::new());
            if let Some(until) = store.count_failure(&attempt, &RULE, &record).await.unwrap() {
                pauses.push((second, until.since(now).as_secs() / 60));
                assert_eq!(store.paused_until(&attempt, now).await.unwrap(), Some(until));
                assert_eq!(store.paused_until(&attempt, until).await.unwrap(), None);
            }
        }
        let elsewhere = Attempt { source: "192.0.2.7".to_owned(), ..attempt.clone() };
        let end = START + seconds(times.last().copied().unwrap_or_default());
        assert_eq!(store.paused_until(&elsewhere, end).await.unwrap(), None, "by source");
        store.forgive(&attempt).await.unwrap();
        assert_eq!(store.paused_until(&attempt, end).await.unwrap(), None);
        store.close().await;
        pauses
    }

    #[tokio::test]
    async fn failures_pause_sign_in_for_longer_and_longer() {
        assert_eq!(pauses(&[0, 1, 2, 3]).await, []);
        assert_eq!(pauses(&[0, 60, 120, 180, 240]).await, [(240, 15)]);
        assert_eq!(pauses(&[0, 60, 120, 180, 301]).await, [], "the first no longer counts");
        let hours: Vec<u64> =
            (0..4).flat_map(|hour| (0..5).map(move |i| hour * 4_000 + i)).collect();
        assert_eq!(pauses(&hours).await, [(4, 15), (4_004, 30), (8_004, 60), (12_004, 60)]);
        let forgiven: Vec<u64> = (0..5).chain((0..5).map(|i| 100_000 + i)).collect();
        assert_eq!(pauses(&forgiven).await, [(4, 15), (100_004, 15)]);
    }
}
