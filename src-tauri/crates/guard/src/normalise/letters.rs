//! Signs that are drawn as Latin letters and that no table of Unicode folds: small capitals, letters
//! in boxes and circles, flags, Braille, letters upside down.

/// The lower-case letter that `c` is a drawing of.
pub(super) fn drawn_letter(c: char) -> Option<char> {
    let code = u32::from(c);
    let from = |first: u32| char::from_u32(u32::from('a') + (code - first));
    match code {
        // regional indicators, negative circled, negative squared letters
        0x1_f1e6..=0x1_f1ff => from(0x1_f1e6),
        0x1_f150..=0x1_f169 => from(0x1_f150),
        0x1_f170..=0x1_f189 => from(0x1_f170),
        0x2801..=0x283f => find(BRAILLE, c),
        0x0250..=0x02af | 0x1d00..=0x1d2b | 0xa730..=0xa7af | 0x3007 => find(SMALL_CAPITALS, c),
        _ => None,
    }
}

/// The letter that `c` is when the page is turned upside down.
pub(super) fn turned_letter(c: char) -> Option<char> {
    find(TURNED, c)
}

fn find(pairs: &[(char, char)], c: char) -> Option<char> {
    pairs.iter().find(|(drawn, _)| *drawn == c).map(|(_, letter)| *letter)
}

/// Small capitals of the phonetic alphabets, and the ideographic zero.
const SMALL_CAPITALS: &[(char, char)] = &[
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ꞯ', 'q'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ʏ', 'y'),
    ('ᴢ', 'z'),
    ('\u{3007}', 'o'),
];

/// Six-dot Braille, the letters.
const BRAILLE: &[(char, char)] = &[
    ('⠁', 'a'),
    ('⠃', 'b'),
    ('⠉', 'c'),
    ('⠙', 'd'),
    ('⠑', 'e'),
    ('⠋', 'f'),
    ('⠛', 'g'),
    ('⠓', 'h'),
    ('⠊', 'i'),
    ('⠚', 'j'),
    ('⠅', 'k'),
    ('⠇', 'l'),
    ('⠍', 'm'),
    ('⠝', 'n'),
    ('⠕', 'o'),
    ('⠏', 'p'),
    ('⠟', 'q'),
    ('⠗', 'r'),
    ('⠎', 's'),
    ('⠞', 't'),
    ('⠥', 'u'),
    ('⠧', 'v'),
    ('⠺', 'w'),
    ('⠭', 'x'),
    ('⠽', 'y'),
    ('⠵', 'z'),
];

/// Turned letters, those that other letters look like included.
const TURNED: &[(char, char)] = &[
    ('ɐ', 'a'),
    ('q', 'b'),
    ('ɔ', 'c'),
    ('p', 'd'),
    ('ǝ', 'e'),
    ('ɟ', 'f'),
    ('ƃ', 'g'),
    ('ɓ', 'g'),
    ('ᵷ', 'g'),
    ('ɥ', 'h'),
    ('ᴉ', 'i'),
    ('ı', 'i'),
    ('ᵎ', 'i'),
    ('ɾ', 'j'),
    ('ſ', 'j'),
    ('ʞ', 'k'),
    ('ʃ', 'l'),
    ('ן', 'l'),
    ('ꞁ', 'l'),
    ('ɯ', 'm'),
    ('u', 'n'),
    ('d', 'p'),
    ('b', 'q'),
    ('ɹ', 'r'),
    ('ʇ', 't'),
    ('n', 'u'),
    ('ʌ', 'v'),
    ('ʍ', 'w'),
    ('ʎ', 'y'),
    ('˙', '.'),
    ('\'', ','),
    (',', '\''),
    ('¿', '?'),
    ('¡', '!'),
];
