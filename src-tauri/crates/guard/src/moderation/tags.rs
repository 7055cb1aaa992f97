//! Word classes beside the words, for the learned score.
//!
//! After each sentence stand one rare ideograph for each word of a class, in order, and before
//! those one pair of Braille signs for every two classes that meet in the sentence. The n-grams of
//! the score then see "a group, must, be done away with" whatever the words and the language are.
//! `packaging/guard_training/tags.py` does the same; the fixtures hold the two together.

use std::collections::HashMap;

use crate::{
    linear::{Kind, fold},
    normalise::part,
};

/// The classes and their words.
const LEXICON: &str = include_str!("tags.txt");

/// The first sign of each kind: rare ideographs (Unicode, Extension A) and Braille patterns.
const SEQUENCE: u32 = 0x3400;
const PAIR: u32 = 0x2801;

/// Classes of one word, and paired classes of one sentence, at most.
const MOST_CLASSES: usize = 2;
const MOST_PAIRED: usize = 10;

/// Characters of the longest ideographic entry.
const LONGEST_IDEOGRAPHIC: usize = 4;

/// Classes that say too little to be paired.
const COMMON: [&str; 6] = ["i", "we", "all", "mild", "reclaim", "ghetto"];

/// A set of classes, one bit each.
type Classes = u64;

/// The words of each class, ready to be looked up.
pub(super) struct Tags {
    exact: HashMap<&'static str, Classes>,
    /// Stems by their first character.
    stems: HashMap<char, Vec<(&'static str, Classes)>>,
    /// The classes that are paired.
    paired: Classes,
    quote: u32,
    question: u32,
}

/// A text with the signs of its classes.
pub(super) struct Tagged {
    pub(super) text: String,
    /// How many words of paired classes it has.
    pub(super) telling: usize,
}

impl Tags {
    pub(super) fn new() -> Self {
        let mut names: Vec<&str> = Vec::new();
        let mut exact: HashMap<&str, Classes> = HashMap::new();
        let mut stems: HashMap<char, Vec<(&str, Classes)>> = HashMap::new();
        for line in LEXICON.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, words)) = line.split_once(':') else { continue };
            let number = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            for word in words.split_whitespace() {
                match (word.strip_suffix('*'), word.chars().next()) {
                    (Some(stem), Some(first)) => {
                        stems.entry(first).or_default().push((stem, 1 << number));
                    }
                    _ => *exact.entry(word).or_default() |= 1 << number,
                }
            }
        }
        let count = u32::try_from(names.len()).expect("a test counts the classes");
        let common = names.iter().enumerate().filter(|(_, name)| COMMON.contains(name));
        let paired = !common.fold(0, |bits, (number, _)| bits | 1 << number);
        Self { exact, stems, paired, quote: count, question: count + 1 }
    }

    /// Folds `text` and puts the signs of its classes after each sentence.
    pub(super) fn tag(&self, text: &str) -> Tagged {
        let folded = fold(text);
        let mut writer = Writer {
            tags: self,
            out: String::with_capacity(folded.len() * 2),
            sentence: Vec::new(),
        };
        let mut telling = 0;
        let mut at = 0;
        while let Some(first) = part(&folded, at..).chars().next() {
            let kind = Kind::of(first);
            let rest = part(&folded, at..);
            let run = part(rest, ..rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len()));
            at += run.len();
            writer.out.push_str(run);
            telling += writer.read(kind, run);
        }
        writer.end_sentence();
        Tagged { text: writer.out, telling }
    }

    fn classes(&self, word: &str) -> Classes {
        let exact = self.exact.get(word).copied().unwrap_or_default();
        let first = word.chars().next();
        let stems = first.and_then(|first| self.stems.get(&first)).map_or(&[][..], Vec::as_slice);
        stems
            .iter()
            .filter(|(stem, _)| word.starts_with(stem))
            .fold(exact, |all, (_, bits)| all | bits)
    }
}

