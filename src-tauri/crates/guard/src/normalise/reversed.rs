//! Letters from last to first: whole stretches, or word by word.

use std::ops::Range;

use super::{
    disguise::Disguise,
    language::Score,
    part,
    undo::{undone, words},
    view::{Builder, View},
};

/// Frequent words from last to first, of which none is a word: short ones read well both ways.
const MIRRORED: [&str; 24] = [
    "dna", "eht", "erongi", "evah", "htiw", "hci", "dnu", "eid", "lla", "llet", "lliw", "morf",
    "nac", "rof", "ruoy", "rouop", "siht", "taht", "tahw", "uoy", "woh", "wohs", "sel", "snad",
];

/// What a word of [`MIRRORED`] gains.
const KNOWN: i32 = 12;

/// How much better `word`, whose letters score so, reads from last to first.
pub(super) fn gain(word: &[u8], score: &Score) -> i32 {
    if score.back <= 0 {
        return -KNOWN;
    }
    let known = (3..=6).contains(&word.len())
        && MIRRORED.iter().any(|mirrored| mirrored.as_bytes().eq_ignore_ascii_case(word));
    if known { KNOWN } else { score.back - score.forth }
}

/// The two readings of `parent` in which its mirrored words are turned around, all together and
/// one by one.
pub(super) fn undo(parent: &View) -> Vec<View> {
    let text = parent.text();
    let ranges: Vec<_> = words(text.as_bytes()).collect();
    let undone = undone(ranges.iter().map(|range| {
        let word = &text.as_bytes()[range.clone()];
        gain(word, &Score::of(word, |place| place))
    }));
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut goes_on = false;
    for (range, undone) in ranges.iter().zip(&undone) {
        match stretches.last_mut().filter(|_| goes_on && *undone) {
            Some(stretch) => stretch.end = range.end,
            None if *undone => stretches.push(range.clone()),
            None => {}
        }
        goes_on = *undone;
    }
    if stretches.is_empty() {
        return Vec::new();
    }
    let mut words: Vec<_> =
        ranges.iter().zip(&undone).filter(|(_, undone)| **undone).map(|(r, _)| r.clone()).collect();
    // when most words are mirrored, so are the others, and the signs before and after them
    let letters =
        |ranges: &[Range<usize>]| ranges.iter().map(ExactSizeIterator::len).sum::<usize>();
    if letters(&words) * 4 >= letters(&ranges) * 3 {
        stretches.clear();
        stretches.push(0..text.len());
        words = ranges;
    }
    let mut views = vec![turned(parent, &stretches)];
    if words.len() > 1 {
        views.push(turned(parent, &words));
    }
    views
}

/// `parent` from last to first.
pub(super) fn whole(parent: &View) -> View {
    turned(parent, std::slice::from_ref(&(0..parent.text().len())))
}

fn turned(parent: &View, stretches: &[Range<usize>]) -> View {
    let text = parent.text();
    let mut view = Builder::with_capacity(text.len());
    let mut from = 0;
    for stretch in stretches {
        view.copy(parent, from..stretch.start);
        turn(parent, stretch, &mut view);
        from = stretch.end;
    }
    view.copy(parent, from..text.len());
    view.undone(parent, Disguise::Reversed)
}

/// Each word and each gap leads back to the whole of itself.
fn turn(parent: &View, stretch: &Range<usize>, view: &mut Builder) {
    let mut end = stretch.end;
    for piece in part(parent.text(), stretch.clone()).split_inclusive(char::is_whitespace).rev() {
        let start = end - piece.len();
        let mirrored: String = piece.chars().rev().collect();
        view.replace(&mirrored, &parent.origin(&(start..end)));
        end = start;
    }
}
