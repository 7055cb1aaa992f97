//! The search by meaning: what it adds, and that a scope holds for it as it does for words.

use std::sync::Arc;

use cloister_knowledge::{Entry, Index, Meanings, Search, Vector};
use cloister_types::{DIMENSIONS, EncodeError, Label, Meaning, SentenceEncoder};

use crate::{pack, scope, shown};

/// Stands in for the model: each word has a direction of its own, and "comic" that of "volume".
struct WordDirections;

impl SentenceEncoder for WordDirections {
    fn id(&self) -> &'static str {
        "words"
    }

    fn encode(&self, texts: &[&str]) -> Result<Vec<Meaning>, EncodeError> {
        Ok(texts.iter().map(|text| direction(text)).collect())
    }
}

fn direction(text: &str) -> Meaning {
    let mut meaning = [0.0_f32; DIMENSIONS];
    let lower = text.to_lowercase().replace("bandes", "volume");
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let sum = word.bytes().fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 7_919);
        meaning[sum % DIMENSIONS] += 1.0;
    }
    let norm = meaning.iter().map(|x| x * x).sum::<f32>().sqrt().max(1.0);
    meaning.map(|x| x / norm)
}

/// An encoder that never runs.
struct Broken;

impl SentenceEncoder for Broken {
    fn id(&self) -> &'static str {
        "broken"
    }

    fn encode(&self, _: &[&str]) -> Result<Vec<Meaning>, EncodeError> {
        Err(EncodeError::new("broken"))
    }
}

fn vectors(entry: &Entry) -> Vec<Vector> {
    entry.parts().iter().map(|part| Vector::new(&direction(part))).collect()
}

fn index(entries: &[Entry], vectors: Vec<Option<Vec<Vector>>>) -> Index {
    let meanings = Meanings { encoder: Arc::new(WordDirections), vectors };
    Index::build_with(entries, Some(meanings)).expect("it builds")
}

fn whole(entries: &[Entry]) -> Index {
    index(entries, entries.iter().map(|entry| Some(vectors(entry))).collect())
}

/// Forbidden twins of the pack between its entries, which would win most searches.
fn with_forbidden(entries: &[Entry]) -> Vec<Entry> {
    let twin = |entry: &Entry| Entry {
        id: format!("forbidden/{}", entry.id).parse().expect("a valid id"),
        label: Label::Restricted,
        ..entry.clone()
    };
    entries.iter().flat_map(|entry| [twin(entry), entry.clone()]).collect()
}

fn bits(search: &Search) -> (Vec<(String, u32, Vec<u32>)>, u32) {
    let hit = |hit: &cloister_knowledge::Hit| {
        let features = hit.features.as_array().map(f32::to_bits).to_vec();
        (hit.id.to_string(), hit.score.to_bits(), features)
    };
    (search.hits.iter().map(hit).collect(), search.in_scope.to_bits())
}

const QUESTIONS: [&str; 5] = [
    "How long may I return bandes?",
    "Where is the shop and when does it open?",
    "umbrella weather",
    "the",
    "",
];

#[test]
fn a_word_that_no_entry_has_is_understood() {
    let (entries, public) = (pack(), scope(&[Label::Public]));
    let text = "bandes bandes";
    let by_words = Index::build(&entries).expect("it builds");
    assert!(by_words.search(&public, text, 5).expect("it searches").hits.is_empty());
    let found = whole(&entries).search(&public, text, 5).expect("it searches");
    assert!(found.hits[0].features.nearest > 0.3, "{found:?}");
}

#[test]
fn forbidden_entries_change_no_result_by_one_bit() {
    let (plain, public) = (pack(), scope(&[Label::Public]));
    let mixed = with_forbidden(&plain);
    let (plain, mixed) = (whole(&plain), whole(&mixed));
    for text in QUESTIONS {
        let search = |index: &Index| bits(&index.search(&public, text, 100).expect("it searches"));
        assert_eq!(search(&plain), search(&mixed), "{text}");
        let mode = |index: &Index| index.answer_mode(&public, text).expect("it searches");
        assert_eq!(mode(&plain), mode(&mixed), "{text}");
        assert!(!shown(&mode(&mixed)).iter().any(|id| id.starts_with("forbidden")));
    }
}

#[test]
fn a_forbidden_entry_without_vectors_does_not_blunt_the_search_of_others() {
    let (plain, public) = (pack(), scope(&[Label::Public]));
    let mixed = with_forbidden(&plain);
    let partly =
        mixed.iter().map(|entry| (entry.label == Label::Public).then(|| vectors(entry))).collect();
    let (plain, mixed) = (whole(&plain), index(&mixed, partly));
    for text in QUESTIONS {
        let search = |index: &Index| bits(&index.search(&public, text, 100).expect("it searches"));
        assert_eq!(search(&plain), search(&mixed), "{text}");
    }
}

#[test]
fn without_an_encoder_or_with_vectors_missing_the_words_decide() {
    let (entries, public) = (pack(), scope(&[Label::Public]));
    let by_words = Index::build(&entries).expect("it builds");
    let all = entries.iter().map(|entry| Some(vectors(entry))).collect();
    let broken = Meanings { encoder: Arc::new(Broken), vectors: all };
    let broken = Index::build_with(&entries, Some(broken)).expect("it builds");
    let mut some: Vec<_> = entries.iter().map(|entry| Some(vectors(entry))).collect();
    some[3] = None;
    let partly = index(&entries, some);
    for text in QUESTIONS {
        let search = |index: &Index| bits(&index.search(&public, text, 100).expect("it searches"));
        assert_eq!(search(&by_words), search(&broken), "{text}");
        assert_eq!(search(&by_words), search(&partly), "{text}");
    }
}

#[test]
fn many_questions_at_once_are_answered_like_each_alone() {
    let (index, public) = (whole(&pack()), scope(&[Label::Public]));
    let together = index.search_all(&public, &QUESTIONS, 10).expect("it searches");
    for (text, found) in QUESTIONS.iter().zip(&together) {
        let alone = index.search(&public, text, 10).expect("it searches");
        assert_eq!(bits(&alone), bits(found), "{text}");
    }
}
