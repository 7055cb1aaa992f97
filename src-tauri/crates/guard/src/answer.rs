//! The filter of the answer (stage 11), which works while the answer is being written.
//!
//! The answer is read one character at a time and cut between words, at places that depend on the
//! text alone; each stretch between two cuts is rewritten by the same rules. So the output is the
//! same, byte for byte, however the answer arrives, and equals [`filter_whole`].
//!
//! A word is let out as soon as it ends and nothing can come of it. What may become part of a
//! finding is held: groups of a number, words after "my name is" and the like, an open bracket or
//! tag, a run of words of the system prompt. At most [`MAX_HELD`] characters are held, then the
//! front part is let out at a place that lies in no finding. Only an *open finding* is held longer:
//! a key block without its end, a leak that goes on, a single word without end. At [`MAX_OPEN`]
//! characters it is replaced, and its rest is swallowed.

mod hold;
mod leak;
mod passages;
mod rewrite;
mod stream;
mod structure;
mod token;

use std::{collections::HashSet, sync::Arc};

use cloister_types::Sanitized;

use self::{
    hold::{Forced, Hold, Open},
    leak::PromptWatch,
    passages::Passages,
    rewrite::{Basis, CANARY, Rewriter, endless},
    stream::Stream,
    structure::Structure,
    token::Shape,
};
use crate::{
    Finding, Guard, ModerationLabel, Span, guard::vouch, normalise::part, pii::Detectors,
    redact::Located,
};

/// Most characters that are held back outside an open finding.
pub const MAX_HELD: usize = 160;

/// Most characters of an open finding that are held back before it is replaced.
pub const MAX_OPEN: usize = 4096;

/// Characters before a stretch that its rules may look at.
const CONTEXT: usize = 64;

/// No finding of several words is longer than this, so that a cut before its reach is safe.
const REACH: usize = 64;

/// How many words after a lead-in such as "my name is" may belong to the datum.
const LEAD_WORDS: usize = 6;

/// What the filters of all answers share.
pub(crate) struct AnswerRules {
    rewriter: Rewriter,
    /// Words after which a datum of several words may stand.
    leads: HashSet<&'static str>,
}

