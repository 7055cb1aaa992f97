//! Runs the rules over one text.

use std::{collections::BTreeMap, ops::Range};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::Regex;

use super::{
    ADDRESS_TABLES, Candidate, Context, Gate, Rule, TABLES, field::Fields, number::Numbers, window,
};
use crate::{Category, normalise::part};

/// Something that one rule found in one text, in bytes.
pub(crate) struct Hit {
    pub(crate) range: Range<usize>,
    pub(crate) rule: &'static Rule,
}

/// The compiled rules.
pub(crate) struct Detectors {
    rules: Vec<Compiled>,
    /// Every word of a gate or a context.
    words: AhoCorasick,
    /// For each of `words`: how long it is, and the rules whose gate or context it belongs to.
    users: Vec<Vec<usize>>,
    placeholder: Regex,
    numbers: Option<Numbers>,
    fields: Option<Fields>,
}

struct Compiled {
    rule: &'static Rule,
    pattern: Regex,
    context: Option<Context>,
    /// Whether the pattern marks the datum within its match.
    has_group: bool,
}

/// What one pass over a text tells about it.
struct Facts {
    digits: usize,
    /// For each rule, where its words stand, in order of their ends.
    words: Vec<Vec<(usize, usize)>>,
}

impl Detectors {
    pub(crate) fn new() -> Self {
        let plain = Self::of(&TABLES);
        Self { numbers: Some(Numbers::new()), fields: Some(Fields::new()), ..plain }
    }

    /// The rules for addresses.
    pub(crate) fn addresses() -> Self {
        Self::of(&ADDRESS_TABLES)
    }

    fn of(tables: &[&'static [Rule]]) -> Self {
        let rules: Vec<Compiled> = tables.iter().copied().flatten().map(Compiled::new).collect();
        let mut users: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, compiled) in rules.iter().enumerate() {
            let words = match (&compiled.context, &compiled.rule.gate) {
                (Some(context), _) => context.words,
                (None, Gate::Any(words)) => *words,
                (None, Gate::None | Gate::Digits(_)) => &[],
            };
            for word in words {
                users.entry(*word).or_default().push(index);
            }
        }
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(users.keys())
            .expect("a few hundred short words fit an automaton");
        let names: Vec<String> = Category::ALL
            .iter()
            .map(|category| category.placeholder().trim_matches(['[', ']']))
            .filter(|name| !name.is_empty())
            .map(regex::escape)
            .collect();
        // plain, or numbered where tokens are reversible
        let placeholder = Regex::new(&format!(r"\[(?:{})(?:_[0-9]{{1,3}})?\]", names.join("|")))
            .expect("escaped words make a valid pattern");
        let users = users.into_values().collect();
        Self { rules, words, users, placeholder, numbers: None, fields: None }
    }

    /// Every finding of every rule in `text`; they may overlap. Never in a placeholder alone.
    pub(crate) fn find(&self, text: &str) -> Vec<Hit> {
        let placeholders = self.placeholders(text);
        let facts = self.facts(text, &placeholders);
        let mut hits = Vec::new();
        for (index, compiled) in self.rules.iter().enumerate() {
            let words = &facts.words[index];
            let open = match (&compiled.context, &compiled.rule.gate) {
                (Some(_), gate) => !words.is_empty() && digits_suffice(gate, facts.digits),
                (None, Gate::Any(_)) => !words.is_empty(),
                (None, gate) => digits_suffice(gate, facts.digits),
            };
            if open {
                compiled.find(text, words, &mut hits);
            }
        }
        if let Some(numbers) = &self.numbers {
            numbers.find(text, &placeholders, &mut hits);
        }
        if let Some(fields) = &self.fields {
            fields.find(text, &placeholders, &mut hits);
        }
        hits.retain(|hit| holds_more_than_placeholders(text, &hit.range, &placeholders));
        hits
    }

    /// Where placeholders stand in `text`, in order.
    pub(crate) fn placeholders(&self, text: &str) -> Vec<Range<usize>> {
        if text.contains('[') {
            self.placeholder.find_iter(text).map(|m| m.range()).collect()
        } else {
            Vec::new()
        }
    }

    fn facts(&self, text: &str, placeholders: &[Range<usize>]) -> Facts {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let mut words = vec![Vec::new(); self.rules.len()];
        for found in self.words.find_overlapping_iter(text) {
            // the word BIRTH of a placeholder says nothing about what follows it
            if is_within(&found.range(), placeholders) {
                continue;
            }
            let whole = is_whole_word(text, &found.range());
            for &rule in &self.users[found.pattern()] {
                if whole || self.rules[rule].context.is_none() {
                    words[rule].push((found.start(), found.end()));
                }
            }
        }
        Facts { digits, words }
    }
}

