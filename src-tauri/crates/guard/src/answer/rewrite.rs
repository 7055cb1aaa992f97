//! Rewrites one stretch of an answer: everything that must not be shown leaves it.

use std::{borrow::Cow, ops::Range};

use regex::Regex;

use super::{echo::GRAM, links::Links, passages::Passages};
use crate::{
    Category, Evidence, Guard, Treatment,
    normalise::part,
    redact::{Located, Piece, locate, replace},
};

/// Taking one thing away may bring another to light; a stretch that needs more rounds is replaced.
const MAX_ROUNDS: usize = 8;

/// Rules for data that stay in an answer; redaction alone applies them, as the address rules. A
/// family name beside a given name, in a script whose every character is a word, shows only after
/// all of it was let out. Such names are hidden where they are private names or announced ones.
pub(super) const LEFT_OUT: [&str; 1] = ["person/family_name"];

/// The compiled rules for what is no datum.
pub(super) struct Rewriter {
    control: Regex,
    citation: Regex,
    placeholder: Regex,
    links: Links,
}

/// What a rewriting is based on.
pub(super) struct Basis<'a> {
    pub(super) guard: &'a Guard,
    pub(super) passages: &'a Passages,
    /// Lower case, letters and digits only; empty for none.
    pub(super) canary: &'a str,
    pub(super) citations: usize,
    /// What the detectors find in the text as it is, where that is known.
    pub(super) found: Option<&'a [Located]>,
}

impl Rewriter {
    pub(super) fn new() -> Self {
        let compile =
            |pattern: &str| Regex::new(pattern).expect("constant; each test compiles them all");
        let names: Vec<&str> = Category::ALL
            .iter()
            .map(|category| category.placeholder().trim_matches(['[', ']']))
            .chain(Category::ALL.iter().map(|category| category.as_str()))
            .filter(|name| !name.is_empty() && !name.contains(' '))
            .collect();
        Self {
            control: compile(
                r"(?i)<\|[^<>|\s]{1,64}\|>|<｜[^<>｜\s]{1,64}｜>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|</?think>",
            ),
            citation: compile(r"\s?\[[0-9]{1,4}(?:\s?[,;–-]\s?[0-9]{1,4}){0,20}\]"),
            placeholder: compile(&format!(r"\[(?:{})(?:_[0-9]{{1,9}})?\]", names.join("|"))),
            links: Links::new(),
        }
    }

    /// Rewrites `text`, of which the bytes up to `from` were shown before and only give context.
    ///
    /// `forced` are stretches that are replaced whatever the rules say. Returns what may be
    /// shown and what was changed, in bytes of `text`.
    pub(super) fn rewrite(
        &self,
        basis: &Basis<'_>,
        text: &str,
        from: usize,
        forced: &[Located],
    ) -> (String, Vec<Located>) {
        let mut pieces = vec![Piece::Kept(0..from), Piece::Kept(from..text.len())];
        let mut current = Cow::Borrowed(text);
        let mut edits = forced.to_vec();
        for round in 0..=MAX_ROUNDS {
            if edits.is_empty() {
                // what was taken away may have parted a datum
                let found = basis.found.filter(|_| round == 0);
                edits = self.edits(basis, &current, from, found);
            }
            if edits.is_empty() {
                let slot = |piece: &Piece| match piece {
                    Piece::Slot(slot) => Some(*slot),
                    Piece::Kept(_) => None,
                };
                let changes = pieces.iter().filter_map(slot).collect();
                return (part(&current, from..).to_owned(), changes);
            }
            pieces = replace(text, &pieces, &edits);
            current = pieces.iter().map(|piece| piece.text(text)).collect::<String>().into();
            edits.clear();
        }
        let everything = change(from, text.len(), Category::Other, "answer/unsettled", "[removed]");
        ("[removed]".to_owned(), vec![everything])
    }

