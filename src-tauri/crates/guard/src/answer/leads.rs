//! Words after which a datum may stand, and what such a datum looks like, read off the rules.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{
    rewrite::LEFT_OUT,
    token::{KeyMap, Shape, Sieve, is_wide, key},
};
use crate::{
    normalise::part,
    pii::{
        Context, Gate, Rule,
        field::{self, Announced},
        number, pattern_rules,
    },
};

/// What a word must hold for the rules of a lead-in to find something in it that no sign of it
/// gives away. Ordered: what makes more words suspect is greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suspect {
    /// A digit in its first group, for which it is held whatever stands before it.
    #[default]
    Number,
    /// A digit or another telling sign.
    Hot,
    /// A capital.
    Capital,
    /// Nothing: any word may be the datum.
    Any,
}

/// A word that may lead to a datum, or follow one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lead {
    pub(super) suspect: Suspect,
    /// Fewest digits of such a datum; more than any text has where it does not depend on them.
    pub(super) digits: usize,
}

impl Lead {
    /// What stands for both.
    fn or(self, other: Self) -> Self {
        Self { suspect: self.suspect.max(other.suspect), digits: self.digits.min(other.digits) }
    }

    /// What a label leads to.
    const fn of(announced: Announced) -> Self {
        match announced {
            Announced::Number => Self { suspect: Suspect::Number, digits: 1 },
            Announced::Capitals => Self { suspect: Suspect::Capital, digits: 1 },
            Announced::Word => Self { suspect: Suspect::Any, digits: 1 },
        }
    }
}

/// The lead-ins of every rule.
pub(super) struct Leads {
    sieve: Sieve,
    /// Whole words, by key.
    words: KeyMap<Lead>,
    pair_sieve: Sieve,
    /// The last two words of labels of several, by the key of the pair.
    pairs: KeyMap<Lead>,
    /// Fronts of words, by their first two bytes.
    fronts: HashMap<[u8; 2], Vec<(&'static str, Lead)>>,
    front_sieve: Sieve,
    /// The same and the labels, wherever they stand, and what each makes suspect.
    within: AhoCorasick,
    data: Vec<Lead>,
    /// Fewest digits that a rule finds something in without any such word.
    pub(super) least_digits: usize,
    /// How many characters after a number the word may end that says what it is.
    pub(super) after: usize,
}

/// The lead-ins while they are gathered.
#[derive(Default)]
struct Draft {
    words: KeyMap<Lead>,
    pairs: KeyMap<Lead>,
    fronts: HashMap<[u8; 2], Vec<(&'static str, Lead)>>,
    labels: Vec<(String, Lead)>,
    /// A word so short that it cannot be known by itself leads to a datum with so many digits.
    least_digits: usize,
    after: usize,
}

impl Draft {
    fn enter_word(&mut self, word: &str, lead: Lead) {
        if word.chars().count() < 2 {
            return;
        }
        // the engine, too, takes the plural for the word
        for known in [key(word), key(&format!("{word}s"))] {
            enter(&mut self.words, known, lead);
        }
    }

    /// A label is known by its only word, or by its last two.
    fn enter_label(&mut self, label: &'static str, lead: Lead) {
        let joined = label.replace(' ', "");
        self.enter_word(&joined, lead);
        let mut last = label.rsplit(' ');
        if let (Some(last), Some(before)) = (last.next(), last.next()) {
            for last in [last, &format!("{last}s")] {
                enter(&mut self.pairs, pair(key(before), key(last)), lead);
            }
        }
        // a name in a program joins words with signs of many kinds
        let joints = ["", "_", "-"].into_iter();
        self.labels.extend(joints.map(|joint| (label.replace(' ', joint), lead)));
    }

