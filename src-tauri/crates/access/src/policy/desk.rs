//! The policy in force, and the decisions that it has made this minute.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use cloister_types::{AccessClass, Clock, Permission};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::{
    engine::{Decision, Policy, PolicyVersion},
    entity::Asker,
    resource::{Record, Resource},
    situation::Situation,
};
use crate::Session;

/// Decisions remembered at once, about 10 MB; when there are more, all are forgotten.
const MOST_DECISIONS: usize = 65_536;

/// The policy in force.
pub struct PolicyDesk {
    policy: RwLock<Arc<Policy>>,
    zone: TimeZone,
    administered: AtomicBool,
    decisions: Mutex<Decisions>,
}

/// Decisions by a digest of all that they depend on: the version, who asks with all their
/// attributes, the permission, the resource and the situation.
#[derive(Default)]
struct Decisions {
    /// The minute of the youngest; those of another minute are of no more use.
    minute: i64,
    made: HashMap<[u8; 32], Decision>,
}

impl PolicyDesk {
    /// A desk with the shipped policy, until another is put in force, and local time in `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self {
            policy: RwLock::new(Arc::new(Policy::shipped())),
            zone,
            administered: AtomicBool::new(false),
            decisions: Mutex::default(),
        }
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts `policy` in force.
    pub fn enforce(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
    }

    /// Notes whether the appliance has an administrator, which ends what the operator may do.
    pub fn note_administered(&self, administered: bool) {
        self.administered.store(administered, Ordering::Release);
    }

    /// Whether the appliance has an administrator, as last noted.
    #[must_use]
    pub fn is_administered(&self) -> bool {
        self.administered.load(Ordering::Acquire)
    }

    /// The situation of `session` now.
    #[must_use]
    pub fn situation(&self, session: &Session, clock: &dyn Clock) -> Situation {
        Situation::of(session, clock, &self.zone, self.is_administered())
    }

    /// Asks the policy in force, or remembers what it said in the same minute to the same question.
    #[must_use]
    pub fn decide(
        &self,
        asker: &Asker,
        permission: Permission,
        resource: &Resource,
        situation: &Situation,
    ) -> Decision {
        let policy = self.policy();
        let key = digest(policy.version(), asker, permission, resource, situation);
        if let Some(known) = self.decisions().made.get(&key) {
            return known.clone();
        }
        let decision = policy.decide(asker, permission, resource, situation);
        let mut decisions = self.decisions();
        if decisions.minute != situation.now || decisions.made.len() >= MOST_DECISIONS {
            decisions.minute = situation.now;
            decisions.made.clear();
        }
        decisions.made.insert(key, decision.clone());
        decision
    }

    /// A panic elsewhere cannot leave the map half-changed, so a poisoned lock is still good.
    fn decisions(&self) -> MutexGuard<'_, Decisions> {
        self.decisions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for PolicyDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicyDesk").field("policy", &self.policy()).finish_non_exhaustive()
    }
}

/// SHA-256 over everything that a decision depends on, each text behind its length so that none runs
/// into the next.
fn digest(
    version: PolicyVersion,
    asker: &Asker,
    permission: Permission,
    resource: &Resource,
    situation: &Situation,
) -> [u8; 32] {
    let mut key = Key(Sha256::new());
    key.number(i64::try_from(version.0).unwrap_or(i64::MAX));
    key.text(permission.as_str());
    match asker {
        Asker::Guest => key.text("guest"),
        Asker::Operator => key.text("operator"),
        Asker::Person { id, roles, attributes, restricted } => {
            key.text("person");
            key.text(id);
            key.number(i64::from(*restricted));
            key.count(roles.len());
            for role in roles {
                key.text(role.as_str());
            }
            // The map is sorted by name, so equal maps have equal texts.
            key.count(attributes.len());
            for (name, value) in attributes {
                key.text(name);
                key.text(&value.to_string());
            }
        }
    }
    match resource {
        Resource::Appliance => key.text("appliance"),
        Resource::Class(class) => key.class(class),
        Resource::Record(record) => key.record(record),
    }
    key.number(situation.now);
    key.number(situation.minute.into());
    key.number(situation.weekday.into());
    key.optional_number(situation.second_factor);
    key.number(situation.administered.into());
    key.0.finalize().into()
}

struct Key(Sha256);

impl Key {
    fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_le_bytes());
    }

    fn optional_number(&mut self, number: Option<i64>) {
        self.0.update([u8::from(number.is_some())]);
        self.number(number.unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn optional_text(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    fn class(&mut self, class: &AccessClass) {
        self.text("class");
        self.text(class.label.as_str());
        self.text(&class.collection);
        let place = &class.placement;
        self.optional_text(place.owner.as_deref());
        self.optional_text(place.team.as_deref());
        self.optional_text(place.region.as_deref());
        self.count(place.roles.len());
        for role in &place.roles {
            self.text(role.as_str());
        }
        self.optional_number(place.valid_from.map(cloister_types::Timestamp::as_millis));
        self.optional_number(place.valid_until.map(cloister_types::Timestamp::as_millis));
    }

    fn record(&mut self, record: &Record) {
        self.text("record");
        self.optional_text(record.owner.as_deref());
        self.optional_text(record.team.as_deref());
        self.optional_text(record.region.as_deref());
        self.optional_number(record.amount);
    }
}
