//! Hexadecimal bytes: in a row, or each on its own with or without `0x` before it.

use super::{
    codes::is_word,
    decode::{Stretch, readable},
    disguise::Disguise,
    language::is_likely,
};

/// Fewest bytes that are read.
const MIN_BYTES: usize = 8;

/// Fewest bytes that are read when they are written in digits alone: they are rather a number.
const MIN_DIGIT_BYTES: usize = 12;

/// So many bytes in digits alone are letters, figures and blanks by chance too rarely to matter:
/// three pairs of digits in five are printable, and 0.6 to this power is five in a million.
const SURE_DIGIT_BYTES: usize = 24;

/// Whether every character is a hexadecimal digit.
pub(super) fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn read(text: &str, at: usize) -> Option<Stretch> {
    let rest = text.as_bytes().get(at..)?;
    let (mut place, mut end) = (0, 0);
    let mut bytes = Vec::new();
    let mut letters = false;
    loop {
        if rest.get(place) == Some(&b'0') && matches!(rest.get(place + 1), Some(b'x' | b'X')) {
            place += 2;
        }
        let (Some(high), Some(low)) = (digit(rest.get(place)), digit(rest.get(place + 1))) else {
            break;
        };
        letters |= high > 9 || low > 9;
        bytes.push(high << 4 | low);
        place += 2;
        end = place;
        place += rest
            .iter()
            .skip(place)
            .take(2)
            .take_while(|byte| matches!(byte, b' ' | b':' | b',' | b';' | b'-' | b'\n'))
            .count();
    }
    // the last pair is part of a longer word
    let joined = rest.get(end).is_some_and(u8::is_ascii_alphanumeric);
    if bytes.len() < MIN_BYTES + usize::from(joined) {
        return None;
    }
    if joined {
        end -= 2;
        bytes.pop();
    }
    let sure = letters || bytes.len() >= MIN_DIGIT_BYTES;
    let many = bytes.len() >= SURE_DIGIT_BYTES;
    let clear = readable(bytes).filter(|clear| {
        let told = is_likely(clear) || is_encoded(clear) || many && is_word(clear);
        sure && (letters || told)
    });
    Some(Stretch { end: at + end, clear, disguise: Disguise::Hex })
}

/// Whether the text is digits and signs of an encoding once more.
fn is_encoded(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit() || b" ,:;x%=&#\\".contains(&byte))
}

fn digit(byte: Option<&u8>) -> Option<u8> {
    let digit = char::from(*byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}
