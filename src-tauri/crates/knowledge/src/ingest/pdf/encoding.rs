//! Codes of simple fonts as characters (ISO 32000-1, annex D), and glyphs by their names.

/// The upper half of `WinAnsiEncoding` as far as it differs from Latin-1; U+FFFD is unused.
const WIN_ANSI: &str = "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ";
/// The upper half of `MacRomanEncoding`.
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
                         ¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{FFFD}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";
/// `StandardEncoding` from 0xA1, U+FFFD is unused.
const STANDARD: &str =
    "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ\u{FFFD}–†‡·\u{FFFD}¶•‚„”»…‰\u{FFFD}¿\u{FFFD}`´ˆ˜¯˘˙¨\u{FFFD}˚¸\u{FFFD}˝˛ˇ—";
/// `StandardEncoding` above that.
const STANDARD_LETTERS: &[(u8, char)] = &[
    (0xE1, 'Æ'),
    (0xE3, 'ª'),
    (0xE8, 'Ł'),
    (0xE9, 'Ø'),
    (0xEA, 'Œ'),
    (0xEB, 'º'),
    (0xF1, 'æ'),
    (0xF5, 'ı'),
    (0xF8, 'ł'),
    (0xF9, 'ø'),
    (0xFA, 'œ'),
    (0xFB, 'ß'),
];
/// Names of the Adobe Glyph List that are no letters, and letters that no accent makes.
const NAMES: &[(&str, char)] = &[
    ("space", ' '),
    ("exclam", '!'),
    ("quotedbl", '"'),
    ("numbersign", '#'),
    ("dollar", '$'),
    ("percent", '%'),
    ("ampersand", '&'),
    ("quotesingle", '\''),
    ("parenleft", '('),
    ("parenright", ')'),
    ("asterisk", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("hyphen", '-'),
    ("period", '.'),
    ("slash", '/'),
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("colon", ':'),
    ("semicolon", ';'),
    ("less", '<'),
    ("equal", '='),
    ("greater", '>'),
    ("question", '?'),
    ("at", '@'),
    ("bracketleft", '['),
    ("backslash", '\\'),
    ("bracketright", ']'),
    ("asciicircum", '^'),
    ("underscore", '_'),
    ("grave", '`'),
    ("braceleft", '{'),
    ("bar", '|'),
    ("braceright", '}'),
    ("asciitilde", '~'),
    ("exclamdown", '¡'),
    ("cent", '¢'),
    ("sterling", '£'),
    ("fraction", '⁄'),
    ("yen", '¥'),
    ("florin", 'ƒ'),
    ("section", '§'),
    ("currency", '¤'),
    ("quotedblleft", '“'),
    ("guillemotleft", '«'),
    ("guilsinglleft", '‹'),
    ("guilsinglright", '›'),
    ("endash", '–'),
    ("dagger", '†'),
    ("daggerdbl", '‡'),
    ("periodcentered", '·'),
    ("paragraph", '¶'),
    ("bullet", '•'),
    ("quotesinglbase", '‚'),
    ("quotedblbase", '„'),
    ("quotedblright", '”'),
    ("guillemotright", '»'),
    ("ellipsis", '…'),
    ("perthousand", '‰'),
    ("questiondown", '¿'),
    ("acute", '´'),
    ("circumflex", 'ˆ'),
    ("tilde", '˜'),
    ("macron", '¯'),
    ("dieresis", '¨'),
    ("cedilla", '¸'),
    ("emdash", '—'),
    ("AE", 'Æ'),
    ("ordfeminine", 'ª'),
    ("Lslash", 'Ł'),
    ("Oslash", 'Ø'),
    ("OE", 'Œ'),
    ("ordmasculine", 'º'),
    ("ae", 'æ'),
    ("dotlessi", 'ı'),
    ("lslash", 'ł'),
    ("oslash", 'ø'),
    ("oe", 'œ'),
    ("germandbls", 'ß'),
    ("quoteleft", '‘'),
    ("quoteright", '’'),
    ("fi", 'ﬁ'),
    ("fl", 'ﬂ'),
    ("ff", 'ﬀ'),
    ("ffi", 'ﬃ'),
    ("ffl", 'ﬄ'),
    ("Euro", '€'),
    ("trademark", '™'),
    ("copyright", '©'),
    ("registered", '®'),
    ("degree", '°'),
    ("plusminus", '±'),
    ("multiply", '×'),
    ("divide", '÷'),
    ("minus", '−'),
    ("mu", 'µ'),
    ("logicalnot", '¬'),
    ("brokenbar", '¦'),
    ("onehalf", '½'),
    ("onequarter", '¼'),
    ("threequarters", '¾'),
    ("onesuperior", '¹'),
    ("twosuperior", '²'),
    ("threesuperior", '³'),
    ("Eth", 'Ð'),
    ("eth", 'ð'),
    ("Thorn", 'Þ'),
    ("thorn", 'þ'),
    ("Dcroat", 'Đ'),
    ("dcroat", 'đ'),
    ("lessequal", '≤'),
    ("greaterequal", '≥'),
    ("notequal", '≠'),
    ("infinity", '∞'),
    ("arrowleft", '←'),
    ("arrowright", '→'),
    ("nbspace", ' '),
    ("sfthyphen", '-'),
];
/// The accent that ends a letter's name, as the character that combines with the letter.
const ACCENTS: &[(&str, char)] = &[
    ("hungarumlaut", '\u{30B}'),
    ("circumflex", '\u{302}'),
    ("dotaccent", '\u{307}'),
    ("dieresis", '\u{308}'),
    ("cedilla", '\u{327}'),
    ("ogonek", '\u{328}'),
    ("macron", '\u{304}'),
    ("commaaccent", '\u{327}'),
    ("acute", '\u{301}'),
    ("breve", '\u{306}'),
    ("caron", '\u{30C}'),
    ("grave", '\u{300}'),
    ("tilde", '\u{303}'),
    ("ring", '\u{30A}'),
];

/// One of the encodings that a font may begin from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
}

