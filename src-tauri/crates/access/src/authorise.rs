//! Whether somebody may do something: asked of the policy before the act.

use std::sync::Arc;

use cloister_types::{Act, Authorized, Permission, RoleName};

use crate::{
    Access, Session,
    policy::{Asker, Decision, Explanation, Resource, Situation, Verdict},
};

/// Why the policy said no. Holds nothing of the resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// No role of the reader has the permission for this.
    #[error("the permission is missing")]
    Missing {
        /// What would be needed.
        permission: Permission,
        /// The roles that have it in principle.
        roles: Vec<RoleName>,
    },
    /// The reader has the permission, but a rule forbids it now or here.
    #[error("a rule forbids it")]
    Condition {
        /// What was asked for.
        permission: Permission,
        /// The rule that is told to people.
        rule: Explanation,
        /// The ids of every rule that forbids it.
        policies: Arc<[String]>,
    },
    /// A second factor has to be shown first.
    #[error("a fresh second factor is needed")]
    SecondFactor {
        /// What was asked for.
        permission: Permission,
        /// The ids of the rules that demand it.
        policies: Arc<[String]>,
    },
    /// The policy could not be asked, or a part of it failed; nothing is allowed then.
    #[error("the policy could not answer")]
    Unanswered {
        /// What was asked for.
        permission: Permission,
        /// The ids of the policies that failed.
        policies: Arc<[String]>,
    },
}

impl Denied {
    /// What the policy said, for the audit log: a policy that failed is told from one that forbids.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Missing { .. } => Verdict::Missing,
            Self::Condition { .. } => Verdict::Forbidden,
            Self::SecondFactor { .. } => Verdict::SecondFactor,
            Self::Unanswered { .. } => Verdict::Failed,
        }
    }

    /// The ids of the policies that made the decision, for the audit log.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        match self {
            Self::Missing { .. } => &[],
            Self::Condition { policies, .. }
            | Self::SecondFactor { policies, .. }
            | Self::Unanswered { policies, .. } => policies,
        }
    }
}

impl Access {
    /// What the reader of `session` may do to the appliance now, once a second factor was shown:
    /// for offering it. Each act asks again.
    #[must_use]
    pub fn permissions(&self, session: &Session) -> Vec<Permission> {
        let asker = Asker::from(&session.principal);
        let now = self.policy().situation(session, self.clock());
        let situation = Situation { second_factor: Some(0), ..now };
        let policy = self.policy().policy();
        let may = |permission: &Permission| {
            policy.applies(*permission, &Resource::Appliance)
                && policy.decide(&asker, *permission, &Resource::Appliance, &situation).verdict
                    == Verdict::Allowed
        };
        Permission::ALL.iter().copied().filter(may).collect()
    }

    /// Asks the policy whether the reader of `session` may do `A` to `resource`.
    ///
    /// # Errors
    /// [`Denied`], when it may not, or when the policy cannot be asked.
    pub fn authorise<A: Act>(
        &self,
        session: &Session,
        resource: &Resource,
    ) -> Result<Authorized<A>, Denied> {
        let permission = A::PERMISSION;
        let asker = Asker::from(&session.principal);
        let situation = self.policy().situation(session, self.clock());
        let decision = self.policy().decide(&asker, permission, resource, &situation);
        let Decision { verdict, policies } = decision;
        match verdict {
            Verdict::Allowed =>
            {
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the policy")]
                Ok(Authorized::mint(policies))
            }
            Verdict::Missing => {
                let roles = self.policy().policy().roles_with(permission);
                Err(Denied::Missing { permission, roles })
            }
            Verdict::Forbidden => {
                let rule = self.policy().policy().told(&policies);
                Err(Denied::Condition { permission, rule, policies })
            }
            Verdict::SecondFactor => Err(Denied::SecondFactor { permission, policies }),
            Verdict::Failed => Err(Denied::Unanswered { permission, policies }),
        }
    }
}
