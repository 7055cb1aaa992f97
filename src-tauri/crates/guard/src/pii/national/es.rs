//! Spain: DNI of citizens and NIE of foreigners.

use super::{ID, LETTERED, NumberRule, Rule, letter, near, number};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/es-dni",
            reason: "Eight digits and the right check letter of a Spanish DNI.",
            finds: &[("DNI 12345678Z", "12345678Z"), ("soy 12345678-Z", "12345678-Z")],
            passes: &["DNI 12345678A", "00000000T"],
            ..LETTERED
        },
        shapes: &["99999999 A", "99 999 999 A"],
        check: |signs| number(signs, 0, 8) > 0 && checked(number(signs, 0, 8), letter(signs, 8)),
    },
    NumberRule {
        rule: Rule {
            name: "national/es-nie",
            reason: "X, Y or Z, seven digits and the right check letter of a Spanish NIE.",
            finds: &[("NIE X1234567L", "X1234567L"), ("Y-1234567-X", "Y-1234567-X")],
            passes: &["X1234567A", "W1234567L"],
            ..LETTERED
        },
        shapes: &["A9999999A", "A 9999999 A"],
        check: nie,
    },
    NumberRule {
        rule: Rule {
            name: "national/es-social",
            category: crate::Category::Ssn,
            reason: "Twelve digits with the check digits of a Spanish social security number.",
            context: Some(near(&[
                "seguridad social",
                "número de afiliación",
                "nuss",
                "naf",
                "afiliación",
            ])),
            finds: &[("seguridad social 28 12345678 40", "28 12345678 40")],
            passes: &["seguridad social 28 12345678 41", "pedido 28 12345678 40"],
            ..ID
        },
        shapes: &["99 99999999 99", "99 9999999999"],
        check: |signs| {
            number(signs, 0, 10) % 97 == number(signs, 10, 12) && number(signs, 0, 2) <= 66
        },
    },
];

/// The letter at the place of the remainder by 23 (Real Decreto 1553/2005; Ministerio del Interior).
fn checked(number: u64, sign: u8) -> bool {
    usize::try_from(number % 23).is_ok_and(|at| letter(b"TRWAGMYFPDXBNJZSQVHLCKE", at) == sign)
}

fn nie(signs: &[u8]) -> bool {
    let head = match letter(signs, 0) {
        b'X' => 0,
        b'Y' => 10_000_000,
        b'Z' => 20_000_000,
        _ => return false,
    };
    checked(head + number(signs, 1, 8), letter(signs, 8))
}
