//! The model: found, checked, loaded behind the window, measured.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use cloister_chat::ModelSlot;
use cloister_inference::{
    BenchPlan, BenchReport, EncoderRecord, Engine, EngineMetrics, EngineOptions, EngineState,
    LanguageModel, Manifest, Message, ModelError, ModelRecord, WorkerCommand, verify,
};
use cloister_types::VerifiedModel;

use crate::{
    App, AppError, AppOptions, ErrorCode, ModelDto, ModelSource, ModelStateDto, error::sentence,
};

/// What the model is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelStatus {
    /// No usable file; the sentence says what to do.
    Missing(String),
    /// The file is being checked.
    Checking {
        /// The model's id.
        id: String,
    },
    /// The engine has it.
    Engine {
        /// The model's id.
        id: String,
        /// What the engine is doing.
        state: EngineState,
    },
}

/// Looks after the model of one appliance.
pub(crate) struct ModelKeeper {
    slot: Arc<ModelSlot>,
    stage: RwLock<Stage>,
}

enum Stage {
    Missing(String),
    Checking(String),
    Given(Arc<dyn LanguageModel>),
    Running(String, Engine),
}

impl ModelKeeper {
    /// Starts checking and loading the default model in the background; `prefix` is computed ahead
    /// once it is ready.
    pub(crate) fn start(options: &AppOptions, prefix: Vec<Message>) -> Arc<Self> {
        let keeper = Arc::new(Self {
            slot: Arc::default(),
            stage: RwLock::new(Stage::Missing(String::new())),
        });
        match options.model.clone() {
            ModelSource::Missing(why) => keeper.set(Stage::Missing(why.to_owned())),
            ModelSource::Given(model) => {
                keeper.slot.set(Some(Arc::clone(&model)));
                keeper.set(Stage::Given(model));
            }
            ModelSource::Worker(worker) => match Manifest::built_in() {
                Ok(manifest) => {
                    let record = manifest.default_record().clone();
                    keeper.slot.expect();
                    keeper.set(Stage::Checking(record.id().to_owned()));
                    let models = options.models.clone();
                    tokio::spawn(Arc::clone(&keeper).load(models, record, worker, prefix));
                }
                Err(error) => keeper.set(Stage::Missing(sentence(&error.to_string()))),
            },
        }
        keeper
    }

    async fn load(
        self: Arc<Self>,
        models: Vec<PathBuf>,
        record: ModelRecord,
        worker: WorkerCommand,
        prefix: Vec<Message>,
    ) {
        let id = record.id().to_owned();
        let options = EngineOptions::for_record(&record);
        let checked = tokio::task::spawn_blocking(move || find(&models, &record)).await;
        let model = match checked {
            Ok(Ok(model)) => model,
            Ok(Err(error)) => {
                tracing::warn!(%error, "no model");
                return self.give_up(sentence(&error.to_string()));
            }
            Err(_) => return self.give_up("The model could not be checked.".to_owned()),
        };
        let engine = Engine::start(worker, model, options);
        engine.prepare(prefix);
        self.set(Stage::Running(id, engine.clone()));
        self.slot.set(Some(Arc::new(engine)));
    }

    fn give_up(&self, why: String) {
        self.set(Stage::Missing(why));
        self.slot.set(None);
    }

