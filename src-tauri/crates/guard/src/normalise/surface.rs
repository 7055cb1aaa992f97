//! The first reading: compatibility forms resolved, invisible characters gone, digits and dashes
//! plain. Letter case is kept.

use unicode_normalization::UnicodeNormalization;

use super::view::{Builder, View};

/// Zero of each block of ten decimal digits that compatibility forms do not resolve (Unicode,
/// general category Nd, the scripts in living use).
const DIGIT_ZEROS: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xa9d0, 0xaa50,
];

pub(super) fn surface(text: &str) -> View {
    let mut view = Builder::with_capacity(text.len());
    let mut buffer = String::new();
    let mut plain_from = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, ' '..='~' | '\n' | '\t') {
            continue;
        }
        view.align(text.get(plain_from..at).unwrap_or_default(), plain_from);
        plain_from = at + c.len_utf8();
        if is_invisible(c) {
            continue;
        }
        buffer.clear();
        buffer.extend(std::iter::once(c).nfkc().filter(|c| !is_invisible(*c)).map(plain));
        if buffer.len() == c.len_utf8() {
            view.align(&buffer, at);
        } else {
            view.replace(&buffer, &(at..plain_from));
        }
    }
    view.align(text.get(plain_from..).unwrap_or_default(), plain_from);
    view.finish()
}

/// Text smuggled in Unicode tag characters (U+E0020 to U+E007E), which no screen shows.
pub(super) fn tag_characters(text: &str) -> Option<View> {
    let is_tag = |c: char| ('\u{e0020}'..='\u{e007e}').contains(&c);
    if !text.contains(is_tag) {
        return None;
    }
    let mut view = Builder::with_capacity(text.len() / 4);
    for (at, c) in text.char_indices().filter(|(_, c)| is_tag(*c)) {
        let letter = char::from_u32(u32::from(c) - 0xe_0000).unwrap_or(' ');
        let mut utf8 = [0; 4];
        view.replace(letter.encode_utf8(&mut utf8), &(at..at + c.len_utf8()));
    }
    Some(view.finish())
}

/// Whether no screen shows `c`: default-ignorable code points, bidi controls, control characters.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}'
        | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One plain character for the many dashes, quotes, spaces and digits.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2bc}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2044}' | '\u{2215}' => '/',
        _ if c.is_ascii() => c,
        _ if c.is_whitespace() => ' ',
        _ => digit(c).unwrap_or(c),
    }
}

fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let zero = DIGIT_ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surface_is_plain_and_leads_back() {
        let text = "te\u{200b}l\u{202e} ０２０–٧٩ ﬁn\u{a0}x";
        let view = surface(text);
        assert_eq!(view.text(), "tel 020-79 fin x");
        let at = view.text().find("020-79").expect("there");
        assert_eq!(text.get(view.origin(&(at..at + 6))), Some("０２０–٧٩"));
    }
}
