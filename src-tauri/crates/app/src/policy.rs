//! Roles and policies of the site's own: checked, compared, approved by a second person where they
//! widen access, and put in force.

use std::time::Duration;

use cloister_access::{
    ApprovalRequest, LONE_WAIT, Policy, PolicyFault, PolicySource, PolicyVersion, Resource,
    RoleSpec, Session, Shift, actor, shipped_roles,
};
use cloister_store::{AlertKind, AuditBody, ChangeDecision, NewPolicy, PolicyChangeRow, Store};
use cloister_types::{Authorized, ChangeId, Permission, RoleName, Timestamp, act};

use crate::{
    App, AppError, ErrorCode, PolicyChangeDto, PolicyChangeListDto, PolicyChangeStateDto,
    PolicyCheckDto, PolicyDecisionDto, PolicyDraftDto, PolicyFaultDto, PolicyVersionDto,
    PolicyVersionListDto, RoleFormDto, ShiftDto, error::sentence, open::failed,
};

/// How long a change waits for a second person.
const CHANGE_LIFE: Duration = Duration::from_hours(14 * 24);

/// A draft that is valid, beside the policy in force.
struct Draft {
    source: PolicySource,
    compiled: Policy,
    shifts: Vec<Shift>,
    widens: bool,
}

impl App {
    /// Says what is wrong with a draft or, where nothing is, what it would mean.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `manage_policy`.
    pub async fn check_policies(
        &self,
        session: &Session,
        draft: PolicyDraftDto,
    ) -> Result<PolicyCheckDto, AppError> {
        self.authorise::<act::ManagePolicy>(session, &Resource::Appliance).await?;
        let roles = self.access.policy().policy().source().roles.clone();
        let source = PolicySource { roles, policies: draft.policies };
        Ok(match self.draft(source).await? {
            Ok(draft) => PolicyCheckDto {
                faults: Vec::new(),
                shifts: draft.shifts.iter().map(ShiftDto::from).collect(),
                widens: draft.widens,
            },
            Err(faults) => PolicyCheckDto {
                faults: faults.into_iter().map(PolicyFaultDto::from).collect(),
                shifts: Vec::new(),
                widens: false,
            },
        })
    }

    /// Puts other policies of the site's own in the place of those there are: at once where nobody
    /// gains anything, and once a second person approved it otherwise.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] with the first fault.
    pub async fn change_policies(
        &self,
        session: &Session,
        draft: PolicyDraftDto,
    ) -> Result<PolicyChangeDto, AppError> {
        let allowed = self.authorise::<act::ManagePolicy>(session, &Resource::Appliance).await?;
        let roles = self.access.policy().policy().source().roles.clone();
        let source = PolicySource { roles, policies: draft.policies };
        self.change(&allowed, session, source).await
    }

    /// Makes or changes a role of the site's own, as [`App::change_policies`] changes policies.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] for a shipped role, and what the role
    /// cannot be; [`ErrorCode::NotFound`] for what is no role's name.
    pub async fn set_role(
        &self,
        session: &Session,
        name: &str,
        form: RoleFormDto,
    ) -> Result<PolicyChangeDto, AppError> {
        let allowed = self.role_keeper(session).await?;
        let name: RoleName = name.parse().map_err(|_| AppError::not_found())?;
        let role = RoleSpec {
            inherits: parsed(&form.inherits, "role")?,
            permissions: parsed::<Permission, _>(&form.permissions, "permission")?,
            title: form.title,
            name: name.clone(),
        };
        let mut source = self.access.policy().policy().source().clone();
        source.roles.retain(|known| known.name != name);
        source.roles.push(role);
        source.roles.sort_by(|one, other| one.name.cmp(&other.name));
        self.change(&allowed, session, source).await
    }

    /// Removes a role of the site's own.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when the site has none of that name;
    /// [`ErrorCode::Conflict`] while somebody has it.
    pub async fn remove_role(
        &self,
        session: &Session,
        name: &str,
    ) -> Result<PolicyChangeDto, AppError> {
        let allowed = self.role_keeper(session).await?;
        let mut source = self.access.policy().policy().source().clone();
        let before = source.roles.len();
        source.roles.retain(|role| role.name.as_str() != name);
        if source.roles.len() == before {
            return Err(AppError::not_found());
        }
        let held = self.store.accounts().await?.iter().any(|account| account.roles.contains(name));
        if held {
            let message = "Somebody has this role. Take it from them first.";
            return Err(AppError::new(ErrorCode::Conflict, message));
        }
        self.change(&allowed, session, source).await
    }

