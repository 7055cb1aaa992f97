//! Nothing that is typed breaks the search.

use std::{collections::HashSet, sync::LazyLock};

use cloister_knowledge::{AnswerMode, Index, KnowledgeError};
use cloister_types::Label;
use proptest::prelude::*;

use crate::{pack, scope};

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::build(&pack()).expect("it builds"));

fn check(text: &str) {
    let public = scope(&[Label::Public]);
    let found = INDEX.search(&public, text, 20).expect("it searches");
    let ids: HashSet<_> = found.hits.iter().map(|hit| &hit.id).collect();
    assert_eq!(ids.len(), found.hits.len(), "each hit once");
    assert!(found.hits.is_sorted_by(|a, b| a.score >= b.score), "best first");
    assert!(found.hits.iter().all(|hit| (0.0..=1.001).contains(&hit.score)));
    let features = found.hits.iter().flat_map(|hit| hit.features.as_array());
    assert!(features.into_iter().all(|feature| (0.0..=1.001).contains(&feature)));
    assert!((0.0..=1.0).contains(&found.in_scope));
    INDEX.answer_mode(&public, text).expect("it decides");
}

proptest! {
    #[test]
    fn any_text_is_searched(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_mixture_of_known_words_is_searched(
        words in prop::collection::vec("return|shippng|gift card|send|back|how long|18\\+|é|\u{200b}|\"", 0..30)
    ) {
        check(&words.join(" "));
    }
}

#[test]
fn texts_without_a_subject_are_out_of_scope() {
    let public = scope(&[Label::Public]);
    for text in
        ["", " ", "?", "the", "how do I", "what is it about", "🎉🎉", "\u{0}\u{202e}", "a b c"]
    {
        check(text);
        let mode = INDEX.answer_mode(&public, text).expect("it decides");
        assert!(matches!(mode, AnswerMode::OutOfScope { .. }), "{text:?}: {mode:?}");
    }
}

#[test]
fn the_signs_of_query_languages_mean_nothing() {
    let public = scope(&[Label::Public]);
    let search = |text: &str| INDEX.search(&public, text, 20).expect("it searches");
    let signs = search("+(refund* OR \"late\"^9)~2 -[label:public TO *] && !/x/ {}\\");
    assert_eq!(signs, search("refund OR late 9 2 label public TO x"));
    check("question:\"\" ^^^ ((((");
}

#[test]
fn long_texts_are_searched() {
    for text in
        ["return ".repeat(1_150), "x".repeat(8_000), "(\"".repeat(4_000), "本".repeat(8_000)]
    {
        check(&text);
    }
    let different: Vec<String> = (0..1_300).map(|n| format!("w{n:04}")).collect();
    check(&different.join(" "));
}

#[test]
fn an_empty_knowledge_base_declines_everything() {
    let index = Index::build(&[]).expect("it builds");
    let public = scope(&[Label::Public]);
    assert!(index.search(&public, "return policy", 5).expect("it searches").hits.is_empty());
    let mode = index.answer_mode(&public, "return policy").expect("it decides");
    assert_eq!(mode, AnswerMode::OutOfScope { nearest: Vec::new() });
}

#[test]
fn two_entries_may_not_share_an_id() {
    let mut entries = pack();
    entries.push(entries[0].clone());
    assert!(
        matches!(Index::build(&entries), Err(KnowledgeError::DuplicateId(id)) if id == entries[0].id)
    );
}
