//! What reading knowledge needs.

use cloister_types::{Label, Permission};

/// The permission that reading knowledge with `label` needs.
#[must_use]
pub const fn permission_to_read(label: Label) -> Permission {
    match label {
        Label::Public => Permission::ReadPublicDocs,
        Label::Internal | Label::Confidential | Label::Restricted => Permission::ReadInternalDocs,
    }
}
