//! `cloister guard`: the guard alone, without a vault.

use std::{
    io::{self, BufRead, Read, Write},
    sync::Arc,
    time::Instant,
};

use cloister_guard::{AnswerContext, AnswerFilter, Guard, Scan};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Exit, Failure,
    output::{Output, json_line},
};

/// Bytes read at once by `filter`: small enough that text appears as it comes.
const CHUNK_BYTES: usize = 4096;

#[derive(clap::Subcommand)]
pub(crate) enum GuardCommand {
    /// Scan texts: {"id","text"} a line on standard input, one result a line in the same order
    Scan {
        /// Read and write JSON Lines
        #[arg(long, required = true)]
        jsonl: bool,
    },
    /// Pass standard input through the filter that answers go through
    Filter,
}

pub(crate) fn run(command: &GuardCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        GuardCommand::Scan { .. } => scan(output),
        GuardCommand::Filter => filter(output),
    }
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
}

fn scan(output: &Output) -> Result<Exit, Failure> {
    let guard = Guard::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Done;
    for (number, line) in (1..).zip(io::stdin().lock().split(b'\n')) {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let Ok(Line { id, text }) = serde_json::from_slice::<Line>(&line) else {
            output.note(&format!(
                "line {number} is not {{\"id\",\"text\"}} in JSON and was left out"
            ))?;
            exit = Exit::Usage;
            continue;
        };
        let start = Instant::now();
        let scan = guard.scan(&text);
        let micros = start.elapsed().as_micros();
        out.write_all(json_line(&result(&id, &scan, micros))?.as_bytes())?;
    }
    out.flush()?;
    Ok(exit)
}

fn result(id: &Value, scan: &Scan, micros: u128) -> Value {
    let findings: Vec<Value> = scan
        .findings
        .iter()
        .map(|finding| {
            json!({
                "start": finding.span.start,
                "end": finding.span.end,
                "type": finding.category.as_str(),
                "rule": finding.rule,
                "score": finding.score,
            })
        })
        .collect();
    let labels: Vec<&str> = scan.moderation.labels.iter().map(|label| label.as_str()).collect();
    json!({
        "id": id,
        "action": scan.action,
        "sanitized": scan.sanitized.as_str(),
        "findings": findings,
        "injection": {
            "flagged": scan.injection.flagged,
            "score": scan.injection.score,
            "rules": scan.injection.rules,
        },
        "moderation": {
            "flagged": scan.moderation.flagged,
            "score": scan.moderation.score,
            "labels": labels,
        },
        "micros": u64::try_from(micros).unwrap_or(u64::MAX),
    })
}

/// Streams standard input through the answer filter with no passages and no system text.
fn filter(output: &Output) -> Result<Exit, Failure> {
    let mut filter = AnswerFilter::new(Arc::new(Guard::default()), AnswerContext::default());
    let mut input = io::stdin().lock();
    let mut pending = Vec::new();
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        let read = input.read(&mut chunk)?;
        pending.extend_from_slice(&chunk[..read]);
        let whole = whole_characters(&pending, read == 0);
        let text = String::from_utf8_lossy(&pending[..whole]).into_owned();
        pending.drain(..whole);
        output.write(&filter.push(&text))?;
        if read == 0 {
            break;
        }
    }
    output.write(&filter.finish().tail)?;
    Ok(Exit::Done)
}

/// Bytes of `pending` that can be decoded now: all but a character that is cut off at the end.
fn whole_characters(pending: &[u8], at_end: bool) -> usize {
    match std::str::from_utf8(pending) {
        Err(error) if error.error_len().is_none() && !at_end => error.valid_up_to(),
        _ => pending.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_character_waits_for_its_rest_but_rubbish_does_not() {
        assert_eq!(whole_characters("aä".as_bytes(), false), 3);
        assert_eq!(whole_characters(&"aä".as_bytes()[..2], false), 1);
        assert_eq!(whole_characters(&"aä".as_bytes()[..2], true), 2);
        assert_eq!(whole_characters(&[b'a', 0xff, b'b'], false), 3);
    }
}
