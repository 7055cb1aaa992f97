//! The audit log as those see it who may read or verify it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which records are wanted; everything by default.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditQueryDto {
    /// About this event alone, such as `signed_in`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Not older than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Older than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// About the person with this pseudonym alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudonym: Option<String>,
    /// About this turn alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// Before the record with this number: `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// At most so many, 1 to 500; 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// From when to when an export reaches; all of the log by default.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditPeriodDto {
    /// Not older than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Older than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A page of the audit log, the newest record first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditPage)]
pub struct AuditPageDto {
    /// The vault's audit identity: an Ed25519 key in hexadecimal digits.
    pub identity: String,
    /// The records.
    pub items: Vec<AuditRecordDto>,
    /// What to ask for as `before` to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// One record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditRecord)]
pub struct AuditRecordDto {
    /// Its place in the log.
    pub seq: i64,
    /// When it was decided.
    pub at: String,
    /// What was decided.
    pub event: String,
    /// The turn that it was decided for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// The person whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudonym: Option<String>,
    /// The particulars.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    /// The record's hash.
    pub hash: String,
}

/// What to verify the log against.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditEvidence)]
pub struct AuditEvidenceDto {
    /// Checkpoints that were kept elsewhere, as text: JSON Lines or printed lines typed back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<String>,
}

/// What a verification saw.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditVerification)]
pub struct AuditVerificationDto {
    /// Whether everything holds.
    pub holds: bool,
    /// Whose log it is.
    pub vault: String,
    /// The vault's audit identity, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// How many records there are.
    pub records: u64,
    /// The oldest record.
    pub first_seq: i64,
    /// The newest record.
    pub last_seq: i64,
    /// The newest record's hash.
    pub head: String,
    /// How many heads the vault has signed.
    pub checkpoints: u64,
    /// How many of the given checkpoints the log passes through.
    pub matched: u64,
    /// How many of the given checkpoints are of records before the oldest.
    pub before_log: u64,
    /// Whether the records' codes were checked, which needs the vault.
    pub codes_checked: bool,
    /// The first thing that does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<AuditFindingDto>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditFinding)]
pub struct AuditFindingDto {
    /// The record at which it shows, where it shows at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// What it is, for programs.
    pub kind: String,
    /// What it means, for people.
    pub message: String,
}

/// The head of the log at one moment, signed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Checkpoint)]
pub struct CheckpointDto {
    /// Its place among the vault's checkpoints, from 1.
    pub number: i64,
    /// The last record that it covers.
    pub seq: i64,
    /// That record's hash.
    pub head: String,
    /// The time of that record.
    pub at: String,
    /// The vault's audit identity.
    pub identity: String,
    /// What names this checkpoint.
    pub digest: String,
    /// The text that a second signature, made elsewhere, is over.
    pub to_countersign: String,
    /// The checkpoint as a line for a file.
    pub line: String,
    /// The checkpoint as short lines for paper.
    pub paper: String,
}

/// The vault's checkpoints, in order, and where copies are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Checkpoints)]
pub struct CheckpointsDto {
    /// The checkpoints.
    pub items: Vec<CheckpointDto>,
    /// The last one that was copied to each place.
    pub copies: Vec<CheckpointCopyDto>,
}

/// The last checkpoint that was copied to a place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CheckpointCopy)]
pub struct CheckpointCopyDto {
    /// The place.
    pub destination: String,
    /// The checkpoint.
    pub number: i64,
    /// When it was copied.
    pub at: String,
}

/// Which checkpoints are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckpointQueryDto {
    /// After the one with this number; all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
}
