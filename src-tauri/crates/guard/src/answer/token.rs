//! Tokens: the pieces between which an answer may be cut. A token is white space and the word that
//! follows it; in scripts without word spaces every character is a word.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

/// Tells where tokens end.
#[derive(Clone, Copy, Default)]
pub(super) struct Boundaries {
    /// Whether the token holds more than white space.
    has_word: bool,
    wide: bool,
}

impl Boundaries {
    /// How many bytes of `text` still belong to the token in progress, and whether it ends there.
    pub(super) fn advance(&mut self, text: &str) -> (usize, bool) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let (space, wide, len) = if byte.is_ascii() {
                (is_ascii_space(byte), false, 1)
            } else {
                let c = crate::normalise::part(text, at..).chars().next().unwrap_or(' ');
                (c.is_whitespace(), is_wide(c), c.len_utf8())
            };
            if self.has_word && (space || wide || self.wide) {
                *self = Self::default();
                return (at, true);
            }
            self.has_word |= !space;
            self.wide = wide;
            at += len;
            if self.has_word && !wide {
                let rest = bytes.get(at..).unwrap_or_default();
                let plain = |byte: &u8| byte.is_ascii() && !is_ascii_space(*byte);
                at += rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len());
            }
        }
        (at, false)
    }
}

/// As `char::is_whitespace`, for ASCII.
const fn is_ascii_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

/// Whether `c` belongs to a script that is written without spaces between words.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The tokens of `text`, in order and without gaps.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (end, _) = Boundaries::default().advance(rest);
        let (token, after) = rest.split_at(end);
        rest = after;
        (!token.is_empty()).then_some(token)
    })
}

/// What a word can be part of.
#[expect(clippy::struct_excessive_bools, reason = "independent observations of one word")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Holds a sign that some rule looks for.
    pub(super) hot: bool,
    /// Is hot for more than digits and square brackets.
    pub(super) sign: bool,
    /// May be a part of a datum of several words, as in `4111 1111`, `GB29 NWBK` or `Baker Street`.
    pub(super) group: bool,
    pub(super) digit: bool,
    /// Holds a capital.
    pub(super) upper: bool,
    /// Ends a sentence.
    pub(super) last: bool,
    /// Ends in a colon or an equals sign, as what stands before a value does.
    pub(super) label: bool,
    /// Holds letters or digits on both sides of a sign.
    pub(super) parted: bool,
    /// The [`key`] of its letters and digits.
    pub(super) key: u64,
    /// The [`key`] of the first [`STEM_LETTERS`] of them.
    pub(super) stem: u64,
    /// How many letters and digits, in bytes.
    pub(super) letters: usize,
}

/// So many of its first letters tell a word from others, so that "answers" and "answered" are one.
pub(super) const STEM_LETTERS: usize = 6;

const ALNUM: u8 = 1;
const DIGIT: u8 = 2;
const UPPER: u8 = 4;
const HOT: u8 = 8;
const GROUP: u8 = 16;
/// Joins what stands on both its sides, as in `key:value`.
const JOINT: u8 = 32;
/// Hot, and neither a digit nor a square bracket.
const SIGN: u8 = 64;

/// A longer word, in bytes, may be a key or an encoding.
const LONG_WORD: usize = 24;

/// What each ASCII character is.
const CLASSES: [u8; 256] = {
    // other letters count as such here; `Shape::add_others` tells their signs
    let mut classes = [ALNUM; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => ALNUM | DIGIT | HOT | GROUP,
            b'A'..=b'Z' => ALNUM | UPPER | GROUP,
            b'x' => ALNUM | GROUP,
            b'a'..=b'z' => ALNUM,
            b'(' | b')' | b',' | b';' | b'\'' | b'"' | b'#' => GROUP,
            b'.' | b':' | b'-' => GROUP | JOINT,
            b'_' => JOINT,
            b'+' | b'/' => GROUP | HOT | SIGN,
            b'[' | b']' => GROUP | HOT,
            b' ' | b'\n' | b'\t' | b'\r' | b'!' | b'?' | b'*' => 0,
            _ => HOT | SIGN,
        };
        byte += 1;
    }
    classes
};

