//! `cloister purge`: retention now.

use cloister_app::{ClockDto, PurgeDto, PurgeRequestDto};
use serde_json::json;

use super::{Bench, Exit, Failure, Need, Purpose};

#[derive(clap::Args)]
pub(crate) struct PurgeArguments {
    /// Only say what is due
    #[arg(long)]
    dry_run: bool,
    /// First say that the time of day is right, after the clock jumped
    #[arg(long)]
    confirm_clock: bool,
}

pub(crate) async fn run(bench: &Bench<'_>, arguments: &PurgeArguments) -> Result<Exit, Failure> {
    let request = PurgeRequestDto { dry_run: arguments.dry_run };
    let purged: PurgeDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            if arguments.confirm_clock {
                let clock: ClockDto = client.post("/api/clock/confirm", &json!({})).await?;
                bench.output.note(&format!("The clock is trusted at {}.", clock.now))?;
            }
            client.post("/api/retention/purge", &request).await
        })
        .await?;
    if !bench.output.is_json() && purged.items.is_empty() {
        bench.output.line("Nothing is due.")?;
    }
    for item in &purged.items {
        if bench.output.is_json() {
            bench.output.json(item)?;
        } else {
            let done = if purged.dry_run { "due" } else { "deleted" };
            bench.output.line(&format!("{:<18} {:>9} {done}", item.what, item.rows))?;
        }
    }
    Ok(Exit::Done)
}
