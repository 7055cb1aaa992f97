//! `/api/message-logs`: requests to read the message log, grants, and reading under one.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{
    ErrorBody, GrantDecision, LogRequestDto, LogRequestListDto, LogSwitchesDto, MessageLogDto,
    NewLogRequestDto,
};
use http::StatusCode;
use serde::Deserialize;

use crate::{
    ApiError,
    reader::{Body, Context, Parameters, Reader},
};

/// What is read.
#[derive(Deserialize)]
pub(crate) struct Reading {
    grant: String,
    before: Option<i64>,
}

/// Reads what a grant of the reader's opens; each page is on record.
#[utoipa::path(get, path = "/api/message-logs", tag = "message-logs",
    params(("grant" = String, Query, description = "The grant"),
        ("before" = Option<i64>, Query, description = "The `next` of the page before")),
    responses((status = 200, body = MessageLogDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn read(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(reading): Parameters<Reading>,
) -> Result<Json<MessageLogDto>, ApiError> {
    Ok(Json(context.app.message_log(&session, &reading.grant, reading.before).await?))
}

/// Asks to read message logs.
#[utoipa::path(post, path = "/api/message-logs/requests", tag = "message-logs",
    request_body = NewLogRequestDto,
    responses((status = 201, body = LogRequestDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn request(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(request): Body<NewLogRequestDto>,
) -> Result<(StatusCode, Json<LogRequestDto>), ApiError> {
    let made = context.app.request_log_access(&session, request).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Requests and grants: everybody's for who approves them or reports on them, else the reader's own.
#[utoipa::path(get, path = "/api/message-logs/requests", tag = "message-logs",
    responses((status = 200, body = LogRequestListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn requests(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<LogRequestListDto>, ApiError> {
    Ok(Json(context.app.log_requests(&session).await?))
}

/// Approves a request that somebody else made: it is a grant from now on.
#[utoipa::path(post, path = "/api/message-logs/requests/{id}/approve", tag = "message-logs",
    params(("id" = String, Path, description = "The request")),
    responses((status = 200, body = LogRequestDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn approve(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<LogRequestDto>, ApiError> {
    Ok(Json(context.app.decide_log_access(&session, &id, GrantDecision::Approved).await?))
}

/// Rejects a request.
#[utoipa::path(post, path = "/api/message-logs/requests/{id}/reject", tag = "message-logs",
    params(("id" = String, Path, description = "The request")),
    responses((status = 200, body = LogRequestDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn reject(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<LogRequestDto>, ApiError> {
    Ok(Json(context.app.decide_log_access(&session, &id, GrantDecision::Rejected).await?))
}

/// Ends a grant before its time, or withdraws a request.
#[utoipa::path(post, path = "/api/message-logs/requests/{id}/end", tag = "message-logs",
    params(("id" = String, Path, description = "The request or grant")),
    responses((status = 200, body = LogRequestDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn end(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<LogRequestDto>, ApiError> {
    Ok(Json(context.app.end_log_access(&session, &id).await?))
}

/// Whose questions and answers are kept in the message log.
#[utoipa::path(get, path = "/api/message-logs/switches", tag = "message-logs",
    responses((status = 200, body = LogSwitchesDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn switches(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<LogSwitchesDto>, ApiError> {
    Ok(Json(context.app.log_switches(&session).await?))
}

/// Chooses whose questions and answers are kept in the message log.
#[utoipa::path(put, path = "/api/message-logs/switches", tag = "message-logs",
    request_body = LogSwitchesDto,
    responses((status = 200, body = LogSwitchesDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn switch(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(chosen): Body<LogSwitchesDto>,
) -> Result<Json<LogSwitchesDto>, ApiError> {
    Ok(Json(context.app.switch_log(&session, chosen).await?))
}
