//! `cloister audit`: verify, list, export, checkpoint.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

use cloister_app::{
    AuditPageDto, AuditPeriodDto, AuditQueryDto, AuditVerificationDto, CheckpointDto,
    CheckpointsDto, verify_audit_export,
};
use futures_util::StreamExt;
use http::Method;
use serde_json::json;

use super::{Bench, Exit, Failure, Need, Purpose, client::Client, output::Output, query::query};

/// Largest file of checkpoints that is read, in bytes.
const MOST_BYTES: u64 = 16 << 20;

#[derive(clap::Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that nobody changed the log; needs no account
    Verify(VerifyArguments),
    /// List records, the newest first
    List(ListArguments),
    /// Write the log as JSON Lines in the shape of OCSF
    Export {
        /// Not older than this, as 2026-01-31T08:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Older than this
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
    /// Sign the head of the log, to be kept elsewhere
    Checkpoint {
        /// List the checkpoints there are, and where copies of them went
        #[arg(long)]
        list: bool,
        /// Print short lines with checks, for paper
        #[arg(long, conflicts_with = "list")]
        print: bool,
    },
}

#[derive(clap::Args)]
pub(crate) struct VerifyArguments {
    /// Checkpoints that were kept elsewhere, which the log must pass through
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// An exported log, to be verified instead of the vault's; needs no vault
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
}

impl VerifyArguments {
    /// Whether this is done without a vault.
    pub(crate) const fn is_offline(&self) -> bool {
        self.export.is_some()
    }
}

#[derive(clap::Args)]
pub(crate) struct ListArguments {
    /// About this event alone, such as `signed_in`
    #[arg(long)]
    event: Option<String>,
    /// Not older than this, as 2026-01-31T08:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Older than this
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// About the person with this pseudonym alone
    #[arg(long, value_name = "ID")]
    pseudonym: Option<String>,
    /// About this turn alone
    #[arg(long, value_name = "ID")]
    turn: Option<String>,
    /// Before the record with this number
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    /// At most so many, up to 500
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

pub(crate) async fn run(bench: &Bench<'_>, command: &AuditCommand) -> Result<Exit, Failure> {
    match command {
        AuditCommand::Verify(arguments) => verify(bench, arguments).await,
        AuditCommand::List(arguments) => list(bench, arguments).await,
        AuditCommand::Export { since, until } => {
            let period = AuditPeriodDto { since: since.clone(), until: until.clone() };
            export(bench, &period).await
        }
        AuditCommand::Checkpoint { list: true, .. } => checkpoints(bench).await,
        AuditCommand::Checkpoint { print, .. } => sign(bench, *print).await,
    }
}

/// Verifies an exported log, with no vault at hand.
pub(crate) fn verify_offline(
    arguments: &VerifyArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let kept = kept(arguments.checkpoint.as_deref())?;
    let Some(path) = &arguments.export else {
        return Err(Failure::Usage("name the exported log with --export".to_owned()));
    };
    let export = File::open(path).map_err(|error| unreadable(path, &error))?;
    let seen = verify_audit_export(BufReader::new(export), kept.as_deref().unwrap_or_default())?;
    report(&seen, kept.is_some(), output)
}

async fn verify(bench: &Bench<'_>, arguments: &VerifyArguments) -> Result<Exit, Failure> {
    let kept = kept(arguments.checkpoint.as_deref())?;
    let evidence = json!({ "checkpoints": kept });
    let mut client = Client::connect(bench, Purpose::Manage).await?;
    let seen = client.post("/api/audit/verify", &evidence).await;
    client.close().await;
    report(&seen?, kept.is_some(), bench.output)
}

fn report(seen: &AuditVerificationDto, compared: bool, output: &Output) -> Result<Exit, Failure> {
    let exit = if seen.holds { Exit::Done } else { Exit::Refused };
    if output.is_json() {
        output.json(seen)?;
        return Ok(exit);
    }
    if let Some(finding) = &seen.finding {
        let place = finding.seq.map_or_else(String::new, |seq| format!("Record {seq}: "));
        output.line(&format!("{}{}", output.styled("1;31", &place), finding.message))?;
        return Ok(exit);
    }
    output.line(&format!(
        "{} records hold, {} to {}. Head {}",
        seen.records, seen.first_seq, seen.last_seq, seen.head
    ))?;
    if compared {
        output.line(&format!("The log passes through {} given checkpoints.", seen.matched))?;
    }
    if seen.before_log > 0 {
        output.note(&format!(
            "{} given checkpoints are of older records, which are not in this log.",
            seen.before_log
        ))?;
    }
    if !seen.codes_checked {
        output.note("The codes of the records can be checked only where the vault is.")?;
    }
    if seen.matched == 0 {
        output.note(
            "No checkpoint from elsewhere was compared: whoever holds the root key could have \
             rewritten all of it. Give one with --checkpoint.",
        )?;
    }
    Ok(exit)
}

async fn list(bench: &Bench<'_>, arguments: &ListArguments) -> Result<Exit, Failure> {
    let wanted = AuditQueryDto {
        event: arguments.event.clone(),
        since: arguments.since.clone(),
        until: arguments.until.clone(),
        pseudonym: arguments.pseudonym.clone(),
        turn: arguments.turn.clone(),
        before: arguments.before,
        limit: Some(arguments.limit),
    };
    let path = format!("/api/audit{}", query(&wanted)?);
    let page: AuditPageDto =
        bench.act(Purpose::Manage, Need::Someone, async |client| client.get(&path).await).await?;
    for record in &page.items {
        if bench.output.is_json() {
            bench.output.json(record)?;
            continue;
        }
        let who = record.pseudonym.as_deref().unwrap_or("-");
        bench.output.line(&format!(
            "{:>8}  {:24}  {:22}  {who:32}  {}",
            record.seq, record.at, record.event, record.body
        ))?;
    }
    if !bench.output.is_json() {
        bench.output.note(&format!("Audit identity of this vault: {}", page.identity))?;
        if let Some(next) = page.next {
            bench.output.note(&format!("There is more: add --before {next}"))?;
        }
    }
    Ok(Exit::Done)
}

async fn export(bench: &Bench<'_>, period: &AuditPeriodDto) -> Result<Exit, Failure> {
    let path = format!("/api/audit/export{}", query(period)?);
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            let mut pieces = Box::pin(client.download(Method::GET, &path, None).await?);
            let mut out = io::stdout().lock();
            while let Some(piece) = pieces.next().await {
                out.write_all(&piece?)?;
            }
            Ok(out.flush()?)
        })
        .await?;
    Ok(Exit::Done)
}

