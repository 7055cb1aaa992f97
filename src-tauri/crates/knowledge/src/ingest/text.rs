//! Plain text, and passages of a readable length.

use std::sync::Arc;

use cloister_types::Label;

use super::{Source, stem};
use crate::{Entry, IngestError};

/// Characters of a passage: what a reader takes in at a glance, and a prompt can hold three of.
const PASSAGE_CHARS: usize = 1_200;

/// Reads a text without structure: its paragraphs, put together to passages.
pub(super) fn read(
    source: &Source<'_>,
    label: Label,
    text: &str,
) -> Result<Vec<Entry>, IngestError> {
    let title = stem(source.name);
    let passages = passages(text);
    let entry = |(at, answer): (usize, String)| {
        passage(source, label, &format!("{}", at + 1), "", title, answer)
    };
    passages.into_iter().enumerate().map(entry).collect()
}

/// A passage of a document as an entry; `place` tells it from the document's others.
pub(super) fn passage(
    source: &Source<'_>,
    label: Label,
    place: &str,
    topic: &str,
    title: &str,
    answer: String,
) -> Result<Entry, IngestError> {
    let id = format!("{}#{place}", source.name);
    Ok(Entry {
        id: id.try_into().map_err(|_| IngestError::Name)?,
        collection: source.collection.to_owned(),
        topic: topic.to_owned(),
        label,
        placement: Arc::default(),
        question: title.to_owned(),
        answer,
        alternatives: Vec::new(),
    })
}

/// `text` in passages of whole paragraphs; a paragraph that is too long for one is cut at sentences,
/// and a sentence at words.
pub(super) fn passages(text: &str) -> Vec<String> {
    let mut passages: Vec<String> = Vec::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()) {
        if paragraph.chars().count() <= PASSAGE_CHARS {
            add(&mut passages, paragraph, "\n\n");
            continue;
        }
        let mut separator = "\n\n";
        for sentence in paragraph.split_inclusive(['.', '!', '?', '\n']).map(str::trim) {
            if sentence.chars().count() <= PASSAGE_CHARS {
                add(&mut passages, sentence, separator);
            } else {
                for word in sentence.split_whitespace() {
                    add(&mut passages, word, separator);
                    separator = " ";
                }
            }
            separator = " ";
        }
    }
    passages
}

/// Adds `part` to the last passage where it fits, and begins one otherwise.
fn add(passages: &mut Vec<String>, part: &str, separator: &str) {
    match passages.last_mut() {
        Some(last) if last.chars().count() + part.chars().count() < PASSAGE_CHARS => {
            last.push_str(separator);
            last.push_str(part);
        }
        _ => passages.push(part.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_bounded_and_lose_no_word() {
        let paragraph = "A sentence of some length stands here. ".repeat(20);
        let text =
            format!("{paragraph}\n\nShort.\n\n{}\n\n{}", paragraph.repeat(4), "x ".repeat(2_000));
        let made = passages(&text);
        assert!(made.iter().all(|passage| passage.chars().count() <= PASSAGE_CHARS));
        let words = |text: &str| text.split_whitespace().count();
        assert_eq!(made.iter().map(|passage| words(passage)).sum::<usize>(), words(&text));
        assert!(passages(" \n\n ").is_empty());
    }
}
