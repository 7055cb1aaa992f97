//! Personal data and secrets: tables of rules, and the engine that runs them.
//!
//! Each kind of datum is one file with a table of [`Rule`]s. A rule is a pattern, what must stand
//! near it, and a check; each carries examples that it finds and examples that it passes over, and
//! one test walks them all, bare and inside prose. No pattern can look far ahead again and again:
//! what it repeats without bound ends at a sign that it begins with or cannot hold.
//!
//! Two further kinds of rule need no pattern: [`NumberRule`](number::NumberRule)s check numbers of
//! a given shape, [`Field`](field::Field)s read what a label announces.

mod address;
mod bank_account;
mod card;
mod cloud_token;
mod credential;
mod date_of_birth;
mod driver_license;
mod email;
mod employee_id;
mod engine;
pub(crate) mod field;
mod gps;
mod iban;
mod ip;
mod mac;
mod medical_record;
mod national;
pub(crate) mod number;
mod passport;
mod person;
mod phone;
mod ssn;
mod url;
mod username;
mod vehicle;
mod window;

use std::ops::Range;

pub(crate) use engine::Detectors;
use field::Field;
use number::NumberRule;

use crate::{
    Category,
    finding::{Evidence, Treatment},
    normalise::part,
};

/// Every rule with a pattern, by file.
const TABLES: [&[Rule]; 17] = [
    email::RULES,
    phone::RULES,
    ssn::RULES,
    card::RULES,
    iban::RULES,
    ip::RULES,
    mac::RULES,
    gps::RULES,
    credential::RULES,
    cloud_token::RULES,
    url::RULES,
    date_of_birth::RULES,
    person::RULES,
    medical_record::RULES,
    employee_id::RULES,
    driver_license::RULES,
    username::RULES,
];

/// Every rule for numbers of a shape, by file.
const NUMBERS: [&[NumberRule]; 30] = {
    let mut tables: [&[NumberRule]; 30] = [&[]; 30];
    let mut at = 0;
    while at < national::NUMBERS.len() {
        tables[at] = national::NUMBERS[at];
        at += 1;
    }
    tables[25] = medical_record::NUMBERS;
    tables[26] = bank_account::NUMBERS;
    tables[27] = driver_license::NUMBERS;
    tables[28] = vehicle::NUMBERS;
    tables[29] = ssn::NUMBERS;
    tables
};

/// Every labelled field, by file.
const FIELDS: [&[Field]; 9] = [
    national::FIELDS,
    medical_record::FIELDS,
    employee_id::FIELDS,
    passport::FIELDS,
    driver_license::FIELDS,
    bank_account::FIELDS,
    username::FIELDS,
    vehicle::FIELDS,
    ssn::FIELDS,
];

/// Every rule of whatever kind.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    let numbers = NUMBERS.into_iter().flatten().map(|number| &number.rule);
    let fields = FIELDS.into_iter().flatten().map(|field| &field.rule);
    let patterns = TABLES.into_iter().chain(ADDRESS_TABLES).flatten();
    patterns.chain(numbers).chain(fields)
}

/// One sentence for people: why the rule of this name marks what it marks.
pub(crate) fn reason(rule: &str) -> Option<&'static str> {
    rules().find(|one| one.name == rule).map(|one| one.reason)
}
/// The rules that only redaction runs, together with the tagger's findings.
const ADDRESS_TABLES: [&[Rule]; 1] = [address::RULES];

/// One way to find one kind of datum.
pub(crate) struct Rule {
    /// `kind/variant`, as findings report it.
    pub(crate) name: &'static str,
    pub(crate) category: Category,
    /// A regular expression over the surface reading. Its group `v` is the datum, or else the whole match.
    pub(crate) pattern: &'static str,
    /// What a text must hold at all for the pattern to be tried.
    pub(crate) gate: Gate,
    /// Words of which one must stand near the datum.
    pub(crate) context: Option<Context>,
    /// Looks closer at a candidate: the part of it that is the datum, or nothing.
    pub(crate) accept: fn(&Candidate<'_>) -> Option<Range<usize>>,
    pub(crate) evidence: Evidence,
    pub(crate) score: f32,
    pub(crate) treatment: Treatment,
    /// One sentence for people: why this was marked.
    pub(crate) reason: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the tables walks them"))]
    /// Texts, and the datum that the rule finds in each.
    pub(crate) finds: &'static [(&'static str, &'static str)],
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the tables walks them"))]
    /// Texts in which the rule finds nothing.
    pub(crate) passes: &'static [&'static str],
}

impl Rule {
    /// A rule with the usual settings, for tables to fill in.
    pub(crate) const BASE: Self = Self {
        name: "",
        category: Category::Other,
        pattern: "",
        gate: Gate::None,
        context: None,
        accept: whole,
        evidence: Evidence::Shape,
        score: 0.8,
        treatment: Treatment::Replace,
        reason: "",
        finds: &[],
        passes: &[],
    };
}

