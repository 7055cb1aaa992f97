//! The command line: translation only, one file a noun.

mod alert;
mod ask;
mod audit;
mod backup;
mod chat;
pub(crate) mod client;
mod destination;
mod doctor;
mod guard;
pub(crate) mod identity;
mod init;
mod key;
mod knowledge;
mod limit;
mod log;
mod login;
mod model;
mod output;
mod policy;
mod privacy;
mod purge;
mod quarantine;
mod query;
mod retention;
mod role;
mod user;

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    os::fd::RawFd,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::{CommandFactory, Parser, Subcommand};
use cloister_app::{App, AppError, AppOptions, ErrorCode, Unlock};

use self::{
    audit::AuditCommand, client::Client, identity::Identity, output::Output,
    privacy::PrivacyCommand,
};
pub(crate) use self::{client::Purpose, identity::Need};
use crate::{
    confine::{self, FileAccess},
    desktop,
    environment::Folders,
};

/// Exit status: done, refused or failed, wrong usage, try again later (sysexits.h, `EX_TEMPFAIL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Refused = 1,
    Usage = 2,
    TryLater = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A chatbot for places where nothing may leave the building.
///
/// Without a command it opens the window.
#[derive(Parser)]
#[command(name = "cloister", version, arg_required_else_help = false, after_help = EXAMPLES)]
struct Arguments {
    /// The folder that holds the vault [default: the platform's data folder]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "CLOISTER_DATA_DIR",
        hide_env_values = true
    )]
    data_dir: Option<PathBuf>,
    /// Print JSON instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    identity: Identity,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "Examples:
  cloister                                     open the window
  cloister ask \"What is your return policy?\"   one question, one answer
  cloister chat                                a conversation in the terminal
  cloister doctor                              check the six promises";

#[derive(Subcommand)]
enum Command {
    /// Make a vault, with sample knowledge or none
    Init(init::InitArguments),
    /// Ask one question
    Ask(ask::AskArguments),
    /// Talk in the terminal; Ctrl-C stops an answer
    Chat,
    /// Check each promise and say what was seen
    Doctor,
    /// Verify, read or export the audit log, or sign its head
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Make, verify, try and restore backups
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Say where copies of backups and signed heads go
    #[command(subcommand)]
    Destination(destination::DestinationCommand),
    /// Sign in, so that later commands act as NAME
    Login(login::LoginArguments),
    /// Sign out
    Logout,
    /// Accounts, and your own password, sign-ins and second factor
    #[command(subcommand)]
    User(user::UserCommand),
    /// Use the guard alone, without a vault
    #[command(subcommand)]
    Guard(guard::GuardCommand),
    /// Ways to unlock the vault: list, add, remove, replace
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Bring documents in, list, search and remove them
    #[command(subcommand)]
    Knowledge(knowledge::KnowledgeCommand),
    /// Look at, check or measure models
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Look at alerts, and at what raises them
    #[command(subcommand)]
    Alert(alert::AlertCommand),
    /// Ask to read message logs, approve that, and read under a grant
    #[command(subcommand)]
    Log(log::LogCommand),
    /// Look at limits, change them, and lift a block
    #[command(subcommand)]
    Limit(limit::LimitCommand),
    /// What the policy says and why, and changes of it
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Roles, and who has which
    #[command(subcommand)]
    Role(role::RoleCommand),
    /// Your rights: notice, consents, export, erasure, restriction, correction
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// Delete what is due, or say what that is
    Purge(purge::PurgeArguments),
    /// How long data are kept, and legal holds
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the OpenAPI description of the API
    #[command(hide = true)]
    Openapi,
}

/// Runs the command line, or the window when there is no command.
pub(crate) fn run() -> ExitCode {
    let limits = match confine::harden_process(&handed_over(env::args_os())) {
        Ok(limits) => limits,
        Err(error) => return unconfined(&error),
    };
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where help or an error goes is clap's to know; a closed pipe is no failure.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let output = Output::new(arguments.json);
    match start(arguments, limits, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => output.fail(&failure).into(),
    }
}