    /// Goes back to an earlier version, 0 for what was shipped; it becomes a version of its own.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when there was no such version.
    pub async fn restore_policies(
        &self,
        session: &Session,
        version: u64,
    ) -> Result<PolicyChangeDto, AppError> {
        let allowed = self.authorise::<act::ManagePolicy>(session, &Resource::Appliance).await?;
        let source = if version == 0 {
            PolicySource::default()
        } else {
            let rows = self.store.policies().await?;
            let row = rows.iter().find(|row| row.version == version);
            source_of(&row.ok_or_else(AppError::not_found)?.source)?
        };
        self.change(&allowed, session, source).await
    }

    /// Changes that wait or waited for a second person.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn policy_changes(&self, session: &Session) -> Result<PolicyChangeListDto, AppError> {
        self.oversee(session).await?;
        let now = self.options.clock.now();
        let mut items = Vec::new();
        for row in self.store.policy_changes().await? {
            let shifts = if state_of(&row, now) == PolicyChangeStateDto::Pending {
                let draft = self.draft(source_of(&row.policy.source)?).await?;
                draft.map(|draft| draft.shifts).unwrap_or_default()
            } else {
                Vec::new()
            };
            items.push(waiting_dto(&row, &shifts, now));
        }
        Ok(PolicyChangeListDto { items })
    }

    /// Approves or rejects a change. Whoever asked for it may withdraw it, and approve it only where
    /// there is nobody else, a day later.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] with the part of the rule that is against it; [`ErrorCode::NotFound`];
    /// [`ErrorCode::Conflict`] when another version came into force meanwhile.
    pub async fn decide_policy(
        &self,
        session: &Session,
        id: &str,
        decision: PolicyDecisionDto,
    ) -> Result<PolicyChangeDto, AppError> {
        let allowed = self.authorise::<act::ManagePolicy>(session, &Resource::Appliance).await?;
        let id: ChangeId = id.parse().map_err(|_| AppError::not_found())?;
        let rows = self.store.policy_changes().await?;
        let row = rows.into_iter().find(|row| row.id == id).ok_or_else(AppError::not_found)?;
        let now = self.options.clock.now();
        let decision = if decision.approve {
            let request = ApprovalRequest {
                requester: row.policy.by,
                requested_at: row.policy.at,
                alone: row.alone,
            };
            self.approve(session, Permission::ManagePolicy, &request).await?;
            ChangeDecision::Approved
        } else {
            ChangeDecision::Rejected
        };
        let source = source_of(&row.policy.source)?;
        let version =
            self.store.decide_policy(&allowed, &row, decision, actor(session), now).await?;
        if let Some(version) = version {
            let compiled = self.compiled(version, source).await?;
            self.access.policy().enforce(compiled.map_err(|faults| unfit(&faults))?);
        }
        let decided = PolicyChangeRow { decided: Some((decision, actor(session))), ..row };
        Ok(waiting_dto(&decided, &[], now))
    }

    /// Every version of the site's own roles and policies.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn policy_versions(
        &self,
        session: &Session,
    ) -> Result<PolicyVersionListDto, AppError> {
        self.oversee(session).await?;
        let items = self.store.policies().await?.into_iter().map(|row| PolicyVersionDto {
            version: row.version,
            made_at: row.made_at.to_string(),
            made_by: row.made_by.map(|by| by.to_string()),
            approved_by: row.approved_by.map(|by| by.to_string()),
        });
        Ok(PolicyVersionListDto { items: items.collect() })
    }

    async fn role_keeper(
        &self,
        session: &Session,
    ) -> Result<Authorized<act::ManagePolicy>, AppError> {
        self.authorise::<act::ManageRoles>(session, &Resource::Appliance).await?;
        self.authorise::<act::ManagePolicy>(session, &Resource::Appliance).await
    }

    /// Puts `source` in force, or keeps it until a second person decides.
    async fn change(
        &self,
        allowed: &Authorized<act::ManagePolicy>,
        session: &Session,
        source: PolicySource,
    ) -> Result<PolicyChangeDto, AppError> {
        let draft = self.draft(source).await?.map_err(|faults| unfit(&faults))?;
        let now = self.options.clock.now();
        let policy = NewPolicy {
            base: draft.compiled.version().0 - 1,
            source: serde_json::to_string(&draft.source).map_err(|error| failed(&error))?,
            by: actor(session),
            at: now,
        };
        if !draft.widens {
            self.store.change_policy(allowed, &policy).await?;
            self.access.policy().enforce(draft.compiled);
            return Ok(PolicyChangeDto {
                id: None,
                state: PolicyChangeStateDto::Applied,
                base: policy.base,
                asked_by: policy.by.map(|by| by.to_string()),
                asked_at: now.to_string(),
                expires_at: None,
                alone_from: None,
                shifts: draft.shifts.iter().map(ShiftDto::from).collect(),
            });
        }
        let id = ChangeId::random(&*self.options.entropy);
        let alone = self.others(session, Permission::ManagePolicy).await? == 0;
        let expires_at = now + CHANGE_LIFE;
        let row = PolicyChangeRow { id, policy, alone, expires_at, decided: None };
        self.store.propose_policy(allowed, &row).await?;
        if alone {
            let body = AuditBody::new().with("change", &id);
            self.raise(AlertKind::PolicyWaits, Some(session.pseudonym), body).await?;
        }
        Ok(waiting_dto(&row, &draft.shifts, now))
    }

    /// Compiles `source` as the next version and compares it with the one in force.
    async fn draft(
        &self,
        source: PolicySource,
    ) -> Result<Result<Draft, Vec<PolicyFault>>, AppError> {
        let current = self.access.policy().policy();
        let work = move || {
            let version = PolicyVersion(current.version().0 + 1);
            let compiled = Policy::compile(version, source.clone())?;
            let widens = current.may_widen(&compiled);
            let shifts = current.compare(&compiled);
            Ok(Draft { source, compiled, shifts, widens })
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }

    async fn compiled(
        &self,
        version: u64,
        source: PolicySource,
    ) -> Result<Result<Policy, Vec<PolicyFault>>, AppError> {
        let work = move || Policy::compile(PolicyVersion(version), source);
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }
}

