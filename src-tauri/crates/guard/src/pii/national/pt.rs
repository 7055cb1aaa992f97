//! Portugal: the tax number (NIF).

use super::{ID, NumberRule, Rule, digit, near, weighted};

pub(in crate::pii) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "national/pt-nif",
        reason: "Nine digits with the check digit of a Portuguese NIF.",
        context: Some(near(&[
            "nif",
            "contribuinte",
            "número de contribuinte",
            "identificação fiscal",
            "portuguese",
        ])),
        finds: &[("NIF 501 964 843", "501 964 843"), ("contribuinte n.º 501964843", "501964843")],
        passes: &["NIF 501 964 844", "order 501964843"],
        ..ID
    },
    shapes: &["999 999 999"],
    check: nif,
}];

/// Weights 9 to 2, remainder 11 (Autoridade Tributária; Decreto-Lei 14/2013).
fn nif(signs: &[u8]) -> bool {
    let check = match weighted(signs, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    digit(signs, 0) != 0 && check == digit(signs, 8)
}
