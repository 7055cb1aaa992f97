//! India: Aadhaar and the permanent account number (PAN).

use super::{ID, NumberRule, Rule, digit, letter, near};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/in-aadhaar",
            reason: "Twelve digits with the check digit (Verhoeff) of an Indian Aadhaar.",
            context: Some(near(&["aadhaar", "aadhar", "adhaar", "uidai", "uid", "आधार"])),
            finds: &[
                ("Aadhaar 2341 2341 2346", "2341 2341 2346"),
                ("uid 234123412346", "234123412346"),
            ],
            passes: &["Aadhaar 2341 2341 2347", "order 234123412346"],
            ..ID
        },
        shapes: &["9999 9999 9999"],
        check: |signs| digit(signs, 0) > 1 && verhoeff(signs),
    },
    NumberRule {
        rule: Rule {
            name: "national/in-pan",
            reason: "Letters and digits placed as in an Indian permanent account number.",
            finds: &[("PAN ACUPA7085R", "ACUPA7085R")],
            passes: &["ACUXA7085R", "acupa7085r"],
            ..ID
        },
        shapes: &["AAAAA9999A"],
        // the fourth letter tells the kind of holder (Income Tax Department, PAN structure)
        check: |signs| b"ABCFGHLJPT".contains(&letter(signs, 3)),
    },
];

/// The permutation of the dihedral scheme; place n uses its n-th power.
const PERMUTATION: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// Verhoeff's check: the dihedral group of order ten (J. Verhoeff, 1969; UIDAI).
fn verhoeff(signs: &[u8]) -> bool {
    let mut check = 0_usize;
    for place in 0..signs.len() {
        let at = signs.len() - 1 - place;
        let mut value = usize::try_from(digit(signs, at)).unwrap_or(0);
        for _ in 0..place % 8 {
            value = PERMUTATION.get(value).copied().unwrap_or(0);
        }
        check = product(check, value);
    }
    check == 0
}

/// The product in the dihedral group: 0 to 4 are rotations, 5 to 9 reflections.
const fn product(a: usize, b: usize) -> usize {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}
