//! `cloister policy`: what the policy says, and changes of it.

use std::{fs, io::Read, path::PathBuf};

use cloister_app::{
    ExplainRequestDto, ExplanationDto, MatrixDto, PolicyChangeDto, PolicyChangeListDto,
    PolicyChangeStateDto, PolicyCheckDto, PolicyDecisionDto, PolicyDraftDto, PolicyListDto,
    PolicyVersionListDto, ShiftDto,
};
use serde_json::json;

use super::{Bench, Exit, Failure, Identity, Need, Purpose};

/// Most bytes of a file of policies.
const MOST_BYTES: u64 = 1 << 20;
/// Widest column of a permission or role in a table.
const COLUMN: usize = 26;

#[derive(clap::Subcommand)]
pub(crate) enum PolicyCommand {
    /// List the policies in force
    List,
    /// Print the text of a policy
    Show {
        /// The policy
        id: String,
    },
    /// Say what is wrong with a file of policies, or who would gain and lose what
    Check {
        /// Cedar policies; - for standard input
        file: PathBuf,
    },
    /// Put the policies of a file in the place of the site's own; what widens access waits
    Set {
        /// Cedar policies; - for standard input
        file: PathBuf,
    },
    /// Say what the policy decides, and why
    Explain(ExplainArguments),
    /// Print who may do what, asked of the engine itself
    Matrix,
    /// List changes that wait or waited for a second person
    Changes,
    /// Approve a change that somebody else asked for
    Approve {
        /// The change
        id: String,
    },
    /// Reject a change, or withdraw your own
    Reject {
        /// The change
        id: String,
    },
    /// List the versions of the site's own roles and policies
    Versions,
    /// Go back to an earlier version; 0 is what was shipped
    Restore {
        /// The version
        version: u64,
    },
}

#[derive(clap::Args)]
pub(crate) struct ExplainArguments {
    /// The name of an account; or guest, operator or role:NAME
    #[arg(long = "user", id = "user", value_name = "USER", required = true)]
    subject: String,
    /// The permission
    #[arg(long)]
    action: String,
    /// appliance, a passage's id, class:label=L,collection=C,… or record:team=T,amount=N,…
    #[arg(long, default_value = "appliance")]
    resource: String,
}

pub(crate) async fn run(bench: &mut Bench<'_>, command: PolicyCommand) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::List => print_list(bench, &read(bench, "/api/policies").await?),
        PolicyCommand::Show { id } => print_one(bench, &read(bench, "/api/policies").await?, &id),
        PolicyCommand::Check { file } => {
            let draft = PolicyDraftDto { policies: text_of(&file)? };
            let check = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.post("/api/policies/check", &draft).await
                })
                .await?;
            print_check(bench, &check)
        }
        PolicyCommand::Set { file } => {
            let draft = PolicyDraftDto { policies: text_of(&file)? };
            let change = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.put("/api/policies", &draft).await
                })
                .await?;
            print_change(bench, &change)
        }
        PolicyCommand::Explain(arguments) => explain(bench, arguments).await,
        PolicyCommand::Matrix => print_matrix(bench, &read(bench, "/api/policies/matrix").await?),
        PolicyCommand::Changes => {
            print_changes(bench, &read(bench, "/api/policies/changes").await?)
        }
        PolicyCommand::Approve { id } => decide(bench, &id, true).await,
        PolicyCommand::Reject { id } => decide(bench, &id, false).await,
        PolicyCommand::Versions => {
            print_versions(bench, &read(bench, "/api/policies/versions").await?)
        }
        PolicyCommand::Restore { version } => {
            let path = format!("/api/policies/versions/{version}/restore");
            let change = bench
                .act(Purpose::Manage, Need::Someone, async |client| {
                    client.post(&path, &json!({})).await
                })
                .await?;
            print_change(bench, &change)
        }
    }
}

async fn read<T: serde::de::DeserializeOwned>(bench: &Bench<'_>, path: &str) -> Result<T, Failure> {
    bench.act(Purpose::Manage, Need::Someone, async |client| client.get(path).await).await
}

