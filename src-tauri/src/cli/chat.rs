//! `cloister chat`: a conversation in the terminal.

use std::{
    io::{self, BufRead, IsTerminal},
    pin::pin,
};

use cloister_app::{AppError, ErrorCode, SessionDto, SessionKindDto, SuggestionsDto};
use rustyline::{DefaultEditor, error::ReadlineError};
use serde_json::{Value, json};

use super::{Bench, Exit, Failure, Need, Purpose, ask, client::Client, output::Output};

const GUEST: &str = "You are a guest. This conversation is destroyed when you leave, or after 20 \
                     minutes without a message.";
const KEYS: &str = "Ctrl-C stops an answer, Ctrl-D leaves.";

pub(crate) async fn run(bench: &Bench<'_>) -> Result<Exit, Failure> {
    if bench.output.is_json() {
        let message = "chat is for people; use `cloister ask --json` in a script";
        return Err(Failure::Usage(message.to_owned()));
    }
    bench
        .act(Purpose::Talk, Need::Anyone, async |client| {
            let _socket = client.share(bench);
            talk(client, bench.output).await
        })
        .await
}

async fn talk(client: &mut Client, output: &Output) -> Result<Exit, Failure> {
    let session: SessionDto = client.get("/api/session").await?;
    let guest = session.kind == SessionKindDto::Guest;
    if guest {
        output.note(GUEST)?;
    }
    output.note(KEYS)?;
    let mut lines = Lines::open()?;
    let suggested: SuggestionsDto = client.get("/api/suggestions").await?;
    for topic in suggested.suggestions.iter().take(4) {
        output.note(&format!("  {}", topic.question))?;
    }
    loop {
        let (next, line) = tokio::task::spawn_blocking(move || lines.next())
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        lines = next;
        let Some(line) = line? else { break };
        if line.trim().is_empty() {
            continue;
        }
        exchange(client, guest, &line, output).await?;
    }
    output.note(if guest { "Left. The conversation is destroyed." } else { "Left." })?;
    Ok(Exit::Done)
}

/// One question and its answer. A refused message leaves the conversation as it is; a guest's
/// session that has ended is replaced by a new one, and the question asked in that.
async fn exchange(
    client: &mut Client,
    guest: bool,
    line: &str,
    output: &Output,
) -> Result<(), Failure> {
    let mut begun = ask::begin(client, line).await;
    if guest
        && matches!(&begun, Err(Failure::App(error)) if error.code == ErrorCode::SessionRequired)
    {
        output.note("The conversation ended and was destroyed; this is a new one.")?;
        client.post::<Value>("/api/session", &json!({})).await?;
        begun = ask::begin(client, line).await;
    }
    let turn = match begun {
        Ok(turn) => turn,
        Err(Failure::App(error)) if may_go_on(&error) => return Ok(output.note(&error.message)?),
        Err(error) => return Err(error),
    };
    let mut shown = pin!(ask::show(client.events(&ask::events_of(&turn)).await?, output));
    loop {
        tokio::select! {
            ended = &mut shown => return ended.map(drop),
            stop = tokio::signal::ctrl_c() => {
                stop?;
                client.post::<Value>(&format!("/api/turns/{}/cancel", turn.id), &json!({})).await?;
            }
        }
    }
}

/// Whether the conversation can go on after a message was refused.
fn may_go_on(error: &AppError) -> bool {
    !matches!(error.code, ErrorCode::StoreFailed | ErrorCode::SessionRequired)
}

/// Lines that a person types, or that a script pipes in.
enum Lines {
    Terminal(Box<DefaultEditor>),
    Pipe,
}

impl Lines {
    fn open() -> Result<Self, Failure> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Pipe);
        }
        let editor = DefaultEditor::new().map_err(io::Error::other)?;
        Ok(Self::Terminal(Box::new(editor)))
    }

    /// The next line; nothing at the end. History is kept in memory only.
    fn next(mut self) -> (Self, io::Result<Option<String>>) {
        let line = match &mut self {
            Self::Pipe => {
                let mut line = String::new();
                io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
            }
            Self::Terminal(editor) => match editor.readline("\n> ") {
                Ok(line) => {
                    // A line that cannot be remembered can still be asked.
                    drop(editor.add_history_entry(&line));
                    Ok(Some(line))
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
                Err(error) => Err(io::Error::other(error)),
            },
        };
        (self, line)
    }
}
