//! The filter of the answer (stage 11), which works while the answer is being written.
//!
//! The answer is read one character at a time and cut between words, at places that depend on the
//! text alone; each stretch between two cuts is rewritten by the same rules. So the output is the
//! same, byte for byte, however the answer arrives, and equals [`filter_whole`].
//!
//! A word is let out as soon as it ends and nothing can come of it. What may become part of a
//! finding is held: groups of a number and what follows them closely, words with a capital in a
//! row, words after "my name is" and the like, single letters in a row, an open bracket or tag,
//! words of the system prompt or of a private name. At most [`MAX_HELD`] characters are held, then
//! the front part is let out at a place that lies in no finding. Only an *open finding* is held
//! longer: a key block without its end, a leak that goes on, a single word without end. At
//! [`MAX_OPEN`] characters it is replaced, and its rest is swallowed.
//!
//! The system prompt is known again in its own words (eight in a row), in other words around its
//! own (pairs of content words), and in disguise (spaced out, leetspeak, reversed, rot13,
//! hexadecimal, decimal, base64); the canary likewise. Before its letters are enough to be told
//! from chance, up to eleven of a disguise are shown. Not known: a translation, Morse code, a
//! cipher with a key, one letter a word.
//!
//! A stretch is looked at by the rules only if it holds a sign, a number or a word that one of
//! them needs, as their tables tell; plain words cost no more than a look at each letter.

mod echo;
mod hold;
mod leads;
mod leak;
mod links;
mod names;
mod paraphrase;
mod passages;
mod rewrite;
mod stream;
mod structure;
mod token;

use std::sync::Arc;

use cloister_types::Sanitized;

use self::{
    hold::{Hold, Open},
    leads::Leads,
    passages::Passages,
    rewrite::{Basis, CANARY, Rewriter, endless},
    stream::Stream,
};
use crate::{
    Finding, Guard, ModerationLabel, Span,
    guard::vouch,
    redact::{Located, locate},
};

/// Most characters that are held back outside an open finding.
pub const MAX_HELD: usize = 160;

/// Most characters of an open finding that are held back before it is replaced.
pub const MAX_OPEN: usize = 4096;

/// Characters before a stretch that its rules may look at: the longest reach of a context word, 40
/// bytes, and the longest such word.
const CONTEXT: usize = 80;

/// No finding of several words is longer than this, so that a cut before its reach is safe: an
/// IBAN of 34 characters in groups of four has 42.
const REACH: usize = 48;

/// Room is made for at least so many characters at once, where that is possible.
const LEAST_FREED: usize = 32;

/// What the filters of all answers share.
pub(crate) struct AnswerRules {
    rewriter: Rewriter,
    leads: Leads,
}

impl AnswerRules {
    pub(crate) fn new() -> Self {
        Self { rewriter: Rewriter::new(), leads: Leads::new() }
    }
}

/// What the filter must know about the answer.
#[derive(Clone, Default)]
pub struct AnswerContext {
    /// The passages that the reader may see: personal data in them may be shown.
    pub passages: Vec<String>,
    /// The system prompt, which must not be repeated. What it puts in double quotation marks may.
    pub system_prompt: String,
    /// A random mark in the prompt, which must never be shown; empty for none.
    pub canary: String,
    /// How many passages may be cited, as `[1]` up to this number.
    pub citations: usize,
    /// Names that must not be shown wherever they stand, as `[PERSON]`: those that were taken out
    /// of the question, and those of passages that are not public. Whoever makes the context
    /// leaves out the names that a public passage holds. Found in any letter case, however their
    /// words are divided; of 3 to 80 letters.
    pub private_names: Vec<String>,
}

/// What the filter says when the answer is over.
#[derive(Clone)]
pub struct Filtered {
    /// What was held back and may now be shown.
    pub tail: String,
    /// The whole answer as shown, the tail included.
    pub answer: Sanitized,
    /// What was changed, in code points of the answer as the model gave it.
    pub findings: Vec<Finding>,
    /// Whether the answer must be taken back: it held the canary, or phrases in it are abusive,
    /// hateful or sexual. The learned score has no say: it is made for messages of a few sentences,
    /// and the longest of many windows of a harmless text exceeds its threshold now and then.
    pub withdrawn: bool,
}

impl std::fmt::Debug for Filtered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filtered")
            .field("answer", &self.answer)
            .field("findings", &self.findings)
            .field("withdrawn", &self.withdrawn)
            .finish_non_exhaustive()
    }
}

/// Filters one answer.
///
/// A placeholder such as `[PERSON_1]` is never changed, and never divided between two chunks of
/// the output: whoever puts back what it stands for can do so chunk by chunk.
pub struct AnswerFilter {
    guard: Arc<Guard>,
    passages: Passages,
    canary: String,
    citations: usize,
    stream: Stream,
    hold: Hold,
    out: String,
    shown: String,
    findings: Vec<Finding>,
}

