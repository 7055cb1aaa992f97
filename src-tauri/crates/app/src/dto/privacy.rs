//! The privacy notice, consents, and what a person may ask.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RetentionDto;

/// The privacy notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PrivacyNotice)]
pub struct NoticeDto {
    /// Its version, which consents name.
    pub version: u32,
    /// The text: paragraphs apart by an empty line.
    pub text: String,
    /// When it was published.
    pub published_at: String,
}

/// A notice to publish.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPrivacyNotice)]
pub struct NewNoticeDto {
    /// The text: paragraphs apart by an empty line.
    pub text: String,
    /// Whether everybody who consented is asked again.
    #[serde(default)]
    pub ask_again: bool,
}

/// On which grounds a person's data are processed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ConsentList)]
pub struct ConsentListDto {
    /// Every purpose.
    pub items: Vec<PurposeDto>,
    /// The version of the privacy notice that a consent has to name.
    pub wording: u32,
    /// What is recorded, oldest first.
    pub recorded: Vec<ConsentDto>,
}

/// A purpose, and where the person stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Purpose)]
pub struct PurposeDto {
    /// The purpose.
    pub purpose: String,
    /// The purpose in words.
    pub what: String,
    /// The lawful basis that the site chose.
    pub basis: String,
    /// Where the person stands.
    pub standing: StandingDto,
}

/// Where a person stands with a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Standing)]
pub enum StandingDto {
    /// Their data are processed for it.
    Allowed,
    /// They have to consent first.
    ConsentRequired,
    /// They withdrew their consent or objected.
    Objected,
    /// They had all processing restricted.
    Restricted,
}

/// A ground as recorded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentDto {
    /// For what.
    pub purpose: String,
    /// On what ground.
    pub basis: String,
    /// The version of the privacy notice that said so.
    pub wording: u32,
    /// When it was given or first relied on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_at: Option<String>,
    /// When the person withdrew it or objected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<String>,
}

/// A consent to give.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewConsent)]
pub struct NewConsentDto {
    /// To what.
    pub purpose: String,
    /// The version of the privacy notice that was read.
    pub wording: u32,
}

/// Another lawful basis for a purpose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BasisChange)]
pub struct BasisChangeDto {
    /// The basis: consent, contract, `public_task` or `legitimate_interests`.
    pub basis: String,
}

/// The passphrase that seals an export.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportRequest)]
pub struct ExportRequestDto {
    /// Hard to guess; without it nobody opens the archive.
    pub passphrase: String,
}

/// How an erasure is asked for.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ErasureRequest)]
pub struct ErasureRequestDto {
    /// The one-time token, where no second factor was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether to erase what no legal hold keeps, where one keeps some of it.
    pub what_is_not_held: bool,
}

/// An erasure that was confirmed by an administrator, to be handed to the person.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ErasureToken)]
pub struct ErasureTokenDto {
    /// Works once; shown this once.
    pub token: String,
    /// Until when it works.
    pub expires_at: String,
}

/// The receipt of an erasure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ErasureReceipt)]
pub struct ErasureReceiptDto {
    /// Its number, which the audit log names too.
    pub receipt: String,
    /// When.
    pub erased_at: String,
    /// Conversations erased.
    pub conversations: u64,
    /// Turns erased.
    pub turns: u64,
    /// Message logs erased.
    pub message_logs: u64,
    /// Ratings and remarks erased.
    pub feedback: u64,
    /// Consents that are kept under a salted hash.
    pub consents_kept: u64,
    /// What a legal hold keeps.
    pub held: Vec<UnderHoldDto>,
    /// Whether the account is gone.
    pub complete: bool,
}

/// What a legal hold keeps.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = UnderHold)]
pub struct UnderHoldDto {
    /// The class.
    pub class: String,
    /// Until when.
    pub until: String,
}

/// A correction to ask for.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCorrection)]
pub struct NewCorrectionDto {
    /// What is wrong: name or attributes.
    pub field: CorrectionFieldDto,
    /// What it should be, in at most 400 characters.
    pub wanted: String,
}

/// What can be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CorrectionField)]
pub enum CorrectionFieldDto {
    /// The name of the account.
    Name,
    /// Team, region and the like.
    Attributes,
}

/// Corrections that were asked for.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CorrectionList)]
pub struct CorrectionListDto {
    /// The corrections, latest first.
    pub items: Vec<CorrectionDto>,
}

/// A correction that was asked for.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Correction)]
pub struct CorrectionDto {
    /// Its number.
    pub id: i64,
    /// The account.
    pub account: String,
    /// When it was asked for.
    pub at: String,
    /// What is wrong.
    pub field: CorrectionFieldDto,
    /// What it should be; gone once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<CorrectionDecisionDto>,
}

/// What became of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CorrectionDecision)]
pub enum CorrectionDecisionDto {
    /// The data were corrected.
    Done,
    /// They were right.
    Declined,
}

/// How a correction is decided.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectionVerdict)]
pub struct CorrectionVerdictDto {
    /// What becomes of it.
    pub decision: CorrectionDecisionDto,
}

/// The record of processing activities (Article 30 GDPR), made from what this program does.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessingRecord)]
pub struct ProcessingRecordDto {
    /// Whose appliance it is.
    pub site: String,
    /// When the record was made.
    pub made_at: String,
    /// The program's version.
    pub version: String,
    /// Whose data are processed.
    pub people: Vec<String>,
    /// What for, and on which ground.
    pub purposes: Vec<ProcessingPurposeDto>,
    /// What is kept, and for how long.
    pub classes: Vec<RetentionDto>,
    /// Who receives any of it.
    pub recipients: Vec<String>,
    /// To which third countries any of it goes.
    pub transfers: Vec<String>,
    /// What protects it, as tried when the record was made.
    pub measures: Vec<MeasureDto>,
}

/// What data are processed for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessingPurpose)]
pub struct ProcessingPurposeDto {
    /// The purpose.
    pub purpose: String,
    /// The purpose in words.
    pub what: String,
    /// The lawful basis that the site chose.
    pub basis: String,
}

/// What protects the data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Measure)]
pub struct MeasureDto {
    /// The promise.
    pub title: String,
    /// Whether it held when it was tried.
    pub state: String,
    /// What was seen.
    pub evidence: String,
    /// What it does not cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

macro_rules! hidden {
    ($($type:ident),+) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(…)"))
            }
        })+
    };
}

hidden!(
    ExportRequestDto,
    ErasureRequestDto,
    ErasureTokenDto,
    NewCorrectionDto,
    CorrectionListDto,
    CorrectionDto
);
