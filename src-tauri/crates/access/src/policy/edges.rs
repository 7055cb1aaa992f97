//! Requests at and around the edge of every condition that policies can have: who may ask, for what,
//! when.

use std::collections::BTreeSet;

use cloister_types::{AccessClass, Label, Placement, RoleName, Timestamp};
use serde_json::json;

use super::{
    entity::Asker,
    resource::{Record, Resource},
    situation::Situation,
};

/// Minutes since midnight at and around the edges of every rule on the time of day.
const MINUTES: [u16; 7] = [479, 480, 539, 540, 1_079, 1_080, 1_081];
/// A day of work and a Sunday.
const WEEKDAYS: [u8; 2] = [3, 7];
/// No second factor, one that is just fresh and one that just no longer is.
const SECOND_FACTORS: [Option<i64>; 3] = [None, Some(4), Some(5)];
/// When the trial takes place, in minutes since the epoch.
pub(super) const NOW: i64 = 30_000_000;
/// What everybody in the trial is called, and their attributes.
pub(super) const ME: &str = "me";
pub(super) const TEAM: &str = "north";
pub(super) const REGION: &str = "west";
pub(super) const LIMIT: i64 = 500;

/// The role that stands at the head of a column; the operator's is that of an administrator.
pub(super) fn own_role(column: &str) -> &str {
    if column == "operator" { "admin" } else { column }
}

/// Who stands at the head of a column: a role's name, `public` for guests, `operator`. Nothing where
/// it can be no role's name.
pub(super) fn asker(column: &str) -> Option<Asker> {
    Some(match column {
        "public" => Asker::Guest,
        "operator" => Asker::Operator,
        role => Asker::Person {
            id: ME.to_owned(),
            roles: BTreeSet::from([role.parse().ok()?]),
            attributes: [
                ("team".to_owned(), json!(TEAM)),
                ("region".to_owned(), json!(REGION)),
                ("discount_limit".to_owned(), json!(LIMIT)),
            ]
            .into_iter()
            .collect(),
            restricted: false,
        },
    })
}

/// Every edge of the time of day, the day and the age of the second factor.
pub(super) fn situations() -> impl Iterator<Item = Situation> {
    let at = |minute, weekday, second_factor| Situation {
        minute,
        weekday,
        now: NOW,
        second_factor,
        administered: false,
    };
    let edges = MINUTES.into_iter().flat_map(move |minute| {
        WEEKDAYS.into_iter().flat_map(move |weekday| {
            SECOND_FACTORS.into_iter().map(move |age| at(minute, weekday, age))
        })
    });
    edges.chain([Situation { administered: true, ..at(720, 3, Some(0)) }])
}

/// The appliance, knowledge of every label and confinement, and records with each attribute own,
/// another's and missing.
pub(super) fn resources(column: &str) -> impl Iterator<Item = Resource> {
    let classes = Label::ALL.into_iter().flat_map(|label| classes(label, own_role(column)));
    let records = records().map(Resource::Record);
    std::iter::once(Resource::Appliance).chain(classes.map(Resource::Class)).chain(records)
}

fn classes(label: Label, own: &str) -> impl Iterator<Item = AccessClass> + use<> {
    let role = |name: &str| -> BTreeSet<RoleName> { name.parse().into_iter().collect() };
    let text = |text: &str| Some(text.to_owned());
    let time = |minutes: i64| Some(Timestamp::from_millis((NOW + minutes) * 60_000));
    let none = Placement::default;
    let placements = [
        none(),
        Placement { roles: role(own), ..none() },
        Placement { roles: role("somebody_else"), ..none() },
        Placement { owner: text(ME), ..none() },
        Placement { owner: text("somebody"), ..none() },
        Placement { team: text(TEAM), ..none() },
        Placement { team: text("south"), ..none() },
        Placement { region: text("east"), ..none() },
        Placement { valid_from: time(1), ..none() },
        Placement { valid_from: time(0), ..none() },
        Placement { valid_until: time(1), ..none() },
        Placement { valid_until: time(0), ..none() },
    ];
    let plain = AccessClass::plain(label, "handbook");
    placements.into_iter().map(move |placement| AccessClass { placement, ..plain.clone() })
}

fn records() -> impl Iterator<Item = Record> {
    let text = |text: &str| Some(text.to_owned());
    let own =
        Record { owner: text(ME), team: text(TEAM), region: text(REGION), amount: Some(LIMIT) };
    let mut all = vec![own.clone(), Record::default()];
    for other in [text("another"), None] {
        all.push(Record { owner: other.clone(), ..own.clone() });
        all.push(Record { team: other.clone(), ..own.clone() });
        all.push(Record { region: other, ..own.clone() });
    }
    let amounts = [None, Some(0), Some(-1), Some(LIMIT + 1)];
    all.extend(amounts.map(|amount| Record { amount, ..own.clone() }));
    all.into_iter()
}
