//! `cloister destination`: where copies of backups and checkpoints go.

use std::path::PathBuf;

use cloister_app::DestinationsDto;
use serde_json::json;

use super::{Bench, Exit, Failure, Need, Purpose, query::escaped};

#[derive(clap::Subcommand)]
pub(crate) enum DestinationCommand {
    /// List the places
    List,
    /// Add a place, or move the one of that name
    Add {
        /// A name for it: lower-case letters, digits, hyphens
        name: String,
        /// The folder, such as a mounted share or a second disk
        folder: PathBuf,
    },
    /// Remove a place; what was copied there stays
    Remove {
        /// Its name
        name: String,
    },
}

pub(crate) async fn run(bench: &Bench<'_>, command: &DestinationCommand) -> Result<Exit, Failure> {
    let known: DestinationsDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| match command {
            DestinationCommand::List => client.get("/api/destinations").await,
            DestinationCommand::Add { name, folder } => {
                let folder = std::path::absolute(folder)?;
                let place = json!({ "name": name, "folder": folder });
                client.post("/api/destinations", &place).await
            }
            DestinationCommand::Remove { name } => {
                client.delete(&format!("/api/destinations/{}", escaped(name))).await
            }
        })
        .await?;
    for destination in &known.items {
        if bench.output.is_json() {
            bench.output.json(destination)?;
        } else {
            bench.output.line(&format!("{:32}  {}", destination.name, destination.folder))?;
        }
    }
    if known.restart_needed {
        bench.output.note(
            "This takes effect when Cloister starts again: it may write only where it said so \
             before it was confined.",
        )?;
    }
    Ok(Exit::Done)
}
