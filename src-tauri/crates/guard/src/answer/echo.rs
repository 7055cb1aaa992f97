//! Watches an answer for the system prompt and its canary in disguise: spaced out or character by
//! character, in leetspeak, reversed, in rot13, as hexadecimal, decimal or base64.
//!
//! Every disguise of the prompt is cut into runs of eight characters, and the answer is read as one
//! stream of letters and digits, whatever stands between them. As long as its last eight are a run
//! of a disguise, the answer follows that disguise. Not read: a translation, Morse code, a cipher
//! with a key, one letter a word.

use std::ops::Range;

use data_encoding::{BASE64_NOPAD, HEXLOWER};

use super::token::{KeyMap, Sieve};

/// Letters of a gram: below it ordinary words agree with the prompt too often.
pub(super) const GRAM: usize = 8;

/// Every so many letters the gram that ends there is looked up; where one is known, those before
/// it are, too. So an echo is noticed from this many letters less one beyond a gram on.
const STRIDE: usize = 4;

/// How many letters are kept.
const KEPT: usize = 16;

/// So many letters in a row that are the prompt's own, word gaps aside, are a leak: eight words of
/// five letters, as for plain words.
const PLAIN_LETTERS: usize = 40;

/// So many of a disguise are: an encoding of sixteen or more letters never comes about by chance.
const DISGUISED_LETTERS: usize = 32;

const PLAIN: u8 = 1;
const DISGUISED: u8 = 2;
const CANARY: u8 = 4;
const KINDS: [u8; 3] = [PLAIN, DISGUISED, CANARY];

/// What the answer follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Prompt,
    Canary,
}

/// The disguises of one prompt, and how far the answer follows them.
pub(super) struct Echo {
    /// Letter case and leetspeak aside.
    folded: Track,
    /// As written, for base64.
    exact: Track,
}

/// One reading of the answer.
#[derive(Default)]
struct Track {
    grams: KeyMap<u8>,
    sieve: Option<Sieve>,
    /// The last letters, and where each stands.
    last: u128,
    places: [usize; KEPT],
    letters: usize,
    /// For each bit of a gram's kind: where the run began and how many letters it has.
    runs: [Option<Run>; 3],
    follows: bool,
}

#[derive(Clone, Copy)]
struct Run {
    from: usize,
    end: usize,
    letters: usize,
}

impl Echo {
    /// Watches for the stretches of the prompt that must not be said, and for `canary`.
    pub(super) fn new<'p>(stretches: impl Iterator<Item = &'p str>, canary: &str) -> Self {
        let (mut folded, mut exact) = (Track::default(), Track::default());
        for stretch in stretches {
            folded.enter(stretch.bytes().map(fold), PLAIN);
            enter_disguises(stretch, DISGUISED, &mut folded, &mut exact);
        }
        // a shorter mark would be found by chance
        if canary.len() >= GRAM {
            folded.enter(canary.bytes().map(fold), CANARY);
            enter_disguises(canary, CANARY, &mut folded, &mut exact);
        }
        folded.seal();
        exact.seal();
        Self { folded, exact }
    }

    /// Takes the next token, which starts at byte `start` of the answer. Notes in `leaks` what of
    /// it follows a disguise far enough.
    pub(super) fn advance(
        &mut self,
        token: &str,
        start: usize,
        leaks: &mut Vec<(Source, Range<usize>)>,
    ) {
        if self.folded.sieve.is_none() {
            return;
        }
        self.folded.take(token, start, &FOLDED, leaks);
        self.exact.take(token, start, &EXACT, leaks);
    }

    /// Whether nothing follows a disguise.
    pub(super) const fn is_free(&self) -> bool {
        !self.folded.follows && !self.exact.follows
    }

    /// Where the letters begin that follow a disguise.
    pub(super) fn held_from(&self) -> Option<usize> {
        self.runs().map(|(_, run)| run.from).min()
    }

    /// Where the leak begins that may yet grow.
    pub(super) fn open_leak(&self) -> Option<usize> {
        let leaks = self.runs().filter(|(kind, run)| run.letters >= threshold(*kind));
        leaks.map(|(_, run)| run.from).min()
    }

    fn runs(&self) -> impl Iterator<Item = (u8, Run)> {
        let tracks = [&self.folded, &self.exact].into_iter().filter(|track| track.follows);
        tracks.flat_map(|track| {
            let runs = KINDS.into_iter().zip(track.runs);
            runs.filter_map(|(kind, run)| Some((kind, run?)))
        })
    }

    /// Forgets the last letters.
    pub(super) fn reset(&mut self) {
        self.folded.forget();
        self.exact.forget();
    }
}

