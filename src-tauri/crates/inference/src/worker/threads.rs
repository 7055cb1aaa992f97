//! How many threads the next step computes with: one or all, whichever is faster at the moment.
//!
//! Threads wait for each other many times in a step, so a second one helps only while nothing else
//! wants its core. What else runs is nobody's to know in advance: each kind of step is timed both
//! ways, and timed again now and then, sooner when it became slower than it was. A step on all
//! threads that takes far longer than usual is aborted and done again on one: where a thread waits for
//! one that has no core, it can take thirty times as long.

use std::time::Duration;

/// Weight of the latest step in the running average of its kind.
const WEIGHT: f64 = 0.25;

/// Steps between two trials of the other count, at first and at most: it doubles whenever a trial
/// changed nothing.
const FIRST_PAUSE: u32 = 16;
const LONGEST_PAUSE: u32 = 512;

/// Steps of one trial. The first is left out, as threads and caches settle in it.
const TRIAL: u32 = 3;

/// The other count must be faster by this to be taken, so that noise does not decide.
const MARGIN: f64 = 0.95;

/// A step that takes so much longer than the average asks for a trial at once.
const SLOWER: f64 = 1.6;

/// A step on all threads may take so many times the average, and this long in any case.
const LIMIT: f64 = 4.0;
const LEAST_LIMIT: Duration = Duration::from_millis(40);

/// What a step does, as far as its time is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One token of one answer.
    Single,
    /// A token for each of a few answers.
    Few,
    /// A piece of a prompt.
    Many,
}

impl Kind {
    /// The kind of a step of `tokens` tokens for `parts` sequences.
    pub(super) const fn of(parts: usize, tokens: usize) -> Self {
        match tokens {
            0 | 1 => Self::Single,
            _ if tokens == parts => Self::Few,
            _ => Self::Many,
        }
    }

    /// Tokens of a usual step. One of fewer costs more a token.
    const fn usual_tokens(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Few => 16,
            Self::Many => 64,
        }
    }
}

/// Chooses between one thread and all.
pub(super) struct Threads {
    all: u32,
    kinds: [Choice; 3],
}

impl Threads {
    /// At most `all` threads; answers begin with one where the model is `small`.
    pub(super) fn new(all: u32, small: bool) -> Self {
        let start = |one: bool| Choice::new(if one { Count::One } else { Count::All });
        Self { all: all.max(1), kinds: [start(small), start(false), start(false)] }
    }

    /// Threads for the next step of `kind`.
    pub(super) fn next(&self, kind: Kind) -> u32 {
        match self.choice(kind).running() {
            Count::One => 1,
            Count::All => self.all,
        }
    }

    /// Threads that steps of `kind` use but for trials.
    pub(super) fn settled(&self, kind: Kind) -> u32 {
        match self.choice(kind).best {
            Count::One => 1,
            Count::All => self.all,
        }
    }

    /// Notes that a step of `kind` computed `tokens` tokens in `time`.
    pub(super) fn note(&mut self, kind: Kind, tokens: usize, time: Duration) {
        if self.all > 1 {
            self.kinds[kind as usize].note(seconds_each(tokens, time));
        }
    }

    /// How long the next step of `kind` may take.
    pub(super) fn limit(&self, kind: Kind, tokens: usize) -> Option<Duration> {
        let choice = self.choice(kind);
        let usual = choice.average.filter(|_| self.next(kind) > 1)?;
        let tokens = u32::try_from(tokens.max(kind.usual_tokens())).unwrap_or(u32::MAX);
        let tokens = f64::from(tokens);
        Some(Duration::from_secs_f64(usual * tokens * LIMIT).max(LEAST_LIMIT))
    }

    /// Notes that a step of `kind` was aborted at its limit, after `time`: the next runs on one
    /// thread.
    pub(super) fn overran(&mut self, kind: Kind, tokens: usize, time: Duration) {
        self.kinds[kind as usize].overran(seconds_each(tokens, time));
    }

    fn choice(&self, kind: Kind) -> &Choice {
        &self.kinds[kind as usize]
    }
}

/// Seconds that each of `tokens` took.
pub(super) fn seconds_each(tokens: usize, time: Duration) -> f64 {
    time.as_secs_f64() / f64::from(u32::try_from(tokens.max(1)).unwrap_or(u32::MAX))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    All,
}

impl Count {
    const fn other(self) -> Self {
        match self {
            Self::One => Self::All,
            Self::All => Self::One,
        }
    }
}

/// The choice for one kind of step.
struct Choice {
    best: Count,
    /// Average seconds a token with the best count.
    average: Option<f64>,
    /// Steps until the next trial.
    pause: u32,
    next_pause: u32,
    /// Steps left of a trial of the other count, and the fastest of it.
    trial: Option<(u32, f64)>,
}

impl Choice {
    const fn new(best: Count) -> Self {
        Self { best, average: None, pause: FIRST_PAUSE, next_pause: FIRST_PAUSE, trial: None }
    }

