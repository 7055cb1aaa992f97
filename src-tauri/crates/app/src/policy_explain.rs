//! What the policy says: its roles and policies, the matrix, and why it decides as it does.

use std::collections::BTreeSet;

use cloister_access::{Asker, Policy, Reach, Record, Resource, Session, Situation, Verdict};
use cloister_types::{AccessClass, Label, PassageId, Permission, RoleName};

use crate::{
    App, AppError, ErrorCode, ExplainRequestDto, ExplanationDto, MatrixCellDto, MatrixDto,
    PolicyDto, PolicyListDto, PolicyReasonDto, RoleDto, RoleListDto, open::failed,
    policy::is_shipped,
};

impl App {
    /// Every role.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn roles(&self, session: &Session) -> Result<RoleListDto, AppError> {
        self.oversee(session).await?;
        let policy = self.access.policy().policy();
        let items = policy.roles().map(|role| RoleDto {
            name: role.name.to_string(),
            title: role.title.clone(),
            inherits: role.inherits.iter().map(ToString::to_string).collect(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            shipped: is_shipped(&role.name),
        });
        Ok(RoleListDto { items: items.collect() })
    }

    /// The policies in force.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn policies(&self, session: &Session) -> Result<PolicyListDto, AppError> {
        self.oversee(session).await?;
        let policy = self.access.policy().policy();
        let shipped = Policy::shipped();
        let shipped: BTreeSet<String> = shipped.policies().map(|(_, text)| text).collect();
        let items = policy.policies().map(|(told, text)| PolicyDto {
            own: !shipped.contains(&text),
            id: told.id,
            sentence: told.sentence,
            text,
        });
        Ok(PolicyListDto { version: policy.version().0, items: items.collect() })
    }

    /// Who may do what, asked of the engine itself.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn policy_matrix(&self, session: &Session) -> Result<MatrixDto, AppError> {
        self.oversee(session).await?;
        let policy = self.access.policy().policy();
        let version = policy.version().0;
        let matrix = tokio::task::spawn_blocking(move || policy.matrix());
        let matrix = matrix.await.map_err(|error| failed(&error))?;
        Ok(MatrixDto { version, items: matrix.into_iter().map(MatrixCellDto::from).collect() })
    }

    /// What the policy says about an act, now, and the policies that make it say so. A person is
    /// taken without a second factor, since nobody knows whether they would show one.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`;
    /// [`ErrorCode::InvalidRequest`] for what is no permission or resource;
    /// [`ErrorCode::NotFound`] when there is no such account or passage.
    pub async fn explain_policy(
        &self,
        session: &Session,
        question: ExplainRequestDto,
    ) -> Result<ExplanationDto, AppError> {
        self.oversee(session).await?;
        let policy = self.access.policy().policy();
        let asker = self.asker(&question.user).await?;
        let permission: Permission = question.action.parse().map_err(|_| {
            let all: Vec<&str> = Permission::ALL.iter().map(|known| known.as_str()).collect();
            invalid(format!("That is no action. Actions are {}.", all.join(", ")))
        })?;
        let resource = self.resource(&question.resource)?;
        if !policy.applies(permission, &resource) {
            let message = format!(
                "“{permission}” cannot be asked of this kind of resource; try “appliance”, which asks \
                 in principle."
            );
            return Err(invalid(message));
        }
        let here = self.access.policy().situation(session, &*self.options.clock);
        let situation = Situation { second_factor: None, ..here };
        let decision = policy.decide(&asker, permission, &resource, &situation);
        let policies = decision.policies.iter().map(|id| policy.explain(id));
        Ok(ExplanationDto {
            decision: named(decision.verdict).to_owned(),
            policies: policies
                .map(|told| PolicyReasonDto { id: told.id, sentence: told.sentence })
                .collect(),
            roles: policy.roles_of(&asker).iter().map(ToString::to_string).collect(),
            roles_with: policy.roles_with(permission).iter().map(ToString::to_string).collect(),
            version: policy.version().0,
        })
    }

    async fn asker(&self, user: &str) -> Result<Asker, AppError> {
        if let Some(role) = user.strip_prefix("role:") {
            let role: RoleName = role.parse().map_err(|_| AppError::not_found())?;
            let known = self.access.policy().policy().has_role(&role);
            return if known { Ok(Asker::member_of(role)) } else { Err(AppError::not_found()) };
        }
        let accounts = self.store.accounts().await?;
        match accounts.into_iter().find(|account| account.name.eq_ignore_ascii_case(user)) {
            Some(account) => Ok(Asker::Person {
                id: account.id.to_string(),
                roles: account.roles.iter().filter_map(|role| role.parse().ok()).collect(),
                attributes: account.attributes,
                restricted: account.restricted_at.is_some(),
            }),
            None if user == "guest" => Ok(Asker::Guest),
            None if user == "operator" => Ok(Asker::Operator),
            None => Err(AppError::new(
                ErrorCode::NotFound,
                "There is no such account. Besides names of accounts there are guest, operator and \
                 role:NAME.",
            )),
        }
    }

    fn resource(&self, text: &str) -> Result<Resource, AppError> {
        let (kind, attributes) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "appliance" if attributes.is_empty() => Ok(Resource::Appliance),
            "class" => class(attributes).map(Resource::Class),
            "record" => record(attributes).map(Resource::Record),
            _ => {
                let id: PassageId = text.parse().map_err(|_| AppError::not_found())?;
                let index = self.index();
                let class = index.class_of(&id).ok_or_else(|| {
                    let message = "There is no such resource: use appliance, class:…, record:… or a \
                                   passage’s id.";
                    AppError::new(ErrorCode::NotFound, message)
                })?;
                Ok(Resource::Class(class.clone()))
            }
        }
    }
}

