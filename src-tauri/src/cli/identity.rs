//! Who a command acts as: somebody who signs in for it, the one who signed in before, the operator,
//! or a guest.

use std::{
    fs::File,
    io::{self, BufRead, IsTerminal, Read, Write},
    os::unix::fs::OpenOptionsExt,
};

use cloister_app::{AppError, ErrorCode, SessionDto};
use cloister_types::Secret;
use serde_json::{Value, json};

use super::{Bench, Failure, client::Client};

/// Longest password, code or passphrase that is read, in bytes.
const LONGEST_SECRET: u64 = 4096;

/// What a guest is told where the site keeps what guests say.
const KEPT_FOR_REVIEW: &str = "What you ask and are told is kept for a while, with personal details \
                               hidden, to review the quality of answers.";

/// The options that say who asks. Secrets come by file descriptor or terminal, never as arguments.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Identity {
    /// Sign in as NAME for this command alone
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long, global = true)]
    pub(crate) password_stdin: bool,
    /// Read the code of the second factor from file descriptor N
    #[arg(long, global = true, value_name = "N")]
    pub(crate) code_fd: Option<u32>,
    /// Read the passphrase or recovery code of the vault from file descriptor N
    #[arg(long, global = true, value_name = "N")]
    pub(crate) unlock_fd: Option<u32>,
}

/// Whom a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Anybody; a guest where nobody signed in.
    Anyone,
    /// Somebody who signed in; the operator until there is an administrator.
    Someone,
}

impl Identity {
    /// Signs `client` in as this says. What was started for one command alone is to be ended by
    /// [`leave`].
    ///
    /// # Errors
    /// [`ErrorCode::SignInRequired`] when somebody is needed and nobody is there, and the refusals
    /// of a sign-in.
    pub(crate) async fn enter(
        &self,
        bench: &Bench<'_>,
        client: &mut Client,
        need: Need,
    ) -> Result<Stay, Failure> {
        if let Some(name) = &self.user {
            let password = self.password(name)?;
            self.sign_in(client, name, &password).await?;
            return Ok(Stay::ThisCommand);
        }
        if let Some(token) = kept_token(bench)? {
            client.carry(Some(token));
            match client.get::<Value>("/api/session").await {
                Ok(_) => return Ok(Stay::Kept),
                Err(Failure::App(error)) if error.code == ErrorCode::SessionRequired => {
                    forget_token(bench)?;
                    client.carry(None);
                }
                Err(error) => return Err(error),
            }
        }
        match need {
            Need::Anyone => {
                let session: SessionDto = client.post("/api/session", &json!({})).await?;
                if session.kept_for_review {
                    bench.output.note(KEPT_FOR_REVIEW)?;
                }
            }
            Need::Someone => self.operate(client).await?,
        }
        Ok(Stay::ThisCommand)
    }

    /// Signs in; asks for the second factor where it is needed and there is somebody to ask.
    pub(crate) async fn sign_in(
        &self,
        client: &mut Client,
        name: &str,
        password: &Secret<String>,
    ) -> Result<Value, Failure> {
        let first = json!({ "name": name, "password": password.expose() });
        match client.post("/api/session/sign-in", &first).await {
            Err(Failure::App(error)) if error.code == ErrorCode::MfaRequired => {
                let Some(code) = self.code()? else { return Err(error.into()) };
                let both =
                    json!({ "name": name, "password": password.expose(), "code": code.expose() });
                client.post("/api/session/sign-in", &both).await
            }
            answered => answered,
        }
    }

    /// The password of `name`, from standard input or the terminal.
    pub(crate) fn password(&self, name: &str) -> Result<Secret<String>, Failure> {
        if self.password_stdin {
            return first_line(&mut io::stdin().lock());
        }
        prompt(&format!("Password of {name}: "))?.ok_or_else(|| {
            Failure::Usage("there is no terminal to ask on: use --password-stdin".to_owned())
        })
    }

    /// The code of the second factor, from its descriptor or the terminal; nothing where there is
    /// neither.
    pub(crate) fn code(&self) -> Result<Option<Secret<String>>, Failure> {
        match self.code_fd {
            Some(number) => from_descriptor(number).map(Some),
            None => prompt("Code of the authenticator: "),
        }
    }

    async fn operate(&self, client: &mut Client) -> Result<(), Failure> {
        match client.post::<Value>("/api/session/operator", &json!({})).await {
            Err(Failure::App(error)) if error.code == ErrorCode::Denied => Err(AppError::new(
                ErrorCode::SignInRequired,
                "Sign in first: cloister login NAME, or add --user NAME to the command.",
            )
            .into()),
            answered => answered.map(drop),
        }
    }
}

/// How long the session of a command lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stay {
    /// Until the command ends.
    ThisCommand,
    /// Until its owner signs out.
    Kept,
}

impl Stay {
    /// Ends the session if it was started for this command alone.
    pub(crate) async fn leave(self, client: &mut Client) -> Result<(), Failure> {
        match self {
            Self::Kept => Ok(()),
            Self::ThisCommand => match client.delete::<Value>("/api/session").await {
                // What the command did may have ended it.
                Err(Failure::App(error)) if error.code == ErrorCode::SessionRequired => Ok(()),
                answered => answered.map(drop),
            },
        }
    }
}

/// Keeps `token` for later commands, readable by its owner alone.
pub(crate) fn keep_token(bench: &Bench<'_>, token: &str) -> Result<(), Failure> {
    let Some(path) = bench.folders.token_file() else { return Ok(()) };
    forget_token(bench)?;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(token.as_bytes())?)
}

/// Forgets the kept token.
pub(crate) fn forget_token(bench: &Bench<'_>) -> Result<(), Failure> {
    let Some(path) = bench.folders.token_file() else { return Ok(()) };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

pub(crate) fn kept_token(bench: &Bench<'_>) -> Result<Option<String>, Failure> {
    let Some(path) = bench.folders.token_file() else { return Ok(None) };
    match std::fs::read_to_string(path) {
        Ok(token) => Ok(Some(token.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Asks on the terminal without showing what is typed; nothing where there is no terminal.
pub(crate) fn prompt(question: &str) -> Result<Option<Secret<String>>, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    Ok(Some(Secret::new(rpassword::prompt_password(question)?)))
}

/// Reads a secret from an inherited descriptor.
pub(crate) fn from_descriptor(number: u32) -> Result<Secret<String>, Failure> {
    let unreadable = |error: io::Error| {
        Failure::Usage(format!("file descriptor {number} cannot be read: {error}"))
    };
    let file = File::open(format!("/proc/self/fd/{number}")).map_err(unreadable)?;
    first_line(&mut io::BufReader::new(file))
}

/// The first line of `input` without its end; what follows stays for the command.
fn first_line(input: &mut impl BufRead) -> Result<Secret<String>, Failure> {
    let mut line = Secret::new(String::with_capacity(256));
    input.take(LONGEST_SECRET).read_line(line.expose_mut())?;
    let length = line.expose().trim_end_matches(['\n', '\r']).len();
    line.expose_mut().truncate(length);
    if line.expose().is_empty() {
        return Err(Failure::Usage("the secret is empty".to_owned()));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_first_line_and_the_rest_stays() {
        let mut input = io::Cursor::new(b"correct horse\r\n{\"id\":1}\n".to_vec());
        assert_eq!(first_line(&mut input).expect("a line").expose(), "correct horse");
        let mut rest = String::new();
        input.read_to_string(&mut rest).expect("memory");
        assert_eq!(rest, "{\"id\":1}\n");
        assert!(first_line(&mut io::Cursor::new(b"\n".to_vec())).is_err());
    }
}
