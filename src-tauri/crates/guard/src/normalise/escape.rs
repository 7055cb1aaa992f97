//! Escapes of programming languages: `\u0069`, `\u{69}`, `\x69`, `\151`, `%u0069`, `U+0069`, and the
//! line breaks of quoted strings.

use super::{decode::Stretch, disguise::Disguise, part};

/// One escape: a unit of UTF-16, a byte or a character.
enum Escape {
    Unit(u16),
    Byte(u8),
    Char(char),
}

/// A run of escapes.
pub(super) fn read(text: &str, at: usize) -> Option<Stretch> {
    let (mut clear, mut units, mut bytes) = (String::new(), Vec::new(), Vec::new());
    let mut end = at;
    while let Some((escape, length)) = one(part(text, end..)) {
        // runs of bytes and of units are each read as a whole
        if !matches!(escape, Escape::Unit(_)) {
            flush_units(&mut units, &mut clear)?;
        }
        if !matches!(escape, Escape::Byte(_)) {
            flush_bytes(&mut bytes, &mut clear);
        }
        match escape {
            Escape::Unit(unit) => units.push(unit),
            Escape::Byte(byte) => bytes.push(byte),
            Escape::Char(c) => clear.push(c),
        }
        end += length;
    }
    flush_units(&mut units, &mut clear)?;
    flush_bytes(&mut bytes, &mut clear);
    (end > at).then_some(Stretch { end, clear: Some(clear), disguise: Disguise::Escape })
}

/// A lone surrogate is no text.
fn flush_units(units: &mut Vec<u16>, clear: &mut String) -> Option<()> {
    clear.push_str(&String::from_utf16(units).ok()?);
    units.clear();
    Some(())
}

/// UTF-8, or else Latin-1.
fn flush_bytes(bytes: &mut Vec<u8>, clear: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => clear.push_str(text),
        Err(_) => clear.extend(bytes.iter().map(|byte| char::from(*byte))),
    }
    bytes.clear();
}

/// The escape that `text` begins with, and its length.
fn one(text: &str) -> Option<(Escape, usize)> {
    let bytes = text.as_bytes();
    let code = |from: usize, digits: usize| {
        let digits = text.get(from..from + digits)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| plain)
    };
    let unit = |from: usize| Some((Escape::Unit(u16::try_from(code(from, 4)?).ok()?), from + 4));
    match bytes {
        [b'\\', b'u', b'{', rest @ ..] => {
            let digits = rest.iter().take(7).position(|byte| *byte == b'}')?;
            Some((Escape::Char(char::from_u32(code(3, digits)?)?), 4 + digits))
        }
        [b'%' | b'\\', b'u', ..] => unit(2),
        [b'\\', b'U', ..] => Some((Escape::Char(char::from_u32(code(2, 8)?)?), 10)),
        [b'\\', b'x', ..] => Some((Escape::Byte(u8::try_from(code(2, 2)?).ok()?), 4)),
        [b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => {
            Some((Escape::Byte(u8::from_str_radix(text.get(1..4)?, 8).ok()?), 4))
        }
        [b'\\', sign @ (b'n' | b'r' | b't'), rest @ ..] if ends_a_word(rest.first()) => {
            Some((Escape::Char(if *sign == b't' { '\t' } else { '\n' }), 2))
        }
        [b'\\', sign @ (b'"' | b'/'), ..] => Some((Escape::Char(char::from(*sign)), 2)),
        [b'U', b'+', rest @ ..] => {
            let digits = rest.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let c = char::from_u32(code(2, digits).filter(|_| digits >= 4)?)?;
            // the space between two of them belongs to them
            let next = part(text, 2 + digits..);
            Some((Escape::Char(c), 2 + digits + usize::from(next.starts_with(" U+"))))
        }
        _ => None,
    }
}

/// Whether `\n` is a line break rather than the beginning of a name such as `\nabla`.
fn ends_a_word(next: Option<&u8>) -> bool {
    next.is_none_or(|byte| !byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogate_pairs_and_bad_escapes_are_handled() {
        let clear = |text: &str| read(text, 0).and_then(|stretch| stretch.clear);
        assert_eq!(clear("\\ud83d\\ude42").as_deref(), Some("🙂"));
        assert_eq!(clear("\\ud83d"), None);
        assert_eq!(clear("\\u{110000}"), None);
        assert_eq!(clear("\\x4é"), None);
        assert_eq!(clear("\\u00é"), None);
    }
}
