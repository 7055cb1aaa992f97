//! The matrix written by hand against the engine, for every role, permission, resource and edge.

use std::collections::BTreeSet;

use cloister_types::{AccessClass, Label, Permission, Timestamp};
use serde::Deserialize;

use super::{
    edges::{LIMIT, ME, NOW, REGION, TEAM, asker, own_role, resources, situations},
    engine::{Policy, Verdict},
    entity::Asker,
    pack,
    resource::{Record, Resource},
    situation::Situation,
};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// How many requests were put to the engine.
    pub requests: usize,
    /// Requests that it answered otherwise than written, as role and permission, each pair once.
    pub wrong: BTreeSet<(String, Permission)>,
}

/// Why there is no trial: the table cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the table of expected answers cannot be read")]
pub struct TrialFault;

impl Trial {
    /// Puts every combination to `policy`. Takes a second or two.
    ///
    /// # Errors
    /// [`TrialFault`] when the shipped table cannot be read.
    pub fn run(policy: &Policy) -> Result<Self, TrialFault> {
        let table = Table::read(pack::EXPECTED)?;
        let mut trial = Self { requests: 0, wrong: BTreeSet::new() };
        for (permission, column, rule) in &table.cells {
            let asker = asker(column).ok_or(TrialFault)?;
            for resource in resources(column).filter(|kind| policy.applies(*permission, kind)) {
                for situation in situations() {
                    let decision = policy.decide(&asker, *permission, &resource, &situation);
                    let expected = rule.opens(column, &resource, &situation)
                        && !(asker == Asker::Operator && situation.administered);
                    trial.requests += 1;
                    if (decision.verdict == Verdict::Allowed) != expected {
                        trial.wrong.insert((column.clone(), *permission));
                    }
                }
            }
        }
        Ok(trial)
    }
}

/// The table: a rule for each permission and column.
struct Table {
    cells: Vec<(Permission, String, Rule)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    matrix: String,
}

impl Table {
    fn read(text: &str) -> Result<Self, TrialFault> {
        let written: Written = toml::from_str(text).map_err(|_| TrialFault)?;
        let mut lines = written.matrix.lines();
        let columns: Vec<&str> =
            lines.next().ok_or(TrialFault)?.split_whitespace().skip(1).collect();
        let mut cells = Vec::new();
        for line in lines {
            let mut words = line.split_whitespace();
            let permission = words.next().and_then(|word| word.parse().ok()).ok_or(TrialFault)?;
            let rules = words.map(Rule::read).collect::<Option<Vec<_>>>().ok_or(TrialFault)?;
            if rules.len() != columns.len() {
                return Err(TrialFault);
            }
            let row = columns.iter().zip(rules);
            cells.extend(row.map(|(column, rule)| (permission, (*column).to_owned(), rule)));
        }
        let named: BTreeSet<Permission> =
            cells.iter().map(|(permission, ..)| *permission).collect();
        if named.len() == Permission::ALL.len() { Ok(Self { cells }) } else { Err(TrialFault) }
    }
}

/// A cell of the table, as its head explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Never,
    Always,
    Public,
    Internal,
    Caretaker,
    Unrestricted,
    Own,
    Region,
    Team,
    Limit,
    Fresh,
    Office,
}

impl Rule {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "-" => Self::Never,
            "yes" => Self::Always,
            "public" => Self::Public,
            "internal" => Self::Internal,
            "caretaker" => Self::Caretaker,
            "unrestricted" => Self::Unrestricted,
            "own" => Self::Own,
            "region" => Self::Region,
            "team" => Self::Team,
            "limit" => Self::Limit,
            "fresh" => Self::Fresh,
            "office" => Self::Office,
            _ => return None,
        })
    }

    fn opens(self, column: &str, resource: &Resource, at: &Situation) -> bool {
        let person = column != "public" && column != "operator";
        let fresh = at.second_factor.is_some_and(|minutes| minutes < 5);
        let between = |from: u16, until: u16| (from..=until).contains(&at.minute);
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Public | Self::Internal | Self::Caretaker | Self::Unrestricted => {
                match resource {
                    Resource::Class(class) => self.opens_class(column, person, fresh, class),
                    Resource::Appliance | Resource::Record(_) => true,
                }
            }
            Self::Own => on_record(resource, |record| person && is(record.owner.as_deref(), ME)),
            Self::Region => {
                on_record(resource, |record| person && is(record.region.as_deref(), REGION))
            }
            Self::Team => {
                between(480, 1_080)
                    && on_record(resource, |record| person && is(record.team.as_deref(), TEAM))
            }
            Self::Limit => on_record(resource, |record| {
                person && record.amount.is_some_and(|amount| (0..=LIMIT).contains(&amount))
            }),
            Self::Fresh => fresh,
            Self::Office => fresh && between(540, 1_079),
        }
    }

    fn opens_class(self, column: &str, person: bool, fresh: bool, class: &AccessClass) -> bool {
        if self == Self::Unrestricted {
            return class.label != Label::Restricted;
        }
        let place = &class.placement;
        let own = person && is(place.owner.as_deref(), ME);
        // What each column is, was written down with the roles and not asked of the engine.
        let named = place.roles.iter().any(|role| role.as_str() == own_role(column));
        let confined = !place.roles.is_empty() && !named && !own;
        let elsewhere = place.team.is_some() && !(person && is(place.team.as_deref(), TEAM))
            || place.region.is_some() && !(person && is(place.region.as_deref(), REGION));
        let now = Timestamp::from_millis(NOW * 60_000);
        let invalid = place.valid_from.is_some_and(|from| now < from)
            || place.valid_until.is_some_and(|until| now >= until);
        let by_label = match class.label {
            Label::Public => self == Self::Public,
            Label::Internal => self != Self::Public,
            Label::Confidential => {
                self != Self::Public
                    && (named || own || self == Self::Caretaker && place.roles.is_empty())
            }
            Label::Restricted => self != Self::Public && (named || own) && fresh,
        };
        by_label && !confined && !elsewhere && !invalid
    }
}

fn is(attribute: Option<&str>, value: &str) -> bool {
    attribute == Some(value)
}

/// Whether a condition on a record holds; the appliance as a whole has none.
fn on_record(resource: &Resource, holds: impl FnOnce(&Record) -> bool) -> bool {
    match resource {
        Resource::Record(record) => holds(record),
        Resource::Appliance | Resource::Class(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_answers_every_request_as_written() {
        let trial = Trial::run(&Policy::shipped()).expect("the table is readable");
        assert!(trial.wrong.is_empty(), "{:?}", trial.wrong);
        assert!(trial.requests > 100_000, "{}", trial.requests);
    }

    #[test]
    fn a_policy_that_answers_otherwise_is_found() {
        let late = "@id(\"salary_hours\")@sentence(\"Later.\")\
                    forbid (principal, action == Action::\"read_employee_salary\", resource)\
                    unless { context.minute >= 540 && context.minute <= 1080 };";
        let source = super::super::PolicySource { roles: Vec::new(), policies: late.to_owned() };
        let policy = Policy::compile(super::super::PolicyVersion(1), source).expect("valid");
        let trial = Trial::run(&policy).expect("the table is readable");
        let wrong = ["admin", "hr_specialist", "operator"]
            .map(|column| (column.to_owned(), Permission::ReadEmployeeSalary));
        assert_eq!(trial.wrong, BTreeSet::from(wrong));
    }
}
