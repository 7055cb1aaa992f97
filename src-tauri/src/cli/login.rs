//! `cloister login` and `logout`: a session that later commands go on with.

use cloister_app::SessionDto;
use serde_json::{Value, json};

use super::{
    Bench, Exit, Failure, Purpose,
    client::Client,
    identity::{Identity, forget_token, keep_token, kept_token, prompt},
    output::Output,
};

#[derive(clap::Args)]
pub(crate) struct LoginArguments {
    /// The name to sign in with
    name: String,
}

pub(crate) async fn run(bench: &Bench<'_>, arguments: LoginArguments) -> Result<Exit, Failure> {
    let identity = Identity { user: Some(arguments.name.clone()), ..bench.identity.clone() };
    let password = identity.password(&arguments.name)?;
    let mut client = Client::connect(bench, Purpose::Manage).await?;
    let entered = enter(&identity, &mut client, &arguments.name, &password, bench.output).await;
    let token = client.token().map(str::to_owned);
    client.close().await;
    let session = entered?;
    if let Some(token) = token {
        keep_token(bench, &token)?;
    }
    if bench.output.is_json() {
        bench.output.json(&session)?;
    } else {
        bench.output.line(&format!("Signed in as {} ({}).", arguments.name, session.role))?;
    }
    Ok(Exit::Done)
}

/// Signs in, and has a password changed that somebody else made.
async fn enter(
    identity: &Identity,
    client: &mut Client,
    name: &str,
    password: &cloister_types::Secret<String>,
    output: &Output,
) -> Result<SessionDto, Failure> {
    identity.sign_in(client, name, password).await?;
    let session: SessionDto = client.get("/api/session").await?;
    if !session.must_change_password {
        return Ok(session);
    }
    output
        .note("This password was made for you. Choose one of your own: 10 characters or more.")?;
    let Some(new) = prompt("New password: ")? else {
        return Ok(session);
    };
    let again = prompt("The same again: ")?;
    if again.is_none_or(|again| again.expose() != new.expose()) {
        return Err(Failure::Usage("the two are not the same; sign in again".to_owned()));
    }
    let change = json!({ "old": password.expose(), "new": new.expose() });
    client.post::<Value>("/api/me/password", &change).await?;
    client.get("/api/session").await
}

/// Ends the session that `login` keeps.
pub(crate) async fn leave(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let Some(token) = kept_token(bench)? else {
        bench.output.note("Nobody is signed in.")?;
        return Ok(Exit::Done);
    };
    let mut client = Client::connect(bench, Purpose::Manage).await?;
    client.carry(Some(token));
    let left = client.delete::<Value>("/api/session").await;
    client.close().await;
    forget_token(bench)?;
    match left {
        Err(Failure::App(error)) if error.code == cloister_app::ErrorCode::SessionRequired => {}
        left => left.map(drop)?,
    }
    bench.output.note("Signed out.")?;
    Ok(Exit::Done)
}
