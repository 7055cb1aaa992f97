//! `/api/session`: start, sign in, look at and leave a session.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use cloister_app::{AppError, CodeDto, ErrorBody, Session, SessionDto, SignInDto, Token};
use http::{HeaderMap, StatusCode, header};

use crate::{
    ApiError, cookie,
    reader::{Body, Context, Newcomer, Reader},
    session_token,
};

/// Starts a guest's session; the one that the cookie names, if any, is ended and wiped first.
#[utoipa::path(post, path = "/api/session", tag = "session",
    responses((status = 201, body = SessionDto), (status = 503, body = ErrorBody)))]
pub(crate) async fn start(
    State(context): State<Context>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(before) = before(&context, &headers).await {
        context.app.leave(&before).await?;
    }
    let started = context.app.start_guest(&context.origin()).await?;
    Ok(with_cookie(StatusCode::CREATED, started))
}

/// Signs in; the session that the cookie names, if any, ends.
#[utoipa::path(post, path = "/api/session/sign-in", tag = "session", request_body = SignInDto,
    responses((status = 201, body = SessionDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn sign_in(
    State(context): State<Context>,
    headers: HeaderMap,
    Body(form): Body<SignInDto>,
) -> Result<Response, ApiError> {
    let before = before(&context, &headers).await;
    let started = context.app.sign_in(&context.origin(), before, form).await?;
    Ok(with_cookie(StatusCode::CREATED, started))
}

/// Starts a session of the operating-system user who owns the vault, until there is an
/// administrator. Whoever reaches this router on the machine is that user: the window is their
/// process, and the control socket asks for its peer.
#[utoipa::path(post, path = "/api/session/operator", tag = "session",
    responses((status = 201, body = SessionDto), (status = 403, body = ErrorBody)))]
pub(crate) async fn operate(
    State(context): State<Context>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let uid = rustix::process::geteuid().as_raw();
    let started = context.app.start_operator(&context.origin(), uid).await?;
    if let Some(before) = before(&context, &headers).await {
        context.app.leave(&before).await?;
    }
    Ok(with_cookie(StatusCode::CREATED, started))
}

/// Shows a second factor again: it counts as fresh for five minutes, under a new token.
#[utoipa::path(post, path = "/api/session/elevate", tag = "session", request_body = CodeDto,
    responses((status = 200, body = SessionDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn elevate(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(code): Body<CodeDto>,
) -> Result<Response, ApiError> {
    let elevated = context.app.elevate(&context.origin(), &session, code).await?;
    Ok(with_cookie(StatusCode::OK, elevated))
}

/// The live session.
#[utoipa::path(get, path = "/api/session", tag = "session",
    responses((status = 200, body = SessionDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn show(
    State(context): State<Context>,
    Newcomer(session): Newcomer,
) -> Result<Json<SessionDto>, ApiError> {
    Ok(Json(context.app.session(&session).await?))
}

/// Says that its reader is still there, which extends the session of whoever signed in; a guest's
/// lives by messages alone.
#[utoipa::path(post, path = "/api/session/stay", tag = "session",
    responses((status = 200, body = SessionDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn stay(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<SessionDto>, ApiError> {
    // The reader's extractor has extended it already.
    let extended = context.app.refreshed(&session).await?;
    let extended = extended.ok_or_else(AppError::session_required)?;
    Ok(Json(context.app.session(&extended).await?))
}

/// Leaves: the session ends, a guest's with its key and everything said in it.
#[utoipa::path(delete, path = "/api/session", tag = "session",
    responses((status = 204), (status = 401, body = ErrorBody)))]
pub(crate) async fn leave(
    State(context): State<Context>,
    Newcomer(session): Newcomer,
) -> Result<Response, ApiError> {
    context.app.leave(&session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear())]).into_response())
}

/// The session that the request's cookie names, if it is alive.
async fn before(context: &Context, headers: &HeaderMap) -> Option<Session> {
    context.app.recognise_newcomer(session_token(headers)?).await.ok()
}

fn with_cookie(status: StatusCode, (token, session): (Token, SessionDto)) -> Response {
    let set = [(header::SET_COOKIE, cookie::set(&token.reveal()))];
    (status, set, Json(session)).into_response()
}
