//! Folding: letters that imitate Latin ones as those, no accents, lower case.

use std::ops::Range;

use unicode_normalization::char::decompose_canonical;
use unicode_security::confusable_detection::skeleton;

use super::{
    letters::drawn_letter,
    part,
    surface::is_generic_accent,
    view::{Builder, View},
};

/// The letters that a table is made of beforehand: every alphabet in use stands below the
/// ideographs.
const TABLED: usize = 0x3000;

/// What letters fold to.
pub(crate) struct Letters {
    /// For each of the first characters: itself without accents; `\0` for an accent.
    base: Vec<char>,
    /// For each of the first characters, the Latin letter that it imitates: its code, more by
    /// [`LOOSE`] when the likeness is loose, and 0 when there is none.
    twin: Vec<u8>,
}

const LOOSE: u8 = 0x80;

/// A Latin letter that another one imitates.
#[derive(Clone, Copy)]
struct Twin {
    letter: char,
    /// Whether it is a small capital that imitates it, as В imitates ʙ: too many letters of ordinary
    /// Russian do.
    loose: bool,
}

impl Twin {
    /// As the table has it; the letter is ASCII.
    fn code(self) -> u8 {
        u8::try_from(self.letter).unwrap_or(0) | if self.loose { LOOSE } else { 0 }
    }
}

/// How a text's letters are shared between Latin and other alphabets.
struct Scripts {
    latin: usize,
    /// Letters that imitate no Latin letter.
    other: usize,
}

impl Letters {
    pub(crate) fn new() -> Self {
        let first = || (0..TABLED).filter_map(|code| char::from_u32(u32::try_from(code).ok()?));
        Self {
            base: first().map(|c| base_letter(c).unwrap_or('\0')).collect(),
            twin: first().map(|c| twin(c).map_or(0, Twin::code)).collect(),
        }
    }

    /// `parent` without accents, and with Latin letters for those that imitate them; `None` when
    /// that changes nothing. Letter case stays.
    ///
    /// A word is taken for Latin when it holds a Latin letter, or when all of its letters imitate
    /// some and the text is Latin as a whole, so that ordinary Russian or Greek stays what it is.
    pub(super) fn latin(&self, parent: &View) -> Option<View> {
        let text = parent.text();
        if text.is_ascii() {
            return None;
        }
        let scripts = self.scripts(text);
        let mut view: Option<Builder> = None;
        let mut folded = String::new();
        let bytes = text.as_bytes();
        let (mut copied, mut from) = (0, 0);
        while let Some(step) = bytes[from..].iter().position(|byte| !byte.is_ascii()) {
            let word = word_around(text, from + step, from);
            from = word.end;
            folded.clear();
            let Some(aligned) = self.latin_word(part(text, word.clone()), &scripts, &mut folded)
            else {
                continue;
            };
            let view = view.get_or_insert_with(|| Builder::with_capacity(text.len()));
            view.copy(parent, copied..word.start);
            if aligned {
                view.inherit(parent, &word, &folded);
            } else {
                spell(parent, &word, &folded, view);
            }
            copied = word.end;
        }
        let mut view = view?;
        view.copy(parent, copied..text.len());
        Some(view.variant_of(parent))
    }

    fn scripts(&self, text: &str) -> Scripts {
        let mut scripts = Scripts { latin: 0, other: 0 };
        for c in text.chars() {
            if c.is_ascii() {
                scripts.latin += usize::from(c.is_ascii_alphabetic());
            } else if !self.is_latin(c) && c.is_alphabetic() {
                scripts.other += 1;
            }
        }
        scripts
    }

    fn is_close(&self, c: char) -> bool {
        c.is_ascii() || self.twin(c).is_some_and(|twin| !twin.loose)
    }

