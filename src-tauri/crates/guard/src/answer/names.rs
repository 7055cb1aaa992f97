//! Names that must not be shown, found wherever they stand: in any letter case, with or without
//! accents, whatever divides their words.
//!
//! The names are kept in order, without what is no letter or digit. Each word of the answer opens
//! a place at which a name may begin; as long as the letters from there on are the front of some
//! name, the place stays open. So all names are looked for at once, and what may become one is
//! known at every moment.

use std::ops::Range;

use unicode_normalization::char::decompose_canonical;

use super::token::Sieve;

/// Fewest letters of a name: below it, ordinary words would go.
const MIN_LETTERS: usize = 3;

/// Most letters of a name, so that no more than [`super::MAX_HELD`] characters wait for its end.
const MAX_LETTERS: usize = 80;

/// The names, and where in the answer one of them may be under way.
#[derive(Default)]
pub(super) struct Names {
    /// The names' letters, in order, each once.
    letters: Vec<String>,
    /// The first letter of each name.
    fronts: Option<Sieve>,
    open: Vec<Place>,
    run: String,
}

/// A place from which on the letters are the front of the names `first..end`.
#[derive(Clone, Copy)]
struct Place {
    from: usize,
    first: usize,
    end: usize,
    letters: usize,
}

impl Names {
    pub(super) fn new(names: &[String]) -> Self {
        let mut letters: Vec<String> = names
            .iter()
            .map(|name| name.chars().flat_map(letter).collect::<String>())
            .filter(|name| (MIN_LETTERS..=MAX_LETTERS).contains(&name.chars().count()))
            .collect();
        letters.sort_unstable();
        letters.dedup();
        let fronts =
            (!letters.is_empty()).then(|| Sieve::new(letters.iter().map(|n| first_letter(n))));
        Self { letters, fronts, ..Self::default() }
    }

    /// Takes the next token, which starts at byte `start` of the answer, and gives every name that
    /// ends in it to `found`.
    pub(super) fn advance(
        &mut self,
        token: &str,
        start: usize,
        mut found: impl FnMut(Range<usize>),
    ) {
        if self.fronts.is_none() {
            return;
        }
        for run in crate::normalise::runs_of(token, is_part) {
            let word = crate::normalise::part(token, run.clone());
            self.run.clear();
            self.run.extend(word.chars().flat_map(letter));
            if !self.run.is_empty() {
                self.take(start + run.start..start + run.end, &mut found);
            }
        }
    }

    fn take(&mut self, word: Range<usize>, found: &mut impl FnMut(Range<usize>)) {
        let begins = self.fronts.as_ref().is_some_and(|s| s.passes(first_letter(&self.run)));
        if begins {
            let end = self.letters.len();
            self.open.push(Place { from: word.start, first: 0, end, letters: 0 });
        }
        let (names, run) = (&self.letters, self.run.as_bytes());
        self.open.retain_mut(|place| {
            let front = |name: &String| {
                let rest = name.as_bytes().get(place.letters..).unwrap_or_default();
                rest.get(..run.len()).unwrap_or(rest).cmp(run)
            };
            let open = names.get(place.first..place.end).unwrap_or_default();
            let first = place.first + open.partition_point(|name| front(name).is_lt());
            let end = place.first + open.partition_point(|name| front(name).is_le());
            let letters = place.letters + run.len();
            *place = Place { first, end, letters, ..*place };
            if names.get(first).is_some_and(|name| first < end && name.len() == letters) {
                found(place.from..word.end);
            }
            first < end
        });
    }

    /// Whether no name is under way.
    pub(super) const fn is_free(&self) -> bool {
        self.open.is_empty()
    }

    /// Where the words begin that may yet become a name.
    pub(super) fn held_from(&self) -> Option<usize> {
        self.open.first().map(|place| place.from)
    }

    /// Forgets the last words.
    pub(super) fn reset(&mut self) {
        self.open.clear();
    }
}

fn first_letter(name: &str) -> u64 {
    name.chars().next().map_or(0, |c| u64::from(u32::from(c)))
}

/// Whether `c` is a letter, a digit, or an accent on one.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// `c` in lower case without its accent; nothing for an accent alone.
fn letter(c: char) -> impl Iterator<Item = char> {
    let mut base = None;
    decompose_canonical(c, |part| base = base.or(Some(part)));
    base.filter(|c| c.is_alphanumeric()).into_iter().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(answer: &str) -> Vec<&str> {
        let names = ["Ada Byron", "Byron", "Élodie Q.", "漢字名", "Io", "Ada Byron-King"];
        let mut names = Names::new(&names.map(str::to_owned));
        let mut ranges = Vec::new();
        let mut at = 0;
        for token in super::super::token::tokens(answer) {
            names.advance(token, at, |range| ranges.push(range));
            at += token.len();
        }
        ranges.into_iter().map(|range| crate::normalise::part(answer, range)).collect()
    }

    #[test]
    fn names_are_found_in_any_writing_and_only_whole() {
        assert_eq!(found("for ADA  byron's mother"), ["ADA  byron", "byron"]);
        assert_eq!(found("A.d.a B-y-r-o-n"), ["A.d.a B-y-r-o-n", "B-y-r-o-n"]);
        assert_eq!(found("adabyron, elodie q and 漢字名"), ["adabyron", "elodie q", "漢字名"]);
        assert_eq!(found("E\u{301}lodie\nQ"), ["E\u{301}lodie\nQ"]);
        assert!(found("Byronic Adab yronx Io Ada, then Byr").is_empty());
        assert_eq!(found("Ada Ada Byron King"), ["Ada Byron", "Byron", "Ada Byron King"]);
    }
}
