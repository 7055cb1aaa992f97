//! Letters moved along the alphabet (rot13 and every other shift), or mirrored in it (Atbash).

use super::{
    disguise::Disguise,
    language::{EDGE, Score, letter, pair},
    part,
    undo::{has_inner_capital, undone, words},
    view::{Builder, View},
};

/// How well a pair of letters must read on average, in half bits: language has two, the best of
/// all keys on what is no cipher rarely one.
const MIN_SCORE: i64 = 1;

/// Fewest letter pairs, word edges included, that tell the key.
const MIN_PAIRS: i64 = 14;

/// A key of the cipher.
#[derive(Clone, Copy)]
enum Key {
    /// So many places back.
    Shift(usize),
    Mirror,
}

const ROT13: Key = Key::Shift(13);

impl Key {
    const fn turn(self, place: usize) -> usize {
        match self {
            _ if place == EDGE => EDGE,
            Self::Shift(by) => (place + 26 - by) % 26,
            Self::Mirror => 25 - place,
        }
    }
}

/// How much better `word`, whose letters score so, reads under rot13.
pub(super) fn rot13_gain(word: &[u8], score: &Score) -> i32 {
    let turned = Score::of(word, |place| ROT13.turn(place)).forth;
    if turned > 0 { turned - score.forth } else { -turned.abs() - score.forth.abs() }
}

/// `parent` with the words that are in cipher turned back: in rot13 if that is known, or else
/// under the key that fits best.
pub(super) fn undo(parent: &View, is_rot13: bool) -> Option<View> {
    let text = parent.text();
    let (key, forth) = key(text.as_bytes()).or(is_rot13.then_some((ROT13, true)))?;
    let ranges: Vec<_> = words(text.as_bytes()).collect();
    let gain = |word: &[u8]| {
        let (plain, turned) = (Score::of(word, |place| place), Score::of(word, |p| key.turn(p)));
        if forth { turned.forth - plain.forth } else { turned.back - plain.back }
    };
    let undone = undone(ranges.iter().map(|range| gain(&text.as_bytes()[range.clone()])));
    if !undone.contains(&true) {
        return None;
    }
    let mut view = Builder::with_capacity(text.len());
    let mut from = 0;
    for (range, _) in ranges.into_iter().zip(undone).filter(|(_, undone)| *undone) {
        view.copy(parent, from..range.start);
        let turned: String = part(text, range.clone()).bytes().map(|b| turn(b, key)).collect();
        view.inherit(parent, &range, &turned);
        from = range.end;
    }
    view.copy(parent, from..text.len());
    Some(view.undone(parent, Disguise::Caesar))
}

/// The key under which the words that do not read well read best, and whether forth or back.
fn key(text: &[u8]) -> Option<(Key, bool)> {
    const SIDE: usize = EDGE + 1;
    let mut pairs = vec![0_i64; SIDE * SIDE];
    for range in words(text).filter(|range| range.len() > 1) {
        let word = &text[range];
        let score = Score::of(word, |place| place);
        if score.forth > score.letters || has_inner_capital(word) {
            continue;
        }
        let mut last = EDGE;
        for place in word.iter().filter_map(|byte| letter(*byte)).chain([EDGE]) {
            pairs[last * SIDE + place] += 1;
            last = place;
        }
    }
    let cells: Vec<(usize, usize, i64)> = pairs
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0)
        .map(|(cell, count)| (cell / SIDE, cell % SIDE, count))
        .collect();
    let total: i64 = cells.iter().map(|(_, _, count)| count).sum();
    if total < MIN_PAIRS {
        return None;
    }
    let score = |key: Key, forth: bool| -> i64 {
        let pairs = cells.iter().map(|(first, next, count)| {
            let (first, next) = (key.turn(*first), key.turn(*next));
            count * i64::from(if forth { pair(first, next) } else { pair(next, first) })
        });
        pairs.sum()
    };
    (1..26)
        .map(Key::Shift)
        .chain([Key::Mirror])
        .flat_map(|key| [(key, true), (key, false)])
        .map(|(key, forth)| (score(key, forth), key, forth))
        .max_by_key(|(score, _, _)| *score)
        .filter(|(score, _, forth)| {
            // mirrored cipher is rarer than what reads so by chance
            *score * if *forth { 2 } else { 1 } >= total * 2 * MIN_SCORE
        })
        .map(|(_, key, forth)| (key, forth))
}

fn turn(byte: u8, key: Key) -> char {
    let Some(place) = letter(byte).and_then(|place| u8::try_from(key.turn(place)).ok()) else {
        return char::from(byte);
    };
    char::from(if byte.is_ascii_uppercase() { b'A' + place } else { b'a' + place })
}
