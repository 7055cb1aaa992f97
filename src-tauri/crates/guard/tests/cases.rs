//! The data-driven cases in `tests/cases/guard`, over the public surface.

use std::{fs, path::PathBuf, sync::Arc};

use cloister_guard::{AnswerContext, Guard, filter_whole};
use serde_json::Value;

/// The rows of one file of cases.
fn rows(file: &str) -> Vec<Value> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/cases/guard").join(file);
    let text = fs::read_to_string(path).expect("the cases lie in tests/cases/guard");
    let rows: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect();
    assert!(!rows.is_empty(), "{file} has rows");
    rows
}

fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row.get(field).and_then(Value::as_str).expect("a row has the text that its file calls for")
}

#[test]
fn redaction_cases_hold() {
    let guard = Guard::default();
    for row in rows("redaction.jsonl") {
        let scan = guard.scan(text(&row, "text"));
        assert_eq!(scan.sanitized.as_str(), text(&row, "sanitized"), "{row}");
    }
}

#[test]
fn verdict_cases_hold() {
    let guard = Guard::default();
    for row in rows("verdicts.jsonl") {
        let scan = guard.scan(text(&row, "text"));
        let action = serde_json::to_value(scan.action).expect("an action serialises");
        assert_eq!(
            action,
            text(&row, "action"),
            "{row}: {:?} {:?}",
            scan.injection,
            scan.moderation
        );
        if let Some(label) = row.get("label").and_then(Value::as_str) {
            assert!(scan.moderation.labels.iter().any(|one| one.as_str() == label), "{row}");
        }
    }
}

#[test]
fn answer_cases_hold() {
    let guard = Arc::new(Guard::default());
    for row in rows("answers.jsonl") {
        let passages = row.get("passages").and_then(Value::as_array).into_iter().flatten();
        let context = AnswerContext {
            passages: passages.filter_map(Value::as_str).map(str::to_owned).collect(),
            system_prompt:
                "You serve the visitors of the town library and speak plainly about its \
                            services, from the passages that were handed to you."
                    .to_owned(),
            canary: "c0ffee5eedbead42".to_owned(),
            citations: 2,
            ..AnswerContext::default()
        };
        let filtered = filter_whole(Arc::clone(&guard), context, text(&row, "answer"));
        assert_eq!(filtered.tail, text(&row, "shown"), "{row}");
        let withdrawn = row.get("withdrawn").and_then(Value::as_bool).unwrap_or(false);
        assert_eq!(filtered.withdrawn, withdrawn, "{row}");
    }
}
