//! From text to a policy: parsed, named, validated against the schema.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{PolicyId, PolicySet, Schema, ValidationMode, Validator, ffi::DetailedError};
use serde::{Deserialize, Serialize};

use super::{
    pack,
    role::{Hierarchy, RoleFault, RoleSpec},
};

/// Longest policy id, in bytes: it must fit the audit log.
const LONGEST_ID: usize = 64;
/// Ids that begin like this are the program's: the permissions that a role lists.
pub(super) const ROLE_PREFIX: &str = "role/";
/// Most bytes of a site's own policies.
const MOST_BYTES: usize = 1 << 20;

/// What a site adds to the shipped roles and policies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySource {
    /// Roles of its own.
    #[serde(default)]
    pub roles: Vec<RoleSpec>,
    /// Cedar policies of its own. One with the id of a shipped policy takes its place.
    #[serde(default)]
    pub policies: String,
}

/// Something in the text of a policy that cannot stay, for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct PolicyFault {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, in the words of the policy language.
    pub message: String,
    /// Whether the message may quote what somebody wrote, so that it is for them alone.
    pub quotes: bool,
}

/// The parts of a policy that is ready to be sliced.
pub(super) struct Parts {
    pub(super) hierarchy: Hierarchy,
    /// By id, in the order of their ids.
    pub(super) policies: BTreeMap<String, cedar_policy::Policy>,
    pub(super) standing: pack::Standing,
}

/// The schema that every policy is validated against.
///
/// # Panics
/// Never: it is compiled in, and every test reads it.
pub(super) fn schema() -> Schema {
    let (schema, _) = Schema::from_cedarschema_str(pack::SCHEMA)
        .expect("the shipped schema is well formed, which every test shows");
    schema
}

/// The shipped pack with `source` on top.
///
/// # Errors
/// Every fault that was found, in the order of their places.
pub(super) fn compile(source: &PolicySource, schema: &Schema) -> Result<Parts, Vec<PolicyFault>> {
    let shipped = pack::roles();
    let own = source.roles.iter().cloned();
    let hierarchy =
        Hierarchy::new(shipped.roles.into_iter().chain(own)).map_err(|fault| role_fault(&fault))?;
    let mut policies = read(pack::POLICIES)?;
    policies.extend(read(&source.policies)?);
    for role in hierarchy.roles().filter(|role| !role.permissions.is_empty()) {
        policies.insert(format!("{ROLE_PREFIX}{}", role.name), listed(role));
    }
    validate(source, &hierarchy, &policies, schema)?;
    Ok(Parts { hierarchy, policies, standing: shipped.standing })
}

/// Reads policies, each under the id that it says it has.
fn read(text: &str) -> Result<BTreeMap<String, cedar_policy::Policy>, Vec<PolicyFault>> {
    if text.len() > MOST_BYTES {
        let message = "the policies are larger than 1 MB".to_owned();
        return Err(vec![PolicyFault { quotes: false, ..quoting(message) }]);
    }
    let set: PolicySet = text.parse().map_err(|error: cedar_policy::ParseErrors| {
        error.iter().map(|error| located(text, &DetailedError::from(error))).collect::<Vec<_>>()
    })?;
    if let Some(template) = set.templates().next() {
        let message = format!("{} has a slot; templates are not used here", template.id());
        return Err(vec![quoting(message)]);
    }
    let mut named = BTreeMap::new();
    let mut faults = Vec::new();
    for policy in set.policies() {
        let place = place_of(text, policy);
        let fault = |message: &str| PolicyFault {
            line: place.0,
            column: place.1,
            message: message.to_owned(),
            quotes: false,
        };
        match policy.annotation("id").map(str::to_owned) {
            Some(id) if !is_id(&id) => {
                faults.push(fault("an id is 1 to 64 lower-case letters, digits or . _ -"));
            }
            Some(_) if policy.annotation("sentence").is_none_or(|said| said.trim().is_empty()) => {
                faults.push(fault("a policy needs a @sentence that says to people what it does"));
            }
            Some(id) => {
                let renamed = policy.new_id(PolicyId::new(&id));
                if named.insert(id, renamed).is_some() {
                    faults.push(fault("two policies have this id"));
                }
            }
            None => faults.push(fault("a policy needs an @id")),
        }
    }
    if faults.is_empty() { Ok(named) } else { Err(faults) }
}

fn is_id(id: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(fits)
}

/// The permit that gives `role` the permissions that it lists.
///
/// # Panics
/// Never: names of roles and permissions hold nothing that Cedar would read as more than text.
fn listed(role: &RoleSpec) -> cedar_policy::Policy {
    let actions: Vec<String> =
        role.permissions.iter().map(|permission| format!("Action::\"{permission}\"")).collect();
    let text = format!(
        "@sentence(\"The role has this permission.\")\npermit (principal in Role::\"{}\", action in \
         [{}], resource);",
        role.name,
        actions.join(", ")
    );
    let id = PolicyId::new(format!("{ROLE_PREFIX}{}", role.name));
    cedar_policy::Policy::parse(Some(id), text).expect("names cannot hold a quotation mark")
}

