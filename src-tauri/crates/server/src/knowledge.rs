//! `/api/passages`, `/api/suggestions`, `/api/draft`: what the reader may look at, and what would
//! be hidden. `/api/knowledge`: documents in and out, and the search that editors try them with.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use cloister_app::{
    ArchiveDto, DocumentKeyDto, DocumentsDto, DraftDto, ErrorBody, ImportDto, ImportedDto,
    IndexDto, MessageDto, PassageDto, PlacedDto, PlacementDto, QuarantineDecidedDto, QuarantineDto,
    RemovedDto, SearchDto, SearchResultsDto, SuggestionsDto,
};

use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Number, Parameters, Reader},
};

/// A passage that the reader may read.
#[utoipa::path(get, path = "/api/passages/{id}", tag = "knowledge",
    params(("id" = String, Path, description = "The passage")),
    responses((status = 200, body = PassageDto), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn passage(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<PassageDto>, ApiError> {
    Ok(Json(context.app.passage(&session, &context.peer, &id).await?))
}

/// Questions to start with.
#[utoipa::path(get, path = "/api/suggestions", tag = "knowledge",
    responses((status = 200, body = SuggestionsDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn suggestions(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Json<SuggestionsDto> {
    Json(context.app.suggestions(&session))
}

/// What would be hidden if this draft were sent. Nothing of it is kept.
#[utoipa::path(post, path = "/api/draft", tag = "knowledge", request_body = MessageDto,
    responses((status = 200, body = DraftDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn draft(
    State(context): State<Context>,
    Reader(_session): Reader,
    Body(message): Body<MessageDto>,
) -> Result<Json<DraftDto>, ApiError> {
    Ok(Json(context.app.check_draft(message.text).await?))
}

/// Brings a document in, or up to date.
#[utoipa::path(put, path = "/api/knowledge/documents", tag = "knowledge", params(ImportDto),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportedDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn import(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(import): Parameters<ImportDto>,
    bytes: Bytes,
) -> Result<Json<ImportedDto>, ApiError> {
    Ok(Json(context.app.import_document(&session, import, bytes.into()).await?))
}

/// Brings the documents of a zip archive in, each by itself under its path within the archive.
#[utoipa::path(put, path = "/api/knowledge/archives", tag = "knowledge", params(ImportDto),
    request_body(content = Vec<u8>, content_type = "application/zip"),
    responses((status = 200, body = ArchiveDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn import_archive(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(import): Parameters<ImportDto>,
    bytes: Bytes,
) -> Result<Json<ArchiveDto>, ApiError> {
    Ok(Json(context.app.import_archive(&session, import, bytes.into()).await?))
}

/// Every document that was imported.
#[utoipa::path(get, path = "/api/knowledge/documents", tag = "knowledge",
    responses((status = 200, body = DocumentsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn documents(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<DocumentsDto>, ApiError> {
    Ok(Json(context.app.documents(&session).await?))
}

/// Confines a document to whom the body names, and to nobody else.
#[utoipa::path(put, path = "/api/knowledge/documents/placement", tag = "knowledge",
    params(DocumentKeyDto), request_body = PlacementDto,
    responses((status = 200, body = PlacedDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn place(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(document): Parameters<DocumentKeyDto>,
    Body(placement): Body<PlacementDto>,
) -> Result<Json<PlacedDto>, ApiError> {
    Ok(Json(context.app.place_document(&session, &document, placement).await?))
}

/// Removes a document with its entries.
#[utoipa::path(delete, path = "/api/knowledge/documents", tag = "knowledge",
    params(DocumentKeyDto),
    responses((status = 200, body = RemovedDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn remove(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(document): Parameters<DocumentKeyDto>,
) -> Result<Json<RemovedDto>, ApiError> {
    let DocumentKeyDto { collection, name } = document;
    Ok(Json(context.app.remove_document(&session, &collection, &name).await?))
}

/// The passages that screening holds back.
#[utoipa::path(get, path = "/api/knowledge/quarantine", tag = "knowledge",
    responses((status = 200, body = QuarantineDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn quarantine(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<QuarantineDto>, ApiError> {
    Ok(Json(context.app.quarantine(&session).await?))
}

/// Lets a passage in that is held back, or refuses it for good.
#[utoipa::path(post, path = "/api/knowledge/quarantine/{id}", tag = "knowledge",
    params(("id" = i64, Path, description = "Its number in the quarantine")),
    request_body = QuarantineDecidedDto,
    responses((status = 204, description = "Decided"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn decide(
    State(context): State<Context>,
    Reader(session): Reader,
    Number(id): Number<i64>,
    Body(decided): Body<QuarantineDecidedDto>,
) -> Result<StatusCode, ApiError> {
    context.app.decide_quarantined(&session, id, decided.decision).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How far the search index is.
#[utoipa::path(get, path = "/api/knowledge/index", tag = "knowledge",
    responses((status = 200, body = IndexDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn index(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<IndexDto>, ApiError> {
    Ok(Json(context.app.index_state(&session).await?))
}

/// The best entries for each of many questions.
#[utoipa::path(post, path = "/api/knowledge/search", tag = "knowledge", request_body = SearchDto,
    responses((status = 200, body = SearchResultsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn search(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(search): Body<SearchDto>,
) -> Result<Json<SearchResultsDto>, ApiError> {
    Ok(Json(context.app.search(&session, search).await?))
}
