//! Reading packs: JSON Lines, one entry a line.

use std::{collections::HashSet, sync::Arc};

use cloister_types::{Label, PassageId};
use serde::Deserialize;

use crate::{Entry, PackError, PackFault};

/// Most entries in one pack.
pub const MAX_ENTRIES: usize = 100_000;
/// Most characters in one field.
const MAX_FIELD_CHARS: usize = 100_000;
/// Most alternatives of one entry.
const MAX_ALTERNATIVES: usize = 200;

/// A line as packs write it. Unknown fields are ignored, so that packs may carry notes.
#[derive(Deserialize)]
struct Line {
    id: String,
    question: Option<String>,
    title: Option<String>,
    answer: Option<String>,
    text: Option<String>,
    topic: Option<String>,
    #[serde(default)]
    alternatives: Vec<String>,
    label: Option<String>,
}

/// Reads the entries of a pack into `collection`, in their order.
///
/// A line is `{"id","question","answer"}` with optional `topic`, `alternatives` and `label`
/// (`public` when absent); `{"id","question","text"}`, where `text` holds example utterances, one a
/// line; or `{"id","title","text"}`, a passage. Blank lines and a byte order mark are skipped.
///
/// # Errors
/// The first line that is not an entry; nothing is read in part.
pub fn read_pack(collection: &str, jsonl: &str) -> Result<Vec<Entry>, PackError> {
    read_entries(collection, Label::Public, jsonl)
}

/// [`read_pack`] with the label of lines that do not say their own.
pub(crate) fn read_entries(
    collection: &str,
    label: Label,
    jsonl: &str,
) -> Result<Vec<Entry>, PackError> {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    let text = jsonl.strip_prefix('\u{feff}').unwrap_or(jsonl);
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = |fault| PackError { line: index + 1, fault };
        let entry = read_line(collection, label, line).map_err(at)?;
        if !seen.insert(entry.id.clone()) {
            return Err(at(PackFault::DuplicateId));
        }
        if entries.len() == MAX_ENTRIES {
            return Err(at(PackFault::TooManyEntries));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn read_line(collection: &str, unsaid: Label, line: &str) -> Result<Entry, PackFault> {
    let line: Line =
        serde_json::from_str(line).map_err(|error| PackFault::Json { column: error.column() })?;
    let id = PassageId::try_from(line.id).map_err(|_| PackFault::Id)?;
    let label = match line.label {
        Some(label) => label.parse().map_err(|_| PackFault::Label)?,
        None => unsaid,
    };
    let asked = line.question.is_some();
    let question = bounded(&line.question.or(line.title).ok_or(PackFault::NoQuestion)?)?;
    if question.is_empty() {
        return Err(PackFault::NoQuestion);
    }
    let mut alternatives = line.alternatives;
    let answer = match (line.answer, line.text) {
        (Some(answer), _) if answer.trim().is_empty() => return Err(PackFault::NoAnswer),
        (Some(answer), _) => answer,
        (None, Some(text)) => {
            if asked {
                alternatives.extend(text.lines().map(str::to_owned));
            }
            text
        }
        (None, None) => return Err(PackFault::NoAnswer),
    };
    let mut kept = Vec::with_capacity(alternatives.len());
    for alternative in alternatives {
        let alternative = bounded(&alternative)?;
        if !alternative.is_empty() {
            kept.push(alternative);
        }
    }
    if kept.len() > MAX_ALTERNATIVES {
        return Err(PackFault::TooManyAlternatives);
    }
    Ok(Entry {
        id,
        collection: collection.to_owned(),
        topic: bounded(&line.topic.unwrap_or_default())?,
        label,
        placement: Arc::default(),
        question,
        answer: bounded(&answer)?,
        alternatives: kept,
    })
}

/// The field without the white space around it.
fn bounded(field: &str) -> Result<String, PackFault> {
    if field.chars().nth(MAX_FIELD_CHARS).is_some() {
        return Err(PackFault::TooLong);
    }
    Ok(field.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(line: &str) -> PackFault {
        read_pack("test", line).expect_err("the line is at fault").fault
    }

    #[test]
    fn the_three_forms_are_read() {
        let pack = concat!(
            "\u{feff}{\"id\":\"a\",\"question\":\" Q \",\"answer\":\"A\",\"topic\":\"T\",",
            "\"alternatives\":[\"B\",\" \"],\"label\":\"internal\",\"note\":1}\n\n",
            "{\"id\":\"b\",\"question\":\"Q\",\"text\":\"one\\ntwo\"}\r\n",
            "{\"id\":\"c\",\"title\":\"Q\",\"text\":\"one\\ntwo\"}",
        );
        let entries = read_pack("test", pack).expect("the pack is sound");
        let [a, b, c] = entries.as_slice() else { panic!("three entries: {entries:?}") };
        assert_eq!((a.question.as_str(), a.answer.as_str(), a.topic.as_str()), ("Q", "A", "T"));
        assert_eq!(
            (a.alternatives.as_slice(), a.label),
            ([String::from("B")].as_slice(), Label::Internal)
        );
        assert_eq!(
            (b.alternatives.len(), b.label, b.collection.as_str()),
            (2, Label::Public, "test")
        );
        assert_eq!((c.alternatives.len(), c.answer.as_str()), (0, "one\ntwo"));
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        let good = r#"{"id":"a","question":"Q","answer":"A"}"#;
        let error = read_pack("test", &format!("{good}\n\n{good}")).expect_err("a duplicate");
        assert_eq!(error, PackError { line: 3, fault: PackFault::DuplicateId });
        assert_eq!(error.to_string(), "line 3: the id occurs on an earlier line");
        assert!(matches!(fault("nonsense"), PackFault::Json { .. }));
        assert!(matches!(fault(r#"{"id":1}"#), PackFault::Json { .. }));
        assert!(matches!(fault("[]"), PackFault::Json { .. }));
        assert_eq!(fault(r#"{"id":"","question":"Q","answer":"A"}"#), PackFault::Id);
        assert_eq!(fault(r#"{"id":"a","answer":"A"}"#), PackFault::NoQuestion);
        assert_eq!(fault(r#"{"id":"a","question":" ","answer":"A"}"#), PackFault::NoQuestion);
        assert_eq!(fault(r#"{"id":"a","question":"Q"}"#), PackFault::NoAnswer);
        assert_eq!(fault(r#"{"id":"a","question":"Q","answer":" "}"#), PackFault::NoAnswer);
        let label = r#"{"id":"a","question":"Q","answer":"A","label":"secret"}"#;
        assert_eq!(fault(label), PackFault::Label);
        let long = "x".repeat(MAX_FIELD_CHARS + 1);
        let long = format!(r#"{{"id":"a","question":"{long}","answer":"A"}}"#);
        assert_eq!(fault(&long), PackFault::TooLong);
        let many = vec!["\"q\""; MAX_ALTERNATIVES + 1].join(",");
        let many = format!(r#"{{"id":"a","question":"Q","answer":"A","alternatives":[{many}]}}"#);
        assert_eq!(fault(&many), PackFault::TooManyAlternatives);
    }

    #[test]
    fn an_error_repeats_nothing_of_the_line() {
        let error = read_pack("test", r#"{"id":"a","question":marker"#).expect_err("broken");
        assert!(!format!("{error} {error:?}").contains("marker"));
    }
}
