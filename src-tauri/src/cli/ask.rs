//! `cloister ask`: one turn as a guest.

use std::sync::Arc;

use cloister_app::{
    App, ErrorCode, EventDto, OutcomeDto, Peer, ReasonDto, RunningTurn, Session, TurnDto,
};
use futures_util::StreamExt;
use serde_json::json;

use super::{Bench, Exit, Failure, output::Output};

#[derive(clap::Args)]
pub(crate) struct AskArguments {
    /// The question
    text: String,
}

pub(crate) async fn run(bench: &Bench<'_>, arguments: AskArguments) -> Result<Exit, Failure> {
    let app = bench.open().await?;
    let answered = ask(&app, arguments.text, bench.output).await;
    app.close().await;
    answered
}

async fn ask(app: &Arc<App>, text: String, output: &Output) -> Result<Exit, Failure> {
    let (token, _) = app.start_guest().await?;
    let session = app.recognise(&token.reveal()).await?;
    let accepted = app.ask(session.clone(), Peer::Device, text).await;
    let asked = match accepted {
        Ok(turn) => show(&turn, output).await,
        Err(error) if error.code == ErrorCode::RateLimited && output.is_json() => {
            let outcome = OutcomeDto::RateLimited;
            output.json(&json!({ "answer": error.message, "outcome": outcome }))?;
            Ok(Exit::TryLater)
        }
        Err(error) => Err(error.into()),
    };
    leave(app, &session).await?;
    asked
}

/// Ends the session whose turn was shown; everything said in it is destroyed.
pub(crate) async fn leave(app: &App, session: &Session) -> Result<(), Failure> {
    Ok(app.leave(session).await?)
}

/// Prints a turn as it goes, for people, or when it is over, for programs.
pub(crate) async fn show(turn: &RunningTurn, output: &Output) -> Result<Exit, Failure> {
    let mut events = std::pin::pin!(turn.log().follow());
    let mut streamed = String::new();
    let mut over = None;
    while let Some(event) = events.next().await {
        match EventDto::from(event) {
            EventDto::Delta { text } if !output.is_json() => {
                output.write(&text)?;
                streamed.push_str(&text);
            }
            EventDto::Queue { position } if position > 0 => {
                output.note(&format!("Waiting behind {position}."))?;
            }
            EventDto::Done { turn } => over = Some(turn),
            _ => {}
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
