//! Verifying the log of an open vault.

use std::{
    fmt,
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use cloister_types::LogSafe;
use sqlx::{Acquire, SqliteConnection, SqlitePool};

use super::{
    adopt::epoch_place,
    chain::Link,
    checkpoint::{self, Checkpoint, PublicKey},
    digest::Digest,
    heads,
    keys::{AuditKeys, RecordKey},
    paper::KeptCheckpoint,
    retention::{Anchor, Summary},
    scan::{Follower, Head, follow_stretch, read_stretch},
};
use crate::{Store, StoreError, VaultId};

/// Records that are read at once.
const STRETCH: i64 = 1_024;
/// Stretches that are verified at the same time. One reader is left for everybody else.
const WORKERS: usize = 3;

/// What a verification saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerification {
    /// Whose log it is.
    pub vault: VaultId,
    /// The vault's audit identity; unknown where an export names none.
    pub identity: Option<PublicKey>,
    /// How many records hold.
    pub records: u64,
    /// The oldest record.
    pub first_seq: i64,
    /// The newest record.
    pub last_seq: i64,
    /// The newest record's hash.
    pub head: Digest,
    /// How many of the vault's own signed heads hold.
    pub checkpoints: u64,
    /// How many checkpoints that were handed in lie on the chain.
    pub matched: u64,
    /// How many checkpoints that were handed in are of records that are no longer, or not, there.
    pub before_log: u64,
    /// Whether the codes of the records were checked, which needs the vault.
    pub codes: bool,
    /// The first thing that does not hold.
    pub finding: Option<AuditFinding>,
}

/// Something that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditFinding {
    /// The record at which it shows, where it shows at one.
    pub seq: Option<i64>,
    /// What it is.
    pub kind: FindingKind,
}

