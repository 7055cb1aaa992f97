//! Poland: PESEL.

use super::{ID, NumberRule, Rule, is_day, near, number, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/pl-pesel",
        reason: "A date and a serial with the check digit of a Polish PESEL.",
        context: Some(near(&["pesel", "numer pesel", "polish", "ewidencyjny"])),
        finds: &[("PESEL 44051401359", "44051401359")],
        passes: &["PESEL 44051401358", "order 44051401359"],
        ..ID
    },
    shapes: &["99999999999"],
    check: pesel,
}];

/// Weights 1, 3, 7, 9; the month carries the century (Act on population registration, 2010).
fn pesel(signs: &[u8]) -> bool {
    let sum = weighted(signs, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    sum.is_multiple_of(10) && is_day(number(signs, 4, 6), number(signs, 2, 4) % 20)
}
