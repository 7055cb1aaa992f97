//! Base64 (RFC 4648): either alphabet, with and without padding, broken into lines, mirrored, or
//! with its letters turned by rot13.

use data_encoding::{Encoding, Specification};

use super::{
    decode::{Stretch, readable},
    disguise::Disguise,
    language::is_likely,
    part,
};

/// Fewest characters that are read whatever they say: below it words decode by chance.
const MIN_SURE: usize = 16;

/// Fewest characters that are read in the mirror whatever they say: three tries, not one.
const MIN_TURNED: usize = 24;

/// Fewest characters of a line that may go on in the next.
const MIN_LINE: usize = 12;

pub(super) struct Base64(Encoding);

impl Base64 {
    pub(super) fn new() -> Self {
        let mut base64 = Specification::new();
        base64.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
        base64.translate.from.push_str("-_");
        base64.translate.to.push_str("+/");
        base64.check_trailing_bits = false;
        Self(base64.encoding().expect("RFC 4648 alphabets make a valid specification"))
    }

    /// The word from `at` to `end`, and the lines that go on with it.
    pub(super) fn read(&self, text: &str, at: usize, end: usize) -> Option<Stretch> {
        let stretch = |end, clear| Stretch { end, clear: Some(clear), disguise: Disguise::Base64 };
        let word = part(text, at..end);
        if !has_mixed_signs(word) {
            return None;
        }
        let (joined, last) = lines(text, at, end);
        if last > end
            && let Some(clear) = self.clear(&joined)
        {
            return Some(stretch(skip_padding(text, last), clear));
        }
        if let Some(clear) = self.clear(word).or_else(|| self.turned(word)) {
            return Some(stretch(skip_padding(text, end), clear));
        }
        // a path or a list of words joined by the alphabet's signs
        let piece = word.split(['/', '-', '_', '+']).next()?;
        let clear = self.clear(piece).filter(|_| piece.len() < word.len())?;
        Some(stretch(at + piece.len(), clear))
    }

    fn clear(&self, word: &str) -> Option<String> {
        if word.len() < 8 {
            return None;
        }
        // a stray last character is cut off: a run may end in the full stop's neighbour
        let whole = if word.len() % 4 == 1 { word.len() - 1 } else { word.len() };
        let clear = readable(self.0.decode(word.get(..whole)?.as_bytes()).ok()?)?;
        (word.len() >= MIN_SURE || is_likely(&clear)).then_some(clear)
    }

    /// Mirrored, or with its letters turned by rot13.
    fn turned(&self, word: &str) -> Option<String> {
        if word.len() < MIN_SURE {
            return None;
        }
        let is_sure = |clear: &String| word.len() >= MIN_TURNED || is_likely(clear);
        let mirrored: String = word.chars().rev().collect();
        let rot13 = || word.chars().map(rot13).collect::<String>();
        self.clear(&mirrored).filter(is_sure).or_else(|| self.clear(&rot13()).filter(is_sure))
    }
}

/// Whether `byte` is one of base64's, padding aside.
pub(super) const fn is_sign(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn rot13(c: char) -> char {
    match (c, u8::try_from(c)) {
        ('a'..='m' | 'A'..='M', Ok(byte)) => char::from(byte + 13),
        ('n'..='z' | 'N'..='Z', Ok(byte)) => char::from(byte - 13),
        _ => c,
    }
}

/// Whether `word` mixes small and capital letters or digits, past its first letter.
fn has_mixed_signs(word: &str) -> bool {
    let mut rest = word.bytes().skip(1).filter(u8::is_ascii_alphanumeric);
    let mut seen = [false; 3];
    rest.any(|byte| {
        seen[if byte.is_ascii_digit() { 2 } else { usize::from(byte.is_ascii_uppercase()) }] = true;
        seen.iter().filter(|one| **one).count() > 1
    })
}

/// The word with the lines that follow it without anything else, and where they end.
fn lines(text: &str, at: usize, end: usize) -> (String, usize) {
    let mut joined = part(text, at..end).to_owned();
    let (width, mut last) = (end - at, end);
    if width < MIN_LINE {
        return (joined, last);
    }
    while let Some(next) = part(text, last..).strip_prefix('\n') {
        let length = next.bytes().position(|byte| !is_sign(byte)).unwrap_or(next.len());
        if length == 0 || length > width {
            break;
        }
        joined.push_str(part(next, ..length));
        last += 1 + length;
        if length < width {
            break;
        }
    }
    (joined, last)
}

fn skip_padding(text: &str, end: usize) -> usize {
    end + part(text, end..).bytes().take(2).take_while(|byte| *byte == b'=').count()
}
