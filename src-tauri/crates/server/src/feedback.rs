//! `/api/feedback`: what readers say of answers.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{ErrorBody, FeedbackDto, FeedbackListDto};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// Rates one of the reader's turns.
#[utoipa::path(post, path = "/api/turns/{id}/feedback", tag = "turns", request_body = FeedbackDto,
    params(("id" = String, Path, description = "The turn")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 413, body = ErrorBody)))]
pub(crate) async fn give(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
    Body(feedback): Body<FeedbackDto>,
) -> Result<StatusCode, ApiError> {
    context.app.give_feedback(&session, &id, feedback).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What readers said, the latest first.
#[utoipa::path(get, path = "/api/feedback", tag = "compliance",
    responses((status = 200, body = FeedbackListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<FeedbackListDto>, ApiError> {
    Ok(Json(context.app.feedback(&session).await?))
}
