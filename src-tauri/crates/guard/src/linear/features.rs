//! The features of a text: hashed word 1- to 3-grams and character 3- to 5-grams, window by window.
//!
//! `packaging/guard_training/features.py` makes the same ones; the fixtures of each model hold
//! the two together.

use std::ops::RangeInclusive;

use unicode_normalization::char::decompose_compatible;

/// A window closes at the first token that brings it to so many grams, about 1,200 characters.
const WINDOW_GRAMS: u32 = 4096;

/// A longer token is cut into pieces of so many characters.
const MAX_TOKEN: usize = 32;

/// Offset basis and prime of 32-bit FNV-1a, which runs over code points here.
const START: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// Stands on both sides of a token when its character grams are cut.
const BOUNDARY: u32 = 0x20;

/// Takes the grams of a text as hashes.
pub(super) trait Grams {
    fn word(&mut self, hash: u32);
    fn character(&mut self, hash: u32);
    /// A window of `grams` grams is complete.
    fn close(&mut self, grams: u32);
}

/// Feeds the grams of `text` to `grams`; at least one window, which may be empty.
pub(super) fn read(text: &str, grams: &mut impl Grams) {
    let mut reader =
        Reader { grams, token: Vec::with_capacity(MAX_TOKEN), count: 0, one: None, two: None };
    let mut kind = Kind::Space;
    let mut closed = false;
    let mut units = |unit: char, reader: &mut Reader<'_, _>| {
        let next = Kind::of(unit);
        if next != kind || next == Kind::Ideograph {
            closed |= reader.end_token(kind);
            kind = next;
        } else if reader.token.len() == MAX_TOKEN && kind == Kind::Word {
            closed |= reader.end_token(kind);
        }
        if next != Kind::Space && reader.token.len() < MAX_TOKEN {
            reader.token.push(u32::from(unit));
        }
    };
    for c in text.chars() {
        fold_char(c, |unit| units(unit, &mut reader));
    }
    units(' ', &mut reader);
    if reader.count > 0 || !closed {
        reader.close();
    }
}

struct Reader<'g, G> {
    grams: &'g mut G,
    token: Vec<u32>,
    count: u32,
    /// The hash of the last word, and that of the last two.
    one: Option<u32>,
    two: Option<u32>,
}

impl<G: Grams> Reader<'_, G> {
    /// Counts the token that ends here; whether that closed a window.
    fn end_token(&mut self, kind: Kind) -> bool {
        let is_word = match kind {
            Kind::Word | Kind::Ideograph => true,
            Kind::Sign | Kind::Space => false,
        };
        // a lone sign says more about style than about intent
        if self.token.is_empty() || (!is_word && self.token.len() < 2) {
            self.token.clear();
            return false;
        }
        let hash = self.token.iter().fold(START, |hash, unit| step(hash, *unit));
        self.characters();
        self.word(hash);
        if is_word {
            let pair = self.one.map(|one| step(one.rotate_left(5), hash));
            if let Some(pair) = pair {
                self.word(pair);
            }
            if let Some(two) = self.two {
                self.word(step(two.rotate_left(5), hash));
            }
            (self.one, self.two) = (Some(hash), pair);
        }
        self.token.clear();
        let full = self.count >= WINDOW_GRAMS;
        if full {
            self.close();
        }
        full
    }

    fn word(&mut self, hash: u32) {
        self.grams.word(finish(hash));
        self.count += 1;
    }

    fn characters(&mut self) {
        let len = self.token.len();
        let unit = |at: usize| {
            if at == 0 || at > len { BOUNDARY } else { self.token[at - 1] }
        };
        for at in 0..len {
            let mut hash = step(step(step(START, unit(at)), unit(at + 1)), unit(at + 2));
            self.grams.character(finish(hash));
            self.count += 1;
            for next in at + 3..(at + 5).min(len + 2) {
                hash = step(hash, unit(next));
                self.grams.character(finish(hash));
                self.count += 1;
            }
        }
    }

    fn close(&mut self) {
        self.grams.close(self.count);
        (self.count, self.one, self.two) = (0, None, None);
    }
}

const fn step(hash: u32, unit: u32) -> u32 {
    (hash ^ unit).wrapping_mul(PRIME)
}

/// The finaliser of `MurmurHash3`: spreads the hash over the low bits, which choose the weight.
const fn finish(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// What a character is to the features.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Word,
    /// Chinese and Japanese characters, each of which is a word.
    Ideograph,
    Sign,
}

impl Kind {
    pub(crate) fn of(c: char) -> Self {
        match c {
            '0'..='9' | 'a'..='z' => Self::Word,
            '\0'..=' ' | '\u{7f}' => Self::Space,
            '!'..='~' => Self::Sign,
            _ if IDEOGRAPHS.iter().any(|range| range.contains(&c)) => Self::Ideograph,
            _ if SIGNS.iter().any(|range| range.contains(&c)) => Self::Sign,
            _ => Self::Word,
        }
    }
}

/// Kana and the common blocks of Chinese characters.
const IDEOGRAPHS: [RangeInclusive<char>; 3] =
    ['\u{3040}'..='\u{30ff}', '\u{3400}'..='\u{4dbf}', '\u{4e00}'..='\u{9fff}'];

/// Punctuation and symbols beyond ASCII, by block.
const SIGNS: [RangeInclusive<char>; 15] = [
    '\u{80}'..='\u{bf}',
    '\u{d7}'..='\u{d7}',
    '\u{f7}'..='\u{f7}',
    '\u{60c}'..='\u{60c}',
    '\u{61b}'..='\u{61b}',
    '\u{61f}'..='\u{61f}',
    '\u{66a}'..='\u{66d}',
    '\u{6d4}'..='\u{6d4}',
    '\u{964}'..='\u{965}',
    '\u{2000}'..='\u{206f}',
    '\u{20a0}'..='\u{20cf}',
    '\u{2190}'..='\u{2bff}',
    '\u{3000}'..='\u{303f}',
    '\u{fe30}'..='\u{fe4f}',
    '\u{1f000}'..='\u{1faff}',
];

/// `text` as its features see it; folded text stays as it is.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, |unit| folded.push(unit));
    }
    folded
}

/// `c` in lower case without accents, digits as 0; nothing for apostrophes and invisible ones.
fn fold_char(c: char, mut emit: impl FnMut(char)) {
    match c {
        '\''
        | '`'
        | '\u{ad}'
        | '\u{2018}'
        | '\u{2019}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{feff}' => {}
        '0'..='9' => emit('0'),
        '\0'..='\u{7f}' => emit(c.to_ascii_lowercase()),
        _ if IDEOGRAPHS.iter().any(|range| range.contains(&c)) => emit(c),
        '\u{ac00}'..='\u{d7a3}' => emit(c),
        _ => decompose_compatible(c, |part| {
            if !('\u{300}'..='\u{36f}').contains(&part) {
                for lower in part.to_lowercase() {
                    emit(if lower.is_ascii_digit() { '0' } else { lower });
                }
            }
        }),
    }
}
