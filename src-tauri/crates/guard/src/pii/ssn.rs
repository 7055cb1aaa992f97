//! United States social security numbers, and the taxpayer numbers of the same shape.

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule, alone};
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
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "ssn/allocated",
        category: Category::Ssn,
        pattern: r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}",
        gate: Gate::Digits(9),
        accept: allocated,
        evidence: Evidence::Validated,
        score: 0.9,
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
        ],
        ..Rule::BASE
    },
    Rule {
        name: "ssn/context",
        category: Category::Ssn,
        pattern: r"[0-9]{3}[-. ]?[0-9]{2}[-. ]?[0-9]{4}",
        context: Some(Context { words: WORDS, before: 40, after: 20 }),
        accept: alone,
        evidence: Evidence::Context,
        score: 0.95,
        finds: &[
            ("SSN: 992-13-2428", "992-13-2428"),
            ("my social security number is 536904399", "536904399"),
            ("000-12-3456 is my SSN", "000-12-3456"),
        ],
        passes: &["the assn 992-13-2428", "invoice 536904399"],
        ..Rule::BASE
    },
];

/// Area, group and serial as the Social Security Administration gives them out, or a taxpayer
/// number's ranges (Internal Revenue Service, Publication 1915).
fn allocated(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value().as_bytes();
    if value.get(3) != value.get(6) {
        return None;
    }
    let number = |range: Range<usize>| {
        candidate.value().get(range).and_then(|digits| digits.parse::<u16>().ok())
    };
    let (area, group, serial) = (number(0..3)?, number(4..6)?, number(7..11)?);
    let taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    let social = !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0;
    alone(candidate).filter(|_| social || taxpayer)
}
