//! International bank account numbers (ISO 13616: country length and remainder 97).

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule, with_digit};
use crate::{Category, finding::Evidence};

const PATTERN: &str = r"(?-u:\b)[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,34}";

/// Lengths of the IBAN registry (SWIFT, release 99), by country.
const LENGTHS: [(&str, usize); 82] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VG", 24),
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "iban/mod97",
        category: Category::Iban,
        pattern: PATTERN,
        gate: Gate::Digits(8),
        accept: with_check_digits,
        evidence: Evidence::Validated,
        score: 0.99,
        reason: "A country's number of signs that passes the IBAN's check (remainder 97).",
        finds: &[
            ("GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 19"),
            ("to de89370400440532013000 today", "de89370400440532013000"),
            ("NO93 8601 1117 947", "NO93 8601 1117 947"),
            ("FR14 2004 1010 0505 0001 3M02 606 thanks", "FR14 2004 1010 0505 0001 3M02 606"),
        ],
        passes: &[
            "GB30 NWBK 6016 1331 9268 19",
            "XX89370400440532013000",
            "ab12 some words that go on and on",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "iban/context",
        category: Category::Iban,
        pattern: r"(?-u:\b)[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}",
        context: Some(Context { words: &["iban"], before: 24, after: 0 }),
        accept: with_digit,
        evidence: Evidence::Context,
        score: 0.85,
        reason: "Letters and digits like an IBAN after that word.",
        finds: &[("IBAN: GB30 NWBK 6016 1331 9268 19", "GB30 NWBK 6016 1331 9268 19")],
        passes: &["what is an IBAN", "account GB30 NWBK 6016 1331 9268 19"],
        ..Rule::BASE
    },
];

/// The front part of the country's length, when its check digits are right.
fn with_check_digits(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let country = value.get(..2)?.to_ascii_uppercase();
    let (_, length) = LENGTHS.iter().find(|(code, _)| *code == country)?;
    let mut signs = value.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric());
    let (last, _) = signs.nth(length - 1)?;
    let range = candidate.range.start..candidate.range.start + last + 1;
    (mod97(value.get(..=last)?) == 1 && candidate.stands_alone(&range)).then_some(range)
}

/// The remainder of the rearranged number (ISO 7064, MOD 97-10).
fn mod97(iban: &str) -> u32 {
    let signs: Vec<u32> = iban.chars().filter_map(|c| c.to_digit(36)).collect();
    let (head, body) = signs.split_at(signs.len().min(4));
    body.iter().chain(head).fold(0, |rest, sign| {
        if *sign < 10 { (rest * 10 + sign) % 97 } else { (rest * 100 + sign) % 97 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mod97_known_answers() {
        for iban in
            ["GB82 WEST 1234 5698 7654 32", "SA0380000000608010167519", "CH9300762011623852957"]
        {
            assert_eq!(mod97(iban), 1, "{iban}");
        }
        assert_ne!(mod97("GB82WEST12345698765433"), 1);
    }

    #[test]
    fn countries_are_in_order_and_unique() {
        assert!(LENGTHS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
