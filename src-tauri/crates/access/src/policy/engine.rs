//! One compiled version of the policy, and asking it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use cedar_policy::{Authorizer, EntityUid, Request, Schema};
use cloister_types::{Permission, RoleName};

use super::{
    compile::{Parts, PolicyFault, PolicySource, ROLE_PREFIX, compile, schema},
    entity::{Asker, Names, context},
    pack::Standing,
    resource::Resource,
    role::{Hierarchy, RoleSpec},
    situation::Situation,
    slice::{ActionSlices, Met, Slice, concerns, whole},
};

/// The annotation of a forbid that something lifts, and what lifts it.
const REFUSAL: &str = "refusal";
const SECOND_FACTOR: &str = "second_factor";

/// The number of a version of roles and policies: 0 is what was shipped, each change adds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PolicyVersion(pub u64);

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl cloister_types::LogSafe for PolicyVersion {}

/// What the policy said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Something permits it and nothing forbids it.
    Allowed,
    /// Nothing permits it.
    Missing,
    /// It would be permitted, but a rule forbids it now or here.
    Forbidden,
    /// It would be permitted, were there a fresh second factor.
    SecondFactor,
    /// The policy could not be asked, or a part of it failed; nothing is allowed then.
    Failed,
}

impl Verdict {
    /// The verdict's name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Missing => "missing",
            Self::Forbidden => "forbidden",
            Self::SecondFactor => "second_factor",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl cloister_types::LogSafe for Verdict {}

/// What the policy said, and the policies that made it say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it said.
    pub verdict: Verdict,
    /// The ids of the permits of what is allowed, the forbids of what is forbidden, the policies
    /// that failed; sorted.
    pub policies: Arc<[String]>,
}

/// A policy that made a decision, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Its id.
    pub id: String,
    /// What it does, in a sentence.
    pub sentence: String,
}

/// Why the policy could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum EngineError {
    #[error("an attribute cannot be expressed")]
    Attributes,
    #[error("the entities of a request do not fit together")]
    Entities,
    #[error("two policies have one id")]
    TwinIds,
    #[error("the request does not fit the schema")]
    Request,
}

/// One compiled version of the roles and policies.
pub struct Policy {
    version: PolicyVersion,
    source: PolicySource,
    schema: Schema,
    names: Names,
    authorizer: Authorizer,
    hierarchy: Hierarchy,
    standing: Standing,
    policies: BTreeMap<String, cedar_policy::Policy>,
    actions: HashMap<Permission, (EntityUid, ActionSlices)>,
    whole: Slice,
}

impl Policy {
    /// What was shipped, unchanged.
    ///
    /// # Panics
    /// Never: a test compiles it.
    #[must_use]
    pub fn shipped() -> Self {
        let Ok(shipped) = Self::compile(PolicyVersion(0), PolicySource::default()) else {
            unreachable!("the shipped pack is valid, which a test shows")
        };
        shipped
    }

    /// What was shipped with `source` on top, as `version`.
    ///
    /// # Errors
    /// Every fault that was found in it.
    pub fn compile(version: PolicyVersion, source: PolicySource) -> Result<Self, Vec<PolicyFault>> {
        let schema = schema();
        let Parts { hierarchy, policies, standing } = compile(&source, &schema)?;
        let names = Names::new();
        let unsliced = |error: EngineError| {
            vec![PolicyFault { line: 1, column: 1, message: error.to_string(), quotes: true }]
        };
        let mut actions = HashMap::new();
        for permission in Permission::ALL {
            let action = names.action(*permission);
            let mut slices = ActionSlices::default();
            for policy in policies.values().filter(|policy| concerns(policy, &action)) {
                slices.add(policy).map_err(unsliced)?;
            }
            actions.insert(*permission, (action, slices));
        }
        let whole = whole(policies.values()).map_err(unsliced)?;
        let authorizer = Authorizer::new();
        Ok(Self {
            version,
            source,
            schema,
            names,
            authorizer,
            hierarchy,
            standing,
            policies,
            actions,
            whole,
        })
    }

