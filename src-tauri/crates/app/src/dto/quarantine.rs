//! Passages that screening held back.

use cloister_guard::{Concern, Screened};
use cloister_store::QuarantineDecision;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LabelDto;

/// The passages that wait, longest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Quarantine)]
pub struct QuarantineDto {
    /// The passages.
    pub items: Vec<QuarantinedDto>,
}

/// A passage that waits for an editor.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Quarantined)]
pub struct QuarantinedDto {
    /// Its number in the quarantine.
    pub id: i64,
    /// The collection that its document belongs to.
    pub collection: String,
    /// The document that it came with.
    pub document: String,
    /// The id that it has once it is released.
    pub passage: String,
    /// Its label.
    pub label: LabelDto,
    /// All that it says: title, text and other wordings, a line end between two.
    pub text: String,
    /// Why it is held back.
    pub concerns: Vec<ConcernDto>,
    /// Since when.
    pub held_at: String,
}

/// Shows where the passage comes from, never its text.
impl std::fmt::Debug for QuarantinedDto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quarantined")
            .field("id", &self.id)
            .field("concerns", &self.concerns)
            .finish_non_exhaustive()
    }
}

/// One reason to hold a passage back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Concern)]
pub struct ConcernDto {
    /// What is wrong.
    pub kind: ConcernKindDto,
    /// First code point of it in the text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The rule that found it.
    pub rule: String,
}

/// What is wrong with a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConcernKind)]
pub enum ConcernKindDto {
    /// It commands the assistant.
    Instructions,
    /// It holds text that people do not see.
    Invisible,
    /// A link or image in it runs something, or tells somebody that it was shown.
    ActiveLink,
    /// A password, key or token stands in it.
    Secret,
}

/// What is to become of a passage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = QuarantineDecided)]
pub struct QuarantineDecidedDto {
    /// The decision.
    pub decision: QuarantineDecisionDto,
}

/// What an editor decides about a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QuarantineDecision)]
pub enum QuarantineDecisionDto {
    /// It goes in.
    Released,
    /// It stays out, and its text is gone.
    Rejected,
}

impl From<QuarantineDecisionDto> for QuarantineDecision {
    fn from(decision: QuarantineDecisionDto) -> Self {
        match decision {
            QuarantineDecisionDto::Released => Self::Released,
            QuarantineDecisionDto::Rejected => Self::Rejected,
        }
    }
}

impl ConcernKindDto {
    /// The kind in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instructions => "planted instructions",
            Self::Invisible => "invisible text",
            Self::ActiveLink => "an active link",
            Self::Secret => "a secret",
        }
    }
}

impl From<Screened> for ConcernDto {
    fn from(screened: Screened) -> Self {
        let kind = match screened.concern {
            Concern::Instructions => ConcernKindDto::Instructions,
            Concern::Invisible => ConcernKindDto::Invisible,
            Concern::ActiveLink => ConcernKindDto::ActiveLink,
            Concern::Secret => ConcernKindDto::Secret,
        };
        let Screened { span, rule, .. } = screened;
        Self { kind, start: span.start, end: span.end, rule }
    }
}
