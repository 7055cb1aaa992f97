//! Labelled fields: a label as in forms, logs and speech, what joins it to a datum, and the datum.
//!
//! `MRN: 00123456`, `"employeeId": "E-4471"`, `| Konto | 12345678 |`, `my passport number is …`: one
//! automaton finds the labels; what follows each is read once, so that no pattern runs at all.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    FIELDS, Rule,
    engine::{Hit, is_within},
};
use crate::{Category, normalise::part};

/// Most bytes between a label and its datum, within the context that the answer filter keeps.
const MAX_JOINT: usize = 40;
/// Most words between a label and its datum.
const MAX_FILLERS: usize = 5;
/// Most bytes of a datum that stands before its label.
const MAX_REVERSED: usize = 32;

/// What joins a datum to the label that follows it.
const SAYING: [&str; 12] = [
    " is my",
    " is the",
    " is his",
    " is her",
    " is their",
    " is our",
    " as my",
    " was my",
    " ist meine",
    " est mon",
    " es mi",
    " as the",
];

/// Most characters from a datum to the end of the label that follows it.
pub(crate) fn longest_afterthought() -> usize {
    let longest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    longest(&mut SAYING.into_iter()) + 1 + longest(&mut labels().map(|(label, _)| label))
}

/// Words between a label and its datum: `number`, `no`, `is`, in seven languages.
const FILLERS: &[&str] = &[
    "no",
    "nr",
    "num",
    "number",
    "numbers",
    "id",
    "ids",
    "code",
    "card",
    "is",
    "was",
    "are",
    "of",
    "the",
    "my",
    "his",
    "her",
    "their",
    "your",
    "our",
    "reads",
    "with",
    "ref",
    "reference",
    "to",
    "as",
    "like",
    "details",
    "info",
    "value",
    "n",
    "nº",
    "n°",
    "ist",
    "lautet",
    "nummer",
    "meine",
    "numero",
    "numéro",
    "número",
    "est",
    "es",
    "è",
    "é",
    "du",
    "de",
    "der",
    "den",
    "del",
    "della",
    "het",
    "mijn",
    "mon",
    "ma",
    "mi",
    "mio",
    "minha",
    "meu",
    "sua",
    "su",
    "file",
    "record",
    "and",
    "on",
    "under",
    "changed",
    "updated",
    "provided",
    "given",
    "listed",
    "shows",
    "showed",
    "type",
    "has",
    "been",
];

/// Those of them that say that a number follows.
const NUMBERING: &[&str] =
    &["no", "nr", "num", "number", "id", "nummer", "numero", "numéro", "número", "n°", "nº", "n"];

/// Words after which the owner of the datum is named: `the account number of Ann Lee is …`.
const OWNER: &[&str] = &[
    "for",
    "of",
    "at",
    "with",
    "in",
    "von",
    "für",
    "pour",
    "de",
    "di",
    "van",
    "voor",
    "belonging",
];

/// Words that make a label one of a thing: a transaction ID number is no one's.
const THINGS: &[&str] = &[
    "order",
    "transaction",
    "ticket",
    "booking",
    "product",
    "invoice",
    "tracking",
    "device",
    "session",
    "request",
    "message",
    "process",
    "job",
    "application",
    "app",
    "item",
    "software",
    "model",
    "serial",
    "batch",
    "event",
    "confirmation",
    "shipment",
    "parcel",
    "plugin",
    "vendor",
    "service",
    "merchant",
    "dog",
    "business",
    "trade",
];

/// A kind of datum that labels announce.
pub(super) struct Field {
    /// Its name, category and examples; it has no pattern.
    pub(super) rule: Rule,
    /// Labels in lower case. A space in one also stands for `_`, `-` or nothing.
    pub(super) labels: &'static [&'static str],
    /// How many bytes of the text after the joint are the datum.
    pub(super) value: fn(&Joint<'_>) -> Option<usize>,
}

/// What follows a label.
pub(super) struct Joint<'t> {
    /// The text after what joins the label to its datum.
    pub(super) rest: &'t str,
    /// The last sign of `:`, `=`, `#`, `|` and quotation marks on the way.
    pub(super) mark: Option<char>,
    /// Whether a word such as `is` stands on the way.
    pub(super) said: bool,
    /// Whether a word such as `number` or `ID` stands on the way.
    pub(super) numbered: bool,
    /// Whether a colon or an equals sign stands on the way.
    pub(super) assigned: bool,
}