/// Puts the site's own policy in force, for a vault that is being opened. One that no longer fits the
/// program's schema leaves the vault closed: without it, forbids of the site would be missing.
///
/// # Errors
/// [`ErrorCode::SettingsInvalid`] when it does not fit; when it cannot be read.
pub(crate) async fn in_force(store: &Store) -> Result<Option<Policy>, AppError> {
    let Some(row) = store.policy().await? else { return Ok(None) };
    let source = source_of(&row.source)?;
    let compile = move || Policy::compile(PolicyVersion(row.version), source);
    let compiled = tokio::task::spawn_blocking(compile).await.map_err(|error| failed(&error))?;
    compiled.map(Some).map_err(|faults| {
        let message = format!(
            "The site’s own policies no longer fit this version of the program: {}. Open the vault \
             with the version before and change them there.",
            told(&faults)
        );
        AppError::new(ErrorCode::SettingsInvalid, message)
    })
}

/// The names of roles that the program came with.
pub(crate) fn is_shipped(name: &RoleName) -> bool {
    shipped_roles().iter().any(|role| role.name == *name)
}

fn source_of(json: &str) -> Result<PolicySource, AppError> {
    serde_json::from_str(json).map_err(|error| failed(&error))
}

fn parsed<T, C>(names: &[String], what: &str) -> Result<C, AppError>
where
    T: std::str::FromStr,
    C: FromIterator<T>,
{
    names.iter().map(|name| name.parse()).collect::<Result<C, _>>().map_err(|_| {
        AppError::new(ErrorCode::InvalidRequest, format!("One of the names is no {what}."))
    })
}

fn unfit(faults: &[PolicyFault]) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, sentence(&told(faults)))
}

/// The first fault, and how many more there are. What may quote somebody is left to the check, whose
/// answer is for them alone.
fn told(faults: &[PolicyFault]) -> String {
    let Some((first, rest)) = faults.split_first() else {
        return "the policies do not fit".to_owned();
    };
    let why = if first.quotes { "see `cloister policy check`" } else { first.message.as_str() };
    let more = match rest.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("line {}, column {}: {why}{more}", first.line, first.column)
}

fn state_of(row: &PolicyChangeRow, now: Timestamp) -> PolicyChangeStateDto {
    match row.decided {
        Some((ChangeDecision::Approved, _)) => PolicyChangeStateDto::Applied,
        Some((ChangeDecision::Rejected, _)) => PolicyChangeStateDto::Rejected,
        None if now >= row.expires_at => PolicyChangeStateDto::Expired,
        None => PolicyChangeStateDto::Pending,
    }
}

fn waiting_dto(row: &PolicyChangeRow, shifts: &[Shift], now: Timestamp) -> PolicyChangeDto {
    let state = state_of(row, now);
    let alone = row.alone && state == PolicyChangeStateDto::Pending;
    PolicyChangeDto {
        id: Some(row.id.to_string()),
        state,
        base: row.policy.base,
        asked_by: row.policy.by.map(|by| by.to_string()),
        asked_at: row.policy.at.to_string(),
        expires_at: Some(row.expires_at.to_string()),
        alone_from: alone.then(|| (row.policy.at + LONE_WAIT).to_string()),
        shifts: shifts.iter().map(ShiftDto::from).collect(),
    }
}

impl From<&Shift> for ShiftDto {
    fn from(shift: &Shift) -> Self {
        Self {
            role: shift.role.clone(),
            permission: shift.permission.to_string(),
            gained: shift.gained,
            lost: shift.lost,
            requests: shift.requests,
        }
    }
}

impl From<PolicyFault> for PolicyFaultDto {
    fn from(fault: PolicyFault) -> Self {
        Self { line: fault.line, column: fault.column, message: fault.message }
    }
}
