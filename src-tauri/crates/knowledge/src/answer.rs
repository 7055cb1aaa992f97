//! How a question is answered: by an entry, from several, by asking back, or not at all.

use cloister_types::ReadScope;

use crate::{
    Hit, IN_SCOPE_THRESHOLD, Index, KnowledgeError, SmallTalk, TopicSuggestion, index::suggestion,
};

/// How many passages an answer is composed from, at most.
const COMPOSE: usize = 3;
/// How many topics are offered where nothing answers.
const NEAREST: usize = 3;

/// What to do with a question.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerMode {
    /// One entry answers it, in its own words.
    Direct {
        /// The entry.
        hit: Hit,
    },
    /// Several entries bear on it: compose an answer from two or three, best first.
    Compose {
        /// The entries.
        hits: Vec<Hit>,
    },
    /// Two entries could be meant: ask which.
    Clarify {
        /// The likelier.
        a: TopicSuggestion,
        /// The other.
        b: TopicSuggestion,
    },
    /// A courtesy, not a question.
    SmallTalk(SmallTalk),
    /// Nothing that the reader may see answers it.
    OutOfScope {
        /// What the reader could ask instead, nearest first.
        nearest: Vec<TopicSuggestion>,
    },
}

impl Index {
    /// How to answer `text` from the entries within `scope`.
    ///
    /// # Errors
    /// A failure of the search engine.
    pub fn answer_mode(&self, scope: &ReadScope, text: &str) -> Result<AnswerMode, KnowledgeError> {
        let _ = (COMPOSE, NEAREST, IN_SCOPE_THRESHOLD, suggestion);
        if let Some(kind) = SmallTalk::detect(text) {
            return Ok(AnswerMode::SmallTalk(kind));
        }
        let search = self.search(scope, text, COMPOSE)?;
        match search.hits.into_iter().next() {
            Some(hit) => Ok(AnswerMode::Direct { hit }),
            None => Ok(AnswerMode::OutOfScope { nearest: self.suggestions(scope, NEAREST) }),
        }
    }
}