/// The compiled labels.
pub(super) struct Fields {
    labels: AhoCorasick,
    /// For each label as searched, its field.
    fields: Vec<&'static Field>,
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut written = std::collections::BTreeMap::new();
        for field in FIELDS.into_iter().flatten() {
            for label in field.labels {
                for joint in [" ", "", "_", "-"] {
                    written.entry(label.replace(' ', joint)).or_insert(field);
                }
            }
        }
        let labels = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(written.keys())
            .expect("some thousand short labels fit an automaton");
        Self { labels, fields: written.into_values().collect() }
    }

    /// Adds what the labels in `text` announce.
    pub(super) fn find(&self, text: &str, placeholders: &[Range<usize>], hits: &mut Vec<Hit>) {
        for label in self.labels.find_iter(text) {
            let Some(field) = self.fields.get(label.pattern().as_usize()) else { continue };
            let range = label.range();
            let touched = part(text, ..range.start).chars().next_back().is_some_and(|before| {
                let camel = before.is_lowercase()
                    && part(text, range.clone()).starts_with(char::is_uppercase);
                before.is_alphanumeric() && !camel
            });
            if touched || is_within(&range, placeholders) || is_of_a_thing(text, range.start) {
                continue;
            }
            let found = field
                .glued(text, &range)
                .or_else(|| field.after(text, range.end))
                .or_else(|| field.before(text, range.start));
            hits.extend(found.map(|range| Hit { range, rule: &field.rule }));
        }
    }
}

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    /// Something with a digit.
    Number,
    /// Something in capitals, perhaps without any digit.
    Capitals,
    /// What may look like any word.
    Word,
}

/// Every label, and what it announces.
pub(crate) fn labels() -> impl Iterator<Item = (&'static str, Announced)> {
    FIELDS.into_iter().flatten().flat_map(|field| {
        let announced = match field.rule.name {
            "bank/bic" => Announced::Capitals,
            "username/user" => Announced::Number,
            _ if field.rule.category == Category::Username => Announced::Word,
            _ => Announced::Number,
        };
        field.labels.iter().map(move |label| (*label, announced))
    })
}

impl Field {
    /// The datum that a short label in capitals begins, as in `MRN00123456`.
    fn glued(&self, text: &str, label: &Range<usize>) -> Option<Range<usize>> {
        let name = part(text, label.clone());
        let glued = name.len() <= 4
            && name.bytes().all(|byte| byte.is_ascii_uppercase())
            && part(text, label.end..).starts_with(|c: char| c.is_ascii_digit());
        let rest = part(text, label.end..);
        let length = (self.value)(&Joint {
            rest,
            mark: Some('#'),
            said: false,
            numbered: false,
            assigned: false,
        })
        .filter(|_| glued)?;
        (length >= 5).then_some(label.start..label.end + length)
    }

    /// The datum that follows the label.
    fn after(&self, text: &str, end: usize) -> Option<Range<usize>> {
        let plural = part(text, end..).strip_prefix('s').map_or(end, |_| end + 1);
        let possessive = part(text, end..).strip_prefix("'s").map_or(plural, |_| end + 2);
        let mut joint = Joint {
            rest: part(text, possessive..),
            mark: None,
            said: false,
            numbered: false,
            assigned: false,
        };
        let open = part(text, ..end).ends_with(char::is_alphanumeric);
        if open && joint.rest.starts_with(char::is_alphanumeric) {
            return None;
        }
        for _ in 0..=MAX_FILLERS {
            joint.skip_signs();
            let at = text.len() - joint.rest.len();
            if at > end + MAX_JOINT {
                return None;
            }
            if let Some(length) = (self.value)(&joint) {
                return Some(at..at + length);
            }
            let word =
                joint.rest.split(|c: char| !(c.is_alphabetic() || "º°".contains(c))).next()?;
            let is_one_of = |words: &[&str]| words.iter().any(|one| word.eq_ignore_ascii_case(one));
            if is_one_of(OWNER)
                && let Some(rest) = after_owner(joint.rest)
            {
                joint.rest = rest;
                joint.said = true;
                continue;
            }
            if word.is_empty() || !is_one_of(FILLERS) {
                return None;
            }
            joint.said |= is_one_of(&["is", "was", "ist", "lautet", "est", "es", "è", "é"]);
            joint.numbered |= is_one_of(NUMBERING);
            joint.rest = part(joint.rest, word.len()..);
        }
        None
    }

