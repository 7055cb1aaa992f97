//! Knowledge as readers meet it.

use cloister_chat as chat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something hidden, or to be hidden, in a text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Span)]
pub struct HiddenDto {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it is: `EMAIL`, `PHONE`, `CREDIT_CARD`, …
    #[serde(rename = "type")]
    pub category: String,
}

/// A sensitivity label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Label)]
#[expect(missing_docs, reason = "documented at cloister_types::Label, which this mirrors")]
pub enum LabelDto {
    Public,
    Internal,
    Confidential,
    Restricted,
}

impl LabelDto {
    /// The label's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Restricted => "restricted",
        }
    }
}

/// A question that the knowledge answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Topic)]
pub struct TopicDto {
    /// The passage that answers it.
    pub id: String,
    /// The question.
    pub question: String,
}

/// A passage, opened from a citation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Passage)]
pub struct PassageDto {
    /// Its id.
    pub id: String,
    /// Its title: the question it answers.
    pub title: String,
    /// The part of the collection it belongs to.
    pub topic: String,
    /// Its text, markdown.
    pub text: String,
    /// Its label.
    pub label: LabelDto,
    /// The collection it belongs to.
    pub collection: String,
    /// When it was imported.
    #[schema(required)]
    pub updated_at: Option<String>,
}

/// Questions to start with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Suggestions)]
pub struct SuggestionsDto {
    /// Entries that the reader may read.
    pub suggestions: Vec<TopicDto>,
}

/// What would be hidden in a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DraftFindings)]
pub struct DraftDto {
    /// Findings, in the draft's own offsets.
    pub findings: Vec<HiddenDto>,
}

impl From<chat::Topic> for TopicDto {
    fn from(topic: chat::Topic) -> Self {
        Self { id: topic.id.to_string(), question: topic.question }
    }
}
