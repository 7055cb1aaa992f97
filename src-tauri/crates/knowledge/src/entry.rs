//! One entry of the knowledge base.

use std::{fmt, sync::Arc};

use cloister_types::{AccessClass, Label, PassageId, Placement};

/// A question with its answer and the other ways in which people ask it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The stable id, as the source gave it.
    pub id: PassageId,
    /// The collection that it was imported into.
    pub collection: String,
    /// The heading under which it is offered; empty when the source has none.
    pub topic: String,
    /// How sensitive it is.
    pub label: Label,
    /// Whom its document is confined to.
    pub placement: Arc<Placement>,
    /// The question, as the site words it.
    pub question: String,
    /// The answer in light Markdown; may be empty for imported example utterances.
    pub answer: String,
    /// Other wordings of the question.
    pub alternatives: Vec<String>,
}

impl Entry {
    /// What it is readable under.
    #[must_use]
    pub fn class(&self) -> AccessClass {
        AccessClass {
            label: self.label,
            collection: self.collection.clone(),
            placement: (*self.placement).clone(),
        }
    }

    /// The question, then each alternative.
    pub(crate) fn phrasings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question.as_str()).chain(self.alternatives.iter().map(String::as_str))
    }
}

/// Shows the id and the label, never the text: an entry may be restricted.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, {})", self.id, self.label)
    }
}
