//! `cloister backup`: make, verify, try and restore backups.

use std::path::{Path, PathBuf};

use cloister_app::{
    BackupDto, BackupScheduleDto, BackupsDto, DrillDto, Pack, RestoreRequest, Unlock,
    restore_backup,
};
use serde_json::{Value, json};

use super::{
    Bench, Exit, Failure, Need, Purpose,
    identity::{from_descriptor, prompt},
    output::Output,
};

#[derive(clap::Subcommand)]
pub(crate) enum BackupCommand {
    /// Make and verify a backup, while the appliance is in use
    Create {
        /// The name of a destination, or a folder [default: every destination]
        dest: Option<String>,
    },
    /// List the backups in every destination
    List,
    /// Check a backup to the last byte, without restoring it
    Verify {
        /// The backup: a path, or its name in a destination
        file: PathBuf,
    },
    /// Restore a backup to a new folder, with the passphrase or recovery code of its vault
    ///
    /// What opens it comes by --unlock-fd or from the terminal; without either, the key file and
    /// what else needs nobody are tried. People who were erased since the backup are erased again.
    Restore(RestoreArguments),
    /// Restore a backup for trial, check all of it, and wipe it again
    Drill {
        /// The backup: a path, or its name in a destination
        file: PathBuf,
        /// Open it by the passphrase or recovery code on file descriptor N, to try that too
        #[arg(long, value_name = "N")]
        passphrase_fd: Option<u32>,
    },
    /// Take the audit log of this restored vault for the right one
    ///
    /// Needed where it was restored beside the vault that it is a copy of, once that one is gone.
    Accept,
    /// Say when backups are made, and how many stay in each destination
    Schedule {
        /// Make one every so many hours; 0 for never
        #[arg(long, value_name = "HOURS")]
        every: Option<u64>,
        /// Keep the newest of each of so many days
        #[arg(long, value_name = "DAYS")]
        daily: Option<u64>,
        /// Keep the newest of each of so many weeks
        #[arg(long, value_name = "WEEKS")]
        weekly: Option<u64>,
    },
}

#[derive(clap::Args)]
pub(crate) struct RestoreArguments {
    /// The backup
    file: PathBuf,
    /// The folder that the vault goes to; new or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Restore although nobody can tell who was erased since the backup
    #[arg(long)]
    without_tombstones: bool,
}

impl BackupCommand {
    /// The folder outside the program's own that this command writes to, made where it is a restore.
    pub(crate) fn writes_to(&self) -> std::io::Result<Option<PathBuf>> {
        match self {
            Self::Create { dest: Some(dest) } if is_path(dest) => {
                let folder = std::path::absolute(dest)?;
                Ok(folder.is_dir().then_some(folder))
            }
            Self::Restore(arguments) => {
                use std::os::unix::fs::DirBuilderExt;
                let folder = std::path::absolute(&arguments.to)?;
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
                Ok(Some(folder))
            }
            Self::Create { .. }
            | Self::List
            | Self::Verify { .. }
            | Self::Drill { .. }
            | Self::Accept
            | Self::Schedule { .. } => Ok(None),
        }
    }
}

pub(crate) async fn run(bench: &Bench<'_>, command: &BackupCommand) -> Result<Exit, Failure> {
    match command {
        BackupCommand::Create { dest } => create(bench, dest.as_deref()).await,
        BackupCommand::List => list(bench).await,
        BackupCommand::Verify { file } => verify(bench, file).await,
        BackupCommand::Restore(arguments) => restore(bench, arguments).await,
        BackupCommand::Drill { file, passphrase_fd } => drill(bench, file, *passphrase_fd).await,
        BackupCommand::Accept => accept(bench).await,
        BackupCommand::Schedule { every, daily, weekly } => {
            schedule(bench, (*every, *daily, *weekly)).await
        }
    }
}

async fn create(bench: &Bench<'_>, dest: Option<&str>) -> Result<Exit, Failure> {
    let request = match dest {
        Some(dest) if is_path(dest) => json!({ "folder": std::path::absolute(dest)? }),
        Some(dest) => json!({ "destination": dest }),
        None => json!({}),
    };
    let made: BackupsDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/backups", &request).await
        })
        .await?;
    show(&made.items, bench.output)?;
    if made.beside_vault && dest.is_none() {
        bench.output.note(
            "This lies beside the vault, and is lost with its disk. Name another place with \
             `cloister destination add`.",
        )?;
    }
    Ok(Exit::Done)
}

async fn list(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let known: BackupsDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| client.get("/api/backups").await)
        .await?;
    show(&known.items, bench.output)?;
    if !bench.output.is_json() {
        let said = |at: &Option<String>| at.clone().unwrap_or_else(|| "never".to_owned());
        bench.output.note(&format!(
            "Last made: {}. Last restored for trial: {}.",
            said(&known.made_at),
            said(&known.drilled_at)
        ))?;
    }
    Ok(Exit::Done)
}

async fn verify(bench: &Bench<'_>, file: &Path) -> Result<Exit, Failure> {
    let request = json!({ "file": named(file)? });
    let seen: BackupDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/backups/verify", &request).await
        })
        .await?;
    show(&[seen], bench.output)?;
    if !bench.output.is_json() {
        bench.output.note("Every page of it holds, and its audit log has the signed head.")?;
    }
    Ok(Exit::Done)
}

