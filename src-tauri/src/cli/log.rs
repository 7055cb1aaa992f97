//! `cloister log`: ask to read message logs, approve that, read under a grant.

use cloister_app::{
    LogRequestDto, LogRequestListDto, LogRequestStateDto, LogSwitchesDto, LoggedTurnDto,
    MessageLogDto, NewLogRequestDto, OutcomeDto,
};
use serde_json::json;

use super::{
    Bench, Exit, Failure, Need, Purpose,
    client::Client,
    output::Output,
    query::{escaped, query},
};

#[derive(clap::Subcommand)]
pub(crate) enum LogCommand {
    /// Ask to read message logs; somebody else has to approve it
    Request(RequestArguments),
    /// List requests and grants
    List,
    /// Approve a request that somebody else made
    Approve {
        /// The request
        id: String,
    },
    /// Reject a request
    Reject {
        /// The request
        id: String,
    },
    /// End a grant before its time, or withdraw a request
    End {
        /// The request or grant
        id: String,
    },
    /// Read what a grant of yours opens; the people whom it is about see that you did
    Read {
        /// The grant
        grant: String,
    },
    /// Say or choose whose questions and answers are kept
    Keep {
        /// Those of people who sign in, as far as there is a ground for it
        #[arg(long, value_name = "on|off", value_parser = on_or_off)]
        accounts: Option<bool>,
        /// Those of guests, likewise; they are told
        #[arg(long, value_name = "on|off", value_parser = on_or_off)]
        guests: Option<bool>,
    },
}

#[derive(clap::Args)]
pub(crate) struct RequestArguments {
    /// Why; names and numbers of people are hidden before it is kept
    #[arg(long)]
    reason: String,
    /// What was said from this time on, such as 2027-01-31T09:00:00Z
    #[arg(long, value_name = "TIME")]
    since: String,
    /// What was said up to this time [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// What one person said alone, by the name in records
    #[arg(long, value_name = "PSEUDONYM")]
    person: Option<String>,
    /// Turns that ended in one way alone, such as blocked
    #[arg(long)]
    outcome: Option<String>,
    /// For how long, from the approval on
    #[arg(long, value_name = "1-24", default_value_t = 4)]
    hours: u8,
}

pub(crate) async fn run(bench: &Bench<'_>, command: LogCommand) -> Result<Exit, Failure> {
    let output = bench.output;
    bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            match &command {
                LogCommand::Request(arguments) => {
                    let request = request_of(arguments)?;
                    let made = client.post("/api/message-logs/requests", &request).await?;
                    show(&made, output)?;
                }
                LogCommand::List => {
                    let list: LogRequestListDto = client.get("/api/message-logs/requests").await?;
                    list.items.iter().try_for_each(|request| show(request, output))?;
                    if list.items.is_empty() {
                        output.note("No requests.")?;
                    }
                }
                LogCommand::Approve { id } => decide(client, id, "approve", output).await?,
                LogCommand::Reject { id } => decide(client, id, "reject", output).await?,
                LogCommand::End { id } => decide(client, id, "end", output).await?,
                LogCommand::Read { grant } => read(client, grant, output).await?,
                LogCommand::Keep { accounts, guests } => {
                    keep(client, (*accounts, *guests), output).await?;
                }
            }
            Ok(Exit::Done)
        })
        .await
}

fn request_of(arguments: &RequestArguments) -> Result<NewLogRequestDto, Failure> {
    let outcome = arguments.outcome.as_deref().map(|name| {
        serde_json::from_value::<OutcomeDto>(json!(name))
            .map_err(|_| Failure::Usage("there is no such outcome".to_owned()))
    });
    Ok(NewLogRequestDto {
        reason: arguments.reason.clone(),
        since: arguments.since.clone(),
        until: arguments.until.clone(),
        person: arguments.person.clone(),
        outcome: outcome.transpose()?,
        hours: arguments.hours,
    })
}

