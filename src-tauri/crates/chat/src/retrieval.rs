//! From what the search says to what the machine plans with.

use cloister_knowledge::{AnswerMode, Entry, Hit, Index, KnowledgeError, TopicSuggestion};
use cloister_types::ReadScope;

use crate::{Passage, Retrieved, Topic};

/// Looks `text` up within `scope`.
///
/// # Errors
/// When the index cannot be searched.
pub(crate) fn retrieve(
    index: &Index,
    scope: &ReadScope,
    text: &str,
) -> Result<Retrieved, KnowledgeError> {
    let passage = |hit: &Hit| index.passage(scope, &hit.id).map(Passage::from);
    Ok(match index.answer_mode(scope, text)? {
        AnswerMode::Direct { hit } => match passage(&hit) {
            Some(passage) => Retrieved::Direct(passage),
            None => Retrieved::Nothing(Vec::new()),
        },
        AnswerMode::Compose { hits } => {
            Retrieved::Compose(hits.iter().filter_map(passage).collect())
        }
        AnswerMode::Clarify { a, b } => Retrieved::Clarify(vec![a.into(), b.into()]),
        AnswerMode::SmallTalk(kind) => Retrieved::SmallTalk(kind),
        AnswerMode::OutOfScope { nearest } => {
            Retrieved::Nothing(nearest.into_iter().map(Topic::from).collect())
        }
    })
}

impl From<TopicSuggestion> for Topic {
    fn from(topic: TopicSuggestion) -> Self {
        Self { id: topic.id, question: topic.question }
    }
}

impl From<&Entry> for Passage {
    fn from(entry: &Entry) -> Self {
        Self {
            id: entry.id.clone(),
            title: entry.question.clone(),
            text: entry.answer.clone(),
            label: entry.label,
        }
    }
}
