//! `/api/audit`: read, export, verify, sign.

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use cloister_app::{
    AuditEvidenceDto, AuditPageDto, AuditPeriodDto, AuditQueryDto, AuditVerificationDto,
    CheckpointDto, CheckpointQueryDto, CheckpointsDto, ErrorBody,
};
use futures_util::stream;
use http::{StatusCode, header};

use crate::{
    ApiError, reader,
    reader::{Context, MaybeReader, Parameters, Reader},
};

/// A page of the log, the newest record first. Reading it is recorded.
#[utoipa::path(get, path = "/api/audit", tag = "audit", params(AuditQueryDto),
    responses((status = 200, body = AuditPageDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(query): Parameters<AuditQueryDto>,
) -> Result<Json<AuditPageDto>, ApiError> {
    Ok(Json(context.app.audit(&session, &query).await?))
}

/// The log as JSON Lines in the shape of OCSF; `unmapped` is what the hash covers.
#[utoipa::path(get, path = "/api/audit/export", tag = "audit", params(AuditPeriodDto),
    responses((status = 200, body = String, content_type = "application/x-ndjson"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn export(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(period): Parameters<AuditPeriodDto>,
) -> Result<Response, ApiError> {
    let export = context.app.export_audit(&session, &period).await?;
    // An error ends the body without its end, which every client takes for what it is.
    let lines = stream::try_unfold(export, async |mut export| {
        let lines = export.next().await?;
        Ok::<_, cloister_app::AppError>((!lines.is_empty()).then_some((lines, export)))
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

/// Verifies the log. Open to whoever sits at the machine; others need the permission.
#[utoipa::path(post, path = "/api/audit/verify", tag = "audit", request_body = AuditEvidenceDto,
    responses((status = 200, body = AuditVerificationDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn verify(
    State(context): State<Context>,
    MaybeReader(session): MaybeReader,
    reader::Body(evidence): reader::Body<AuditEvidenceDto>,
) -> Result<Json<AuditVerificationDto>, ApiError> {
    Ok(Json(context.app.verify_audit(&context.peer, session.as_ref(), &evidence).await?))
}

/// Signs the head of the log.
#[utoipa::path(post, path = "/api/audit/checkpoints", tag = "audit",
    responses((status = 201, body = CheckpointDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn sign(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<(StatusCode, Json<CheckpointDto>), ApiError> {
    Ok((StatusCode::CREATED, Json(context.app.sign_checkpoint(&session).await?)))
}

/// The heads that were signed, and where copies are.
#[utoipa::path(get, path = "/api/audit/checkpoints", tag = "audit", params(CheckpointQueryDto),
    responses((status = 200, body = CheckpointsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn checkpoints(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(query): Parameters<CheckpointQueryDto>,
) -> Result<Json<CheckpointsDto>, ApiError> {
    Ok(Json(context.app.checkpoints(&session, &query).await?))
}