/// The descriptors that `--code-fd` and its like name, which are kept open. Looked for before the
/// command line is read, since descriptors are closed before anything else happens.
fn handed_over(arguments: impl Iterator<Item = OsString>) -> Vec<RawFd> {
    const OPTIONS: [&str; 4] = ["--code-fd", "--unlock-fd", "--passphrase-fd", "--token-fd"];
    let arguments: Vec<String> =
        arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    let joined = arguments.iter().filter_map(|argument| {
        let (name, number) = argument.split_once('=')?;
        OPTIONS.contains(&name).then_some(number)
    });
    let apart = arguments.windows(2).filter_map(|pair| match pair {
        [name, number] if OPTIONS.contains(&name.as_str()) => Some(number.as_str()),
        _ => None,
    });
    joined.chain(apart).filter_map(|number| number.parse().ok()).collect()
}

/// Runs the hidden probe: what confinement refuses, tried from inside.
pub(crate) fn probe(role: Option<&str>) -> ExitCode {
    match confine::run_probe(role, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => unconfined(&error),
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// An operation refused or failed.
    #[error(transparent)]
    App(#[from] AppError),
    /// The command was not used as it can be.
    #[error("{0}")]
    Usage(String),
    /// The process could not be confined, so nothing was done.
    #[error("this process could not be confined, so nothing was done: {0}")]
    Confine(#[from] confine::ConfineError),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Failure {
    const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::App(error) => match error.code {
                ErrorCode::RateLimited
                | ErrorCode::CoolingDown
                | ErrorCode::PeerBlocked
                | ErrorCode::ChallengeRequired
                | ErrorCode::TurnRunning
                | ErrorCode::MfaRequired
                | ErrorCode::VaultInUse => Exit::TryLater,
                _ => Exit::Refused,
            },
            Self::Confine(_) | Self::Io(_) => Exit::Refused,
        }
    }
}

/// What commands that need the appliance share.
pub(crate) struct Bench<'a> {
    pub(crate) folders: Folders,
    pub(crate) limits: Vec<String>,
    pub(crate) identity: Identity,
    pub(crate) output: &'a Output,
}

impl Bench<'_> {
    /// Opens the vault: by what `--unlock-fd` gives, else by what needs nobody, else by what is
    /// typed on the terminal.
    pub(crate) async fn unlock(&self, options: AppOptions) -> Result<Arc<App>, Failure> {
        if let Some(number) = self.identity.unlock_fd {
            let typed = Unlock::typed(identity::from_descriptor(number)?);
            return Ok(App::unlock(options, &typed).await?);
        }
        match App::open(options.clone()).await {
            Err(error) if error.code == ErrorCode::VaultLocked => {
                match identity::prompt("Passphrase or recovery code of the vault: ")? {
                    Some(typed) => Ok(App::unlock(options, &Unlock::typed(typed)).await?),
                    None => Err(error.into()),
                }
            }
            opened => Ok(opened?),
        }
    }

    /// Does `work` as whoever the command line names, and leaves nothing open behind it.
    pub(crate) async fn act<T>(
        &self,
        purpose: Purpose,
        need: Need,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut client = Client::connect(self, purpose).await?;
        let worked = match self.identity.enter(self, &mut client, need).await {
            Ok(stay) => {
                let worked = work(&mut client).await;
                let left = stay.leave(&mut client).await;
                worked.and_then(|done| left.map(|()| done))
            }
            Err(error) => Err(error),
        };
        client.close().await;
        worked
    }
}

