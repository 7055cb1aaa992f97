//! The knowledge base through its public surface, on the shipped pack.

mod meaning;
mod odd_input;
mod quality;
mod scope;

use std::{fs, path::Path};

use cloister_knowledge::{AnswerMode, Entry, read_pack};
use cloister_types::{AccessClass, Label, ReadScope};
use serde::Deserialize;

/// A row of `tests/cases/knowledge`.
#[derive(Deserialize)]
struct Case {
    text: String,
    expect: Option<String>,
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    fs::read_to_string(root.join(path)).expect("the file is part of the repository")
}

fn cases(name: &str) -> Vec<Case> {
    let text = read(&format!("tests/cases/knowledge/{name}.jsonl"));
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

fn pack() -> Vec<Entry> {
    read_pack("manga", &read("packaging/packs/manga/faq.jsonl")).expect("the shipped pack is sound")
}

/// Opens what carries one of `labels` and confines to nobody, in the collections of these tests.
fn scope(labels: &[Label]) -> ReadScope {
    let of = |collection| labels.iter().map(move |label| AccessClass::plain(*label, collection));
    scope_of(of("manga").chain(of("board")))
}

#[expect(clippy::disallowed_methods, reason = "a test opens the scopes that it compares")]
fn scope_of(classes: impl Iterator<Item = AccessClass>) -> ReadScope {
    ReadScope::mint(classes.collect())
}

/// The ids that a mode shows to the reader.
fn shown(mode: &AnswerMode) -> Vec<&str> {
    match mode {
        AnswerMode::Direct { hit } => vec![hit.id.as_str()],
        AnswerMode::Compose { hits } => hits.iter().map(|hit| hit.id.as_str()).collect(),
        AnswerMode::Clarify { a, b } => vec![a.id.as_str(), b.id.as_str()],
        AnswerMode::OutOfScope { nearest } => nearest.iter().map(|n| n.id.as_str()).collect(),
        AnswerMode::SmallTalk(_) => Vec::new(),
    }
}
