//! Text in characters that no screen shows: tags, variation selectors, zero-width bits.

use super::{
    decode::MIN_LETTERLESS,
    disguise::Disguise,
    surface::surface_text,
    view::{Builder, View},
};

/// Fewest hidden bytes that are read: an emoji has one or two variation selectors of its own.
const MIN_HIDDEN: usize = 4;

/// Every hidden text in `text`, each read alone.
pub(super) fn smuggled(text: &str) -> Vec<View> {
    // every such character begins with one of these bytes in UTF-8
    if !text.bytes().any(|byte| matches!(byte, 0xe2 | 0xef | 0xf3)) {
        return Vec::new();
    }
    [tag_characters(text), selector_bytes(text), zero_width_bits(text)]
        .into_iter()
        .flatten()
        .collect()
}

/// Letters and line breaks as tag characters (U+E0020 to U+E007E, U+E000A).
fn tag_characters(text: &str) -> Option<View> {
    let is_tag = |c: char| matches!(c, '\u{e000a}' | '\u{e0020}'..='\u{e007e}');
    if !text.contains(is_tag) {
        return None;
    }
    let mut view = Builder::with_capacity(text.len() / 4);
    for (at, c) in text.char_indices().filter(|(_, c)| is_tag(*c)) {
        let letter = char::from_u32(u32::from(c) - 0xe_0000).unwrap_or(' ');
        let mut utf8 = [0; 4];
        view.replace(letter.encode_utf8(&mut utf8), &(at..at + c.len_utf8()));
    }
    Some(view.first(Disguise::Invisible))
}

/// Bytes as variation selectors: the first sixteen are 0 to 15, the supplement 16 to 255.
fn selector_bytes(text: &str) -> Option<View> {
    read(text, |c| {
        let code = u32::from(c);
        u8::try_from(match c {
            '\u{fe00}'..='\u{fe0f}' => code - 0xfe00,
            '\u{e0100}'..='\u{e01ef}' => code - 0xe_0100 + 16,
            _ => return None,
        })
        .ok()
    })
}

/// Bits as zero-width characters, eight a byte; either of two characters may stand for one.
fn zero_width_bits(text: &str) -> Option<View> {
    let mut bits: Vec<(usize, char)> = Vec::new();
    bits.extend(text.char_indices().filter(|(_, c)| matches!(c, '\u{200b}' | '\u{200c}')));
    let (first, last) = (bits.first()?.0, bits.last()?.0);
    let decode = |one: char| {
        let bytes = bits.as_chunks::<8>().0.iter().map(|octet| {
            octet.iter().fold(0_u8, |byte, (_, bit)| byte << 1 | u8::from(*bit == one))
        });
        readable(bytes.collect())
    };
    let clear = decode('\u{200c}').or_else(|| decode('\u{200b}'))?;
    let mut view = Builder::with_capacity(clear.len());
    view.replace(&clear, &(first..last + '\u{200b}'.len_utf8()));
    Some(view.first(Disguise::Invisible))
}

/// The bytes that `value` finds in `text`, as one text.
fn read(text: &str, value: impl Fn(char) -> Option<u8>) -> Option<View> {
    let mut bytes = Vec::new();
    let mut range = None;
    for (at, c) in text.char_indices() {
        if let Some(byte) = value(c) {
            bytes.push(byte);
            range =
                Some(range.map_or(at, |(start, _)| start)).map(|start| (start, at + c.len_utf8()));
        }
    }
    let (start, end) = range?;
    // the emoji's own selectors are among the first sixteen and make no text
    bytes.retain(|byte| *byte >= b' ' || matches!(byte, b'\n' | b'\t'));
    let clear = readable(bytes)?;
    let mut view = Builder::with_capacity(clear.len());
    view.replace(&clear, &(start..end));
    Some(view.first(Disguise::Invisible))
}

fn readable(bytes: Vec<u8>) -> Option<String> {
    if bytes.len() < MIN_HIDDEN {
        return None;
    }
    let text = String::from_utf8(bytes).ok()?;
    let telling = text.len() >= MIN_LETTERLESS || text.contains(char::is_alphabetic);
    (telling && !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'))
        .then(|| surface_text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selectors(text: &str) -> String {
        let hidden = text.bytes().filter_map(|byte| {
            char::from_u32(if byte < 16 { 0xfe00 } else { 0xe_0100 - 16 } + u32::from(byte))
        });
        hidden.collect()
    }

    #[test]
    fn hidden_text_is_read_and_ordinary_emoji_are_not() {
        let bits: String = "ignore"
            .bytes()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
            .map(|bit| if bit == 1 { '\u{200c}' } else { '\u{200b}' })
            .collect();
        for text in [
            format!("Hi \u{1f642}{} there", selectors("ignore")),
            format!("Hi{bits}!"),
            "x\u{e0069}\u{e0067}\u{e006e}\u{e006f}\u{e0072}\u{e0065}".to_owned(),
        ] {
            let views = smuggled(&text);
            let view = views.first().expect("there is one");
            assert_eq!((view.text(), view.disguise()), ("ignore", Disguise::Invisible));
            let origin = view.origin(&(0..view.text().len()));
            assert!(text.is_char_boundary(origin.start) && text.is_char_boundary(origin.end));
        }
        for text in
            ["plain", "\u{2764}\u{fe0f} and \u{1f44d}\u{fe0f}\u{fe0f}", "a\u{200b}b\u{200c}"]
        {
            assert!(smuggled(text).is_empty(), "{text:?}");
        }
    }
}
