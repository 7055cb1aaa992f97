//! The routes.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use cloister_app::{App, AppError, MAX_DOCUMENT_BYTES, Peer};
use http::{HeaderValue, Request, header};

use crate::{ApiError, audit, destinations, knowledge, reader::Context, session, status, turns};

/// Most bytes of a request: 8,000 characters of four bytes, each perhaps escaped, and the rest.
const MOST_BODY_BYTES: usize = 128 * 1024;

/// The API over `app` for requests that come from `peer`.
pub fn router(app: Arc<App>, peer: Peer) -> Router {
    Router::new()
        .route("/api/status", get(status::show))
        .route("/api/doctor", post(status::examine))
        .route("/api/session", post(session::start).get(session::show).delete(session::leave))
        .route("/api/suggestions", get(knowledge::suggestions))
        .route("/api/passages/{id}", get(knowledge::passage))
        .route("/api/draft", post(knowledge::draft))
        .merge(knowledge_routes())
        .route("/api/conversation", get(turns::conversation))
        .route("/api/turns", post(turns::ask))
        .route("/api/turns/{id}/events", get(turns::events))
        .route("/api/turns/{id}/cancel", post(turns::cancel))
        .route("/api/audit", get(audit::list))
        .route("/api/audit/export", get(audit::export))
        .route("/api/audit/verify", post(audit::verify))
        .route("/api/audit/checkpoints", post(audit::sign).get(audit::checkpoints))
        .route("/api/destinations", get(destinations::list).post(destinations::add))
        .route("/api/destinations/{name}", delete(destinations::remove))
        .fallback(async || ApiError(AppError::not_found()))
        .method_not_allowed_fallback(async || ApiError(AppError::not_found()))
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(middleware::from_fn(harden))
        .with_state(Context { app, peer })
}

/// Documents and many questions at once are larger than other requests.
fn knowledge_routes() -> Router<Context> {
    Router::new()
        .route(
            "/api/knowledge/documents",
            put(knowledge::import).get(knowledge::documents).delete(knowledge::remove),
        )
        .route("/api/knowledge/index", get(knowledge::index))
        .route("/api/knowledge/search", post(knowledge::search))
        .layer(DefaultBodyLimit::max(MAX_DOCUMENT_BYTES))
}

/// An API that answers every request with `error`, for a vault that could not be opened.
pub fn closed_router(error: AppError) -> Router {
    Router::new().fallback(async move || ApiError(error))
}

/// No answer is cached or guessed at.
async fn harden(request: Request<axum::body::Body>, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