    /// Every entry of a context is known by its longest word.
    fn enter_context(&mut self, context: &Context, lead: Lead) {
        for entry in context.words {
            for word in entry.split(|c: char| !c.is_alphanumeric()) {
                if Some(word.len()) == longest(entry) {
                    self.enter_word(word, lead);
                }
            }
            if context.after > 0 {
                self.after = self.after.max(context.after + entry.chars().count());
            }
        }
    }

    fn enter_rule(&mut self, rule: &'static Rule) {
        let lead = lead_of(rule);
        if let Some(context) = &rule.context {
            self.enter_context(context, lead);
            if context.words.iter().any(|entry| goes_unnoticed(entry)) {
                self.least_digits = 0;
            }
            return;
        }
        match &rule.gate {
            Gate::Any(gate) => {
                // a word that begins with a sign is hot for that sign
                for word in gate.iter().filter(|word| word.starts_with(char::is_alphanumeric)) {
                    self.enter_front(word, lead);
                }
            }
            Gate::Digits(_) => self.least_digits = self.least_digits.min(lead.digits),
            Gate::None => self.least_digits = 0,
        }
    }

    fn enter_front(&mut self, word: &'static str, lead: Lead) {
        let mut last = word.char_indices().rev().filter(|(_, c)| is_wide(*c));
        if let (Some((at, _)), Some((before, _))) = (last.next(), last.next()) {
            // in these scripts each character is a word
            enter(&mut self.pairs, pair(key(part(word, before..at)), key(part(word, at..))), lead);
            return;
        }
        match word.as_bytes().first_chunk::<2>() {
            Some(front) => self.fronts.entry(*front).or_default().push((word, lead)),
            None => self.least_digits = 0,
        }
    }
}

fn enter(known: &mut KeyMap<Lead>, key: u64, lead: Lead) {
    let entry = known.entry(key).or_insert(lead);
    *entry = entry.or(lead);
}

/// The key of two words in a row.
const fn pair(first: u64, second: u64) -> u64 {
    first.rotate_left(7) ^ second
}

/// A plural and the end of the word, after the last context word.
const PLURAL: usize = 2;

impl Leads {
    pub(super) fn new() -> Self {
        let mut draft = Draft {
            least_digits: usize::MAX,
            after: field::longest_afterthought(),
            ..Draft::default()
        };
        for (label, announced) in field::labels() {
            draft.enter_label(label, Lead::of(announced));
        }
        for (context, digits) in number::needs() {
            match context {
                Some(context) => {
                    draft.enter_context(&context, Lead { suspect: Suspect::Number, digits });
                }
                None => draft.least_digits = draft.least_digits.min(digits),
            }
        }
        for rule in pattern_rules().filter(|rule| !LEFT_OUT.contains(&rule.name)) {
            draft.enter_rule(rule);
        }
        let Draft { words, pairs, fronts, labels, least_digits, after } = draft;
        let front_keys = fronts.values().flatten().map(|(front, _)| front_key(front));
        let front_sieve = Sieve::new(front_keys);
        let leads = fronts.values().flatten().map(|(word, lead)| ((*word).to_owned(), *lead));
        let (known, data): (Vec<_>, _) = leads.chain(labels).unzip();
        let within = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(known)
            .expect("some thousand short words fit an automaton");
        Self {
            sieve: Sieve::new(words.keys().copied()),
            words,
            pair_sieve: Sieve::new(pairs.keys().copied()),
            pairs,
            fronts,
            front_sieve,
            within,
            data,
            least_digits,
            after: after + PLURAL,
        }
    }

    /// Whether `word` leads to a datum, and to what kind. The word before it has the key
    /// `previous`.
    pub(super) fn find(&self, word: &str, shape: &Shape, previous: u64) -> Option<Lead> {
        let mut found = either(self.word(shape.key), self.pair(previous, shape.key));
        if shape.parted {
            let mut before = previous;
            let runs = word.split(|c: char| !c.is_alphanumeric());
            for run in runs.filter(|run| !run.is_empty()) {
                let key = key(run);
                let known = either(self.word(key), self.pair(before, key));
                found = either(found, either(known, self.front(run)));
                before = key;
            }
        } else {
            let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
            found = either(found, self.front(bare));
        }
        if shape.label { either(found, self.label(word)) } else { found }
    }

