//! Knowledge as readers meet it.

use cloister_chat as chat;
use cloister_knowledge::Hit;
use cloister_types::Label;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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

/// A document to import; its bytes are the body.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportDto {
    /// The collection that it belongs to.
    pub collection: String,
    /// Its name within the collection; the ending tells the format.
    pub name: String,
    /// The label of entries that do not say their own. Without it questions with answers are public
    /// and other documents internal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelDto>,
    /// The name of the account that it belongs to. With this and the next five it is confined to
    /// whom they name; where none is given, a document that was there stays confined as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The team that it is confined to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The region that it is confined to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The roles that it is confined to or, above internal, opened to; apart by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<String>,
    /// From when it is valid, as RFC 3339 writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Until when it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

impl ImportDto {
    /// The import of `name` into `collection`, with nothing said besides.
    #[must_use]
    pub fn of(collection: &str, name: &str) -> Self {
        Self {
            collection: collection.to_owned(),
            name: name.to_owned(),
            label: None,
            owner: None,
            team: None,
            region: None,
            roles: None,
            valid_from: None,
            valid_until: None,
        }
    }
}

/// Whom a document is confined to, besides its labels and collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Placement)]
pub struct PlacementDto {
    /// The name of the account that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The team that it is confined to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The region that it is confined to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The roles that it is confined to or, above internal, opened to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// From when it is valid, as RFC 3339 writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Until when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// What was confined.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Placed)]
pub struct PlacedDto {
    /// Entries of the document.
    pub entries: u64,
}

/// Which document.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentKeyDto {
    /// The collection that it belongs to.
    pub collection: String,
    /// Its name within the collection.
    pub name: String,
}

/// What an import changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Imported)]
pub struct ImportedDto {
    /// Entries that the document has now.
    pub entries: u64,
    /// Entries that are new.
    pub inserted: u64,
    /// Entries whose content changed.
    pub updated: u64,
    /// Entries that were the same already.
    pub unchanged: u64,
    /// Entries that the document no longer has.
    pub deleted: u64,
    /// Entries that screening holds back until an editor has looked at them.
    pub held: u64,
    /// The most closed label that an entry of it has.
    pub label: LabelDto,
}

/// What became of the documents of an archive, in its order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportedArchive)]
pub struct ArchiveDto {
    /// Each document.
    pub items: Vec<ArchiveItemDto>,
}

/// What became of a document of an archive: one of the two.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportedArchiveItem)]
pub struct ArchiveItemDto {
    /// Its path within the archive, which is its name.
    pub name: String,
    /// What the import changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportedDto>,
    /// Why it was not imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A document that was imported.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentDto {
    /// The collection that it belongs to.
    pub collection: String,
    /// Its name within the collection.
    pub name: String,
    /// How many entries it has.
    pub entries: u64,
    /// The labels that they have, from open to closed.
    pub labels: Vec<LabelDto>,
    /// Whom it is confined to besides.
    pub placement: PlacementDto,
    /// When it was last imported.
    pub imported_at: String,
}

/// The documents that were imported, by collection and name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Documents)]
pub struct DocumentsDto {
    /// The documents.
    pub items: Vec<DocumentDto>,
}

/// What a removal took away.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Removed)]
pub struct RemovedDto {
    /// Entries that are gone.
    pub deleted: u64,
}

/// How far the search index is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = IndexState)]
pub struct IndexDto {
    /// Whether it has seen every change.
    pub settled: bool,
    /// Whether the last change could not be taken in; the index before it stays in use.
    pub failed: bool,
    /// Entries that are stored.
    pub entries: usize,
    /// Entries whose meaning is known.
    pub encoded: usize,
    /// Why the search goes by words alone, if it does.
    #[schema(required)]
    pub limit: Option<String>,
}

/// Questions to search for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Search)]
pub struct SearchDto {
    /// The questions, at most 256.
    pub queries: Vec<QueryDto>,
    /// Most hits for each.
    pub top: usize,
    /// Whether each hit comes with how it matches, for people who tune.
    #[serde(default)]
    pub explain: bool,
}

/// A question to search for.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Query)]
pub struct QueryDto {
    /// What the result is recognised by; of the asker's choosing.
    pub id: String,
    /// The question.
    pub text: String,
}

/// Shows the id, never the text.
impl std::fmt::Debug for QueryDto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What was found for each question, in their order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SearchResults)]
pub struct SearchResultsDto {
    /// The results.
    pub items: Vec<FoundDto>,
}

/// What was found for one question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Found)]
pub struct FoundDto {
    /// The question's id.
    pub id: String,
    /// The entries, best first, each once.
    pub hits: Vec<FoundHitDto>,
    /// The probability that the knowledge covers the question.
    pub in_scope: f32,
}

/// An entry that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Hit)]
pub struct FoundHitDto {
    /// The entry.
    pub id: String,
    /// How well it matches, from 0 to 1.
    pub score: f32,
    /// How it matches, which the score was computed from; where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<f32>,
}

impl FoundHitDto {
    pub(crate) fn new(hit: &Hit, explain: bool) -> Self {
        let features = if explain { hit.features.as_array().to_vec() } else { Vec::new() };
        Self { id: hit.id.to_string(), score: hit.score, features }
    }
}

impl From<LabelDto> for Label {
    fn from(label: LabelDto) -> Self {
        match label {
            LabelDto::Public => Self::Public,
            LabelDto::Internal => Self::Internal,
            LabelDto::Confidential => Self::Confidential,
            LabelDto::Restricted => Self::Restricted,
        }
    }
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