impl Shape {
    pub(super) fn of(word: &str) -> Self {
        let (mut all, mut any) = (u8::MAX, 0);
        let (mut key, mut stem, mut letters) = (KEY_SEED, None, 0);
        for byte in word.bytes() {
            let class = CLASSES[usize::from(byte)];
            all &= class;
            any |= class;
            if class & ALNUM != 0 {
                // of letters and digits this bit alone tells capitals
                key = key_step(key, byte | 0x20);
                letters += 1;
                if letters == STEM_LETTERS {
                    stem = Some(key);
                }
            }
        }
        let last = word.as_bytes().last().copied().unwrap_or(0);
        let signs = if all & ALNUM == 0 { Signs::of(word) } else { Signs::default() };
        let first = word.bytes().map(|byte| CLASSES[usize::from(byte)]).find(|c| c & ALNUM != 0);
        let title = first.is_some_and(|class| class & UPPER != 0);
        let mut shape = Self {
            hot: any & HOT != 0 || signs.joined || word.len() > LONG_WORD,
            sign: any & SIGN != 0 || signs.joined || word.len() > LONG_WORD,
            group: all & GROUP != 0 || title,
            digit: any & DIGIT != 0,
            upper: any & UPPER != 0,
            last: matches!(last, b'.' | b'!' | b'?'),
            label: matches!(last, b':' | b'='),
            parted: signs.parted,
            key,
            stem: stem.unwrap_or(key),
            letters,
        };
        if !word.is_ascii() {
            shape.add_others(word);
        }
        shape
    }

    /// Corrects what only the characters outside ASCII tell.
    fn add_others(&mut self, word: &str) {
        let others = || word.chars().filter(|c| !c.is_ascii());
        let sign = others().any(is_hot);
        self.sign |= sign;
        self.hot |= sign;
        self.upper |= others().any(char::is_uppercase);
        self.group |=
            word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase) || self.hot;
        self.last |= word.ends_with(['。', '！', '？']);
        self.label |= word.ends_with('：');
        self.parted |= others().any(|c| !c.is_alphanumeric());
        self.key = key(word);
        let letters = word.chars().filter(|c| c.is_alphanumeric());
        self.stem = key(&letters.take(STEM_LETTERS).collect::<String>());
        self.letters = word.chars().filter(|c| c.is_alphanumeric()).map(char::len_utf8).sum();
    }
}

/// What the signs of a word do.
#[derive(Default)]
struct Signs {
    /// One joins what stands on both its sides, as no word of a sentence does.
    joined: bool,
    /// One stands within the word.
    parted: bool,
}

impl Signs {
    fn of(word: &str) -> Self {
        let mut signs = Self::default();
        let mut letters = false;
        let (mut previous, mut last) = (0, 0);
        for byte in word.bytes() {
            let class = CLASSES[usize::from(byte)];
            if class & ALNUM != 0 {
                signs.joined |= last == b':' || (previous & JOINT != 0 && last != b'-' && letters);
                signs.parted |= letters && previous & ALNUM == 0;
                letters = true;
            } else {
                signs.joined |= byte == last && matches!(byte, b'-' | b':');
            }
            (previous, last) = (class, byte);
        }
        signs
    }
}

/// Whether `c`, which is not ASCII, may belong to a number, address, link, tag or token.
fn is_hot(c: char) -> bool {
    !(c.is_alphabetic() || "–—‘’“”…•·。、，！？：；「」（）\u{a0}".contains(c))
        || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// Start and prime of the 64-bit hash FNV-1a (RFC 9923).
const KEY_SEED: u64 = 0xcbf2_9ce4_8422_2325;
const KEY_PRIME: u64 = 0x100_0000_01b3;

/// Fibonacci hashing (Knuth, volume 3, section 6.4): the high bits of a product with it depend on
/// every bit of the key.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn key_step(key: u64, byte: u8) -> u64 {
    (key ^ u64::from(byte)).wrapping_mul(KEY_PRIME)
}

