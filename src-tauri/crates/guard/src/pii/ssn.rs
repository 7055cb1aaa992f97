//! United States social security numbers, and the taxpayer numbers of the same shape.

use std::ops::Range;

use super::{
    Context, Rule, alone,
    field::{Field, Joint, code},
    number::NumberRule,
};
use crate::{Category, finding::Evidence};

const WORDS: &[&str] = &[
    "ssn",
    "social security",
    "social",
    "soc sec",
    "itin",
    "taxpayer",
    "seguro social",
    "sécurité sociale",
    "tin",
    "tax id",
    "tax identification",
    "bsn",
    "nss",
    "número de seguro",
    "sozialversicherung",
];

pub(super) const NUMBERS: &[NumberRule] = &[NumberRule {
    rule: Rule {
        name: "ssn/allocated",
        category: Category::Ssn,
        score: 0.85,
        reason: "Three, two and four digits in a range of United States social security numbers.",
        finds: &[
            ("it is 536-90-4399.", "536-90-4399"),
            ("123 45 6789", "123 45 6789"),
            ("taxpayer 912-70-1234", "912-70-1234"),
        ],
        passes: &[
            "000-12-3456",
            "666-12-3456",
            "123-00-4567",
            "123-45-0000",
            "1123-45-67890",
            "123-45 6789",
            "123.45.6789",
        ],
        ..Rule::BASE
    },
    shapes: &["!999-99-9999", "!999_99_9999"],
    check: allocated,
}];

pub(super) const RULES: &[Rule] = &[Rule {
    name: "ssn/context",
    category: Category::Ssn,
    pattern: r"[0-9]{3}[-. ]?[0-9]{2}[-. ]?[0-9]{4}",
    context: Some(Context { words: WORDS, before: 40, after: 20 }),
    accept: alone,
    evidence: Evidence::Context,
    score: 0.95,
    reason: "Nine digits near words for social security.",
    finds: &[
        ("SSN: 992-13-2428", "992-13-2428"),
        ("my social security number is 536904399", "536904399"),
        ("000-12-3456 is my SSN", "000-12-3456"),
    ],
    passes: &["the assn 992-13-2428", "invoice 536904399"],
    ..Rule::BASE
}];

pub(super) const FIELDS: &[Field] = &[
    Field {
        rule: Rule {
            name: "ssn/labelled",
            reason: "Nine signs after words that announce a social security number.",
            finds: &[
                ("SSN: 992-13-2428", "992-13-2428"),
                ("SSN 45S-9B-7351", "45S-9B-7351"),
                ("\"ssn\": \"536904399\"", "536904399"),
                ("social security no. is 536 90 4399", "536 90 4399"),
                ("&ssn=975-75-7275&name=A", "975-75-7275"),
            ],
            passes: &["SSN required", "social security benefits of 2024", "SSN: Bio-logical x"],
            ..BASE
        },
        labels: &[
            "ssn",
            "social security number",
            "social security no",
            "social security",
            "social security num",
            "soc sec",
            "soc sec no",
            "itin",
            "nss",
        ],
        value: nine_signs,
    },
    Field {
        rule: Rule {
            name: "ssn/abroad",
            reason: "A number after words for the social security of another country.",
            finds: &[
                ("Sozialversicherungsnummer: 65 180539 W 003", "65 180539 W 003"),
                ("numéro de sécurité sociale 1850578006084", "1850578006084"),
                ("NI number: QQ 12 34 56 C", "QQ 12 34 56 C"),
                ("social insurance number 123 456 789", "123 456 789"),
            ],
            passes: &["national insurance contributions of 2024", "sécurité sociale en 2019"],
            ..BASE
        },
        labels: &[
            "social insurance number",
            "social insurance no",
            "sin number",
            "national insurance number",
            "national insurance no",
            "national insurance",
            "nino",
            "ni number",
            "ni no",
            "pps number",
            "ppsn",
            "sozialversicherungsnummer",
            "sozialversicherungs nr",
            "rentenversicherungsnummer",
            "sv nummer",
            "ahv nummer",
            "ahv nr",
            "numéro avs",
            "numéro de sécurité sociale",
            "sécurité sociale",
            "numéro de sécu",
            "número de seguridad social",
            "número de la seguridad social",
            "seguro social",
            "numero di previdenza sociale",
            "número de segurança social",
            "niss",
        ],
        value: abroad,
    },
];

const BASE: Rule =
    Rule { category: Category::Ssn, evidence: Evidence::Context, score: 0.95, ..Rule::BASE };

/// Three, two and four signs, divided or not; letters that a scanner takes for digits may stand
/// among them.
fn nine_signs(joint: &Joint<'_>) -> Option<usize> {
    let (mut signs, mut digits, mut end, mut divider) = (0, 0, 0, None);
    for (at, byte) in joint.rest.bytes().enumerate() {
        let may_divide = matches!(byte, b'-' | b' ' | b'.') && matches!(signs, 3 | 5) && end == at;
        if may_divide && (signs == 3 || divider == Some(byte)) {
            divider = Some(byte);
            end = at + 1;
        } else if byte.is_ascii_digit() || b"OolISBZGqsQ|".contains(&byte) {
            signs += 1;
            digits += usize::from(byte.is_ascii_digit());
            end = at + 1;
        } else {
            break;
        }
        if signs == 9 {
            break;
        }
    }
    let goes_on = joint.rest.get(end..)?.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    (signs == 9 && digits >= 5 && !goes_on).then_some(end)
}

/// Seven to fifteen signs, a letter alone at either end or between.
fn abroad(joint: &Joint<'_>) -> Option<usize> {
    let bytes = joint.rest.as_bytes();
    let (mut at, mut signs, mut digits, mut best) = (0, 0, 0, None);
    while let Some(run) =
        bytes.get(at..).map(|rest| rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count())
    {
        let group = bytes.get(at..at + run)?;
        let letters = group.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        if run == 0 || (letters == run && run > 2) || group.iter().any(u8::is_ascii_lowercase) {
            break;
        }
        (at, signs, digits) = (at + run, signs + run, digits + run - letters);
        if (8..=15).contains(&signs) && digits >= 6 {
            best = Some(at);
        }
        if signs > 15 || !matches!(bytes.get(at), Some(b' ' | b'-' | b'.' | b'/')) {
            break;
        }
        at += 1;
    }
    best.or_else(|| code(joint.rest, 7..=15, 7..=16))
}

/// Area, group and serial as the Social Security Administration gives them out, or a taxpayer
/// number's ranges (Internal Revenue Service, Publication 1915).
fn allocated(signs: &[u8]) -> bool {
    let number = |range: Range<usize>| {
        let digits = signs.get(range).unwrap_or_default();
        digits.iter().fold(0, |number, sign| number * 10 + u32::from(sign.wrapping_sub(b'0')))
    };
    let (area, group, serial) = (number(0..3), number(3..5), number(5..9));
    let taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    let social = !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0;
    social || taxpayer
}
