//! Keeps the index in step with the store: after a change it is built anew beside the one in use, and
//! what entries mean is computed behind it, batch by batch, so that a crash costs one batch.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use cloister_access::Access;
use cloister_knowledge::{Entry, Index, Meanings, PARTS_VERSION, Vector};
use cloister_store::{PassageRow, Store, VectorsRow};
use cloister_types::{AccessClass, PassageId, SentenceEncoder, Timestamp};
use tokio::{sync::watch, task::JoinHandle};

use crate::{AppError, open::failed, sentence_encoder::LoadingEncoder};

/// Entries whose meaning is computed and kept at once.
const BATCH: usize = 32;

/// How far the index is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The last change that the index has seen.
    pub(crate) seen: u64,
    /// Whether the last attempt failed; the index before it stays in use.
    pub(crate) failed: bool,
    /// Entries in the store.
    pub(crate) entries: usize,
    /// Entries whose meaning is known.
    pub(crate) encoded: usize,
}

/// The entries of the store as the index has them.
pub(crate) struct Library {
    index: Arc<RwLock<Arc<Index>>>,
    imported: RwLock<HashMap<PassageId, Timestamp>>,
    changes: watch::Sender<u64>,
    progress: watch::Sender<Progress>,
}

impl Library {
    /// Reads the store and builds the first index.
    ///
    /// # Errors
    /// When the store cannot be read or the index not be built.
    pub(crate) async fn open(store: &Store, encoder: &LoadingEncoder) -> Result<Self, AppError> {
        let Stock { index, imported, missing } = Stock::take(store, encoder).await?;
        let entries = imported.len();
        let progress =
            Progress { seen: 0, failed: false, entries, encoded: entries - missing.len() };
        Ok(Self {
            index: Arc::new(RwLock::new(Arc::new(index))),
            imported: RwLock::new(imported),
            changes: watch::Sender::new(u64::from(!missing.is_empty())),
            progress: watch::Sender::new(progress),
        })
    }

    /// Where the index in use stands.
    pub(crate) fn index(&self) -> Arc<RwLock<Arc<Index>>> {
        Arc::clone(&self.index)
    }

    /// The access classes of the entries of the index in use.
    pub(crate) fn classes(&self) -> BTreeSet<AccessClass> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.classes().iter().cloned().collect()
    }

    /// Whether some entry belongs to `collection`.
    pub(crate) fn holds(&self, collection: &str) -> bool {
        self.index.read().unwrap_or_else(PoisonError::into_inner).holds(collection)
    }

    /// When the passage `id` was imported.
    pub(crate) fn imported(&self, id: &PassageId) -> Option<Timestamp> {
        self.imported.read().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// Says that the store has changed.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// How far the index is, and whether it has seen every change.
    pub(crate) fn progress(&self) -> (Progress, bool) {
        let progress = *self.progress.borrow();
        (progress, progress.seen >= *self.changes.borrow())
    }

    /// Waits until the index has seen all that changed before the call.
    pub(crate) async fn settled(&self) {
        let changes = *self.changes.borrow();
        let mut progress = self.progress.subscribe();
        // Fails only when the sender is gone, which this library owns.
        drop(progress.wait_for(|progress| progress.seen >= changes).await);
    }

    /// Follows changes until the task is ended, and tells `access` which classes there are.
    pub(crate) fn keep(
        self: &Arc<Self>,
        store: Store,
        encoder: LoadingEncoder,
        access: Arc<Access>,
    ) -> JoinHandle<()> {
        let library = Arc::clone(self);
        tokio::spawn(async move {
            let mut changes = library.changes.subscribe();
            let first = *changes.borrow_and_update();
            let mut goal = (first > 0).then_some(first);
            loop {
                if let Some(goal) = goal {
                    let followed = library.follow(&store, &encoder, &access).await;
                    if let Err(error) = &followed {
                        tracing::error!(%error, "the index could not follow the store");
                    }
                    library.progress.send_modify(|progress| {
                        (progress.seen, progress.failed) = (goal, followed.is_err());
                    });
                }
                if changes.changed().await.is_err() {
                    return;
                }
                goal = Some(*changes.borrow_and_update());
            }
        })
    }

    /// Takes what the store holds now, then computes what is missing and takes it again.
    async fn follow(
        &self,
        store: &Store,
        encoder: &LoadingEncoder,
        access: &Access,
    ) -> Result<(), AppError> {
        let missing = self.take(store, encoder, access).await?;
        if missing.is_empty() || trouble(encoder).await {
            return Ok(());
        }
        for batch in missing.chunks(BATCH) {
            let (entries, with) = (batch.to_vec(), encoder.clone());
            let rows = tokio::task::spawn_blocking(move || encode(&entries, &with))
                .await
                .map_err(|error| failed(&error))??;
            store.keep_vectors(&version(encoder), &rows).await?;
            self.progress.send_modify(|progress| progress.encoded += batch.len());
        }
        self.take(store, encoder, access).await.map(drop)
    }

    /// Puts an index over what the store holds now in the place of the one in use.
    async fn take(
        &self,
        store: &Store,
        encoder: &LoadingEncoder,
        access: &Access,
    ) -> Result<Vec<Unread>, AppError> {
        let Stock { index, imported, missing } = Stock::take(store, encoder).await?;
        self.progress.send_modify(|progress| {
            progress.entries = imported.len();
            progress.encoded = imported.len() - missing.len();
        });
        // Before the index is in use: what has a class that was not noted is closed.
        access.note_classes(index.classes().iter().cloned().collect());
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index);
        *self.imported.write().unwrap_or_else(PoisonError::into_inner) = imported;
        Ok(missing)
    }
}

