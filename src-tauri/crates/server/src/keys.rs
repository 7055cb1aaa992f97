//! `/api/keys`: the ways to unlock the vault.

use axum::{Json, extract::State};
use cloister_app::{
    ErrorBody, KeySlotDto, KeySlotsDto, NewKeyDto, RecoveryCodeDto, RemovedKeyDto, RotatedDto,
    RotationDto,
};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Number, Reader},
};

/// The ways to unlock the vault.
#[utoipa::path(get, path = "/api/keys", tag = "keys",
    responses((status = 200, body = KeySlotsDto), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<KeySlotsDto>, ApiError> {
    Ok(Json(context.app.key_slots(&session).await?))
}

/// Adds a way to unlock the vault.
#[utoipa::path(post, path = "/api/keys", tag = "keys", request_body = NewKeyDto,
    responses((status = 200, body = KeySlotDto), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn add(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(new): Body<NewKeyDto>,
) -> Result<Json<KeySlotDto>, ApiError> {
    Ok(Json(context.app.add_key(&session, new).await?))
}

/// Removes a way to unlock the vault; never the last.
#[utoipa::path(delete, path = "/api/keys/{id}", tag = "keys", params(("id" = u32, Path)),
    responses((status = 200, body = RemovedKeyDto), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn remove(
    State(context): State<Context>,
    Reader(session): Reader,
    Number(id): Number<u32>,
) -> Result<Json<RemovedKeyDto>, ApiError> {
    Ok(Json(context.app.remove_key(&session, id).await?))
}

/// Replaces the root key and encrypts the database anew.
#[utoipa::path(post, path = "/api/keys/rotate", tag = "keys", request_body = RotationDto,
    responses((status = 200, body = RotatedDto), (status = 403, body = ErrorBody)))]
pub(crate) async fn rotate(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(rotation): Body<RotationDto>,
) -> Result<Json<RotatedDto>, ApiError> {
    Ok(Json(context.app.rotate_keys(&session, rotation).await?))
}

/// Makes a recovery code, in the place of the one before.
#[utoipa::path(post, path = "/api/keys/recovery", tag = "keys",
    responses((status = 200, body = RecoveryCodeDto), (status = 403, body = ErrorBody)))]
pub(crate) async fn renew_recovery(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<RecoveryCodeDto>, ApiError> {
    Ok(Json(context.app.renew_recovery(&session).await?))
}

/// Notes that the recovery code was typed back.
#[utoipa::path(post, path = "/api/keys/recovery/confirm", tag = "keys",
    request_body = RecoveryCodeDto,
    responses((status = 204), (status = 403, body = ErrorBody)))]
pub(crate) async fn confirm_recovery(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(typed): Body<RecoveryCodeDto>,
) -> Result<StatusCode, ApiError> {
    context.app.confirm_recovery(&session, typed).await?;
    Ok(StatusCode::NO_CONTENT)
}
