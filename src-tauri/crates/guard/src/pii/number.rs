//! Numbers with a check digit or a distinctive format: one scan proposes, the rules check.
//!
//! A text is cut into groups of letters and digits; neighbouring groups make windows, and a window
//! whose shape a [`NumberRule`] asks for goes to that rule's check. No regular expression runs.

use std::{ops::Range, sync::OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    NUMBERS, Rule,
    engine::{Hit, is_near, is_whole_word, is_within},
};
use crate::normalise::part;

/// Most letters and digits of a window.
const MAX_SIGNS: usize = 24;
/// Fewest digits of a chain of groups that is looked at.
const MIN_DIGITS: usize = 4;
/// Most groups of a window; a French NIR is written in seven.
const MAX_GROUPS: usize = 7;

/// A kind of number that its shape and its check tell.
pub(super) struct NumberRule {
    /// Its name, category, context and examples; it has no pattern.
    pub(super) rule: Rule,
    /// What it looks like: `9` a digit, `A` a capital letter, `X` either. Groups are divided by a
    /// space (any of ` -./`), `_` (a blank) or by that very sign. The number may also stand in one piece, unless
    /// the shape begins with `!`.
    pub(super) shapes: &'static [&'static str],
    /// Whether the letters and digits, in capitals and without dividers, are such a number.
    pub(super) check: fn(&[u8]) -> bool,
}

/// What each number rule needs: words near it, and so many digits at least.
pub(crate) fn needs() -> impl Iterator<Item = (Option<super::Context>, usize)> {
    NUMBERS.into_iter().flatten().map(|number| {
        let digits = |shape: &&str| shape.bytes().filter(|sign| *sign == b'9').count();
        let least = number.shapes.iter().map(digits).min().unwrap_or(0);
        (number.rule.context, least.max(MIN_DIGITS))
    })
}

/// The number rules, by the lengths of their shapes.
pub(super) struct Numbers {
    shapes: [Vec<Shape>; MAX_SIGNS + 1],
    /// Length of the shortest shape.
    least: usize,
    /// Made when a first number needs the words near it.
    words: OnceLock<Words>,
}

struct Shape {
    rule: &'static NumberRule,
    index: usize,
    letters: u32,
    either: u32,
    /// Before which signs a divider stands.
    borders: u32,
    dividers: Vec<u8>,
    must_divide: bool,
}

/// The context words of all number rules.
struct Words {
    automaton: AhoCorasick,
    users: Vec<Vec<usize>>,
}

impl Numbers {
    pub(super) fn new() -> Self {
        let mut shapes: [Vec<Shape>; MAX_SIGNS + 1] = std::array::from_fn(|_| Vec::new());
        for (index, rule) in NUMBERS.into_iter().flatten().enumerate() {
            for shape in rule.shapes {
                let (length, shape) = Shape::read(shape, rule, index);
                if let Some(list) = shapes.get_mut(length) {
                    list.push(shape);
                }
            }
        }
        let least = shapes.iter().position(|list| !list.is_empty()).unwrap_or(0);
        Self { shapes, least, words: OnceLock::new() }
    }

    /// Adds what the number rules find in `text`.
    pub(super) fn find(&self, text: &str, placeholders: &[Range<usize>], hits: &mut Vec<Hit>) {
        let mut context = None;
        let mut chain = Vec::with_capacity(MAX_GROUPS);
        let mut groups = Groups { bytes: text.as_bytes(), at: 0 };
        while groups.next_chain(&mut chain) {
            for first in 0..chain.len() {
                let reach = chain.get(first..).unwrap_or_default().iter().take(MAX_GROUPS);
                if reach.map(|group| group.end - group.start).sum::<usize>() < self.least {
                    continue;
                }
                self.windows(text, &chain, first, |shape, range| {
                    let near = shape.rule.rule.context.is_none_or(|wanted| {
                        let found = context
                            .get_or_insert_with(|| self.words().standing_in(text, placeholders));
                        let words = found.get(shape.index).map_or(&[][..], Vec::as_slice);
                        is_near(&wanted, words, &range)
                    });
                    if near {
                        hits.push(Hit { range, rule: &shape.rule.rule });
                    }
                });
            }
        }
    }

