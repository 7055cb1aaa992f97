//! Character codes as numbers: binary octets, and decimal or octal codes divided by spaces.

use super::{
    decode::{Stretch, readable},
    disguise::Disguise,
    language::is_likely,
    part,
};

/// Fewest binary octets that are read.
const MIN_OCTETS: usize = 3;

/// So many octets are printable by chance too rarely to matter.
const SURE_OCTETS: usize = 8;

/// Fewest decimal or octal codes that are read.
const MIN_CODES: usize = 5;

/// Groups of seven or eight binary digits, or as many octets in a row.
pub(super) fn octets(text: &str, at: usize) -> Option<Stretch> {
    let rest = text.as_bytes().get(at..)?;
    let (mut end, mut place) = (0, 0);
    let mut bytes = Vec::new();
    let width = rest.iter().take_while(|byte| matches!(byte, b'0' | b'1')).count();
    let width = if width == 7 { 7 } else { 8 };
    while let Some(octet) = rest.get(place..place + width) {
        let Some(byte) = binary(octet) else { break };
        bytes.push(byte);
        end = place + width;
        place = end + usize::from(matches!(rest.get(end), Some(b' ' | b',' | b'-' | b'\n')));
    }
    if bytes.len() < MIN_OCTETS || rest.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let sure = bytes.len() >= SURE_OCTETS;
    let clear = readable(bytes).filter(|clear| sure || is_word(clear));
    Some(Stretch { end: at + end, clear, disguise: Disguise::Codes })
}

fn binary(octet: &[u8]) -> Option<u8> {
    octet.iter().try_fold(0_u8, |byte, digit| match digit {
        b'0' => Some(byte << 1),
        b'1' => Some(byte << 1 | 1),
        _ => None,
    })
}

/// Numbers of two or three digits, decimal or octal.
pub(super) fn numbers(text: &str, at: usize) -> Option<Stretch> {
    let rest = text.as_bytes().get(at..)?;
    let (mut end, mut place) = (0, 0);
    let mut codes: Vec<&str> = Vec::new();
    loop {
        let digits = rest[place..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        if !matches!(digits, 2 | 3) {
            break;
        }
        end = place + digits;
        codes.push(part(text, at + place..at + end));
        let signs = rest[end..].iter().take(2).take_while(|b| b" ,;-\n".contains(b)).count();
        if signs == 0 {
            break;
        }
        place = end + signs;
    }
    if codes.len() < MIN_CODES {
        return None;
    }
    let read = |radix: u32| {
        let bytes: Option<Vec<u8>> = codes
            .iter()
            .map(|code| {
                u8::from_str_radix(code, radix).ok().filter(|byte| (32..127).contains(byte))
            })
            .collect();
        readable(bytes?).filter(|clear| is_likely(clear))
    };
    Some(Stretch { end: at + end, clear: read(10).or_else(|| read(8)), disguise: Disguise::Codes })
}

/// Whether the text holds letters mostly: octets are also written of other things.
pub(super) fn is_word(text: &str) -> bool {
    let known = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').count();
    known * 3 >= text.chars().count() * 2
}
