//! `/api/status`: the appliance's state, for everyone.

use axum::{Json, extract::State};
use cloister_app::StatusDto;

use crate::reader::Context;

/// The state of the appliance.
#[utoipa::path(get, path = "/api/status", tag = "status",
    responses((status = 200, body = StatusDto)))]
pub(crate) async fn show(State(context): State<Context>) -> Json<StatusDto> {
    Json(context.app.status())
}