    fn pair(&self, first: u64, second: u64) -> Option<Lead> {
        let key = pair(first, second);
        self.pair_sieve.passes(key).then(|| self.pairs.get(&key).copied()).flatten()
    }

    fn word(&self, key: u64) -> Option<Lead> {
        self.sieve.passes(key).then(|| self.words.get(&key).copied()).flatten()
    }

    fn front(&self, word: &str) -> Option<Lead> {
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
        known.map(|(_, lead)| *lead).reduce(Lead::or)
    }

    /// A label such as `DB_PASSWORD=` may hold the word anywhere.
    fn label(&self, word: &str) -> Option<Lead> {
        let found = self.within.find_overlapping_iter(word);
        found
            .filter_map(|found| self.data.get(found.pattern().as_usize()).copied())
            .reduce(Lead::or)
    }
}

fn either(one: Option<Lead>, other: Option<Lead>) -> Option<Lead> {
    one.into_iter().chain(other).reduce(Lead::or)
}

/// The first three bytes of `word`, or two if it has no more, for the sieve.
fn front_key(word: &str) -> u64 {
    match *word.as_bytes() {
        [a, b, c, ..] => u64::from(u32::from_le_bytes([a, b, c, 0]) | 0x0020_2020),
        [a, b] => u64::from(u16::from_le_bytes([a, b]) | 0x2020),
        [] | [_] => 0,
    }
}

/// Whether a text may hold the context word `entry` and neither a word to know it by nor a sign.
fn goes_unnoticed(entry: &str) -> bool {
    longest(entry) < Some(2) && !Shape::of(entry).sign
}

fn longest(entry: &str) -> Option<usize> {
    entry.split(|c: char| !c.is_alphanumeric()).map(str::len).max()
}

/// What the lead-ins of `rule` lead to.
fn lead_of(rule: &Rule) -> Lead {
    let hir = regex_syntax::parse(rule.pattern)
        .expect("patterns are constant and the test of the tables compiles them all");
    let suspect = match suspect_of(&hir) {
        Suspect::Hot if !can_begin(&hir, &|c| !begins_group(c)) => Suspect::Number,
        suspect => suspect,
    };
    let plain = |c: char| c.is_whitespace() || !Shape::of(c.encode_utf8(&mut [0; 4])).sign;
    let digits = match rule.gate {
        _ if !can_match(&hir, &plain) => usize::MAX,
        // a word that is suspect for its capital, or at all, is looked at for that
        _ if suspect == Suspect::Any || !can_match(&hir, &|c| !c.is_uppercase()) => usize::MAX,
        Gate::Digits(least) => least.max(least_digits(&hir)),
        Gate::None | Gate::Any(_) => least_digits(&hir),
    };
    Lead { suspect, digits }
}

/// What every match holds.
fn suspect_of(hir: &Hir) -> Suspect {
    if can_match(hir, &|c| is_cold(c) && !c.is_uppercase()) {
        Suspect::Any
    } else if can_match(hir, &is_cold) {
        Suspect::Capital
    } else {
        Suspect::Hot
    }
}

/// Fewest digits of a match.
fn least_digits(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.iter().filter(|byte| byte.is_ascii_digit()).count(),
        HirKind::Class(_) => usize::from(!can_match(hir, &|c| !c.is_ascii_digit())),
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).unwrap_or(usize::MAX);
            least.saturating_mul(least_digits(&repetition.sub))
        }
        HirKind::Capture(capture) => least_digits(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(least_digits).sum(),
        HirKind::Alternation(parts) => parts.iter().map(least_digits).min().unwrap_or(0),
    }
}

