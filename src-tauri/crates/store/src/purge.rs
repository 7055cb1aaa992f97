//! Data ends when it should: the purge, in batches that a chat does not notice.
//!
//! A batch is one transaction of a few milliseconds with its own record of what went; between two
//! batches whoever waits for the writer gets it. While more than one batch is due, the write-ahead
//! log is folded in from another connection, so that no commit has to do it. The figures are
//! `examples/measure_purge.rs`'s.

mod aged;
mod conversations;
mod fold;
mod steps;

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use cloister_types::{SessionId, Timestamp};

use self::{
    aged::AGED,
    conversations::Doomed,
    fold::Folding,
    steps::{Left, Step},
};
use crate::{
    AuditBody, AuditEvent, AuditRecord, RetentionClass, Store, StoreError, audit,
    retention::period_of,
};

/// A batch ends after this long, so that whoever writes waits no longer than for that and a commit.
const BATCH_TIME: Duration = Duration::from_millis(5);
/// Most rows of a batch, however fast it goes.
const BATCH_ROWS: u64 = 500;
const MOST_AUDIT_RECORDS: u32 = 500;

/// Whether the clock can be trusted with deleting what it says is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// It went as time goes.
    Trusted,
    /// It jumped, and nobody has confirmed it yet: nothing is deleted.
    Jumped,
}

/// What a purge deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Sessions deleted.
    pub sessions: u64,
    /// Conversations deleted.
    pub conversations: u64,
    /// Turns deleted.
    pub turns: u64,
    /// Audit records deleted.
    pub audit_records: u64,
    /// Rows deleted of the other classes; those with none are not named.
    pub rows: BTreeMap<RetentionClass, u64>,
    /// The sessions deleted, whose data keys must now be dropped.
    pub ended: Vec<SessionId>,
}

/// What a purge would delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// What they are.
    pub what: DueRows,
    /// How many.
    pub rows: u64,
}

/// What is due: rows of a class, or what goes with its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueRows {
    /// Sessions that ended.
    Sessions,
    /// Turns of conversations that ended.
    Turns,
    /// Rows of a class.
    Class(RetentionClass),
}

impl DueRows {
    /// The name as shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sessions => "session",
            Self::Turns => "turn",
            Self::Class(class) => class.as_str(),
        }
    }
}

impl PurgeReport {
    /// How many rows went.
    #[must_use]
    pub fn total(&self) -> u64 {
        let others: u64 = self.rows.values().sum();
        self.sessions + self.conversations + self.turns + self.audit_records + others
    }

    fn add(&mut self, batch: Self) {
        self.sessions += batch.sessions;
        self.conversations += batch.conversations;
        self.turns += batch.turns;
        self.audit_records += batch.audit_records;
        for (class, rows) in batch.rows {
            *self.rows.entry(class).or_default() += rows;
        }
        self.ended.extend(batch.ended);
    }

    fn body(&self) -> AuditBody {
        let body = AuditBody::new()
            .count("audit_records", self.audit_records)
            .count("conversations", self.conversations)
            .count("sessions", self.sessions)
            .count("turns", self.turns);
        self.rows.iter().fold(body, |body, (class, rows)| body.count(class.as_str(), *rows))
    }

    fn record(&self, now: Timestamp) -> AuditRecord {
        AuditRecord::new(AuditEvent::Purged, now, self.body())
    }
}

impl Store {
    /// Deletes what has expired at `now` and no legal hold keeps: sessions with all that is theirs,
    /// conversations with their turns, and the rows of every class whose period is over. Works in
    /// small transactions, each with its own record of how many rows went, and then empties the
    /// write-ahead log. Deletes nothing while the clock is in doubt.
    ///
    /// # Errors
    /// When it could not be written; batches before that are done and recorded.
    pub async fn purge(
        &self,
        now: Timestamp,
        clock: ClockState,
    ) -> Result<PurgeReport, StoreError> {
        if clock == ClockState::Jumped {
            return Ok(PurgeReport::default());
        }
        let mut folding = Folding::new(self);
        let purged = self.purge_all(now, &mut folding).await;
        // Also after a failure: from here on commits fold the log in again.
        folding.end().await?;
        let report = purged?;
        self.truncate_log().await?;
        Ok(report)
    }

