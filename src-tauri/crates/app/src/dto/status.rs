//! The state of the appliance and of its promises.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::EngineDto;

/// The state of the appliance, for the status line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Status)]
pub struct StatusDto {
    /// The program's version.
    pub version: String,
    /// Whose desk this is.
    pub site: SiteDto,
    /// The model's state.
    pub model: ModelDto,
    /// The promises, as last checked.
    pub promises: Vec<PromiseDto>,
    /// Whether it has an administrator.
    pub administered: bool,
}

/// Whose desk this is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Site)]
pub struct SiteDto {
    /// The name to show.
    pub name: String,
}

/// What the model is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ModelState)]
pub enum ModelStateDto {
    /// No usable file.
    Missing,
    /// Being checked and loaded.
    Loading,
    /// Ready to answer.
    Ready,
    /// Its worker ended and is starting again.
    Restarting,
    /// It cannot be loaded.
    Failed,
}

impl ModelStateDto {
    /// The state in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Restarting => "restarting",
            Self::Failed => "failed",
        }
    }
}

/// The model's state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelStatus)]
pub struct ModelDto {
    /// What it is doing.
    pub state: ModelStateDto,
    /// Its id in the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How far loading is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<f32>,
    /// What is wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromiseState {
    /// Shown to hold just now.
    Held,
    /// Holds but for the limit that is named.
    HeldWithLimit,
    /// What keeps it is not there yet.
    NotBuilt,
    /// Shown not to hold.
    Broken,
}

/// One of the six promises and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PromiseStatus)]
pub struct PromiseDto {
    /// `P1` to `P6`.
    pub id: String,
    /// The promise.
    pub title: String,
    /// How it stands.
    pub state: PromiseState,
    /// What was seen that shows it.
    pub evidence: String,
    /// What it does not cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// What an examination of the appliance found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Examination)]
pub struct DoctorDto {
    /// Each promise, tried just now.
    pub promises: Vec<PromiseDto>,
    /// The model's state, once it is known.
    pub model: ModelDto,
    /// What it did since the program started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineDto>,
    /// Why names and addresses are found by rules alone, if they are.
    pub names_trouble: Option<String>,
}
