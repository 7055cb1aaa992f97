//! The index over all entries, and searching it within a scope.

use std::collections::{HashMap, HashSet};

use cloister_types::{AccessClass, PassageId, ReadScope};

use crate::{
    Entry, Features, KnowledgeError, Meanings, Vector,
    bm25::Engine,
    calibration::Basis,
    class::{Allowed, ClassNumber, Classes},
    profile::{EntryWords, Profile},
    question::Question,
    rank,
    vectors::VectorIndex,
    vocabulary::{Scoped, Vocabulary},
    words::Words,
};

/// How many candidates by words, and how many by meaning, are compared word by word.
const CANDIDATES: usize = 64;

/// All entries, in memory and ready to be searched.
pub struct Index {
    entries: Vec<Entry>,
    classes: Classes,
    class_of: Vec<ClassNumber>,
    places: HashMap<PassageId, usize>,
    profiles: Vec<Profile>,
    vocabulary: Vocabulary,
    engine: Engine,
    words: Words,
    vectors: Option<VectorIndex>,
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
    /// What the scores were computed from.
    pub(crate) basis: Basis,
}

impl Search {
    /// Whether the knowledge is likely enough to cover the question.
    #[must_use]
    pub fn covers(&self) -> bool {
        self.in_scope >= self.basis.thresholds().in_scope
    }

    const fn nothing() -> Self {
        Self { hits: Vec::new(), in_scope: 0.0, informative: 0, basis: Basis::Words }
    }
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
    /// Indexes `entries` in memory, by their words alone.
    ///
    /// # Errors
    /// Two entries with one id; a failure of the search engine.
    pub fn build(entries: &[Entry]) -> Result<Self, KnowledgeError> {
        Self::build_with(entries, None)
    }

