//! The right entry is found, and questions about other things are declined.

use cloister_knowledge::{AnswerMode, Index, SmallTalk};
use cloister_types::Label;

use crate::{cases, pack, scope, shown};

#[test]
fn the_questions_of_the_counter_are_answered_directly() {
    let (index, public) = (Index::build(&pack()).expect("it builds"), scope(&[Label::Public]));
    for (text, id) in [
        ("What is your return policy?", "returns/window"),
        ("How long do I have to return a volume?", "returns/window"),
        ("what is ur retrun polcy", "returns/window"),
        ("How much is shipping?", "shipping/cost"),
        ("do you ship to Canada", "shipping/international"),
        ("When do you open on Sundays?", "shop/hours"),
    ] {
        let mode = index.answer_mode(&public, text).expect("it searches");
        assert!(matches!(mode, AnswerMode::Direct { .. }), "{text}: {mode:?}");
        assert_eq!(shown(&mode), [id], "{text}");
    }
}

#[test]
fn every_wording_of_the_pack_finds_its_entry() {
    let entries = pack();
    let (index, public) = (Index::build(&entries).expect("it builds"), scope(&[Label::Public]));
    let (mut asked, mut missed) = (0, Vec::new());
    for entry in &entries {
        for text in std::iter::once(&entry.question).chain(&entry.alternatives) {
            let search = index.search(&public, text, 1).expect("it searches");
            asked += 1;
            if search.hits.first().is_none_or(|hit| hit.id != entry.id) {
                missed.push(text);
            }
        }
    }
    assert!(missed.len() * 50 <= asked, "{} of {asked}: {missed:?}", missed.len());
}

#[test]
fn other_wordings_find_the_right_entry() {
    let (index, public) = (Index::build(&pack()).expect("it builds"), scope(&[Label::Public]));
    let (cases, mut missed) = (cases("reworded"), Vec::new());
    for case in &cases {
        let search = index.search(&public, &case.text, 5).expect("it searches");
        let first = search.hits.first().map(|hit| hit.id.as_str());
        if first != case.expect.as_deref() {
            missed.push(&case.text);
        }
    }
    assert!(missed.len() * 8 <= cases.len(), "{} of {}: {missed:?}", missed.len(), cases.len());
}

#[test]
fn questions_about_other_things_are_declined_with_topics_to_ask_about() {
    let (index, public) = (Index::build(&pack()).expect("it builds"), scope(&[Label::Public]));
    let (cases, mut kept) = (cases("off-topic"), Vec::new());
    for case in &cases {
        match index.answer_mode(&public, &case.text).expect("it searches") {
            AnswerMode::OutOfScope { nearest } => assert_eq!(nearest.len(), 3, "{}", case.text),
            AnswerMode::SmallTalk(_) => {}
            mode => kept.push((&case.text, mode)),
        }
    }
    assert!(kept.len() * 8 <= cases.len(), "{} of {}: {kept:?}", kept.len(), cases.len());
}

#[test]
fn a_story_before_the_question_does_not_hide_it() {
    let (index, public) = (Index::build(&pack()).expect("it builds"), scope(&[Label::Public]));
    let text = "Hi, I am Ben. Last Tuesday my grandmother celebrated her ninetieth at the lake \
                with seventeen cousins, barbecue and fireworks. How much does shipping cost?";
    let mode = index.answer_mode(&public, text).expect("it searches");
    assert_eq!(shown(&mode).first(), Some(&"shipping/cost"), "{mode:?}");
}

#[test]
fn a_courtesy_is_small_talk() {
    let (index, public) = (Index::build(&pack()).expect("it builds"), scope(&[Label::Public]));
    let mode = index.answer_mode(&public, "Hello there!").expect("it searches");
    assert_eq!(mode, AnswerMode::SmallTalk(SmallTalk::Greeting));
}

#[test]
fn suggestions_come_from_different_topics() {
    let (index, public) = (Index::build(&pack()).expect("it builds"), scope(&[Label::Public]));
    let offers = index.suggestions(&public, 6);
    let topics: std::collections::HashSet<_> = offers.iter().map(|offer| &offer.topic).collect();
    assert_eq!((offers.len(), topics.len()), (6, 6));
    assert_eq!(index.suggestions(&public, 10_000).len(), pack().len());
}