/// Every rule that is a regular expression.
pub(crate) fn pattern_rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.into_iter().flatten()
}

/// A cheap necessary condition: what every match holds or stands near.
pub(crate) enum Gate {
    /// None: the rule has context words, which are its gate.
    None,
    /// At least so many ASCII digits.
    Digits(usize),
    /// One of these, letter case aside, within the match or no further from it than a window of
    /// the engine reaches.
    Any(&'static [&'static str]),
}

/// Words that must stand near a datum, letter case aside, as whole words.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) words: &'static [&'static str],
    /// How many bytes may lie between such a word and the datum that follows it.
    pub(crate) before: usize,
    /// The same for a word that follows the datum; 0: it must come first.
    pub(crate) after: usize,
}

/// A match of a rule's pattern.
pub(crate) struct Candidate<'t> {
    pub(crate) text: &'t str,
    pub(crate) range: Range<usize>,
}

impl<'t> Candidate<'t> {
    pub(crate) fn value(&self) -> &'t str {
        part(self.text, self.range.clone())
    }

    pub(crate) fn stands_alone(&self, range: &Range<usize>) -> bool {
        !self.char_before(range.start).is_some_and(char::is_alphanumeric)
            && !self.char_after(range.end).is_some_and(char::is_alphanumeric)
    }

    pub(crate) fn char_before(&self, at: usize) -> Option<char> {
        part(self.text, ..at).chars().next_back()
    }

    pub(crate) fn char_after(&self, at: usize) -> Option<char> {
        part(self.text, at..).chars().next()
    }

    /// Up to `bytes` bytes before the match, lower case.
    pub(crate) fn before(&self, bytes: usize) -> String {
        let mut start = self.range.start.saturating_sub(bytes);
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        part(self.text, start..self.range.start).to_ascii_lowercase()
    }
}

/// Accepts the match as it is.
#[expect(clippy::unnecessary_wraps, reason = "one of the functions that rules choose from")]
fn whole(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    Some(candidate.range.clone())
}

/// Accepts the match when no letter or digit touches it.
fn alone(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    candidate.stands_alone(&candidate.range).then(|| candidate.range.clone())
}

/// Accepts the match when it holds a digit and no letter or digit touches it.
fn with_digit(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    alone(candidate).filter(|_| candidate.value().bytes().any(|byte| byte.is_ascii_digit()))
}

/// The digits of `text`, as numbers.
fn digits(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
}

#[cfg(test)]
mod tests {
    use super::{engine::Hit, *};

    /// Sentences around an example; `{}` is the example.
    const PROSE: [&str; 4] = [
        "{}",
        "Hello, I need some help today: {}",
        "As we said last week, {}. Thank you for your patience!",
        "Bonjour é 漢字 🙂\n{}\nBest wishes",
    ];

    fn found_by<'t>(hits: &[Hit], rule: &str, text: &'t str) -> Vec<&'t str> {
        hits.iter()
            .filter(|hit| hit.rule.name == rule)
            .map(|hit| part(text, hit.range.clone()))
            .collect()
    }

    #[test]
    fn every_rule_finds_and_passes_over_its_examples_bare_and_in_prose() {
        let (detectors, addresses) = (Detectors::new(), Detectors::addresses());
        let mut failures = Vec::new();
        for rule in rules() {
            let detectors =
                if rule.category == Category::Address { &addresses } else { &detectors };
            assert!(!rule.finds.is_empty(), "{} has no example", rule.name);
            for prose in PROSE {
                for (example, datum) in rule.finds {
                    let text = prose.replace("{}", example);
                    let found = found_by(&detectors.find(&text), rule.name, &text);
                    if !found.contains(datum) {
                        failures.push(format!("{} in {text:?}: {found:?}", rule.name));
                    }
                }
                for example in rule.passes {
                    let text = prose.replace("{}", example);
                    let found = found_by(&detectors.find(&text), rule.name, &text);
                    if !found.is_empty() {
                        failures.push(format!("{} must pass over {text:?}: {found:?}", rule.name));
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn rule_names_are_unique_and_scores_are_shares() {
        let mut names: Vec<_> = rules().map(|rule| rule.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for rule in rules() {
            assert!((0.0..=1.0).contains(&rule.score), "{}", rule.name);
        }
    }

    #[test]
    fn every_rule_says_why_in_a_sentence() {
        for rule in rules() {
            let sentence =
                rule.reason.ends_with('.') && rule.reason.starts_with(char::is_uppercase);
            assert!(sentence && rule.reason.len() > 20, "{}: {:?}", rule.name, rule.reason);
        }
        assert_eq!(reason("no/such-rule"), None);
        assert!(reason("card/luhn").is_some_and(|reason| reason.contains("Luhn")));
    }
}
