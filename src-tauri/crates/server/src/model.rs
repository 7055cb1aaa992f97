//! `/api/model`: how the model does.

use axum::{Json, extract::State};
use cloister_app::{ErrorBody, ModelReportDto};

use crate::{
    ApiError,
    reader::{Context, Reader},
};

/// The model's state, and what it did since the program started.
#[utoipa::path(get, path = "/api/model", tag = "status",
    responses((status = 200, body = ModelReportDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn report(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<ModelReportDto>, ApiError> {
    Ok(Json(context.app.model_report(&session).await?))
}