/// Writes a tagged text.
struct Writer<'t> {
    tags: &'t Tags,
    out: String,
    /// The numbers of the classes of the sentence so far.
    sentence: Vec<u32>,
}

impl Writer<'_> {
    /// Takes note of a run of characters of one kind; how many telling words it has.
    fn read(&mut self, kind: Kind, run: &str) -> usize {
        match kind {
            Kind::Space => 0,
            Kind::Word => self.note(self.tags.classes(run)),
            Kind::Ideograph => self.ideographs(run),
            Kind::Sign => {
                if run.contains(['"', '\u{201c}', '\u{201d}', '\u{201e}', '«', '»', '「']) {
                    self.push(self.tags.quote);
                }
                if run.contains(['.', '!', '?', '。', '\u{61f}', '\u{964}']) {
                    if run.contains('?') {
                        self.push(self.tags.question);
                    }
                    self.end_sentence();
                }
                0
            }
        }
    }

    fn ideographs(&mut self, run: &str) -> usize {
        let mut telling = 0;
        let mut at = 0;
        while let Some(first) = part(run, at..).chars().next() {
            let rest = part(run, at..);
            let mut ends = rest.char_indices().map(|(start, c)| start + c.len_utf8());
            let ends: Vec<usize> = ends.by_ref().take(LONGEST_IDEOGRAPHIC).collect();
            let known = ends.iter().rev().find_map(|end| {
                self.tags.exact.get(part(rest, ..*end)).map(|classes| (*end, *classes))
            });
            at += known.map_or(first.len_utf8(), |(end, _)| end);
            telling += known.map_or(0, |(_, classes)| self.note(classes));
        }
        telling
    }

    fn note(&mut self, classes: Classes) -> usize {
        for number in bits(classes).take(MOST_CLASSES) {
            self.push(number);
        }
        usize::from(classes & self.tags.paired != 0)
    }

    fn push(&mut self, number: u32) {
        if self.sentence.last() != Some(&number) {
            self.sentence.push(number);
        }
    }

    fn end_sentence(&mut self) {
        let met = self.sentence.iter().fold(0, |all: Classes, number| all | 1 << number);
        let paired: Vec<u32> = bits(met & self.tags.paired).take(MOST_PAIRED).collect();
        for (at, one) in paired.iter().enumerate() {
            for other in paired.iter().skip(at + 1) {
                self.out.push(' ');
                self.out.extend([one, other].map(|number| sign(PAIR + number)));
            }
        }
        self.out.push(' ');
        self.out.extend(self.sentence.drain(..).map(|number| sign(SEQUENCE + number)));
    }
}

fn bits(mut classes: Classes) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let number = classes.trailing_zeros();
        classes &= classes.wrapping_sub(1);
        (number < Classes::BITS).then_some(number)
    })
}

fn sign(code: u32) -> char {
    char::from_u32(code).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stand_after_each_sentence_whatever_the_language() {
        let tags = Tags::new();
        let signs = |text: &str| -> Vec<char> {
            let tagged = tags.tag(text).text;
            tagged.chars().filter(|c| ('\u{3400}'..='\u{3440}').contains(c)).collect()
        };
        assert_eq!(signs("Muslims are vermin."), signs("Juden sind Ungeziefer!"));
        assert_eq!(signs("Muslims are vermin.").len(), 2);
        assert_eq!(signs("黑人都是害虫").len(), 3);
        assert_eq!(signs("the tall house"), []);
        assert!(tags.tag("Muslims. Vermin.").text.starts_with("muslims. \u{3400}"));
        assert_eq!(tags.tag("black vermin").telling, 2);
    }

    #[test]
    fn the_lexicon_is_folded_and_its_classes_fit_a_set() {
        let tags = Tags::new();
        assert!(tags.question < Classes::BITS);
        let words = tags.exact.keys().copied();
        for word in words.chain(tags.stems.values().flatten().map(|(stem, _)| *stem)) {
            assert_eq!(fold(word), word);
        }
    }
}
