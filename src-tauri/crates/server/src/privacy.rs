//! `/api/privacy`, `/user_data`, `/api/compliance`: the privacy notice, consents, and what a person
//! may ask about their data.

use axum::{
    Json,
    body::Body as Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use cloister_app::{
    BasisChangeDto, ConsentListDto, CorrectionListDto, CorrectionVerdictDto, CorrectionsOf,
    ErasureReceiptDto, ErasureRequestDto, ErasureTokenDto, ErrorBody, ExportRequestDto,
    NewConsentDto, NewCorrectionDto, NewNoticeDto, NoticeDto, ProcessingRecordDto, Restriction,
};
use cloister_types::Secret;
use http::{HeaderMap, StatusCode, header};

use crate::{
    ApiError,
    reader::{Body, Context, Number, OptionalBody, Reader},
};

/// The header in which `GET /user_data/export` takes the passphrase: visible ASCII.
pub(crate) const PASSPHRASE: &str = "export-passphrase";

/// The privacy notice.
#[utoipa::path(get, path = "/api/privacy/notice", tag = "privacy",
    responses((status = 200, body = NoticeDto), (status = 503, body = ErrorBody)))]
pub(crate) async fn notice(State(context): State<Context>) -> Result<Json<NoticeDto>, ApiError> {
    Ok(Json(context.app.privacy_notice().await?))
}

