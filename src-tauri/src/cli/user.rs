//! `cloister user`: accounts, and what their owners change themselves.

use clap::Subcommand;
use cloister_app::{
    AccountDto, AccountEditDto, AccountsDto, AppError, EnrolmentDto, ErrorCode, MadeAccountDto,
    MadePasswordDto, OwnSessionsDto, RecoveryCodesDto,
};
use cloister_types::Secret;
use serde_json::{Map, Value, json};

use super::{
    Bench, Exit, Failure, Need, Purpose, client::Client, identity::prompt, output::Output,
};

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// List the accounts
    List,
    /// Show one account
    Show {
        /// The name to sign in with
        name: String,
    },
    /// Make an account; its password is made too, and printed once
    Add {
        /// The name to sign in with
        name: String,
        /// A role; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// What rules ask about, such as `team=north` or `discount_limit=15`
        #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
        attributes: Vec<(String, Value)>,
    },
    /// Give an account other roles or attributes; its sessions end
    Set {
        /// The name to sign in with
        name: String,
        /// A role, instead of those it has; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// An attribute, instead of those it has; may be given several times
        #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
        attributes: Vec<(String, Value)>,
    },
    /// Change the name of an account
    Rename {
        /// The present name
        name: String,
        /// The new name
        new: String,
    },
    /// End an account's sessions and let nobody sign in to it
    Disable {
        /// The name to sign in with
        name: String,
    },
    /// Let an account be signed in to again
    Enable {
        /// The name to sign in with
        name: String,
    },
    /// Make a new password; destroys the account's conversations
    Reset {
        /// The name to sign in with
        name: String,
    },
    /// Delete an account with all that is its own
    Remove {
        /// The name to sign in with
        name: String,
    },
    /// Change your own password
    Password,
    /// List your own sign-ins, or end the others
    Sessions {
        /// End all but this one
        #[arg(long)]
        end_others: bool,
    },
    /// Set up an authenticator for yourself
    SecondFactor,
    /// Replace your codes on paper; needs a code of the authenticator
    RecoveryCodes,
}

pub(crate) async fn run(bench: &Bench<'_>, command: UserCommand) -> Result<Exit, Failure> {
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            act(bench, client, command).await?;
            Ok(Exit::Done)
        })
        .await
}

async fn act(bench: &Bench<'_>, client: &mut Client, command: UserCommand) -> Result<(), Failure> {
    let output = bench.output;
    match command {
        UserCommand::List => {
            let accounts: AccountsDto = client.get("/api/accounts").await?;
            show(&accounts.items, output)
        }
        UserCommand::Show { name } => show(&[find(client, &name).await?], output),
        UserCommand::Add { name, roles, attributes } => {
            let form = json!({
                "name": name, "roles": roles, "attributes": object(attributes),
            });
            made(&client.post("/api/accounts", &form).await?, output)
        }
        UserCommand::Set { name, roles, attributes } => {
            let edit = AccountEditDto {
                name: None,
                roles: (!roles.is_empty()).then_some(roles),
                attributes: (!attributes.is_empty()).then(|| object(attributes)),
            };
            change(client, &name, &edit, output).await
        }
        UserCommand::Rename { name, new } => {
            let edit = AccountEditDto { name: Some(new), ..AccountEditDto::default() };
            change(client, &name, &edit, output).await
        }
        UserCommand::Disable { name } => switch(client, &name, "disable", output).await,
        UserCommand::Enable { name } => switch(client, &name, "enable", output).await,
        UserCommand::Reset { name } => {
            let id = find(client, &name).await?.id;
            let made: MadePasswordDto =
                client.post(&format!("/api/accounts/{id}/reset"), &json!({})).await?;
            if output.is_json() {
                return Ok(output.json(&made)?);
            }
            password(&name, made.password.expose(), output)
        }
        UserCommand::Remove { name } => {
            let id = find(client, &name).await?.id;
            client.delete::<Value>(&format!("/api/accounts/{id}")).await?;
            Ok(output.note(&format!("{name} is gone, with all that was theirs."))?)
        }
        UserCommand::Password => change_password(client, output).await,
        UserCommand::Sessions { end_others } => sessions(client, end_others, output).await,
        UserCommand::SecondFactor => enrol(bench, client).await,
        UserCommand::RecoveryCodes => renew(bench, client).await,
    }
}

async fn find(client: &mut Client, name: &str) -> Result<AccountDto, Failure> {
    let accounts: AccountsDto = client.get("/api/accounts").await?;
    let found = accounts.items.into_iter().find(|account| account.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let message = "There is no account with that name. `cloister user list` shows them.";
        AppError::new(ErrorCode::NotFound, message).into()
    })
}

async fn change(
    client: &mut Client,
    name: &str,
    edit: &AccountEditDto,
    output: &Output,
) -> Result<(), Failure> {
    let id = find(client, name).await?.id;
    show(&[client.patch(&format!("/api/accounts/{id}"), edit).await?], output)
}

