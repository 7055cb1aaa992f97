//! Whether somebody may do something: asked of the policy before the act.

use cloister_types::{Act, Authorized, Permission};

use crate::{Access, Principal, RoleName, Session};

/// What an act is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// The appliance as a whole: its accounts, settings, logs.
    Appliance,
}

/// Why the policy said no. Holds nothing of the resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// No role of the reader has the permission.
    #[error("the permission is missing")]
    Missing {
        /// What would be needed.
        permission: Permission,
    },
}

impl Access {
    /// Asks the policy whether the reader of `session` may do `A` to `resource`.
    ///
    /// # Errors
    /// [`Denied`], when it may not, or when the policy cannot be asked.
    pub fn authorise<A: Act>(
        &self,
        session: &Session,
        _resource: &Resource,
    ) -> Result<Authorized<A>, Denied> {
        let permission = A::PERMISSION;
        let operator = matches!(session.principal, Principal::Operator { .. });
        if operator || session.principal.roles().contains(&RoleName::admin()) {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the policy")]
            return Ok(Authorized::mint(["admin".to_owned()].into()));
        }
        Err(Denied::Missing { permission })
    }
}
