//! `cloister guard`: the guard alone, without a vault.

mod explain;

use std::{
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use cloister_app::{GuardSettings, load_tagger};
use cloister_guard::{AnswerContext, AnswerFilter, Guard, Profile, Scan};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Exit, Failure,
    output::{Output, json_line},
};
use crate::environment::Folders;

/// Bytes read at once by `filter`: small enough that text appears as it comes.
const CHUNK_BYTES: usize = 4096;

#[derive(clap::Subcommand)]
pub(crate) enum GuardCommand {
    /// Scan texts: {"id","text"} a line on standard input, one result a line in the same order
    Scan {
        /// Read and write JSON Lines
        #[arg(long, required = true)]
        jsonl: bool,
        #[command(flatten)]
        setup: Setup,
    },
    /// Pass standard input through the filter that answers go through
    Filter {
        #[command(flatten)]
        setup: Setup,
    },
    /// Show a text with what would be hidden, and why
    Explain {
        /// The text [default: standard input]
        text: Option<String>,
        #[command(flatten)]
        setup: Setup,
    },
    /// Try a site's rules against their own examples
    Check {
        /// The file [default: guard.toml in the configuration folder]
        file: Option<PathBuf>,
    },
}

/// How the guard is set up for one command.
#[derive(clap::Args)]
pub(crate) struct Setup {
    /// The kind of place: office, kiosk or health [default: as the site's guard.toml says]
    #[arg(long, value_parser = profile)]
    profile: Option<Profile>,
    /// The site's rules [default: guard.toml in the configuration folder]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

impl Setup {
    /// The guard with its name tagger; where that is missing it is said once, and rules do alone.
    fn guard(&self, folders: Option<&Folders>, output: &Output) -> Result<Guard, Failure> {
        let models = folders.map_or(&[][..], |folders| &folders.models);
        let tagger = match load_tagger(models) {
            Ok(tagger) => Some(tagger),
            Err(error) => {
                output.note(&format!("names and addresses are found by rules alone: {error}"))?;
                None
            }
        };
        let mut settings = read(self.rules.as_deref(), folders)?;
        settings.profile = self.profile.unwrap_or(settings.profile);
        Ok(settings.guard(tagger)?)
    }
}

/// Without a home folder there are no site's rules, and the guard works all the same.
pub(crate) fn run(
    command: &GuardCommand,
    folders: Option<&Folders>,
    output: &Output,
) -> Result<Exit, Failure> {
    match command {
        GuardCommand::Scan { setup, .. } => scan(&setup.guard(folders, output)?, output),
        GuardCommand::Filter { setup } => filter(setup.guard(folders, output)?, output),
        GuardCommand::Explain { text, setup } => {
            let guard = setup.guard(folders, output)?;
            let text = match text {
                Some(text) => text.clone(),
                None => io::read_to_string(io::stdin().lock())?,
            };
            explain::run(&guard, &text, output)
        }
        GuardCommand::Check { file } => {
            let settings = read(file.as_deref(), folders)?;
            let guard = settings.guard(None)?;
            let (allowed, patterns) = (settings.allow.len(), settings.patterns.len());
            let profile = guard.profile().as_str();
            output.line(&format!(
                "good: profile {profile}, {allowed} allowed texts, {patterns} patterns, every example tried"
            ))?;
            Ok(Exit::Done)
        }
    }
}

fn read(file: Option<&Path>, folders: Option<&Folders>) -> Result<GuardSettings, Failure> {
    Ok(match (file, folders) {
        (Some(file), _) => GuardSettings::read(file)?,
        (None, Some(folders)) => GuardSettings::find(&folders.config)?,
        (None, None) => GuardSettings::default(),
    })
}

fn profile(name: &str) -> Result<Profile, String> {
    let known = Profile::ALL.iter().find(|profile| profile.as_str() == name);
    known.copied().ok_or_else(|| "one of office, kiosk and health".to_owned())
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
}

fn scan(guard: &Guard, output: &Output) -> Result<Exit, Failure> {
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

/// The result of one text, as the contract has it.
fn result(id: &Value, scan: &Scan, micros: u128) -> Value {
    let mut result = verdicts(scan);
    result["id"] = id.clone();
    result["micros"] = json!(u64::try_from(micros).unwrap_or(u64::MAX));
    result
}

fn verdicts(scan: &Scan) -> Value {
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
            "rules": scan.moderation.rules,
        },
    })
}

/// Streams standard input through the answer filter with no passages and no system text.
fn filter(guard: Guard, output: &Output) -> Result<Exit, Failure> {
    let mut filter = AnswerFilter::new(Arc::new(guard), AnswerContext::default());
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