    /// The datum of which the text says that it is what the label names: `4711 is my badge number`.
    fn before(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let head = part(text, ..start).strip_suffix(' ')?;
        let saying = SAYING.iter().find(|saying| {
            head.len() >= saying.len()
                && head
                    .get(head.len() - saying.len()..)
                    .is_some_and(|end| end.eq_ignore_ascii_case(saying))
        })?;
        let end = head.len() - saying.len();
        let from = (end.saturating_sub(MAX_REVERSED)..end).find(|at| text.is_char_boundary(*at))?;
        let window = part(text, from..end);
        let starts = window.match_indices(char::is_whitespace).map(|(at, _)| from + at + 1);
        let first = (from == 0).then_some(0);
        first.into_iter().chain(starts).find_map(|at| {
            let joint = Joint {
                rest: part(text, at..end),
                mark: None,
                said: true,
                numbered: true,
                assigned: false,
            };
            let length = (self.value)(&joint)?;
            (at + length == end).then_some(at..end)
        })
    }
}

impl Joint<'_> {
    /// Passes over white space, dividing signs and short tags.
    fn skip_signs(&mut self) {
        let mut lines = 0;
        for _ in 0..MAX_JOINT {
            let Some(c) = self.rest.chars().next() else { return };
            match c {
                // a path in code
                ':' if self.rest.starts_with("::") => return,
                ':' | '=' | '#' | '|' | '"' | '\'' | '`' => {
                    self.assigned |= matches!(c, ':' | '=');
                    self.mark = Some(c);
                }
                ' ' | '\t' | '(' | ')' | '*' | '>' | '/' | ',' | '-' | '[' | ']' | '~' | '_' => {}
                '.' if self.mark.is_none() => {}
                '\n' if self.mark.is_some() && lines == 0 => lines += 1,
                '<' => {
                    let Some(end) = part(self.rest, ..self.rest.len().min(24)).find('>') else {
                        return;
                    };
                    self.mark = Some('|');
                    self.rest = part(self.rest, end + 1..);
                    continue;
                }
                _ => return,
            }
            self.rest = part(self.rest, c.len_utf8()..);
        }
    }
}

/// Whether the label is about a thing and not a person: `order account number`, `device user id`.
fn is_of_a_thing(text: &str, start: usize) -> bool {
    let before = part(text, ..start).trim_end_matches([' ', '_', '-']);
    if before.len() == start {
        return false;
    }
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    THINGS.iter().any(|thing| word.eq_ignore_ascii_case(thing))
}

/// What follows the name of an owner and `is` or a colon.
fn after_owner(rest: &str) -> Option<&str> {
    let near = rest.char_indices().take(MAX_JOINT);
    for (at, c) in near {
        let here = part(rest, at..);
        let ends = here.starts_with(". ") && at > 2 && !part(rest, ..at - 1).ends_with(' ');
        if ends || c.is_ascii_digit() || matches!(c, '\n' | ';' | '?' | '!' | '(' | ')') {
            return None;
        }
        for saying in [" is ", " was ", ": ", " ist ", " est ", " es ", " è ", " é "] {
            if let Some(after) = here.strip_prefix(saying) {
                return Some(after);
            }
        }
    }
    None
}