impl Track {
    /// Enters the grams of `letters`, of which those that are 0 are left out.
    fn enter(&mut self, letters: impl Iterator<Item = u8>, kind: u8) {
        let mut last = 0;
        for (count, letter) in letters.filter(|letter| *letter != 0).enumerate() {
            last = (last << 8) | u64::from(letter);
            if count + 1 >= GRAM {
                *self.grams.entry(last).or_default() |= kind;
            }
        }
    }

    fn seal(&mut self) {
        if !self.grams.is_empty() {
            self.sieve = Some(Sieve::new(self.grams.keys().copied()));
        }
    }

    /// Takes the letters of a token, as `letters` tells what each byte is.
    fn take(
        &mut self,
        token: &str,
        start: usize,
        letters: &[u8; 256],
        leaks: &mut Vec<(Source, Range<usize>)>,
    ) {
        let (mut last, mut count) = (self.last, self.letters);
        for (offset, byte) in token.bytes().enumerate() {
            let letter = letters[usize::from(byte)];
            if letter == 0 {
                continue;
            }
            last = (last << 8) | u128::from(letter);
            count = count.wrapping_add(1);
            self.places[count % KEPT] = start + offset;
            if self.follows || count.is_multiple_of(STRIDE) {
                (self.last, self.letters) = (last, count);
                self.look(leaks);
            }
        }
        (self.last, self.letters) = (last, count);
    }

    /// Looks up the last gram.
    #[inline]
    fn look(&mut self, leaks: &mut Vec<(Source, Range<usize>)>) {
        let gram = self.gram(0);
        if self.follows {
            self.follow(0, leaks);
        } else if self.sieve.as_ref().is_some_and(|sieve| sieve.passes(gram))
            && self.grams.contains_key(&gram)
        {
            for back in (0..STRIDE).rev() {
                self.follow(back, leaks);
            }
        }
    }

    /// The gram that ends `back` letters before the last.
    fn gram(&self, back: usize) -> u64 {
        u64::try_from((self.last >> (8 * back)) & u128::from(u64::MAX)).unwrap_or(0)
    }

    /// Lengthens the runs by the gram that ends `back` letters before the last, or ends them.
    #[cold]
    fn follow(&mut self, back: usize, leaks: &mut Vec<(Source, Range<usize>)>) {
        let kinds = self.grams.get(&self.gram(back)).copied().unwrap_or(0);
        self.follows = kinds != 0;
        let place = |before: usize| self.places[self.letters.wrapping_sub(before) % KEPT];
        let (first, at) = (place(back + GRAM - 1), place(back));
        for (run, kind) in self.runs.iter_mut().zip(KINDS) {
            if kinds & kind == 0 {
                *run = None;
                continue;
            }
            let grown = match *run {
                Some(run) => Run { end: at + 1, letters: run.letters + 1, ..run },
                None => Run { from: first, end: at + 1, letters: GRAM },
            };
            *run = Some(grown);
            if grown.letters >= threshold(kind) {
                let source = if kind == CANARY { Source::Canary } else { Source::Prompt };
                note(leaks, source, grown.from..grown.end);
            }
        }
    }

    fn forget(&mut self) {
        self.runs = [None; 3];
        self.follows = false;
        self.last = 0;
    }
}

/// Lengthens the last leak of `source` in `leaks`, or adds one.
fn note(leaks: &mut Vec<(Source, Range<usize>)>, source: Source, range: Range<usize>) {
    match leaks.iter_mut().find(|(known, one)| *known == source && one.start == range.start) {
        Some((_, known)) => known.end = known.end.max(range.end),
        None => leaks.push((source, range)),
    }
}

const fn threshold(kind: u8) -> usize {
    match kind {
        PLAIN => PLAIN_LETTERS,
        CANARY => GRAM,
        _ => DISGUISED_LETTERS,
    }
}