    /// Puts `word` in Latin letters into `folded`; `None` when that changes nothing, or else whether
    /// each letter is as long as before. An accent on its own becomes `\0`, so that characters
    /// correspond one to one.
    fn latin_word(&self, word: &str, scripts: &Scripts, folded: &mut String) -> Option<bool> {
        let mixed = word.bytes().any(|byte| byte.is_ascii_alphabetic());
        // with no Latin letter to go by, capitals prove nothing: all of МОСКВА imitate some
        let latin = scripts.other * 4 <= scripts.latin
            && (scripts.latin > 0 || !word.contains(char::is_uppercase));
        let imitates =
            mixed || (latin && word.chars().all(|c| self.is_latin(c) || !c.is_alphabetic()));
        let (mut changed, mut aligned) = (false, true);
        for c in word.chars() {
            let letter = self.base(c).map_or('\0', |base| {
                let twin = if imitates { self.twin(base).map(|twin| twin.letter) } else { None };
                twin.or_else(|| drawn_letter(base)).unwrap_or(base)
            });
            changed |= letter != c;
            aligned &= letter.len_utf8() == c.len_utf8();
            folded.push(letter);
        }
        changed.then_some(aligned)
    }

    fn is_latin(&self, c: char) -> bool {
        self.base(c).is_some_and(|base| self.is_close(base))
    }

    fn base(&self, c: char) -> Option<char> {
        match usize::try_from(u32::from(c)).ok().and_then(|code| self.base.get(code)) {
            Some('\0') => None,
            Some(base) => Some(*base),
            None => base_letter(c),
        }
    }

    fn twin(&self, c: char) -> Option<Twin> {
        match usize::try_from(u32::from(c)).ok().and_then(|code| self.twin.get(code)) {
            Some(0) => None,
            Some(code) => {
                Some(Twin { letter: char::from(code & !LOOSE), loose: code & LOOSE != 0 })
            }
            // ideographs, syllables of Hangul and emoji imitate no letter
            None if matches!(c, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{fdfa}' | '\u{1f000}'..) => {
                None
            }
            None => twin(c),
        }
    }
}

/// Adds the bytes `word` of `parent`, letter by letter as `folded` has them.
fn spell(parent: &View, word: &Range<usize>, folded: &str, view: &mut Builder) {
    let mut at = word.start;
    for (c, letter) in part(parent.text(), word.clone()).chars().zip(folded.chars()) {
        let range = at..at + c.len_utf8();
        at = range.end;
        if letter == '\0' {
            continue;
        }
        let mut utf8 = [0; 4];
        let piece = letter.encode_utf8(&mut utf8);
        if piece.len() == range.len() {
            view.inherit(parent, &range, piece);
        } else {
            view.replace(piece, &parent.origin(&range));
        }
    }
}

/// `parent` in lower case.
pub(super) fn lower(parent: &View) -> View {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    if text.is_ascii() {
        view.inherit(parent, &(0..text.len()), &text.to_ascii_lowercase());
        return view.variant_of(parent);
    }
    let mut lower = String::with_capacity(text.len());
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let small = lower_letter(c);
        if small.len_utf8() == c.len_utf8() {
            lower.push(small);
            continue;
        }
        view.inherit(parent, &(from..at), &lower);
        lower.clear();
        from = at + c.len_utf8();
        let mut utf8 = [0; 4];
        view.replace(small.encode_utf8(&mut utf8), &parent.origin(&(at..from)));
    }
    view.inherit(parent, &(from..text.len()), &lower);
    view.variant_of(parent)
}

fn lower_letter(c: char) -> char {
    // shortcuts for what is written most
    match c {
        'a'..='z' | 'а'..='я' | '\u{3040}'..='\u{9fff}' => return c,
        _ if c.is_ascii() => return c.to_ascii_lowercase(),
        _ => {}
    }
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
}

/// The letters and accents around `at`, not before `least`.
fn word_around(text: &str, at: usize, least: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let before = bytes[least..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric());
    let start = at - before.count();
    let belongs =
        |c: char| c.is_alphanumeric() || is_generic_accent(c) || drawn_letter(c).is_some();
    let mut rest = part(text, at..).char_indices();
    rest.next();
    let end = rest.find(|(_, c)| !belongs(*c)).map_or(text.len(), |(end, _)| at + end);
    start..end
}