    async fn purge_all(
        &self,
        now: Timestamp,
        folding: &mut Folding<'_>,
    ) -> Result<PurgeReport, StoreError> {
        let mut report = PurgeReport::default();
        self.end_consents(now).await?;
        let mut steps: VecDeque<Step> = self.steps(now).await?;
        while let Some(step) = steps.front_mut() {
            step.look_up(self, now).await?;
            let batch = self.purge_batch(&mut steps, now).await?;
            let went = batch.total();
            report.add(batch);
            if went > 0 && !steps.is_empty() {
                folding.after_batch().await?;
            }
        }
        loop {
            let batch = self.purge_audit_records(now).await?;
            let went = batch.total();
            report.add(batch);
            if went == 0 {
                return Ok(report);
            }
            folding.after_batch().await?;
        }
    }

    /// Begins the period of consents whose account is gone, whoever deleted it.
    async fn end_consents(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE consent SET ended_at = ? \
             WHERE account_id IS NULL AND session_id IS NULL AND ended_at IS NULL",
        )
        .bind(now.as_millis())
        .execute(&mut *self.writer_essential().await?)
        .await?;
        Ok(())
    }

    /// The steps in their order: a row goes only after everything below it has gone.
    async fn steps(&self, now: Timestamp) -> Result<VecDeque<Step>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let mut steps = VecDeque::from([Step::Conversations(Doomed::default()), Step::Sessions]);
        for table in AGED {
            let period = period_of(&mut connection, table.class).await?;
            steps.push_back(Step::Aged { table, before: now - period });
        }
        Ok(steps)
    }

    /// One transaction with what the first of `steps` find, until it is long enough. Takes those
    /// out that find nothing more.
    async fn purge_batch(
        &self,
        steps: &mut VecDeque<Step>,
        now: Timestamp,
    ) -> Result<PurgeReport, StoreError> {
        let mut tx = self.begin_essential().await?;
        let until = Instant::now() + BATCH_TIME;
        let mut batch = PurgeReport::default();
        while let Some(step) = steps.front_mut()
            && batch.total() < BATCH_ROWS
            && Instant::now() < until
        {
            let (some, left) = step.delete_some(&mut tx, now, until).await?;
            batch.add(some);
            match left {
                Left::Some => {}
                Left::Nothing => drop(steps.pop_front()),
                Left::Unknown => break,
            }
        }
        if batch.total() > 0 {
            audit::append(&mut tx, &batch.record(now)).await?;
        }
        tx.commit().await?;
        Ok(batch)
    }

    /// One transaction with old audit records and the summary that the schema demands for them.
    async fn purge_audit_records(&self, now: Timestamp) -> Result<PurgeReport, StoreError> {
        let mut tx = self.begin_essential().await?;
        let period = period_of(&mut tx, RetentionClass::AuditRecord).await?;
        let before = steps::audit_before(&mut tx, now, now - period).await?;
        let mut batch = PurgeReport::default();
        if let Some(gone) = audit::delete_oldest(&mut tx, before, MOST_AUDIT_RECORDS).await? {
            batch.audit_records = gone.count();
            let body = gone.describe(batch.body());
            audit::append(&mut tx, &AuditRecord::new(AuditEvent::Purged, now, body)).await?;
            audit::close_guard(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(batch)
    }

    /// What [`Store::purge`] would delete at `now`, by class.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let class = DueRows::Class(RetentionClass::Conversation);
        let mut due = Vec::new();
        for (what, sql) in [
            (DueRows::Sessions, steps::COUNT_SESSIONS),
            (class, conversations::COUNT_CONVERSATIONS),
            (DueRows::Turns, conversations::COUNT_TURNS),
        ] {
            let rows = steps::count(&mut connection, sql, now, now).await?;
            due.push(Due { what, rows });
        }
        for table in AGED {
            let before = now - period_of(&mut connection, table.class).await?;
            let rows = steps::count(&mut connection, table.count, before, now).await?;
            let what = DueRows::Class(table.class);
            match due.iter_mut().find(|due| due.what == what) {
                Some(due) => due.rows += rows,
                None => due.push(Due { what, rows }),
            }
        }
        let audit = RetentionClass::AuditRecord;
        let before = now - period_of(&mut connection, audit).await?;
        let before = steps::audit_before(&mut connection, now, before).await?;
        let rows = steps::count(&mut connection, steps::COUNT_AUDIT_RECORDS, before, now).await?;
        due.push(Due { what: DueRows::Class(audit), rows });
        Ok(due)
    }
}
