//! `/api/session`: start, look at and leave a session.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use cloister_app::{ErrorBody, SessionDto};
use http::{HeaderMap, StatusCode, header};

use crate::{
    ApiError, cookie,
    reader::{Context, Reader},
    session_token,
};

/// Starts a guest's session; the one that the cookie names, if any, is ended and wiped first.
#[utoipa::path(post, path = "/api/session", tag = "session",
    responses((status = 201, body = SessionDto), (status = 503, body = ErrorBody)))]
pub(crate) async fn start(
    State(context): State<Context>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(token) = session_token(&headers)
        && let Ok(session) = context.app.recognise(token).await
    {
        context.app.leave(&session).await?;
    }
    let (token, session) = context.app.start_guest().await?;
    let set = [(header::SET_COOKIE, cookie::set(&token.reveal()))];
    Ok((StatusCode::CREATED, set, Json(session)).into_response())
}

/// The live session.
#[utoipa::path(get, path = "/api/session", tag = "session",
    responses((status = 200, body = SessionDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn show(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Json<SessionDto> {
    Json(context.app.session(&session))
}

/// Leaves: the session's key and everything said in it are destroyed.
#[utoipa::path(delete, path = "/api/session", tag = "session",
    responses((status = 204), (status = 401, body = ErrorBody)))]
pub(crate) async fn leave(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Response, ApiError> {
    context.app.leave(&session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear())]).into_response())
}
