//! `cloister privacy`: a person's rights over their data.

use std::{
    fs::File,
    io::{self, BufReader, IsTerminal, Write},
    path::{Path, PathBuf},
};

use cloister_app::{
    ConsentListDto, CorrectionDecisionDto, CorrectionFieldDto, CorrectionListDto,
    CorrectionVerdictDto, ErasureReceiptDto, ErasureRequestDto, ErasureTokenDto, ErrorCode,
    ExportRequestDto, NewConsentDto, NewCorrectionDto, NewNoticeDto, NoticeDto,
    ProcessingRecordDto, StandingDto, open_archive,
};
use cloister_types::Secret;
use futures_util::StreamExt;
use http::Method;
use serde_json::{Value, json};

use super::{
    Bench, Exit, Failure, Need, Purpose,
    client::Client,
    identity::{Identity, from_descriptor, prompt},
    output::Output,
};

#[derive(clap::Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Print the privacy notice, or publish a new version
    Notice {
        /// Publish the text of this file
        #[arg(long, value_name = "FILE")]
        publish: Option<PathBuf>,
        /// Ask everybody who consented again
        #[arg(long, requires = "publish")]
        ask_again: bool,
    },
    /// Say what your data are processed for and on which ground; give or withdraw consent
    Consents {
        /// Consent to this purpose, or take an objection back
        #[arg(long, value_name = "PURPOSE")]
        give: Option<String>,
        /// Withdraw the consent to this purpose, or object to it
        #[arg(long, value_name = "PURPOSE", conflicts_with = "give")]
        withdraw: Option<String>,
    },
    /// Choose the lawful basis for a purpose
    Basis {
        /// The purpose
        purpose: String,
        /// `consent`, `contract`, `public_task` or `legitimate_interests`
        basis: String,
    },
    /// Write everything that is held about you, sealed with a passphrase, to standard output
    Export {
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Read a sealed export; needs no vault
    Open(OpenArguments),
    /// Erase your account with everything about you
    Erase(EraseArguments),
    /// Confirm somebody's wish to be erased, and print the token for them
    Confirm {
        /// The account
        id: String,
    },
    /// Keep your data and stop processing them
    Restrict {
        /// Somebody else's account
        id: Option<String>,
        /// Process them again
        #[arg(long)]
        lift: bool,
    },
    /// Ask for a correction of your data
    Correct {
        /// `name` or `attributes`
        #[arg(value_parser = field)]
        field: CorrectionFieldDto,
    },
    /// List corrections that were asked for, or decide one
    Corrections {
        /// Everybody's
        #[arg(long)]
        all: bool,
        /// The data were corrected
        #[arg(long, value_name = "NUMBER")]
        done: Option<i64>,
        /// The data were right
        #[arg(long, value_name = "NUMBER", conflicts_with = "done")]
        declined: Option<i64>,
    },
    /// Print the record of processing activities
    Record,
}

/// Where a passphrase comes from.
#[derive(clap::Args)]
pub(crate) struct Passphrase {
    /// Read the passphrase of the archive from file descriptor N
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

#[derive(clap::Args)]
pub(crate) struct OpenArguments {
    /// The sealed export
    file: PathBuf,
    /// Print the page for people instead of the data for programs
    #[arg(long)]
    page: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

#[derive(clap::Args)]
pub(crate) struct EraseArguments {
    /// The account that a token is for [default: your own]
    id: Option<String>,
    /// Read the token that an administrator gave you from file descriptor N
    #[arg(long, value_name = "N")]
    token_fd: Option<u32>,
    /// Erase what no legal hold keeps, where one keeps some of it
    #[arg(long)]
    what_is_not_held: bool,
}

pub(crate) async fn run(bench: &Bench<'_>, command: PrivacyCommand) -> Result<Exit, Failure> {
    match command {
        PrivacyCommand::Notice { publish, ask_again } => {
            notice(bench, publish.as_deref(), ask_again).await
        }
        PrivacyCommand::Consents { give, withdraw } => consents(bench, give, withdraw).await,
        PrivacyCommand::Basis { purpose, basis } => {
            let path = format!("/api/privacy/purposes/{purpose}");
            let body = json!({ "basis": basis });
            let list = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.ask(Method::PUT, &path, Some(body)).await
                })
                .await?;
            print_consents(bench, &list)
        }
        PrivacyCommand::Export { passphrase } => export(bench, &passphrase).await,
        PrivacyCommand::Open(arguments) => open_offline(&arguments, bench.output),
        PrivacyCommand::Erase(arguments) => erase(bench, &arguments).await,
        PrivacyCommand::Confirm { id } => confirm(bench, &id).await,
        PrivacyCommand::Restrict { id, lift } => {
            let path = format!("/user_data/{}/restriction", id.as_deref().unwrap_or("me"));
            let method = if lift { Method::DELETE } else { Method::PUT };
            bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.ask::<Value>(method, &path, None).await
                })
                .await?;
            Ok(Exit::Done)
        }
        PrivacyCommand::Correct { field } => correct(bench, field).await,
        PrivacyCommand::Corrections { all, done, declined } => {
            corrections(bench, all, done, declined).await
        }
        PrivacyCommand::Record => record(bench).await,
    }
}

