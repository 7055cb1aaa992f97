//! The policies of one action, by whom they can meet.

use std::collections::HashMap;

use cedar_policy::{
    ActionConstraint, Authorizer, Decision, Effect, Entities, EntityUid, PolicySet,
    PrincipalConstraint, Request,
};

use super::engine::EngineError;

/// Policies that one request evaluates together. Permits and forbids lie apart, so that every forbid
/// is known by name whatever permits besides, and the other way round.
#[derive(Debug, Clone, Default)]
pub(super) struct Slice {
    permits: PolicySet,
    forbids: PolicySet,
}

/// The slices of one action.
#[derive(Debug, Clone, Default)]
pub(super) struct ActionSlices {
    /// Policies whose scope names nobody.
    anyone: Slice,
    /// Policies whose scope names a role or a person.
    named: HashMap<EntityUid, Slice>,
}

/// The policies that a request met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) permits: Vec<String>,
    pub(super) forbids: Vec<String>,
    pub(super) failed: Vec<String>,
}

impl Slice {
    fn add(&mut self, policy: &cedar_policy::Policy) -> Result<(), EngineError> {
        let set = match policy.effect() {
            Effect::Permit => &mut self.permits,
            Effect::Forbid => &mut self.forbids,
        };
        set.add(policy.clone()).map_err(|_| EngineError::TwinIds)
    }

    /// Adds to `met` the policies of this slice that apply to `request`.
    pub(super) fn meet(
        &self,
        authorizer: &Authorizer,
        request: &Request,
        entities: &Entities,
        met: &mut Met,
    ) {
        for (set, applied) in [(&self.permits, &mut met.permits), (&self.forbids, &mut met.forbids)]
        {
            if set.is_empty() {
                continue;
            }
            let response = authorizer.is_authorized(request, set, entities);
            let diagnostics = response.diagnostics();
            applied.extend(diagnostics.reason().map(ToString::to_string));
            met.failed.extend(diagnostics.errors().map(|error| match error {
                cedar_policy::AuthorizationError::PolicyEvaluationError(error) => {
                    error.policy_id().to_string()
                }
            }));
            debug_assert!(response.decision() == Decision::Deny || !applied.is_empty());
        }
    }
}

impl ActionSlices {
    /// Adds `policy` where whoever it can apply to will meet it.
    pub(super) fn add(&mut self, policy: &cedar_policy::Policy) -> Result<(), EngineError> {
        match policy.principal_constraint() {
            PrincipalConstraint::Any | PrincipalConstraint::Is(_) => self.anyone.add(policy),
            PrincipalConstraint::In(who)
            | PrincipalConstraint::Eq(who)
            | PrincipalConstraint::IsIn(_, who) => self.named.entry(who).or_default().add(policy),
        }
    }

    /// The slices that somebody meets who is `who` and in `roles`.
    pub(super) fn met_by<'a>(
        &'a self,
        who: &'a EntityUid,
        roles: &'a [EntityUid],
    ) -> impl Iterator<Item = &'a Slice> {
        let named = std::iter::once(who).chain(roles).filter_map(|uid| self.named.get(uid));
        std::iter::once(&self.anyone).chain(named)
    }
}

/// Whether `policy` can apply to `action`.
pub(super) fn concerns(policy: &cedar_policy::Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == *action,
        ActionConstraint::In(several) => several.contains(action),
    }
}

/// Every policy in one slice: what sliced decisions are compared with.
pub(super) fn whole<'a>(
    policies: impl IntoIterator<Item = &'a cedar_policy::Policy>,
) -> Result<Slice, EngineError> {
    let mut slice = Slice::default();
    for policy in policies {
        slice.add(policy)?;
    }
    Ok(slice)
}