async fn decide(bench: &Bench<'_>, id: &str, approve: bool) -> Result<Exit, Failure> {
    let path = format!("/api/policies/changes/{id}");
    let decision = PolicyDecisionDto { approve };
    let change = bench
        .act(Purpose::Manage, Need::Someone, async |client| client.post(&path, &decision).await)
        .await?;
    print_change(bench, &change)
}

/// Here `--user` names whom the question is about. Whoever asks is signed in with `--password-stdin`
/// only where both are the same person, and by `cloister login` otherwise.
async fn explain(bench: &mut Bench<'_>, arguments: ExplainArguments) -> Result<Exit, Failure> {
    if !bench.identity.password_stdin {
        bench.identity = Identity { user: None, ..bench.identity.clone() };
    }
    let ExplainArguments { subject, action, resource } = arguments;
    let question = ExplainRequestDto { user: subject, action, resource };
    let told: ExplanationDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            client.post("/api/policies/explain", &question).await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&told)?;
        return Ok(Exit::Done);
    }
    bench.output.line(match told.decision.as_str() {
        "allowed" => "Allowed.",
        "missing" => "Denied: nothing permits it.",
        "forbidden" => "Denied: a rule forbids it here and now.",
        "second_factor" => "Denied until a second factor is shown.",
        _ => "Denied: the policy could not be asked.",
    })?;
    for policy in &told.policies {
        bench.output.line(&format!("  {:<COLUMN$} {}", policy.id, policy.sentence))?;
    }
    bench.output.line(&format!("Roles that count: {}.", told.roles.join(", ")))?;
    if told.decision == "missing" {
        let with =
            if told.roles_with.is_empty() { "none".to_owned() } else { told.roles_with.join(", ") };
        bench.output.line(&format!("Roles that have it in principle: {with}."))?;
    }
    Ok(Exit::Done)
}

fn text_of(file: &PathBuf) -> Result<String, Failure> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().take(MOST_BYTES + 1).read_to_string(&mut text)?;
    } else {
        let open = fs::File::open(file).map_err(|error| {
            Failure::Usage(format!("{} cannot be read: {error}", file.display()))
        })?;
        open.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    }
    Ok(text)
}

fn print_list(bench: &Bench<'_>, list: &PolicyListDto) -> Result<Exit, Failure> {
    for policy in &list.items {
        if bench.output.is_json() {
            bench.output.json(policy)?;
        } else {
            let own = if policy.own { "own" } else { "" };
            bench.output.line(&format!("{:<30} {own:<4} {}", policy.id, policy.sentence))?;
        }
    }
    Ok(Exit::Done)
}

fn print_one(bench: &Bench<'_>, list: &PolicyListDto, id: &str) -> Result<Exit, Failure> {
    let Some(policy) = list.items.iter().find(|policy| policy.id == id) else {
        return Err(Failure::Usage(format!("there is no policy {id}: see `cloister policy list`")));
    };
    if bench.output.is_json() {
        bench.output.json(policy)?;
    } else {
        bench.output.line(&policy.text)?;
    }
    Ok(Exit::Done)
}

fn print_check(bench: &Bench<'_>, check: &PolicyCheckDto) -> Result<Exit, Failure> {
    if bench.output.is_json() {
        bench.output.json(check)?;
    } else if check.faults.is_empty() {
        print_shifts(bench, &check.shifts)?;
        bench.output.line(if check.widens {
            "This may widen access, so a second person has to approve it."
        } else {
            "Nobody gains anything: this would apply at once."
        })?;
    } else {
        for fault in &check.faults {
            bench.output.line(&format!("{}:{}: {}", fault.line, fault.column, fault.message))?;
        }
    }
    Ok(if check.faults.is_empty() { Exit::Done } else { Exit::Refused })
}