    fn running(&self) -> Count {
        if self.trial.is_some() { self.best.other() } else { self.best }
    }

    fn note(&mut self, seconds: f64) {
        if let Some((left, fastest)) = self.trial {
            let fastest = if left == TRIAL { fastest } else { fastest.min(seconds) };
            if left > 1 {
                self.trial = Some((left - 1, fastest));
            } else {
                self.trial = None;
                self.decide(fastest);
            }
            return;
        }
        let surprised = self.average.is_some_and(|average| seconds > average * SLOWER);
        self.average =
            Some(self.average.map_or(seconds, |average| average + WEIGHT * (seconds - average)));
        self.pause = if surprised { self.pause.min(FIRST_PAUSE / 4) } else { self.pause };
        self.pause = self.pause.saturating_sub(1);
        if self.pause == 0 {
            self.trial = Some((TRIAL, f64::INFINITY));
        }
    }

    fn overran(&mut self, seconds: f64) {
        if self.trial.take().is_some() {
            self.decide(f64::INFINITY);
        } else {
            self.average = Some(seconds);
            self.trial = Some((TRIAL, f64::INFINITY));
        }
    }

    fn decide(&mut self, other: f64) {
        if self.average.is_some_and(|average| other < average * MARGIN) {
            self.best = self.best.other();
            self.average = Some(other);
            self.next_pause = FIRST_PAUSE;
        } else {
            self.next_pause = (self.next_pause * 2).min(LONGEST_PAUSE);
        }
        self.pause = self.next_pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `steps` single-token steps that take `one` or `all` milliseconds; how many took each.
    fn run(threads: &mut Threads, steps: u32, one: u64, all: u64) -> (u32, u32) {
        let (mut ones, mut alls) = (0, 0);
        for _ in 0..steps {
            let time = if threads.next(Kind::Single) == 1 {
                ones += 1;
                one
            } else {
                alls += 1;
                all
            };
            threads.note(Kind::Single, 1, Duration::from_millis(time));
        }
        (ones, alls)
    }

    #[test]
    fn the_faster_count_is_found_whichever_comes_first() {
        for small in [true, false] {
            let mut threads = Threads::new(4, small);
            run(&mut threads, 100, 20, 8);
            assert_eq!(threads.settled(Kind::Single), 4);
            let mut threads = Threads::new(4, small);
            run(&mut threads, 100, 8, 20);
            assert_eq!(threads.settled(Kind::Single), 1);
        }
    }

    #[test]
    fn other_programs_are_noticed_within_a_few_steps_and_their_end_too() {
        let mut threads = Threads::new(2, false);
        let (ones, _) = run(&mut threads, 2_000, 10, 6);
        assert!(ones < 40, "{ones} trials in 2,000 steps that changed nothing");
        run(&mut threads, 12, 15, 200);
        assert_eq!(threads.settled(Kind::Single), 1);
        run(&mut threads, 600, 10, 6);
        assert_eq!(threads.settled(Kind::Single), 2);
    }

    #[test]
    fn a_step_that_overran_is_done_again_on_one_thread() {
        let mut threads = Threads::new(2, false);
        assert_eq!(threads.limit(Kind::Many, 64), None, "nothing is known yet");
        threads.note(Kind::Many, 64, Duration::from_millis(128));
        assert_eq!(threads.limit(Kind::Many, 64), Some(Duration::from_millis(512)));
        threads.overran(Kind::Many, 64, Duration::from_millis(512));
        for _ in 0..TRIAL {
            assert_eq!((threads.next(Kind::Many), threads.limit(Kind::Many, 64)), (1, None));
            threads.note(Kind::Many, 64, Duration::from_millis(200));
        }
        assert_eq!(threads.settled(Kind::Many), 1);

        // A trial of all threads is given up at its limit.
        while threads.next(Kind::Many) == 1 {
            threads.note(Kind::Many, 64, Duration::from_millis(200));
        }
        assert!(threads.limit(Kind::Many, 64).is_some());
        threads.overran(Kind::Many, 64, Duration::from_millis(800));
        assert_eq!(threads.next(Kind::Many), 1);
    }

    #[test]
    fn noise_decides_nothing_and_one_thread_has_no_choice() {
        let mut threads = Threads::new(2, true);
        run(&mut threads, 300, 100, 98);
        assert_eq!(threads.settled(Kind::Single), 1);
        let mut alone = Threads::new(1, false);
        assert_eq!(run(&mut alone, 100, 10, 1), (100, 0));
    }

    #[test]
    fn kinds_of_steps_are_told_apart() {
        let kinds = [(1, 1), (2, 2), (16, 16), (1, 17), (2, 3)]
            .map(|(parts, tokens)| Kind::of(parts, tokens));
        assert_eq!(kinds, [Kind::Single, Kind::Few, Kind::Few, Kind::Many, Kind::Many]);
        let mut threads = Threads::new(2, true);
        threads.note(Kind::Many, 64, Duration::from_millis(170));
        assert_eq!((threads.next(Kind::Single), threads.next(Kind::Many)), (1, 2));
    }
}
