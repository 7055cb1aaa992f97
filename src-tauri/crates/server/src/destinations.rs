//! `/api/destinations`: where copies go.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{DestinationDto, DestinationsDto, ErrorBody};

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// The places.
#[utoipa::path(get, path = "/api/destinations", tag = "settings",
    responses((status = 200, body = DestinationsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<DestinationsDto>, ApiError> {
    Ok(Json(context.app.destinations(&session).await?))
}

/// Adds a place, or moves the one of that name. Used from the next start on.
#[utoipa::path(post, path = "/api/destinations", tag = "settings", request_body = DestinationDto,
    responses((status = 200, body = DestinationsDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn add(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(destination): Body<DestinationDto>,
) -> Result<Json<DestinationsDto>, ApiError> {
    Ok(Json(context.app.add_destination(&session, destination).await?))
}

/// Removes a place. What was copied there stays.
#[utoipa::path(delete, path = "/api/destinations/{name}", tag = "settings",
    params(("name" = String, Path, description = "The place")),
    responses((status = 200, body = DestinationsDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn remove(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(name): Path<String>,
) -> Result<Json<DestinationsDto>, ApiError> {
    Ok(Json(context.app.remove_destination(&session, &name).await?))
}