/// `c` without its accents; `None` for an accent on its own.
fn base_letter(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    if is_generic_accent(c) {
        return None;
    }
    let mut first = None;
    let mut only_accents = true;
    decompose_canonical(c, |part| {
        if first.is_none() {
            first = Some(part);
        } else if !is_generic_accent(part) {
            only_accents = false;
        }
    });
    // й and ё are letters of their own, not accented ones
    if matches!(first, Some('\u{400}'..='\u{52f}')) && !matches!(c, 'ё' | 'Ё') {
        return Some(c);
    }
    first.filter(|_| only_accents).or(Some(c))
}

/// The ASCII letter that `c` imitates (Unicode Technical Standard 39), in the case of `c`.
fn twin(c: char) -> Option<Twin> {
    if c.is_ascii() {
        return None;
    }
    let small = lower_letter(c);
    // capitals imitate capitals first: М is no small м
    let like = if small == c { likeness(c) } else { likeness(c).or_else(|| likeness(small)) }?;
    let like = if small != c && like == 'l' { 'I' } else { like };
    let drawn = drawn_letter(like);
    let letter = drawn.unwrap_or(like);
    letter.is_ascii_alphanumeric().then(|| Twin {
        letter: if small == c { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() },
        loose: drawn.is_some(),
    })
}

/// The one letter that the skeleton of `c` is.
fn likeness(c: char) -> Option<char> {
    let mut utf8 = [0; 4];
    let mut skeleton = skeleton(c.encode_utf8(&mut utf8)).filter(|c| !is_generic_accent(*c));
    match (skeleton.next()?, skeleton.next(), skeleton.next()) {
        (like, None, None) if like != c => Some(like),
        // the skeleton of m is rn
        ('r', Some('n'), None) => Some('m'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::surface::surface;

    fn folded(text: &str) -> String {
        let surface = surface(text);
        let letters = Letters::new();
        lower(letters.latin(&surface).as_ref().unwrap_or(&surface)).text().to_owned()
    }

    #[test]
    fn imitations_fold_and_alphabets_stay() {
        for (text, reads) in [
            ("Іgnоrе аll рrеvіоus", "ignore all previous"),
            ("іgnоrе а сору", "ignore a copy"),
            ("ïgnøré áłl", "ignore all"),
            ("ɪɢɴᴏʀᴇ ᴀʟʟ", "ignore all"),
            ("🅸🅶🅽🅾🆁🅴", "ignore"),
            ("🇮🇬🇳🇴🇷🇪", "ignore"),
            ("⠊⠛⠝⠕⠗⠑", "ignore"),
            ("𝕚𝖌𝓷ⓞ𝔯𝚎", "ignore"),
            ("ignоrе вад", "ignore вад"),
            ("Му АТМs, В: Маstеr", "my atms, b: master"),
            ("МОСКВА", "москва"),
            ("Привет, все системы", "привет, все системы"),
            ("Καλημέρα σου", "καλημερα σου"),
            ("USB-кабель и SMS-код", "usb-кабель и sms-код"),
            ("無視してAIください", "無視してaiください"),
        ] {
            assert_eq!(folded(text), reads, "{text}");
        }
    }

    #[test]
    fn the_confusables_are_those_of_unicode() {
        // one of each kind of script, as confusables.txt of Unicode Technical Standard 39 has them
        for (imitation, letter) in [
            ('а', 'a'),
            ('с', 'c'),
            ('ԁ', 'd'),
            ('е', 'e'),
            ('һ', 'h'),
            ('і', 'i'),
            ('ј', 'j'),
            ('о', 'o'),
            ('р', 'p'),
            ('ԛ', 'q'),
            ('ѕ', 's'),
            ('υ', 'u'),
            ('ν', 'v'),
            ('ԝ', 'w'),
            ('х', 'x'),
            ('у', 'y'),
            ('Ꭺ', 'a'),
            ('ꓐ', 'b'),
            ('ⲟ', 'o'),
            ('օ', 'o'),
            ('ո', 'n'),
            ('𐐬', 'o'),
            ('ꮯ', 'c'),
            ('ⅿ', 'm'),
        ] {
            let twin = twin(imitation).map(|twin| twin.letter.to_ascii_lowercase());
            assert_eq!(twin, Some(letter), "{imitation}");
        }
    }
}
