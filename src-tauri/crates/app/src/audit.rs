//! The audit log: reading, exporting, verifying, and signing its head.

use std::io::BufRead;

use cloister_access::{Peer, Resource, Session};
use cloister_store::{
    AlertKind, AuditBody, AuditEvent, AuditExport, AuditFilter, AuditFinding, AuditRecord,
    AuditRow, AuditVerification, Checkpoint, KeptCheckpoint, StoreError, read_checkpoints,
    verify_export,
};
use cloister_types::{Timestamp, act};

use crate::{
    App, AppError, AuditEvidenceDto, AuditFindingDto, AuditPageDto, AuditPeriodDto, AuditQueryDto,
    AuditRecordDto, AuditVerificationDto, CheckpointCopyDto, CheckpointDto, CheckpointQueryDto,
    CheckpointsDto, ErrorCode, error::sentence,
};

/// Records on a page, unless asked otherwise.
const PAGE: u32 = 50;
/// Most records on a page.
const MOST: u32 = 500;

/// An export of the audit log, line by line.
#[derive(Debug)]
pub struct AuditLines(AuditExport);

impl AuditLines {
    /// The next lines, each with its end; empty when all is said.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when the records could not be read.
    pub async fn next(&mut self) -> Result<String, AppError> {
        Ok(self.0.next_lines().await?)
    }
}

impl App {
    /// A page of the log. That it was read is recorded.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] when the filter is not of its form.
    pub async fn audit(
        &self,
        session: &Session,
        query: &AuditQueryDto,
    ) -> Result<AuditPageDto, AppError> {
        let allowed = self.authorise::<act::ReadAudit>(session, &Resource::Appliance).await?;
        let filter = filter(query)?;
        let limit = query.limit.unwrap_or(PAGE).clamp(1, MOST);
        let now = self.options.clock.now();
        let rows = self.store.read_audit(&allowed, session.pseudonym, &filter, limit, now).await?;
        let full = u32::try_from(rows.len()) == Ok(limit);
        Ok(AuditPageDto {
            identity: self.store.audit_identity().to_string(),
            next: rows.last().filter(|row| full && row.seq > 1).map(|row| row.seq),
            items: rows.into_iter().map(AuditRecordDto::from).collect(),
        })
    }

    /// Begins an export of the log, which is recorded first.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] when a time is not of its form.
    pub async fn export_audit(
        &self,
        session: &Session,
        period: &AuditPeriodDto,
    ) -> Result<AuditLines, AppError> {
        let allowed = self.authorise::<act::ReadAudit>(session, &Resource::Appliance).await?;
        let period = (time(period.since.as_ref())?, time(period.until.as_ref())?);
        let now = self.options.clock.now();
        let export = self.store.export_audit(&allowed, session.pseudonym, period, now).await?;
        Ok(AuditLines(export))
    }

