//! `/api/turns` and `/api/conversation`: ask, follow, stop, read again.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{Path, State},
    response::{Sse, sse::Event as SseEvent},
};
use cloister_app::{AcceptedDto, ConversationDto, ErrorBody, EventDto, MessageDto};
use futures_util::{Stream, StreamExt};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// Takes a message and starts its turn.
#[utoipa::path(post, path = "/api/turns", tag = "turns", request_body = MessageDto,
    responses((status = 202, body = AcceptedDto), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn ask(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(message): Body<MessageDto>,
) -> Result<(StatusCode, Json<AcceptedDto>), ApiError> {
    let turn = context.app.ask(session, context.peer, message.text).await?;
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

/// The session's conversation.
#[utoipa::path(get, path = "/api/conversation", tag = "turns",
    responses((status = 200, body = ConversationDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn conversation(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<ConversationDto>, ApiError> {
    Ok(Json(context.app.conversation(&session).await?))
}

/// One event in the format of the HTML standard, section 9.2.
fn frame(event: EventDto) -> SseEvent {
    let name = event.name();
    let data = event.into_data();
    SseEvent::default().event(name).data(data.to_string())
}
