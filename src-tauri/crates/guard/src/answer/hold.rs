//! What an answer is held back for.

use std::{collections::VecDeque, ops::Range};

use super::{
    AnswerContext,
    echo::{Echo, Source},
    leads::{Leads, Suspect},
    leak::{PromptWatch, unquoted},
    names::Names,
    paraphrase::Paraphrase,
    rewrite::{canary_leak, key_block, private_name, prompt_leak},
    structure::Structure,
    token::{Shape, is_wide},
};
use crate::redact::Located;

/// How many words after a lead-in such as "my name is" may belong to the datum.
const LEAD_WORDS: usize = 6;

/// The same in scripts in which each character is a word: eight of a name with a space in it, and
/// the particles before and after it.
const LEAD_CHARACTERS: usize = 16;

/// How many words that lead to a number are kept: as many as fit into what is held and its context.
const MAX_NUMBERS: usize = 64;

/// Most letters of what a full stop abbreviates within a name, as in `Dr.`, `St.` or `J.`
const INITIAL_LETTERS: usize = 3;

/// Why the answer is held back, each as the byte from which on.
pub(super) struct Hold {
    /// Groups of a number, words with a capital.
    group: Option<usize>,
    /// Single letters, as in spaced-out writing.
    letters: Option<usize>,
    /// A number, and how many characters on may say what it is.
    tail: Option<(usize, usize)>,
    lead: Option<Lead>,
    /// The key of the last word.
    previous: u64,
    pub(super) structure: Structure,
    prompt: PromptWatch,
    paraphrase: Paraphrase,
    echo: Echo,
    names: Names,
    /// Stretches that are replaced whatever the rules say; they may still grow.
    forced: Vec<Forced>,
    leak_from: Option<usize>,
    /// Where the first word begins and the last one ends that a rule must look at.
    pub(super) hot: Option<(usize, usize)>,
    /// Where the last word ends in which, or after which, something else than a number may be found.
    telling: usize,
    /// Where the last words end that lead to a number, and the fewest digits of each.
    numbers: VecDeque<(usize, usize)>,
    /// Starts of the words that are held.
    pub(super) starts: Vec<usize>,
    /// The open finding that was replaced, and whose rest is swallowed.
    pub(super) condemned: Option<Open>,
    leaks: Vec<(Source, Range<usize>)>,
}

/// A lead-in, how many words it still reaches, and what makes one of them suspect.
#[derive(Clone, Copy)]
struct Lead {
    from: usize,
    words: usize,
    suspect: Suspect,
}

/// A finding whose end is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Key,
    Leak,
    Word,
}

/// Why a stretch is replaced whatever the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Key,
    Prompt,
    Canary,
    Name,
}

/// A stretch that the structure of the answer gives away.
#[derive(Clone)]
struct Forced {
    range: Range<usize>,
    cause: Cause,
}

impl Hold {
    pub(super) fn new(context: &AnswerContext) -> Self {
        let stretches = || unquoted(&context.system_prompt);
        let passages = context.passages.iter().map(String::as_str);
        Self {
            group: None,
            letters: None,
            tail: None,
            lead: None,
            previous: 0,
            structure: Structure::default(),
            prompt: PromptWatch::new(stretches()),
            paraphrase: Paraphrase::new(stretches(), passages),
            echo: Echo::new(stretches(), &context.canary),
            names: Names::new(&context.private_names),
            forced: Vec::new(),
            leak_from: None,
            hot: None,
            telling: 0,
            numbers: VecDeque::new(),
            starts: Vec::new(),
            condemned: None,
            leaks: Vec::new(),
        }
    }

    /// Takes note of a token of `chars` characters, which starts at byte `start` of the answer.
    /// Returns whether a private key ends in it.
    pub(super) fn advance(
        &mut self,
        token: &str,
        chars: usize,
        start: usize,
        leads: &Leads,
    ) -> bool {
        let word = token.trim_start();
        let end = start + token.len();
        let range = end - word.len()..end;
        let shape = Shape::of(word);
        let lead = leads.find(word, &shape, self.previous);
        self.previous = shape.key;
        let was_open = self.structure.is_open();
        let key = self.structure.advance(token, start, shape.hot);
        if let Some(digits) = lead.map(|lead| lead.digits).filter(|digits| *digits < usize::MAX) {
            self.numbers.push_back((end, digits));
            if self.numbers.len() > MAX_NUMBERS {
                self.numbers.pop_front();
            }
        }
        // a number is held for its digits
        let lead = lead.map(|lead| lead.suspect).filter(|suspect| *suspect > Suspect::Number);
        let is_suspect = self.is_suspect(&shape, lead);
        if shape.sign || was_open || is_suspect {
            self.telling = end;
        }
        if shape.hot || was_open || is_suspect {
            self.hot = Some((self.hot.map_or(start, |(first, _)| first), end));
        }
        let group = self.follow_groups(word, &shape, start);
        self.follow_number(word, &shape, group, chars, leads.after);
        self.letters = match shape.letters {
            1 => self.letters.or(Some(start)),
            0 => self.letters,
            _ => None,
        };
        self.follow_leads(word, &shape, lead, start);
        self.keep_together();
        self.follow_names(token, start);
        self.follow_leaks(token, &shape, start, &range);
        self.starts.push(start);
        let ended = key.is_some();
        if let Some(range) = key {
            self.force(Cause::Key, range);
        }
        ended
    }

