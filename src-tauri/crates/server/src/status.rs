//! `/api/status`, `/api/doctor`: the appliance's state.

use axum::{Json, extract::State};
use cloister_app::{DoctorDto, ErrorBody, StatusDto};

use crate::{ApiError, reader::Context};

/// The state of the appliance.
#[utoipa::path(get, path = "/api/status", tag = "status",
    responses((status = 200, body = StatusDto)))]
pub(crate) async fn show(State(context): State<Context>) -> Json<StatusDto> {
    Json(context.app.status())
}

/// Tries the promises on the machine itself.
#[utoipa::path(post, path = "/api/doctor", tag = "status",
    responses((status = 200, body = DoctorDto), (status = 403, body = ErrorBody)))]
pub(crate) async fn examine(State(context): State<Context>) -> Result<Json<DoctorDto>, ApiError> {
    Ok(Json(context.app.examine(&context.peer).await?))
}
