//! Who may do what, told by the engine itself: every role and permission, asked at every edge.

use std::collections::BTreeSet;

use cloister_types::{Label, Permission};

use super::{
    edges::{asker, resources, situations},
    engine::{Policy, Verdict},
    resource::Resource,
};

/// How far a role has a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The permission.
    pub permission: Permission,
    /// The role; `operator` for the owner of the vault.
    pub role: String,
    /// How many of the requests were allowed.
    pub allowed: usize,
    /// How many requests there were.
    pub requests: usize,
    /// Labels of knowledge on which it was ever allowed; empty for what is not about knowledge.
    pub labels: BTreeSet<Label>,
    /// Ids of the policies that ever forbade it or asked for a second factor.
    pub conditions: BTreeSet<String>,
}

/// What two policies allow differently to one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// The permission.
    pub permission: Permission,
    /// The role; `operator` for the owner of the vault.
    pub role: String,
    /// How many requests are newly allowed.
    pub gained: usize,
    /// How many are no longer allowed.
    pub lost: usize,
    /// How many there were.
    pub requests: usize,
}

impl Policy {
    /// Asks for every role and permission at every edge. Takes a second or two.
    #[must_use]
    pub fn matrix(&self) -> Vec<Reach> {
        let columns = columns(self);
        let cells = Permission::ALL
            .iter()
            .flat_map(|permission| columns.iter().map(|column| (*permission, column)));
        cells.filter_map(|(permission, column)| self.reach(permission, column)).collect()
    }

    fn reach(&self, permission: Permission, column: &str) -> Option<Reach> {
        let asker = asker(column)?;
        let mut reach = Reach {
            permission,
            role: column.to_owned(),
            allowed: 0,
            requests: 0,
            labels: BTreeSet::new(),
            conditions: BTreeSet::new(),
        };
        for resource in resources(column).filter(|kind| self.applies(permission, kind)) {
            for situation in situations() {
                let decision = self.decide(&asker, permission, &resource, &situation);
                reach.requests += 1;
                match decision.verdict {
                    Verdict::Allowed => {
                        reach.allowed += 1;
                        if let Resource::Class(class) = &resource {
                            reach.labels.insert(class.label);
                        }
                    }
                    Verdict::Forbidden | Verdict::SecondFactor | Verdict::Failed => {
                        reach.conditions.extend(decision.policies.iter().cloned());
                    }
                    Verdict::Missing => {}
                }
            }
        }
        Some(reach)
    }

    /// Where `newer` answers otherwise than this policy does, by permission and role. Takes a few
    /// seconds. What no edge meets does not show: whether a change can widen access at all is for
    /// [`Policy::may_widen`] to say.
    #[must_use]
    pub fn compare(&self, newer: &Self) -> Vec<Shift> {
        let columns: BTreeSet<String> = columns(self).into_iter().chain(columns(newer)).collect();
        let mut shifts = Vec::new();
        for permission in Permission::ALL.iter().copied() {
            for column in &columns {
                let shift = self.shift(newer, permission, column);
                shifts.extend(shift.filter(|shift| shift.gained + shift.lost > 0));
            }
        }
        shifts
    }

    fn shift(&self, newer: &Self, permission: Permission, column: &str) -> Option<Shift> {
        let asker = asker(column)?;
        let role = column.to_owned();
        let mut shift = Shift { permission, role, gained: 0, lost: 0, requests: 0 };
        for resource in resources(column).filter(|kind| self.applies(permission, kind)) {
            for situation in situations() {
                let allowed = |policy: &Self| {
                    let decision = policy.decide(&asker, permission, &resource, &situation);
                    decision.verdict == Verdict::Allowed
                };
                shift.requests += 1;
                match (allowed(self), allowed(newer)) {
                    (false, true) => shift.gained += 1,
                    (true, false) => shift.lost += 1,
                    (true, true) | (false, false) => {}
                }
            }
        }
        Some(shift)
    }

    /// Whether `newer` might allow anybody anything that this policy does not: unless all that
    /// happened is that permits went, forbids came, or roles lost permissions or came without any.
    /// Told by the texts, since no list of requests is complete.
    #[must_use]
    pub fn may_widen(&self, newer: &Self) -> bool {
        let forbids = |policy: &Self| policy.texts(cedar_policy::Effect::Forbid);
        let permits = |policy: &Self| policy.texts(cedar_policy::Effect::Permit);
        let fewer_forbids = !forbids(self).is_subset(&forbids(newer));
        let more_permits = !permits(newer).is_subset(&permits(self));
        fewer_forbids || more_permits || self.roles_may_widen(newer)
    }