async fn sign(bench: &Bench<'_>, print: bool) -> Result<Exit, Failure> {
    let signed: CheckpointDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/audit/checkpoints", &json!({})).await
        })
        .await?;
    if print {
        bench.output.write(&signed.paper)?;
    } else {
        // The line itself is JSON, for people and programs alike: it goes into a file.
        bench.output.line(&signed.line)?;
    }
    bench.output.note(&format!(
        "Keep this away from the machine. For a second signature, sign this line, its end \
         included, with Ed25519: {}",
        signed.to_countersign.trim_end()
    ))?;
    Ok(Exit::Done)
}

async fn checkpoints(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let known: CheckpointsDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.get("/api/audit/checkpoints").await
        })
        .await?;
    for checkpoint in &known.items {
        if bench.output.is_json() {
            bench.output.line(&checkpoint.line)?;
        } else {
            bench.output.line(&format!(
                "{:>6}  record {:>8}  {:24}  {}",
                checkpoint.number, checkpoint.seq, checkpoint.at, checkpoint.head
            ))?;
        }
    }
    for copy in &known.copies {
        bench.output.note(&format!(
            "{} has the checkpoints up to {}, copied {}",
            copy.destination, copy.number, copy.at
        ))?;
    }
    if known.copies.is_empty() {
        bench.output.note("No checkpoint is kept elsewhere: see cloister destination add.")?;
    }
    Ok(Exit::Done)
}

fn kept(path: Option<&Path>) -> Result<Option<String>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let read = || {
        let file = File::open(path)?;
        let mut text = String::new();
        io::Read::read_to_string(&mut io::Read::take(file, MOST_BYTES), &mut text)?;
        Ok(text)
    };
    read().map(Some).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{} cannot be read: {error}", path.display()))
}
