//! `/api/accounts`: people, as administrators keep them.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{
    AccountDto, AccountEditDto, AccountState, AccountsDto, ErrorBody, MadeAccountDto,
    MadePasswordDto, NewAccountDto,
};
use http::StatusCode;

use crate::{
    ApiError,
    reader::{Body, Context, Reader},
};

/// Every account.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts",
    responses((status = 200, body = AccountsDto), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<AccountsDto>, ApiError> {
    Ok(Json(context.app.accounts(&session).await?))
}

/// Makes an account; the password that was made for it is shown this once.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = NewAccountDto,
    responses((status = 201, body = MadeAccountDto), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(crate) async fn create(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(form): Body<NewAccountDto>,
) -> Result<(StatusCode, Json<MadeAccountDto>), ApiError> {
    let made = context.app.create_account(&session, form).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One account.
#[utoipa::path(get, path = "/api/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = AccountDto), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn show(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<AccountDto>, ApiError> {
    Ok(Json(context.app.account(&session, &id).await?))
}

/// Changes name, roles or attributes.
#[utoipa::path(patch, path = "/api/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The account")), request_body = AccountEditDto,
    responses((status = 200, body = AccountDto), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn change(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
    Body(edit): Body<AccountEditDto>,
) -> Result<Json<AccountDto>, ApiError> {
    Ok(Json(context.app.change_account(&session, &id, edit).await?))
}

/// Deletes an account with its sessions and conversations.
#[utoipa::path(delete, path = "/api/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The account")),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    context.app.delete_account(&session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the account's sessions and lets nobody sign in to it.
#[utoipa::path(post, path = "/api/accounts/{id}/disable", tag = "accounts",
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = AccountDto), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn disable(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<AccountDto>, ApiError> {
    let state = AccountState::Disabled;
    Ok(Json(context.app.set_account_state(&session, &id, state).await?))
}

/// Lets the account be signed in to again.
#[utoipa::path(post, path = "/api/accounts/{id}/enable", tag = "accounts",
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = AccountDto), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn enable(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<AccountDto>, ApiError> {
    Ok(Json(context.app.set_account_state(&session, &id, AccountState::Active).await?))
}

/// Gives the account a new password, which is shown this once, and destroys its conversations.
#[utoipa::path(post, path = "/api/accounts/{id}/reset", tag = "accounts",
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = MadePasswordDto), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn reset(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
) -> Result<Json<MadePasswordDto>, ApiError> {
    Ok(Json(context.app.reset_account(&session, &id).await?))
}