    /// Another inheritance can also take somebody out of a forbid's reach, so every one counts.
    fn roles_may_widen(&self, newer: &Self) -> bool {
        newer.roles().any(|role| match self.roles().find(|known| known.name == role.name) {
            Some(known) => {
                known.inherits != role.inherits || !role.permissions.is_subset(&known.permissions)
            }
            None => !role.inherits.is_empty() || !role.permissions.is_empty(),
        })
    }
}

/// The roles of a policy and whoever needs none, as the edges call them.
fn columns(policy: &Policy) -> Vec<String> {
    policy.roles().map(|role| role.name.to_string()).chain(["operator".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PolicySource, PolicyVersion, RoleSpec};

    fn with(policies: &str, roles: Vec<RoleSpec>) -> Policy {
        let source = PolicySource { roles, policies: policies.to_owned() };
        Policy::compile(PolicyVersion(1), source).expect("valid")
    }

    fn clerk(permissions: &[Permission]) -> RoleSpec {
        RoleSpec {
            name: "clerk".parse().expect("a name"),
            title: "Clerk".to_owned(),
            inherits: BTreeSet::new(),
            permissions: permissions.iter().copied().collect(),
        }
    }

    #[test]
    fn a_forbid_more_takes_and_its_removal_gives() {
        let shipped = Policy::shipped();
        let closed = with(
            "@id(\"no_finance\")@sentence(\"Finance is closed.\")\
             forbid (principal, action == Action::\"read_financial\", resource);",
            Vec::new(),
        );
        assert!(!shipped.may_widen(&closed));
        assert!(closed.may_widen(&shipped));
        let shifts = shipped.compare(&closed);
        assert!(shifts.iter().all(|shift| shift.gained == 0 && shift.lost > 0), "{shifts:?}");
        let roles: BTreeSet<&str> = shifts.iter().map(|shift| shift.role.as_str()).collect();
        assert_eq!(roles, BTreeSet::from(["admin", "finance", "operator"]));
    }

    #[test]
    fn a_role_that_comes_with_a_permission_widens_and_one_without_does_not() {
        let shipped = Policy::shipped();
        assert!(!shipped.may_widen(&with("", vec![clerk(&[])])));
        let reads = with("", vec![clerk(&[Permission::ReadAudit])]);
        assert!(shipped.may_widen(&reads));
        let shifts = shipped.compare(&reads);
        assert_eq!(shifts.len(), 1, "{shifts:?}");
        assert_eq!(
            (shifts[0].role.as_str(), shifts[0].permission),
            ("clerk", Permission::ReadAudit)
        );
        assert_eq!(shifts[0].gained, shifts[0].requests);
    }

    #[test]
    fn a_weaker_condition_under_the_same_id_widens() {
        let shipped = Policy::shipped();
        let late = with(
            "@id(\"salary_hours\")@sentence(\"Later.\")\
             forbid (principal, action == Action::\"read_employee_salary\", resource)\
             unless { context.minute >= 540 && context.minute <= 1200 };",
            Vec::new(),
        );
        assert!(shipped.may_widen(&late));
        assert!(shipped.compare(&late).iter().any(|shift| shift.gained > 0 && shift.lost == 0));
    }

    #[test]
    fn the_matrix_tells_conditions_and_labels() {
        let matrix = Policy::shipped().matrix();
        let cell = |role: &str, permission| {
            let found =
                matrix.iter().find(|cell| cell.role == role && cell.permission == permission);
            found.expect("a cell").clone()
        };
        let salaries = cell("hr_specialist", Permission::ReadEmployeeSalary);
        assert!(salaries.allowed > 0 && salaries.allowed < salaries.requests);
        assert!(salaries.conditions.contains("salary_hours"), "{salaries:?}");
        let public = cell("public", Permission::ReadPublicDocs);
        assert_eq!(public.labels, BTreeSet::from([Label::Public]));
        assert_eq!(cell("public", Permission::Configure).allowed, 0);
    }
}
