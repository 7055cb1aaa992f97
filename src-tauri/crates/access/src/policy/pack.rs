//! The shipped policy pack, compiled in: data, not code.

use cloister_types::RoleName;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::role::RoleSpec;

/// What policies can speak of.
pub(super) const SCHEMA: &str =
    include_str!("../../../../../packaging/packs/policy/schema.cedarschema");
/// The shipped policies.
pub(super) const POLICIES: &str =
    include_str!("../../../../../packaging/packs/policy/policies.cedar");
/// What the shipped policies must answer, by hand.
pub(super) const EXPECTED: &str = include_str!("../../../../../tests/cases/policy/matrix.toml");

const ROLES: &str = include_str!("../../../../../packaging/packs/policy/roles.toml");

/// The shipped roles, and who holds one without an account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippedRoles {
    pub(super) standing: Standing,
    #[serde(rename = "role")]
    pub(super) roles: Vec<RoleSpec>,
}

/// The roles of those who have no account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Standing {
    pub(super) guest: BTreeSet<RoleName>,
    pub(super) operator: BTreeSet<RoleName>,
}

/// Reads the shipped roles.
///
/// # Panics
/// Never: they are compiled in, and every test reads them.
pub(super) fn roles() -> ShippedRoles {
    toml::from_str(ROLES).expect("the shipped roles are well formed, which every test shows")
}

/// The shipped roles, in their order.
#[must_use]
pub fn shipped_roles() -> Vec<RoleSpec> {
    roles().roles
}