/// An entry whose meaning is not known, and the digest of its passage.
type Unread = (Entry, [u8; 32]);

/// What the store held at one time.
struct Stock {
    index: Index,
    imported: HashMap<PassageId, Timestamp>,
    missing: Vec<Unread>,
}

impl Stock {
    async fn take(store: &Store, encoder: &LoadingEncoder) -> Result<Self, AppError> {
        let rows = store.passages().await?;
        let known = store.vectors(&version(encoder)).await?;
        let encoder = encoder.clone();
        tokio::task::spawn_blocking(move || Self::build(rows, known, encoder))
            .await
            .map_err(|error| failed(&error))?
    }

    fn build(
        rows: Vec<PassageRow>,
        known: Vec<VectorsRow>,
        encoder: LoadingEncoder,
    ) -> Result<Self, AppError> {
        let imported = rows.iter().map(|row| (row.passage.id.clone(), row.imported_at)).collect();
        let mut known: HashMap<PassageId, Vec<u8>> =
            known.into_iter().map(|row| (row.passage, row.vectors)).collect();
        let (mut entries, mut vectors) = (Vec::with_capacity(rows.len()), Vec::new());
        let mut missing = Vec::new();
        for row in rows {
            let digest = row.digest;
            let entry = Entry::from(row);
            let own = known.remove(&entry.id).and_then(|bytes| Vector::read_all(&bytes));
            if own.is_none() {
                missing.push((entry.clone(), digest));
            }
            vectors.push(own);
            entries.push(entry);
        }
        let meanings = Meanings { encoder: Arc::new(encoder), vectors };
        let index = Index::build_with(&entries, Some(meanings)).map_err(|error| failed(&error))?;
        Ok(Self { index, imported, missing })
    }
}

/// The encoder and the way of cutting entries, by which vectors are kept.
fn version(encoder: &LoadingEncoder) -> String {
    format!("{}/{PARTS_VERSION}", encoder.id())
}

/// Whether there is no encoder, once that is known.
async fn trouble(encoder: &LoadingEncoder) -> bool {
    let encoder = encoder.clone();
    let trouble = tokio::task::spawn_blocking(move || encoder.trouble()).await;
    !matches!(trouble, Ok(None))
}

/// What `entries` mean. Blocks.
fn encode(entries: &[Unread], encoder: &LoadingEncoder) -> Result<Vec<VectorsRow>, AppError> {
    let parts: Vec<Vec<String>> = entries.iter().map(|(entry, _)| entry.parts()).collect();
    let texts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    let meanings = encoder.encode(&texts).map_err(|error| failed(&error))?;
    let mut meanings = meanings.iter();
    let row = |((entry, digest), parts): (&Unread, &Vec<String>)| {
        let own: Vec<Vector> = meanings.by_ref().take(parts.len()).map(Vector::new).collect();
        VectorsRow { passage: entry.id.clone(), digest: *digest, vectors: Vector::write_all(&own) }
    };
    Ok(entries.iter().zip(&parts).map(row).collect())
}
