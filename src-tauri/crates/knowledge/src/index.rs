//! The index over all entries, and searching it within a scope.

use std::collections::{HashMap, HashSet};

use cloister_types::{PassageId, ReadScope};

use crate::{
    Entry, Features, KnowledgeError,
    bm25::Engine,
    profile::{EntryWords, Profile},
    question::Question,
    rank,
    vocabulary::Vocabulary,
    words::Words,
};

/// How many of the engine's candidates are compared word by word.
const CANDIDATES: usize = 64;

/// All entries, in memory and ready to be searched.
pub struct Index {
    entries: Vec<Entry>,
    places: HashMap<PassageId, usize>,
    profiles: Vec<Profile>,
    vocabulary: Vocabulary,
    engine: Engine,
    words: Words,
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The entry.
    pub id: PassageId,
    /// How well it matches, from 0 to 1; comparable within one search.
    pub score: f32,
    /// How it matches: what the score was computed from.
    pub features: Features,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The entries, best first, each once.
    pub hits: Vec<Hit>,
    /// The probability that the readable entries cover the question, from 0 to 1.
    pub in_scope: f32,
    /// How many different words of the question say something about its subject.
    pub informative: usize,
}

/// A question that a reader may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSuggestion {
    /// The entry that answers it.
    pub id: PassageId,
    /// Its topic; may be empty.
    pub topic: String,
    /// The question, as the site words it.
    pub question: String,
}

impl Index {
    /// Indexes `entries`, in memory.
    ///
    /// # Errors
    /// Two entries with one id; a failure of the search engine.
    pub fn build(entries: &[Entry]) -> Result<Self, KnowledgeError> {
        let mut places = HashMap::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            if places.insert(entry.id.clone(), place).is_some() {
                return Err(KnowledgeError::DuplicateId(entry.id.clone()));
            }
        }
        let mut words = Words::new();
        let mut vocabulary = Vocabulary::new();
        let texts: Vec<_> = entries
            .iter()
            .map(|entry| (entry.label, EntryWords::read(entry, &mut words)))
            .collect();
        let profiles = entries
            .iter()
            .zip(&texts)
            .map(|(entry, (_, words))| Profile::read(entry, words, &mut vocabulary))
            .collect();
        let engine = Engine::build(&texts)?;
        Ok(Self { entries: entries.to_vec(), places, profiles, vocabulary, engine, words })
    }

    /// The `top` entries within `scope` that match `text` best.
    ///
    /// # Errors
    /// A failure of the search engine.
    pub fn search(
        &self,
        scope: &ReadScope,
        text: &str,
        top: usize,
    ) -> Result<Search, KnowledgeError> {
        let scoped = self.vocabulary.within(scope);
        if scoped.entries() == 0 {
            return Ok(Search { hits: Vec::new(), in_scope: 0.0, informative: 0 });
        }
        let question = Question::read(text, &mut self.words.clone(), &scoped);
        let candidates = self.engine.candidates(scope, &question, CANDIDATES.max(top))?;
        let best = candidates.first().map_or(0.0, |candidate| candidate.score);
        let mut ranked: Vec<_> = candidates
            .iter()
            .map(|candidate| {
                let mut features =
                    rank::compare(&question, &self.profiles[candidate.ordinal], &scoped);
                features.engine = if best > 0.0 { candidate.score / best } else { 0.0 };
                (candidate.ordinal, features)
            })
            .collect();
        ranked.sort_by(|(a, x), (b, y)| y.score().total_cmp(&x.score()).then(a.cmp(b)));
        let in_scope = ranked.first().map_or(0.0, |(_, features)| features.probability());
        let hits = ranked
            .iter()
            .take(top)
            .map(|(ordinal, features)| Hit {
                id: self.entries[*ordinal].id.clone(),
                score: features.score(),
                features: *features,
            })
            .collect();
        Ok(Search { hits, in_scope, informative: question.informative })
    }

    /// The entry `id`, if it exists and `scope` allows it; the two cases look alike from outside.
    #[must_use]
    pub fn passage(&self, scope: &ReadScope, id: &PassageId) -> Option<&Entry> {
        let entry = &self.entries[*self.places.get(id)?];
        scope.allows(entry.label).then_some(entry)
    }

    /// Up to `count` questions to offer: the first of each readable topic, in the entries' order,
    /// then the second of each, and so on.
    #[must_use]
    pub fn suggestions(&self, scope: &ReadScope, count: usize) -> Vec<TopicSuggestion> {
        let mut rest: Vec<&Entry> =
            self.entries.iter().filter(|entry| scope.allows(entry.label)).collect();
        let mut offered = Vec::new();
        while offered.len() < count && !rest.is_empty() {
            let mut topics = HashSet::new();
            let (first, later) =
                rest.into_iter().partition(|entry| topics.insert(entry.topic.as_str()));
            offered.extend::<Vec<&Entry>>(first);
            rest = later;
        }
        offered.into_iter().take(count).map(suggestion).collect()
    }
}

/// The entry as it is offered.
pub(crate) fn suggestion(entry: &Entry) -> TopicSuggestion {
    TopicSuggestion {
        id: entry.id.clone(),
        topic: entry.topic.clone(),
        question: entry.question.clone(),
    }
}
