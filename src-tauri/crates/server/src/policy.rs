//! `/api/roles` and `/api/policies`: what is in force, what it means, and changes of it.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_app::{
    ErrorBody, ExplainRequestDto, ExplanationDto, MatrixDto, PolicyChangeDto, PolicyChangeListDto,
    PolicyCheckDto, PolicyDecisionDto, PolicyDraftDto, PolicyListDto, PolicyVersionListDto,
    RoleFormDto, RoleListDto,
};

use crate::{
    ApiError,
    reader::{Body, Context, Number, Reader},
};

/// Every role.
#[utoipa::path(get, path = "/api/roles", tag = "policy",
    responses((status = 200, body = RoleListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn roles(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<RoleListDto>, ApiError> {
    Ok(Json(context.app.roles(&session).await?))
}

/// Makes or changes a role of the site's own; where it widens access, once a second person approved.
#[utoipa::path(put, path = "/api/roles/{name}", tag = "policy", request_body = RoleFormDto,
    params(("name" = String, Path, description = "The role")),
    responses((status = 200, body = PolicyChangeDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn set_role(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(name): Path<String>,
    Body(form): Body<RoleFormDto>,
) -> Result<Json<PolicyChangeDto>, ApiError> {
    Ok(Json(context.app.set_role(&session, &name, form).await?))
}

/// Removes a role of the site's own that nobody has.
#[utoipa::path(delete, path = "/api/roles/{name}", tag = "policy",
    params(("name" = String, Path, description = "The role")),
    responses((status = 200, body = PolicyChangeDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn remove_role(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(name): Path<String>,
) -> Result<Json<PolicyChangeDto>, ApiError> {
    Ok(Json(context.app.remove_role(&session, &name).await?))
}

/// The policies in force.
#[utoipa::path(get, path = "/api/policies", tag = "policy",
    responses((status = 200, body = PolicyListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<PolicyListDto>, ApiError> {
    Ok(Json(context.app.policies(&session).await?))
}

/// Replaces the site's own policies; where that widens access, once a second person approved.
#[utoipa::path(put, path = "/api/policies", tag = "policy", request_body = PolicyDraftDto,
    responses((status = 200, body = PolicyChangeDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn change(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(draft): Body<PolicyDraftDto>,
) -> Result<Json<PolicyChangeDto>, ApiError> {
    Ok(Json(context.app.change_policies(&session, draft).await?))
}

/// What is wrong with a draft, or who would gain and lose what.
#[utoipa::path(post, path = "/api/policies/check", tag = "policy", request_body = PolicyDraftDto,
    responses((status = 200, body = PolicyCheckDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn check(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(draft): Body<PolicyDraftDto>,
) -> Result<Json<PolicyCheckDto>, ApiError> {
    Ok(Json(context.app.check_policies(&session, draft).await?))
}

/// What the policy says about an act, and why.
#[utoipa::path(post, path = "/api/policies/explain", tag = "policy",
    request_body = ExplainRequestDto,
    responses((status = 200, body = ExplanationDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(crate) async fn explain(
    State(context): State<Context>,
    Reader(session): Reader,
    Body(question): Body<ExplainRequestDto>,
) -> Result<Json<ExplanationDto>, ApiError> {
    Ok(Json(context.app.explain_policy(&session, question).await?))
}

/// Who may do what, asked of the engine itself.
#[utoipa::path(get, path = "/api/policies/matrix", tag = "policy",
    responses((status = 200, body = MatrixDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn matrix(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<MatrixDto>, ApiError> {
    Ok(Json(context.app.policy_matrix(&session).await?))
}

/// Changes that wait or waited for a second person.
#[utoipa::path(get, path = "/api/policies/changes", tag = "policy",
    responses((status = 200, body = PolicyChangeListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn changes(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<PolicyChangeListDto>, ApiError> {
    Ok(Json(context.app.policy_changes(&session).await?))
}

/// Approves or rejects a change.
#[utoipa::path(post, path = "/api/policies/changes/{id}", tag = "policy",
    request_body = PolicyDecisionDto,
    params(("id" = String, Path, description = "The change")),
    responses((status = 200, body = PolicyChangeDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn decide(
    State(context): State<Context>,
    Reader(session): Reader,
    Path(id): Path<String>,
    Body(decision): Body<PolicyDecisionDto>,
) -> Result<Json<PolicyChangeDto>, ApiError> {
    Ok(Json(context.app.decide_policy(&session, &id, decision).await?))
}

/// Every version of the site's own roles and policies.
#[utoipa::path(get, path = "/api/policies/versions", tag = "policy",
    responses((status = 200, body = PolicyVersionListDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(crate) async fn versions(
    State(context): State<Context>,
    Reader(session): Reader,
) -> Result<Json<PolicyVersionListDto>, ApiError> {
    Ok(Json(context.app.policy_versions(&session).await?))
}

/// Goes back to an earlier version, 0 for what was shipped.
#[utoipa::path(post, path = "/api/policies/versions/{version}/restore", tag = "policy",
    params(("version" = u64, Path, description = "The version")),
    responses((status = 200, body = PolicyChangeDto), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn restore(
    State(context): State<Context>,
    Reader(session): Reader,
    Number(version): Number<u64>,
) -> Result<Json<PolicyChangeDto>, ApiError> {
    Ok(Json(context.app.restore_policies(&session, version).await?))
}