/// A hash of the letters and digits of `text`, letter case aside.
pub(super) fn key(text: &str) -> u64 {
    let mut key = KEY_SEED;
    let mut utf8 = [0; 4];
    for c in text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
        for byte in c.encode_utf8(&mut utf8).bytes() {
            key = key_step(key, byte);
        }
    }
    key
}

/// Says quickly and for certain that a key was never put in; anything else may have been.
#[derive(Clone)]
pub(super) struct Sieve {
    words: Vec<u64>,
    mask: u64,
}

impl Sieve {
    /// A sieve for `keys`; of others, at most one in sixteen passes by chance.
    pub(super) fn new(keys: impl Iterator<Item = u64> + Clone) -> Self {
        let words = (keys.clone().count() / 4).next_power_of_two().max(16);
        let mut sieve = Self { words: vec![0; words], mask: words as u64 * 64 - 1 };
        for key in keys {
            let place = sieve.place(key);
            if let Some(word) = sieve.words.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        }
        sieve
    }

    pub(super) fn passes(&self, key: u64) -> bool {
        let place = self.place(key);
        self.words.get(place / 64).is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    fn place(&self, key: u64) -> usize {
        let mixed = key.wrapping_mul(GOLDEN) >> 32;
        usize::try_from(mixed & self.mask).unwrap_or(0)
    }
}

/// What is known by key. The keys put in are the program's own, so that no text can make them
/// collide on purpose.
pub(super) type KeyMap<V> = HashMap<u64, V, BuildHasherDefault<KeyHasher>>;

/// Keys, as in [`KeyMap`].
pub(super) type KeySet = HashSet<u64, BuildHasherDefault<KeyHasher>>;

/// Spreads a key, which is a hash already.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |key, byte| key_step(key, *byte));
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = key.wrapping_mul(GOLDEN);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_leave_nothing_out() {
        let text = " One  two,\n漢字 three🙂";
        let found: Vec<_> = tokens(text).collect();
        assert_eq!(found, [" One", "  two,", "\n漢", "字", " three🙂"]);
        assert_eq!(found.concat(), text);
    }

    #[test]
    fn a_token_ends_alike_however_it_arrives() {
        let text = " One  two,\n漢字 three\u{a0}x🙂";
        let mut found = vec![String::new()];
        let mut boundaries = Boundaries::default();
        for c in text.chars() {
            let mut utf8 = [0; 4];
            let piece = c.encode_utf8(&mut utf8);
            if boundaries.advance(piece) == (0, true) {
                found.push(String::new());
                assert_eq!(boundaries.advance(piece), (piece.len(), false));
            }
            found.last_mut().expect("never empty").push(c);
        }
        assert_eq!(found, tokens(text).collect::<Vec<_>>());
    }

    #[test]
    fn plain_words_are_cold_and_telling_ones_hot() {
        for cold in [
            "plain",
            "don't",
            "well-known",
            "(see",
            "end.",
            "naïve",
            "—",
            "**bold**",
            "...",
            "_it_",
        ] {
            assert!(!Shape::of(cold).hot, "{cold}");
        }
        for hot in [
            "a1",
            "x@y.z",
            "www.example.com",
            "[a]",
            "<b>",
            "-----BEGIN",
            "key:value",
            "fe80::1",
            "::1",
            "\u{200b}",
            "C:\\",
        ] {
            assert!(Shape::of(hot).hot, "{hot}");
        }
        assert!(Shape::of("NWBK").group && Shape::of("(0)30").group && !Shape::of("no.x").group);
        assert!(Shape::of("Street,").group && Shape::of("Élodie").group);
        assert!(Shape::of("done.").last && Shape::of("name:").label);
        assert!(Shape::of("o'clock").parted && !Shape::of("(oh)").parted);
    }

    #[test]
    fn a_key_is_that_of_the_letters_alone() {
        for word in ["Don't", "naïve,", "(4711)", "É"] {
            assert_eq!(Shape::of(word).key, key(&word.to_uppercase()), "{word}");
        }
        assert_ne!(key("dont"), key("donut"));
    }
}
