//! `cloister retention`: how long data are kept, and what holds keep.

use cloister_app::{HoldListDto, NewHoldDto, RetentionChangeDto, RetentionListDto};

use super::{Bench, Exit, Failure, Need, Purpose};

#[derive(clap::Subcommand)]
pub(crate) enum RetentionCommand {
    /// List how long each class of data is kept
    List,
    /// Choose how long a class is kept
    Set {
        /// The class, as in the list
        class: String,
        /// Whole hours; the list says which can be chosen
        hours: u64,
    },
    /// List legal holds
    Holds,
    /// Place a legal hold, which purge and erasure respect
    Hold(HoldArguments),
    /// Release a legal hold before its end
    Release {
        /// The hold
        id: String,
    },
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
pub(crate) struct HoldArguments {
    /// Of this account's owner
    #[arg(long, value_name = "ID", conflicts_with = "pseudonym")]
    account: Option<String>,
    /// Of the person with this pseudonym
    #[arg(long, value_name = "ID")]
    pseudonym: Option<String>,
    /// Of this class alone
    #[arg(long)]
    class: Option<String>,
    /// Why: a code such as a case number
    #[arg(long, value_name = "CODE", required = true)]
    reason: String,
    /// When it ends, as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", required = true)]
    until: String,
}

pub(crate) async fn run(bench: &Bench<'_>, command: RetentionCommand) -> Result<Exit, Failure> {
    match command {
        RetentionCommand::List => {
            let list = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.get("/api/retention").await
                })
                .await?;
            print_periods(bench, &list)
        }
        RetentionCommand::Set { class, hours } => {
            let change = RetentionChangeDto { period_hours: hours };
            let path = format!("/api/retention/{class}");
            let list = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.patch(&path, &change).await
                })
                .await?;
            print_periods(bench, &list)
        }
        RetentionCommand::Holds => {
            let list = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.get("/api/retention/holds").await
                })
                .await?;
            print_holds(bench, &list)
        }
        RetentionCommand::Hold(arguments) => {
            let HoldArguments { account, pseudonym, class, reason, until } = arguments;
            let hold = NewHoldDto { account, pseudonym, class, reason, until };
            let list = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.post("/api/retention/holds", &hold).await
                })
                .await?;
            print_holds(bench, &list)
        }
        RetentionCommand::Release { id } => {
            let path = format!("/api/retention/holds/{id}");
            let list = bench
                .act(Purpose::Manage, Need::Someone, async |client| client.delete(&path).await)
                .await?;
            print_holds(bench, &list)
        }
    }
}

fn print_periods(bench: &Bench<'_>, list: &RetentionListDto) -> Result<Exit, Failure> {
    for kept in &list.items {
        if bench.output.is_json() {
            bench.output.json(kept)?;
            continue;
        }
        bench.output.line(&format!(
            "{:<16} {:>7} h  ({} to {} h, {} unless chosen)  {}",
            kept.class,
            kept.period_hours,
            kept.floor_hours,
            kept.ceiling_hours,
            kept.default_hours,
            kept.what
        ))?;
    }
    Ok(Exit::Done)
}

fn print_holds(bench: &Bench<'_>, list: &HoldListDto) -> Result<Exit, Failure> {
    for hold in &list.items {
        if bench.output.is_json() {
            bench.output.json(hold)?;
            continue;
        }
        let state = if hold.active { "active" } else { "over" };
        let person = hold.pseudonym.as_deref().unwrap_or("everybody");
        let class = hold.class.as_deref().unwrap_or("everything");
        bench.output.line(&format!(
            "{}  {state}  {person}  {class}  {}  until {}",
            hold.id, hold.reason, hold.until
        ))?;
    }
    Ok(Exit::Done)
}