impl AnswerFilter {
    /// Starts the filter of one answer.
    #[must_use]
    pub fn new(guard: Arc<Guard>, context: AnswerContext) -> Self {
        let hold = Hold::new(&context);
        let canary = context.canary.chars().filter(|c| c.is_alphanumeric());
        Self {
            guard,
            canary: canary.flat_map(char::to_lowercase).collect(),
            passages: Passages::new(context.passages),
            citations: context.citations,
            stream: Stream::default(),
            hold,
            out: String::new(),
            shown: String::new(),
            findings: Vec::new(),
        }
    }

    /// Takes the next chunk of the answer, of any length, and returns what may now be shown.
    #[must_use = "what is returned must be shown"]
    pub fn push(&mut self, chunk: &str) -> String {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (length, ended) = self.stream.boundaries.advance(rest);
            let (front, after) = rest.split_at(length);
            self.append(front);
            if ended {
                self.end_word();
            }
            rest = after;
        }
        let out = std::mem::take(&mut self.out);
        self.shown.push_str(&out);
        out
    }

    /// Ends the answer.
    #[must_use = "the tail must be shown, or the answer withdrawn"]
    pub fn finish(mut self) -> Filtered {
        let end = self.stream.end();
        if self.stream.word < end {
            self.complete_word();
        }
        if self.hold.condemned.is_some() {
            self.swallow(end);
        }
        self.hold.end_key(end);
        self.let_out(end);
        let tail = std::mem::take(&mut self.out);
        self.shown.push_str(&tail);
        let leaked = self.findings.iter().any(|finding| finding.rule == CANARY);
        let labels = self.guard.said_outright(&self.guard.normalise(&self.shown));
        let offends = labels.iter().any(|label| match label {
            ModerationLabel::Abuse | ModerationLabel::Hate | ModerationLabel::Sexual => true,
            ModerationLabel::Violence | ModerationLabel::SelfHarm | ModerationLabel::Illegal => {
                false
            }
        });
        Filtered {
            tail,
            answer: vouch(self.shown),
            findings: self.findings,
            withdrawn: leaked || offends,
        }
    }

    /// Adds a piece of the word in progress. Room is made at the same characters of the answer
    /// however long the pieces are.
    fn append(&mut self, mut piece: &str) {
        while !piece.is_empty() {
            // beyond the first bound only an open finding is held, until the second
            let bound = if self.stream.held_chars > MAX_HELD { MAX_OPEN } else { MAX_HELD };
            piece = self.stream.fill(piece, bound);
            if self.stream.held_chars > bound {
                self.relieve();
            }
        }
    }

    fn end_word(&mut self) {
        self.complete_word();
        let cut = self.hold.held_from(self.stream.end());
        if cut > self.stream.done {
            self.let_out(cut);
        }
        self.stream.next_word();
        if self.stream.held_chars > MAX_HELD {
            self.relieve();
        }
    }

    /// Takes note of the word that just ended.
    fn complete_word(&mut self) {
        let end = self.stream.end();
        if self.hold.condemned == Some(Open::Word) {
            self.swallow(end);
            self.hold.forget();
            return;
        }
        let start = self.stream.word.max(self.stream.done);
        let chars = self.stream.word_chars;
        let token = self.stream.part(start..end);
        let leads = &self.guard.answer_rules().leads;
        let key_ended = self.hold.advance(token, chars, start, leads);
        match self.hold.condemned {
            Some(Open::Key) if key_ended => self.swallow(end),
            Some(Open::Leak) if self.hold.open_leak().is_none() => self.swallow(start),
            _ => return,
        }
        self.hold.condemned = None;
    }

    /// The finding that is open, and where it began.
    fn open_finding(&self) -> Option<(Open, usize)> {
        let key = self.hold.structure.key_from().map(|from| (Open::Key, from));
        let leak = self.hold.open_leak().map(|from| (Open::Leak, from));
        let endless = self.stream.word_chars > MAX_HELD;
        key.or(leak).or(endless.then_some((Open::Word, self.stream.word)))
    }

    /// Makes room when too much is held.
    fn relieve(&mut self) {
        if let Some((open, from)) = self.open_finding() {
            // what stands before the open finding is no part of it
            if from > self.stream.done {
                self.let_out(from);
            }
            if self.stream.held_chars > MAX_OPEN {
                self.replace_open_finding(open);
            }
            return;
        }
        let first = self.stream.context();
        let held = self.stream.part(first..self.stream.end());
        let found = if self.hold.hot.is_some() && self.may_hold_data(first, held) {
            locate(&self.guard, &self.guard.plain_readings(held))
        } else {
            Vec::new()
        };
        let cut = self.safest_cut(first, &found);
        if cut > self.stream.done {
            self.let_out_knowing(cut, Some(&found));
        }
    }

    /// The last place between two held words that no finding covers and none can reach. What was
    /// `found` counts bytes from byte `first` of the answer on.
    fn safest_cut(&self, first: usize, found: &[Located]) -> usize {
        let stream = &self.stream;
        let held = stream.part(stream.done..stream.end());
        let far = held.char_indices().rev().nth(REACH - 1).map_or(0, |(at, _)| at) + stream.done;
        let starts = self.hold.starts.iter().copied().chain([stream.word]);
        let places: Vec<usize> = starts.filter(|start| *start > stream.done).collect();
        let is_clear = |place: &&usize| {
            let at = **place - first;
            self.hold.structure.before(**place) == **place
                && !found.iter().any(|one| one.start < at && at < one.end)
        };
        // a cut that frees little would soon be followed by another
        let worth = |place: &&usize| **place > stream.done + LEAST_FREED;
        let best = places.iter().filter(|place| **place <= far).filter(worth).filter(is_clear);
        let good = places.iter().filter(worth).filter(is_clear);
        best.max().or(good.max()).or(places.iter().max()).copied().unwrap_or(stream.done)
    }

    /// Whether `held`, which begins at byte `first` of the answer, may hold a datum as it is.
    fn may_hold_data(&self, first: usize, held: &str) -> bool {
        let least = self.guard.answer_rules().leads.least_digits;
        let digits = held.bytes().filter(u8::is_ascii_digit).count();
        digits >= least || self.hold.may_hold_datum(first, digits)
    }

    /// Replaces an open finding that reached its bound.
    fn replace_open_finding(&mut self, open: Open) {
        let end = self.stream.end();
        if self.hold.condemned.is_none() {
            let change = endless(self.stream.done, end);
            self.record(self.stream.done, &[change]);
            self.out.push_str("[removed]");
            self.hold.condemned = Some(open);
        }
        self.swallow(end);
    }

    /// Drops everything up to byte `cut`.
    fn swallow(&mut self, cut: usize) {
        self.stream.move_on(cut, self.stream.chars_to(cut));
        self.hold.move_on(cut);
    }

    /// Rewrites everything up to byte `cut` and lets it out.
    fn let_out(&mut self, cut: usize) {
        self.let_out_knowing(cut, None);
    }

    /// The same where it is known what the detectors find in all that is held and its context.
    fn let_out_knowing(&mut self, cut: usize, found: Option<&[Located]>) {
        if self.hold.looks(cut) {
            self.rewrite(cut, found);
        } else {
            self.out.push_str(self.stream.part(self.stream.done..cut));
        }
        self.swallow(cut);
    }

    fn rewrite(&mut self, cut: usize, found: Option<&[Located]>) {
        let stream = &self.stream;
        let first = stream.context();
        let forced = self.hold.changes(&(stream.done..cut), first);
        let text = stream.part(first..cut);
        let basis = Basis {
            guard: &self.guard,
            passages: &self.passages,
            canary: &self.canary,
            citations: self.citations,
            found: match found {
                None if !self.may_hold_data(first, text) => Some(&[]),
                found => found,
            },
        };
        let rewriter = &self.guard.answer_rules().rewriter;
        let (shown, changes) = rewriter.rewrite(&basis, text, stream.done - first, &forced);
        self.out.push_str(&shown);
        self.record(first, &changes);
    }

    /// Notes changes in order, whose offsets count bytes from byte `first` of the answer on and lie
    /// in what is held.
    fn record(&mut self, first: usize, changes: &[Located]) {
        let stream = &self.stream;
        let (mut at, mut point) = (stream.done, stream.done_chars);
        let mut count = |to: usize| {
            let to = to.max(at);
            point += stream.part(at..to).chars().count();
            at = to;
            point
        };
        for change in changes {
            self.findings.push(Finding {
                span: Span { start: count(first + change.start), end: count(first + change.end) },
                category: change.category,
                rule: change.rule,
                score: change.score,
                evidence: change.evidence,
                treatment: change.treatment,
            });
        }
    }
}

/// Filters a whole answer by the same rules: the text that may be shown, and the verdict.
#[must_use]
pub fn filter_whole(guard: Arc<Guard>, context: AnswerContext, answer: &str) -> Filtered {
    let mut filter = AnswerFilter::new(guard, context);
    let front = filter.push(answer);
    let mut filtered = filter.finish();
    filtered.tail.insert_str(0, &front);
    filtered
}

#[cfg(test)]
mod tests;