fn print_shifts(bench: &Bench<'_>, shifts: &[ShiftDto]) -> Result<(), Failure> {
    if shifts.is_empty() {
        bench.output.line("None of the requests that were tried is answered otherwise.")?;
    }
    for shift in shifts {
        let ShiftDto { role, permission, gained, lost, requests } = shift;
        let told = match (gained, lost) {
            (gained, 0) => format!("gains {gained}"),
            (0, lost) => format!("loses {lost}"),
            (gained, lost) => format!("gains {gained} and loses {lost}"),
        };
        bench
            .output
            .line(&format!("{role:<COLUMN$} {permission:<COLUMN$} {told} of {requests}"))?;
    }
    Ok(())
}

/// Prints what became of a change.
pub(super) fn print_change(bench: &Bench<'_>, change: &PolicyChangeDto) -> Result<Exit, Failure> {
    if bench.output.is_json() {
        bench.output.json(change)?;
        return Ok(Exit::Done);
    }
    if change.state == PolicyChangeStateDto::Pending {
        print_shifts(bench, &change.shifts)?;
    }
    bench.output.line(&told(change))?;
    Ok(Exit::Done)
}

fn told(change: &PolicyChangeDto) -> String {
    let id = change.id.as_deref().unwrap_or_default();
    match (change.state, &change.alone_from, &change.expires_at) {
        (PolicyChangeStateDto::Applied, ..) => "It is in force.".to_owned(),
        (PolicyChangeStateDto::Rejected, ..) => "It was rejected.".to_owned(),
        (PolicyChangeStateDto::Expired, ..) => "Nobody decided it in time.".to_owned(),
        (PolicyChangeStateDto::Pending, Some(from), _) => format!(
            "There is nobody else to approve it. You may from {from}: `cloister policy approve {id}`."
        ),
        (PolicyChangeStateDto::Pending, None, until) => format!(
            "It waits for somebody else until {}: `cloister policy approve {id}`.",
            until.as_deref().unwrap_or("its end")
        ),
    }
}

fn print_changes(bench: &Bench<'_>, list: &PolicyChangeListDto) -> Result<Exit, Failure> {
    for change in &list.items {
        if bench.output.is_json() {
            bench.output.json(change)?;
            continue;
        }
        let id = change.id.as_deref().unwrap_or_default();
        bench.output.line(&format!("{id}  asked at {}. {}", change.asked_at, told(change)))?;
        if change.state == PolicyChangeStateDto::Pending {
            print_shifts(bench, &change.shifts)?;
        }
    }
    Ok(Exit::Done)
}

fn print_versions(bench: &Bench<'_>, list: &PolicyVersionListDto) -> Result<Exit, Failure> {
    for version in &list.items {
        if bench.output.is_json() {
            bench.output.json(version)?;
            continue;
        }
        let approved = version
            .approved_by
            .as_ref()
            .map_or_else(String::new, |by| format!(", approved by {by}"));
        let (number, at) = (version.version, &version.made_at);
        let by = version.made_by.as_deref().unwrap_or("the operator");
        bench.output.line(&format!("{number:<5} {at}  asked for by {by}{approved}"))?;
    }
    Ok(Exit::Done)
}

fn print_matrix(bench: &Bench<'_>, matrix: &MatrixDto) -> Result<Exit, Failure> {
    if bench.output.is_json() {
        for cell in &matrix.items {
            bench.output.json(cell)?;
        }
        return Ok(Exit::Done);
    }
    let mut permission = "";
    for cell in matrix.items.iter().filter(|cell| cell.reach != "never") {
        let head = if cell.permission == permission { "" } else { cell.permission.as_str() };
        permission = &cell.permission;
        let labels = if cell.labels.is_empty() {
            String::new()
        } else {
            format!(" on {}", cell.labels.join(", "))
        };
        let conditions = if cell.conditions.is_empty() {
            String::new()
        } else {
            format!(" unless {}", cell.conditions.join(", "))
        };
        let role = &cell.role;
        bench
            .output
            .line(&format!("{head:<COLUMN$} {role:<20} {}{labels}{conditions}", cell.reach))?;
    }
    Ok(Exit::Done)
}