/// The pairs of `name=value`, apart by commas.
fn pairs(text: &str) -> impl Iterator<Item = Result<(&str, &str), AppError>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| {
        part.split_once('=').ok_or_else(|| invalid("Attributes are name=value.".to_owned()))
    })
}

fn class(text: &str) -> Result<AccessClass, AppError> {
    let mut class = AccessClass::plain(Label::Public, "");
    for pair in pairs(text) {
        let (name, value) = pair?;
        let own = || Some(value.to_owned());
        match name {
            "label" => {
                class.label = value
                    .parse()
                    .map_err(|error: cloister_types::LabelError| invalid(error.to_string()))?;
            }
            "collection" => value.clone_into(&mut class.collection),
            "owner" => class.placement.owner = own(),
            "team" => class.placement.team = own(),
            "region" => class.placement.region = own(),
            "roles" => {
                let roles = value.split('+').map(str::parse).collect::<Result<_, _>>();
                class.placement.roles =
                    roles.map_err(|_| invalid("Roles are names apart by +.".to_owned()))?;
            }
            _ => return Err(unknown("label, collection, owner, team, region and roles")),
        }
    }
    Ok(class)
}

fn record(text: &str) -> Result<Record, AppError> {
    let mut record = Record::default();
    for pair in pairs(text) {
        let (name, value) = pair?;
        let own = || Some(value.to_owned());
        match name {
            "owner" => record.owner = own(),
            "team" => record.team = own(),
            "region" => record.region = own(),
            "amount" => {
                let amount = value.parse();
                let whole = "An amount is a whole number, in the smallest unit.";
                record.amount = Some(amount.map_err(|_| invalid(whole.to_owned()))?);
            }
            _ => return Err(unknown("owner, team, region and amount")),
        }
    }
    Ok(record)
}

fn unknown(known: &str) -> AppError {
    invalid(format!("There is no such attribute; there are {known}."))
}

fn invalid(message: String) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, message)
}

const fn named(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Missing => "missing",
        Verdict::Forbidden => "forbidden",
        Verdict::SecondFactor => "second_factor",
        Verdict::Failed => "failed",
    }
}

impl From<Reach> for MatrixCellDto {
    fn from(reach: Reach) -> Self {
        let told = if reach.allowed == 0 {
            "never"
        } else if reach.allowed == reach.requests {
            "always"
        } else {
            "sometimes"
        };
        Self {
            permission: reach.permission.to_string(),
            role: reach.role,
            reach: told.to_owned(),
            labels: reach.labels.iter().map(ToString::to_string).collect(),
            conditions: reach.conditions.into_iter().collect(),
        }
    }
}
