//! Making a vault, opening the appliance, and what runs behind it.

use std::{
    sync::{Arc, RwLock},
    time::Duration,
};

use cloister_access::{Access, Policy, judge_account};
use cloister_chat::{Desk, DeskParts, Placeholders, SystemPrompt};
use cloister_guard::Guard;
use cloister_knowledge::read_pack;
use cloister_store::{
    AuditCode, AuditCodeError, Destination, NewKey, Passage, Store, Unlock, Vault,
};
use cloister_types::{RoleName, Secret};

use crate::{
    App, AppError, AppOptions, ErrorCode, Pack,
    alerts::{measure_checkpoints, measure_disk},
    audit::keep_checkpoints,
    backup::keep_backups,
    clock::watch_clock,
    erasure::keep_tombstones,
    error::sentence,
    integrity::check_integrity,
    journal::Journal,
    keys,
    library::Library,
    model::ModelKeeper,
    pack, policy, read_destinations,
    sentence_encoder::LoadingEncoder,
    tagger::LoadingTagger,
};

/// The name shown when the knowledge does not give one.
const NAMELESS_SITE: &str = "Cloister";
/// Expired rows go at start and this often.
const PURGE_INTERVAL: Duration = Duration::from_mins(1);
/// The whole database is read and verified this often.
const CHECK_INTERVAL: Duration = Duration::from_hours(24);
/// A backup that could not be made, as with a disk that is not plugged in, is tried again after this.
const BACKUP_RETRY: Duration = Duration::from_hours(1);

impl App {
    /// Makes a vault that `first` opens, with the knowledge that `options` name. Returns how many
    /// entries it holds.
    ///
    /// # Errors
    /// [`ErrorCode::VaultExists`] when there is one; [`ErrorCode::VaultUnusable`] when it cannot
    /// be made; [`ErrorCode::KnowledgeFailed`] when the pack cannot be read in.
    pub async fn init(options: &AppOptions, first: FirstKey) -> Result<usize, AppError> {
        let store = create(options, first).await?;
        let imported = import(&store, options).await;
        store.close().await;
        imported
    }

    /// Whether an administrator of that name and password could be made, asked before a vault is made
    /// that would then have none.
    ///
    /// # Errors
    /// [`ErrorCode::PasswordWeak`] and [`ErrorCode::InvalidRequest`], with what to do.
    pub fn judge_administrator(name: &str, password: &Secret<String>) -> Result<(), AppError> {
        Ok(judge_account(name, password)?)
    }

    /// Opens the appliance by what needs nobody; makes the vault first, with a key file, if there
    /// is none.
    ///
    /// Must run within a tokio runtime: the purge and the loading of the model go on behind it.
    ///
    /// # Errors
    /// [`ErrorCode::VaultInUse`], [`ErrorCode::VaultLocked`], [`ErrorCode::VaultUnusable`],
    /// [`ErrorCode::StoreFailed`] or [`ErrorCode::KnowledgeFailed`], each with a sentence that says
    /// what to do.
    pub async fn open(options: AppOptions) -> Result<Arc<Self>, AppError> {
        Self::unlock(options, &Unlock::Automatic).await
    }

