//! A large site, made up from a seed: its roles, policies, people, and what they ask.

use std::{collections::BTreeSet, fmt::Write as _};

use cloister_access::{
    Asker, Policy, PolicySource, PolicyVersion, Record, Resource, RoleSpec, Situation,
};
use cloister_types::{AccessClass, Label, Permission, Placement, RoleName};
use serde_json::json;

/// Splitmix64: the same numbers everywhere, for made-up sites and requests.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = usize::try_from(self.roll(of.len() as u64)).expect("below a length");
        &of[index]
    }

    fn sometimes(&mut self, text: &str) -> Option<String> {
        (self.roll(2) == 0).then(|| format!("{text}{}", self.roll(4)))
    }
}

fn name(number: u64) -> RoleName {
    format!("site_{number}").parse().expect("a role's name")
}

/// A policy of `roles` roles and `policies` policies besides those that were shipped.
pub(crate) fn policy(dice: &mut Dice, roles: u64, policies: u64) -> Policy {
    let specs = (0..roles).map(|number| RoleSpec {
        name: name(number),
        title: format!("Role {number}"),
        inherits: if number == 0 {
            BTreeSet::from(["employee".parse().expect("shipped")])
        } else {
            BTreeSet::from([name(dice.roll(number))])
        },
        permissions: BTreeSet::new(),
    });
    let roles_made: Vec<RoleSpec> = specs.collect();
    let mut text = String::new();
    for number in 0..policies {
        let effect = if dice.roll(4) == 0 { "forbid" } else { "permit" };
        let who = if dice.roll(20) == 0 {
            "principal".to_owned()
        } else {
            format!("principal in Role::\"site_{}\"", dice.roll(roles))
        };
        let action = dice.pick(Permission::ALL);
        let hour = dice.roll(24) * 60;
        writeln!(
            text,
            "@id(\"p{number}\")@sentence(\"Made up.\")\n{effect} ({who}, action == \
             Action::\"{action}\", resource) when {{ context.minute >= {hour} || context.weekday == \
             {} }};",
            dice.roll(7) + 1
        )
        .expect("a string takes text");
    }
    let source = PolicySource { roles: roles_made, policies: text };
    Policy::compile(PolicyVersion(1), source).expect("made to be valid")
}

/// Somebody of a site with `people` people and `roles` roles.
pub(crate) fn person(dice: &mut Dice, people: u64, roles: u64) -> Asker {
    match dice.roll(50) {
        0 => Asker::Guest,
        1 => Asker::Operator,
        _ => Asker::Person {
            id: format!("{:032x}", dice.roll(people)),
            roles: (0..=dice.roll(3)).map(|_| name(dice.roll(roles))).collect(),
            attributes: [
                ("team".to_owned(), json!(format!("team{}", dice.roll(4)))),
                ("region".to_owned(), json!(format!("region{}", dice.roll(4)))),
                ("discount_limit".to_owned(), json!(dice.roll(100))),
            ]
            .into_iter()
            .collect(),
            restricted: false,
        },
    }
}

/// What somebody asks for, of what, and when.
pub(crate) fn question(dice: &mut Dice, policy: &Policy) -> (Permission, Resource, Situation) {
    loop {
        let permission = *dice.pick(Permission::ALL);
        let resource = match dice.roll(3) {
            0 => Resource::Appliance,
            1 => Resource::Class(AccessClass {
                placement: Placement {
                    owner: dice.sometimes("owner"),
                    team: dice.sometimes("team"),
                    region: dice.sometimes("region"),
                    ..Placement::default()
                },
                ..AccessClass::plain(*dice.pick(&Label::ALL), "handbook")
            }),
            _ => Resource::Record(Record {
                owner: dice.sometimes("owner"),
                team: dice.sometimes("team"),
                region: dice.sometimes("region"),
                amount: i64::try_from(dice.roll(200)).ok(),
            }),
        };
        if policy.applies(permission, &resource) {
            let situation = Situation {
                minute: u16::try_from(dice.roll(1_440)).expect("below a day"),
                weekday: u8::try_from(dice.roll(7) + 1).expect("below eight"),
                now: 30_000_000,
                second_factor: (dice.roll(2) == 0).then_some(1),
                administered: dice.roll(2) == 0,
            };
            return (permission, resource, situation);
        }
    }
}
