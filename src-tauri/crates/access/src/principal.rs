//! Who asks: a guest, the operator, or somebody who signed in.

use std::{collections::BTreeSet, fmt, sync::Arc};

use cloister_types::{AccountId, RoleName};

/// Somebody who has an account, as the policy sees them.
#[derive(Clone, PartialEq)]
pub struct Person {
    /// The account.
    pub id: AccountId,
    /// The name to sign in with.
    pub name: String,
    /// The roles given to the account itself; the policy adds those they inherit.
    pub roles: BTreeSet<RoleName>,
    /// Team, region, limits: a JSON object of strings, whole numbers and booleans.
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// Whether the account's data are held but not processed (Article 18 GDPR).
    pub restricted: bool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// Somebody who did not sign in.
    Guest,
    /// The operating-system user who owns the vault, until there is an administrator.
    Operator {
        /// The user's number.
        uid: u32,
    },
    /// Somebody who signed in.
    Account(Arc<Person>),
}

impl Principal {
    /// The roles given, without those they inherit. The operator stands in for an administrator.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<RoleName> {
        match self {
            Self::Guest => BTreeSet::from([RoleName::public()]),
            Self::Operator { .. } => BTreeSet::from([RoleName::admin()]),
            Self::Account(person) => person.roles.clone(),
        }
    }
}
