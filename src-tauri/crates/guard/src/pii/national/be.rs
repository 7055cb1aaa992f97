//! Belgium: the number in the national register (rijksregisternummer, numéro national).

use super::{ID, NumberRule, Rule, near, number};

const SETTINGS: Rule = Rule {
    reason: "Eleven digits with the date and the check digits of a Belgian national register number.",
    ..ID
};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/be-register-written",
            finds: &[("INSZ 85.07.30-033.28", "85.07.30-033.28")],
            passes: &["85.07.30-033.29", "85.17.30-033.28"],
            ..SETTINGS
        },
        shapes: &["!99.99.99-999.99"],
        check: register,
    },
    NumberRule {
        rule: Rule {
            name: "national/be-register",
            context: Some(near(&[
                "rijksregister",
                "rijksregisternummer",
                "rrn",
                "insz",
                "niss",
                "numéro national",
                "registre national",
                "national register",
                "nationaal nummer",
                "belgian",
            ])),
            finds: &[("rijksregisternummer 85073003328", "85073003328")],
            passes: &["rijksregisternummer 85073003329", "order 85073003328"],
            ..SETTINGS
        },
        shapes: &["99999999999", "999999 999 99", "99 99 99 999 99"],
        check: register,
    },
];

/// 97 less the remainder of the first nine digits, with a 2 before them for those born from 2000
/// on (Royal decree of 3 April 1984).
fn register(signs: &[u8]) -> bool {
    let (head, check) = (number(signs, 0, 9), number(signs, 9, 11));
    let month = number(signs, 2, 4) % 20;
    month <= 12
        && number(signs, 4, 6) <= 31
        && head > 0
        && (97 - head % 97 == check || 97 - (2_000_000_000 + head) % 97 == check)
}
