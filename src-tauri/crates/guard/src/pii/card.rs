//! Payment card numbers (ISO/IEC 7812: issuer ranges and the Luhn digit).

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule, alone, digits};
use crate::{Category, finding::Evidence, normalise::part};

const PATTERN: &str = r"[0-9](?:[ -]{0,2}[0-9]){11,26}";

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "card/luhn",
        category: Category::CreditCard,
        pattern: PATTERN,
        gate: Gate::Digits(13),
        accept: with_check_digit,
        evidence: Evidence::Validated,
        score: 0.99,
        reason: "Thirteen to nineteen digits that pass a payment card's check digit (Luhn).",
        finds: &[
            ("4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("pay with 5555-5555-5555-4444 now", "5555-5555-5555-4444"),
            ("378282246310005", "378282246310005"),
            ("30569309025904", "30569309025904"),
            ("code 1234 4111 1111 1111 1111 0424", "4111 1111 1111 1111"),
        ],
        passes: &[
            "4111 1111 1111 1112",
            "0000 0000 0000 0000",
            "ISBN 978-3-16-148410-0",
            "9999999999999995",
            "order #123-4567890-1234567",
            "a/c 50100123456789",
            "2 3 4 5 6 7 8 9 10 11 12 13",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "card/context",
        category: Category::CreditCard,
        pattern: PATTERN,
        context: Some(Context {
            words: &[
                "card",
                "credit card",
                "visa",
                "mastercard",
                "amex",
                "maestro",
                "debit",
                "kreditkarte",
                "tarjeta",
                "carte",
                "carta",
                "cartão",
                "creditcard",
                "kredietkaart",
                "cc",
                "pan",
                "card number",
            ],
            before: 30,
            after: 12,
        }),
        accept: card_length,
        evidence: Evidence::Context,
        score: 0.8,
        reason: "As many digits as a payment card has, near a word such as card.",
        finds: &[
            ("card number 4000-0000-0058-5858", "4000-0000-0058-5858"),
            ("limit for card 501800000009?", "501800000009"),
            ("3782-822463-10006 is my Amex", "3782-822463-10006"),
        ],
        passes: &["the card arrived on 2024-01-05", "tracking 4000-0000-0058-5858"],
        ..Rule::BASE
    },
];

/// Words directly before a number that is no card's.
const NOT_A_CARD: [&str; 14] = [
    "account",
    "acct",
    "a/c",
    "iban",
    "order",
    "invoice",
    "tracking",
    "imei",
    "reference",
    "ref",
    "ticket",
    "isbn",
    "ean",
    "barcode",
];

/// Most digits of a card number (ISO/IEC 7812-1).
const MAX_DIGITS: usize = 19;

/// The Luhn check digit (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit) * 2) {
            (0, doubled) => doubled / 2,
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether an issuer has such numbers: American Express and Diners, Visa, Mastercard, Discover,
/// Maestro, `UnionPay`, JCB, Mir.
fn is_issued(digits: &[u8]) -> bool {
    let first_four = digits.iter().take(4).fold(0, |number, digit| number * 10 + u16::from(*digit));
    let lengths = match first_four {
        3400..=3499 | 3700..=3799 | 1800 | 2131 => 15..=15,
        5100..=5599 | 2200..=2720 => 16..=16,
        3000..=3059 | 3600..=3699 | 3800..=3999 => 14..=19,
        3528..=3589 => 16..=19,
        4000..=4999 | 5000..=5099 | 5600..=5899 | 6000..=6999 => 13..=19,
        _ => return false,
    };
    lengths.contains(&digits.len())
}

/// The first stretch between group borders that is a card number.
fn with_check_digit(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let groups = groups(candidate);
    let all = digits(candidate.value());
    let mut from = 0;
    for (first, start) in groups.iter().enumerate() {
        let rest = groups.get(first..)?;
        let number = all.get(from..)?;
        from += start.len();
        if !may_be_issued(number) {
            continue;
        }
        // how many digits each further group brings the stretch to, while they are a card's
        let mut counts: Vec<usize> = Vec::with_capacity(rest.len());
        for group in rest {
            let count = counts.last().copied().unwrap_or(0) + group.len();
            if count > MAX_DIGITS
                || !may_follow(rest.get(..counts.len()).unwrap_or_default(), group)
            {
                break;
            }
            counts.push(count);
        }
        for (end, count) in rest.iter().zip(counts).rev() {
            let range = start.start..end.end;
            if count < 13 {
                break;
            }
            let number = number.get(..count)?;
            if is_issued(number)
                && luhn(number)
                && candidate.stands_alone(&range)
                && !is_something_else(candidate, &range)
            {
                return Some(range);
            }
        }
    }
    None
}

/// Whether the number is a part of a longer one, or a word before it says that it is another's: one
/// number in ten passes the check by chance.
fn is_something_else(candidate: &Candidate<'_>, range: &Range<usize>) -> bool {
    let here = Candidate { text: candidate.text, range: range.clone() };
    let before = here.before(24);
    let joined = before
        .strip_suffix('-')
        .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
    let after = part(candidate.text, range.end..);
    let goes_on =
        after.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let words = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let last = words.rsplit(char::is_whitespace).next().unwrap_or_default();
    let written_as_a_card = here.value().contains([' ', '-']);
    joined || goes_on || (!written_as_a_card && NOT_A_CARD.contains(&last))
}

/// Whether a card number may begin so.
fn may_be_issued(number: &[u8]) -> bool {
    matches!(number.first(), Some(1..=6)) && number.len() >= 13
}

/// Whether a group may follow `before`: on a card three digits or more stand together, save in the
/// last group, or each digit stands alone. A run of numbers is no card.
fn may_follow(before: &[Range<usize>], group: &Range<usize>) -> bool {
    match (before.first(), before.last()) {
        (Some(first), _) if first.len() == 1 => group.len() == 1,
        (_, Some(last)) => last.len() >= 3,
        (_, None) => group.len() != 2,
    }
}

fn card_length(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let count = digits(candidate.value()).len();
    // twelve digits are Maestro's shortest numbers
    alone(candidate).filter(|_| (12..=19).contains(&count))
}

/// The candidate's groups of digits.
fn groups(candidate: &Candidate<'_>) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut at = candidate.range.start;
    for group in candidate.value().split([' ', '-']) {
        if !group.is_empty() {
            groups.push(at..at + group.len());
        }
        at += group.len() + 1;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_known_answers() {
        for (number, right) in [
            ("79927398713", true),
            ("79927398710", false),
            ("4242424242424242", true),
            ("6011111111111117", true),
            ("3530111333300000", true),
            ("4242424242424241", false),
        ] {
            assert_eq!(luhn(&digits(number)), right, "{number}");
        }
    }
}
