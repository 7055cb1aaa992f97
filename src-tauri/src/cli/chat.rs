//! `cloister chat`: a conversation in the terminal.

use std::{
    io::{self, BufRead, IsTerminal},
    sync::Arc,
};

use cloister_app::{App, ErrorCode, Peer, Session};
use rustyline::{DefaultEditor, error::ReadlineError};

use super::{Bench, Exit, Failure, ask, output::Output};

const WELCOME: &str = "You are a guest. This conversation is destroyed when you leave, or after 20 \
                       minutes without a message.\nCtrl-C stops an answer, Ctrl-D leaves.";

pub(crate) async fn run(bench: &Bench<'_>) -> Result<Exit, Failure> {
    if bench.output.is_json() {
        let message = "chat is for people; use `cloister ask --json` in a script";
        return Err(Failure::Usage(message.to_owned()));
    }
    let app = bench.open().await?;
    let talked = talk(&app, bench.output).await;
    app.close().await;
    talked
}

async fn talk(app: &Arc<App>, output: &Output) -> Result<Exit, Failure> {
    output.note(WELCOME)?;
    let mut lines = Lines::open()?;
    let mut session = start(app).await?;
    for topic in app.suggestions(&session).suggestions.iter().take(4) {
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
        session = exchange(app, session, line, output).await?;
    }
    ask::leave(app, &session).await?;
    output.note("Left. The conversation is destroyed.")?;
    Ok(Exit::Done)
}

async fn start(app: &App) -> Result<Session, Failure> {
    let (token, _) = app.start_guest().await?;
    Ok(app.recognise(&token.reveal()).await?)
}

/// One question and its answer. A refused message leaves the conversation as it is; a session that
/// has ended is replaced by a new one, and the question asked in that.
async fn exchange(
    app: &Arc<App>,
    session: Session,
    line: String,
    output: &Output,
) -> Result<Session, Failure> {
    let session = if let Some(session) = app.refreshed(&session).await? {
        session
    } else {
        output.note("The conversation ended and was destroyed; this is a new one.")?;
        start(app).await?
    };
    let turn = match app.ask(session.clone(), Peer::Device, line).await {
        Ok(turn) => turn,
        Err(error) if error.code == ErrorCode::StoreFailed => return Err(error.into()),
        Err(error) => {
            output.note(&error.message)?;
            return Ok(session);
        }
    };
    let shown = ask::show(&turn, output);
    let mut shown = std::pin::pin!(shown);
    loop {
        tokio::select! {
            ended = &mut shown => {
                ended?;
                return Ok(session);
            }
            stop = tokio::signal::ctrl_c() => {
                stop?;
                turn.cancel();
            }
        }
    }
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