impl Base {
    /// The encoding of this name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            b"StandardEncoding" => Some(Self::Standard),
            _ => None,
        }
    }

    /// The character of a code; nothing where the code is unused.
    pub(super) fn character(self, code: u8) -> Option<char> {
        let at = |table: &str, first: u8| table.chars().nth(usize::from(code - first));
        let found = match (self, code) {
            (Self::Standard, b'\'') => Some('’'),
            (Self::Standard, b'`') => Some('‘'),
            (_, 0x20..=0x7E) => Some(char::from(code)),
            (_, ..0x80) => None,
            (Self::WinAnsi, 0x80..=0x9F) => at(WIN_ANSI, 0x80),
            (Self::WinAnsi, _) => Some(char::from(code)),
            (Self::MacRoman, _) => at(MAC_ROMAN, 0x80),
            (Self::Standard, 0xA1..=0xD0) => at(STANDARD, 0xA1),
            (Self::Standard, _) => {
                STANDARD_LETTERS.iter().find(|(own, _)| *own == code).map(|(_, char)| *char)
            }
        };
        found.filter(|char| *char != char::REPLACEMENT_CHARACTER)
    }
}

/// What a glyph of this name shows, by the rules of the Adobe Glyph List.
pub(super) fn glyph(name: &str) -> Option<String> {
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    let mut chars = name.chars();
    if let (Some(letter), None) = (chars.next(), chars.next()) {
        return letter.is_ascii_alphabetic().then(|| letter.to_string());
    }
    if let Some((_, char)) = NAMES.iter().find(|(own, _)| *own == name) {
        return Some(char.to_string());
    }
    if let Some(digits) = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))
        && digits.len() >= 4
        && let Ok(code) = u32::from_str_radix(digits.get(..digits.len().min(6))?, 16)
    {
        return char::from_u32(code).filter(|char| !char.is_control()).map(String::from);
    }
    let accented = ACCENTS.iter().find_map(|(accent, mark)| {
        let letter = name.strip_suffix(accent).filter(|letter| letter.len() == 1)?;
        Some(format!("{letter}{mark}"))
    });
    accented.or_else(|| {
        name.split_once('_').and_then(|(left, right)| Some(glyph(left)? + &glyph(right)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_give_their_characters() {
        assert_eq!(Base::WinAnsi.character(0x80), Some('€'));
        assert_eq!(Base::WinAnsi.character(0xFC), Some('ü'));
        assert_eq!(Base::WinAnsi.character(0x81), None);
        assert_eq!(Base::MacRoman.character(0x8A), Some('ä'));
        assert_eq!(Base::MacRoman.character(0xFF), Some('ˇ'));
        assert_eq!(Base::Standard.character(0xAE), Some('ﬁ'));
        assert_eq!(Base::Standard.character(0xD0), Some('—'));
        assert_eq!(Base::Standard.character(b'\''), Some('’'));
        for (name, shown) in
            [("A", "A"), ("udieresis", "u\u{308}"), ("uni20AC", "€"), ("f_i", "fi"), ("a.sc", "a")]
        {
            assert_eq!(glyph(name).as_deref(), Some(shown), "{name}");
        }
        assert_eq!(glyph("g1234"), None);
    }
}
