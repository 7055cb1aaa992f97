//! What the tests of the whole product share: an appliance of their own, a reader in front of it,
//! and the finished programs.

mod appliance;
mod program;
mod reader;
mod search;
mod staff;
mod tour;

pub use appliance::{Appliance, NoEgress, START, Setting, open_vault, paths};
pub use program::{Program, models_folder, program, root};
pub use reader::{Answer, Reader};
pub use search::files_that_hold;
pub use staff::{ADMIN, ADMIN_PASSWORD, PASSWORD, employed, hired, made, post, sign_in, staffed};
pub use tour::{Tour, operations};