    /// Opens the appliance as `unlock` says; like [`App::open`] otherwise.
    ///
    /// # Errors
    /// Those of [`App::open`], and [`ErrorCode::UnlockFailed`] when what was typed does not fit.
    pub async fn unlock(options: AppOptions, unlock: &Unlock) -> Result<Arc<Self>, AppError> {
        let tagger = LoadingTagger::start(options.models.clone());
        let encoder = LoadingEncoder::start(options.models.clone());
        let guard = Arc::new(options.guard.guard(Some(Arc::new(tagger.clone())))?);
        let destinations = read_destinations(&options.paths.config_dir)?;
        let (store, new) = if Vault::exists(&options.paths) {
            let drawn = (&*options.entropy, options.clock.now());
            (Vault::open(&options.paths, unlock, options.keys.clone(), drawn).await?, false)
        } else {
            (create(&options, FirstKey::KeyFile).await?, true)
        };
        let prepared = async {
            if new {
                import(&store, &options).await?;
            }
            prepare(&store, &encoder, destinations, &options).await
        };
        match prepared.await {
            Ok(knowledge) => {
                let app = Self::start(options, store, (guard, tagger, encoder), knowledge);
                match app.load_choices().await {
                    Ok(()) => Ok(app),
                    Err(error) => {
                        app.close().await;
                        Err(error)
                    }
                }
            }
            Err(error) => {
                // SQLCipher's exit handler must not meet a database that is still open.
                store.close().await;
                Err(error)
            }
        }
    }

    /// What the site chose that is asked for at every turn.
    async fn load_choices(&self) -> Result<(), AppError> {
        self.access.load_limits().await?;
        self.load_log_switches().await
    }

    /// Puts the parts together and starts what runs behind them. Nothing in it can fail.
    fn start(
        options: AppOptions,
        store: Store,
        (guard, tagger, encoder): (Arc<Guard>, LoadingTagger, LoadingEncoder),
        knowledge: Knowledge,
    ) -> Arc<Self> {
        let Knowledge { site, library, destinations, administered, policy } = knowledge;
        let access = Arc::new(Access::new(
            store.clone(),
            Arc::clone(&options.clock),
            Arc::clone(&options.entropy),
            options.zone.clone(),
        ));
        access.policy().note_administered(administered);
        access.note_classes(library.classes());
        if let Some(policy) = policy {
            access.policy().enforce(policy);
        }
        let system = SystemPrompt::new(&site, &*options.entropy);
        let model = ModelKeeper::start(&options, system.prefix());
        let desk = Arc::new(Desk::new(DeskParts {
            store: store.clone(),
            access: Arc::clone(&access),
            guard: Arc::clone(&guard),
            index: library.index(),
            model: model.slot(),
            system,
            placeholders: if options.guard.reversible() {
                Placeholders::Reversible
            } else {
                Placeholders::Plain
            },
            care: options.guard.care_text.as_deref().map(Arc::from),
            clock: Arc::clone(&options.clock),
            entropy: Arc::clone(&options.entropy),
        }));
        let housekeeping = tokio::spawn(keep_house(
            options.clone(),
            store.clone(),
            Arc::clone(&destinations),
            Arc::clone(&access),
            Arc::clone(&desk),
        ));
        let journal = Journal::start(store.clone());
        let librarian = library.keep(store.clone(), encoder.clone(), Arc::clone(&access));
        Arc::new(Self {
            options,
            site,
            store,
            destinations,
            access,
            guard,
            tagger,
            encoder,
            library,
            desk,
            model,
            journal,
            log_switches: RwLock::default(),
            promises: RwLock::default(),
            housekeeping,
            librarian,
        })
    }
}

/// What opens a vault that is made.
#[derive(Debug)]
pub enum FirstKey {
    /// A key in the configuration folder.
    KeyFile,
    /// A key in the desktop's keyring.
    Keyring,
    /// A passphrase, stretched so that unlocking takes about a second on this machine.
    Passphrase(Secret<String>),
}

async fn create(options: &AppOptions, first: FirstKey) -> Result<Store, AppError> {
    let first = match first {
        FirstKey::KeyFile => NewKey::KeyFile,
        FirstKey::Keyring => NewKey::Keyring,
        FirstKey::Passphrase(passphrase) => keys::stretched(passphrase).await?,
    };
    let drawn = (&*options.entropy, options.clock.now());
    Ok(Vault::create_with(&options.paths, first, options.keys.clone(), drawn).await?)
}

