//! Operational records, written in batches off the path of a request.

use std::time::Duration;

use cloister_store::{AccessRecord, AnalyticsEvent, ErrorRecord, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Entries that wait to be written; more are counted and left out, so that a slow disk cannot hold
/// requests up. Unlike the audit log, nothing depends on these records being whole.
const MOST_WAITING: usize = 4096;
/// Entries are written this often.
const INTERVAL: Duration = Duration::from_secs(1);

/// Something to write down.
pub(crate) enum Entry {
    Access(AccessRecord),
    Error(ErrorRecord),
    Turn(AnalyticsEvent),
    /// Write what waits, then say so.
    Flush(oneshot::Sender<()>),
}

/// Takes entries; a task of its own writes them.
#[derive(Clone)]
pub(crate) struct Journal(mpsc::Sender<Entry>);

impl Journal {
    /// Must be called within a tokio runtime. The task ends with the last clone of the journal.
    pub(crate) fn start(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        tokio::spawn(write(store, receiver));
        Self(sender)
    }

    /// Takes `entry` without waiting.
    pub(crate) fn keep(&self, entry: Entry) {
        if self.0.try_send(entry).is_err() {
            tracing::warn!("an operational record was left out: too many wait to be written");
        }
    }

    /// Waits until everything that was taken before is written.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.send(Entry::Flush(done)).await.is_ok() {
            // Fails only when the task is gone, and its entries with it.
            drop(written.await);
        }
    }
}

#[derive(Default)]
struct Batch {
    accesses: Vec<AccessRecord>,
    errors: Vec<ErrorRecord>,
    turns: Vec<AnalyticsEvent>,
}

impl Batch {
    /// Takes `entry`; whoever waits for everything before it to be written.
    fn take(&mut self, entry: Entry) -> Option<oneshot::Sender<()>> {
        match entry {
            Entry::Access(record) => self.accesses.push(record),
            Entry::Error(record) => self.errors.push(record),
            Entry::Turn(event) => self.turns.push(event),
            Entry::Flush(done) => return Some(done),
        }
        None
    }

    async fn write(&mut self, store: &Store) -> Result<(), StoreError> {
        if !self.accesses.is_empty() {
            store.log_accesses(&std::mem::take(&mut self.accesses)).await?;
        }
        if !self.errors.is_empty() {
            store.log_errors(&std::mem::take(&mut self.errors)).await?;
        }
        if !self.turns.is_empty() {
            store.keep_analytics(&std::mem::take(&mut self.turns)).await?;
        }
        Ok(())
    }
}

async fn write(store: Store, mut entries: mpsc::Receiver<Entry>) {
    let mut batch = Batch::default();
    let mut tick = tokio::time::interval(INTERVAL);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let (waiting, over) = tokio::select! {
            entry = entries.recv() => match entry {
                Some(entry) => match batch.take(entry) {
                    Some(done) => (Some(done), false),
                    None => continue,
                },
                None => (None, true),
            },
            _ = tick.tick() => (None, false),
        };
        if let Err(error) = batch.write(&store).await {
            tracing::error!(%error, "operational records could not be written");
        }
        if waiting.is_some_and(|done| done.send(()).is_err()) {
            tracing::debug!("nobody waits for the records any more");
        }
        if over {
            return;
        }
    }
}
