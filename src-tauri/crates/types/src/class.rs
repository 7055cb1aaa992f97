//! Access classes: knowledge that is readable under the same conditions.

use std::collections::BTreeSet;

use crate::{Label, RoleName, Timestamp};

/// Knowledge that is readable under the same conditions: the policy is asked once for each, and
/// whoever may read one of its passages may read all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessClass {
    /// How sensitive it is.
    pub label: Label,
    /// The collection that it was imported into.
    pub collection: String,
    /// Whom it is confined to besides.
    pub placement: Placement,
}

/// What a document says about its readers besides label and collection; by default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
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
        Self { label, collection: collection.to_owned(), placement: Placement::default() }
    }
}