    fn set(&self, stage: Stage) {
        *self.stage.write().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    pub(crate) fn slot(&self) -> Arc<ModelSlot> {
        Arc::clone(&self.slot)
    }

    pub(crate) fn status(&self) -> ModelStatus {
        match &*self.stage.read().unwrap_or_else(PoisonError::into_inner) {
            Stage::Missing(message) => ModelStatus::Missing(message.clone()),
            Stage::Checking(id) => ModelStatus::Checking { id: id.clone() },
            Stage::Given(model) => {
                ModelStatus::Engine { id: "given".to_owned(), state: model.state() }
            }
            Stage::Running(id, engine) => {
                ModelStatus::Engine { id: id.clone(), state: engine.state() }
            }
        }
    }

    /// Waits until the model is ready or known not to be.
    async fn settled(&self) -> ModelStatus {
        // The stage is set before the slot, so it is the final one here.
        drop(self.slot.settled().await);
        if let Some(engine) = self.engine() {
            let mut state = engine.watch();
            let settled = |state: &EngineState| !matches!(state, EngineState::Loading { .. });
            drop(state.wait_for(settled).await);
        }
        self.status()
    }

    fn engine(&self) -> Option<Engine> {
        match &*self.stage.read().unwrap_or_else(PoisonError::into_inner) {
            Stage::Running(_, engine) => Some(engine.clone()),
            Stage::Missing(_) | Stage::Checking(_) | Stage::Given(_) => None,
        }
    }

    /// What the engine did; `None` while there is none.
    pub(crate) fn metrics(&self) -> Option<EngineMetrics> {
        self.engine().map(|engine| engine.metrics())
    }

    pub(crate) async fn shut_down(&self) {
        self.slot.set(None);
        if let Some(engine) = self.engine() {
            engine.shut_down().await;
        }
    }
}

impl App {
    /// The model's state once it is neither being checked nor loaded.
    pub async fn model_when_settled(&self) -> ModelDto {
        self.model.settled().await.into()
    }
}

impl From<ModelStatus> for ModelDto {
    fn from(status: ModelStatus) -> Self {
        let dto = |state, id, progress, message| Self { state, id, progress, message };
        match status {
            ModelStatus::Missing(message) => dto(ModelStateDto::Missing, None, None, Some(message)),
            ModelStatus::Checking { id } => dto(ModelStateDto::Loading, Some(id), Some(0.0), None),
            ModelStatus::Engine { id, state } => match state {
                EngineState::Loading { progress } => {
                    dto(ModelStateDto::Loading, Some(id), Some(progress), None)
                }
                EngineState::Ready { .. } => dto(ModelStateDto::Ready, Some(id), None, None),
                EngineState::Restarting { .. } => {
                    dto(ModelStateDto::Restarting, Some(id), None, None)
                }
                EngineState::Failed { reason } => {
                    dto(ModelStateDto::Failed, Some(id), None, Some(sentence(&reason)))
                }
            },
        }
    }
}

/// The models that the manifest names.
///
/// # Errors
/// [`ErrorCode::ModelAltered`] when the compiled-in manifest cannot be read.
pub fn list_models() -> Result<Vec<ModelRecord>, AppError> {
    Ok(Manifest::built_in()?.records().to_vec())
}

/// Checks the file of the model `id`, or of the default one. Blocks while it reads the file.
///
/// # Errors
/// [`ErrorCode::ModelMissing`] or [`ErrorCode::ModelAltered`], naming the file and what to do.
pub fn verify_model(models: &[PathBuf], id: Option<&str>) -> Result<VerifiedModel, AppError> {
    Ok(find(models, &named(id)?)?)
}

/// The manifest's model `id`, or its default one.
fn named(id: Option<&str>) -> Result<ModelRecord, AppError> {
    let manifest = Manifest::built_in()?;
    Ok(match id {
        Some(id) => manifest.record(id)?.clone(),
        None => manifest.default_record().clone(),
    })
}

/// Measures the model in a worker of its own. Needs no vault.
///
/// # Errors
/// As [`verify_model`], and [`ErrorCode::ModelUnavailable`] when the worker fails.
pub async fn bench_model(
    models: &[PathBuf],
    id: Option<&str>,
    worker: WorkerCommand,
    plan: BenchPlan,
) -> Result<BenchReport, AppError> {
    let record = named(id)?;
    let model = find(models, &record)?;
    let engine = Engine::start(worker, model, EngineOptions::for_record(&record));
    let report = engine.bench(plan).await;
    engine.shut_down().await;
    report.map_err(|error| AppError::new(ErrorCode::ModelUnavailable, sentence(&error.to_string())))
}

/// The first folder of `models` that has the weights of `encoder`.
pub(crate) fn folder_of<'m>(models: &'m [PathBuf], encoder: Option<&EncoderRecord>) -> &'m Path {
    let file = encoder.map_or("", |record| record.model().file());
    let folder = models.iter().find(|folder| folder.join(file).exists()).or(models.first());
    folder.map_or(Path::new(""), PathBuf::as_path)
}

/// The first folder of `models` that has the file decides.
fn find(models: &[PathBuf], record: &ModelRecord) -> Result<VerifiedModel, ModelError> {
    let present = models.iter().find(|folder| folder.join(record.file()).exists());
    let fallback = models.first().map_or_else(PathBuf::new, Clone::clone);
    verify(present.unwrap_or(&fallback), record)
}

impl From<ModelError> for AppError {
    fn from(error: ModelError) -> Self {
        let code = match error {
            ModelError::WrongSize { .. } | ModelError::WrongDigest { .. } => {
                ErrorCode::ModelAltered
            }
            _ => ErrorCode::ModelMissing,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}
