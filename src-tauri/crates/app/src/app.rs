//! The appliance as one value.

use std::{
    path::PathBuf,
    sync::{Arc, RwLock},
};

use cloister_access::{Access, TimeZone};
use cloister_chat::Desk;
use cloister_guard::Guard;
use cloister_inference::{LanguageModel, WorkerCommand};
use cloister_knowledge::{Index, Parser};
use cloister_store::{Destination, KeySources, Store, VaultPaths};
use cloister_types::{Clock, Entropy};
use tokio::task::JoinHandle;

use crate::{
    GuardSettings, PromiseDto, journal::Journal, library::Library, message_logs::LogSwitches,
    model::ModelKeeper, sentence_encoder::LoadingEncoder, tagger::LoadingTagger,
};

/// Tries from inside this process what the egress lock must refuse.
pub trait EgressProbe: Send + Sync {
    /// Tries every way out that is known and reports what happened.
    fn probe(&self) -> EgressReport;
}

/// What [`EgressProbe::probe`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressReport {
    /// How many ways were tried.
    pub tried: usize,
    /// Ways that were open though they should be closed, by name.
    pub open: Vec<String>,
    /// What the lock cannot see on this machine, in sentences.
    pub limits: Vec<String>,
}

/// The knowledge that a new vault starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pack {
    /// The sample pack: a manga shop.
    Manga,
    /// Nothing.
    None,
}

impl Pack {
    /// The pack called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "manga" => Some(Self::Manga),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// What answers where passages must be put together.
#[derive(Clone)]
pub enum ModelSource {
    /// The default model, checked and run by a worker process.
    Worker(WorkerCommand),
    /// This model, as it is.
    Given(Arc<dyn LanguageModel>),
    /// None; the sentence says why.
    Missing(&'static str),
}

/// What an appliance is opened with.
#[derive(Clone)]
pub struct AppOptions {
    /// Where the vault and its key lie.
    pub paths: VaultPaths,
    /// Where keys that need nobody may lie, besides the key file.
    pub keys: KeySources,
    /// Where model files lie, first match first.
    pub models: Vec<PathBuf>,
    /// What answers where passages must be put together.
    pub model: ModelSource,
    /// Reads documents of foreign formats; without it none is read.
    pub parser: Option<Parser>,
    /// The knowledge that a vault made on this occasion starts with.
    pub pack: Pack,
    /// How the guard is set up.
    pub guard: GuardSettings,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where local time is that of the site, for rules about hours and weekdays.
    pub zone: TimeZone,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
    /// Tries the egress lock.
    pub egress: Arc<dyn EgressProbe>,
}

/// An open appliance. One per process; operations are its methods, in the modules by subject.
pub struct App {
    pub(crate) options: AppOptions,
    pub(crate) site: String,
    pub(crate) store: Store,
    pub(crate) destinations: Arc<[Destination]>,
    pub(crate) access: Arc<Access>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) tagger: LoadingTagger,
    pub(crate) encoder: LoadingEncoder,
    pub(crate) library: Arc<Library>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) model: Arc<ModelKeeper>,
    pub(crate) journal: Journal,
    pub(crate) log_switches: RwLock<LogSwitches>,
    pub(crate) promises: RwLock<Vec<PromiseDto>>,
    pub(crate) housekeeping: JoinHandle<()>,
    pub(crate) librarian: JoinHandle<()>,
}

impl App {
    pub(crate) fn index(&self) -> Arc<Index> {
        self.desk.parts().index()
    }

    /// Ends what runs in the background and closes the vault.
    pub async fn close(&self) {
        self.housekeeping.abort();
        self.librarian.abort();
        self.model.shut_down().await;
        self.journal.flush().await;
        self.store.close().await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.housekeeping.abort();
        self.librarian.abort();
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("site", &self.site).finish_non_exhaustive()
    }
}
