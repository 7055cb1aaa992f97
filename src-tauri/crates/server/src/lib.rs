//! The one API: an axum router over the operations of `cloister-app`.
//!
//! The window calls this router in memory, commands of the same user over the [`ControlSocket`]; a
//! server would put it behind a listener. Either way the same checks run, because the checks are in
//! the operations.
//!
//! **Guarantees.** Handlers translate and decide nothing. An error code becomes a status in one
//! place ([`status_of`]). The session token travels in a cookie that scripts cannot read and in no
//! body. Nothing is cached.
//!
//! **Not here.** A network listener, TLS, file serving.
#![forbid(unsafe_code)]

mod access_log;
mod accounts;
mod alerts;
mod audit;
mod backup;
mod control;
mod cookie;
mod destinations;
mod entrance;
mod error;
mod feedback;
mod keys;
mod knowledge;
mod limits;
mod message_logs;
mod model;
mod openapi;
mod policy;
mod privacy;
mod profile;
mod reader;
mod retention;
mod router;
mod session;
mod status;
mod turns;

pub use control::{ControlSocket, connect_control};
pub use cookie::{SESSION_COOKIE, session_token};
pub use entrance::Entrance;
pub use error::{ApiError, status_of};
pub use openapi::openapi_json;
pub use router::router;
