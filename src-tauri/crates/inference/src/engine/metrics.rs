//! What the engine did since it was started, in counts and histograms that stay in memory.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{FinishReason, WorkerStats};

/// Upper bounds of a histogram's buckets, in the unit of what it counts; one more has no bound.
/// Three a decade, from a thousandth to a thousand (a 1-2-5 series as on oscilloscopes).
pub const BOUNDS: [f64; 19] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
    200.0, 500.0, 1_000.0,
];

/// How often values fell where.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    counts: [u64; BOUNDS.len() + 1],
    sum: f64,
}

impl Histogram {
    fn note(&mut self, value: f64) {
        let bucket = BOUNDS.iter().position(|bound| value <= *bound).unwrap_or(BOUNDS.len());
        self.counts[bucket] += 1;
        self.sum += value;
    }

    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The sum of all values.
    #[must_use]
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// How many values fell into each bucket: up to each of [`BOUNDS`], and above the last.
    #[must_use]
    pub const fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The bound under which a `share` of the values lies, from 0 to 1; `None` without values. The
    /// last bound stands for everything above it.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let wanted = share.clamp(0.0, 1.0) * count as f64;
        let mut below = 0.0;
        let bucket = self.counts.iter().position(|count| {
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
            let count = *count as f64;
            below += count;
            below >= wanted && below > 0.0
        });
        bucket.map(|bucket| BOUNDS[bucket.min(BOUNDS.len() - 1)])
    }
}

/// What the engine did since it was started.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EngineMetrics {
    /// Requests that run now.
    pub running: usize,
    /// Requests that wait now.
    pub waiting: usize,
    /// Requests that can run at the same time; 0 before the model is ready.
    pub sequences: u32,
    /// Answers that the model ended.
    pub stopped: u64,
    /// Answers that were cut at their length.
    pub cut: u64,
    /// Answers that their reader cancelled.
    pub cancelled: u64,
    /// Answers that ran out of time.
    pub late: u64,
    /// Answers that went round in circles.
    pub looping: u64,
    /// Requests that failed or were refused.
    pub failed: u64,
    /// Times that the worker ended and was started again.
    pub restarts: u64,
    /// Tokens of all prompts.
    pub prompt_tokens: u64,
    /// How many of them were there from an earlier prompt.
    pub cached_tokens: u64,
    /// Tokens of all answers.
    pub completion_tokens: u64,
    /// Seconds from a request to its start.
    pub queue_seconds: Histogram,
    /// Seconds from a request to its first text.
    pub first_text_seconds: Histogram,
    /// Tokens a second of each answer, from its first text to its end.
    pub tokens_per_second: Histogram,
    /// What the worker said last.
    pub worker: WorkerStats,
}

impl EngineMetrics {
    pub(super) fn count_finished(&mut self, reason: FinishReason) {
        match reason {
            FinishReason::Stop => self.stopped += 1,
            FinishReason::Length => self.cut += 1,
            FinishReason::Cancelled => self.cancelled += 1,
            FinishReason::Deadline => self.late += 1,
            FinishReason::Repetition => self.looping += 1,
        }
    }

    pub(super) fn note_queue(&mut self, waited: Duration) {
        self.queue_seconds.note(waited.as_secs_f64());
    }

    pub(super) fn note_first_text(&mut self, after: Duration) {
        self.first_text_seconds.note(after.as_secs_f64());
    }

    /// Notes an answer of `tokens` tokens, the first of which came `time` before the last.
    pub(super) fn note_answer(&mut self, tokens: u32, time: Duration) {
        self.completion_tokens += u64::from(tokens);
        if tokens > 1 && !time.is_zero() {
            self.tokens_per_second.note(f64::from(tokens - 1) / time.as_secs_f64());
        }
    }
}

/// The metrics of one engine, written by its supervisor and read by anybody.
#[derive(Debug, Clone, Default)]
pub(super) struct Metrics(Arc<Mutex<EngineMetrics>>);

impl Metrics {
    pub(super) fn read(&self) -> EngineMetrics {
        self.lock().clone()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, EngineMetrics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_bound_of_its_bucket() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        for value in [0.004, 0.3, 0.4, 0.45, 7_000.0] {
            histogram.note(value);
        }
        let quantile = |share| histogram.quantile(share).expect("there are values");
        let bits = |values: [f64; 5]| values.map(f64::to_bits);
        let quantiles = [0.0, 0.2, 0.5, 0.8, 1.0].map(quantile);
        assert_eq!(bits(quantiles), bits([0.005, 0.005, 0.5, 0.5, 1_000.0]));
        assert_eq!((histogram.count(), histogram.counts()[BOUNDS.len()]), (5, 1));
    }

    #[test]
    fn a_value_on_a_bound_counts_below_it() {
        for (bucket, bound) in BOUNDS.iter().enumerate() {
            let mut histogram = Histogram::default();
            histogram.note(*bound);
            assert_eq!(histogram.counts()[bucket], 1, "{bound}");
        }
    }

    #[test]
    fn the_speed_of_an_answer_leaves_its_first_token_out() {
        let mut metrics = EngineMetrics::default();
        metrics.note_answer(1, Duration::from_secs(1));
        assert_eq!(metrics.tokens_per_second.count(), 0);
        metrics.note_answer(11, Duration::from_secs(1));
        assert!((metrics.tokens_per_second.sum() - 10.0).abs() < 1e-9);
        assert_eq!(metrics.completion_tokens, 12);
    }
}
