//! Words after which a datum may stand, and what such a datum looks like, read off the rules.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::token::{KeyMap, Shape, Sieve, key};
use crate::pii::{Detectors, Gate, field, pattern_rules};

/// What a word must hold for the rules of a lead-in to find something in it that no sign of it
/// gives away. Ordered: what makes more words suspect is greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suspect {
    /// A digit or another telling sign.
    #[default]
    Hot,
    /// A capital.
    Capital,
    /// Nothing: any word may be the datum.
    Any,
}

/// The lead-ins of every rule.
pub(super) struct Leads {
    sieve: Sieve,
    /// Whole words, by key.
    words: KeyMap<Suspect>,
    /// Fronts of words, by their first two bytes.
    fronts: HashMap<[u8; 2], Vec<(&'static str, Suspect)>>,
    front_sieve: Sieve,
    /// The same, wherever they stand, and what each makes suspect.
    within: AhoCorasick,
    suspects: Vec<Suspect>,
    /// Fewest digits that a rule finds something in without any such word.
    pub(super) least_digits: usize,
    /// How many characters after a number the word may end that says what it is.
    pub(super) after: usize,
}

/// The longest word after a datum that may say what the datum is, as in `social security`.
const AFTER_WORD: usize = 24;

impl Leads {
    pub(super) fn new(detectors: &Detectors) -> Self {
        let mut words: KeyMap<Suspect> = KeyMap::default();
        let mut fronts: HashMap<[u8; 2], Vec<(&'static str, Suspect)>> = HashMap::new();
        let mut enter = |word: &str, suspect: Suspect| {
            if word.chars().count() < 2 {
                return;
            }
            // the engine, too, takes the plural for the word
            for known in [key(word), key(&format!("{word}s"))] {
                let entry = words.entry(known).or_default();
                *entry = (*entry).max(suspect);
            }
        };
        for word in detectors.lead_words() {
            enter(word, Suspect::Hot);
        }
        // what such a label announces is a word, which no sign gives away
        for word in field::lead_words() {
            enter(&word.to_lowercase(), Suspect::Any);
        }
        let (mut after, mut least_digits) = (field::MAX_REVERSED, usize::MAX);
        for rule in pattern_rules() {
            let suspect = suspect_of(rule.pattern);
            if let Some(context) = &rule.context {
                after = after.max(context.after);
                for entry in context.words {
                    for word in entry.split(|c: char| !c.is_alphanumeric()) {
                        if Some(word.len()) == longest(entry) {
                            enter(word, suspect);
                        }
                    }
                }
                if context.words.iter().any(|entry| longest(entry) < Some(2)) {
                    least_digits = 0;
                }
                continue;
            }
            match &rule.gate {
                Gate::Any(gate) => {
                    // a word that begins with a sign is hot for that sign
                    for word in gate.iter().filter(|word| word.starts_with(char::is_alphanumeric)) {
                        match word.as_bytes().first_chunk::<2>() {
                            Some(front) => {
                                fronts.entry(*front).or_default().push((word, suspect));
                            }
                            None => least_digits = 0,
                        }
                    }
                }
                Gate::Digits(least) => least_digits = least_digits.min(*least),
                Gate::None => least_digits = 0,
            }
        }
        let sieve = Sieve::new(words.keys().copied());
        let front_keys = fronts.values().flatten().map(|(front, _)| front_key(front));
        let front_sieve = Sieve::new(front_keys);
        let (known, suspects): (Vec<_>, _) = fronts.values().flatten().copied().unzip();
        let within = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(known)
            .expect("some dozens of short words fit an automaton");
        let after = after + AFTER_WORD;
        Self { sieve, words, fronts, front_sieve, within, suspects, least_digits, after }
    }

    /// Whether `word` leads to a datum, and to what kind.
    pub(super) fn find(&self, word: &str, shape: &Shape) -> Option<Suspect> {
        let mut found = self.word(shape.key);
        if shape.parted {
            let runs = word.split(|c: char| !c.is_alphanumeric());
            for run in runs.filter(|run| !run.is_empty()) {
                found = found.max(self.word(key(run))).max(self.front(run));
            }
        } else {
            found = found.max(self.front(word.trim_start_matches(|c: char| !c.is_alphanumeric())));
        }
        if shape.label {
            found = found.max(self.label(word));
        }
        found
    }

    fn word(&self, key: u64) -> Option<Suspect> {
        self.sieve.passes(key).then(|| self.words.get(&key).copied()).flatten()
    }

    fn front(&self, word: &str) -> Option<Suspect> {
        let [first, second] = *word.as_bytes().first_chunk::<2>()?;
        let known = self.front_sieve.passes(front_key(word))
            || self.front_sieve.passes(u64::from(u16::from_le_bytes([first, second]) | 0x2020));
        if !known {
            return None;
        }
        let front = [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
        let begins = |known: &str| {
            let front = word.as_bytes().get(..known.len());
            front.is_some_and(|front| front.eq_ignore_ascii_case(known.as_bytes()))
        };
        let known = self.fronts.get(&front)?.iter().filter(|(known, _)| begins(known));
        known.map(|(_, suspect)| *suspect).max()
    }

    /// A label such as `DB_PASSWORD=` may hold the word anywhere.
    fn label(&self, word: &str) -> Option<Suspect> {
        let found = self.within.find_overlapping_iter(word);
        found.filter_map(|found| self.suspects.get(found.pattern().as_usize()).copied()).max()
    }
}

/// The first three bytes of `word`, or two if it has no more, for the sieve.
fn front_key(word: &str) -> u64 {
    match *word.as_bytes() {
        [a, b, c, ..] => u64::from(u32::from_le_bytes([a, b, c, 0]) | 0x0020_2020),
        [a, b] => u64::from(u16::from_le_bytes([a, b]) | 0x2020),
        [] | [_] => 0,
    }
}

fn longest(entry: &str) -> Option<usize> {
    entry.split(|c: char| !c.is_alphanumeric()).map(str::len).max()
}

/// What every match of `pattern` holds.
fn suspect_of(pattern: &str) -> Suspect {
    let hir = regex_syntax::parse(pattern)
        .expect("patterns are constant and the test of the tables compiles them all");
    if can_match(&hir, &|c| is_cold(c) && !c.is_uppercase()) {
        Suspect::Any
    } else if can_match(&hir, &is_cold) {
        Suspect::Capital
    } else {
        Suspect::Hot
    }
}

/// Whether a word may hold `c` without being hot for it.
fn is_cold(c: char) -> bool {
    c.is_whitespace() || !Shape::of(c.encode_utf8(&mut [0; 4])).hot
}

/// Whether `hir` may match a text all of whose characters are `allowed`.
fn can_match(hir: &Hir, allowed: &impl Fn(char) -> bool) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).is_ok_and(|text| text.chars().all(allowed))
        }
        // of a large class the first characters of each range stand for all
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).take(128).any(allowed))
        }
        HirKind::Class(Class::Bytes(class)) => class
            .ranges()
            .iter()
            .any(|range| (range.start()..=range.end()).any(|byte| allowed(char::from(byte)))),
        HirKind::Repetition(repetition) => {
            repetition.min == 0 || can_match(&repetition.sub, allowed)
        }
        HirKind::Capture(capture) => can_match(&capture.sub, allowed),
        HirKind::Concat(parts) => parts.iter().all(|part| can_match(part, allowed)),
        HirKind::Alternation(parts) => parts.iter().any(|part| can_match(part, allowed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_tell_what_their_matches_hold() {
        for (pattern, suspect) in [
            (r"[0-9]{3}-[0-9]{2}", Suspect::Hot),
            (r"[a-z]+@[a-z]+", Suspect::Hot),
            (r"(?i)mr\.? (?P<v>\p{Lu}\p{L}+)", Suspect::Any),
            (r"(?:Mr|Mrs)\.? (?P<v>\p{Lu}\p{L}+)", Suspect::Capital),
            (r"password: [^\s]{3,}", Suspect::Any),
            (r"(?:[A-Z]{2})?[0-9]{2}", Suspect::Hot),
        ] {
            assert_eq!(suspect_of(pattern), suspect, "{pattern}");
        }
    }

    #[test]
    fn lead_ins_are_known_by_word_front_or_label() {
        let leads = Leads::new(&Detectors::new());
        let find = |word: &str| leads.find(word, &Shape::of(word));
        assert_eq!(find("name"), Some(Suspect::Capital));
        assert_eq!(find("name's"), Some(Suspect::Capital));
        assert_eq!(find("Mrs."), Some(Suspect::Capital));
        assert_eq!(find("DB_PASSWORD="), Some(Suspect::Any));
        assert_eq!(find("passphrase"), Some(Suspect::Any));
        assert_eq!(find("born"), Some(Suspect::Hot));
        assert_eq!(find("museum"), None);
    }
}
