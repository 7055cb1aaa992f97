//! Measures the policy of a large site: how long a decision takes, and that slices change none.
//! Prints a JSON line for each figure.
#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

mod site;

use std::time::{Duration, Instant};

use cloister_access::{Asker, PolicyDesk, Resource, Situation, TimeZone};
use cloister_types::Permission;

use crate::site::Dice;

const PEOPLE: u64 = 10_000;
const ROLES: u64 = 100;
const POLICIES: u64 = 500;
const TIMED: usize = 20_000;
const COMPARED: usize = 100_000;

type Question = (Asker, Permission, Resource, Situation);

fn main() {
    let mut dice = Dice::new(1);
    let policy = site::policy(&mut dice, ROLES, POLICIES);
    let ask = |dice: &mut Dice| -> Question {
        let asker = site::person(dice, PEOPLE, ROLES);
        let (permission, resource, situation) = site::question(dice, &policy);
        (asker, permission, resource, situation)
    };
    let questions: Vec<Question> = (0..TIMED).map(|_| ask(&mut dice)).collect();

    let uncached = times(&questions, |(asker, permission, resource, situation)| {
        std::hint::black_box(policy.decide(asker, *permission, resource, situation));
    });
    report("decision_uncached_p50", percentile(&uncached, 50), "µs");
    report("decision_uncached_p99", percentile(&uncached, 99), "µs");
    let unsliced = times(&questions[..2_000], |(asker, permission, resource, situation)| {
        std::hint::black_box(policy.decide_unsliced(asker, *permission, resource, situation));
    });
    report("decision_unsliced_p99", percentile(&unsliced, 99), "µs");

    let different = (0..COMPARED)
        .filter(|_| {
            let (asker, permission, resource, situation) = ask(&mut dice);
            policy.decide(&asker, permission, &resource, &situation)
                != policy.decide_unsliced(&asker, permission, &resource, &situation)
        })
        .count();
    report("slices_compared", as_float(COMPARED), "requests");
    report("slices_that_differ", as_float(different), "requests");

    let desk = PolicyDesk::new(TimeZone::UTC);
    desk.enforce(policy);
    let again = |(asker, permission, resource, situation): &Question| {
        std::hint::black_box(desk.decide(asker, *permission, resource, situation));
    };
    times(&questions, again);
    let cached = times(&questions, again);
    report("decision_cached_p50", percentile(&cached, 50), "µs");
    report("decision_cached_p99", percentile(&cached, 99), "µs");
}

/// How long each of `questions` takes, sorted.
fn times(questions: &[Question], mut ask: impl FnMut(&Question)) -> Vec<Duration> {
    let mut times: Vec<Duration> = questions
        .iter()
        .map(|question| {
            let start = Instant::now();
            ask(question);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    sorted[(sorted.len() - 1) * percent / 100].as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn as_float(count: usize) -> f64 {
    count as f64
}

fn report(what: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit }));
}