async fn notice(
    bench: &Bench<'_>,
    publish: Option<&Path>,
    ask_again: bool,
) -> Result<Exit, Failure> {
    let notice: NoticeDto = match publish {
        None => {
            bench
                .act(Purpose::Manage, Need::Anyone, async |client| {
                    client.get("/api/privacy/notice").await
                })
                .await?
        }
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
            let new = NewNoticeDto { text, ask_again };
            bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.post("/api/privacy/notice", &new).await
                })
                .await?
        }
    };
    if bench.output.is_json() {
        bench.output.json(&notice)?;
    } else {
        bench.output.line(&notice.text)?;
        bench.output.note(&format!("Version {}, {}", notice.version, notice.published_at))?;
    }
    Ok(Exit::Done)
}

async fn consents(
    bench: &Bench<'_>,
    give: Option<String>,
    withdraw: Option<String>,
) -> Result<Exit, Failure> {
    const PATH: &str = "/api/privacy/consents";
    let list = bench
        .act(Purpose::Manage, Need::Anyone, async |client| match (give, withdraw) {
            (Some(purpose), _) => {
                let wording = client.get::<NoticeDto>("/api/privacy/notice").await?.version;
                client.post(PATH, &NewConsentDto { purpose, wording }).await
            }
            (None, Some(purpose)) => client.delete(&format!("{PATH}/{purpose}")).await,
            (None, None) => client.get(PATH).await,
        })
        .await?;
    print_consents(bench, &list)
}

fn print_consents(bench: &Bench<'_>, list: &ConsentListDto) -> Result<Exit, Failure> {
    for item in &list.items {
        if bench.output.is_json() {
            bench.output.json(item)?;
            continue;
        }
        let standing = match item.standing {
            StandingDto::Allowed => "processed",
            StandingDto::ConsentRequired => "waits for your consent",
            StandingDto::Objected => "withdrawn",
            StandingDto::Restricted => "restricted",
        };
        let (purpose, basis, what) = (&item.purpose, &item.basis, &item.what);
        bench.output.line(&format!("{purpose:<15} {basis:<21} {standing:<23} {what}"))?;
    }
    Ok(Exit::Done)
}

async fn export(bench: &Bench<'_>, passphrase: &Passphrase) -> Result<Exit, Failure> {
    if io::stdout().is_terminal() {
        let message = "the archive goes to standard output: add > my-data.zip.age";
        return Err(Failure::Usage(message.to_owned()));
    }
    let chosen = passphrase.chosen()?;
    let body = json!(ExportRequestDto { passphrase: chosen.expose().clone() });
    bench
        .act(Purpose::Manage, Need::Anyone, async |client| {
            let pieces = client.download(Method::POST, "/user_data/export", Some(body)).await?;
            let mut pieces = Box::pin(pieces);
            let mut out = io::stdout().lock();
            while let Some(piece) = pieces.next().await {
                out.write_all(&piece?)?;
            }
            Ok(out.flush()?)
        })
        .await?;
    Ok(Exit::Done)
}

impl Passphrase {
    /// A passphrase that exists.
    fn given(&self) -> Result<Secret<String>, Failure> {
        match self.passphrase_fd {
            Some(number) => from_descriptor(number),
            None => prompt("Passphrase of the archive: ")?.ok_or_else(no_terminal),
        }
    }

    /// A new passphrase, which on a terminal is typed twice.
    fn chosen(&self) -> Result<Secret<String>, Failure> {
        let first = self.given()?;
        if self.passphrase_fd.is_none() {
            let second = prompt("Once more: ")?.ok_or_else(no_terminal)?;
            if first.expose() != second.expose() {
                return Err(Failure::Usage("the two passphrases differ".to_owned()));
            }
        }
        Ok(first)
    }
}

/// Opens an export, with no vault at hand.
pub(crate) fn open_offline(arguments: &OpenArguments, output: &Output) -> Result<Exit, Failure> {
    let file = &arguments.file;
    let sealed = File::open(file).map_err(|error| unreadable(file, &error))?;
    let opened = open_archive(BufReader::new(sealed), &arguments.passphrase.given()?)?;
    let text = if arguments.page { &opened.page } else { &opened.data };
    output.write(text.expose())?;
    Ok(Exit::Done)
}

async fn erase(bench: &Bench<'_>, arguments: &EraseArguments) -> Result<Exit, Failure> {
    let token = arguments.token_fd.map(from_descriptor).transpose()?;
    let request = json!(ErasureRequestDto {
        token: token.as_ref().map(|token| token.expose().clone()),
        what_is_not_held: arguments.what_is_not_held,
    });
    let need = if token.is_some() { Need::Anyone } else { Need::Someone };
    let path = format!("/user_data/{}", arguments.id.as_deref().unwrap_or("me"));
    let receipt: ErasureReceiptDto = bench
        .act(Purpose::Manage, need, async |client| {
            let asked = client.ask(Method::DELETE, &path, Some(request.clone())).await;
            match asked {
                Err(Failure::App(error))
                    if error.code == ErrorCode::MfaRequired && token.is_none() =>
                {
                    if !elevate(&bench.identity, client).await? {
                        return Err(error.into());
                    }
                    client.ask(Method::DELETE, &path, Some(request)).await
                }
                answered => answered,
            }
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&receipt)?;
        return Ok(Exit::Done);
    }
    bench.output.line(&format!("Receipt {}, {}", receipt.receipt, receipt.erased_at))?;
    bench.output.line(&format!(
        "{} conversations with {} turns, {} message logs and {} ratings are gone.",
        receipt.conversations, receipt.turns, receipt.message_logs, receipt.feedback
    ))?;
    for held in &receipt.held {
        bench.output.line(&format!("A legal hold keeps {} until {}.", held.class, held.until))?;
    }
    Ok(Exit::Done)
}

