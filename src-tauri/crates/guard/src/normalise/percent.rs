//! Percent-encoding (RFC 3986), and quoted-printable with its other sign (RFC 2045).

use super::{decode::Stretch, disguise::Disguise};

/// A run of at least `least` bytes, each `sign` and two digits.
pub(super) fn read(text: &str, at: usize, sign: u8, least: usize) -> Option<Stretch> {
    let rest = text.as_bytes().get(at..)?;
    let (groups, _) = rest.as_chunks::<3>();
    let bytes: Vec<u8> = groups
        .iter()
        .map_while(|[first, high, low]| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let code = digit(*high)? << 4 | digit(*low)?;
            u8::try_from(code).ok().filter(|_| *first == sign)
        })
        .collect();
    if bytes.len() < least {
        return None;
    }
    let end = at + 3 * bytes.len();
    Some(Stretch { end, clear: String::from_utf8(bytes).ok(), disguise: Disguise::Percent })
}
