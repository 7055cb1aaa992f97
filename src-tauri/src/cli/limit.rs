//! `cloister limit`: list, set, lift.

use cloister_app::{LimitDto, LimitsDto};
use serde_json::{Value, json};

use super::{Bench, Exit, Failure, Need, Purpose, output::Output};

#[derive(clap::Subcommand)]
pub(crate) enum LimitCommand {
    /// List every limit with its bounds, and who is held back now
    List,
    /// Set a limit; `messages:ROLE` is how many messages a role may send in a minute
    Set {
        /// The limit
        name: String,
        /// Its new value
        value: u64,
    },
    /// Lift what holds a device, an address or a person back
    Lift {
        /// As `limit list` shows it
        peer: String,
    },
}

pub(crate) async fn run(bench: &Bench<'_>, command: LimitCommand) -> Result<Exit, Failure> {
    let output = bench.output;
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            match &command {
                LimitCommand::List => list(&client.get("/api/limits").await?, output)?,
                LimitCommand::Set { name, value } => {
                    let change = json!({ "name": name, "value": value });
                    show(&client.patch("/api/limits", &change).await?, output)?;
                }
                LimitCommand::Lift { peer } => {
                    client.delete::<Value>(&format!("/api/limits/{peer}")).await?;
                }
            }
            Ok(Exit::Done)
        })
        .await
}

fn list(limits: &LimitsDto, output: &Output) -> Result<(), Failure> {
    for limit in &limits.items {
        show(limit, output)?;
    }
    for held in &limits.held {
        if output.is_json() {
            output.json(held)?;
            continue;
        }
        let wait = held.remaining_s.map(|wait| format!(", {wait} s left")).unwrap_or_default();
        output.line(&format!("{}: {}{wait}", held.peer, held.hold))?;
    }
    Ok(())
}

fn show(limit: &LimitDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(limit)?);
    }
    let LimitDto { name, value, lowest, highest } = limit;
    Ok(output.line(&format!("{name:<28}  {value}  ({lowest} to {highest})"))?)
}
