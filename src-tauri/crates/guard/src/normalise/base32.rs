//! Base32 (RFC 4648), in capitals or small letters.

use data_encoding::BASE32_NOPAD;

use super::{
    decode::{Stretch, readable},
    disguise::Disguise,
    part,
};

/// Fewest characters that are read: ten bytes that are printable by chance are rare enough.
const MIN_BASE32: usize = 16;

pub(super) fn read(text: &str, at: usize, end: usize) -> Option<Stretch> {
    let word = part(text, at..end);
    let small = word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    let capital = word.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    if word.len() < MIN_BASE32 || !(small || capital) {
        return None;
    }
    // lengths that end in the middle of a byte are cut to the last whole one
    let whole = word.len() - usize::from(matches!(word.len() % 8, 1 | 3 | 6));
    let bits = word.get(..whole)?.to_ascii_uppercase();
    let clear = readable(BASE32_NOPAD.decode(bits.as_bytes()).ok()?)?;
    let padding = part(text, end..).bytes().take(6).take_while(|byte| *byte == b'=').count();
    Some(Stretch { end: end + padding, clear: Some(clear), disguise: Disguise::Base32 })
}