impl Compiled {
    fn new(rule: &'static Rule) -> Self {
        let pattern = Regex::new(rule.pattern)
            .expect("patterns are constant and the test of the tables compiles them all");
        let has_group = pattern.capture_names().flatten().any(|name| name == "v");
        Self { rule, pattern, context: rule.context, has_group }
    }

    fn find(&self, text: &str, words: &[(usize, usize)], hits: &mut Vec<Hit>) {
        let anchors = if self.context.is_some() || matches!(self.rule.gate, Gate::Any(_)) {
            Some(words)
        } else {
            None
        };
        let mut sight = window::Sight::new(text);
        for window in window::windows(text, anchors, self.context.as_ref()) {
            sight.enter(&window);
            while let Some(whole) = sight.next(&self.pattern) {
                hits.extend(self.look(text, sight.text(), whole, words));
            }
        }
    }

    /// What the match `whole` holds, of which `seen` is as much of the text as it takes.
    fn look(
        &self,
        text: &str,
        seen: &str,
        whole: Range<usize>,
        words: &[(usize, usize)],
    ) -> Option<Hit> {
        if self.context.is_some_and(|context| !may_be_near(&context, words, &whole)) {
            return None;
        }
        let datum = if self.has_group { self.group(seen, &whole) } else { None };
        let range = datum.unwrap_or(whole);
        if self.context.is_some_and(|context| !is_near(&context, words, &range)) {
            return None;
        }
        let range = (self.rule.accept)(&Candidate { text, range })?;
        (!range.is_empty()).then_some(Hit { range, rule: self.rule })
    }

    /// The group `v` of the match `whole`.
    fn group(&self, text: &str, whole: &Range<usize>) -> Option<Range<usize>> {
        let captures = self.pattern.captures_at(text, whole.start)?;
        captures.name("v").map(|datum| datum.range())
    }
}

const fn digits_suffice(gate: &Gate, digits: usize) -> bool {
    match gate {
        Gate::Digits(least) => digits >= *least,
        Gate::None | Gate::Any(_) => true,
    }
}

/// Whether no letter or digit touches the word, the plural's `s` aside.
pub(super) fn is_whole_word(text: &str, range: &Range<usize>) -> bool {
    let before = part(text, ..range.start).chars().next_back();
    let mut after = part(text, range.end..).chars();
    let next = match after.next() {
        Some('s') => after.next(),
        next => next,
    };
    let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let inside = part(text, range.clone()).starts_with(char::is_alphanumeric);
    !(inside && joined(before) || joined(next))
}

pub(super) fn is_near(context: &Context, words: &[(usize, usize)], datum: &Range<usize>) -> bool {
    let first = words.partition_point(|(_, end)| *end + context.before < datum.start);
    words[first..]
        .iter()
        .take_while(|(start, _)| *start <= datum.end + context.after)
        .any(|(start, end)| *end <= datum.start || (context.after > 0 && *start >= datum.end))
}

/// Whether some part of `whole` may be near: quicker than to find the datum within it.
fn may_be_near(context: &Context, words: &[(usize, usize)], whole: &Range<usize>) -> bool {
    let first = words.partition_point(|(_, end)| *end + context.before < whole.start);
    words.get(first).is_some_and(|(start, _)| *start <= whole.end + context.after)
}

pub(super) fn is_within(word: &Range<usize>, placeholders: &[Range<usize>]) -> bool {
    let first = placeholders.partition_point(|placeholder| placeholder.end <= word.start);
    placeholders.get(first).is_some_and(|placeholder| placeholder.start <= word.start)
}

fn holds_more_than_placeholders(text: &str, range: &Range<usize>, taken: &[Range<usize>]) -> bool {
    let first = taken.partition_point(|placeholder| placeholder.end <= range.start);
    let mut at = range.start;
    for placeholder in taken[first..].iter().take_while(|p| p.start < range.end) {
        if part(text, at..placeholder.start.max(at)).contains(char::is_alphanumeric) {
            return true;
        }
        at = placeholder.end.min(range.end).max(at);
    }
    part(text, at..range.end).contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_around_an_example_hides_nothing() {
        let detectors = Detectors::new();
        let prose = "nothing of interest stands in this sentence at all.\n".repeat(60);
        let mut missed = Vec::new();
        for rule in TABLES.into_iter().flatten() {
            for (example, datum) in rule.finds {
                let text = format!("{prose}{example}\n{prose}");
                let hits = detectors.find(&text);
                let found = hits.iter().any(|hit| {
                    hit.rule.name == rule.name && part(&text, hit.range.clone()) == *datum
                });
                if !found {
                    missed.push((rule.name, *example));
                }
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
    }
}
