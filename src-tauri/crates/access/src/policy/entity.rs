//! People, resources and situations as Cedar sees them.

use std::collections::{BTreeSet, HashMap, HashSet};

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression,
};
use cloister_types::{AccessClass, Permission, RoleName, Timestamp};
use serde_json::{Map, Value};

use super::{
    engine::EngineError,
    resource::{Record, Resource},
    situation::Situation,
};
use crate::Principal;

/// Attributes of people that the schema names, which hold text.
const TEXT_ATTRIBUTES: [&str; 3] = ["team", "region", "department"];
/// The attribute of people that the schema names, which holds a whole number.
const LIMIT: &str = "discount_limit";
/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

/// Who asks, by what policies can tell people apart by.
#[derive(Debug, Clone, PartialEq)]
pub enum Asker {
    /// Somebody who did not sign in.
    Guest,
    /// The operating-system user who owns the vault.
    Operator,
    /// Somebody with an account.
    Person {
        /// The account's id as text.
        id: String,
        /// The roles given to the account itself.
        roles: BTreeSet<RoleName>,
        /// Team, region, limits.
        attributes: Map<String, Value>,
        /// Whether processing of their data is restricted.
        restricted: bool,
    },
}

impl Asker {
    /// Somebody who is in `role` and has no attributes.
    #[must_use]
    pub fn member_of(role: RoleName) -> Self {
        Self::Person {
            id: String::from("somebody"),
            roles: BTreeSet::from([role]),
            attributes: Map::new(),
            restricted: false,
        }
    }
}

impl From<&Principal> for Asker {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Guest => Self::Guest,
            Principal::Operator { .. } => Self::Operator,
            Principal::Account(person) => Self::Person {
                id: person.id.to_string(),
                roles: person.roles.clone(),
                attributes: person.attributes.clone(),
                restricted: person.restricted,
            },
        }
    }
}

/// The names of the schema's types, read once.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) role: EntityTypeName,
    user: EntityTypeName,
    guest: EntityTypeName,
    operator: EntityTypeName,
    pub(super) appliance: EntityTypeName,
    pub(super) class: EntityTypeName,
    pub(super) record: EntityTypeName,
    action: EntityTypeName,
}

impl Names {
    /// # Panics
    /// Never: the names are literals that a test reads.
    pub(super) fn new() -> Self {
        let name = |name: &str| -> EntityTypeName { name.parse().expect("a literal type name") };
        Self {
            role: name("Role"),
            user: name("User"),
            guest: name("Guest"),
            operator: name("Operator"),
            appliance: name("Appliance"),
            class: name("AccessClass"),
            record: name("Record"),
            action: name("Action"),
        }
    }

    pub(super) fn role(&self, role: &RoleName) -> EntityUid {
        uid(&self.role, role.as_str())
    }

    pub(super) fn action(&self, permission: Permission) -> EntityUid {
        uid(&self.action, permission.as_str())
    }

    pub(super) fn asker(&self, asker: &Asker) -> EntityUid {
        match asker {
            Asker::Guest => uid(&self.guest, "guest"),
            Asker::Operator => uid(&self.operator, "operator"),
            Asker::Person { id, .. } => uid(&self.user, id),
        }
    }

    pub(super) fn resource(&self, resource: &Resource) -> EntityUid {
        match resource {
            Resource::Appliance => uid(&self.appliance, "appliance"),
            Resource::Class(_) => uid(&self.class, "class"),
            Resource::Record(_) => uid(&self.record, "record"),
        }
    }