    /// Indexes `entries` in memory, by their words and by what they mean. The meaning counts for the
    /// readers whose every readable entry has its vectors.
    ///
    /// # Errors
    /// Two entries with one id; a failure of the search engine.
    pub fn build_with(
        entries: &[Entry],
        meanings: Option<Meanings>,
    ) -> Result<Self, KnowledgeError> {
        let mut places = HashMap::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            if places.insert(entry.id.clone(), place).is_some() {
                return Err(KnowledgeError::DuplicateId(entry.id.clone()));
            }
        }
        let mut words = Words::new();
        let mut vocabulary = Vocabulary::new();
        let mut classes = Classes::default();
        let class_of: Vec<ClassNumber> =
            entries.iter().map(|entry| classes.number(entry.class())).collect();
        let texts: Vec<_> = entries
            .iter()
            .zip(&class_of)
            .map(|(entry, class)| (*class, EntryWords::read(entry, &mut words)))
            .collect();
        let profiles = texts
            .iter()
            .map(|(class, words)| Profile::read(*class, words, &mut vocabulary))
            .collect();
        let engine = Engine::build(&texts)?;
        let vectors = meanings.map(|meanings| VectorIndex::build(entries, &class_of, meanings));
        let entries = entries.to_vec();
        Ok(Self {
            entries,
            classes,
            class_of,
            places,
            profiles,
            vocabulary,
            engine,
            words,
            vectors,
        })
    }

    /// The `top` entries within `scope` that match `text` best. Blocks while the text is encoded.
    ///
    /// # Errors
    /// A failure of the search engine.
    pub fn search(
        &self,
        scope: &ReadScope,
        text: &str,
        top: usize,
    ) -> Result<Search, KnowledgeError> {
        let mut found = self.search_all(scope, &[text], top)?;
        Ok(found.pop().unwrap_or_else(Search::nothing))
    }

    /// [`Index::search`] for each of `texts`, which are encoded together.
    ///
    /// # Errors
    /// A failure of the search engine.
    pub fn search_all(
        &self,
        scope: &ReadScope,
        texts: &[&str],
        top: usize,
    ) -> Result<Vec<Search>, KnowledgeError> {
        let allowed = self.classes.allowed(scope);
        let scoped = self.vocabulary.within(&allowed);
        if scoped.entries() == 0 {
            return Ok(texts.iter().map(|_| Search::nothing()).collect());
        }
        let vectors = self.encode(&allowed, texts);
        let search = |(text, vector): (&&str, Option<Vector>)| {
            self.search_one(&allowed, &scoped, text, vector.as_ref(), top)
        };
        texts.iter().zip(vectors).map(search).collect()
    }

    /// What each of `texts` means; nothing where this reader's search is by words alone.
    fn encode(&self, allowed: &Allowed, texts: &[&str]) -> Vec<Option<Vector>> {
        let by_words = || vec![None; texts.len()];
        let Some(vectors) = self.vectors.as_ref().filter(|vectors| vectors.covers(allowed)) else {
            return by_words();
        };
        match vectors.encoder.encode(texts) {
            Ok(meanings) => meanings.iter().map(|meaning| Some(Vector::new(meaning))).collect(),
            // Whoever made the encoder has said so already, once.
            Err(_) => by_words(),
        }
    }

    fn search_one(
        &self,
        allowed: &Allowed,
        scoped: &Scoped<'_>,
        text: &str,
        vector: Option<&Vector>,
        top: usize,
    ) -> Result<Search, KnowledgeError> {
        let question = Question::read(text, &mut self.words.clone(), scoped);
        let limit = CANDIDATES.max(top);
        let candidates = self.engine.candidates(allowed, &question, limit)?;
        let best = candidates.first().map_or(0.0, |candidate| candidate.score);
        let mut engine: HashMap<usize, f32> = candidates
            .iter()
            .map(|candidate| {
                let share = if best > 0.0 { candidate.score / best } else { 0.0 };
                (candidate.ordinal, share)
            })
            .collect();
        let near = self.vectors.as_ref().zip(vector);
        if let Some((vectors, vector)) = near {
            for found in vectors.nearest(allowed, &self.class_of, vector, limit) {
                engine.entry(found.ordinal).or_insert(0.0);
            }
        }
        let basis = if near.is_some() { Basis::Meaning } else { Basis::Words };
        let mut ranked: Vec<_> = engine
            .into_iter()
            .map(|(ordinal, engine)| {
                let mut features = rank::compare(&question, &self.profiles[ordinal], scoped);
                features.engine = engine;
                if let Some((vectors, vector)) = near {
                    features = vectors.nearness(ordinal, vector).into_features(features);
                }
                (ordinal, features)
            })
            .collect();
        ranked.sort_by(|(a, x), (b, y)| y.score(basis).total_cmp(&x.score(basis)).then(a.cmp(b)));
        let in_scope = ranked.first().map_or(0.0, |(_, features)| features.probability(basis));
        let hits = ranked.iter().take(top).map(|(ordinal, features)| Hit {
            id: self.entries[*ordinal].id.clone(),
            score: features.score(basis),
            features: *features,
        });
        Ok(Search { hits: hits.collect(), in_scope, informative: question.informative, basis })
    }

    /// The entry `id`, if it exists and `scope` allows it; the two cases look alike from outside.
    #[must_use]
    pub fn passage(&self, scope: &ReadScope, id: &PassageId) -> Option<&Entry> {
        let place = *self.places.get(id)?;
        let class = self.classes.class(self.class_of[place]);
        scope.allows(class).then(|| &self.entries[place])
    }

    /// The access class of an entry, whoever may read it.
    #[must_use]
    pub fn class_of(&self, id: &PassageId) -> Option<&AccessClass> {
        self.places.get(id).map(|place| self.classes.class(self.class_of[*place]))
    }

    /// The access classes of all entries.
    #[must_use]
    pub fn classes(&self) -> &[AccessClass] {
        self.classes.all()
    }

    /// Whether some entry belongs to `collection`, whoever may read it.
    #[must_use]
    pub fn holds(&self, collection: &str) -> bool {
        self.entries.iter().any(|entry| entry.collection == collection)
    }

    /// Up to `count` questions to offer: the first of each readable topic, in the entries' order,
    /// then the second of each, and so on.
    #[must_use]
    pub fn suggestions(&self, scope: &ReadScope, count: usize) -> Vec<TopicSuggestion> {
        let allowed = self.classes.allowed(scope);
        let readable = self.entries.iter().zip(&self.class_of);
        let readable = readable.filter(|(_, class)| allowed.holds(**class));
        let mut rest: Vec<&Entry> = readable.map(|(entry, _)| entry).collect();
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
