//! Analytics: what turns were about and how they went, in counts and times, without text.

use std::time::Duration;

use cloister_types::{Pseudonym, Timestamp};

use crate::{
    Store, StoreError,
    alert::{millis, signed, unsigned},
};

/// What a question turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// One entry answered it.
    Faq,
    /// It was answered from passages by the model.
    Document,
    /// It could mean several things.
    Ambiguous,
    /// A courtesy.
    SmallTalk,
    /// Something for a person.
    Escalation,
    /// Something that the guard did not let through.
    Unwelcome,
    /// Nothing that the knowledge covers.
    Unknown,
}

impl Intent {
    /// The intent as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Faq => "faq",
            Self::Document => "document",
            Self::Ambiguous => "ambiguous",
            Self::SmallTalk => "small_talk",
            Self::Escalation => "escalation",
            Self::Unwelcome => "unwelcome",
            Self::Unknown => "unknown",
        }
    }
}

/// One turn, in counts and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyticsEvent {
    /// When it was over.
    pub at: Timestamp,
    /// Who asked.
    pub pseudonym: Pseudonym,
    /// What it turned out to be.
    pub intent: Intent,
    /// How it ended, as a fixed name such as `answered`.
    pub outcome: &'static str,
    /// How many details were hidden.
    pub hidden: usize,
    /// How many passages were cited.
    pub cited: usize,
    /// Until the first word of the answer, where there was one by the model.
    pub first_text: Option<Duration>,
    /// The whole turn.
    pub total: Duration,
}

/// How many turns ended in one way on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// The start of the day, UTC.
    pub day: Timestamp,
    /// How they ended.
    pub outcome: String,
    /// How many.
    pub count: u64,
}

/// How long turns took: the median and the 95th percentile (nearest rank).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// How many were measured.
    pub count: u64,
    /// Half of them were at least as fast.
    pub p50: Duration,
    /// 95 of 100 were at least as fast.
    pub p95: Duration,
}

impl Store {
    /// Keeps `events`, in one transaction.
    ///
    /// # Errors
    /// When they could not be written; then none of them is.
    pub async fn keep_analytics(&self, events: &[AnalyticsEvent]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for event in events {
            sqlx::query(
                "INSERT INTO analytics_event \
                 (at, pseudonym, intent, outcome, hidden, cited, first_text_ms, total_ms) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(event.at.as_millis())
            .bind(event.pseudonym.to_string())
            .bind(event.intent.as_str())
            .bind(event.outcome)
            .bind(signed(event.hidden as u64))
            .bind(signed(event.cited as u64))
            .bind(event.first_text.map(millis))
            .bind(millis(event.total))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Turns by day and outcome since `since`, the earliest day first.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub async fn turns_by_day(&self, since: Timestamp) -> Result<Vec<DayCount>, StoreError> {
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT at - at % 86400000 AS day, outcome, count(*) FROM analytics_event \
             WHERE at >= ? GROUP BY 1, outcome ORDER BY 1, outcome",
        )
        .bind(since.as_millis())
        .fetch_all(self.readers())
        .await?;
        let counts = rows.into_iter().map(|(day, outcome, count)| DayCount {
            day: Timestamp::from_millis(day),
            outcome,
            count: unsigned(count),
        });
        Ok(counts.collect())
    }

    /// How long turns since `since` took.
    ///
    /// # Errors
    /// When they cannot be measured.
    pub async fn turn_timing(&self, since: Timestamp) -> Result<Timing, StoreError> {
        let (count, p50, p95): (i64, Option<i64>, Option<i64>) = sqlx::query_as(
            "WITH ranked AS (SELECT total_ms, row_number() OVER (ORDER BY total_ms) AS place, \
             count(*) OVER () AS n FROM analytics_event WHERE at >= ?) \
             SELECT count(*), min(total_ms) FILTER (WHERE place * 100 >= n * 50), \
             min(total_ms) FILTER (WHERE place * 100 >= n * 95) FROM ranked",
        )
        .bind(since.as_millis())
        .fetch_one(self.readers())
        .await?;
        let span = |millis: Option<i64>| Duration::from_millis(unsigned(millis.unwrap_or(0)));
        Ok(Timing { count: unsigned(count), p50: span(p50), p95: span(p95) })
    }

    /// Security events since `since`, by kind.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub async fn security_counts(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT kind, count(*) FROM security_event WHERE at >= ? GROUP BY kind ORDER BY kind",
        )
        .bind(since.as_millis())
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|(kind, count)| (kind, unsigned(count))).collect())
    }

    /// Bytes that the database takes on disk, without its write-ahead log.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn size(&self) -> Result<u64, StoreError> {
        // A bare PRAGMA gives text here (SQLCipher); arithmetic makes it a number.
        let bytes: i64 = sqlx::query_scalar(
            "SELECT sum(page_count * page_size) FROM pragma_page_count, pragma_page_size",
        )
        .fetch_one(self.readers())
        .await?;
        Ok(unsigned(bytes))
    }
}
