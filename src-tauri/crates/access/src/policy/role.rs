//! Roles: what they are called, what they inherit, and who is in them.

use std::collections::{BTreeMap, BTreeSet};

use cloister_types::{Permission, RoleName};
use serde::{Deserialize, Serialize};

/// A role as it is written down. Equal in the shipped pack and in a site's own roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSpec {
    /// Its name in policies.
    pub name: RoleName,
    /// Its name for people, at most 80 characters.
    pub title: String,
    /// The roles whose permissions it has besides its own.
    #[serde(default)]
    pub inherits: BTreeSet<RoleName>,
    /// Permissions that it has by itself, on every resource that no policy forbids.
    #[serde(default)]
    pub permissions: BTreeSet<Permission>,
}

/// Why roles cannot be as they are written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleFault {
    /// Two roles have one name; the shipped names are taken.
    #[error("there is a role called {0} already")]
    Taken(RoleName),
    /// A role inherits one that does not exist.
    #[error("{role} inherits {parent}, which does not exist")]
    UnknownParent {
        /// The role.
        role: RoleName,
        /// What it inherits.
        parent: RoleName,
    },
    /// Roles inherit each other in a circle.
    #[error("{0} inherits itself")]
    Circle(RoleName),
    /// A title is empty or longer than 80 characters.
    #[error("the title of {0} is empty or longer than 80 characters")]
    Title(RoleName),
}

/// All roles, with everything that each inherits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hierarchy {
    roles: BTreeMap<RoleName, RoleSpec>,
    closures: BTreeMap<RoleName, BTreeSet<RoleName>>,
}

impl Hierarchy {
    /// Checks `roles` and works out what each inherits.
    pub(crate) fn new(roles: impl IntoIterator<Item = RoleSpec>) -> Result<Self, RoleFault> {
        let mut by_name = BTreeMap::new();
        for role in roles {
            if role.title.trim().is_empty() || role.title.chars().count() > 80 {
                return Err(RoleFault::Title(role.name));
            }
            let name = role.name.clone();
            if by_name.insert(name.clone(), role).is_some() {
                return Err(RoleFault::Taken(name));
            }
        }
        let mut hierarchy = Self { roles: by_name, closures: BTreeMap::new() };
        for role in hierarchy.roles.values() {
            if let Some(parent) =
                role.inherits.iter().find(|parent| !hierarchy.roles.contains_key(*parent))
            {
                let (role, parent) = (role.name.clone(), parent.clone());
                return Err(RoleFault::UnknownParent { role, parent });
            }
        }
        let closures = hierarchy.roles.keys().map(|name| hierarchy.close(name));
        hierarchy.closures = closures.collect::<Result<_, _>>()?;
        Ok(hierarchy)
    }

    fn close(&self, name: &RoleName) -> Result<(RoleName, BTreeSet<RoleName>), RoleFault> {
        let mut closure = BTreeSet::new();
        let mut open: Vec<&RoleName> = vec![name];
        while let Some(next) = open.pop() {
            for parent in self.roles.get(next).into_iter().flat_map(|role| &role.inherits) {
                if parent == name {
                    return Err(RoleFault::Circle(name.clone()));
                }
                if closure.insert(parent.clone()) {
                    open.push(parent);
                }
            }
        }
        closure.insert(name.clone());
        Ok((name.clone(), closure))
    }

    /// Every role, by name.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &RoleSpec> {
        self.roles.values()
    }

    pub(crate) fn contains(&self, name: &RoleName) -> bool {
        self.roles.contains_key(name)
    }

    /// `given` and all that they inherit. A role that no longer exists gives nothing.
    pub(crate) fn all_of<'a>(
        &self,
        given: impl IntoIterator<Item = &'a RoleName>,
    ) -> BTreeSet<RoleName> {
        let closures = given.into_iter().filter_map(|name| self.closures.get(name));
        closures.flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, inherits: &[&str]) -> RoleSpec {
        let parse = |name: &str| name.parse::<RoleName>().expect("a name");
        RoleSpec {
            name: parse(name),
            title: name.to_owned(),
            inherits: inherits.iter().map(|name| parse(name)).collect(),
            permissions: BTreeSet::new(),
        }
    }

    #[test]
    fn inheritance_reaches_all_the_way_up() {
        let hierarchy =
            Hierarchy::new([role("a", &[]), role("b", &["a"]), role("c", &["b"])]).expect("sound");
        let of = |name: &str| hierarchy.all_of([&name.parse().expect("a name")]);
        assert_eq!(of("c").len(), 3);
        assert_eq!(of("a").len(), 1);
        assert!(of("nobody").is_empty());
    }

    #[test]
    fn circles_strangers_and_twins_are_refused() {
        let name = |name: &str| name.parse::<RoleName>().expect("a name");
        let refused = |roles: Vec<RoleSpec>| Hierarchy::new(roles).expect_err("unsound");
        let circle = vec![role("a", &["b"]), role("b", &["a"])];
        assert_eq!(refused(circle), RoleFault::Circle(name("a")));
        assert_eq!(refused(vec![role("a", &["a"])]), RoleFault::Circle(name("a")));
        let stranger = RoleFault::UnknownParent { role: name("a"), parent: name("x") };
        assert_eq!(refused(vec![role("a", &["x"])]), stranger);
        assert_eq!(refused(vec![role("a", &[]), role("a", &[])]), RoleFault::Taken(name("a")));
    }
}
