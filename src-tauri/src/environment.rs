//! Where things lie on this machine, and the parts that the shells hand to the application.

use std::{
    env,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use cloister_app::{
    AppError, AppOptions, EgressProbe, EgressReport, GuardSettings, KeySources, ModelSource, Pack,
    Parser, SecretServiceKeyring, TimeZone, Vault, VaultPaths, WorkerCommand, read_destinations,
};
use cloister_types::{OsEntropy, SystemClock};
use directories::{ProjectDirs, UserDirs};

use crate::{
    cli::Failure,
    confine::{self, Role},
    worker::{INFER_WORKER, PARSE_WORKER},
};

/// File systems whose server is another machine, by their magic number in `statfs(2)` and
/// linux/magic.h: NFS, SMB, SMB2, CIFS, Ceph, AFS, 9P, Coda.
const NETWORK_FILE_SYSTEMS: [i64; 8] =
    [0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x00C3_6400, 0x5346_414F, 0x0102_1997, 0x7375_7245];

/// The folders that this run works with.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub(crate) data: PathBuf,
    pub(crate) config: PathBuf,
    /// For what ends with the session of the operating system: control socket, sign-in token.
    pub(crate) runtime: PathBuf,
    pub(crate) models: Vec<PathBuf>,
}

/// No home folder to put anything into.
#[derive(Debug, thiserror::Error)]
#[error("there is no home folder; name a folder with --data-dir and set XDG_CONFIG_HOME")]
pub(crate) struct NoHome;

impl Folders {
    /// The folders for `data_dir`, or the platform's own.
    ///
    /// The runtime folder is the platform's; where there is none, as in a service, a part of the
    /// configuration folder.
    ///
    /// Models are looked for in `CLOISTER_MODELS`, then in the data folder, then beside the
    /// program, then in the system's folder.
    pub(crate) fn find(data_dir: Option<&Path>) -> Result<Self, NoHome> {
        let home = ProjectDirs::from("", "", "cloister");
        let own = || home.as_ref().map(|home| home.data_dir().to_owned());
        let data = data_dir.map(Path::to_owned).or_else(own).ok_or(NoHome)?;
        let config = home.as_ref().ok_or(NoHome)?.config_dir().to_owned();
        let runtime = home.as_ref().and_then(ProjectDirs::runtime_dir);
        let runtime = runtime.map_or_else(|| config.join("run"), Path::to_owned);
        let program = env::current_exe().ok();
        let beside = program.as_deref().and_then(Path::parent).map(|folder| folder.join("models"));
        let models = env::var_os("CLOISTER_MODELS")
            .map(PathBuf::from)
            .into_iter()
            .chain([data.join("models")])
            .chain(own().map(|folder| folder.join("models")))
            .chain(beside)
            .chain([PathBuf::from("/usr/share/cloister/models")])
            .collect();
        Ok(Self { data, config, runtime, models })
    }

    /// Makes the folders that this program writes to, which must exist before writing is confined
    /// to them; only their owner may look in.
    pub(crate) fn prepare(&self) -> std::io::Result<[PathBuf; 3]> {
        let folders = [self.data.clone(), self.config.clone(), self.runtime.clone()];
        for folder in &folders {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        Ok(folders)
    }

    /// Every folder that the window writes to: as [`Folders::writable`], and where people find what
    /// they take along.
    ///
    /// # Errors
    /// As [`Folders::writable`].
    pub(crate) fn writable_for_window(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut folders = self.writable()?;
        let saved = self.saved();
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&saved)?;
        folders.push(saved);
        Ok(folders)
    }

    /// Every folder that this program writes to: its own, and the site's places for copies as far as
    /// they are there now.
    ///
    /// # Errors
    /// When an own folder cannot be made, or the file that names the places cannot be used.
    pub(crate) fn writable(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut folders = self.prepare()?.to_vec();
        let places = read_destinations(&self.config)?.into_iter().map(|place| place.folder);
        folders.extend(places.filter(|folder| folder.is_dir()));
        Ok(folders)
    }

    /// Where files go that a person takes along from the window: their folder for downloads, or a
    /// part of the data folder where there is none.
    pub(crate) fn saved(&self) -> PathBuf {
        let user = UserDirs::new();
        let downloads = user.as_ref().and_then(UserDirs::download_dir);
        let there = downloads.filter(|folder| folder.is_dir()).map(Path::to_owned);
        there.unwrap_or_else(|| self.data.join("saved"))
    }

    /// Where the vault lies.
    pub(crate) fn vault(&self) -> VaultPaths {
        VaultPaths { data_dir: self.data.clone(), config_dir: self.config.clone() }
    }

    /// The control socket of the process that owns this vault, if there is a vault.
    pub(crate) fn control_socket(&self) -> Option<PathBuf> {
        Vault::id(&self.vault()).map(|id| self.runtime.join(format!("{id}.sock")))
    }

    /// Where `cloister login` keeps the token for this vault, if there is a vault.
    pub(crate) fn token_file(&self) -> Option<PathBuf> {
        Vault::id(&self.vault()).map(|id| self.runtime.join(format!("{id}.token")))
    }

    /// What the application is opened with.
    ///
    /// # Errors
    /// When the site's settings of the guard cannot be used.
    pub(crate) fn options(&self, pack: Pack, limits: Vec<String>) -> Result<AppOptions, AppError> {
        let model = worker_command()
            .map_or(ModelSource::Missing("The program’s own file cannot be found."), |command| {
                ModelSource::Worker(command)
            });
        let probe = Probe { data: self.data.clone(), limits };
        Ok(AppOptions {
            paths: self.vault(),
            keys: key_sources(),
            models: self.models.clone(),
            model,
            parser: parser(),
            pack,
            guard: GuardSettings::find(&self.config)?,
            clock: Arc::new(SystemClock::default()),
            zone: TimeZone::system(),
            entropy: Arc::new(OsEntropy),
            egress: Arc::new(probe),
        })
    }
}

/// Where the service manager and the desktop keep keys.
fn key_sources() -> KeySources {
    KeySources {
        credentials: env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        keyring: Some(Arc::new(SecretServiceKeyring)),
    }
}

/// This program again, as a worker; nothing when the program's own file cannot be named.
pub(crate) fn worker_command() -> Option<WorkerCommand> {
    let program = env::current_exe().ok()?;
    Some(WorkerCommand { program, args: vec![INFER_WORKER.into()] })
}

/// This program again, as the reader of one document.
fn parser() -> Option<Parser> {
    let program = env::current_exe().ok()?;
    Some(Parser::new(program, vec![PARSE_WORKER.into()]))
}

struct Probe {
    data: PathBuf,
    limits: Vec<String>,
}

impl EgressProbe for Probe {
    fn probe(&self) -> EgressReport {
        let report = confine::probe(Role::Inherited, None);
        let open = report.attempts.iter().filter(|attempt| !attempt.ok);
        let mut limits = self.limits.clone();
        limits.push(
            "Programs of this machine that listen on local sockets (the desktop’s session bus, the \
             display) are not covered."
                .to_owned(),
        );
        if on_network(&self.data) {
            limits.push("The data folder lies on a network file system.".to_owned());
        }
        EgressReport {
            tried: report.attempts.len(),
            open: open.map(|attempt| attempt.name.clone()).collect(),
            limits,
        }
    }
}

fn on_network(folder: &Path) -> bool {
    rustix::fs::statfs(folder).is_ok_and(|stat| NETWORK_FILE_SYSTEMS.contains(&stat.f_type))
}
