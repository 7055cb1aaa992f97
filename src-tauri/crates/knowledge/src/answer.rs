//! How a question is answered: by an entry, from several, by asking back, or not at all.

use cloister_types::ReadScope;

use crate::{
    Hit, Index, KnowledgeError, Search, SmallTalk, TopicSuggestion, calibration::Basis,
    index::suggestion,
};

/// How many hits are looked at.
const SEEN: usize = 8;
/// How many sentences of a longer message, from its end, are read by themselves.
const MAX_SENTENCES: usize = 6;
/// From this similarity of words on, an entry's phrasing counts as the question itself.
const SAME_WORDS: f32 = 0.8;
/// From this cosine on, a phrasing means the same: on public sets the first hit is then the right one
/// in 96 of 100 cases, on the worst of them (covid-faq) in 87.
const SAME_MEANING: f32 = 0.85;
/// A hit with this part of the best score bears on the question too.
const CLOSE: f32 = 0.85;
/// A hit with this part of the best score is as likely to be meant.
const EVEN: f32 = 0.95;
/// A question with so few informative words can mean several things.
const VAGUE: usize = 2;
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
    /// Entries without an answer of their own are never offered.
    ///
    /// # Errors
    /// A failure of the search engine.
    pub fn answer_mode(&self, scope: &ReadScope, text: &str) -> Result<AnswerMode, KnowledgeError> {
        if let Some(kind) = SmallTalk::detect(text) {
            return Ok(AnswerMode::SmallTalk(kind));
        }
        let (found, reading) = self.closest_reading(scope, text)?;
        let covered = self.covers(scope, reading, &found)?;
        let Search { mut hits, informative, basis, .. } = found;
        hits.retain(|hit| {
            self.passage(scope, &hit.id).is_some_and(|entry| !entry.answer.is_empty())
        });
        if hits.is_empty() || !covered {
            return Ok(AnswerMode::OutOfScope { nearest: self.nearest(scope, &hits, basis) });
        }
        let first = hits.remove(0);
        hits.retain(|hit| hit.score >= first.score * CLOSE);
        hits.truncate(COMPOSE - 1);
        if hits.is_empty() || is_the_question(&first) {
            return Ok(AnswerMode::Direct { hit: first });
        }
        let offer = |hit: &Hit| self.passage(scope, &hit.id).map(suggestion);
        if informative <= VAGUE
            && hits[0].score >= first.score * EVEN
            && let (Some(a), Some(b)) = (offer(&first), offer(&hits[0]))
        {
            return Ok(AnswerMode::Clarify { a, b });
        }
        hits.insert(0, first);
        Ok(AnswerMode::Compose { hits })
    }

    /// Whether the knowledge covers `text`, for which `found` was found.
    fn covers(
        &self,
        scope: &ReadScope,
        text: &str,
        found: &Search,
    ) -> Result<bool, KnowledgeError> {
        match found.hits.first() {
            Some(first) if found.covers() && !is_the_question(first) => {
                self.still_covers(scope, text, found, first)
            }
            _ => Ok(found.covers()),
        }
    }

    /// The search for the whole text or, where that is not covered, for the sentence that is best:
    /// people tell their story before they ask.
    fn closest_reading<'a>(
        &self,
        scope: &ReadScope,
        text: &'a str,
    ) -> Result<(Search, &'a str), KnowledgeError> {
        let mut best = (self.search(scope, text, SEEN)?, text);
        if best.0.covers() {
            return Ok(best);
        }
        let sentences = text.rsplit(['.', '?', '!', '\n']).filter(|part| !part.trim().is_empty());
        let sentences: Vec<&'a str> = sentences.take(MAX_SENTENCES).collect();
        for sentence in sentences.iter().copied().filter(|_| sentences.len() > 1) {
            let found = self.search(scope, sentence, SEEN)?;
            if found.informative > 1 && found.in_scope > best.0.in_scope {
                best = (found, sentence);
            }
        }
        Ok(best)
    }

    /// The topics of `hits`, each once, filled up with what is offered to everybody.
    fn nearest(&self, scope: &ReadScope, hits: &[Hit], basis: Basis) -> Vec<TopicSuggestion> {
        let related = basis.thresholds().related;
        let found = hits.iter().filter(|hit| hit.score >= related);
        let mut nearest: Vec<TopicSuggestion> = Vec::new();
        let found = found.filter_map(|hit| self.passage(scope, &hit.id)).map(suggestion);
        for offer in found.chain(self.suggestions(scope, SEEN)) {
            let repeated = nearest.iter().any(|other| {
                other.id == offer.id || (!offer.topic.is_empty() && other.topic == offer.topic)
            });
            if !repeated && nearest.len() < NEAREST {
                nearest.push(offer);
            }
        }
        nearest
    }
}

/// Whether one of the entry's phrasings asks the same.
fn is_the_question(hit: &Hit) -> bool {
    hit.features.similarity >= SAME_WORDS || hit.features.nearest >= SAME_MEANING
}