/// An identifier: groups of letters and digits, with so many digits and so many signs in all.
pub(super) fn code(
    rest: &str,
    digits: std::ops::RangeInclusive<usize>,
    signs: std::ops::RangeInclusive<usize>,
) -> Option<usize> {
    let bytes = rest.as_bytes();
    let start = usize::from(bytes.first() == Some(&b'#'));
    let mut ends: Vec<usize> = Vec::new();
    let mut at = start;
    loop {
        let run = bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if run == 0 {
            break;
        }
        let group = bytes.get(at..at + run)?;
        at += run;
        let (divider, next) = (bytes.get(at).copied(), bytes.get(at + 1..).unwrap_or_default());
        let after = next.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let following = next.get(..after).unwrap_or_default();
        let joined = match divider {
            Some(b'-' | b'/' | b'_') => after > 0,
            Some(b'.') => {
                after > 0 && all_digits(following) && group.iter().any(u8::is_ascii_digit)
            }
            Some(b' ') => {
                let more = all_digits(following) && (2..=6).contains(&after);
                let tail = after == 1 && following.iter().all(u8::is_ascii_uppercase);
                let head = ends.is_empty()
                    && run <= 5
                    && group.iter().all(u8::is_ascii_uppercase)
                    && !is_filler(group);
                let digits = all_digits(group) && run <= 6;
                let fits = (digits && (more || (tail && !ends.is_empty())))
                    || (head && all_digits(following) && after >= 2);
                if fits {
                    ends.push(at);
                }
                fits
            }
            _ => false,
        };
        if !joined {
            break;
        }
        at += 1;
    }
    if ends.is_empty() && !part(rest, start..at).bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    ends.push(at);
    ends.into_iter().rev().find(|end| {
        let value = part(rest, start..*end);
        let count = |is: fn(&u8) -> bool| value.bytes().filter(&is).count();
        let proper = value.split(['-', '_', '/', '.', ' ']).enumerate().all(|(place, group)| {
            let lower = group.bytes().all(|byte| byte.is_ascii_lowercase());
            !lower || (place == 0 && group.len() <= 5 && group.len() < value.len())
        });
        digits.contains(&count(u8::is_ascii_digit))
            && signs.contains(&count(u8::is_ascii_alphanumeric))
            && proper
            && ends_here(part(rest, *end..))
            && !is_date(value)
            && !is_decimal(value)
    })
}

fn is_filler(group: &[u8]) -> bool {
    FILLERS.iter().any(|filler| filler.as_bytes().eq_ignore_ascii_case(group))
}

/// Whether an identifier shows that it is one: by a letter, or by a zero in front.
pub(super) fn is_coded(value: &str) -> bool {
    value.starts_with('0') || value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn all_digits(group: &[u8]) -> bool {
    !group.is_empty() && group.iter().all(u8::is_ascii_digit)
}

/// Whether the text after an identifier does not carry it on as a word, an amount or a time.
fn ends_here(after: &str) -> bool {
    let mut signs = after.chars();
    match signs.next() {
        Some('.' | ',' | ':') => !signs.next().is_some_and(|c| c.is_ascii_digit()),
        Some('%' | '$' | '€' | '£' | '@') => false,
        Some(c) => !c.is_alphanumeric(),
        None => true,
    }
}

/// Whether the value is a number with one decimal point.
fn is_decimal(value: &str) -> bool {
    value
        .split_once('.')
        .is_some_and(|(whole, rest)| all_digits(whole.as_bytes()) && all_digits(rest.as_bytes()))
}

/// Whether the value is a date or a year: 2024-01-05, 05/01/2024, 2019.
fn is_date(value: &str) -> bool {
    let groups: Vec<&str> = value.split(['-', '/', '.', ' ']).collect();
    let year =
        |group: &str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let small = |group: &str| {
        (1..=2).contains(&group.len()) && group.parse::<u8>().is_ok_and(|n| (1..=31).contains(&n))
    };
    match groups.as_slice() {
        [one] => year(one) && one.bytes().all(|byte| byte.is_ascii_digit()),
        [a, b, c] => (year(a) && small(b) && small(c)) || (small(a) && small(b) && year(c)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_to_their_ends() {
        for (rest, wanted) in [
            ("MRN-00123456, and", Some("MRN-00123456")),
            ("12-34-56.", Some("12-34-56")),
            ("943 476 5919 please", Some("943 476 5919")),
            ("AB 123456", Some("AB 123456")),
            ("E12345 2024", Some("E12345")),
            ("#MXC-438220", Some("#MXC-438220")),
            ("2024-01-05", None),
            ("1,250,000", None),
            ("07:30", None),
            ("12345.67", None),
            ("NO 123456", None),
            ("words", None),
        ] {
            let found = code(rest, 3..=12, 4..=16).and_then(|length| rest.get(..length));
            assert_eq!(found, wanted, "{rest}");
        }
    }

    #[test]
    fn a_label_belongs_to_one_field() {
        let mut seen = std::collections::BTreeMap::new();
        for field in FIELDS.into_iter().flatten() {
            for label in field.labels {
                assert_eq!(*label, label.to_lowercase(), "{}", field.rule.name);
                let before = seen.insert(*label, field.rule.name);
                assert_eq!(before, None, "{label} of {}", field.rule.name);
            }
        }
    }
}