    /// Whether a lead-in makes a word of this shape one to look at: one before it, or, after a
    /// group, the word itself.
    fn is_suspect(&self, shape: &Shape, lead: Option<Suspect>) -> bool {
        let after = lead.is_some_and(|suspect| suspect > Suspect::Hot) && self.group.is_some();
        after
            || self.lead.is_some_and(|lead| match lead.suspect {
                Suspect::Any => true,
                Suspect::Capital => shape.upper,
                Suspect::Hot | Suspect::Number => false,
            })
    }

    /// Returns where the group begins that the word belongs to, or the word.
    fn follow_groups(&mut self, word: &str, shape: &Shape, start: usize) -> usize {
        let begins = shape.digit || shape.upper || word.starts_with(['(', '+']);
        let group = match self.group {
            Some(from) if shape.group => Some(from),
            None if shape.group && begins => Some(start),
            Some(_) | None => None,
        };
        // the full stop of an initial or a title ends no sentence
        let ends = shape.last && shape.letters > INITIAL_LETTERS;
        self.group = group.filter(|_| !ends);
        group.unwrap_or(start)
    }

    fn follow_number(
        &mut self,
        word: &str,
        shape: &Shape,
        group: usize,
        chars: usize,
        after: usize,
    ) {
        // a citation is no number of anything
        let counts = shape.digit && !word.starts_with('[');
        self.tail = match self.tail {
            Some((from, _)) if counts => Some((from, after)),
            None if counts => Some((group, after)),
            Some((from, left)) if left > chars => Some((from, left - chars)),
            Some(_) | None => None,
        };
    }

    fn follow_leads(&mut self, word: &str, shape: &Shape, lead: Option<Suspect>, start: usize) {
        let words = if word.starts_with(is_wide) { LEAD_CHARACTERS } else { LEAD_WORDS };
        self.lead = match (self.lead, lead) {
            (known, Some(suspect)) => Some(Lead {
                from: known.map_or(start, |known| known.from),
                words,
                suspect: known.map_or(suspect, |known| known.suspect.max(suspect)),
            }),
            (Some(known), None) if known.words > 1 && !shape.last => {
                Some(Lead { words: known.words - 1, ..known })
            }
            (_, None) => None,
        };
    }

    /// Holds a number for as long as what began soon after it: no cut may part it from the word
    /// that says what it is.
    fn keep_together(&mut self) {
        let Some((from, _)) = self.tail else { return };
        self.group = self.group.map(|group| group.min(from));
        if let Some(lead) = &mut self.lead {
            lead.from = lead.from.min(from);
        }
    }

    fn follow_names(&mut self, token: &str, start: usize) {
        let forced = &mut self.forced;
        self.names.advance(token, start, |range| force(forced, Cause::Name, range));
    }

    /// Notes the leaks of the prompt that the token makes, whose word stands at `range`.
    fn follow_leaks(&mut self, token: &str, shape: &Shape, start: usize, range: &Range<usize>) {
        self.prompt.advance(shape, range.start);
        self.paraphrase.advance(shape, range);
        self.echo.advance(token, start, &mut self.leaks);
        for (source, range) in self.leaks.drain(..) {
            let cause = match source {
                Source::Prompt => Cause::Prompt,
                Source::Canary => Cause::Canary,
            };
            force(&mut self.forced, cause, range);
        }
        if self.prompt.is_free() && self.paraphrase.is_free() && self.echo.is_free() {
            self.leak_from = None;
            return;
        }
        let words = self.prompt.leak(range.end);
        let others = self.paraphrase.leak();
        let starts = [words.as_ref(), others.as_ref()].into_iter().flatten().map(|leak| leak.start);
        let from = starts.chain(self.echo.open_leak()).min();
        // as long as any goes on, it is one leak
        self.leak_from = from.map(|from| self.leak_from.map_or(from, |known| known.min(from)));
        for leak in [words, others].into_iter().flatten() {
            self.force(Cause::Prompt, leak);
        }
    }

    fn force(&mut self, cause: Cause, range: Range<usize>) {
        force(&mut self.forced, cause, range);
    }

    /// Replaces a private key that the answer ended in, at byte `end`.
    pub(super) fn end_key(&mut self, end: usize) {
        if let Some(from) = self.structure.key_from() {
            self.force(Cause::Key, from..end);
        }
    }

    /// Where the leak began that goes on.
    pub(super) const fn open_leak(&self) -> Option<usize> {
        self.leak_from
    }