fn validate(
    source: &PolicySource,
    hierarchy: &Hierarchy,
    policies: &BTreeMap<String, cedar_policy::Policy>,
    schema: &Schema,
) -> Result<(), Vec<PolicyFault>> {
    let set = PolicySet::from_policies(policies.values().cloned())
        .map_err(|error| vec![quoting(error.to_string())])?;
    let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    let mut faults: Vec<PolicyFault> = result
        .validation_errors()
        .map(|error| located(&source.policies, &DetailedError::from(error)))
        .collect();
    let roles: BTreeSet<String> = hierarchy.roles().map(|role| role.name.to_string()).collect();
    for policy in policies.values() {
        let named = policy.entity_literals().into_iter();
        let stranger = named
            .filter(|uid| uid.type_name().to_string() == "Role")
            .map(|uid| uid.id().unescaped().to_owned())
            .find(|name| !roles.contains(name));
        if let Some(stranger) = stranger {
            let (line, column) = place_of(&source.policies, policy);
            let message = format!("there is no role called {stranger}");
            faults.push(PolicyFault { line, column, message, quotes: true });
        }
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn role_fault(fault: &RoleFault) -> Vec<PolicyFault> {
    // Of it the names of roles alone are somebody's choice, and these are no sentence.
    vec![PolicyFault { quotes: false, ..quoting(fault.to_string()) }]
}

/// A fault without a place of its own.
fn quoting(message: String) -> PolicyFault {
    PolicyFault { line: 1, column: 1, message, quotes: true }
}

/// The fault that `error` describes, at its first place in `text`.
fn located(text: &str, error: &DetailedError) -> PolicyFault {
    let offset = error.source_locations.first().map_or(0, |place| place.loc.start);
    let (line, column) = line_and_column(text, offset);
    let message = match &error.help {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message.clone(),
    };
    PolicyFault { line, column, message, quotes: true }
}

/// Where `policy` begins in the `text` that it was read from, found by its id.
fn place_of(text: &str, policy: &cedar_policy::Policy) -> (usize, usize) {
    let id = policy.annotation("id").map(|id| format!("@id(\"{id}\")"));
    let written = policy.to_cedar().unwrap_or_default();
    let offset = id.and_then(|id| text.find(&id)).or_else(|| text.find(&written));
    line_and_column(text, offset.unwrap_or_default())
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// Every permission as a Cedar action, for a test that holds the schema and the program together.
#[cfg(test)]
pub(super) fn actions_of(schema: &Schema) -> BTreeSet<String> {
    schema.actions().map(|action| action.id().unescaped().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use cloister_types::Permission;

    use super::*;

    fn faults(policies: &str) -> Vec<PolicyFault> {
        let source = PolicySource { roles: Vec::new(), policies: policies.to_owned() };
        compile(&source, &schema()).err().expect("at fault")
    }

    #[test]
    fn the_schema_has_an_action_for_every_permission_and_no_other() {
        let permissions: BTreeSet<String> =
            Permission::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(actions_of(&schema()), permissions);
    }

    #[test]
    fn the_shipped_pack_is_valid_without_a_warning() {
        let parts = compile(&PolicySource::default(), &schema()).map_err(|faults| {
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        });
        let parts = parts.unwrap_or_else(|faults| panic!("{faults}"));
        let set = PolicySet::from_policies(parts.policies.values().cloned()).expect("distinct");
        let result = Validator::new(schema()).validate(&set, ValidationMode::Strict);
        assert!(result.validation_passed_without_warnings(), "{result}");
    }

    #[test]
    fn a_fault_has_its_line_and_column() {
        let head = "@id(\"x\")\n@sentence(\"S.\")\n";
        let broken = faults(&format!("{head}permit (principal, action,"));
        assert_eq!((broken.len(), broken[0].line), (1, 3), "{broken:?}");
        let typo = faults(&format!(
            "{head}permit (principal, action == Action::\"read_sales\", resource)\n  \
             when {{ principal.teem == \"x\" }};"
        ));
        assert_eq!((typo[0].line, typo[0].column > 1), (4, true), "{typo:?}");
        assert!(typo[0].message.contains("teem"), "{typo:?}");
    }

    #[test]
    fn ids_sentences_and_roles_are_checked() {
        let policy = |head: &str, role: &str| {
            let faults = faults(&format!(
                "{head}permit (principal in Role::\"{role}\", action, resource is Appliance);"
            ));
            faults[0].message.clone()
        };
        assert!(policy("", "admin").contains("@id"));
        assert!(policy("@id(\"A b\")", "admin").contains("64"));
        assert!(policy("@id(\"a\")", "admin").contains("@sentence"));
        assert!(policy("@id(\"a\")@sentence(\"S.\")", "wizard").contains("no role called wizard"));
    }

    #[test]
    fn a_policy_takes_the_place_of_the_shipped_one_with_its_id() {
        let own = "@id(\"salary_hours\")@sentence(\"Never.\")\
                   forbid (principal, action == Action::\"read_employee_salary\", resource);";
        let source = PolicySource { roles: Vec::new(), policies: own.to_owned() };
        let shipped =
            compile(&PolicySource::default(), &schema()).unwrap_or_else(|_| panic!("valid"));
        let site = compile(&source, &schema()).unwrap_or_else(|_| panic!("valid"));
        assert_eq!(site.policies.len(), shipped.policies.len());
        assert_eq!(site.policies["salary_hours"].annotation("sentence"), Some("Never."));
    }
}
