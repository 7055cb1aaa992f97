//! Access classes: knowledge that is readable under the same conditions.

use std::collections::BTreeSet;

use cloister_types::{Label, Permission, Timestamp};

use crate::RoleName;

/// Knowledge that is readable under the same conditions; the policy is asked once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClass {
    /// How sensitive it is.
    pub label: Label,
    /// The collection that it was imported into.
    pub collection: String,
    /// The account that it belongs to, as its id's text.
    pub owner: Option<String>,
    /// The team that it is confined to.
    pub team: Option<String>,
    /// The region that it is confined to.
    pub region: Option<String>,
    /// The roles that it is confined to or, above internal, opened to; empty for none in particular.
    pub roles: BTreeSet<RoleName>,
    /// From when it is valid.
    pub valid_from: Option<Timestamp>,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
}

impl AccessClass {
    /// What carries `label` in `collection` and nothing else that tells it apart.
    #[must_use]
    pub fn plain(label: Label, collection: &str) -> Self {
        Self {
            label,
            collection: collection.to_owned(),
            owner: None,
            team: None,
            region: None,
            roles: BTreeSet::new(),
            valid_from: None,
            valid_until: None,
        }
    }
}

/// The permission that reading knowledge with `label` needs.
#[must_use]
pub const fn permission_to_read(label: Label) -> Permission {
    match label {
        Label::Public => Permission::ReadPublicDocs,
        Label::Internal | Label::Confidential | Label::Restricted => Permission::ReadInternalDocs,
    }
}
