//! `cloister init`: make a vault.

use cloister_app::{App, FirstKey, Pack};

use cloister_types::Secret;
use serde_json::{Value, json};

use super::{Bench, Exit, Failure, Need, Purpose, key::new_passphrase};

#[derive(clap::Args)]
pub(crate) struct InitArguments {
    /// The knowledge to start with: manga, a sample shop; or none
    #[arg(long, value_name = "NAME", default_value = "manga")]
    pack: String,
    /// What is to unlock the vault; a passphrase comes by --unlock-fd or from the terminal
    #[arg(long, value_enum, value_name = "KIND", default_value = "keyfile")]
    unlock: FirstUnlock,
    /// Make the first administrator; the password comes by --password-stdin or from the terminal
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,
}

#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum FirstUnlock {
    /// A key in the configuration folder
    Keyfile,
    /// A passphrase, typed at every start
    Passphrase,
    /// A key in the desktop's keyring
    Keyring,
}

pub(crate) async fn run(bench: &Bench<'_>, arguments: &InitArguments) -> Result<Exit, Failure> {
    let pack = Pack::named(&arguments.pack).ok_or_else(|| {
        Failure::Usage(format!("there is no pack called {:?}; use manga or none", arguments.pack))
    })?;
    let options = bench.folders.options(pack, bench.limits.clone())?;
    let first = match arguments.unlock {
        FirstUnlock::Keyfile => FirstKey::KeyFile,
        FirstUnlock::Keyring => FirstKey::Keyring,
        FirstUnlock::Passphrase => FirstKey::Passphrase(new_passphrase(bench.identity.unlock_fd)?),
    };
    let password =
        arguments.admin.as_deref().map(|name| bench.identity.password(name)).transpose()?;
    if let Some((name, password)) = arguments.admin.as_deref().zip(password.as_ref()) {
        App::judge_administrator(name, password)?;
    }
    let entries = App::init(&options, first).await?;
    if let Some((name, password)) = arguments.admin.as_deref().zip(password) {
        make_administrator(bench, name, &password).await?;
    }
    let folder = bench.folders.data.display();
    let keys = bench.folders.config.join("keys");
    if bench.output.is_json() {
        let made = serde_json::json!({
            "data_dir": bench.folders.data, "keys": keys, "entries": entries,
        });
        bench.output.json(&made)?;
    } else {
        bench.output.line(&format!("Made a vault in {folder} with {entries} entries."))?;
        let kept = match arguments.unlock {
            FirstUnlock::Keyfile => format!("Its key lies in {}.", keys.display()),
            FirstUnlock::Passphrase => "Its passphrase is kept nowhere.".to_owned(),
            FirstUnlock::Keyring => "Its key lies in the keyring of this desktop.".to_owned(),
        };
        bench.output.note(&format!(
            "{kept} Print a recovery code with `cloister key recovery new`: without a key nobody \
             can open the vault."
        ))?;
    }
    Ok(Exit::Done)
}

/// Makes the first administrator, as the operator who made the vault.
async fn make_administrator(
    bench: &Bench<'_>,
    name: &str,
    password: &Secret<String>,
) -> Result<(), Failure> {
    let form = json!({ "name": name, "roles": ["admin"], "password": password.expose() });
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post::<Value>("/api/accounts", &form).await.map(drop)
        })
        .await
}
