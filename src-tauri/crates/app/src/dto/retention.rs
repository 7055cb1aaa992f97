//! Retention, holds and the purge.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long every class of data is kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RetentionList)]
pub struct RetentionListDto {
    /// The classes, from what is kept for the shortest time.
    pub items: Vec<RetentionDto>,
}

/// How long a class of data is kept. Periods are in hours.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Retention)]
pub struct RetentionDto {
    /// The class.
    pub class: String,
    /// What it holds.
    pub what: String,
    /// Under which identity.
    pub identity: String,
    /// How long it is kept.
    pub period_hours: u64,
    /// How long unless the site chooses otherwise.
    pub default_hours: u64,
    /// The shortest period that can be chosen.
    pub floor_hours: u64,
    /// The longest period that can be chosen.
    pub ceiling_hours: u64,
}

/// Another period for a class.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetentionChange)]
pub struct RetentionChangeDto {
    /// How long the class is kept.
    pub period_hours: u64,
}

/// Whether a purge deletes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PurgeRequest)]
pub struct PurgeRequestDto {
    /// Only say what is due.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a purge deleted, or would delete.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Purge)]
pub struct PurgeDto {
    /// Whether nothing was deleted because it was only asked for.
    pub dry_run: bool,
    /// Rows by what they are; what has none is not named.
    pub items: Vec<PurgedDto>,
}

/// Rows of one kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Purged)]
pub struct PurgedDto {
    /// A class, or `session` or `turn`.
    pub what: String,
    /// How many.
    pub rows: u64,
}

/// What came of confirming the clock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Clock)]
pub struct ClockDto {
    /// The time that is trusted now.
    pub now: String,
    /// Whether the clock had jumped; otherwise there was nothing to confirm.
    pub was_in_doubt: bool,
}

/// Every hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = HoldList)]
pub struct HoldListDto {
    /// The holds, latest first.
    pub items: Vec<HoldDto>,
}

/// A legal hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Hold)]
pub struct HoldDto {
    /// Its id.
    pub id: String,
    /// The pseudonym of whom it is about; everybody where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudonym: Option<String>,
    /// The class that it is about; all where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Why: a code such as a case number.
    pub reason: String,
    /// When it was placed.
    pub placed_at: String,
    /// When it ends unless it is released before.
    pub until: String,
    /// When it was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<String>,
    /// Whether it keeps anything now.
    pub active: bool,
}

/// A hold to place: of an account or a pseudonym, of a class, or of a class of one person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHold)]
pub struct NewHoldDto {
    /// The account whose data are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The pseudonym whose data are kept, where there is no account any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonym: Option<String>,
    /// The class that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Why: a code of letters, digits and `. _ : / -`.
    pub reason: String,
    /// When it ends, such as 2027-01-01T00:00:00Z.
    pub until: String,
}