/// What an opened vault knows, and where its copies go.
struct Knowledge {
    site: String,
    library: Arc<Library>,
    destinations: Arc<[Destination]>,
    /// Whether somebody may sign in as an administrator.
    administered: bool,
    /// The site's own policy, where it has one.
    policy: Option<Policy>,
}

/// Tidies the vault up and builds the index over its entries.
async fn prepare(
    store: &Store,
    encoder: &LoadingEncoder,
    destinations: Vec<Destination>,
    options: &AppOptions,
) -> Result<Knowledge, AppError> {
    let now = options.clock.now();
    store.end_orphaned_guests(now).await?;
    store.purge(now, watch_clock(store, options).await?).await?;
    let library = Arc::new(Library::open(store, encoder).await?);
    let admin: AuditCode =
        RoleName::admin().as_str().parse().map_err(|error: AuditCodeError| failed(&error))?;
    Ok(Knowledge {
        site: site_name(&library),
        library,
        destinations: destinations.into(),
        administered: store.count_active(&admin).await? > 0,
        policy: policy::in_force(store).await?,
    })
}

/// Purges what has expired, forgets the keys of sessions that are gone, and copies the signed heads
/// of the audit log elsewhere.
async fn keep_house(
    options: AppOptions,
    store: Store,
    destinations: Arc<[Destination]>,
    access: Arc<Access>,
    desk: Arc<Desk>,
) {
    let mut tick = tokio::time::interval(PURGE_INTERVAL);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tick.tick().await;
    let mut checked_at = options.clock.monotonic();
    let mut backups_fail_since = None;
    loop {
        tick.tick().await;
        if options.clock.monotonic().saturating_sub(checked_at) >= CHECK_INTERVAL {
            checked_at = options.clock.monotonic();
            if let Err(error) = check_integrity(&store, &options).await {
                tracing::error!(%error, "the database could not be checked");
            }
        }
        measure_disk(&store, &options).await;
        measure_checkpoints(&store, &options).await;
        let purged = async {
            let clock = watch_clock(&store, &options).await?;
            store.purge(options.clock.now(), clock).await
        };
        match purged.await {
            Ok(report) => {
                access.forget(&report.ended);
                desk.forget(&report.ended);
            }
            Err(error) => {
                tracing::error!(%error, "the purge failed; it is tried again");
                desk.forget(&[]);
            }
        }
        keep_checkpoints(&store, &destinations, desk.parts().clock.now()).await;
        keep_tombstones(&store, &destinations, &options).await;
        let now = options.clock.monotonic();
        if backups_fail_since.is_none_or(|since| now.saturating_sub(since) >= BACKUP_RETRY) {
            let drawn = (&*options.entropy, options.clock.now());
            let made = keep_backups(&store, &destinations, drawn).await;
            backups_fail_since = (!made.unwrap_or(false)).then_some(now);
        }
    }
}

async fn import(store: &Store, options: &AppOptions) -> Result<usize, AppError> {
    let (info, entries) = match options.pack {
        Pack::None => return Ok(0),
        Pack::Manga => {
            let info = pack::manga()?;
            let entries =
                read_pack(&info.id, pack::MANGA_ENTRIES).map_err(|error| failed(&error))?;
            (info, entries)
        }
    };
    let count = entries.len();
    let passages: Vec<Passage> = entries.into_iter().map(Passage::from).collect();
    let collection: AuditCode = info.id.parse().map_err(|error: AuditCodeError| failed(&error))?;
    store.replace_collection(&collection, &passages, options.clock.now()).await?;
    Ok(count)
}

/// The name of whose desk this is: that of the sample pack where its entries are.
fn site_name(library: &Library) -> String {
    pack::manga()
        .ok()
        .filter(|pack| library.holds(&pack.id))
        .map_or_else(|| NAMELESS_SITE.to_owned(), |pack| pack.name)
}

pub(crate) fn failed(error: &dyn std::error::Error) -> AppError {
    AppError::new(ErrorCode::KnowledgeFailed, sentence(&error.to_string()))
}
