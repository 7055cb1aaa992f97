//! `cloister ask`: one turn.

use std::pin::pin;

use cloister_app::{AcceptedDto, ErrorCode, EventDto, OutcomeDto, ReasonDto, TurnDto};
use futures_util::{Stream, StreamExt};
use serde_json::json;

use super::{Bench, Exit, Failure, Need, Purpose, client::Client, output::Output};
use crate::sse::ServerEvent;

#[derive(clap::Args)]
pub(crate) struct AskArguments {
    /// The question
    text: String,
}

pub(crate) async fn run(bench: &Bench<'_>, arguments: AskArguments) -> Result<Exit, Failure> {
    bench
        .act(Purpose::Talk, Need::Anyone, async |client| {
            match begin(client, &arguments.text).await {
                Ok(turn) => {
                    let events = client.events(&events_of(&turn)).await?;
                    show(events, bench.output).await
                }
                Err(Failure::App(error))
                    if error.code == ErrorCode::RateLimited && bench.output.is_json() =>
                {
                    let outcome = OutcomeDto::RateLimited;
                    bench.output.json(&json!({ "answer": error.message, "outcome": outcome }))?;
                    Ok(Exit::TryLater)
                }
                Err(error) => Err(error),
            }
        })
        .await
}

/// Sends a question; the turn that it began.
pub(crate) async fn begin(client: &mut Client, text: &str) -> Result<AcceptedDto, Failure> {
    client.post("/api/turns", &json!({ "text": text })).await
}

/// Where the events of `turn` are.
pub(crate) fn events_of(turn: &AcceptedDto) -> String {
    format!("/api/turns/{}/events", turn.id)
}

/// Prints a turn as it goes, for people, or when it is over, for programs.
pub(crate) async fn show(
    events: impl Stream<Item = std::io::Result<ServerEvent>>,
    output: &Output,
) -> Result<Exit, Failure> {
    let mut events = pin!(events);
    let mut streamed = String::new();
    let mut over = None;
    while let Some(event) = events.next().await {
        // The wire's name and data are the event's tag and content.
        let event = serde_json::to_value(event?).and_then(serde_json::from_value);
        match event.map_err(std::io::Error::from)? {
            EventDto::Delta { text } if !output.is_json() => {
                output.write(&text)?;
                streamed.push_str(&text);
            }
            EventDto::Queue { position } if position > 0 => {
                output.note(&format!("Waiting: place {position} in line."))?;
            }
            EventDto::Done { turn } => over = Some(turn),
            EventDto::Delta { .. }
            | EventDto::Queue { .. }
            | EventDto::Question { .. }
            | EventDto::Stage { .. }
            | EventDto::Sources { .. } => {}
        }
    }
    let Some(turn) = over else {
        return Err(Failure::Io(std::io::ErrorKind::UnexpectedEof.into()));
    };
    if output.is_json() {
        output.json(&as_json(&turn))?;
    } else {
        finish(&turn, &streamed, output)?;
    }
    Ok(turn.outcome.map_or(Exit::Refused, exit_of))
}

/// The shape of `contracts.md`; findings are the placeholders of the sanitised question.
fn as_json(turn: &TurnDto) -> serde_json::Value {
    json!({
        "answer": turn.answer,
        "outcome": turn.outcome,
        "reason": turn.reason,
        "citations": turn.citations,
        "topics": turn.topics,
        "question": turn.question.text,
        "findings": turn.question.hidden,
        "model": turn.model,
        "timings_ms": turn.timings_ms,
    })
}

fn finish(turn: &TurnDto, streamed: &str, output: &Output) -> Result<(), Failure> {
    let answer = turn.answer.trim_end();
    if streamed.trim_end() == answer {
        output.line("")?;
    } else if streamed.is_empty() {
        output.line(answer)?;
    } else {
        output.line("")?;
        output.note("The text above was taken back; this stands:")?;
        output.line(answer)?;
    }
    if turn.outcome == Some(OutcomeDto::Cancelled) {
        output.note("Stopped; the text above counts as unfinished.")?;
    }
    for citation in &turn.citations {
        let mark = output.styled("2", &format!("[{}]", citation.number));
        output.line(&format!("{mark} {} ({})", citation.title, citation.label.as_str()))?;
    }
    if !turn.question.hidden.is_empty() {
        let count = turn.question.hidden.len();
        let noun = if count == 1 { "detail was" } else { "details were" };
        output.note(&format!("{count} {noun} hidden before anything read them."))?;
    }
    if turn.reason == Some(ReasonDto::ModelMissing) {
        output.note("No model is loaded: run `cloister model verify` to see why.")?;
    }
    Ok(())
}

const fn exit_of(outcome: OutcomeDto) -> Exit {
    match outcome {
        OutcomeDto::Answered
        | OutcomeDto::Redirected
        | OutcomeDto::OutOfScope
        | OutcomeDto::Clarify
        | OutcomeDto::SmallTalk
        | OutcomeDto::Escalated => Exit::Done,
        OutcomeDto::Blocked | OutcomeDto::Denied | OutcomeDto::Cancelled | OutcomeDto::Failed => {
            Exit::Refused
        }
        OutcomeDto::RateLimited | OutcomeDto::MfaRequired => Exit::TryLater,
    }
}