/// Whether a word may hold `c` without being hot for it.
fn is_cold(c: char) -> bool {
    c.is_whitespace() || !Shape::of(c.encode_utf8(&mut [0; 4])).hot
}

/// Whether a word that begins with `c` is held for that.
fn begins_group(c: char) -> bool {
    c.is_ascii_digit() || c.is_uppercase() || matches!(c, '(' | '+')
}

/// Whether `hir` may match a text that begins with an `allowed` character.
fn can_begin(hir: &Hir, allowed: &impl Fn(char) -> bool) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0)
            .is_ok_and(|text| text.chars().next().is_some_and(allowed)),
        HirKind::Class(_) => can_match(hir, allowed),
        HirKind::Repetition(repetition) => can_begin(&repetition.sub, allowed),
        HirKind::Capture(capture) => can_begin(&capture.sub, allowed),
        HirKind::Concat(parts) => {
            let empty = |part: &&Hir| part.properties().minimum_len() == Some(0);
            let fronts = parts.iter().take_while(empty).count() + 1;
            parts.iter().take(fronts).any(|part| can_begin(part, allowed))
        }
        HirKind::Alternation(parts) => parts.iter().any(|part| can_begin(part, allowed)),
    }
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
            let hir = regex_syntax::parse(pattern).expect("a pattern");
            assert_eq!(suspect_of(&hir), suspect, "{pattern}");
        }
    }

    #[test]
    fn patterns_tell_how_many_digits_their_matches_hold() {
        for (pattern, digits) in [
            (r"[0-9]{3}-[0-9]{2}", 5),
            (r"(?:a1|23|4[0-9]x)", 1),
            (r"[A-Z0-9]{4}", 0),
            ("(?:00)?", 0),
        ] {
            let hir = regex_syntax::parse(pattern).expect("a pattern");
            assert_eq!(least_digits(&hir), digits, "{pattern}");
        }
    }

    #[test]
    fn patterns_tell_what_their_matches_begin_with() {
        for (pattern, begins) in [
            (r"(?:\+|(?-u:\b)00|\()?[0-9]{3}", false),
            (r"(?:[a-z]{3} )?[0-9]{3}", true),
            (r"[0-9]{3}[a-z]", false),
            (r"(?i)may [0-9]", true),
        ] {
            let hir = regex_syntax::parse(pattern).expect("a pattern");
            assert_eq!(can_begin(&hir, &|c| !begins_group(c)), begins, "{pattern}");
        }
    }

    #[test]
    fn lead_ins_are_known_by_word_front_or_label() {
        let leads = Leads::new();
        let find = |word: &str| leads.find(word, &Shape::of(word), 0).map(|lead| lead.suspect);
        assert_eq!(find("name"), Some(Suspect::Capital));
        assert_eq!(find("name's"), Some(Suspect::Capital));
        assert_eq!(find("Mrs."), Some(Suspect::Capital));
        assert_eq!(find("DB_PASSWORD="), Some(Suspect::Any));
        assert_eq!(find("passphrase"), Some(Suspect::Any));
        assert_eq!(find("born"), Some(Suspect::Hot));
        assert_eq!(find("museum"), None);
    }

    #[test]
    fn labels_of_several_words_are_known_by_the_last_two() {
        let leads = Leads::new();
        let find = |previous: &str, word: &str| {
            leads.find(word, &Shape::of(word), key(previous)).map(|lead| lead.suspect)
        };
        assert_eq!(find("user", "names:"), Some(Suspect::Any));
        assert_eq!(find("", "user_name"), Some(Suspect::Any));
        assert_eq!(find("my", "old-user-name"), Some(Suspect::Any));
        assert_eq!(find("login", "id"), Some(Suspect::Any));
        assert_ne!(find("the", "\"myEmployeeId\":"), None);
        assert_eq!(find("large", "id"), None);
        assert_eq!(find("이", "름"), Some(Suspect::Any));
    }
}