fn enter_disguises(text: &str, kind: u8, folded: &mut Track, exact: &mut Track) {
    let mut enter = |text: &mut dyn Iterator<Item = u8>| folded.enter(text.map(fold), kind);
    enter(&mut text.bytes().rev());
    enter(&mut text.bytes().map(rot13));
    enter(&mut text.bytes().rev().map(rot13));
    let hex = HEXLOWER.encode(text.as_bytes());
    enter(&mut hex.bytes());
    for mark in ["x", "0x", "u00"] {
        let pairs = hex.as_bytes().chunks(2);
        enter(&mut pairs.flat_map(|pair| mark.bytes().chain(pair.iter().copied())));
    }
    enter(&mut text.bytes().flat_map(|byte| byte.to_string().into_bytes()));
    let backwards: String = text.chars().rev().collect();
    let turned: String = text.bytes().map(|byte| char::from(rot13(byte))).collect();
    for reading in [text, &text.to_lowercase(), &text.to_uppercase(), &backwards, &turned, &hex] {
        for skipped in 0..3 {
            let bytes = reading.as_bytes().get(skipped..).unwrap_or_default();
            // what encodes an unknown neighbour is left out
            let whole = bytes.len() - bytes.len() % 3;
            let code = BASE64_NOPAD.encode(bytes.get(..whole).unwrap_or_default());
            exact.enter(code.bytes().map(base64_letter), kind);
        }
    }
}

/// What each byte is in the folded reading.
const FOLDED: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        letters[byte as usize] = fold(byte);
        byte += 1;
    }
    letters
};

/// What each byte is in the exact reading.
const EXACT: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        letters[byte as usize] = base64_letter(byte);
        byte += 1;
    }
    letters
};

/// The letter that `byte` is or stands for in leetspeak; 0 for a sign.
const fn fold(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'l' | b'L' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        b'8' => b'b',
        b'9' => b'g',
        b'A'..=b'Z' | b'a'..=b'z' | b'2' | b'6' => byte.to_ascii_lowercase(),
        _ => 0,
    }
}

/// The sign of base64 that `byte` is, in either alphabet of RFC 4648; 0 for another sign.
const fn base64_letter(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => byte,
        _ => 0,
    }
}

const fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte + 13,
        b'n'..=b'z' | b'N'..=b'Z' => byte - 13,
        _ => byte,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str =
        "You are the help desk of the Harbour Clinic and answer only from passages.";

    fn leaks(answer: &str) -> Vec<Source> {
        let mut echo = Echo::new([PROMPT].into_iter(), "9f2c41d07ab3e856");
        let mut leaks = Vec::new();
        let mut at = 0;
        for token in super::super::token::tokens(answer) {
            echo.advance(token, at, &mut leaks);
            at += token.len();
        }
        leaks.into_iter().map(|(source, _)| source).collect()
    }

    #[test]
    fn every_disguise_of_the_prompt_is_seen_through() {
        let spaced = PROMPT.chars().flat_map(|c| [c, ' ']).collect::<String>();
        let dashed = PROMPT.replace(' ', "").chars().flat_map(|c| [c, '-']).collect::<String>();
        let reversed = PROMPT.chars().rev().collect::<String>();
        let turned = PROMPT.bytes().map(|b| char::from(rot13(b))).collect::<String>();
        let hex = HEXLOWER.encode(PROMPT.as_bytes());
        let pairs = PROMPT.bytes().map(|b| format!("\\x{b:02x}")).collect::<Vec<_>>().concat();
        let entities = PROMPT.bytes().map(|b| format!("&#{b};")).collect::<Vec<_>>().concat();
        let base64 = BASE64_NOPAD.encode(format!("Sure! {PROMPT}").as_bytes());
        let broken = base64.as_bytes().chunks(5).map(|c| String::from_utf8_lossy(c) + "\n");
        let broken = broken.collect::<String>();
        let leet = PROMPT.replace('e', "3").replace('o', "0").replace('a', "@");
        for answer in [spaced, dashed, reversed, turned, hex, pairs, entities, base64, broken, leet]
        {
            let answer = format!("As you asked: {answer} and no more.");
            assert!(leaks(&answer).contains(&Source::Prompt), "{answer}");
        }
        assert!(
            leaks("The help desk of the clinic answers from nine to five, only today.").is_empty()
        );
    }

    #[test]
    fn most_of_a_canary_gives_it_away_in_any_disguise() {
        for answer in [
            "9f2c41d07ab",
            "9 F 2 c-4 1 d 0 7 a b",
            "658e3ba70d1",
            "3966326334316430",
            "it is OWYyYzQxZDA now",
        ] {
            assert_eq!(leaks(answer), [Source::Canary], "{answer}");
        }
        assert!(leaks("9f2c then 41d0 and 7ab3").is_empty());
    }
}