    /// Which version this is.
    #[must_use]
    pub const fn version(&self) -> PolicyVersion {
        self.version
    }

    /// What the site added.
    #[must_use]
    pub const fn source(&self) -> &PolicySource {
        &self.source
    }

    /// Every role, by name.
    pub fn roles(&self) -> impl Iterator<Item = &RoleSpec> {
        self.hierarchy.roles()
    }

    /// Whether there is a role called `name`.
    #[must_use]
    pub fn has_role(&self, name: &RoleName) -> bool {
        self.hierarchy.contains(name)
    }

    /// The roles of `asker`, with all that they inherit.
    #[must_use]
    pub fn roles_of(&self, asker: &Asker) -> BTreeSet<RoleName> {
        match asker {
            Asker::Guest => self.hierarchy.all_of(&self.standing.guest),
            Asker::Operator => self.hierarchy.all_of(&self.standing.operator),
            Asker::Person { roles, .. } => self.hierarchy.all_of(roles),
        }
    }

    /// Every policy with its text, by id.
    pub fn policies(&self) -> impl Iterator<Item = (Explanation, String)> {
        let texts = self.policies.iter();
        texts.map(|(id, policy)| (self.explain(id), policy.to_cedar().unwrap_or_default()))
    }

    /// The texts of all policies with `effect` under their ids, without those that roles list.
    pub(super) fn texts(&self, effect: cedar_policy::Effect) -> BTreeSet<(String, String)> {
        let policies = self.policies.iter().filter(|(_, policy)| policy.effect() == effect);
        policies
            .filter(|(id, _)| !id.starts_with(ROLE_PREFIX))
            .map(|(id, policy)| (id.clone(), policy.to_cedar().unwrap_or_default()))
            .collect()
    }

    /// Whether `permission` can be asked of resources of the kind of `resource`.
    #[must_use]
    pub fn applies(&self, permission: Permission, resource: &Resource) -> bool {
        let kind = match resource {
            Resource::Appliance => &self.names.appliance,
            Resource::Class(_) => &self.names.class,
            Resource::Record(_) => &self.names.record,
        };
        let (action, _) = &self.actions[&permission];
        let kinds = self.schema.resources_for_action(action);
        kinds.into_iter().flatten().any(|known| known == kind)
    }

    /// Asks the slice of policies that the request can meet.
    #[must_use]
    pub fn decide(
        &self,
        asker: &Asker,
        permission: Permission,
        resource: &Resource,
        situation: &Situation,
    ) -> Decision {
        self.ask(asker, permission, resource, situation, Extent::Slice)
    }

    /// Asks every policy: for measuring what slicing saves, and that it changes nothing.
    #[must_use]
    pub fn decide_unsliced(
        &self,
        asker: &Asker,
        permission: Permission,
        resource: &Resource,
        situation: &Situation,
    ) -> Decision {
        self.ask(asker, permission, resource, situation, Extent::Everything)
    }

    /// The policy called `id`, for people.
    #[must_use]
    pub fn explain(&self, id: &str) -> Explanation {
        let policy = self.policies.get(id);
        let sentence = policy.and_then(|policy| policy.annotation("sentence"));
        Explanation { id: id.to_owned(), sentence: sentence.unwrap_or_default().to_owned() }
    }

    /// Of rules that forbid something, the one that people are told: the first that a code would not
    /// lift.
    #[must_use]
    pub fn told(&self, policies: &[String]) -> Explanation {
        let lasting = policies.iter().find(|id| !self.is_lifted_by_code(id));
        self.explain(lasting.or(policies.first()).map_or("", String::as_str))
    }

