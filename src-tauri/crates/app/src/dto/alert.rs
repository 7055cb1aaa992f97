//! Alerts and their rules.

use cloister_store::AlertState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far an alert was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertState)]
pub enum AlertStateDto {
    /// Nobody has looked.
    Open,
    /// Somebody is looking.
    Acknowledged,
    /// Dealt with.
    Closed,
}

impl From<AlertState> for AlertStateDto {
    fn from(state: AlertState) -> Self {
        match state {
            AlertState::Open => Self::Open,
            AlertState::Acknowledged => Self::Acknowledged,
            AlertState::Closed => Self::Closed,
        }
    }
}

/// Something that somebody should look at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertDto {
    /// Its id.
    pub id: String,
    /// What it is about: the name of its rule.
    pub kind: String,
    /// `notice`, `warning` or `critical`.
    pub severity: String,
    /// How far it was dealt with.
    pub state: AlertStateDto,
    /// The pseudonym of whom it concerns.
    #[schema(required)]
    pub subject: Option<String>,
    /// How often it happened.
    pub count: u64,
    /// When it happened first.
    pub first_at: String,
    /// When it happened last.
    pub last_at: String,
    /// The particulars of the last time, by name.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
    /// When its state was changed.
    #[schema(required)]
    pub changed_at: Option<String>,
    /// The pseudonym of who changed it.
    #[schema(required)]
    pub changed_by: Option<String>,
    /// How it was dealt with.
    #[schema(required)]
    pub note: Option<String>,
}

/// Alerts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Alerts)]
pub struct AlertsDto {
    /// Those that are not closed first, the latest first.
    pub items: Vec<AlertDto>,
}

/// What to do with an alert.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertPatch)]
pub struct AlertPatchDto {
    /// `acknowledged` or `closed`.
    pub state: AlertStateDto,
    /// How it was dealt with; needed to close it.
    pub note: Option<String>,
}

/// What raises an alert.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertRule)]
pub struct AlertRuleDto {
    /// Its name.
    pub kind: String,
    /// What it counts or measures.
    pub event: String,
    /// `count`: more events than the threshold within the window; `above` or `below`: a measure.
    pub test: String,
    /// `notice`, `warning` or `critical`.
    pub severity: String,
    /// What has to be exceeded, or fallen below.
    pub threshold: u64,
    /// The lowest threshold that it can have.
    pub lowest: u64,
    /// The highest.
    pub highest: u64,
    /// Seconds within which events are counted.
    pub window_s: u64,
    /// The shortest window that it can have.
    pub shortest_s: u64,
    /// The longest.
    pub longest_s: u64,
}

/// Every rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertRules)]
pub struct AlertRulesDto {
    /// By name.
    pub items: Vec<AlertRuleDto>,
}

/// A change of a rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertRulePatch)]
pub struct AlertRulePatchDto {
    /// Its name.
    pub kind: String,
    /// The new threshold.
    pub threshold: Option<u64>,
    /// The new window in seconds.
    pub window_s: Option<u64>,
}
