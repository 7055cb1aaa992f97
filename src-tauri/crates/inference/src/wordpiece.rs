//! Cuts text into the word pieces of an uncased BERT vocabulary, and remembers where each stood.
//!
//! The same as the tokeniser that the model was trained with (BERT's normaliser and
//! pre-tokeniser, greedy longest match): clean, set Chinese characters apart, strip accents, lower
//! case, cut at white space and at punctuation. Special tokens in a text are plain text here.

use std::collections::HashMap;

use serde::Deserialize;
use unicode_categories::UnicodeCategories;
use unicode_normalization::char::decompose_canonical;

/// A piece of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its number in the vocabulary.
    pub(crate) id: i32,
    /// Which word of the text it belongs to.
    pub(crate) word: usize,
}

/// Where a word stands in the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A text in pieces.
#[derive(Debug, Default)]
pub(crate) struct CutText {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) words: Vec<Word>,
    /// How many bytes of the text the pieces stand for.
    pub(crate) read: usize,
}

/// A vocabulary of word pieces.
pub(crate) struct WordPiece {
    /// Pieces that begin a word.
    first: HashMap<Box<str>, i32>,
    /// Pieces that go on, without their `##`.
    next: HashMap<Box<str>, i32>,
    /// The longest piece in characters.
    longest: usize,
    unknown: i32,
    begin: i32,
    end: i32,
}

/// A word of more characters than this is one unknown piece (`max_input_chars_per_word` of BERT).
const LONGEST_WORD: usize = 100;

#[derive(Deserialize)]
struct RawTokenizer {
    model: RawModel,
}

#[derive(Deserialize)]
struct RawModel {
    vocab: HashMap<String, i32>,
}

impl WordPiece {
    /// Reads a `tokenizer.json`; nothing when it has no such vocabulary.
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        let RawTokenizer { model: RawModel { vocab } } = serde_json::from_slice(json).ok()?;
        let special = |name: &str| vocab.get(name).copied();
        let (unknown, begin, end) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        let longest = vocab.keys().map(|piece| piece.chars().count()).max()?;
        let (mut first, mut next) = (HashMap::new(), HashMap::new());
        for (piece, id) in vocab {
            match piece.strip_prefix("##").filter(|rest| !rest.is_empty()) {
                Some(rest) => next.insert(rest.into(), id),
                None => first.insert(piece.into(), id),
            };
        }
        Some(Self { first, next, longest, unknown, begin, end })
    }

    /// The pieces that the model wants before and after a text.
    pub(crate) const fn brackets(&self) -> (i32, i32) {
        (self.begin, self.end)
    }

    /// Cuts `text`, and stops at the end of the word with which `most` pieces are reached.
    pub(crate) fn cut(&self, text: &str, most: usize) -> CutText {
        let mut made = CutText::default();
        let mut word = OpenWord::default();
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            match kind_of(c) {
                CharKind::Dropped => continue,
                CharKind::Space => self.close(&mut word, &mut made),
                CharKind::Alone => {
                    self.close(&mut word, &mut made);
                    word.push(c, at, end);
                    self.close(&mut word, &mut made);
                }
                CharKind::Inner => word.push(c, at, end),
            }
            if made.pieces.len() >= most {
                made.read = if word.text.is_empty() { end } else { word.start };
                return made;
            }
        }
        self.close(&mut word, &mut made);
        made.read = text.len();
        made
    }

    fn close(&self, word: &mut OpenWord, made: &mut CutText) {
        if word.text.is_empty() {
            return;
        }
        let index = made.words.len();
        made.words.push(Word { start: word.start, end: word.end });
        let before = made.pieces.len();
        if word.chars > LONGEST_WORD || !self.match_pieces(&word.text, index, &mut made.pieces) {
            made.pieces.truncate(before);
            made.pieces.push(Piece { id: self.unknown, word: index });
        }
        word.text.clear();
        word.chars = 0;
    }

    /// The longest piece that fits, again and again; `false` when at some point none does.
    fn match_pieces(&self, word: &str, index: usize, pieces: &mut Vec<Piece>) -> bool {
        let mut rest = word;
        let mut vocabulary = &self.first;
        while !rest.is_empty() {
            let longest = rest.char_indices().nth(self.longest).map_or(rest.len(), |(at, _)| at);
            let fit = rest
                .char_indices()
                .map(|(at, c)| at + c.len_utf8())
                .take_while(|end| *end <= longest)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .find_map(|end| {
                    let (piece, after) = rest.split_at(end);
                    vocabulary.get(piece).map(|id| (*id, after))
                });
            let Some((id, after)) = fit else { return false };
            pieces.push(Piece { id, word: index });
            rest = after;
            vocabulary = &self.next;
        }
        true
    }
}