async fn decide(client: &mut Client, id: &str, verb: &str, output: &Output) -> Result<(), Failure> {
    let path = format!("/api/message-logs/requests/{}/{verb}", escaped(id));
    show(&client.post(&path, &json!({})).await?, output)
}

/// Page by page, each of which is on record, to the end.
async fn read(client: &mut Client, grant: &str, output: &Output) -> Result<(), Failure> {
    let (mut before, mut count) = (None, 0_usize);
    loop {
        let wanted = query(&json!({ "grant": grant, "before": before }))?;
        let page: MessageLogDto = client.get(&format!("/api/message-logs{wanted}")).await?;
        page.items.iter().try_for_each(|entry| show_turn(entry, output))?;
        count += page.items.len();
        if page.next.is_none() {
            break;
        }
        before = page.next;
    }
    let noun = if count == 1 { "turn" } else { "turns" };
    Ok(output.note(&format!("{count} {noun} read. The people whom they are about see that."))?)
}

async fn keep(
    client: &mut Client,
    (accounts, guests): (Option<bool>, Option<bool>),
    output: &Output,
) -> Result<(), Failure> {
    let path = "/api/message-logs/switches";
    let mut switches: LogSwitchesDto = client.get(path).await?;
    if accounts.is_some() || guests.is_some() {
        switches = LogSwitchesDto {
            accounts: accounts.unwrap_or(switches.accounts),
            guests: guests.unwrap_or(switches.guests),
        };
        switches = client.put(path, &switches).await?;
    }
    if output.is_json() {
        return Ok(output.json(&switches)?);
    }
    let told = |on: bool| if on { "kept where there is a ground" } else { "not kept" };
    output.line(&format!("Of people who sign in: {}.", told(switches.accounts)))?;
    Ok(output.line(&format!("Of guests: {}.", told(switches.guests)))?)
}

fn show(request: &LogRequestDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(request)?);
    }
    let LogRequestDto { id, asked_at, since, until, .. } = request;
    let by = request.asked_by.as_deref().unwrap_or("the operator");
    output.line(&format!("{id}  {}", told(request)))?;
    output.line(&format!("  asked by {by} at {asked_at}"))?;
    let about = request.person.as_ref().map_or_else(String::new, |who| format!(", of {who}"));
    let ended = request.outcome.as_ref().map_or_else(String::new, |how| format!(", {how}"));
    output.line(&format!("  {since} to {until}{about}{ended}"))?;
    if let Some(reason) = &request.reason {
        output.line(&format!("  “{reason}”"))?;
    }
    Ok(())
}

fn told(request: &LogRequestDto) -> String {
    let id = &request.id;
    match request.state {
        LogRequestStateDto::Pending => match &request.alone_from {
            Some(from) => format!(
                "There is nobody else to approve it. You may from {from}: `cloister log approve {id}`."
            ),
            None => format!(
                "It waits for somebody else until {}: `cloister log approve {id}`.",
                request.expires_at
            ),
        },
        LogRequestStateDto::Expired => "Nobody decided it in time.".to_owned(),
        LogRequestStateDto::Rejected => "It was rejected or withdrawn.".to_owned(),
        LogRequestStateDto::Active => format!(
            "It is a grant until {}: `cloister log read {id}`.",
            request.ends_at.as_deref().unwrap_or("its end")
        ),
        LogRequestStateDto::Ended => {
            format!("The grant ended at {}.", request.ends_at.as_deref().unwrap_or("its end"))
        }
    }
}

fn show_turn(entry: &LoggedTurnDto, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json(entry)?);
    }
    let turn = &entry.turn;
    let head = format!("{}  {}", turn.asked_at, entry.person);
    output.line(&output.styled("2", &head))?;
    output.line(&format!("> {}", turn.question.text))?;
    output.line(turn.answer.trim_end())?;
    Ok(output.line("")?)
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("on or off".to_owned()),
    }
}