    /// What the first rule with anything to say changes in `text`, not before byte `from`.
    fn edits(
        &self,
        basis: &Basis<'_>,
        text: &str,
        from: usize,
        found: Option<&[Located]>,
    ) -> Vec<Located> {
        // a canary of some length in the text as it is was forced
        let was_forced = found.is_some() && basis.canary.len() >= 2 * GRAM;
        let rules: [&dyn Fn() -> Vec<Located>; 7] = [
            &|| hidden(text),
            &|| self.control_tokens(text),
            &|| self.links.markup(text, basis.citations, basis.passages),
            &|| self.links.addresses(text, basis.passages),
            &|| self.citations(basis, text),
            &|| if was_forced { Vec::new() } else { canary(basis, text) },
            &|| self.data(basis, text, found),
        ];
        for rule in rules {
            let edits: Vec<Located> = rule()
                .into_iter()
                .filter(|edit| edit.end > from)
                .map(|edit| Located { start: edit.start.max(from), ..edit })
                .collect();
            if !edits.is_empty() {
                return edits;
            }
        }
        Vec::new()
    }

    fn control_tokens(&self, text: &str) -> Vec<Located> {
        let instructs = || text.as_bytes().windows(4).any(|w| w.eq_ignore_ascii_case(b"inst"));
        let may_control = text.contains('<') || (text.contains('[') && instructs());
        if !may_control {
            return Vec::new();
        }
        self.control
            .find_iter(text)
            .map(|m| change(m.start(), m.end(), Category::ControlToken, "answer/control-token", ""))
            .collect()
    }

    fn citations(&self, basis: &Basis<'_>, text: &str) -> Vec<Located> {
        if !text.as_bytes().windows(2).any(|two| matches!(two, [b'[', b'0'..=b'9'])) {
            return Vec::new();
        }
        let gone = |start, end| change(start, end, Category::Citation, "answer/citation", "");
        let mut edits = Vec::new();
        for found in self.citation.find_iter(text) {
            let numbers = crate::normalise::runs_of(found.as_str(), |c| c.is_ascii_digit());
            let exists = |range: &Range<usize>| {
                let number = part(found.as_str(), range.clone()).parse().unwrap_or(0);
                (1..=basis.citations).contains(&number)
            };
            if !numbers.iter().any(exists) {
                edits.push(gone(found.start(), found.end()));
                continue;
            }
            let at = found.start();
            let mut kept_before = false;
            for (place, number) in numbers.iter().enumerate() {
                let next = numbers.get(place + 1).map_or(number.end, |next| next.start);
                let previous = place.checked_sub(1).and_then(|p| numbers.get(p));
                match (exists(number), kept_before, previous) {
                    (true, _, _) => kept_before = true,
                    (false, true, Some(previous)) => {
                        edits.push(gone(at + previous.end, at + number.end));
                    }
                    (false, _, _) => edits.push(gone(at + number.start, at + next)),
                }
            }
        }
        edits
    }

    /// Personal data that no passage holds, and secrets wherever they come from.
    fn data(&self, basis: &Basis<'_>, text: &str, found: Option<&[Located]>) -> Vec<Located> {
        let mut found = match found {
            Some(found) => found.to_vec(),
            None => locate(basis.guard, &basis.guard.plain_readings(text)),
        };
        found.retain(|found| !LEFT_OUT.contains(&found.rule));
        found.retain_mut(|found| {
            // what was found in a longer text may reach beyond this one
            found.end = found.end.min(text.len());
            let datum = part(text, found.start..found.end);
            let known = found.category != Category::Secret && basis.passages.hold(datum);
            found.treatment == Treatment::Replace && found.start < found.end && !known
        });
        if !found.is_empty() && text.contains('[') {
            let placeholders: Vec<Range<usize>> =
                self.placeholder.find_iter(text).map(|m| m.range()).collect();
            found.retain(|found| holds_more(text, found, &placeholders));
        }
        found
    }
}

