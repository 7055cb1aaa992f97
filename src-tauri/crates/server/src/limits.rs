//! `/api/limits` and `/api/challenge`: what may be asked how often, who is held back, and proofs of
//! work.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{ErrorBody, LimitDto, LimitPatchDto, LimitsDto, ProofDto};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// Every limit, and who is held back now.
#[utoipa::path(get, path = "/api/limits", tag = "limits",
    responses((status = 200, body = LimitsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<LimitsDto>, ApiError> {
    Ok(Json(context.app.limits(&session).await?))
}

/// Sets a limit within its bounds.
#[utoipa::path(patch, path = "/api/limits", tag = "limits", request_body = LimitPatchDto,
    responses((status = 200, body = LimitDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn set(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(patch): Body<LimitPatchDto>,
) -> Result<Json<LimitDto>, ApiError> {
    Ok(Json(context.app.set_limit(&session, patch).await?))
}

/// Lifts what holds somebody back.
#[utoipa::path(delete, path = "/api/limits/{peer}", tag = "limits",
    params(("peer" = String, Path, description = "`device`, an address or a pseudonym")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn lift(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(peer): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.lift(&session, &peer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the answer to the challenge that an error carried.
#[utoipa::path(post, path = "/api/challenge", tag = "limits", request_body = ProofDto,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
pub(crate) async fn answer(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(proof): Body<ProofDto>,
) -> Result<StatusCode, ApiError> {
    context.app.answer_challenge(&session, &context.peer, &proof)?;
    Ok(StatusCode::NO_CONTENT)
}
