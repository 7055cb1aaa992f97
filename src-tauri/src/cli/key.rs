//! `cloister key`: the ways to unlock the vault.

use clap::{Subcommand, ValueEnum};
use cloister_app::{KeyKind, KeySlotDto, KeySlotsDto, RecoveryCodeDto, RemovedKeyDto, RotatedDto};
use cloister_types::Secret;
use serde_json::{Value, json};

use super::{
    Bench, Exit, Failure, Need, Purpose,
    identity::{from_descriptor, prompt},
    output::Output,
};

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// List the ways to unlock the vault
    List,
    /// Add one; a passphrase comes by --passphrase-fd or from the terminal
    Add {
        /// What is to open it
        kind: AddedKind,
        /// Read the new passphrase from file descriptor N
        #[arg(long, value_name = "N")]
        passphrase_fd: Option<u32>,
    },
    /// Remove one; never the last
    Remove {
        /// Its number, from `key list`
        id: u32,
    },
    /// Replace the root key and encrypt the store anew
    Rotate {
        /// Ask for a passphrase that is to come along
        #[arg(long)]
        passphrase: bool,
        /// Read it from file descriptor N instead
        #[arg(long, value_name = "N")]
        passphrase_fd: Option<u32>,
    },
    /// The printed recovery code
    #[command(subcommand)]
    Recovery(RecoveryCommand),
}

#[derive(Subcommand)]
pub(crate) enum RecoveryCommand {
    /// Make a code, in the place of the one before, and print it once
    New,
    /// Type the code back, to show that it was written down
    Confirm,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddedKind {
    /// A key in the configuration folder
    Keyfile,
    /// A credential that systemd hands over
    Credential,
    /// A key in the desktop's keyring
    Keyring,
    /// A passphrase
    Passphrase,
}

pub(crate) async fn run(bench: &Bench<'_>, command: &KeyCommand) -> Result<Exit, Failure> {
    match command {
        KeyCommand::List => list(bench).await,
        KeyCommand::Add { kind, passphrase_fd } => add(bench, *kind, *passphrase_fd).await,
        KeyCommand::Remove { id } => remove(bench, *id).await,
        KeyCommand::Rotate { passphrase, passphrase_fd } => {
            let known = match passphrase_fd {
                Some(number) => Some(from_descriptor(*number)?),
                None if *passphrase => Some(typed("Passphrase to keep: ")?),
                None => None,
            };
            rotate(bench, known).await
        }
        KeyCommand::Recovery(RecoveryCommand::New) => renew(bench).await,
        KeyCommand::Recovery(RecoveryCommand::Confirm) => confirm(bench).await,
    }
}

async fn list(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let slots: KeySlotsDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| client.get("/api/keys").await)
        .await?;
    show(&slots.items, bench.output)?;
    Ok(Exit::Done)
}

async fn add(
    bench: &Bench<'_>,
    kind: AddedKind,
    passphrase_fd: Option<u32>,
) -> Result<Exit, Failure> {
    let new = match kind {
        AddedKind::Keyfile => json!({ "kind": KeyKind::KeyFile }),
        AddedKind::Credential => json!({ "kind": KeyKind::Credential }),
        AddedKind::Keyring => json!({ "kind": KeyKind::Keyring }),
        AddedKind::Passphrase => {
            let passphrase = new_passphrase(passphrase_fd)?;
            json!({ "kind": KeyKind::Passphrase, "passphrase": passphrase.expose() })
        }
    };
    let slot: KeySlotDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| client.post("/api/keys", &new).await)
        .await?;
    show(&[slot], bench.output)?;
    Ok(Exit::Done)
}

async fn remove(bench: &Bench<'_>, id: u32) -> Result<Exit, Failure> {
    let path = format!("/api/keys/{id}");
    let removed: RemovedKeyDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| client.delete(&path).await)
        .await?;
    if let Some(warning) = &removed.warning {
        bench.output.note(warning)?;
    }
    show(&[removed.slot], bench.output)?;
    Ok(Exit::Done)
}

async fn rotate(bench: &Bench<'_>, known: Option<Secret<String>>) -> Result<Exit, Failure> {
    let passphrases: Vec<&str> = known.iter().map(|known| known.expose().as_str()).collect();
    let rotation = json!({ "passphrases": passphrases });
    let rotated: RotatedDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/keys/rotate", &rotation).await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&rotated)?;
        return Ok(Exit::Done);
    }
    show(&rotated.items, bench.output)?;
    for slot in &rotated.dropped {
        bench.output.note(&format!("Slot {} did not come along.", slot.id))?;
    }
    if !rotated.complete {
        bench.output.note("Not everything was replaced; the log says why. Rotate again.")?;
    }
    if let Some(code) = &rotated.recovery_code {
        bench.output.line(&format!("New recovery code: {code}"))?;
    }
    Ok(Exit::Done)
}

async fn renew(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let code: RecoveryCodeDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/keys/recovery", &json!({})).await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&code)?;
    } else {
        bench.output.line(&code.code)?;
        bench.output.note(
            "Print it and keep it apart from this machine. Then type it back with `cloister key \
             recovery confirm`.",
        )?;
    }
    Ok(Exit::Done)
}

async fn confirm(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let code = typed("Recovery code: ")?;
    let code = json!({ "code": code.expose() });
    let path = "/api/keys/recovery/confirm";
    bench
        .act(Purpose::Manage, Need::Someone, async |client| client.post::<Value>(path, &code).await)
        .await?;
    bench.output.note("Confirmed.")?;
    Ok(Exit::Done)
}

fn show(slots: &[KeySlotDto], output: &Output) -> Result<(), Failure> {
    for slot in slots {
        if output.is_json() {
            output.json(slot)?;
            continue;
        }
        let kind = match slot.kind {
            KeyKind::KeyFile => "key file",
            KeyKind::Credential => "systemd credential",
            KeyKind::Keyring => "keyring",
            KeyKind::Passphrase => "passphrase",
            KeyKind::Recovery if slot.confirmed_at.is_some() => "recovery code",
            KeyKind::Recovery => "recovery code, not confirmed",
        };
        output.line(&format!("{:>3}  {kind}, added {}", slot.id, slot.added_at))?;
    }
    Ok(())
}

/// A passphrase that is to unlock the vault: from a descriptor, or typed twice.
pub(crate) fn new_passphrase(descriptor: Option<u32>) -> Result<Secret<String>, Failure> {
    if let Some(number) = descriptor {
        return from_descriptor(number);
    }
    let first = typed("New passphrase: ")?;
    if first.expose() != typed("Once more: ")?.expose() {
        return Err(Failure::Usage("the two passphrases differ".to_owned()));
    }
    Ok(first)
}

fn typed(question: &str) -> Result<Secret<String>, Failure> {
    prompt(question)?.ok_or_else(|| Failure::Usage("there is no terminal to ask on".to_owned()))
}
