//! How many tokens of prompts one step computes.
//!
//! Alone, a prompt is computed in the largest pieces, which are the fastest. Beside answers a step is
//! kept so short that nobody sees their text stop.

use std::time::Duration;

use super::{
    plan::Work,
    threads::{Kind, seconds_each},
};

/// Tokens of prompts in one step at most: llama.cpp's speed hardly grows beyond.
pub(super) const LARGEST_CHUNK: usize = 256;

/// Fewer than this would compute a prompt at the speed of an answer.
const SMALLEST_CHUNK: usize = 32;

/// How long a step may take while answers wait for their next token.
const STEP: Duration = Duration::from_millis(100);

/// Weight of the latest step in the running average.
const WEIGHT: f64 = 0.3;

/// The speed at which prompts are computed, as it was seen lately.
#[derive(Default)]
pub(super) struct Pace {
    seconds_each: Option<f64>,
}

impl Pace {
    /// Tokens of prompts in the next step.
    pub(super) fn chunk(&self, works: &[Work]) -> usize {
        if works.iter().any(|work| work.prompt_left == 0) { self.beside() } else { LARGEST_CHUNK }
    }

    /// Notes that a step of `kind` computed `tokens` tokens in `time`.
    pub(super) fn note(&mut self, kind: Kind, tokens: usize, time: Duration) {
        if kind == Kind::Many {
            let seconds = seconds_each(tokens, time);
            let average = self.seconds_each.unwrap_or(seconds);
            self.seconds_each = Some(average + WEIGHT * (seconds - average));
        }
    }

    fn beside(&self) -> usize {
        let Some(seconds) = self.seconds_each else { return SMALLEST_CHUNK };
        let fitting = Duration::from_secs_f64(seconds.max(1e-6)).as_nanos().max(1);
        let tokens = usize::try_from(STEP.as_nanos() / fitting).unwrap_or(LARGEST_CHUNK);
        tokens.clamp(SMALLEST_CHUNK, LARGEST_CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Priority;

    fn work(prompt_left: usize) -> Work {
        Work { priority: Priority::Interactive, arrival: 0, prompt_left, overtaken: false }
    }

    #[test]
    fn a_step_beside_answers_is_as_long_as_they_can_bear() {
        let mut pace = Pace::default();
        for _ in 0..20 {
            pace.note(Kind::Many, 64, Duration::from_millis(160));
            pace.note(Kind::Single, 1, Duration::from_millis(900));
        }
        assert_eq!(pace.chunk(&[work(900), work(0)]), 40);
        assert_eq!(pace.chunk(&[work(900), work(300)]), LARGEST_CHUNK);
        for _ in 0..20 {
            pace.note(Kind::Many, 64, Duration::from_mins(1));
        }
        assert_eq!(pace.chunk(&[work(900), work(0)]), SMALLEST_CHUNK, "it always goes on");
    }
}