    /// Calls `found` for each window from group `first` on that has the shape and passes the check.
    fn windows(
        &self,
        text: &str,
        chain: &[Group],
        first: usize,
        mut found: impl FnMut(&Shape, Range<usize>),
    ) {
        let bytes = text.as_bytes();
        let mut window = Window::default();
        for (last, group) in chain.iter().enumerate().skip(first).take(MAX_GROUPS) {
            if !window.push(bytes, group, last > first) {
                return;
            }
            let Some(shapes) = self.shapes.get(window.length) else { return };
            for shape in shapes {
                if !window.has(shape) || !(shape.rule.check)(window.signs()) {
                    continue;
                }
                let start = chain.get(first).map_or(0, |group| group.start);
                let range = start..group.end;
                let lonely = shape.rule.rule.context.is_none() && window.borders != 0;
                if stands_free(text, &range, lonely) {
                    found(shape, range);
                }
            }
        }
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(Words::new)
    }
}

impl Shape {
    fn read(written: &str, rule: &'static NumberRule, index: usize) -> (usize, Self) {
        let must_divide = written.starts_with('!');
        let mut shape = Self {
            rule,
            index,
            letters: 0,
            either: 0,
            borders: 0,
            dividers: Vec::new(),
            must_divide,
        };
        let mut length = 0;
        for byte in written.trim_start_matches('!').bytes() {
            let bit = 1_u32 << length;
            match byte {
                b'9' => {}
                b'A' => shape.letters |= bit,
                b'X' => shape.either |= bit,
                divider => {
                    shape.borders |= bit;
                    shape.dividers.push(divider);
                    continue;
                }
            }
            length += 1;
        }
        (length, shape)
    }
}

impl Words {
    fn new() -> Self {
        let mut users = std::collections::BTreeMap::<&str, Vec<usize>>::new();
        for (index, rule) in NUMBERS.into_iter().flatten().enumerate() {
            for word in rule.rule.context.map_or(&[][..], |context| context.words) {
                users.entry(*word).or_default().push(index);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(users.keys())
            .expect("a few hundred short words fit an automaton");
        Self { automaton, users: users.into_values().collect() }
    }

    /// For each rule, where its words stand, in order of their ends.
    fn standing_in(&self, text: &str, placeholders: &[Range<usize>]) -> Vec<Vec<(usize, usize)>> {
        let mut places = vec![Vec::new(); NUMBERS.into_iter().flatten().count()];
        for found in self.automaton.find_overlapping_iter(text) {
            if is_within(&found.range(), placeholders) || !is_whole_word(text, &found.range()) {
                continue;
            }
            for &rule in self.users.get(found.pattern().as_usize()).into_iter().flatten() {
                if let Some(list) = places.get_mut(rule) {
                    list.push((found.start(), found.end()));
                }
            }
        }
        places
    }
}

/// A run of letters and digits.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

/// Reads chains: groups that a single divider joins, each with a digit or of few letters.
struct Groups<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Groups<'_> {
    /// Puts the next chain that may hold a number into `chain`; false at the end of the text.
    fn next_chain(&mut self, chain: &mut Vec<Group>) -> bool {
        loop {
            chain.clear();
            let mut digits = 0;
            loop {
                let Some((group, found)) = self.next_group() else { return digits >= MIN_DIGITS };
                let letters = group.end - group.start - found;
                if (found > 0 && group.end - group.start <= MAX_SIGNS) || letters <= 2 {
                    chain.push(group);
                    digits += found;
                } else {
                    // a word ends the chain before it
                    break;
                }
                let joined = matches!(self.bytes.get(group.end), Some(b' ' | b'-' | b'.' | b'/'))
                    && self.bytes.get(group.end + 1).is_some_and(u8::is_ascii_alphanumeric);
                if !joined {
                    break;
                }
            }
            if digits >= MIN_DIGITS {
                return true;
            }
        }
    }

    /// The next run of ASCII letters and digits that no other letter touches, and its digits.
    fn next_group(&mut self) -> Option<(Group, usize)> {
        loop {
            let skip = self.bytes.get(self.at..)?.iter().position(u8::is_ascii_alphanumeric)?;
            let start = self.at + skip;
            let run = self.bytes.get(start..)?;
            let length = run.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(run.len());
            let end = start + length;
            self.at = end;
            let foreign = |byte: Option<&u8>| byte.is_some_and(|byte| *byte >= 0x80);
            let before = start.checked_sub(1).and_then(|at| self.bytes.get(at));
            if !foreign(before) && !foreign(self.bytes.get(end)) {
                let digits = run.iter().take(length).filter(|byte| byte.is_ascii_digit()).count();
                return Some((Group { start, end }, digits));
            }
        }
    }
}

/// The signs of some groups in a row.
#[derive(Default)]
struct Window {
    signs: [u8; MAX_SIGNS],
    length: usize,
    letters: u32,
    borders: u32,
    dividers: [u8; MAX_GROUPS],
    divided: usize,
    lower: bool,
}

impl Window {
    /// Takes one more group; false when there is no room for it.
    fn push(&mut self, bytes: &[u8], group: &Group, joined: bool) -> bool {
        let run = bytes.get(group.start..group.end).unwrap_or_default();
        if self.length + run.len() > MAX_SIGNS {
            return false;
        }
        if joined {
            self.borders |= 1 << self.length;
            let divider = group.start.checked_sub(1).and_then(|at| bytes.get(at));
            if let (Some(slot), Some(divider)) = (self.dividers.get_mut(self.divided), divider) {
                *slot = *divider;
            }
            self.divided += 1;
        }
        for byte in run {
            if byte.is_ascii_alphabetic() {
                self.letters |= 1 << self.length;
                self.lower |= byte.is_ascii_lowercase();
            }
            if let Some(slot) = self.signs.get_mut(self.length) {
                *slot = byte.to_ascii_uppercase();
            }
            self.length += 1;
        }
        true
    }

