//! The folded reading: lower case, no accents, confusable letters as the Latin ones they imitate.

use unicode_normalization::char::decompose_canonical;
use unicode_security::confusable_detection::skeleton;

use super::view::{Builder, View};

/// Folds `parent` word by word.
///
/// A word is folded to Latin only when it holds a Latin letter or when every letter of it imitates
/// one, so that ordinary Russian or Greek stays what it is.
pub(crate) fn fold(parent: &View) -> View {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    if text.is_ascii() {
        view.inherit(parent, &(0..text.len()), &text.to_ascii_lowercase());
        return view.finish();
    }
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let range = at..at + word.len();
        at = range.end;
        if word.is_ascii() {
            view.inherit(parent, &range, &word.to_ascii_lowercase());
        } else {
            fold_word(parent, word, range.start, &mut view);
        }
    }
    view.finish()
}

fn fold_word(parent: &View, word: &str, start: usize, view: &mut Builder) {
    let imitates = word.chars().any(|c| c.is_ascii_alphabetic())
        || word.chars().all(|c| !c.is_alphabetic() || latin_twin(lower(c)).is_some());
    for (offset, c) in word.char_indices() {
        let range = start + offset..start + offset + c.len_utf8();
        let base = base_letter(lower(c));
        let Some(base) = base else { continue };
        let folded = if imitates { latin_twin(base).unwrap_or(base) } else { base };
        let mut utf8 = [0; 4];
        let piece = folded.encode_utf8(&mut utf8);
        if piece.len() == range.len() {
            view.inherit(parent, &range, piece);
        } else {
            view.replace(piece, &parent.origin(&range));
        }
    }
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
}

/// `c` without its accents; `None` for an accent on its own.
fn base_letter(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    if matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}') {
        return None;
    }
    let mut first = None;
    let mut only_accents = true;
    decompose_canonical(c, |part| {
        if first.is_none() {
            first = Some(part);
        } else if !matches!(part, '\u{300}'..='\u{36f}') {
            only_accents = false;
        }
    });
    // й and ё are letters of their own, not accented ones
    if matches!(first, Some('\u{400}'..='\u{52f}')) && c != 'ё' {
        return Some(c);
    }
    first.filter(|_| only_accents).or(Some(c))
}

/// The lower-case ASCII letter that `c` imitates (Unicode Technical Standard 39), if any.
fn latin_twin(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    let mut utf8 = [0; 4];
    let mut twin = skeleton(c.encode_utf8(&mut utf8));
    let letter = twin.next()?;
    if twin.next().is_some() || !letter.is_ascii_alphanumeric() {
        return None;
    }
    Some(letter.to_ascii_lowercase())
}