async fn switch(
    client: &mut Client,
    name: &str,
    act: &str,
    output: &Output,
) -> Result<(), Failure> {
    let id = find(client, name).await?.id;
    show(&[client.post(&format!("/api/accounts/{id}/{act}"), &json!({})).await?], output)
}

async fn change_password(client: &mut Client, output: &Output) -> Result<(), Failure> {
    let (old, new) = (typed("Present password: ")?, typed("New password: ")?);
    if typed("The same again: ")?.expose() != new.expose() {
        return Err(Failure::Usage("the two are not the same; nothing was changed".to_owned()));
    }
    let change = json!({ "old": old.expose(), "new": new.expose() });
    client.post::<Value>("/api/me/password", &change).await?;
    Ok(output.note("Changed. Your other sign-ins have ended.")?)
}

async fn sessions(client: &mut Client, end_others: bool, output: &Output) -> Result<(), Failure> {
    if end_others {
        client.delete::<Value>("/api/sessions").await?;
    }
    let sessions: OwnSessionsDto = client.get("/api/sessions").await?;
    for session in &sessions.items {
        if output.is_json() {
            output.json(session)?;
            continue;
        }
        let current = if session.current { "  this one" } else { "" };
        output.line(&format!(
            "{}  {}  since {}, last used {}{current}",
            session.id, session.place, session.started_at, session.last_seen_at
        ))?;
    }
    Ok(())
}

/// Shows the picture and asks for the first code; without a terminal, the code comes by `--code-fd`,
/// after the secret was printed.
async fn enrol(bench: &Bench<'_>, client: &mut Client) -> Result<(), Failure> {
    let output = bench.output;
    let enrolment: EnrolmentDto = client.post("/api/me/second-factor", &json!({})).await?;
    if output.is_json() {
        output.json(&enrolment)?;
    } else {
        output.line(enrolment.blocks.expose())?;
        output.line(&format!(
            "Scan this picture with an authenticator, or type the key: {}",
            enrolment.secret.expose()
        ))?;
    }
    let Some(code) = bench.identity.code()? else {
        output.note("It counts once it is confirmed: give the code by --code-fd.")?;
        return Ok(());
    };
    let confirmed: RecoveryCodesDto =
        client.post("/api/me/second-factor/confirm", &json!({ "code": code.expose() })).await?;
    paper(&confirmed, output)
}

async fn renew(bench: &Bench<'_>, client: &mut Client) -> Result<(), Failure> {
    let code = bench.identity.code()?.ok_or_else(|| {
        Failure::Usage("there is no terminal to ask on: use --code-fd".to_owned())
    })?;
    client.post::<Value>("/api/session/elevate", &json!({ "code": code.expose() })).await?;
    paper(&client.post("/api/me/recovery-codes", &json!({})).await?, bench.output)
}

fn paper(codes: &RecoveryCodesDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(codes)?);
    }
    output.note(
        "Write these down. Each stands in for the authenticator once; nobody can show them again.",
    )?;
    for code in &codes.codes {
        output.line(code.expose())?;
    }
    Ok(())
}

fn made(made: &MadeAccountDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(made)?);
    }
    show(std::slice::from_ref(&made.account), output)?;
    match &made.password {
        Some(made_password) => password(&made.account.name, made_password.expose(), output),
        None => Ok(()),
    }
}

fn password(name: &str, password: &str, output: &Output) -> Result<(), Failure> {
    output.note(&format!("The password of {name}, shown this once, to be changed at sign-in:"))?;
    Ok(output.line(password)?)
}

fn show(accounts: &[AccountDto], output: &Output) -> Result<(), Failure> {
    for account in accounts {
        if output.is_json() {
            output.json(account)?;
            continue;
        }
        let state = if account.active { "" } else { "  disabled" };
        let factor = if account.second_factor { "  second factor" } else { "" };
        let attributes: Vec<String> =
            account.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        output.line(&format!(
            "{}  {}  {}{factor}{state}",
            account.name,
            account.roles.join(", "),
            attributes.join(" ")
        ))?;
    }
    Ok(())
}

fn typed(question: &str) -> Result<Secret<String>, Failure> {
    prompt(question)?.ok_or_else(|| Failure::Usage("there is no terminal to ask on".to_owned()))
}

fn object(attributes: Vec<(String, Value)>) -> Map<String, Value> {
    attributes.into_iter().collect()
}

/// Reads `name=value`: whole numbers, `true` and `false` are what they look like, all else is text.
fn attribute(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("an attribute is NAME=VALUE")?;
    let value = match value {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        other => other.parse::<i64>().map_or_else(|_| Value::from(other), Value::from),
    };
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_numbers_truths_or_texts() {
        let read = |text: &str| attribute(text).expect("well formed").1;
        assert_eq!(read("discount_limit=15"), json!(15));
        assert_eq!(read("acting=true"), json!(true));
        assert_eq!(read("team=north=east"), json!("north=east"));
        assert!(attribute("team").is_err());
    }
}
