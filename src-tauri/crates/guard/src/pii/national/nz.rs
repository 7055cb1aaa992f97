//! New Zealand: the Inland Revenue number.

use super::{ID, NumberRule, Rule, digit, near, number};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/nz-ird",
        reason: "Eight or nine digits with the check digit of a New Zealand IRD number.",
        context: Some(near(&["ird", "inland revenue", "ird number", "new zealand"])),
        finds: &[("IRD 49-091-850", "49-091-850"), ("IRD number 136410132", "136410132")],
        passes: &["IRD 49-091-851", "order 49-091-850"],
        ..ID
    },
    shapes: &["99 999 999", "999 999 999"],
    check: ird,
}];

/// Two sets of weights, remainder 11 (Inland Revenue, RWT and NRWT specification, appendix).
fn ird(signs: &[u8]) -> bool {
    let length = signs.len();
    let shift = 9 - length.min(9);
    let sum = |weights: [u32; 8]| {
        weights
            .iter()
            .enumerate()
            .skip(shift)
            .map(|(at, weight)| digit(signs, at - shift) * weight)
            .sum::<u32>()
    };
    let rest = |sum: u32| (11 - sum % 11) % 11;
    let first = rest(sum([3, 2, 7, 6, 5, 4, 3, 2]));
    let check = if first == 10 { rest(sum([7, 4, 3, 2, 5, 2, 7, 6])) } else { first };
    (10_000_000..150_000_000).contains(&number(signs, 0, length))
        && check == digit(signs, length - 1)
}
