//! Japan: the individual number (My Number).

use super::{ID, NumberRule, Rule, digit, near, uniform, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/jp-my-number",
        reason: "Twelve digits with the check digit of a Japanese My Number.",
        context: Some(near(&[
            "my number",
            "mynumber",
            "individual number",
            "マイナンバー",
            "個人番号",
            "japanese",
        ])),
        finds: &[
            ("My Number 1234 5678 9018", "1234 5678 9018"),
            ("個人番号: 123456789018", "123456789018"),
        ],
        passes: &["My Number 1234 5678 9019", "order 123456789018"],
        ..ID
    },
    shapes: &["9999 9999 9999"],
    check: my_number,
}];

/// Weights 6, 5, 4, 3, 2, 7, …, remainder 11 (Ministerial ordinance 85 of 2014, article 5).
fn my_number(signs: &[u8]) -> bool {
    let check = match weighted(signs, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    !uniform(signs) && check == digit(signs, 11)
}
