//! `cloister role`: roles, and who has which.

use cloister_app::{AccountDto, AccountsDto, PolicyChangeDto, RoleFormDto, RoleListDto};
use serde_json::json;

use super::{Bench, Exit, Failure, Need, Purpose, policy::print_change};

#[derive(clap::Subcommand)]
pub(crate) enum RoleCommand {
    /// List the roles
    List,
    /// Show a role: what it inherits, what it may do, who has it
    Show {
        /// The role
        name: String,
    },
    /// Make or change a role of the site's own; what widens access waits for a second person
    Set(SetArguments),
    /// Remove a role of the site's own that nobody has
    Remove {
        /// The role
        name: String,
    },
    /// Give an account exactly these roles
    Assign {
        /// The account's name
        account: String,
        /// The roles
        #[arg(required = true)]
        roles: Vec<String>,
    },
}

#[derive(clap::Args)]
pub(crate) struct SetArguments {
    /// The role: lower-case letters, digits and _
    name: String,
    /// Its name for people
    #[arg(long)]
    title: String,
    /// A role whose permissions it has besides its own; can be given again
    #[arg(long, value_name = "ROLE")]
    inherits: Vec<String>,
    /// A permission that it has by itself; can be given again
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<String>,
}

pub(crate) async fn run(bench: &Bench<'_>, command: RoleCommand) -> Result<Exit, Failure> {
    match command {
        RoleCommand::List => {
            let list: RoleListDto = read(bench, "/api/roles").await?;
            for role in &list.items {
                if bench.output.is_json() {
                    bench.output.json(role)?;
                    continue;
                }
                let own = if role.shipped { "" } else { "own" };
                let inherits = role.inherits.join(", ");
                let (name, title) = (&role.name, &role.title);
                bench.output.line(&format!("{name:<20} {own:<4} {title:<28} {inherits}"))?;
            }
            Ok(Exit::Done)
        }
        RoleCommand::Show { name } => show(bench, &name).await,
        RoleCommand::Set(SetArguments { name, title, inherits, permissions }) => {
            let path = format!("/api/roles/{name}");
            let form = RoleFormDto { title, inherits, permissions };
            let change: PolicyChangeDto = bench
                .act(Purpose::Manage, Need::Someone, async |client| client.put(&path, &form).await)
                .await?;
            print_change(bench, &change)
        }
        RoleCommand::Remove { name } => {
            let path = format!("/api/roles/{name}");
            let change: PolicyChangeDto = bench
                .act(Purpose::Manage, Need::Someone, async |client| client.delete(&path).await)
                .await?;
            print_change(bench, &change)
        }
        RoleCommand::Assign { account, roles } => assign(bench, &account, &roles).await,
    }
}

async fn read<T: serde::de::DeserializeOwned>(bench: &Bench<'_>, path: &str) -> Result<T, Failure> {
    bench.act(Purpose::Manage, Need::Someone, async |client| client.get(path).await).await
}

async fn show(bench: &Bench<'_>, name: &str) -> Result<Exit, Failure> {
    let list: RoleListDto = read(bench, "/api/roles").await?;
    let Some(role) = list.items.iter().find(|role| role.name == name) else {
        return Err(Failure::Usage(format!("there is no role {name}: see `cloister role list`")));
    };
    if bench.output.is_json() {
        bench.output.json(role)?;
        return Ok(Exit::Done);
    }
    bench.output.line(&format!("{}: {}", role.name, role.title))?;
    bench.output.line(&format!("Inherits: {}", listed(&role.inherits)))?;
    bench.output.line(&format!("Permissions of its own: {}", listed(&role.permissions)))?;
    bench.output.line("What policies give it: `cloister policy matrix`.")?;
    Ok(Exit::Done)
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

async fn assign(bench: &Bench<'_>, name: &str, roles: &[String]) -> Result<Exit, Failure> {
    let changed: AccountDto = bench
        .act(Purpose::Manage, Need::Someone, async |client| {
            let accounts: AccountsDto = client.get("/api/accounts").await?;
            let found =
                accounts.items.iter().find(|account| account.name.eq_ignore_ascii_case(name));
            let Some(account) = found else {
                return Err(Failure::Usage(format!("there is no account {name}")));
            };
            client.patch(&format!("/api/accounts/{}", account.id), &json!({ "roles": roles })).await
        })
        .await?;
    if bench.output.is_json() {
        bench.output.json(&changed)?;
    } else {
        let (name, roles) = (&changed.name, listed(&changed.roles));
        bench.output.line(&format!("{name} now has: {roles}. Their sessions have ended."))?;
    }
    Ok(Exit::Done)
}
