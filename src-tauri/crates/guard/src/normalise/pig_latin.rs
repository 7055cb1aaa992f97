//! Pig Latin: a word's first consonants moved to its end, and "ay" after them.

use super::{
    disguise::Disguise,
    language::Score,
    part,
    undo::words,
    view::{Builder, View},
};

/// Fewest words of Pig Latin that are read.
const MIN_WORDS: usize = 3;

/// Shortest word of Pig Latin, and shortest stem.
const MIN_WORD: usize = 4;

/// Most consonants that a word begins with.
const MAX_ONSET: usize = 3;

/// `ignoreway ulesray` as `ignore rules`, where most words end so.
pub(super) fn undo(parent: &View) -> Option<View> {
    let text = parent.text();
    let is_pig = |word: &str| {
        word.len() >= MIN_WORD && part(word, word.len() - 2..).eq_ignore_ascii_case("ay")
    };
    let (mut pig, mut all) = (0, 0);
    for range in words(text.as_bytes()).filter(|range| range.len() >= MIN_WORD) {
        all += 1;
        pig += usize::from(is_pig(part(text, range)));
    }
    if pig < MIN_WORDS || pig * 3 < all * 2 {
        return None;
    }
    let mut view = Builder::with_capacity(text.len());
    let mut from = 0;
    for range in words(text.as_bytes()) {
        let word = part(text, range.clone());
        if is_pig(word) {
            view.copy(parent, from..range.start);
            view.replace(&stem(part(word, ..word.len() - 2)), &parent.origin(&range));
            from = range.end;
        }
    }
    view.copy(parent, from..text.len());
    Some(view.undone(parent, Disguise::PigLatin))
}

/// The word that reads best of those that end in `body`'s way.
fn stem(body: &str) -> String {
    let body = body.to_ascii_lowercase();
    let bare = body.strip_suffix(['w', 'y']).unwrap_or(&body);
    let consonants =
        body.bytes().rev().take(MAX_ONSET).take_while(|byte| !b"aeiou".contains(byte)).count();
    let onset = |count: usize| {
        let cut = body.len() - count;
        format!("{}{}", part(&body, cut..), part(&body, ..cut))
    };
    (1..=consonants.min(body.len() - 1))
        .map(onset)
        .chain([bare.to_owned()])
        .max_by_key(|word| Score::of(word.as_bytes(), |place| place).forth)
        .unwrap_or_default()
}
