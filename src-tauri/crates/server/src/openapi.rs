//! The OpenAPI description, from which the interface's types are generated.

use utoipa::OpenApi;

use crate::{audit, destinations, knowledge, session, status, turns};

#[derive(OpenApi)]
#[openapi(
    info(title = "Cloister", description = "The one API of the appliance"),
    paths(
        status::show,
        status::examine,
        session::start,
        session::show,
        session::leave,
        turns::ask,
        turns::events,
        turns::cancel,
        turns::conversation,
        knowledge::passage,
        knowledge::suggestions,
        knowledge::draft,
        audit::list,
        audit::export,
        audit::verify,
        audit::sign,
        audit::checkpoints,
        destinations::list,
        destinations::add,
        destinations::remove,
        knowledge::import,
        knowledge::documents,
        knowledge::remove,
        knowledge::index,
        knowledge::search,
    )
)]
struct Description;

/// The description as indented JSON with a final newline.
///
/// # Panics
/// Never: the description is made of plain data.
#[must_use]
pub fn openapi_json() -> String {
    let mut json = Description::openapi().to_pretty_json().expect("plain data serialises");
    json.push('\n');
    json
}
