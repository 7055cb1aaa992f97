//! The log as lines for other programs, and their verification with no vault at hand.

use std::io::BufRead;

use cloister_types::{Authorized, Pseudonym, Timestamp, act};

use super::{
    AuditBody, AuditEvent, AuditRecord, append,
    chain::Encoded,
    digest::Digest,
    ocsf::{Canonical, OcsfRecord},
    paper::KeptCheckpoint,
    scan::{Follower, Head},
    verify::{AuditFinding, AuditVerification, FindingKind},
};
use crate::{Store, StoreError, VaultId};

/// Records that are read at once.
const PAGE: u32 = 500;
/// Longest line of an export that is read back, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// An export that goes on page by page.
#[derive(Debug)]
pub struct AuditExport {
    store: Store,
    after: i64,
    last: i64,
    previous: Digest,
}

type StoredRow = (i64, i64, String, Option<String>, Option<String>, String, Vec<u8>, Vec<u8>);

impl Store {
    /// Begins an export of the records from `since` on and before `until`, without a gap, for
    /// `reader`. It is recorded before anything leaves.
    ///
    /// # Errors
    /// When the export could not be recorded; then there is none.
    pub async fn export_audit(
        &self,
        _allowed: &Authorized<act::ReadAudit>,
        reader: Pseudonym,
        (since, until): (Option<Timestamp>, Option<Timestamp>),
        now: Timestamp,
    ) -> Result<AuditExport, StoreError> {
        let mut tx = self.begin_essential().await?;
        let newest = tx.log().await?.2.seq + 1;
        // Between the first record that is not too old and the last that is not too young lie all
        // that are wanted, even where the clock was set back.
        let (first, last): (Option<i64>, Option<i64>) = sqlx::query_as(
            "SELECT (SELECT min(seq) FROM audit_record WHERE at >= ?1), \
                    (SELECT max(seq) FROM audit_record WHERE at < ?2)",
        )
        .bind(since.map_or(i64::MIN, Timestamp::as_millis))
        .bind(until.map_or(i64::MAX, Timestamp::as_millis))
        .fetch_one(&mut *tx)
        .await?;
        let first = first.unwrap_or(newest);
        // An export without an end has the record of itself as its last.
        let last = if until.is_none() { newest } else { last.unwrap_or(0) };
        let body = AuditBody::new()
            .count("first", first.unsigned_abs())
            .count("last", last.unsigned_abs());
        let record = AuditRecord::new(AuditEvent::AuditExported, now, body).about(reader);
        append(&mut tx, &record).await?;
        let anchor = tx.log().await?.2.anchor;
        let before: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT hash FROM audit_record WHERE seq = ?")
                .bind(first - 1)
                .fetch_optional(&mut *tx)
                .await?;
        tx.commit().await?;
        let previous = before.and_then(|hash| Digest::from_stored(&hash)).unwrap_or(anchor);
        Ok(AuditExport { store: self.clone(), after: first - 1, last, previous })
    }
}

impl AuditExport {
    /// The next lines, each with its end; none when all is said.
    ///
    /// # Errors
    /// When the records could not be read.
    pub async fn next_lines(&mut self) -> Result<String, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(
            "SELECT seq, at, event, turn_id, pseudonym, body, hash, mac FROM audit_record \
             WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        )
        .bind(self.after)
        .bind(self.last)
        .bind(PAGE)
        .fetch_all(self.store.readers())
        .await?;
        let mut lines = String::new();
        for row in rows {
            let malformed = StoreError::MalformedRow { table: "audit_record" };
            let (seq, at, event, turn, pseudonym, body, hash, mac) = row;
            let hash = Digest::from_stored(&hash).ok_or(malformed)?;
            let canonical = Canonical {
                vault: self.store.id().to_string(),
                seq,
                at,
                event,
                turn,
                pseudonym,
                body,
                previous: self.previous.to_string(),
                hash: hash.to_string(),
                mac: data_encoding::HEXLOWER.encode(&mac),
            };
            let record = OcsfRecord::of(canonical)
                .ok_or(StoreError::MalformedRow { table: "audit_record" })?;
            lines.push_str(&record.to_line());
            lines.push('\n');
            (self.after, self.previous) = (seq, hash);
        }
        Ok(lines)
    }
}

/// Verifies an exported log, line by line, against checkpoints that somebody kept: an auditor's
/// own machine needs nothing else. The codes of the records cannot be checked without the vault.
#[derive(Debug)]
pub struct ExportVerifier {
    heads: Vec<Head>,
    kept: Vec<KeptCheckpoint>,
    seen: Option<AuditVerification>,
}

