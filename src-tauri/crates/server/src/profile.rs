//! `/api/me` and `/api/sessions`: what people do with their own account.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{
    CodeDto, EnrolmentDto, ErrorBody, HoldingsDto, MeDto, OwnSessionsDto, PasswordChangeDto,
    RecoveryCodesDto,
};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Newcomer, Reader},
};

/// The reader's own account.
#[utoipa::path(get, path = "/api/me", tag = "me",
    responses((status = 200, body = MeDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn show(
    State(context): State<Context>,
    Newcomer(session): Newcomer,
) -> Result<Json<MeDto>, ApiError> {
    Ok(Json(context.app.me(&session).await?))
}

/// What is held about the reader, how long, and who read it.
#[utoipa::path(get, path = "/api/me/data", tag = "me",
    responses((status = 200, body = HoldingsDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn holdings(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<HoldingsDto>, ApiError> {
    Ok(Json(context.app.holdings(&session).await?))
}

/// Changes the reader's password; their other sessions end.
#[utoipa::path(post, path = "/api/me/password", tag = "me", request_body = PasswordChangeDto,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn change_password(
    State(context): State<Context>,
    Newcomer(session): Newcomer,
    Body(change): Body<PasswordChangeDto>,
) -> Result<StatusCode, ApiError> {
    context.app.change_password(&session, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up an authenticator; the answer is shown this once.
#[utoipa::path(post, path = "/api/me/second-factor", tag = "me",
    responses((status = 201, body = EnrolmentDto), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn enrol(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<(StatusCode, Json<EnrolmentDto>), ApiError> {
    let enrolment = context.app.enrol_second_factor(&session).await?;
    Ok((StatusCode::CREATED, Json(enrolment)))
}

/// Confirms the authenticator by its first code.
#[utoipa::path(post, path = "/api/me/second-factor/confirm", tag = "me", request_body = CodeDto,
    responses((status = 200, body = RecoveryCodesDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn confirm(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(code): Body<CodeDto>,
) -> Result<Json<RecoveryCodesDto>, ApiError> {
    Ok(Json(context.app.confirm_second_factor(&session, code).await?))
}

/// Removes the authenticator; the second factor must be fresh.
#[utoipa::path(delete, path = "/api/me/second-factor", tag = "me",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn remove(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<StatusCode, ApiError> {
    context.app.remove_second_factor(&session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces the codes on paper; the second factor must be fresh.
#[utoipa::path(post, path = "/api/me/recovery-codes", tag = "me",
    responses((status = 200, body = RecoveryCodesDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn renew_codes(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<RecoveryCodesDto>, ApiError> {
    Ok(Json(context.app.renew_recovery_codes(&session).await?))
}

/// The reader's own sessions.
#[utoipa::path(get, path = "/api/sessions", tag = "me",
    responses((status = 200, body = OwnSessionsDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn sessions(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<OwnSessionsDto>, ApiError> {
    Ok(Json(context.app.own_sessions(&session).await?))
}

/// Ends one of the reader's own sessions.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "me",
    params(("id" = String, Path, description = "The session")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn revoke(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.revoke_session(&session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of the reader's sessions but this one.
#[utoipa::path(delete, path = "/api/sessions", tag = "me",
    responses((status = 204), (status = 401, body = ErrorBody)))]
pub(crate) async fn revoke_others(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<StatusCode, ApiError> {
    context.app.revoke_other_sessions(&session).await?;
    Ok(StatusCode::NO_CONTENT)
}