    /// Roles that would have `permission` in principle, by name; those that inherit it included.
    #[must_use]
    pub fn roles_with(&self, permission: Permission) -> Vec<RoleName> {
        let open = Situation {
            minute: 720,
            weekday: 3,
            now: 0,
            second_factor: Some(0),
            administered: false,
        };
        let names = self.hierarchy.roles().map(|role| &role.name);
        names
            .filter(|name| {
                let asker = Asker::member_of((*name).clone());
                self.decide(&asker, permission, &Resource::Appliance, &open).verdict
                    == Verdict::Allowed
            })
            .cloned()
            .collect()
    }

    fn ask(
        &self,
        asker: &Asker,
        permission: Permission,
        resource: &Resource,
        situation: &Situation,
        extent: Extent,
    ) -> Decision {
        match self.meet(asker, permission, resource, situation, extent) {
            Ok(met) => self.judge(met),
            Err(error) => {
                tracing::error!(%error, %permission, "the policy could not be asked");
                Decision { verdict: Verdict::Failed, policies: [].into() }
            }
        }
    }

    fn meet(
        &self,
        asker: &Asker,
        permission: Permission,
        resource: &Resource,
        situation: &Situation,
        extent: Extent,
    ) -> Result<Met, EngineError> {
        let (action, slices) = &self.actions[&permission];
        let who = self.names.asker(asker);
        let roles: Vec<EntityUid> =
            self.roles_of(asker).iter().map(|role| self.names.role(role)).collect();
        let entities = self.names.entities(asker, &roles, resource)?;
        let request = Request::new(
            who.clone(),
            action.clone(),
            self.names.resource(resource),
            context(situation, resource)?,
            Some(&self.schema),
        )
        .map_err(|_| EngineError::Request)?;
        let mut met = Met::default();
        match extent {
            Extent::Slice => {
                for slice in slices.met_by(&who, &roles) {
                    slice.meet(&self.authorizer, &request, &entities, &mut met);
                }
            }
            Extent::Everything => {
                self.whole.meet(&self.authorizer, &request, &entities, &mut met);
            }
        }
        Ok(met)
    }

    fn judge(&self, met: Met) -> Decision {
        let Met { permits, forbids, failed } = met;
        let (verdict, mut policies) = if !failed.is_empty() {
            tracing::error!(policies = ?failed, "policies failed while they were evaluated");
            (Verdict::Failed, failed)
        } else if permits.is_empty() {
            (Verdict::Missing, Vec::new())
        } else if forbids.is_empty() {
            (Verdict::Allowed, permits)
        } else if forbids.iter().all(|id| self.is_lifted_by_code(id)) {
            (Verdict::SecondFactor, forbids)
        } else {
            (Verdict::Forbidden, forbids)
        };
        policies.sort_unstable();
        Decision { verdict, policies: policies.into() }
    }

    fn is_lifted_by_code(&self, id: &str) -> bool {
        let policy = self.policies.get(id);
        policy.and_then(|policy| policy.annotation(REFUSAL)) == Some(SECOND_FACTOR)
    }
}

/// How many of the policies are asked.
#[derive(Debug, Clone, Copy)]
enum Extent {
    Slice,
    Everything,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy(version {}, {} policies)", self.version, self.policies.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_fails_denies_whatever_permits_besides() {
        let broken = "@id(\"broken\")@sentence(\"Counts too far.\")\
                      forbid (principal, action == Action::\"read_public_faq\", resource)\
                      when { context.now + 9223372036854775807 < 0 };";
        let source = PolicySource { roles: Vec::new(), policies: broken.to_owned() };
        let policy = Policy::compile(PolicyVersion(1), source).expect("valid by its types");
        let now = Situation {
            minute: 720,
            weekday: 3,
            now: 1,
            second_factor: Some(0),
            administered: true,
        };
        let ask = |permission| policy.decide(&Asker::Guest, permission, &Resource::Appliance, &now);
        let failed = ask(Permission::ReadPublicFaq);
        assert_eq!(
            (failed.verdict, &*failed.policies),
            (Verdict::Failed, &["broken".to_owned()][..])
        );
        assert_eq!(ask(Permission::ReadPublicDocs).verdict, Verdict::Allowed, "and nothing else");
    }
}