    /// Where that begins which something may yet come of; `end` if nothing may.
    pub(super) fn held_from(&self, end: usize) -> usize {
        if self.is_free() {
            return end;
        }
        let cut = [
            self.group,
            self.letters,
            self.tail.map(|(from, _)| from),
            self.lead.map(|lead| lead.from),
            self.structure.held_from(),
            self.prompt.held_from(),
            self.paraphrase.held_from(),
            self.echo.held_from(),
            self.names.held_from(),
            self.leak_from,
        ]
        .into_iter()
        .flatten()
        .fold(end, usize::min);
        let cut = self.structure.before(cut);
        // what is replaced as one is let out as one
        let parted = self.forced.iter().find(|one| one.range.start < cut && cut < one.range.end);
        parted.map_or(cut, |one| self.structure.before(one.range.start))
    }

    /// Whether a text with so many digits, which begins at byte `first`, may hold a datum for what
    /// its words say.
    pub(super) fn may_hold_datum(&self, first: usize, digits: usize) -> bool {
        let leads = self.numbers.iter().rev().take_while(|(end, _)| *end > first);
        self.telling > first || leads.into_iter().any(|(_, least)| *least <= digits)
    }

    /// Whether nothing at all is held, as is usual.
    const fn is_free(&self) -> bool {
        self.group.is_none()
            && self.letters.is_none()
            && self.tail.is_none()
            && self.lead.is_none()
            && self.leak_from.is_none()
            && self.prompt.is_free()
            && self.paraphrase.is_free()
            && self.echo.is_free()
            && self.names.is_free()
            && self.structure.is_free()
            && self.forced.is_empty()
    }

    /// Whether anything before byte `cut` is to be changed or looked at.
    pub(super) fn looks(&self, cut: usize) -> bool {
        self.hot.is_some_and(|(first, _)| first < cut)
            || self.forced.iter().any(|forced| forced.range.start < cut)
    }

    /// The changes to the bytes `within` of the answer, counted from byte `first`, in order.
    pub(super) fn changes(&self, within: &Range<usize>, first: usize) -> Vec<Located> {
        let mut forced: Vec<Forced> = Vec::new();
        for one in &self.forced {
            let start = one.range.start.max(within.start);
            let end = one.range.end.min(within.end);
            if start < end {
                forced.push(Forced { range: start - first..end - first, cause: one.cause });
            }
        }
        forced.sort_by_key(|one| (one.range.start, one.range.end));
        let mut apart: Vec<Forced> = Vec::new();
        for one in forced {
            match apart.last_mut().filter(|last| one.range.start < last.range.end) {
                // what gives the answer away as a whole is not hidden by what does not
                Some(last) if one.cause == Cause::Canary => {
                    *last = Forced {
                        range: last.range.start..one.range.end.max(last.range.end),
                        ..one
                    };
                }
                Some(last) => last.range.end = last.range.end.max(one.range.end),
                None => apart.push(one),
            }
        }
        let change = |Forced { range, cause }| match cause {
            Cause::Key => key_block(range),
            Cause::Prompt => prompt_leak(range),
            Cause::Canary => canary_leak(range),
            Cause::Name => private_name(range),
        };
        apart.into_iter().map(change).collect()
    }

    /// Everything before byte `cut` is gone.
    pub(super) fn move_on(&mut self, cut: usize) {
        self.structure.move_on(cut);
        if self.starts.last().is_none_or(|last| *last < cut) && self.is_free() {
            self.hot = self.hot.filter(|(_, last)| *last > cut);
            self.starts.clear();
            return;
        }
        self.hot =
            self.hot.filter(|(_, last)| *last > cut).map(|(first, last)| (first.max(cut), last));
        self.starts.retain(|start| *start >= cut);
        self.forced.retain(|forced| forced.range.end > cut);
        self.group = self.group.map(|from| from.max(cut));
        self.letters = self.letters.map(|from| from.max(cut));
        self.tail = self.tail.map(|(from, left)| (from.max(cut), left));
        self.lead = self.lead.map(|lead| Lead { from: lead.from.max(cut), ..lead });
    }

    /// Forgets every reason to hold, after an endless word.
    pub(super) fn forget(&mut self) {
        self.condemned = None;
        self.group = None;
        self.letters = None;
        self.tail = None;
        self.lead = None;
        self.leak_from = None;
        self.structure.reset();
        self.prompt.reset();
        self.paraphrase.reset();
        self.echo.reset();
        self.names.reset();
    }
}

/// Adds a stretch, or lengthens the one of the same cause that it goes on.
fn force(forced: &mut Vec<Forced>, cause: Cause, range: Range<usize>) {
    let known = forced.iter_mut().rev().take(8).find(|known| {
        known.cause == cause && known.range.start <= range.end && range.start <= known.range.end
    });
    match known {
        Some(known) => {
            known.range = known.range.start.min(range.start)..known.range.end.max(range.end);
        }
        None => forced.push(Forced { range, cause }),
    }
}