async fn accept(bench: &Bench<'_>) -> Result<Exit, Failure> {
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post::<Value>("/api/backups/accept", &json!({})).await
        })
        .await?;
    bench.output.note("From here on, the audit log of this vault is the right one.")?;
    Ok(Exit::Done)
}

async fn drill(
    bench: &Bench<'_>,
    file: &Path,
    passphrase_fd: Option<u32>,
) -> Result<Exit, Failure> {
    let unlock = match passphrase_fd {
        Some(number) => as_json(&Unlock::typed(from_descriptor(number)?)),
        None => Value::Null,
    };
    let request = json!({ "file": named(file)?, "unlock": unlock });
    let seen: DrillDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/backups/drill", &request).await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&seen)?;
        return Ok(Exit::Done);
    }
    bench.output.line(&format!(
        "Restored and wiped again in {} ms: {} accounts, {} conversations, {} turns, {} passages, \
         {} audit records that hold.",
        seen.took_ms,
        seen.accounts,
        seen.conversations,
        seen.turns,
        seen.passages,
        seen.audit_records
    ))?;
    match seen.erased {
        Some(erased) => bench.output.note(&format!("{erased} people were erased again."))?,
        None => bench
            .output
            .note("The file tombstones.jsonl is not beside the backup: a restore would refuse.")?,
    }
    Ok(Exit::Done)
}

async fn restore(bench: &Bench<'_>, arguments: &RestoreArguments) -> Result<Exit, Failure> {
    let options = bench.folders.options(Pack::None, bench.limits.clone())?;
    let unlock = match bench.identity.unlock_fd {
        Some(number) => Unlock::typed(from_descriptor(number)?),
        None => match prompt("Passphrase or recovery code [none: the key file]: ")? {
            Some(typed) if !typed.expose().is_empty() => Unlock::typed(typed),
            Some(_) | None => Unlock::Automatic,
        },
    };
    let to = std::path::absolute(&arguments.to)?;
    let request = RestoreRequest {
        file: &arguments.file,
        to: &to,
        unlock: &unlock,
        without_tombstones: arguments.without_tombstones,
    };
    let restored = restore_backup(&options, request).await?;
    if bench.output.is_json() {
        bench.output.json(&restored)?;
        return Ok(Exit::Done);
    }
    bench.output.line(&format!(
        "Restored the vault of {} to {}; {} sessions were ended.",
        restored.made_at, restored.data_dir, restored.sessions
    ))?;
    match restored.erased {
        Some(erased) => bench.output.note(&format!("{erased} people were erased again."))?,
        None => bench.output.note(
            "Without tombstones, nobody can tell whether people came back who had been erased. \
             `cloister doctor` will say so.",
        )?,
    }
    if !restored.key_file {
        bench.output.note("No key file opens it: unlock it as you did now.")?;
    }
    if restored.live_in_place {
        bench.output.note(
            "The vault that it is a copy of lies here too, and so `audit verify` on the copy says \
             that its log is older than the last signed head. When the other is gone, say \
             `cloister backup accept`.",
        )?;
    }
    Ok(Exit::Done)
}

async fn schedule(
    bench: &Bench<'_>,
    (every, daily, weekly): (Option<u64>, Option<u64>, Option<u64>),
) -> Result<Exit, Failure> {
    let asked_only = every.or(daily).or(weekly).is_none();
    let set: BackupScheduleDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            let known: BackupsDto = client.get("/api/backups").await?;
            if asked_only {
                return Ok(known.schedule);
            }
            let wanted = BackupScheduleDto {
                every_hours: every.unwrap_or(known.schedule.every_hours),
                daily: daily.unwrap_or(known.schedule.daily),
                weekly: weekly.unwrap_or(known.schedule.weekly),
            };
            client.put("/api/backups/schedule", &wanted).await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&set)?;
        return Ok(Exit::Done);
    }
    let when = match set.every_hours {
        0 => "Never by itself".to_owned(),
        hours => format!("Every {hours} hours, to every destination"),
    };
    bench.output.line(&format!(
        "{when}. The newest of each of {} days and {} weeks stays.",
        set.daily, set.weekly
    ))?;
    Ok(Exit::Done)
}

fn show(backups: &[BackupDto], output: &Output) -> Result<(), Failure> {
    for backup in backups {
        if output.is_json() {
            output.json(backup)?;
        } else {
            output.line(&format!(
                "{:24}  {:>12} bytes  {}",
                backup.made_at, backup.bytes, backup.file
            ))?;
        }
    }
    Ok(())
}

/// The appliance may have another working folder, so that a path goes to it from the root on.
fn named(file: &Path) -> std::io::Result<String> {
    let path = if file.exists() { std::path::absolute(file)? } else { file.to_owned() };
    Ok(path.to_string_lossy().into_owned())
}

/// Whether somebody means a folder and not the name of a destination, which has neither.
fn is_path(dest: &str) -> bool {
    dest.contains(['/', '.'])
}

fn as_json(unlock: &Unlock) -> Value {
    match unlock {
        Unlock::Automatic => Value::Null,
        Unlock::Passphrase(typed) => json!({ "passphrase": typed.expose() }),
        Unlock::Recovery(typed) => json!({ "recovery_code": typed.expose() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_from_the_name_of_a_destination() {
        for folder in ["/mnt/disk", "./here", ".", "../up", "a/b"] {
            assert!(is_path(folder), "{folder}");
        }
        assert!(!is_path("second-disk"));
    }
}