/// Whether `found` holds a letter or digit outside of `placeholders`.
fn holds_more(text: &str, found: &Located, placeholders: &[Range<usize>]) -> bool {
    let mut at = found.start;
    for one in placeholders.iter().filter(|one| one.start < found.end && found.start < one.end) {
        if part(text, at..one.start.max(at)).contains(char::is_alphanumeric) {
            return true;
        }
        at = one.end.min(found.end);
    }
    part(text, at..found.end).contains(char::is_alphanumeric)
}

/// One change that a rule of this module makes.
pub(super) const fn change(
    start: usize,
    end: usize,
    category: Category,
    rule: &'static str,
    shown: &'static str,
) -> Located {
    Located {
        start,
        end,
        category,
        rule,
        score: 1.0,
        evidence: Evidence::Validated,
        treatment: Treatment::Replace,
        shown,
    }
}

/// A stretch of the system prompt, as a change.
pub(super) const fn prompt_leak(range: Range<usize>) -> Located {
    let shown = Category::PromptLeak.placeholder();
    change(range.start, range.end, Category::PromptLeak, "answer/prompt", shown)
}

/// A part of the canary, as a change.
pub(super) const fn canary_leak(range: Range<usize>) -> Located {
    let shown = Category::PromptLeak.placeholder();
    change(range.start, range.end, Category::PromptLeak, CANARY, shown)
}

/// A private key, as a change.
pub(super) const fn key_block(range: Range<usize>) -> Located {
    let shown = Category::Secret.placeholder();
    change(range.start, range.end, Category::Secret, "secret/private-key", shown)
}

/// A name that must not be shown, as a change.
pub(super) const fn private_name(range: Range<usize>) -> Located {
    let shown = Category::Person.placeholder();
    change(range.start, range.end, Category::Person, "answer/private-name", shown)
}

/// An unbroken word or key block that grew beyond every bound, as a change.
pub(super) const fn endless(start: usize, end: usize) -> Located {
    change(start, end, Category::Other, "answer/endless", "[removed]")
}

/// The rule that finds the canary.
pub(super) const CANARY: &str = "answer/canary";

/// Characters that no screen shows: they hide data, and divide what the rules look for. Those that
/// shape other scripts and emoji stay where they stand among such.
fn hidden(text: &str) -> Vec<Located> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r')) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        let shapes = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
        let is_hidden = if shapes {
            previous.is_ascii_alphabetic() || previous.is_ascii_whitespace()
        } else {
            is_invisible(c)
        };
        if is_hidden {
            let category = Category::ControlToken;
            edits.push(change(at, at + c.len_utf8(), category, "answer/invisible", ""));
        } else {
            previous = c;
        }
    }
    edits
}

/// Control characters, and the default-ignorable code points (Unicode, `DerivedCoreProperties`)
/// that shape no script in living use.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}'
        | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn canary(basis: &Basis<'_>, text: &str) -> Vec<Located> {
    if basis.canary.is_empty() {
        return Vec::new();
    }
    let mut compact = String::with_capacity(text.len());
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii() {
            compact.push(c.to_ascii_lowercase());
        } else {
            compact.extend(c.to_lowercase());
        }
    }
    if !compact.contains(basis.canary) {
        return Vec::new();
    }
    let mut origin = Vec::with_capacity(compact.len());
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        origin.resize(origin.len() + c.to_lowercase().map(char::len_utf8).sum::<usize>(), at);
    }
    let end_of = |at: usize| at + part(text, at..).chars().next().map_or(0, char::len_utf8);
    compact
        .match_indices(basis.canary)
        .filter_map(|(at, found)| Some((*origin.get(at)?, *origin.get(at + found.len() - 1)?)))
        .map(|(first, last)| canary_leak(first..end_of(last)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_screen_shows_goes_and_what_shapes_a_script_stays() {
        let stays = "नि\u{200d}ल 👩\u{200d}👩\u{200d}👧 ✔\u{fe0f} a\tb\r\nc";
        assert!(hidden(stays).is_empty());
        let goes = "a\u{200b}b\u{200d}c\u{e0041}\u{202e}\u{7f}";
        assert_eq!(hidden(goes).len(), 5);
    }
}
