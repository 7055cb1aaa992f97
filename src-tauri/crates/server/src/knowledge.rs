//! `/api/passages`, `/api/suggestions`, `/api/draft`: what the reader may look at, and what would
//! be hidden.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{DraftDto, ErrorBody, MessageDto, PassageDto, SuggestionsDto};

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// A passage that the reader may read.
#[utoipa::path(get, path = "/api/passages/{id}", tag = "knowledge",
    params(("id" = String, Path, description = "The passage")),
    responses((status = 200, body = PassageDto), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn passage(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<PassageDto>, ApiError> {
    Ok(Json(context.app.passage(&session, &context.peer, &id).await?))
}

/// Questions to start with.
#[utoipa::path(get, path = "/api/suggestions", tag = "knowledge",
    responses((status = 200, body = SuggestionsDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn suggestions(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Json<SuggestionsDto> {
    Json(context.app.suggestions(&session))
}

/// What would be hidden if this draft were sent. Nothing of it is kept.
#[utoipa::path(post, path = "/api/draft", tag = "knowledge", request_body = MessageDto,
    responses((status = 200, body = DraftDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn draft(
    State(context): State<Context>,
    Reader(_session): Reader,
    Body(message): Body<MessageDto>,
) -> Result<Json<DraftDto>, ApiError> {
    Ok(Json(context.app.check_draft(message.text).await?))
}
