//! A line of `cloister guard scan --jsonl`: whatever it holds, it is left out or answered by JSON
//! that says the same when it is read again.
#![no_main]

use cloister_fuzz::{check_findings, guard};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// As the command reads it (`src-tauri/src/cli/guard.rs`, in a crate too heavy to fuzz).
#[derive(serde::Deserialize)]
struct Line {
    id: Value,
    text: String,
}

fuzz_target!(|data: &[u8]| {
    let Ok(Line { id, text }) = serde_json::from_slice::<Line>(data) else { return };
    let scan = guard().scan(&text);
    check_findings(&text, &scan.findings);
    let answer = json!({
        "id": id,
        "action": scan.action,
        "sanitized": scan.sanitized.as_str(),
        "findings": scan.findings,
        "injection": { "score": scan.injection.score, "rules": scan.injection.rules },
        "moderation": { "score": scan.moderation.score },
    });
    let read: Value = serde_json::from_str(&answer.to_string()).expect("it was just written");
    assert_eq!(read.get("sanitized").and_then(Value::as_str), Some(scan.sanitized.as_str()));
    assert!(!answer.to_string().contains('\n'), "an answer is one line");
});
