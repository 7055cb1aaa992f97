//! `/api/alerts`: what somebody should look at, and what raises it.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{
    AlertDto, AlertPatchDto, AlertRuleDto, AlertRulePatchDto, AlertRulesDto, AlertsDto, ErrorBody,
};

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// Alerts, those that are not closed first.
#[utoipa::path(get, path = "/api/alerts", tag = "alerts",
    responses((status = 200, body = AlertsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<AlertsDto>, ApiError> {
    Ok(Json(context.app.alerts(&session).await?))
}

/// Acknowledges an alert, or closes it with a note.
#[utoipa::path(patch, path = "/api/alerts/{id}", tag = "alerts", request_body = AlertPatchDto,
    params(("id" = String, Path, description = "The alert")),
    responses((status = 200, body = AlertDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn change(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
    Body(patch): Body<AlertPatchDto>,
) -> Result<Json<AlertDto>, ApiError> {
    Ok(Json(context.app.change_alert(&session, &id, patch).await?))
}

/// What raises alerts.
#[utoipa::path(get, path = "/api/alerts/rules", tag = "alerts",
    responses((status = 200, body = AlertRulesDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn rules(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<AlertRulesDto>, ApiError> {
    Ok(Json(context.app.alert_rules(&session).await?))
}

/// Changes a rule within its bounds.
#[utoipa::path(patch, path = "/api/alerts/rules", tag = "alerts",
    request_body = AlertRulePatchDto,
    responses((status = 200, body = AlertRuleDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn set_rule(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(patch): Body<AlertRulePatchDto>,
) -> Result<Json<AlertRuleDto>, ApiError> {
    Ok(Json(context.app.change_alert_rule(&session, patch).await?))
}
