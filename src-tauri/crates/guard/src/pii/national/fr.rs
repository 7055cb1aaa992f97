//! France: the number in the register of people (NIR), known as the social security number.

use super::{NumberRule, Rule, SOCIAL, letter, near, number};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[
    NumberRule {
        rule: Rule {
            name: "national/fr-nir",
            reason: "Fifteen signs with the month and the key (remainder 97) of a French NIR.",
            finds: &[
                ("NIR 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
                ("255081416802538", "255081416802538"),
            ],
            passes: &["2 55 08 14 168 025 39", "2 55 44 14 168 025 38"],
            ..SOCIAL
        },
        shapes: &["9 99 99 9X 999 999 99"],
        check: nir,
    },
    NumberRule {
        rule: Rule {
            name: "national/fr-tax",
            category: crate::Category::NationalId,
            reason: "Thirteen digits with the key of a French tax number.",
            context: Some(near(&["numéro fiscal", "fiscal", "spi", "impôts", "french tax"])),
            finds: &[("numéro fiscal 30 23 217 600 053", "30 23 217 600 053")],
            passes: &["numéro fiscal 30 23 217 600 054", "commande 30 23 217 600 053"],
            ..SOCIAL
        },
        shapes: &["99 99 999 999 999"],
        check: |signs| {
            number(signs, 0, 10) % 511 == number(signs, 10, 13) && letter(signs, 0) <= b'3'
        },
    },
];

/// 97 less the remainder of the thirteen digits, Corsica's 2A and 2B as 19 and 18 (INSEE).
fn nir(signs: &[u8]) -> bool {
    let month = number(signs, 3, 5);
    let mut head = number(signs, 0, 13);
    let proper = match letter(signs, 6) {
        b'A' => {
            head -= 1_000_000;
            letter(signs, 5) == b'2'
        }
        b'B' => {
            head -= 2_000_000;
            letter(signs, 5) == b'2'
        }
        sign => sign.is_ascii_digit(),
    };
    proper
        && signs.len() == 15
        && matches!(letter(signs, 0), b'1' | b'2' | b'7' | b'8')
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && 97 - head % 97 == number(signs, 13, 15)
}