/// Shows the second factor, where there is a code to show.
async fn elevate(identity: &Identity, client: &mut Client) -> Result<bool, Failure> {
    let Some(code) = identity.code()? else { return Ok(false) };
    client.post::<Value>("/api/session/elevate", &json!({ "code": code.expose() })).await?;
    Ok(true)
}

async fn confirm(bench: &Bench<'_>, id: &str) -> Result<Exit, Failure> {
    let path = format!("/user_data/{id}/erase-request");
    let token: ErasureTokenDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| client.post(&path, &json!({})).await)
        .await?;
    if bench.output.is_json() {
        bench.output.json(&token)?;
    } else {
        bench.output.line(&token.token)?;
        bench.output.note(&format!(
            "Hand this to the person. It works once, until {}: cloister privacy erase {id} \
             --token-fd N",
            token.expires_at
        ))?;
    }
    Ok(Exit::Done)
}

/// What is wanted comes from standard input, since a command line is seen by others.
async fn correct(bench: &Bench<'_>, field: CorrectionFieldDto) -> Result<Exit, Failure> {
    if io::stdin().is_terminal() {
        bench.output.note("What should it be? One line:")?;
    }
    let mut wanted = String::new();
    io::stdin().read_line(&mut wanted)?;
    let request = NewCorrectionDto { field, wanted: wanted.trim().to_owned() };
    let list = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/privacy/corrections", &request).await
        })
        .await?;
    print_corrections(bench, &list)
}

async fn corrections(
    bench: &Bench<'_>,
    all: bool,
    done: Option<i64>,
    declined: Option<i64>,
) -> Result<Exit, Failure> {
    let decided = done
        .map(|id| (id, CorrectionDecisionDto::Done))
        .or(declined.map(|id| (id, CorrectionDecisionDto::Declined)));
    let list = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            if let Some((id, decision)) = decided {
                let path = format!("/api/corrections/{id}");
                client.post::<Value>(&path, &CorrectionVerdictDto { decision }).await?;
            }
            let path = if all || decided.is_some() {
                "/api/corrections"
            } else {
                "/api/privacy/corrections"
            };
            client.get(path).await
        })
        .await?;
    print_corrections(bench, &list)
}

fn print_corrections(bench: &Bench<'_>, list: &CorrectionListDto) -> Result<Exit, Failure> {
    for item in &list.items {
        if bench.output.is_json() {
            bench.output.json(item)?;
            continue;
        }
        let state = match item.decision {
            None => item.wanted.as_deref().unwrap_or_default(),
            Some(CorrectionDecisionDto::Done) => "(done)",
            Some(CorrectionDecisionDto::Declined) => "(declined)",
        };
        let field = match item.field {
            CorrectionFieldDto::Name => "name",
            CorrectionFieldDto::Attributes => "attributes",
        };
        let (id, at, account) = (item.id, &item.at, &item.account);
        bench.output.line(&format!("{id}  {at}  {account}  {field}  {state}"))?;
    }
    Ok(Exit::Done)
}

async fn record(bench: &Bench<'_>) -> Result<Exit, Failure> {
    let record: ProcessingRecordDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.get("/api/compliance/processing-record").await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&record)?;
        return Ok(Exit::Done);
    }
    let out = bench.output;
    out.line(&format!("{}, {} (Cloister {})", record.site, record.made_at, record.version))?;
    for purpose in &record.purposes {
        out.line(&format!("Purpose: {}, on the ground of {}", purpose.what, purpose.basis))?;
    }
    for class in &record.classes {
        out.line(&format!("Kept {} h: {} ({})", class.period_hours, class.what, class.identity))?;
    }
    for recipient in &record.recipients {
        out.line(&format!("Recipients: {recipient}"))?;
    }
    for measure in &record.measures {
        out.line(&format!("Measure: {} ({})", measure.title, measure.state))?;
    }
    Ok(Exit::Done)
}

fn field(name: &str) -> Result<CorrectionFieldDto, String> {
    match name {
        "name" => Ok(CorrectionFieldDto::Name),
        "attributes" => Ok(CorrectionFieldDto::Attributes),
        _ => Err("name or attributes can be corrected".to_owned()),
    }
}

fn no_terminal() -> Failure {
    Failure::Usage("there is no terminal to ask on: use --passphrase-fd".to_owned())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{} cannot be read: {error}", path.display()))
}
