//! The access log: kept of every request, and read by the person whom it is about.

use std::sync::{Arc, OnceLock};

use axum::{
    Json,
    body::Body,
    extract::{MatchedPath, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cloister_app::{AccessLogDto, Answered, AppError, ErrorBody, OverviewDto};
use cloister_types::Pseudonym;
use http::Request;
use serde::Deserialize;

use crate::{
    ApiError,
    reader::{Context, Parameters, Reader},
};

/// What stands for a path that no route takes, so that no path is ever written down.
const NO_ROUTE: &str = "(none)";

/// Where the handler leaves who sent the request, once it knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sender(Arc<OnceLock<Pseudonym>>);

impl Sender {
    pub(crate) fn set(&self, pseudonym: Pseudonym) {
        // A request has one reader; a second look finds the same one.
        self.0.get_or_init(|| pseudonym);
    }
}

/// Keeps a record of the request: the route's template, never the path with its ids.
pub(crate) async fn keep(
    State(context): State<Context>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let begun = context.app.monotonic();
    let sender = Sender::default();
    request.extensions_mut().insert(sender.clone());
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await.into_response();
    let failure = response.extensions_mut().remove::<AppError>();
    context.app.keep_access(Answered {
        pseudonym: sender.0.get().copied(),
        method,
        route,
        status: response.status().as_u16(),
        took: context.app.monotonic().saturating_sub(begun),
        failure,
    });
    response
}

/// Where a page begins.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    before: Option<i64>,
}

/// What is held of the reader's own requests.
#[utoipa::path(get, path = "/api/me/access-log", tag = "me",
    params(("before" = Option<i64>, Query, description = "The `next` of the page before")),
    responses((status = 200, body = AccessLogDto), (status = 401, body = ErrorBody)))]
pub(crate) async fn own(
    State(context): State<Context>,
    Reader(session): Reader,
    Parameters(page): Parameters<Page>,
) -> Result<Json<AccessLogDto>, ApiError> {
    Ok(Json(context.app.own_access_log(&session, page.before).await?))
}

/// The last 30 days at a glance.
#[utoipa::path(get, path = "/api/overview", tag = "compliance",
    responses((status = 200, body = OverviewDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn overview(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<OverviewDto>, ApiError> {
    Ok(Json(context.app.overview(&session).await?))
}
