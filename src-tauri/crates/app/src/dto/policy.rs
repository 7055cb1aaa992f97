//! Roles and policies, what they mean, and changes of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleDto {
    /// Its name in policies.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The roles whose permissions it has besides its own.
    pub inherits: Vec<String>,
    /// Permissions that it has by itself, on whatever no policy forbids. Those that policies give it
    /// are in the matrix.
    pub permissions: Vec<String>,
    /// Whether the program came with it; such a role does not change.
    pub shipped: bool,
}

/// Every role, by name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RoleList)]
pub struct RoleListDto {
    /// The roles.
    pub items: Vec<RoleDto>,
}

/// A role of the site's own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleForm)]
pub struct RoleFormDto {
    /// Its name for people, at most 80 characters.
    pub title: String,
    /// The roles whose permissions it has besides its own.
    #[serde(default)]
    pub inherits: Vec<String>,
    /// Permissions that it has by itself.
    #[serde(default)]
    pub permissions: Vec<String>,
}

/// A policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Policy)]
pub struct PolicyDto {
    /// Its id.
    pub id: String,
    /// What it does, for people.
    pub sentence: String,
    /// Its text in Cedar.
    pub text: String,
    /// Whether the site wrote it.
    pub own: bool,
}

/// The policy in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyList)]
pub struct PolicyListDto {
    /// Its version; 0 is what was shipped.
    pub version: u64,
    /// The policies, by id.
    pub items: Vec<PolicyDto>,
}

/// All policies of the site's own, as Cedar text. One with the id of a shipped policy takes its place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyDraft)]
pub struct PolicyDraftDto {
    /// The text.
    pub policies: String,
}

/// Something in the text of a policy that cannot stay.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyFault)]
pub struct PolicyFaultDto {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// What a role may newly do, or no longer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyShift)]
pub struct ShiftDto {
    /// The role.
    pub role: String,
    /// The permission.
    pub permission: String,
    /// How many of the requests that were tried are newly allowed.
    pub gained: usize,
    /// How many are no longer allowed.
    pub lost: usize,
    /// How many were tried.
    pub requests: usize,
}

/// What a draft would mean.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyCheck)]
pub struct PolicyCheckDto {
    /// What is wrong with it; where there is anything, the rest is empty.
    pub faults: Vec<PolicyFaultDto>,
    /// Who gains and loses what.
    pub shifts: Vec<ShiftDto>,
    /// Whether it may allow anybody more, so that a second person has to approve it.
    pub widens: bool,
}

/// How far a change of the policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PolicyChangeState)]
pub enum PolicyChangeStateDto {
    /// It is in force.
    Applied,
    /// It waits for a second person.
    Pending,
    /// A second person rejected it.
    Rejected,
    /// Nobody decided it in time.
    Expired,
}

/// A change of the policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyChange)]
pub struct PolicyChangeDto {
    /// Its id, where it had to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How far it is.
    pub state: PolicyChangeStateDto,
    /// The version that it was made for.
    pub base: u64,
    /// Under which pseudonym it was asked for; nothing for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// When.
    pub asked_at: String,
    /// When it is too late to approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// From when the requester alone may approve it, because there is nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone_from: Option<String>,
    /// Who gains and loses what; of changes that were decided, nothing.
    pub shifts: Vec<ShiftDto>,
}

/// Changes of the policy, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyChangeList)]
pub struct PolicyChangeListDto {
    /// The changes.
    pub items: Vec<PolicyChangeDto>,
}

/// A decision about a change.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyDecision)]
pub struct PolicyDecisionDto {
    /// Whether it comes into force.
    pub approve: bool,
}

/// A version of the policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyVersion)]
pub struct PolicyVersionDto {
    /// Its number.
    pub version: u64,
    /// When it came into force.
    pub made_at: String,
    /// Under which pseudonym it was asked for; nothing for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
    /// Who approved it, where that was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// Every version, the latest first. Version 0, what was shipped, is always there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyVersionList)]
pub struct PolicyVersionListDto {
    /// The versions.
    pub items: Vec<PolicyVersionDto>,
}

/// A question to the policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExplainRequest)]
pub struct ExplainRequestDto {
    /// The name of an account, or `guest`, `operator`, or `role:NAME` for somebody in a role.
    pub user: String,
    /// The permission.
    pub action: String,
    /// `appliance`; a passage's id; `class:label=confidential,collection=hr,roles=hr_specialist+admin,
    /// owner=ID,team=T,region=R`; or `record:owner=ID,team=T,region=R,amount=500`.
    pub resource: String,
}

/// A policy that made a decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyReason)]
pub struct PolicyReasonDto {
    /// Its id.
    pub id: String,
    /// What it does, for people.
    pub sentence: String,
}

/// What the policy says, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationDto {
    /// `allowed`, `missing` (nothing permits it), `forbidden`, `second_factor` or `failed`.
    pub decision: String,
    /// The policies that made it so.
    pub policies: Vec<PolicyReasonDto>,
    /// The roles that count, with all that they inherit.
    pub roles: Vec<String>,
    /// Roles that have the permission in principle.
    pub roles_with: Vec<String>,
    /// The version that was asked.
    pub version: u64,
}

/// How far a role has a permission.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = MatrixCell)]
pub struct MatrixCellDto {
    /// The permission.
    pub permission: String,
    /// The role; `operator` for the owner of the vault.
    pub role: String,
    /// `always`, `sometimes` or `never`, over all that was tried.
    pub reach: String,
    /// Labels of knowledge on which it was ever allowed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<String>,
    /// Ids of policies that ever stood in the way.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub conditions: Vec<String>,
}

/// Who may do what, told by the engine itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Matrix)]
pub struct MatrixDto {
    /// The version that was asked.
    pub version: u64,
    /// A cell for each permission and role, by permission.
    pub items: Vec<MatrixCellDto>,
}