impl ExportVerifier {
    /// A verification against `kept`.
    #[must_use]
    pub fn new(kept: Vec<KeptCheckpoint>) -> Self {
        let mut heads: Vec<Head> = kept
            .iter()
            .map(|kept| Head {
                seq: kept.checkpoint.seq,
                hash: kept.checkpoint.head,
                otherwise: FindingKind::KeptDiffers,
            })
            .collect();
        heads.sort_by_key(|head| head.seq);
        Self { heads, kept, seen: None }
    }

    /// Verifies what `lines` holds.
    ///
    /// # Errors
    /// When it could not be read; a finding is no error.
    pub fn verify(mut self, lines: impl BufRead) -> std::io::Result<AuditVerification> {
        let heads = std::mem::take(&mut self.heads);
        let mut follower: Option<Follower<'_>> = None;
        for line in lines.split(b'\n') {
            let line = line?;
            if line.is_empty() {
                continue;
            }
            let seq = follower.as_ref().map(Follower::next);
            let unreadable = AuditFinding { seq, kind: FindingKind::Unreadable };
            let read = if line.len() > LONGEST_LINE { None } else { Canonical::read(&line) };
            let verdict = match read.as_ref().and_then(Exported::of) {
                Some(exported) => self.follow(&mut follower, &exported, &heads),
                None => Err(unreadable),
            };
            if let Err(finding) = verdict {
                return Ok(self.finished(Some(finding)));
            }
        }
        Ok(self.finished(None))
    }

    fn follow<'a>(
        &mut self,
        follower: &mut Option<Follower<'a>>,
        exported: &Exported<'_>,
        heads: &'a [Head],
    ) -> Result<(), AuditFinding> {
        let seq = exported.record.seq;
        let seen = self.seen.get_or_insert_with(|| exported.first_seen());
        let follower = follower.get_or_insert_with(|| {
            Follower::new(exported.vault, seq, exported.previous, None, heads)
        });
        if exported.vault != seen.vault || exported.previous != follower.previous() {
            return Err(AuditFinding { seq: Some(follower.next()), kind: FindingKind::Changed });
        }
        follower.follow(&exported.record, exported.hash.as_bytes(), &[])?;
        seen.records += 1;
        seen.last_seq = seq;
        seen.head = exported.hash;
        Ok(())
    }

    fn finished(self, finding: Option<AuditFinding>) -> AuditVerification {
        let mut seen = self.seen.unwrap_or_else(|| AuditVerification {
            finding: Some(AuditFinding { seq: None, kind: FindingKind::Unreadable }),
            ..nothing()
        });
        seen.finding = finding.or(seen.finding);
        for kept in &self.kept {
            let seq = Some(kept.checkpoint.seq);
            let found = |kind| Some(AuditFinding { seq, kind });
            let trouble = if !kept.holds(seen.vault) {
                found(FindingKind::KeptForeign)
            } else if kept.checkpoint.seq > seen.last_seq {
                found(FindingKind::KeptBeyond)
            } else if kept.checkpoint.seq < seen.first_seq {
                seen.before_log += 1;
                None
            } else {
                seen.matched += 1;
                seen.identity = Some(kept.checkpoint.key);
                None
            };
            seen.finding = seen.finding.or(trouble);
        }
        seen
    }
}

/// Verifies `lines` against `kept`.
///
/// # Errors
/// As [`ExportVerifier::verify`].
pub fn verify_export(
    lines: impl BufRead,
    kept: Vec<KeptCheckpoint>,
) -> std::io::Result<AuditVerification> {
    ExportVerifier::new(kept).verify(lines)
}

/// A line of an export, as far as the chain is concerned.
struct Exported<'a> {
    vault: VaultId,
    record: Encoded<'a>,
    previous: Digest,
    hash: Digest,
}

impl<'a> Exported<'a> {
    fn of(line: &'a Canonical) -> Option<Self> {
        Some(Self {
            vault: line.vault.parse().ok()?,
            record: Encoded {
                seq: line.seq,
                at: line.at,
                event: line.event.as_bytes(),
                turn: line.turn.as_deref().map(str::as_bytes),
                pseudonym: line.pseudonym.as_deref().map(str::as_bytes),
                body: line.body.as_bytes(),
            },
            previous: line.previous.parse().ok()?,
            hash: line.hash.parse().ok()?,
        })
    }

    fn first_seen(&self) -> AuditVerification {
        AuditVerification { vault: self.vault, first_seq: self.record.seq, ..nothing() }
    }
}

fn nothing() -> AuditVerification {
    AuditVerification {
        vault: VaultId::NONE,
        identity: None,
        records: 0,
        first_seq: 0,
        last_seq: 0,
        head: Digest::NONE,
        checkpoints: 0,
        matched: 0,
        before_log: 0,
        codes: false,
        finding: None,
    }
}