macro_rules! finding_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $sentence:literal;)+) => {
        /// Kinds of findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FindingKind { $($(#[$doc])* $variant,)+ }

        impl FindingKind {
            /// The kind's name for programs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it means, for people.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
}

finding_kinds! {
    /// The record, its hash, or the order does not follow.
    Changed = "changed",
        "the record was changed, moved or put in: its hash does not follow from the one before";
    /// A number is missing.
    Missing = "missing", "a record is missing here";
    /// There is a record where there can be none.
    Unexpected = "unexpected", "there is a record outside the chain";
    /// The code was not made by this vault when the record was written.
    NotOurs = "not_ours", "the record was not written by this vault: its code does not hold";
    /// The newest records are missing.
    TailCut = "tail_cut", "the newest records are missing from here on";
    /// The log is older than what was signed.
    RolledBack = "rolled_back", "the log is older than a head that was signed: it was put back";
    /// The row with the end of the chain is missing or changed.
    EndBroken = "end_broken", "the row that holds the end of the chain is missing or was changed";
    /// The first key of a stretch is missing or changed.
    KeyBroken = "key_broken", "the first key of the chain is missing or was changed";
    /// The log begins later than its records say.
    SummaryBroken = "summary_broken",
        "older records are gone, and no signed summary of a purge says so";
    /// A signed head is missing, changed, or not signed by this vault.
    CheckpointBroken = "checkpoint_broken",
        "a signed head of the vault is missing, was changed, or was not signed by it";
    /// A signed head is not on the chain.
    CheckpointDiffers = "checkpoint_differs",
        "the record is not the one that the vault signed the head of";
    /// A checkpoint that was handed in is not on the chain.
    KeptDiffers = "kept_differs",
        "the record is not the one that the given checkpoint is of: the log was rewritten";
    /// The log ends before a checkpoint that was handed in.
    KeptBeyond = "kept_beyond", "the log ends before the record that the given checkpoint is of";
    /// A checkpoint that was handed in is not signed, or another vault's.
    KeptForeign = "kept_foreign",
        "a given checkpoint is not signed by this vault, or its second signature does not hold";
    /// A line of an export cannot be read.
    Unreadable = "unreadable", "a line of the export cannot be read";
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LogSafe for FindingKind {}

impl Store {
    /// Verifies every record that is there now, the vault's own signed heads, the one in the
    /// configuration folder, and `kept`: checkpoints that somebody kept elsewhere. Goes on while
    /// others read and write.
    ///
    /// # Errors
    /// When the log could not be read; a finding is no error.
    pub async fn verify_audit(
        &self,
        kept: &[KeptCheckpoint],
    ) -> Result<AuditVerification, StoreError> {
        self.verify_with(&self.audit_keys(), kept).await
    }

    pub(crate) async fn verify_with(
        &self,
        keys: &AuditKeys,
        kept: &[KeptCheckpoint],
    ) -> Result<AuditVerification, StoreError> {
        loop {
            let first = self.first_kept(keys).await?;
            let seen = self.verify_once(keys, kept).await?;
            // A purge in the meantime takes records that are yet to be read.
            if seen.finding.is_none() || self.first_kept(keys).await? == first {
                return Ok(seen);
            }
        }
    }

    async fn verify_once(
        &self,
        keys: &AuditKeys,
        kept: &[KeptCheckpoint],
    ) -> Result<AuditVerification, StoreError> {
        let snapshot = match Snapshot::take(self, keys).await? {
            Ok(snapshot) => snapshot,
            Err(finding) => return Ok(nothing_verified(keys, finding)),
        };
        let mut seen = AuditVerification {
            records: u64::try_from(snapshot.link.records).unwrap_or_default(),
            first_seq: snapshot.link.first_seq,
            last_seq: snapshot.link.seq,
            head: snapshot.link.head,
            checkpoints: snapshot.checkpoints.len() as u64,
            codes: true,
            ..nothing_verified(keys, AuditFinding { seq: None, kind: FindingKind::EndBroken })
        };
        seen.finding = None;
        let mut claims = Claims::default();
        let mut findings: Vec<AuditFinding> =
            [snapshot.bounds(), snapshot.signed_heads(keys, &mut claims)]
                .into_iter()
                .flatten()
                .collect();
        let file = heads::read(&self.head_file())?;
        findings.extend(file.and_then(|head| snapshot.head_file(&head, &mut claims)));
        findings.extend(snapshot.kept(kept, &mut claims, &mut seen));
        if findings.iter().all(|finding| finding.kind != FindingKind::KeyBroken) {
            findings.extend(self.follow(keys, &snapshot, claims).await?);
        }
        // The first record first; what shows at none of them comes last.
        seen.finding = findings.into_iter().min_by_key(|finding| finding.seq.unwrap_or(i64::MAX));
        Ok(seen)
    }

    /// The oldest record as the end of the chain has it; 0 where that is broken.
    async fn first_kept(&self, keys: &AuditKeys) -> Result<i64, StoreError> {
        let mut connection = self.readers().acquire().await?;
        match Link::read(&mut connection, keys).await {
            Ok(link) => Ok(link.first_seq),
            Err(StoreError::ChainBroken) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Follows the chain in stretches, several at a time: each begins with the hash that is stored
    /// before it, which the stretch before it verifies.
    async fn follow(
        &self,
        keys: &AuditKeys,
        snapshot: &Snapshot,
        claims: Claims,
    ) -> Result<Option<AuditFinding>, StoreError> {
        let mut heads = claims.0;
        heads.sort_by_key(|head| head.seq);
        if let Some(head) = heads.iter().find(|head| {
            head.seq == snapshot.link.first_seq - 1 && head.hash != snapshot.link.anchor
        }) {
            return Ok(Some(AuditFinding { seq: Some(head.seq), kind: head.otherwise }));
        }
        let work = Arc::new(Work {
            vault: self.id(),
            first: snapshot.link.first_seq,
            anchor: snapshot.link.anchor,
            stretches: snapshot.stretches(),
            taken: AtomicUsize::new(0),
            heads,
        });
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| tokio::spawn(Arc::clone(&work).run(self.readers().clone())))
            .collect();
        let mut found = Found::default();
        for worker in workers {
            let worker = worker.await.map_err(|_| StoreError::Closed)??;
            found.add(worker);
        }
        if found.finding.is_none() && snapshot.first_epoch() < snapshot.link.first_seq {
            let said = found
                .summary
                .and_then(|(_, summary)| summary.anchor(self.id(), &snapshot.identities(keys)));
            let anchor = Anchor { last: snapshot.link.first_seq - 1, hash: snapshot.link.anchor };
            if said != Some(anchor) {
                found.finding = Some(AuditFinding {
                    seq: Some(snapshot.link.first_seq),
                    kind: FindingKind::SummaryBroken,
                });
            }
        }
        Ok(found.finding)
    }
}

fn nothing_verified(keys: &AuditKeys, finding: AuditFinding) -> AuditVerification {
    AuditVerification {
        vault: keys.vault(),
        identity: Some(keys.identity()),
        records: 0,
        first_seq: 0,
        last_seq: 0,
        head: Digest::NONE,
        checkpoints: 0,
        matched: 0,
        before_log: 0,
        codes: false,
        finding: Some(finding),
    }
}

/// The heads that somebody claims the chain has.
#[derive(Default)]
struct Claims(Vec<Head>);

impl Claims {
    fn add(&mut self, checkpoint: &Checkpoint, otherwise: FindingKind) {
        self.0.push(Head { seq: checkpoint.seq, hash: checkpoint.head, otherwise });
    }
}

/// Everything but the records, as of one moment.
struct Snapshot {
    link: Link,
    bounds: (Option<i64>, Option<i64>, i64),
    epochs: Vec<(i64, RecordKey)>,
    checkpoints: Vec<Checkpoint>,
}

impl Snapshot {
    async fn take(
        store: &Store,
        keys: &AuditKeys,
    ) -> Result<Result<Self, AuditFinding>, StoreError> {
        let mut connection = store.readers().acquire().await?;
        let mut tx = connection.begin().await?;
        let broken = |kind| Ok(Err(AuditFinding { seq: None, kind }));
        let link = match Link::read(&mut tx, keys).await {
            Ok(link) => link,
            Err(StoreError::ChainBroken) => return broken(FindingKind::EndBroken),
            Err(error) => return Err(error),
        };
        let bounds = sqlx::query_as(
            "SELECT (SELECT min(seq) FROM audit_record), (SELECT max(seq) FROM audit_record), \
                    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_record'), 0)",
        )
        .fetch_one(&mut *tx)
        .await?;
        let Some(epochs) = epochs(&mut tx, keys).await? else {
            return broken(FindingKind::KeyBroken);
        };
        let checkpoints = checkpoint::stored_after(&mut tx, store.id(), 0).await;
        let checkpoints = match checkpoints {
            Err(StoreError::MalformedRow { .. }) => {
                return broken(FindingKind::CheckpointBroken);
            }
            read => read?,
        };
        let snapshot = Self { link, bounds, epochs, checkpoints };
        if snapshot.first_epoch() > snapshot.link.first_seq {
            return broken(FindingKind::KeyBroken);
        }
        Ok(Ok(snapshot))
    }

    fn first_epoch(&self) -> i64 {
        self.epochs.first().map_or(i64::MAX, |(first, _)| *first)
    }

    /// Whether the log begins and ends where the end of the chain says.
    fn bounds(&self) -> Option<AuditFinding> {
        let found = |seq, kind| Some(AuditFinding { seq: Some(seq), kind });
        let (oldest, newest, used) = self.bounds;
        let (first, last) = (self.link.first_seq, self.link.seq);
        let Some((oldest, newest)) = oldest.zip(newest) else {
            return if self.link.records == 0 { None } else { found(first, FindingKind::TailCut) };
        };
        if oldest < first {
            found(oldest, FindingKind::Unexpected)
        } else if oldest > first {
            found(first, FindingKind::Missing)
        } else if newest < last {
            found(newest + 1, FindingKind::TailCut)
        } else if newest > last {
            found(last + 1, FindingKind::Unexpected)
        } else if used > last {
            found(last + 1, FindingKind::RolledBack)
        } else {
            None
        }
    }

    /// Whether the vault's own signed heads are complete, follow each other and are signed by the
    /// identity of their time.
    fn signed_heads(&self, keys: &AuditKeys, claims: &mut Claims) -> Option<AuditFinding> {
        let broken = |seq| Some(AuditFinding { seq, kind: FindingKind::CheckpointBroken });
        let mut previous = Digest::NONE;
        for (number, checkpoint) in (1..).zip(&self.checkpoints) {
            let follows = checkpoint.number == number && checkpoint.previous == previous;
            if !follows || !checkpoint.is_signed() {
                return broken(Some(checkpoint.seq));
            }
            if checkpoint.seq > self.link.seq {
                let seq = Some(self.link.seq + 1);
                return Some(AuditFinding { seq, kind: FindingKind::RolledBack });
            }
            previous = checkpoint.digest();
            claims.add(checkpoint, FindingKind::CheckpointDiffers);
        }
        if previous != self.link.checkpoint_digest
            || i64::try_from(self.checkpoints.len()) != Ok(self.link.checkpoints)
        {
            return broken(None);
        }
        let identities = self.identities(keys);
        let stranger = |checkpoint: &&Checkpoint| !identities.contains(&checkpoint.key);
        self.checkpoints.iter().find(stranger).and_then(|checkpoint| broken(Some(checkpoint.seq)))
    }

    /// The vault's audit identity and those before it, each of which named its successor.
    fn identities(&self, keys: &AuditKeys) -> Vec<PublicKey> {
        let mut identities = vec![keys.identity()];
        for checkpoint in self.checkpoints.iter().rev() {
            if checkpoint.successor.is_some() && checkpoint.successor == identities.last().copied()
            {
                identities.push(checkpoint.key);
            }
        }
        identities
    }

    /// Whether the signed head in the configuration folder is of this log and not ahead of it.
    fn head_file(&self, head: &Checkpoint, claims: &mut Claims) -> Option<AuditFinding> {
        if head.seq > self.link.seq {
            let seq = Some(self.link.seq + 1);
            return Some(AuditFinding { seq, kind: FindingKind::RolledBack });
        }
        claims.add(head, FindingKind::RolledBack);
        None
    }

    /// Whether the checkpoints that were handed in are this vault's and within its log.
    fn kept(
        &self,
        kept: &[KeptCheckpoint],
        claims: &mut Claims,
        seen: &mut AuditVerification,
    ) -> Vec<AuditFinding> {
        let mut findings = Vec::new();
        for kept in kept {
            let seq = Some(kept.checkpoint.seq);
            if !kept.holds(seen.vault) {
                findings.push(AuditFinding { seq, kind: FindingKind::KeptForeign });
            } else if kept.checkpoint.seq > self.link.seq {
                findings.push(AuditFinding { seq, kind: FindingKind::KeptBeyond });
            } else if kept.checkpoint.seq < self.link.first_seq - 1 {
                seen.before_log += 1;
            } else {
                claims.add(&kept.checkpoint, FindingKind::KeptDiffers);
                seen.matched += 1;
            }
        }
        findings
    }

    /// The log in stretches, each with the key of its first record.
    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut epochs = self.epochs.iter().peekable();
        let Some((begin, key)) = epochs.next() else { return stretches };
        let (mut at, mut key) = (*begin, key.copy());
        let mut start = self.link.first_seq;
        while start <= self.link.seq {
            while at < start {
                key.ratchet();
                at += 1;
                if let Some((next, fresh)) = epochs.next_if(|(first, _)| *first == at) {
                    debug_assert_eq!(*next, at);
                    key = fresh.copy();
                }
            }
            let epoch_end = epochs.peek().map_or(i64::MAX, |(first, _)| first - 1);
            let end = (start + STRETCH - 1).min(self.link.seq).min(epoch_end);
            stretches.push(Stretch { range: start..=end, key: key.copy() });
            start = end + 1;
        }
        stretches
    }
}

impl KeptCheckpoint {
    /// Whether this is a checkpoint of `vault` with all the signatures that it claims.
    pub(super) fn holds(&self, vault: VaultId) -> bool {
        let countersigned = self.countersignature.as_ref().is_none_or(|(key, signature)| {
            key.verifies(&self.checkpoint.countersigned(), signature)
        });
        self.checkpoint.vault == vault && self.checkpoint.is_signed() && countersigned
    }
}

async fn epochs(
    tx: &mut SqliteConnection,
    keys: &AuditKeys,
) -> Result<Option<Vec<(i64, RecordKey)>>, StoreError> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT first_seq, sealed FROM audit_epoch ORDER BY first_seq")
            .fetch_all(tx)
            .await?;
    let opened = rows.into_iter().map(|(first, sealed)| {
        keys.open(&sealed, &epoch_place(keys.vault(), first)).map(|key| (first, key))
    });
    Ok(opened.collect::<Option<Vec<_>>>().filter(|epochs| !epochs.is_empty()))
}

struct Stretch {
    range: RangeInclusive<i64>,
    key: RecordKey,
}

/// What the workers share.
struct Work {
    vault: VaultId,
    first: i64,
    anchor: Digest,
    stretches: Vec<Stretch>,
    taken: AtomicUsize,
    heads: Vec<Head>,
}

#[derive(Default)]
struct Found {
    finding: Option<AuditFinding>,
    /// The last summary of a purge, and a record at or after it.
    summary: Option<(i64, Summary)>,
}

impl Found {
    fn add(&mut self, other: Self) {
        let findings = [self.finding, other.finding].into_iter().flatten();
        self.finding = findings.min_by_key(|finding| finding.seq);
        let summaries = [self.summary.take(), other.summary].into_iter().flatten();
        self.summary = summaries.max_by_key(|(seq, _)| *seq);
    }
}

impl Work {
    /// Verifies stretches until none is left or one does not hold.
    async fn run(self: Arc<Self>, readers: SqlitePool) -> Result<Found, StoreError> {
        let mut connection = readers.acquire().await?;
        let mut found = Found::default();
        while found.finding.is_none() {
            let index = self.taken.fetch_add(1, Ordering::Relaxed);
            let Some(stretch) = self.stretches.get(index) else { break };
            let previous = self.hash_before(&mut connection, &stretch.range).await?;
            let text = read_stretch(&mut connection, &stretch.range).await?;
            let work = Arc::clone(&self);
            let verified =
                tokio::task::spawn_blocking(move || work.verify(index, previous, &text)).await;
            found.add(verified.map_err(|_| StoreError::Closed)?);
        }
        Ok(found)
    }

    fn verify(&self, index: usize, previous: Option<Digest>, text: &[u8]) -> Found {
        let stretch = &self.stretches[index];
        let start = *stretch.range.start();
        let Some(previous) = previous else {
            let finding = AuditFinding { seq: Some(start - 1), kind: FindingKind::Missing };
            return Found { finding: Some(finding), summary: None };
        };
        let key = Some(stretch.key.copy());
        let mut follower = Follower::new(self.vault, start, previous, key, &self.heads);
        let finding = follow_stretch(&mut follower, &stretch.range, text).err();
        Found { finding, summary: follower.summary.map(|summary| (start, summary)) }
    }

    async fn hash_before(
        &self,
        connection: &mut SqliteConnection,
        range: &RangeInclusive<i64>,
    ) -> Result<Option<Digest>, StoreError> {
        if *range.start() == self.first {
            return Ok(Some(self.anchor));
        }
        let stored: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT hash FROM audit_record WHERE seq = ?")
                .bind(range.start() - 1)
                .fetch_optional(connection)
                .await?;
        Ok(stored.and_then(|hash| Digest::from_stored(&hash)))
    }
}
