//! The routes.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post, put},
};
use cloister_app::{App, AppError, MAX_DOCUMENT_BYTES, Origin};
use http::{HeaderValue, Request, header};

use crate::{
    ApiError, access_log, accounts, alerts, audit, backup, destinations, entrance, feedback, keys,
    knowledge, limits, message_logs, model, policy, privacy, profile, reader::Context, retention,
    session, status, turns,
};

/// Most bytes of a request: 8,000 characters of four bytes, each perhaps escaped, and the rest.
const MOST_BODY_BYTES: usize = 128 * 1024;

/// Most bytes of a request with policies: a megabyte of text, some of it escaped.
const MOST_POLICY_BYTES: usize = 2 << 20;

/// The API over `app` for requests that come from `origin`.
pub fn router(app: Arc<App>, origin: Origin) -> Router {
    let Origin { peer, place } = origin;
    let context = Context { app, peer, place };
    Router::new()
        .route("/api/status", get(status::show))
        .route("/api/doctor", post(status::examine))
        .route("/api/session", post(session::start).get(session::show).delete(session::leave))
        .route("/api/session/sign-in", post(session::sign_in))
        .route("/api/session/operator", post(session::operate))
        .route("/api/session/elevate", post(session::elevate))
        .route("/api/session/stay", post(session::stay))
        .route("/api/sessions", get(profile::sessions).delete(profile::revoke_others))
        .route("/api/sessions/{id}", delete(profile::revoke))
        .route("/api/me", get(profile::show))
        .route("/api/me/data", get(profile::holdings))
        .route("/api/me/password", post(profile::change_password))
        .route("/api/me/second-factor", post(profile::enrol).delete(profile::remove))
        .route("/api/me/second-factor/confirm", post(profile::confirm))
        .route("/api/me/recovery-codes", post(profile::renew_codes))
        .route("/api/accounts", get(accounts::list).post(accounts::create))
        .route(
            "/api/accounts/{id}",
            get(accounts::show).patch(accounts::change).delete(accounts::delete),
        )
        .route("/api/accounts/{id}/disable", post(accounts::disable))
        .route("/api/accounts/{id}/enable", post(accounts::enable))
        .route("/api/accounts/{id}/reset", post(accounts::reset))
        .route("/api/suggestions", get(knowledge::suggestions))
        .route("/api/passages/{id}", get(knowledge::passage))
        .route("/api/draft", post(knowledge::draft))
        .merge(knowledge_routes())
        .merge(policy_routes())
        .route("/api/conversation", get(turns::conversation))
        .route("/api/conversations", get(turns::conversations).post(turns::begin_conversation))
        .route(
            "/api/conversations/{id}",
            get(turns::one_conversation).delete(turns::delete_conversation),
        )
        .route("/api/turns", post(turns::ask))
        .route("/api/turns/{id}", delete(privacy::delete_turn))
        .route("/api/turns/{id}/events", get(turns::events))
        .route("/api/turns/{id}/cancel", post(turns::cancel))
        .route("/api/audit", get(audit::list))
        .route("/api/audit/export", get(audit::export))
        .route("/api/audit/verify", post(audit::verify))
        .route("/api/audit/checkpoints", post(audit::sign).get(audit::checkpoints))
        .route("/api/destinations", get(destinations::list).post(destinations::add))
        .route("/api/destinations/{name}", delete(destinations::remove))
        .route("/api/backups", get(backup::list).post(backup::make))
        .route("/api/backups/verify", post(backup::verify))
        .route("/api/backups/drill", post(backup::drill))
        .route("/api/backups/accept", post(backup::accept))
        .route("/api/backups/schedule", put(backup::schedule))
        .route("/api/keys", get(keys::list).post(keys::add))
        .route("/api/keys/rotate", post(keys::rotate))
        .route("/api/keys/recovery", post(keys::renew_recovery))
        .route("/api/keys/recovery/confirm", post(keys::confirm_recovery))
        .route("/api/keys/{id}", delete(keys::remove))
        .route("/api/unlock", post(entrance::open_already_here).get(entrance::nothing_to_unlock))
        .route("/api/turns/{id}/feedback", post(feedback::give))
        .route("/api/feedback", get(feedback::list))
        .route("/api/challenge", post(limits::answer))
        .route("/api/limits", get(limits::list).patch(limits::set))
        .route("/api/limits/{peer}", delete(limits::lift))
        .route("/api/alerts", get(alerts::list))
        .route("/api/alerts/rules", get(alerts::rules).patch(alerts::set_rule))
        .route("/api/alerts/{id}", patch(alerts::change))
        .route("/api/model", get(model::report))
        .route("/api/overview", get(access_log::overview))
        .route("/api/me/access-log", get(access_log::own))
        .merge(rights())
        .merge(log_routes())
        .fallback(async || ApiError(AppError::not_found()))
        .method_not_allowed_fallback(async || ApiError(AppError::not_found()))
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(middleware::from_fn_with_state(context.clone(), access_log::keep))
        .layer(middleware::from_fn(harden))
        .with_state(context)
}

