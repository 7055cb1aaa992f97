//! An appliance in folders of its own that go with it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use cloister_app::{
    App, AppOptions, EgressProbe, EgressReport, GuardSettings, KeySources, ModelSource, Origin,
    Pack, Parser, TimeZone, Unlock, Vault, VaultPaths,
};
use cloister_store::{Store, StoreError};
use cloister_types::{FixedClock, OsEntropy, Timestamp};
use tempfile::TempDir;

use crate::Reader;

/// 2026-03-02T09:00:00Z, a Monday.
pub const START: Timestamp = Timestamp::from_millis(1_772_442_000_000);

/// How a test wants its appliance.
pub struct Setting {
    /// The knowledge to start with.
    pub pack: Pack,
    /// What answers where passages must be put together.
    pub model: ModelSource,
    /// What reads documents of foreign formats.
    pub parser: Option<Parser>,
    /// How the guard is set up.
    pub guard: GuardSettings,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            pack: Pack::Manga,
            model: ModelSource::Missing("Not in this test."),
            parser: None,
            guard: GuardSettings::default(),
        }
    }
}

impl Setting {
    /// What an appliance at `paths` with `clock` is opened with.
    #[must_use]
    pub fn options(self, paths: VaultPaths, clock: Arc<FixedClock>) -> AppOptions {
        AppOptions {
            paths,
            keys: KeySources::default(),
            models: Vec::new(),
            model: self.model,
            parser: self.parser,
            pack: self.pack,
            guard: self.guard,
            clock,
            zone: TimeZone::UTC,
            entropy: Arc::new(OsEntropy),
            egress: Arc::new(NoEgress),
        }
    }
}

/// An open appliance, its clock and its folders.
pub struct Appliance {
    /// The application.
    pub app: Arc<App>,
    /// Its clock, which the test moves.
    pub clock: Arc<FixedClock>,
    folder: TempDir,
}

/// Opens a vault that no appliance has open, with its key file.
///
/// # Errors
/// Those of [`Vault::open`].
pub async fn open_vault(paths: &VaultPaths) -> Result<Store, StoreError> {
    Vault::open(paths, &Unlock::Automatic, KeySources::default(), (&OsEntropy, START)).await
}

impl Appliance {
    /// An appliance with the sample pack and no model.
    pub async fn open() -> Self {
        Self::with(Setting::default()).await
    }

    /// An appliance as `setting` says.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn with(setting: Setting) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(FixedClock::new(START));
        let options = setting.options(paths(&folder), Arc::clone(&clock));
        let app = App::open(options).await.expect("a new appliance opens");
        Self { app, clock, folder }
    }

    /// Where its vault and key lie.
    #[must_use]
    pub fn paths(&self) -> VaultPaths {
        paths(&self.folder)
    }

    /// The folder that holds all that it writes.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A reader without a session.
    #[must_use]
    pub fn stranger(&self) -> Reader {
        Reader::new(cloister_server::router(Arc::clone(&self.app), Origin::terminal()))
    }

    /// A reader who has started a guest's session.
    ///
    /// # Panics
    /// When the session is refused.
    pub async fn guest(&self) -> Reader {
        let mut reader = self.stranger();
        let started = reader.call("POST", "/api/session", None).await;
        assert_eq!(started.status, 201, "{}", started.body);
        reader
    }
}

/// Longest that closing may take: a turn that a test left hanging keeps its connection.
const CLOSING: Duration = Duration::from_secs(2);

impl Drop for Appliance {
    /// Closes the vault before the test's process ends: SQLCipher's exit handler crashes a process
    /// whose connections are still closing. A thread waits for that, while the test's runtime, which must
    /// have several threads, gives back what its tasks hold.
    fn drop(&mut self) {
        let app = Arc::clone(&self.app);
        let close = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(async { drop(tokio::time::timeout(CLOSING, app.close()).await) });
            }
        };
        // A test that fails must fail for its own reason.
        drop(std::thread::spawn(close).join());
    }
}

/// The folders of an appliance within `folder`.
#[must_use]
pub fn paths(folder: &TempDir) -> VaultPaths {
    VaultPaths { data_dir: folder.path().join("data"), config_dir: folder.path().join("config") }
}

/// A probe for tests that are about something else: it tries nothing and says so.
pub struct NoEgress;

impl EgressProbe for NoEgress {
    fn probe(&self) -> EgressReport {
        EgressReport {
            tried: 0,
            open: Vec::new(),
            limits: vec!["This test process is not confined.".to_owned()],
        }
    }
}
