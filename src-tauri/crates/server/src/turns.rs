//! `/api/turns`, `/api/conversation` and `/api/conversations`: ask, follow, stop, read again.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{Path, State},
    response::{Sse, sse::Event as SseEvent},
};
use cloister_app::{
    AcceptedDto, ConversationDto, ConversationsDto, ErrorBody, EventDto, MessageDto,
    OwnConversationDto,
};
use futures_util::{Stream, StreamExt};
use http::StatusCode;
use serde::Deserialize;

use crate::{
    ApiError,
    reader::{Body, Context, Parameters, Reader},
};

/// Takes a message and starts its turn.
#[utoipa::path(post, path = "/api/turns", tag = "turns", request_body = MessageDto,
    responses((status = 202, body = AcceptedDto), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn ask(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(message): Body<MessageDto>,
) -> Result<(StatusCode, Json<AcceptedDto>), ApiError> {
    let turn = context.app.ask(session, context.peer, message).await?;
    Ok((StatusCode::ACCEPTED, Json(AcceptedDto { id: turn.id().to_string() })))
}

/// The turn's events from the first, then live; ends after `done`.
#[utoipa::path(get, path = "/api/turns/{id}/events", tag = "turns",
    params(("id" = String, Path, description = "The turn")),
    responses((status = 200, body = EventDto, content_type = "text/event-stream"),
        (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn events(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, ApiError> {
    let turn = context.app.turn(&session, &id)?;
    let events = turn.log().follow().map(|event| Ok(frame(event.into())));
    Ok(Sse::new(events))
}

/// Stops the turn; it still ends with `done`, as cancelled.
#[utoipa::path(post, path = "/api/turns/{id}/cancel", tag = "turns",
    params(("id" = String, Path, description = "The turn")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn cancel(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.turn(&session, &id)?.cancel();
    Ok(StatusCode::NO_CONTENT)
}

/// The reader's latest conversation.
#[utoipa::path(get, path = "/api/conversation", tag = "turns",
    responses((status = 200, body = ConversationDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn conversation(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<ConversationDto>, ApiError> {
    Ok(Json(context.app.conversation(&session, None).await?))
}

/// Which of the reader's conversations are listed.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    find: Option<String>,
}

/// The reader's conversations, or those in which something was said.
#[utoipa::path(get, path = "/api/conversations", tag = "turns",
    params(("find" = Option<String>, Query, description = "Words of a question or answer")),
    responses((status = 200, body = ConversationsDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody)))]
pub(crate) async fn conversations(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<ConversationsDto>, ApiError> {
    Ok(Json(context.app.conversations(&session, wanted.find.as_deref()).await?))
}

/// Begins a conversation, to which the next message goes.
#[utoipa::path(post, path = "/api/conversations", tag = "turns",
    responses((status = 201, body = OwnConversationDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn begin_conversation(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<(StatusCode, Json<OwnConversationDto>), ApiError> {
    let begun = context.app.begin_conversation(&session).await?;
    Ok((StatusCode::CREATED, Json(begun)))
}

/// One of the reader's conversations with its turns.
#[utoipa::path(get, path = "/api/conversations/{id}", tag = "turns",
    params(("id" = String, Path, description = "The conversation")),
    responses((status = 200, body = ConversationDto), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn one_conversation(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<ConversationDto>, ApiError> {
    Ok(Json(context.app.conversation(&session, Some(&id)).await?))
}

/// Deletes one of the reader's conversations.
#[utoipa::path(delete, path = "/api/conversations/{id}", tag = "turns",
    params(("id" = String, Path, description = "The conversation")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_conversation(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.delete_conversation(&session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One event in the format of the HTML standard, section 9.2.
fn frame(event: EventDto) -> SseEvent {
    let name = event.name();
    let data = event.into_data();
    SseEvent::default().event(name).data(data.to_string())
}
