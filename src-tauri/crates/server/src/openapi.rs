//! The OpenAPI description, from which the interface's types are generated.

use utoipa::OpenApi;

use crate::{
    access_log, accounts, alerts, audit, destinations, entrance, feedback, keys, knowledge, limits,
    privacy, profile, retention, session, status, turns,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Cloister", description = "The one API of the appliance"),
    paths(
        status::show,
        status::examine,
        session::start,
        session::show,
        session::leave,
        session::sign_in,
        session::operate,
        session::elevate,
        profile::sessions,
        profile::revoke,
        profile::revoke_others,
        profile::show,
        profile::change_password,
        profile::enrol,
        profile::confirm,
        profile::remove,
        profile::renew_codes,
        accounts::list,
        accounts::create,
        accounts::show,
        accounts::change,
        accounts::delete,
        accounts::disable,
        accounts::enable,
        accounts::reset,
        turns::ask,
        turns::events,
        turns::cancel,
        turns::conversation,
        turns::conversations,
        turns::begin_conversation,
        turns::one_conversation,
        turns::delete_conversation,
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
        keys::list,
        keys::add,
        keys::remove,
        keys::rotate,
        keys::renew_recovery,
        keys::confirm_recovery,
        entrance::show,
        entrance::try_to_unlock,
        feedback::give,
        feedback::list,
        limits::answer,
        limits::list,
        limits::set,
        limits::lift,
        alerts::list,
        alerts::change,
        alerts::rules,
        alerts::set_rule,
        access_log::overview,
        access_log::own,
        privacy::notice,
        privacy::publish_notice,
        privacy::consents,
        privacy::give_consent,
        privacy::withdraw_consent,
        privacy::choose_basis,
        privacy::export,
        privacy::export_with_body,
        privacy::erase,
        privacy::confirm_erasure,
        privacy::restrict,
        privacy::lift_restriction,
        privacy::corrections,
        privacy::request_correction,
        privacy::all_corrections,
        privacy::decide_correction,
        privacy::delete_turn,
        privacy::processing_record,
        retention::list,
        retention::change,
        retention::purge,
        retention::confirm_clock,
        retention::holds,
        retention::place_hold,
        retention::release_hold,
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