    fn signs(&self) -> &[u8] {
        self.signs.get(..self.length).unwrap_or_default()
    }

    fn has(&self, shape: &Shape) -> bool {
        if self.letters & !shape.either != shape.letters || self.lower {
            return false;
        }
        if self.borders == 0 {
            return !shape.must_divide;
        }
        self.borders == shape.borders
            && self.dividers.iter().zip(&shape.dividers).all(|(here, wanted)| {
                here == wanted || *wanted == b' ' || (*wanted == b'_' && *here == b' ')
            })
    }
}

/// Whether the number is no part of a longer one, of an amount or of a decimal.
fn stands_free(text: &str, range: &Range<usize>, lonely: bool) -> bool {
    let mut before = part(text, ..range.start).chars().rev();
    let free_before = match before.next() {
        Some('-' | '/' | '.' | '+') => !before.next().is_some_and(char::is_alphanumeric),
        Some('_' | '$' | '£' | '€' | '¥') => false,
        Some(' ') if lonely => !before.next().is_some_and(|c| c.is_ascii_digit()),
        Some(',') => !before.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => !c.is_alphanumeric(),
        None => true,
    };
    let mut after = part(text, range.end..).chars();
    let free_after = match after.next() {
        Some('-' | '/' | '.' | '_') => !after.next().is_some_and(char::is_alphanumeric),
        Some(',' | ':') => !after.next().is_some_and(|c| c.is_ascii_digit()),
        Some(' ') if lonely => !after.next().is_some_and(|c| c.is_ascii_digit()),
        Some('%' | '°') => false,
        Some(c) => !c.is_alphanumeric(),
        None => true,
    };
    free_before && free_after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_fit_a_window() {
        for rule in NUMBERS.into_iter().flatten() {
            assert!(!rule.shapes.is_empty(), "{}", rule.rule.name);
            for written in rule.shapes {
                let (length, shape) = Shape::read(written, rule, 0);
                let fits = (6..=MAX_SIGNS).contains(&length);
                assert!(fits && shape.dividers.len() < MAX_GROUPS, "{}: {written}", rule.rule.name);
            }
        }
    }

    #[test]
    fn chains_are_cut_at_words_and_other_scripts() {
        let mut groups = Groups { bytes: "a 12-345 x/67 word 1 漢12345 99999".as_bytes(), at: 0 };
        let mut chain = Vec::new();
        assert!(groups.next_chain(&mut chain));
        assert_eq!(chain.len(), 5);
        assert!(groups.next_chain(&mut chain));
        assert_eq!(chain.len(), 1);
        assert!(!groups.next_chain(&mut chain));
    }
}