/// What a person may ask about their data, and how long these are kept.
fn rights() -> Router<Context> {
    Router::new()
        .route("/api/privacy/notice", get(privacy::notice).post(privacy::publish_notice))
        .route("/api/privacy/consents", get(privacy::consents).post(privacy::give_consent))
        .route("/api/privacy/consents/{purpose}", delete(privacy::withdraw_consent))
        .route("/api/privacy/purposes/{purpose}", put(privacy::choose_basis))
        .route(
            "/api/privacy/corrections",
            get(privacy::corrections).post(privacy::request_correction),
        )
        .route("/api/corrections", get(privacy::all_corrections))
        .route("/api/corrections/{id}", post(privacy::decide_correction))
        .route("/user_data/export", get(privacy::export).post(privacy::export_with_body))
        .route("/user_data/{id}", delete(privacy::erase))
        .route("/user_data/{id}/erase-request", post(privacy::confirm_erasure))
        .route(
            "/user_data/{id}/restriction",
            put(privacy::restrict).delete(privacy::lift_restriction),
        )
        .route("/api/compliance/processing-record", get(privacy::processing_record))
        .route("/api/retention", get(retention::list))
        .route("/api/retention/{class}", patch(retention::change))
        .route("/api/retention/purge", post(retention::purge))
        .route("/api/clock/confirm", post(retention::confirm_clock))
        .route("/api/retention/holds", get(retention::holds).post(retention::place_hold))
        .route("/api/retention/holds/{id}", delete(retention::release_hold))
}

/// Requests to read the message log, grants, and reading under one.
fn log_routes() -> Router<Context> {
    Router::new()
        .route("/api/message-logs", get(message_logs::read))
        .route("/api/message-logs/switches", get(message_logs::switches).put(message_logs::switch))
        .route(
            "/api/message-logs/requests",
            get(message_logs::requests).post(message_logs::request),
        )
        .route("/api/message-logs/requests/{id}/approve", post(message_logs::approve))
        .route("/api/message-logs/requests/{id}/reject", post(message_logs::reject))
        .route("/api/message-logs/requests/{id}/end", post(message_logs::end))
}

/// Roles and policies: what is in force, what it means, and changes of it.
fn policy_routes() -> Router<Context> {
    Router::new()
        .route("/api/roles", get(policy::roles))
        .route("/api/roles/{name}", put(policy::set_role).delete(policy::remove_role))
        .route("/api/policies", get(policy::list).put(policy::change))
        .route("/api/policies/check", post(policy::check))
        .route("/api/policies/explain", post(policy::explain))
        .route("/api/policies/matrix", get(policy::matrix))
        .route("/api/policies/changes", get(policy::changes))
        .route("/api/policies/changes/{id}", post(policy::decide))
        .route("/api/policies/versions", get(policy::versions))
        .route("/api/policies/versions/{version}/restore", post(policy::restore))
        .layer(DefaultBodyLimit::max(MOST_POLICY_BYTES))
}

/// Documents and many questions at once are larger than other requests.
fn knowledge_routes() -> Router<Context> {
    Router::new()
        .route(
            "/api/knowledge/documents",
            put(knowledge::import).get(knowledge::documents).delete(knowledge::remove),
        )
        .route("/api/knowledge/documents/placement", put(knowledge::place))
        .route("/api/knowledge/archives", put(knowledge::import_archive))
        .route("/api/knowledge/quarantine", get(knowledge::quarantine))
        .route("/api/knowledge/quarantine/{id}", post(knowledge::decide))
        .route("/api/knowledge/index", get(knowledge::index))
        .route("/api/knowledge/search", post(knowledge::search))
        .layer(DefaultBodyLimit::max(MAX_DOCUMENT_BYTES))
}

/// No answer is cached or guessed at.
pub(crate) async fn harden(request: Request<axum::body::Body>, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