    /// The two entities of a request; `roles` are the asker's, with all that they inherit, so that
    /// no role needs to be looked up.
    pub(super) fn entities(
        &self,
        asker: &Asker,
        roles: &[EntityUid],
        resource: &Resource,
    ) -> Result<Entities, EngineError> {
        let parents: HashSet<EntityUid> = roles.iter().cloned().collect();
        let who = self.asker(asker);
        let principal = match asker {
            Asker::Guest | Asker::Operator => Entity::new_no_attrs(who, parents),
            Asker::Person { id, attributes, restricted, .. } => {
                let (named, tags) = attributes_of(id, attributes, *restricted);
                Entity::new_with_tags(who, named, parents, tags)
                    .map_err(|_| EngineError::Attributes)?
            }
        };
        let what = self.resource(resource);
        let attributes = match resource {
            Resource::Appliance => HashMap::new(),
            Resource::Class(class) => self.class_attributes(class),
            Resource::Record(record) => record_attributes(record),
        };
        let target =
            Entity::new(what, attributes, HashSet::new()).map_err(|_| EngineError::Attributes)?;
        Entities::from_entities([principal, target], None).map_err(|_| EngineError::Entities)
    }

    fn class_attributes(&self, class: &AccessClass) -> HashMap<String, RestrictedExpression> {
        let minutes = |time: Timestamp| number(time.as_millis().div_euclid(MINUTE_MS));
        let place = &class.placement;
        let roles = place.roles.iter().map(|role| self.role(role));
        let roles = RestrictedExpression::new_set(roles.map(RestrictedExpression::new_entity_uid));
        let present = [
            ("label", Some(text(class.label.as_str()))),
            ("collection", Some(text(&class.collection))),
            ("owner", place.owner.as_deref().map(text)),
            ("team", place.team.as_deref().map(text)),
            ("region", place.region.as_deref().map(text)),
            ("roles", Some(roles)),
            ("valid_from", place.valid_from.map(minutes)),
            ("valid_until", place.valid_until.map(minutes)),
        ];
        attributes(present)
    }
}

/// The situation as a request's context; the amount comes with the record.
pub(super) fn context(situation: &Situation, resource: &Resource) -> Result<Context, EngineError> {
    let amount = match resource {
        Resource::Record(record) => record.amount,
        Resource::Appliance | Resource::Class(_) => None,
    };
    let pairs = [
        ("minute", Some(number(situation.minute.into()))),
        ("weekday", Some(number(situation.weekday.into()))),
        ("now", Some(number(situation.now))),
        ("second_factor_minutes", situation.second_factor.map(number)),
        ("amount", amount.map(number)),
        ("administered", Some(RestrictedExpression::new_bool(situation.administered))),
    ];
    Context::from_pairs(attributes(pairs)).map_err(|_| EngineError::Attributes)
}

type Pairs = Vec<(String, RestrictedExpression)>;

/// A person's attributes: those that the schema names, and the rest as tags. A named attribute of
/// another type than the schema's is left out, which opens nothing: forbids say "unless".
fn attributes_of(
    id: &str,
    given: &Map<String, Value>,
    restricted: bool,
) -> (HashMap<String, RestrictedExpression>, Pairs) {
    let mut named = HashMap::from([
        ("id".to_owned(), text(id)),
        ("restricted".to_owned(), RestrictedExpression::new_bool(restricted)),
    ]);
    let mut tags = Vec::new();
    for (name, value) in given {
        let is_text = TEXT_ATTRIBUTES.contains(&name.as_str());
        match value {
            Value::String(value) if is_text => drop(named.insert(name.clone(), text(value))),
            Value::Number(value) if name == LIMIT => {
                if let Some(limit) = value.as_i64() {
                    named.insert(name.clone(), number(limit));
                }
            }
            _ if is_text || name == LIMIT => {}
            Value::String(value) => tags.push((name.clone(), text(value))),
            Value::Number(value) => tags.push((name.clone(), text(&value.to_string()))),
            Value::Bool(value) => tags.push((name.clone(), text(&value.to_string()))),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
    (named, tags)
}

fn record_attributes(record: &Record) -> HashMap<String, RestrictedExpression> {
    attributes([
        ("owner", record.owner.as_deref().map(text)),
        ("team", record.team.as_deref().map(text)),
        ("region", record.region.as_deref().map(text)),
    ])
}

fn attributes<const N: usize>(
    pairs: [(&str, Option<RestrictedExpression>); N],
) -> HashMap<String, RestrictedExpression> {
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn number(value: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(value)
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
