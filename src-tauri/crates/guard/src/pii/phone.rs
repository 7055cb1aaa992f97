//! Telephone numbers, national and international (ITU-T E.164).

mod plan;

use std::ops::Range;

use plan::is_planned;

use super::{Candidate, Context, Gate, Rule};
use crate::{Category, finding::Evidence, normalise::part};

const PATTERN: &str = r"(?:\+|(?-u:\b)00|\()?[0-9](?:[ .\-()/]{0,3}[0-9]){5,16}(?: ?(?:x|ext\.? ?|extension )[0-9]{1,6})?";

/// Words for a telephone, which "no." may follow.
const PHONES: [&str; 9] =
    ["phone", "telephone", "contact", "tel", "mobile", "cell", "fax", "whatsapp", "helpline"];

/// How a United States postcode is grouped.
const ZIP_PLUS_4: [usize; 2] = [5, 4];

/// Words after which a run of digits is a number of something else.
const NOT_A_PHONE: [&str; 25] = [
    "isbn",
    "issn",
    "order",
    "invoice",
    "ref",
    "reference",
    "ticket",
    "case",
    "tracking",
    "sku",
    "doi",
    "page",
    "part",
    "serial",
    "version",
    "article",
    "model",
    "batch",
    "claim",
    "policy",
    "id",
    "no",
    "nr",
    "rfc",
    "upc",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "phone/international",
        category: Category::Phone,
        pattern: PATTERN,
        gate: Gate::Any(&["+", "00"]),
        accept: international,
        evidence: Evidence::Validated,
        score: 0.95,
        reason: "A country code and a number of a length that the country has.",
        finds: &[
            ("call +1 (905) 564-9928", "+1 (905) 564-9928"),
            ("+44 20 7946 0018", "+44 20 7946 0018"),
            ("on +49 (0)30 901820 in", "+49 (0)30 901820"),
            ("+33612345678", "+33612345678"),
            ("0044 20 7946 0018", "0044 20 7946 0018"),
            ("?phone=+1 (905) 564-9928", "+1 (905) 564-9928"),
        ],
        passes: &["2 + 3 = 5", "+0 12 34 56 78", "a gain of +12.5 and +13", "0009123456789"],
        ..Rule::BASE
    },
    Rule {
        name: "phone/plus",
        category: Category::Phone,
        pattern: PATTERN,
        gate: Gate::Any(&["+"]),
        accept: after_plus,
        score: 0.8,
        reason: "Eight to fifteen digits after a plus, as telephone numbers are written.",
        finds: &[("+1 (183) 555-01422", "+1 (183) 555-01422")],
        passes: &[
            "2 + 3 = 5",
            "+0 12 34 56 78",
            "a gain of +12.5 and +13",
            "1+123456789",
            "1:14~++20220202101403",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "phone/national",
        category: Category::Phone,
        pattern: PATTERN,
        gate: Gate::Digits(7),
        accept: national,
        score: 0.8,
        reason: "Digits grouped as telephone numbers are, with an area code.",
        finds: &[
            ("(212) 555-0142", "(212) 555-0142"),
            ("212-555-0142 ext 12", "212-555-0142 ext 12"),
            ("212.555.0142", "212.555.0142"),
            ("(251)500-2136x739 fax", "(251)500-2136x739"),
            ("020 7946 0018", "020 7946 0018"),
            ("01 23 45 67 89", "01 23 45 67 89"),
            ("0151 496 0710 24 hours a day", "0151 496 0710"),
        ],
        passes: &[
            "ISBN 978-3-16-148410-0",
            "order 212-555-0142",
            "from 2019-2024 and 1998/1999",
            "on 2024-01-05 12:30",
            "it cost 1,250,000.00",
            "1234567890",
            "4111 1111 1111 1111",
            "192.168.100.254",
            "the ratio is 3.14159265358979",
            "$020 7946 0018",
            "MA 02110-1301",
            "clause 252.227-7013",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "phone/context",
        category: Category::Phone,
        pattern: PATTERN,
        context: Some(Context {
            words: &[
                "phone",
                "tel",
                "telephone",
                "mobile",
                "cell",
                "fax",
                "call",
                "whatsapp",
                "sms",
                "contact number",
                "contact",
                "call me",
                "ring",
                "hotline",
                "dial",
                "telefon",
                "handy",
                "téléphone",
                "teléfono",
                "telefono",
                "texting",
                "móvil",
                "celular",
                "cellulare",
                "portable",
                "gsm",
                "telefoon",
                "mobiel",
                "telemóvel",
                "tél",
                "tlf",
                "ph",
                "number is",
                "office",
                "pager",
                "answering",
                "messages to",
                "reach me",
                "reached at",
                "text me",
            ],
            before: 30,
            after: 12,
        }),
        accept: in_context,
        evidence: Evidence::Context,
        score: 0.85,
        reason: "Digits near a word such as phone or call.",
        finds: &[
            ("my phone is 2125550142", "2125550142"),
            ("Tel: 12 34 56 78", "12 34 56 78"),
            ("call me on 555-0142", "555-0142"),
            ("contact no. 9876543210", "9876543210"),
            ("322 327 102 office", "322 327 102"),
        ],
        passes: &[
            "call on 2024-05-06",
            "the phone costs $1234567",
            "contact 12 of 30",
            "the office had 1200000 guests",
        ],
        ..Rule::BASE
    },
];

fn international(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let zeros = if value.starts_with('+') { 0 } else { 2 };
    if zeros == 2 && !value.starts_with("00") {
        return None;
    }
    longest(candidate, |number| {
        (8 + zeros..=15 + zeros).contains(&number.digits.len())
            && number.groups_are_plain
            && number.digits.get(zeros..).is_some_and(is_planned)
    })
}

/// Whatever the country's plan says: a mistyped number is still someone's.
fn after_plus(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let before = candidate.char_before(candidate.range.start);
    let joined = before.is_some_and(|c| c.is_alphanumeric() || "+~)".contains(c));
    if !candidate.value().starts_with('+') || joined {
        return None;
    }
    longest(candidate, |number| {
        (8..=15).contains(&number.digits.len())
            && !number.digits.starts_with('0')
            && number.groups_are_plain
    })
}

fn national(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let mixed = value.contains('.') && value.contains('-');
    if mixed || value.starts_with('+') || value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let found = longest(candidate, |number| {
        let sizes = number.sizes;
        let american =
            matches!(sizes, [3, 3, 4] | [1 | 3, 3, 3, 4]) && !number.digits.starts_with("000");
        let trunk = number.digits.starts_with('0')
            && !number.digits.starts_with("00")
            && (9..=11).contains(&number.digits.len())
            && (2..=6).contains(&sizes.len())
            && sizes.iter().all(|size| *size >= 2)
            && sizes != ZIP_PLUS_4;
        (american || trunk) && number.groups_are_plain
    });
    found.filter(|_| !is_something_else(candidate))
}

fn in_context(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let found = longest(candidate, |number| {
        let trunk = number.digits.starts_with('0');
        // 1500 2000 2500, 1299 1399 and 1200000 are amounts
        let fours = number.sizes.iter().all(|size| *size == 4)
            && number.digits.as_bytes().chunks(4).all(|g| g.ends_with(b"00") || g.ends_with(b"99"));
        let amounts = !trunk && fours;
        let round = number.digits.ends_with("0000") && !trunk && number.sizes.len() == 1;
        (7..=15).contains(&number.digits.len())
            && number.sizes.len() <= 6
            && number.sizes != [3, 2, 4]
            && !amounts
            && !round
    });
    found.filter(|_| !is_something_else(candidate))
}

/// A number as written: its digits, and how many stand together.
struct Number<'n> {
    digits: &'n str,
    sizes: &'n [usize],
    groups_are_plain: bool,
}