/// Publishes a new version of the privacy notice.
#[utoipa::path(post, path = "/api/privacy/notice", tag = "privacy", request_body = NewNoticeDto,
    responses((status = 200, body = NoticeDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn publish_notice(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(notice): Body<NewNoticeDto>,
) -> Result<Json<NoticeDto>, ApiError> {
    Ok(Json(context.app.publish_notice(&session, notice).await?))
}

/// On which grounds the reader's data are processed.
#[utoipa::path(get, path = "/api/privacy/consents", tag = "privacy",
    responses((status = 200, body = ConsentListDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn consents(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<ConsentListDto>, ApiError> {
    Ok(Json(context.app.consents(&session).await?))
}

/// Gives a consent, or takes an objection back.
#[utoipa::path(post, path = "/api/privacy/consents", tag = "privacy", request_body = NewConsentDto,
    responses((status = 200, body = ConsentListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn give_consent(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(consent): Body<NewConsentDto>,
) -> Result<Json<ConsentListDto>, ApiError> {
    Ok(Json(context.app.give_consent(&session, consent).await?))
}

/// Withdraws a consent, or objects to what needs none.
#[utoipa::path(delete, path = "/api/privacy/consents/{purpose}", tag = "privacy",
    params(("purpose" = String, Path, description = "The purpose")),
    responses((status = 200, body = ConsentListDto), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn withdraw_consent(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(purpose): Path<String>,
) -> Result<Json<ConsentListDto>, ApiError> {
    Ok(Json(context.app.withdraw_consent(&session, &purpose).await?))
}

/// Chooses the lawful basis for a purpose.
#[utoipa::path(put, path = "/api/privacy/purposes/{purpose}", tag = "privacy",
    params(("purpose" = String, Path, description = "The purpose")),
    request_body = BasisChangeDto,
    responses((status = 200, body = ConsentListDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn choose_basis(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(purpose): Path<String>,
    Body(change): Body<BasisChangeDto>,
) -> Result<Json<ConsentListDto>, ApiError> {
    Ok(Json(context.app.choose_basis(&session, &purpose, change).await?))
}

/// Everything that is held about the reader, sealed with the passphrase in the header
/// `Export-Passphrase`.
#[utoipa::path(get, path = "/user_data/export", tag = "privacy",
    params(("Export-Passphrase" = String, Header, description = "Seals the archive; ASCII")),
    responses((status = 200, content_type = "application/octet-stream"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn export(
    State(context): State<Context>,
    Reader(session): Reader,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let given = headers.get(PASSPHRASE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pieces = context.app.export(&session, Secret::new(given.to_owned())).await?;
    Ok(archive(Bytes::from_stream(pieces)))
}

/// Everything that is held about the reader, sealed with the passphrase in the body.
#[utoipa::path(post, path = "/user_data/export", tag = "privacy", request_body = ExportRequestDto,
    responses((status = 200, content_type = "application/octet-stream"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn export_with_body(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(request): Body<ExportRequestDto>,
) -> Result<Response, ApiError> {
    let pieces = context.app.export(&session, Secret::new(request.passphrase)).await?;
    Ok(archive(Bytes::from_stream(pieces)))
}

fn archive(body: Bytes) -> Response {
    let name = "attachment; filename=\"my-data.zip.age\"";
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream"), (header::CONTENT_DISPOSITION, name)];
    (headers, body).into_response()
}

/// Erases an account with everything about its owner.
#[utoipa::path(delete, path = "/user_data/{id}", tag = "privacy",
    params(("id" = String, Path, description = "The account")),
    request_body = Option<ErasureRequestDto>,
    responses((status = 200, body = ErasureReceiptDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn erase(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
    OptionalBody(request): OptionalBody<ErasureRequestDto>,
) -> Result<Json<ErasureReceiptDto>, ApiError> {
    Ok(Json(context.app.erase(&session, &id, request).await?))
}

/// Confirms that somebody asked for their erasure; the token is handed to them.
#[utoipa::path(post, path = "/user_data/{id}/erase-request", tag = "privacy",
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = ErasureTokenDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn confirm_erasure(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<ErasureTokenDto>, ApiError> {
    Ok(Json(context.app.confirm_erasure(&session, &id).await?))
}

/// Restricts the processing of a person's data.
#[utoipa::path(put, path = "/user_data/{id}/restriction", tag = "privacy",
    params(("id" = String, Path, description = "The account")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn restrict(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.restrict(&session, &id, Restriction::Restricted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts a restriction.
#[utoipa::path(delete, path = "/user_data/{id}/restriction", tag = "privacy",
    params(("id" = String, Path, description = "The account")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn lift_restriction(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.restrict(&session, &id, Restriction::Lifted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The corrections that the reader asked for.
#[utoipa::path(get, path = "/api/privacy/corrections", tag = "privacy",
    responses((status = 200, body = CorrectionListDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn corrections(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<CorrectionListDto>, ApiError> {
    Ok(Json(context.app.corrections(&session, CorrectionsOf::Reader).await?))
}

/// Asks for a correction.
#[utoipa::path(post, path = "/api/privacy/corrections", tag = "privacy",
    request_body = NewCorrectionDto,
    responses((status = 200, body = CorrectionListDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody)))]
pub(crate) async fn request_correction(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(request): Body<NewCorrectionDto>,
) -> Result<Json<CorrectionListDto>, ApiError> {
    Ok(Json(context.app.request_correction(&session, request).await?))
}

/// The corrections that anybody asked for.
#[utoipa::path(get, path = "/api/corrections", tag = "privacy",
    responses((status = 200, body = CorrectionListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn all_corrections(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<CorrectionListDto>, ApiError> {
    Ok(Json(context.app.corrections(&session, CorrectionsOf::Everybody).await?))
}

/// Decides a correction.
#[utoipa::path(post, path = "/api/corrections/{id}", tag = "privacy",
    params(("id" = i64, Path, description = "The correction")),
    request_body = CorrectionVerdictDto,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn decide_correction(
    State(context): State<Context>,
    Reader(session): Reader,
    Number(id): Number<i64>,
    Body(verdict): Body<CorrectionVerdictDto>,
) -> Result<StatusCode, ApiError> {
    context.app.decide_correction(&session, id, verdict).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes one finished turn of the reader.
#[utoipa::path(delete, path = "/api/turns/{id}", tag = "turns",
    params(("id" = String, Path, description = "The turn")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_turn(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.delete_turn(&session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The record of processing activities (Article 30 GDPR); as a page where HTML is asked for.
#[utoipa::path(get, path = "/api/compliance/processing-record", tag = "privacy",
    responses((status = 200, body = ProcessingRecordDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn processing_record(
    State(context): State<Context>,
    Reader(session): Reader,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.starts_with("text/html")) {
        let page = context.app.processing_record_page(&session).await?;
        let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        return Ok((kind, page).into_response());
    }
    Ok(Json(context.app.processing_record(&session).await?).into_response())
}
