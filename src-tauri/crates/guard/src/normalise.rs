//! Readings of a text: what it says once disguises are taken off. The text itself stays as it is.

mod base32;
mod base64;
mod caesar;
mod codes;
mod decode;
mod disguise;
mod entity;
mod escape;
mod fold;
mod hex;
mod language;
mod leet;
mod letters;
mod morse;
#[cfg(fuzzing)]
mod origins;
mod percent;
mod pig_latin;
mod reversed;
mod smuggled;
mod spaced;
mod surface;
mod undo;
mod upside_down;
mod view;

use std::{ops::Range, slice::SliceIndex};

pub(crate) use decode::Decoder;
pub use disguise::Disguise;
pub(crate) use view::View;

/// How many disguises are taken off, one after another.
const MAX_DEPTH: usize = 3;

/// The most readings without the surface: a text that looks like more is looked at no closer.
const MAX_READINGS: usize = 12;

/// The bytes that the readings without a disguise of the letters may have together. A text that is
/// longer than this is decoded, but its letters are taken as they stand.
const MAX_DISGUISED: usize = 128 * 1024;

/// The readings of one text. Every stretch of each leads back to the original's offsets.
///
/// *Plain* readings keep letter case and serve the detectors of personal data; *folded* readings
/// are in lower case without accents and confusables and serve the phrase rules. Ordinary text has
/// one of each.
pub struct Views {
    plain: Vec<View>,
    folded: Vec<View>,
}

impl Views {
    /// Reads `text` in every way that the guard knows.
    pub(crate) fn read(text: &str, decoder: &Decoder) -> Self {
        let plain = Self::plain_readings(text, decoder);
        let mut budget = Budget::of(&plain);
        let mut folded: Vec<View> = Vec::with_capacity(plain.len());
        let mut undone = Vec::new();
        for view in &plain {
            let latin = decoder.letters.latin(view);
            let latin = latin.as_ref().unwrap_or(view);
            folded.push(fold::lower(latin));
            undo::undo(view, latin, &mut budget, &mut undone);
        }
        // what was undone may be encoded or disguised once more
        let mut next = 0;
        while let Some(view) = undone.get(next) {
            let latin = decoder.letters.latin(view);
            let latin = latin.as_ref().unwrap_or(view);
            folded.push(fold::lower(latin));
            if view.depth() < MAX_DEPTH {
                let mut further = Vec::new();
                further.extend(Self::in_clear(view, decoder).filter(|view| budget.allows(view)));
                undo::undo(view, latin, &mut budget, &mut further);
                undone.extend(further);
            }
            next += 1;
        }
        Self { plain, folded }
    }

    /// The surface and hidden text, and each of them with up to three layers of encoding off.
    ///
    /// What lies between the layers is left out: it says nothing that the last does not.
    pub(crate) fn plain_readings(text: &str, decoder: &Decoder) -> Vec<View> {
        let mut plain = vec![surface::surface(text)];
        plain.extend(smuggled::smuggled(text));
        let clear: Vec<View> =
            plain.iter().filter_map(|view| Self::in_clear(view, decoder)).collect();
        plain.extend(clear);
        plain
    }

    /// `view` with every layer of encoding off; `None` when it has none.
    fn in_clear(view: &View, decoder: &Decoder) -> Option<View> {
        let mut clear = decoder.decode(view)?;
        while clear.depth() < MAX_DEPTH {
            let Some(further) = decoder.decode(&clear) else { break };
            clear = further;
        }
        Some(clear)
    }

    /// How many readings there are, for limits and tests.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.plain.len() + self.folded.len()
    }

    /// The first reading: the text without compatibility forms, invisible and control characters,
    /// letter case kept. Search may use it in memory; it is not sanitised.
    #[must_use]
    pub fn surface(&self) -> &str {
        self.plain.first().map_or("", View::text)
    }

    /// Each folded reading, and the most telling disguise that was taken off for it; the surface
    /// first. They are not sanitised.
    pub fn readings(&self) -> impl Iterator<Item = (Disguise, &str)> + '_ {
        self.folded.iter().map(|view| (view.disguise(), view.text()))
    }

    pub(crate) fn plain(&self) -> &[View] {
        &self.plain
    }

    pub(crate) fn folded(&self) -> &[View] {
        &self.folded
    }
}

/// What more may be read.
struct Budget {
    readings: usize,
    bytes: usize,
}

impl Budget {
    fn of(plain: &[View]) -> Self {
        let surface = plain.first().map_or(0, |view| view.text().len());
        let bytes = if surface > MAX_DISGUISED { 0 } else { MAX_DISGUISED };
        Self { readings: MAX_READINGS, bytes }
    }

    /// Whether a reading as long as `view` may be made.
    fn has_room_for(&self, view: &View) -> bool {
        self.readings > 0 && view.text().len() <= self.bytes
    }

    /// Whether `view` may be kept; if so, it is counted.
    fn allows(&mut self, view: &View) -> bool {
        let fits = self.has_room_for(view);
        if fits {
            self.readings -= 1;
            self.bytes -= view.text().len();
        }
        fits
    }
}

/// The bytes `range` of `text`; empty where they are not on character boundaries.
pub(crate) fn part(text: &str, range: impl SliceIndex<str, Output = str>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The byte ranges of maximal runs of characters that satisfy `is`.
pub(crate) fn runs_of(text: &str, is: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (start, is(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                runs.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| from..text.len()));
    runs
}

#[cfg(test)]
mod tests;
