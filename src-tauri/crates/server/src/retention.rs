//! `/api/retention`: how long data are kept, holds, and the purge on demand.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{
    ClockDto, ErrorBody, HoldListDto, NewHoldDto, PurgeDto, PurgeRequestDto, RetentionChangeDto,
    RetentionListDto,
};

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// How long every class of data is kept.
#[utoipa::path(get, path = "/api/retention", tag = "retention",
    responses((status = 200, body = RetentionListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<RetentionListDto>, ApiError> {
    Ok(Json(context.app.retention(&session).await?))
}

/// Changes how long a class is kept.
#[utoipa::path(patch, path = "/api/retention/{class}", tag = "retention",
    params(("class" = String, Path, description = "The class")),
    request_body = RetentionChangeDto,
    responses((status = 200, body = RetentionListDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn change(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(class): Path<String>,
    Body(change): Body<RetentionChangeDto>,
) -> Result<Json<RetentionListDto>, ApiError> {
    Ok(Json(context.app.change_retention(&session, &class, change).await?))
}

/// Deletes what is due, or says what that is.
#[utoipa::path(post, path = "/api/retention/purge", tag = "retention",
    request_body = PurgeRequestDto,
    responses((status = 200, body = PurgeDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
pub(crate) async fn purge(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(request): Body<PurgeRequestDto>,
) -> Result<Json<PurgeDto>, ApiError> {
    Ok(Json(context.app.purge(&session, request).await?))
}

/// Trusts the clock as it is now, after it jumped.
#[utoipa::path(post, path = "/api/clock/confirm", tag = "retention",
    responses((status = 200, body = ClockDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn confirm_clock(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<ClockDto>, ApiError> {
    Ok(Json(context.app.confirm_clock(&session).await?))
}

/// Every legal hold.
#[utoipa::path(get, path = "/api/retention/holds", tag = "retention",
    responses((status = 200, body = HoldListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn holds(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<HoldListDto>, ApiError> {
    Ok(Json(context.app.holds(&session).await?))
}

/// Places a legal hold.
#[utoipa::path(post, path = "/api/retention/holds", tag = "retention", request_body = NewHoldDto,
    responses((status = 200, body = HoldListDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn place_hold(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(hold): Body<NewHoldDto>,
) -> Result<Json<HoldListDto>, ApiError> {
    Ok(Json(context.app.place_hold(&session, hold).await?))
}

/// Releases a legal hold before its end.
#[utoipa::path(delete, path = "/api/retention/holds/{id}", tag = "retention",
    params(("id" = String, Path, description = "The hold")),
    responses((status = 200, body = HoldListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn release_hold(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<HoldListDto>, ApiError> {
    Ok(Json(context.app.release_hold(&session, &id).await?))
}
