//! Encoded stretches read in clear: base64, hexadecimal, percent, HTML entities, escapes.

use std::ops::Range;

use data_encoding::{Encoding, HEXLOWER_PERMISSIVE, Specification};
use regex::Regex;

use super::{
    part,
    view::{Builder, View},
};

/// Fewest characters of base64 that are read: below it ordinary words decode by chance.
const MIN_BASE64: usize = 16;

/// Finds and reads encoded stretches.
pub(crate) struct Decoder {
    stretch: Regex,
    base64: Encoding,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        let stretch = Regex::new(
            r"(?x)
              (?P<percent> (?:%[0-9A-Fa-f]{2})+ )
            | (?P<entity>  &(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|lt|gt|amp|quot|apos|nbsp|colon
                             |lpar|rpar|num|commat|period|sol); )
            | (?P<escape>  (?:\\u\{?[0-9A-Fa-f]{4,6}\}?|\\x[0-9A-Fa-f]{2})+ )
            | (?P<hex>     (?:0x)?[0-9A-Fa-f]{2}(?:[\ :,]{0,2}(?:0x)?[0-9A-Fa-f]{2}){7,} )
            | (?P<base64>  [A-Za-z0-9+/_-]{16,}={0,2} )",
        )
        .expect("the pattern above is constant and every test of this module compiles it");
        let mut base64 = Specification::new();
        base64.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
        base64.translate.from.push_str("-_");
        base64.translate.to.push_str("+/");
        base64.check_trailing_bits = false;
        let base64 = base64.encoding().expect("RFC 4648 alphabets make a valid specification");
        Self { stretch, base64 }
    }

    /// `parent` with every encoded stretch in clear; `None` when it has none.
    pub(crate) fn decode(&self, parent: &View) -> Option<View> {
        let text = parent.text();
        let mut view = Builder::with_capacity(text.len());
        let (mut copied, mut found) = (0, false);
        for stretch in self.stretch.captures_iter(text) {
            let Some(whole) = stretch.get(0) else { continue };
            let clear = if stretch.name("percent").is_some() {
                percent(whole.as_str())
            } else if stretch.name("entity").is_some() {
                entity(whole.as_str())
            } else if stretch.name("escape").is_some() {
                escape(whole.as_str())
            } else if stretch.name("hex").is_some() {
                hex(whole.as_str()).or_else(|| self.base64(whole.as_str()))
            } else {
                self.base64(whole.as_str())
            };
            let Some(clear) = clear else { continue };
            view.inherit(parent, &(copied..whole.start()), part(text, copied..whole.start()));
            view.replace(&clear, &parent.origin(&whole.range()));
            copied = whole.end();
            found = true;
        }
        if !found {
            return None;
        }
        let rest: Range<usize> = copied..text.len();
        view.inherit(parent, &rest, part(text, rest.clone()));
        Some(view.finish())
    }

    fn base64(&self, text: &str) -> Option<String> {
        let body = text.trim_end_matches('=');
        if body.len() < MIN_BASE64 {
            return None;
        }
        // a stray last character is cut off: a run may end in the full stop's neighbour
        let whole = if body.len() % 4 == 1 { body.len() - 1 } else { body.len() };
        readable(self.base64.decode(body.get(..whole)?.as_bytes()).ok()?)
    }
}

fn hex(text: &str) -> Option<String> {
    let bare = text.replace("0x", "");
    let digits: String = bare.chars().filter(char::is_ascii_hexdigit).collect();
    readable(HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?)
}

fn percent(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> =
        text.split('%').skip(1).map(|digits| u8::from_str_radix(digits, 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}

fn entity(text: &str) -> Option<String> {
    let name = text.strip_prefix('&')?.strip_suffix(';')?;
    let code = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        },
        None => ENTITIES.iter().find(|(entity, _)| *entity == name).map(|(_, c)| u32::from(*c))?,
    };
    char::from_u32(code).map(String::from)
}

const ENTITIES: [(&str, char); 13] = [
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("colon", ':'),
    ("lpar", '('),
    ("rpar", ')'),
    ("num", '#'),
    ("commat", '@'),
    ("period", '.'),
    ("sol", '/'),
];

fn escape(text: &str) -> Option<String> {
    let mut units = Vec::new();
    for part in text.split('\\').skip(1) {
        let digits = part.trim_start_matches(['u', 'x']).trim_matches(['{', '}']);
        let mut pair = [0; 2];
        let c = u32::from_str_radix(digits, 16).ok()?;
        match (char::from_u32(c), u16::try_from(c)) {
            (Some(c), _) => units.extend_from_slice(c.encode_utf16(&mut pair)),
            (None, Ok(surrogate)) => units.push(surrogate),
            (None, Err(_)) => return None,
        }
    }
    String::from_utf16(&units).ok()
}

/// The bytes as text when they are printable: what decodes by chance is not.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let printable = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    (printable && text.chars().any(char::is_alphabetic)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_encoded_stays_unread() {
        let decoder = Decoder::new();
        for text in [
            "internationalisation of characteristics",
            "order 4111 1111 1111 1111 arrived",
            "commit 5f2b9c0de1a4478bb0f3f6aa2f1e7c8d9a0b1c2d",
            "100% of them & more",
            "a_long_identifier_with_underscores_in_it",
        ] {
            let parent = super::super::surface::surface(text);
            assert!(decoder.decode(&parent).is_none(), "{text}");
        }
    }

    #[test]
    fn surrogate_pairs_and_bad_escapes_are_handled() {
        assert_eq!(escape("\\ud83d\\ude42").as_deref(), Some("🙂"));
        assert_eq!(escape("\\ud83d"), None);
        assert_eq!(percent("%ff"), None);
        assert_eq!(entity("&#1114112;"), None);
    }
}