/// The longest front part of the candidate, cut between groups, that `fits`.
fn longest(candidate: &Candidate<'_>, fits: impl Fn(&Number<'_>) -> bool) -> Option<Range<usize>> {
    let (start, value) = (candidate.range.start, candidate.value());
    let before = candidate.char_before(start);
    if before.is_some_and(|c| c.is_alphanumeric() || ".,/-_".contains(c))
        || (before == Some('=') && !value.starts_with('+'))
    {
        return None;
    }
    let main = value.split(['x', 'e']).next().unwrap_or(value);
    let (mut digits, mut sizes, mut ends) = (String::new(), Vec::new(), Vec::new());
    for (at, c) in main.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        match (ends.last_mut(), sizes.last_mut()) {
            (Some(end), Some(size)) if *end == at => {
                *end = at + 1;
                *size += 1;
            }
            _ => {
                ends.push(at + 1);
                sizes.push(1);
            }
        }
        digits.push(c);
    }
    let mut count = digits.len();
    let extended = (main.len() < value.len()).then_some((value.len(), sizes.len()));
    let shorter = ends.iter().enumerate().rev().map(|(group, end)| (*end, group + 1));
    let mut last = sizes.len();
    for (end, groups) in extended.into_iter().chain(shorter) {
        count -= sizes.get(groups..last)?.iter().sum::<usize>();
        last = groups;
        let value = part(candidate.text, start..start + end);
        if value.len() < 7 {
            return None;
        }
        let number = digits.get(..count)?;
        let clear = !candidate.char_after(start + end).is_some_and(char::is_alphanumeric)
            && !is_decimal(candidate, start + end);
        let same = number.bytes().all(|byte| number.bytes().next() == Some(byte));
        let number =
            Number { digits: number, sizes: sizes.get(..groups)?, groups_are_plain: !same };
        if clear && fits(&number) && !is_date(value) {
            return Some(start..start + end);
        }
    }
    None
}

/// Whether a decimal point or comma and another digit follow.
fn is_decimal(candidate: &Candidate<'_>, end: usize) -> bool {
    let mut after = part(candidate.text, end..).chars();
    matches!(after.next(), Some('.' | ',' | ':'))
        && after.next().is_some_and(|c| c.is_ascii_digit())
}

/// Whether the value begins like a date: 2024-01-05, 05/01/2024, 1998-1999.
fn is_date(value: &str) -> bool {
    let mut groups = value.split(['-', '/', '.', ' ']);
    let year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let small =
        |text: &str| text.len() <= 2 && text.parse::<u8>().is_ok_and(|n| (1..=31).contains(&n));
    match (groups.next(), groups.next(), groups.next()) {
        (Some(a), Some(b), None) => year(a) && year(b),
        (Some(a), Some(b), Some(c)) => {
            (year(a) && small(b) && small(c.get(..2).unwrap_or(c)))
                || (small(a) && small(b) && year(c))
        }
        _ => false,
    }
}

fn is_something_else(candidate: &Candidate<'_>) -> bool {
    let before = candidate.before(24);
    let before = before.trim_end_matches([' ', ':', '.', '#', '-']);
    if before.ends_with(['$', '£', '€', '¥']) || candidate.before(1).ends_with('#') {
        return true;
    }
    let mut words = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        // the number of a telephone
        (Some("no" | "nr" | "id" | "num"), Some(word)) if PHONES.contains(&word) => false,
        (first, second) => {
            [first, second].into_iter().flatten().any(|word| NOT_A_PHONE.contains(&word))
        }
    }
}
