//! What a reader may not see leaves no trace in what they get.

use std::sync::Arc;

use cloister_knowledge::{Entry, Index, Search};
use cloister_types::{AccessClass, Label, Placement, Timestamp};

use crate::{cases, pack, scope, scope_of, shown};

/// Words that only forbidden entries have.
const SECRET_WORDS: &str = "zephyrine merger layoffs";

fn forbidden(label: Label, question: &str) -> Entry {
    Entry {
        id: format!("forbidden/{label}").parse().expect("a valid id"),
        collection: String::from("board"),
        topic: String::from("Board"),
        label,
        placement: Arc::default(),
        question: question.to_owned(),
        answer: format!("{question} {SECRET_WORDS}"),
        alternatives: vec![String::from(SECRET_WORDS)],
    }
}

#[test]
fn the_best_match_is_not_shown_to_whoever_may_not_read_it() {
    let question = "When do I get the refund for the zephyrine merger?";
    for label in Label::ALL {
        let mut entries = pack();
        entries.insert(0, forbidden(label, question));
        let index = Index::build(&entries).expect("it builds");
        let id = entries[0].id.clone();
        for reader in Label::ALL {
            let scope = scope(&[reader]);
            let allowed = reader == label;
            let found = index.search(&scope, question, 100).expect("it searches");
            assert_eq!(
                found.hits.first().is_some_and(|hit| hit.id == id),
                allowed,
                "{label} {reader}"
            );
            assert_eq!(found.hits.iter().any(|hit| hit.id == id), allowed);
            assert_eq!(index.passage(&scope, &id).is_some(), allowed);
            assert_eq!(
                index.suggestions(&scope, 1_000).iter().any(|offer| offer.id == id),
                allowed
            );
            for text in [question, "zephyrin", "weather"] {
                let mode = index.answer_mode(&scope, text).expect("it searches");
                assert!(allowed || !shown(&mode).contains(&id.as_str()), "{text}: {mode:?}");
            }
        }
    }
}

/// The pack, and the pack with many forbidden entries in between that share its words, add rare
/// words and spellings, and would win most searches.
fn with_forbidden(label: Label, placement: &Placement) -> (Vec<Entry>, Vec<Entry>) {
    let placement = Arc::new(placement.clone());
    let (plain, mut mixed) = (pack(), Vec::new());
    for (place, entry) in plain.iter().enumerate() {
        let mut twin = forbidden(label, &entry.question);
        twin.placement = Arc::clone(&placement);
        twin.id = format!("forbidden/{place}").parse().expect("a valid id");
        twin.topic.clone_from(&entry.topic);
        twin.answer = format!("{} shippingg retrun weather umbrella", entry.answer);
        twin.alternatives.extend(entry.alternatives.iter().cloned());
        mixed.push(twin.clone());
        if place % 3 == 0 {
            twin.id = format!("forbidden/{place}/again").parse().expect("a valid id");
            twin.question = format!("{SECRET_WORDS} {}", entry.alternatives.join(" "));
            mixed.push(twin);
        }
        mixed.push(entry.clone());
    }
    (plain, mixed)
}

fn bits(search: &Search) -> Vec<(String, u32, Vec<u32>)> {
    let hit = |hit: &cloister_knowledge::Hit| {
        let features = hit.features.as_array().map(f32::to_bits).to_vec();
        (hit.id.to_string(), hit.score.to_bits(), features)
    };
    search.hits.iter().map(hit).collect()
}

/// Two classes that differ from what the reader may read in their label, and one for each attribute
/// in that alone.
fn closed_classes() -> Vec<(Label, Placement)> {
    let none = Placement::default;
    let text = || Some(String::from("north"));
    let time = Some(Timestamp::from_millis(1));
    vec![
        (Label::Internal, none()),
        (Label::Restricted, none()),
        (Label::Public, Placement { owner: text(), ..none() }),
        (Label::Public, Placement { team: text(), ..none() }),
        (Label::Public, Placement { region: text(), ..none() }),
        (Label::Public, Placement { roles: "hr".parse().into_iter().collect(), ..none() }),
        (Label::Public, Placement { valid_from: time, ..none() }),
        (Label::Public, Placement { valid_until: time, ..none() }),
    ]
}

#[test]
fn forbidden_entries_change_no_result_by_one_bit() {
    for (label, placement) in closed_classes() {
        let (plain, mixed) = with_forbidden(label, &placement);
        let plain = Index::build(&plain).expect("it builds");
        let mixed = Index::build(&mixed).expect("it builds");
        let public = scope(&[Label::Public]);
        let rows = cases("reworded").into_iter().chain(cases("off-topic")).map(|case| case.text);
        let more = ["retrun", "shippingg", SECRET_WORDS, "weather umbrella", "refund", "the", ""];
        for text in rows.chain(more.map(str::to_owned)) {
            let (a, b) = (
                plain.search(&public, &text, 100).expect("it searches"),
                mixed.search(&public, &text, 100).expect("it searches"),
            );
            assert_eq!(bits(&a), bits(&b), "{text}");
            assert_eq!(a.in_scope.to_bits(), b.in_scope.to_bits(), "{text}");
            assert_eq!(a.informative, b.informative, "{text}");
            let decide = |index: &Index| index.answer_mode(&public, &text).expect("it searches");
            assert_eq!(decide(&plain), decide(&mixed), "{text}");
        }
        assert_eq!(plain.suggestions(&public, 500), mixed.suggestions(&public, 500));
        let class = AccessClass { label, collection: String::from("board"), placement };
        let wide = scope_of([AccessClass::plain(Label::Public, "manga"), class].into_iter());
        assert_ne!(
            bits(&plain.search(&wide, "refund", 100).expect("it searches")),
            bits(&mixed.search(&wide, "refund", 100).expect("it searches")),
            "whoever may read them does find them",
        );
    }
}

#[test]
fn an_empty_scope_sees_nothing() {
    let (index, nobody) = (Index::build(&pack()).expect("it builds"), scope(&[]));
    let found = index.search(&nobody, "What is your return policy?", 10).expect("it searches");
    assert!(found.hits.is_empty() && found.in_scope.abs() < f32::EPSILON);
    assert!(index.suggestions(&nobody, 5).is_empty());
    let mode = index.answer_mode(&nobody, "What is your return policy?").expect("it searches");
    assert!(shown(&mode).is_empty(), "{mode:?}");
}