fn start(arguments: Arguments, limits: Vec<String>, output: &Output) -> Result<Exit, Failure> {
    // What needs neither vault nor files comes first, under the lock all the same.
    match arguments.command {
        Some(Command::Completions { shell }) => {
            confine::lock_egress()?;
            confine::settle_environment()?;
            let name = "cloister";
            clap_complete::generate(shell, &mut Arguments::command(), name, &mut io::stdout());
            return Ok(Exit::Done);
        }
        Some(Command::Openapi) => {
            confine::lock_egress()?;
            confine::settle_environment()?;
            io::stdout().write_all(cloister_server::openapi_json().as_bytes())?;
            return Ok(Exit::Done);
        }
        Some(Command::Guard(command)) => {
            confine::restrict_files(FileAccess::Terminal, &[])?;
            confine::lock_egress()?;
            confine::settle_environment()?;
            let folders = Folders::find(arguments.data_dir.as_deref()).ok();
            return guard::run(&command, folders.as_ref(), output);
        }
        Some(Command::Audit(AuditCommand::Verify(arguments))) if arguments.is_offline() => {
            confine::restrict_files(FileAccess::Terminal, &[])?;
            confine::lock_egress()?;
            confine::settle_environment()?;
            return audit::verify_offline(&arguments, output);
        }
        Some(Command::Privacy(PrivacyCommand::Open(arguments))) => {
            confine::restrict_files(FileAccess::Terminal, &[])?;
            confine::lock_egress()?;
            confine::settle_environment()?;
            return privacy::open_offline(&arguments, output);
        }
        _ => {}
    }
    let folders = Folders::find(arguments.data_dir.as_deref())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let window = arguments.command.is_none();
    if window && !desktop::has_display() {
        return Err(Failure::Usage(desktop::NO_DISPLAY.to_owned()));
    }
    let (access, writable) = match &arguments.command {
        None => (FileAccess::Window, folders.writable_for_window()?),
        Some(Command::Model(command)) if !command.needs_vault() => {
            (FileAccess::Terminal, Vec::new())
        }
        Some(Command::Backup(command)) => {
            let mut writable = folders.writable()?;
            writable.extend(command.writes_to()?);
            (FileAccess::Terminal, writable)
        }
        Some(_) => (FileAccess::Terminal, folders.writable()?),
    };
    let mut limits = limits;
    limits.extend(confine::restrict_files(access, &writable)?.limit());
    confine::lock_egress()?;
    confine::settle_environment()?;
    let mut bench = Bench { folders, limits, identity: arguments.identity, output };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.command {
        None => desktop::run(&bench, &runtime),
        Some(Command::Init(arguments)) => runtime.block_on(init::run(&bench, &arguments)),
        Some(Command::Ask(arguments)) => runtime.block_on(ask::run(&bench, arguments)),
        Some(Command::Chat) => runtime.block_on(chat::run(&bench)),
        Some(Command::Doctor) => runtime.block_on(doctor::run(&bench)),
        Some(Command::Audit(command)) => runtime.block_on(audit::run(&bench, &command)),
        Some(Command::Backup(command)) => runtime.block_on(backup::run(&bench, &command)),
        Some(Command::Destination(command)) => runtime.block_on(destination::run(&bench, &command)),
        Some(Command::Key(command)) => runtime.block_on(key::run(&bench, &command)),
        Some(Command::Knowledge(command)) => runtime.block_on(knowledge::run(&bench, command)),
        Some(Command::Model(command)) => runtime.block_on(model::run(&bench, &command)),
        Some(Command::Alert(command)) => runtime.block_on(alert::run(&bench, command)),
        Some(Command::Limit(command)) => runtime.block_on(limit::run(&bench, command)),
        Some(Command::Log(command)) => runtime.block_on(log::run(&bench, command)),
        Some(Command::Login(arguments)) => runtime.block_on(login::run(&bench, arguments)),
        Some(Command::Logout) => runtime.block_on(login::leave(&bench)),
        Some(Command::User(command)) => runtime.block_on(user::run(&bench, command)),
        Some(Command::Policy(command)) => runtime.block_on(policy::run(&mut bench, command)),
        Some(Command::Role(command)) => runtime.block_on(role::run(&bench, command)),
        Some(Command::Privacy(command)) => runtime.block_on(privacy::run(&bench, command)),
        Some(Command::Purge(arguments)) => runtime.block_on(purge::run(&bench, &arguments)),
        Some(Command::Retention(command)) => runtime.block_on(retention::run(&bench, command)),
        Some(Command::Guard(_) | Command::Completions { .. } | Command::Openapi) => Ok(Exit::Done),
    }
}

fn unconfined(error: &dyn std::error::Error) -> ExitCode {
    let line = format!("cloister: this process could not be confined: {error}\n");
    // Standard error may be closed; the exit status still tells.
    drop(io::stderr().write_all(line.as_bytes()));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn descriptors_with_secrets_are_found_before_the_command_line_is_read() {
        let given = |line: &str| handed_over(line.split(' ').map(OsString::from));
        assert_eq!(given("cloister --code-fd 3 ask --unlock-fd=7 text"), [7, 3]);
        assert_eq!(given("cloister ask --code-fd"), Vec::<RawFd>::new());
        assert_eq!(given("cloister ask --code-fd three"), Vec::<RawFd>::new());
    }

    #[test]
    fn help_reads_as_written() {
        insta::assert_snapshot!(Arguments::command().term_width(80).render_long_help());
    }
}