impl AnswerRules {
    pub(crate) fn new(detectors: &Detectors) -> Self {
        let leads = detectors.lead_words().filter(|word| word.len() > 1).collect();
        Self { rewriter: Rewriter::new(), leads }
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
    /// Whether the answer must be taken back: it held the canary, or it is abusive, hateful or
    /// sexual as a whole.
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
        let AnswerContext { passages, system_prompt, canary, citations } = context;
        let hold = Hold {
            group: None,
            lead: None,
            structure: Structure::default(),
            prompt: PromptWatch::new(&system_prompt),
            forced: Vec::new(),
            leak_is_open: false,
            hot: None,
            starts: Vec::new(),
            condemned: None,
        };
        let canary = canary.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        Self {
            guard,
            passages: Passages::new(passages),
            canary: canary.collect(),
            citations,
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
        for c in chunk.chars() {
            self.step(c);
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
        if let Some(from) = self.hold.structure.key_from() {
            self.hold.forced.push(Forced { range: from..end, open: Open::Key });
        }
        self.let_out(end);
        let tail = std::mem::take(&mut self.out);
        self.shown.push_str(&tail);
        let leaked = self.findings.iter().any(|finding| finding.rule == CANARY);
        let moderation = self.guard.moderation(&self.guard.normalise(&self.shown));
        let offends = moderation.labels.iter().any(|label| match label {
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

    fn step(&mut self, c: char) {
        if self.stream.boundaries.begins(c) {
            self.complete_word();
            self.let_out_what_is_free();
            self.stream.word = self.stream.end();
            self.stream.word_chars = 0;
        }
        self.stream.text.push(c);
        self.stream.held_chars += 1;
        self.stream.word_chars += 1;
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
        let token = part(&self.stream.text, start - self.stream.base..);
        let word = token.trim_start();
        let shape = Shape::of(word);
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let leads = self.guard.answer_rules().leads.contains(bare.as_str());
        let names_canary = !bare.is_empty() && self.canary.contains(&bare);
        let hold = &mut self.hold;
        let was_open = hold.structure.is_open();
        let key = hold.structure.advance(token, start, shape.hot);
        if shape.hot || leads || was_open || names_canary {
            hold.hot = Some((hold.hot.map_or(start, |(first, _)| first), end));
        }
        hold.follow_groups(word, shape, start);
        hold.follow_leads(shape, leads, start);
        hold.prompt.advance(word, start + (token.len() - word.len()));
        hold.follow_leak(end);
        hold.starts.push(start);
        let key_ended = key.is_some();
        hold.forced.extend(key.map(|range| Forced { range, open: Open::Key }));
        match hold.condemned {
            Some(Open::Key) if key_ended => self.swallow(end),
            Some(Open::Leak) if !hold.leak_is_open => self.swallow(start),
            _ => return,
        }
        self.hold.condemned = None;
    }

    /// Lets out everything before the first thing that is held.
    fn let_out_what_is_free(&mut self) {
        let end = self.stream.end();
        let hold = &self.hold;
        let leak = hold.open_leak();
        let cut = [
            hold.group,
            hold.lead.map(|(from, _)| from),
            hold.structure.held_from(),
            hold.prompt.held_from(),
            leak,
        ]
        .into_iter()
        .flatten()
        .fold(end, usize::min);
        let cut = hold.structure.before(cut);
        if cut > self.stream.done {
            self.let_out(cut);
        }
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
        let cut = self.safest_cut();
        if cut > self.stream.done {
            self.let_out(cut);
        }
    }

    /// The last place between two held words that no finding covers and none can reach.
    fn safest_cut(&self) -> usize {
        let stream = &self.stream;
        let held = stream.part(stream.done..stream.end());
        let found = crate::redact::locate(&self.guard, &self.guard.plain_readings(held));
        let far = held.char_indices().rev().nth(REACH - 1).map_or(0, |(at, _)| at) + stream.done;
        let starts = self.hold.starts.iter().copied().chain([stream.word]);
        let places: Vec<usize> = starts.filter(|start| *start > stream.done).collect();
        let is_clear = |place: &&usize| {
            let at = **place - stream.done;
            self.hold.structure.before(**place) == **place
                && !found.iter().any(|one| one.start < at && at < one.end)
        };
        let best = places.iter().filter(is_clear).filter(|place| **place <= far).max();
        let good = places.iter().filter(is_clear).max();
        best.or(good).or(places.iter().max()).copied().unwrap_or(stream.done)
    }

    /// Replaces an open finding that reached its bound.
    fn replace_open_finding(&mut self, open: Open) {
        let end = self.stream.end();
        if self.hold.condemned.is_none() {
            self.record(&endless(self.stream.done, end));
            self.out.push_str("[removed]");
            self.hold.condemned = Some(open);
        }
        self.swallow(end);
    }

    /// Drops everything up to byte `cut`.
    fn swallow(&mut self, cut: usize) {
        let dropped = self.stream.part(self.stream.done..cut).chars().count();
        self.move_on(cut, dropped);
    }

    /// Rewrites everything up to byte `cut` and lets it out.
    fn let_out(&mut self, cut: usize) {
        let stream = &self.stream;
        let chars = stream.part(stream.done..cut).chars().count();
        let looks = self.hold.hot.is_some_and(|(first, _)| first < cut)
            || self.hold.forced.iter().any(|forced| forced.range.start < cut);
        if looks {
            self.rewrite(cut);
        } else {
            self.out.push_str(part(&stream.text, stream.done - stream.base..cut - stream.base));
        }
        self.move_on(cut, chars);
    }

    fn rewrite(&mut self, cut: usize) {
        let stream = &self.stream;
        let before = part(&stream.text, ..stream.done - stream.base);
        let context = before.char_indices().rev().nth(CONTEXT - 1).map_or(0, |(at, _)| at);
        let first = stream.base + context;
        let within = stream.done..cut;
        let forced: Vec<Located> =
            self.hold.forced.iter().filter_map(|forced| forced.change(&within, first)).collect();
        let basis = Basis {
            guard: &self.guard,
            passages: &self.passages,
            canary: &self.canary,
            citations: self.citations,
        };
        let from = stream.done - first;
        let (shown, changes) = self.guard.answer_rules().rewriter.rewrite(
            &basis,
            stream.part(first..cut),
            from,
            &forced,
        );
        self.out.push_str(&shown);
        for change in changes {
            self.record(&Located {
                start: change.start + first,
                end: change.end + first,
                ..change
            });
        }
    }

    /// Notes a change, whose offsets are bytes of the answer not before `done`.
    fn record(&mut self, change: &Located) {
        let stream = &self.stream;
        let count = |to: usize| {
            stream.done_chars + stream.part(stream.done..to.max(stream.done)).chars().count()
        };
        self.findings.push(Finding {
            span: Span { start: count(change.start), end: count(change.end) },
            category: change.category,
            rule: change.rule,
            score: change.score,
            evidence: change.evidence,
            treatment: change.treatment,
        });
    }

    /// Forgets what was let out up to byte `cut`, which was `chars` characters.
    fn move_on(&mut self, cut: usize, chars: usize) {
        self.stream.done = cut;
        self.stream.done_chars += chars;
        self.stream.held_chars -= chars;
        let hold = &mut self.hold;
        hold.hot =
            hold.hot.filter(|(_, last)| *last > cut).map(|(first, last)| (first.max(cut), last));
        hold.starts.retain(|start| *start >= cut);
        hold.forced.retain(|forced| forced.range.end > cut);
        hold.structure.move_on(cut);
        hold.group = hold.group.map(|from| from.max(cut));
        hold.lead = hold.lead.map(|(from, words)| (from.max(cut), words));
        self.stream.trim();
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