#[derive(Default)]
struct OpenWord {
    /// As far as a match can need it: a longer word is unknown whatever it holds.
    text: String,
    chars: usize,
    start: usize,
    end: usize,
}

impl OpenWord {
    /// Adds a character without its accents, in lower case.
    fn push(&mut self, c: char, start: usize, end: usize) {
        if self.text.is_empty() {
            self.start = start;
        }
        self.end = end;
        if self.chars > LONGEST_WORD {
            return;
        }
        decompose_canonical(c, |plain| {
            if !plain.is_mark_nonspacing() {
                for lower in plain.to_lowercase() {
                    self.text.push(lower);
                    self.chars += 1;
                }
            }
        });
    }
}

enum CharKind {
    Dropped,
    Space,
    /// A word of its own: punctuation, a Chinese character.
    Alone,
    Inner,
}

fn kind_of(c: char) -> CharKind {
    if c.is_ascii_alphanumeric() {
        CharKind::Inner
    } else if c.is_whitespace() {
        CharKind::Space
    } else if c == '\u{fffd}' || c.is_other() {
        CharKind::Dropped
    } else if c.is_ascii_punctuation() || c.is_punctuation() || is_chinese(c) {
        CharKind::Alone
    } else {
        CharKind::Inner
    }
}

/// The blocks that BERT's normaliser sets apart: CJK ideographs, not kana or hangul.
const fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{20000}'..='\u{2a6df}'
        | '\u{2a700}'..='\u{2b73f}'
        | '\u{2b740}'..='\u{2b81f}'
        | '\u{2b920}'..='\u{2ceaf}'
        | '\u{f900}'..='\u{faff}'
        | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> WordPiece {
        let json = br###"{"model":{"vocab":{"[UNK]":1,"[CLS]":2,"[SEP]":3,"muller":4,"anna":5,
            ".":6,"an":7,"##dre":8,"##as":9,"[":10,"cls":11,"]":12}}}"###;
        WordPiece::read(json).expect("a vocabulary")
    }

    fn ids(text: &str) -> Vec<i32> {
        vocabulary().cut(text, usize::MAX).pieces.iter().map(|piece| piece.id).collect()
    }

    #[test]
    fn accents_and_case_go_and_offsets_stay() {
        let text = "  M\u{fc}ller. ANDREAS";
        let cut = vocabulary().cut(text, usize::MAX);
        assert_eq!(ids(text), [4, 6, 7, 8, 9]);
        let words: Vec<_> = cut.words.iter().filter_map(|w| text.get(w.start..w.end)).collect();
        assert_eq!(words, ["M\u{fc}ller", ".", "ANDREAS"]);
        assert_eq!(cut.pieces.last().map(|piece| piece.word), Some(2));
        assert_eq!(cut.read, text.len());
    }

    #[test]
    fn what_no_piece_fits_is_unknown_and_special_tokens_are_text() {
        assert_eq!(ids("anx anna"), [1, 5]);
        assert_eq!(ids("[CLS]"), [10, 11, 12]);
        assert_eq!(ids(&"an".repeat(60)), [1]);
        assert_eq!(ids("\u{200b}\u{fffd}\0"), Vec::<i32>::new());
        assert!(WordPiece::read(b"{}").is_none());
    }

    #[test]
    fn cutting_stops_at_a_word() {
        let text = "anna andreas anna";
        let cut = vocabulary().cut(text, 2);
        assert_eq!(cut.words.len(), 2);
        assert_eq!(cut.read, "anna andreas ".len());
    }
}
