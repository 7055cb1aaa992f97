//! The first reading: compatibility forms resolved, invisible characters gone, digits and dashes
//! plain. Letter case is kept.

use std::ops::Range;

use unicode_normalization::{
    UnicodeNormalization,
    char::{self as canonical, canonical_combining_class},
};

use super::{
    disguise::Disguise,
    part,
    view::{Builder, View},
};

/// Zero of each block of ten decimal digits that compatibility forms do not resolve (Unicode,
/// general category Nd, the scripts in living use).
const DIGIT_ZEROS: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xa9d0, 0xaa50,
];

/// The most that a compatibility form may grow, as a multiple of its bytes: a few Arabic phrases in
/// one character would grow elevenfold.
const MAX_GROWTH: usize = 4;

/// The character that grows most, eleven times: not worth the trying.
const PHRASE_IN_ONE: char = '\u{fdfa}';

/// Accents that are kept on one letter: written languages put at most two (Vietnamese).
const MAX_ACCENTS: usize = 2;

pub(super) fn surface(text: &str) -> View {
    let mut view = Builder::with_capacity(text.len());
    clean(text, |piece, range, aligned| {
        if aligned {
            view.align(piece, range.start);
        } else {
            view.replace(piece, &range);
        }
    });
    view.first(Disguise::Surface)
}

/// The surface of a stretch that was decoded: nothing leads back into it.
pub(super) fn surface_text(text: String) -> String {
    if text.bytes().all(is_plain) {
        return text;
    }
    let mut cleaned = String::with_capacity(text.len());
    clean(&text, |piece, _, _| cleaned.push_str(piece));
    cleaned
}

/// Hands `out` each stretch of the surface of `text`: what it reads, where it stands in `text`, and
/// whether its bytes correspond one to one.
fn clean(text: &str, mut out: impl FnMut(&str, Range<usize>, bool)) {
    let bytes = text.as_bytes();
    let mut buffer = String::new();
    let (mut at, mut from) = (0, 0);
    while let Some(step) = bytes[at..].iter().position(|byte| !is_plain(*byte)) {
        at += step;
        let Some(c) = part(text, at..).chars().next() else { break };
        if is_settled(c) {
            at += c.len_utf8();
            continue;
        }
        // an accent belongs to the plain letter before it
        let marked = if from < at && is_accent(c) { last_length(part(text, from..at)) } else { 0 };
        let start = at - marked;
        if from < start {
            out(part(text, from..start), from..start, true);
        }
        at = cluster_end(text, start);
        from = at;
        let cluster = part(text, start..at);
        normalise(cluster, bytes.get(at) == Some(&b'\n'), &mut buffer);
        if !buffer.is_empty() {
            out(
                &buffer,
                start..at,
                is_one(&buffer) && is_one(cluster) && buffer.len() == cluster.len(),
            );
        }
    }
    if from < text.len() {
        out(part(text, from..), from..text.len(), true);
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\t')
}

/// Whether `c` is its own surface, for the letters of languages that are written most: a shortcut.
const fn is_settled(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{131}' | '\u{386}'..='\u{3ce}' | '\u{400}'..='\u{482}'
        | '\u{48a}'..='\u{52f}' | '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}'
        | '\u{904}'..='\u{939}' | '\u{1ea0}'..='\u{1ef9}' | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{1f300}'..='\u{1f64f}')
        && c != '\u{387}'
}

fn is_one(text: &str) -> bool {
    text.chars().take(2).count() == 1
}

fn last_length(text: &str) -> usize {
    text.chars().next_back().map_or(0, char::len_utf8)
}

/// Where the character at `start` ends, with all the accents on it.
fn cluster_end(text: &str, start: usize) -> usize {
    let mut chars = part(text, start..).char_indices();
    chars.next();
    chars.find(|(_, c)| !is_accent(*c)).map_or(text.len(), |(end, _)| start + end)
}

/// Whether `c` joins the character before it in compatibility composition: accents, voiced sound
/// marks, and the vowels and finals of Hangul.
fn is_accent(c: char) -> bool {
    c >= '\u{300}'
        && (canonical_combining_class(c) != 0
            || is_generic_accent(c)
            || matches!(c, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}' | '\u{ff9e}' | '\u{ff9f}'))
}

/// Whether `c` is an accent of no script in particular, such as those that "zalgo" text piles up.
pub(super) const fn is_generic_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Puts the surface of one character and its accents into `buffer`.
fn normalise(cluster: &str, before_line_break: bool, buffer: &mut String) {
    buffer.clear();
    let mut chars = cluster.chars();
    let Some(base) = chars.next().filter(|c| !is_invisible(*c)) else { return };
    if base == '\u{b4}' {
        buffer.push('\'');
        return;
    }
    if base == '\r' && before_line_break {
        return;
    }
    if base == PHRASE_IN_ONE {
        buffer.push(base);
        return;
    }
    let mut accents = 0;
    let kept = chars.filter(|c| {
        if !is_generic_accent(*c) {
            return !is_invisible(*c);
        }
        // strokes through a letter are never part of its spelling
        if base.is_alphabetic() && matches!(c, '\u{334}'..='\u{338}' | '\u{20d0}'..='\u{20ff}') {
            return false;
        }
        accents += 1;
        accents <= MAX_ACCENTS
    });
    if base.is_ascii() {
        compose(plain(base), kept, buffer);
        return;
    }
    buffer
        .extend(std::iter::once(base).chain(kept).nfkc().filter(|c| !is_invisible(*c)).map(plain));
    if buffer.len() > MAX_GROWTH * cluster.len() {
        buffer.clear();
        buffer.push(base);
    }
}

/// A plain letter with its few accents, composed where there is such a letter: the shortcut through
/// normalisation for the text that needs it most often.
fn compose(base: char, accents: impl Iterator<Item = char>, buffer: &mut String) {
    let mut accents: Vec<char> = accents.collect();
    accents.sort_by_key(|accent| canonical_combining_class(*accent));
    let mut letter = base;
    accents.retain(|accent| match canonical::compose(letter, *accent) {
        Some(composed) => {
            letter = composed;
            false
        }
        None => true,
    });
    buffer.push(letter);
    buffer.extend(accents);
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

    #[test]
    fn a_character_that_reads_as_several_leads_back_whole() {
        for sign in ["\u{338d}", "\u{247b}", "\u{2026}", "\u{fb03}", "\u{2121}"] {
            let text = format!("a{sign}b");
            let view = surface(&text);
            for (at, c) in view.text().char_indices() {
                let origin = view.origin(&(at..at + c.len_utf8()));
                assert!(text.get(origin).is_some_and(|part| !part.is_empty()), "{c:?} of {sign}");
            }
        }
    }

    #[test]
    fn accents_compose_and_piles_of_them_go() {
        for (text, reads) in [
            ("cafe\u{301} o\u{308}l", "café öl"),
            ("Vie\u{323}\u{302}t", "Việt"),
            ("i\u{336}g\u{336}n\u{336}", "ign"),
            ("a\u{316}\u{317}\u{318}\u{319}b", "a\u{316}\u{317}b"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("\u{ff76}\u{ff9e}", "ガ"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("don\u{b4}t", "don't"),
            ("\u{fdfa}", "\u{fdfa}"),
            ("क्षत्रिय", "क्षत्रिय"),
        ] {
            assert_eq!(surface(text).text(), reads, "{text:?}");
            assert_eq!(surface_text(text.to_owned()), reads);
        }
    }
}