    /// Verifies the log against itself and against `evidence`. Nothing of it is shown, so that
    /// anybody may who sits at the machine; others need the permission.
    ///
    /// # Errors
    /// [`ErrorCode::SessionRequired`] and [`ErrorCode::Denied`] for others;
    /// [`ErrorCode::InvalidRequest`] when the evidence cannot be read. A finding is no error.
    pub async fn verify_audit(
        &self,
        peer: &Peer,
        session: Option<&Session>,
        evidence: &AuditEvidenceDto,
    ) -> Result<AuditVerificationDto, AppError> {
        match (peer, session) {
            (Peer::Device, _) => {}
            (Peer::Address(_), None) => return Err(AppError::session_required()),
            (Peer::Address(_), Some(session)) => {
                self.authorise::<act::VerifyAudit>(session, &Resource::Appliance).await?;
            }
        }
        let kept = checkpoints_in(evidence.checkpoints.as_deref().unwrap_or_default())?;
        let seen = self.store.verify_audit(&kept).await?;
        let mut record = verification_record(&seen, self.options.clock.now());
        if let Some(session) = session {
            record = record.about(session.pseudonym);
        }
        if let Some(finding) = seen.finding {
            let body = AuditBody::new().with("finding", &finding.kind);
            self.raise(AlertKind::AuditFailed, None, body).await?;
        }
        match self.store.record(&record).await {
            // A log that is broken in this way takes no record, and saying so must not need one.
            Ok(()) | Err(StoreError::ChainBroken) => Ok(seen.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs the head of the log.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::StoreFailed`] when it could not be recorded.
    pub async fn sign_checkpoint(&self, session: &Session) -> Result<CheckpointDto, AppError> {
        let allowed = self.authorise::<act::VerifyAudit>(session, &Resource::Appliance).await?;
        let now = self.options.clock.now();
        let checkpoint = self.store.sign_checkpoint(&allowed, session.pseudonym, now).await?;
        self.keep_checkpoints().await;
        Ok((&checkpoint).into())
    }

    /// The heads that were signed, and where copies of them are.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn checkpoints(
        &self,
        session: &Session,
        query: &CheckpointQueryDto,
    ) -> Result<CheckpointsDto, AppError> {
        let allowed = self.authorise::<act::VerifyAudit>(session, &Resource::Appliance).await?;
        let items = self.store.checkpoints(&allowed, query.after.unwrap_or(0)).await?;
        let copies = self.store.checkpoint_copies().await?;
        Ok(CheckpointsDto {
            items: items.iter().map(CheckpointDto::from).collect(),
            copies: copies
                .into_iter()
                .map(|copy| CheckpointCopyDto {
                    destination: copy.place.to_string(),
                    number: copy.number,
                    at: copy.at.to_string(),
                })
                .collect(),
        })
    }

    /// Signs what is due and copies what is new to the destinations.
    async fn keep_checkpoints(&self) {
        keep_checkpoints(&self.store, &self.destinations, self.options.clock.now()).await;
    }
}

/// Signs what is due and copies what is new to `destinations`; what fails is said in the log and
/// tried again.
pub(crate) async fn keep_checkpoints(
    store: &cloister_store::Store,
    destinations: &[cloister_store::Destination],
    now: Timestamp,
) {
    match store.keep_checkpoints(destinations, now).await {
        Ok(copies) => {
            for copy in copies {
                if let Err(error) = copy.copied {
                    tracing::warn!(destination = %copy.destination, %error, "no checkpoint copied");
                }
            }
        }
        Err(error) => tracing::error!(%error, "the head of the audit log was not signed"),
    }
}

/// Verifies an exported log against `checkpoints`, the text of a file of them. Needs no vault.
///
/// # Errors
/// [`ErrorCode::InvalidRequest`] when either cannot be read. A finding is no error.
pub fn verify_audit_export(
    export: impl BufRead,
    checkpoints: &str,
) -> Result<AuditVerificationDto, AppError> {
    let kept = checkpoints_in(checkpoints)?;
    let seen = verify_export(export, kept).map_err(|error| refused(&error))?;
    Ok(seen.into())
}

fn checkpoints_in(text: &str) -> Result<Vec<KeptCheckpoint>, AppError> {
    read_checkpoints(text).map_err(|error| refused(&error))
}

fn verification_record(seen: &AuditVerification, now: Timestamp) -> AuditRecord {
    let mut body = AuditBody::new()
        .count("records", seen.records)
        .count("matched", seen.matched)
        .with("head", &seen.head);
    if let Some(finding) = seen.finding {
        body = body.with("finding", &finding.kind);
        if let Some(seq) = finding.seq {
            body = body.count("seq", seq.unsigned_abs());
        }
    }
    AuditRecord::new(AuditEvent::AuditVerified, now, body)
}

fn filter(query: &AuditQueryDto) -> Result<AuditFilter, AppError> {
    let event = query.event.as_ref().map(|name| {
        let known = AuditEvent::ALL.iter().copied();
        known
            .into_iter()
            .find(|event| event.as_str() == name)
            .ok_or_else(|| refused(&"no such event"))
    });
    let id = |_| refused(&"an id has 32 hexadecimal digits");
    Ok(AuditFilter {
        event: event.transpose()?,
        since: time(query.since.as_ref())?,
        until: time(query.until.as_ref())?,
        pseudonym: query.pseudonym.as_ref().map(|text| text.parse()).transpose().map_err(id)?,
        turn: query.turn.as_ref().map(|text| text.parse()).transpose().map_err(id)?,
        before: query.before,
    })
}

/// A time as RFC 3339 has it.
fn time(text: Option<&String>) -> Result<Option<Timestamp>, AppError> {
    text.map(|text| text.parse())
        .transpose()
        .map_err(|_| refused(&"a time is written as 2026-01-31T08:00:00Z"))
}

fn refused(cause: &dyn std::fmt::Display) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, sentence(&cause.to_string()))
}

impl From<AuditRow> for AuditRecordDto {
    fn from(row: AuditRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at.to_string(),
            event: row.event.to_string(),
            turn: row.turn.map(|id| id.to_string()),
            pseudonym: row.pseudonym.map(|id| id.to_string()),
            body: row.body,
            hash: row.hash.to_string(),
        }
    }
}

impl From<&Checkpoint> for CheckpointDto {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self {
            number: checkpoint.number,
            seq: checkpoint.seq,
            head: checkpoint.head.to_string(),
            at: checkpoint.at.to_string(),
            identity: checkpoint.key.to_string(),
            digest: checkpoint.digest().to_string(),
            to_countersign: String::from_utf8_lossy(&checkpoint.countersigned()).into_owned(),
            line: checkpoint.to_line(),
            paper: checkpoint.to_paper(),
        }
    }
}

impl From<AuditFinding> for AuditFindingDto {
    fn from(finding: AuditFinding) -> Self {
        Self {
            seq: finding.seq,
            kind: finding.kind.to_string(),
            message: sentence(finding.kind.sentence()),
        }
    }
}

impl From<AuditVerification> for AuditVerificationDto {
    fn from(seen: AuditVerification) -> Self {
        Self {
            holds: seen.finding.is_none(),
            vault: seen.vault.to_string(),
            identity: seen.identity.map(|key| key.to_string()),
            records: seen.records,
            first_seq: seen.first_seq,
            last_seq: seen.last_seq,
            head: seen.head.to_string(),
            checkpoints: seen.checkpoints,
            matched: seen.matched,
            before_log: seen.before_log,
            codes_checked: seen.codes,
            finding: seen.finding.map(AuditFindingDto::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_or_refused() {
        let query = AuditQueryDto {
            event: Some("signed_in".to_owned()),
            since: Some("2026-01-31T08:00:00Z".to_owned()),
            pseudonym: Some("ab".repeat(16)),
            ..AuditQueryDto::default()
        };
        let read = filter(&query).expect("of its form");
        assert_eq!(read.event, Some(AuditEvent::SignedIn));
        assert_eq!(read.since, Some(Timestamp::from_millis(1_769_846_400_000)));
        for bad in [
            AuditQueryDto { event: Some("nothing".to_owned()), ..AuditQueryDto::default() },
            AuditQueryDto { until: Some("yesterday".to_owned()), ..AuditQueryDto::default() },
            AuditQueryDto { turn: Some("1".to_owned()), ..AuditQueryDto::default() },
        ] {
            let error = filter(&bad).expect_err("refused");
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn an_export_and_its_evidence_are_read_or_refused() {
        let error = verify_audit_export(&b""[..], "no checkpoint").expect_err("refused");
        assert!(error.message.contains("ine 1"), "{error}");
        let seen = verify_audit_export(&b"{}\n"[..], "").expect("readable");
        assert_eq!(seen.finding.expect("a finding").kind, "unreadable");
        assert!(!seen.holds);
    }
}
