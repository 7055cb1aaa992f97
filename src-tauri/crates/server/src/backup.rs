//! `/api/backups`: made, verified and tried. A restore needs no vault, and so no API.

use axum::{Json, extract::State};
use cloister_app::{
    BackupDto, BackupFileDto, BackupScheduleDto, BackupsDto, DrillDto, ErrorBody, NewBackupDto,
    NewDrillDto,
};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, OptionalBody, Reader},
};

/// The backups in every destination.
#[utoipa::path(get, path = "/api/backups", tag = "backup",
    responses((status = 200, body = BackupsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<BackupsDto>, ApiError> {
    Ok(Json(context.app.backups(&session).await?))
}

/// Makes and verifies a backup, while others go on.
#[utoipa::path(post, path = "/api/backups", tag = "backup", request_body = NewBackupDto,
    responses((status = 200, body = BackupsDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 507, body = ErrorBody)))]
pub(crate) async fn make(
    State(context): State<Context>,
    Reader(session): Reader,
    OptionalBody(request): OptionalBody<NewBackupDto>,
) -> Result<Json<BackupsDto>, ApiError> {
    Ok(Json(context.app.make_backup(&context.peer, &session, request).await?))
}

/// Verifies a backup.
#[utoipa::path(post, path = "/api/backups/verify", tag = "backup", request_body = BackupFileDto,
    responses((status = 200, body = BackupDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(crate) async fn verify(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(request): Body<BackupFileDto>,
) -> Result<Json<BackupDto>, ApiError> {
    Ok(Json(context.app.verify_backup(&context.peer, &session, request).await?))
}

/// Restores a backup for trial and wipes it again.
#[utoipa::path(post, path = "/api/backups/drill", tag = "backup", request_body = NewDrillDto,
    responses((status = 200, body = DrillDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(crate) async fn drill(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(request): Body<NewDrillDto>,
) -> Result<Json<DrillDto>, ApiError> {
    Ok(Json(context.app.drill_backup(&context.peer, &session, request).await?))
}

/// Takes the audit log of a restored vault for the right one.
#[utoipa::path(post, path = "/api/backups/accept", tag = "backup",
    responses((status = 204), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn accept(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<StatusCode, ApiError> {
    context.app.accept_restored_log(&session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says when backups are made, and how many stay in each destination.
#[utoipa::path(put, path = "/api/backups/schedule", tag = "backup",
    request_body = BackupScheduleDto,
    responses((status = 200, body = BackupScheduleDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn schedule(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(schedule): Body<BackupScheduleDto>,
) -> Result<Json<BackupScheduleDto>, ApiError> {
    Ok(Json(context.app.schedule_backups(&session, schedule).await?))
}
