//! Measures the model's speed as `llama-bench` does: random tokens in, greedy tokens out.

use std::time::{Duration, Instant};

use llama_cpp_2::{token::LlamaToken, vocab::LlamaVocab};

use super::{
    context::Decoded,
    inbox::Interrupts,
    pace::LARGEST_CHUNK,
    sampler::Sampler,
    slots::{Part, Slots},
    threads::{Kind, Threads},
};
use crate::{WorkerError, protocol::BenchPlan};

/// The place that is measured in.
const SLOT: u32 = 0;

/// Tokens in a second.
pub(super) struct Rates {
    pub(super) prefill: f64,
    pub(super) decode: f64,
}

/// What is measured.
pub(super) struct Bench<'b, 'model> {
    pub(super) vocabulary: &'b LlamaVocab<'model>,
    pub(super) slots: &'b mut Slots<'model>,
    pub(super) threads: &'b mut Threads,
    pub(super) sampler: &'b mut Sampler,
    pub(super) interrupts: &'b Interrupts,
}

impl Bench<'_, '_> {
    /// Runs `plan`, as long as the parent is there. What does not fit into the context is cut.
    pub(super) fn measure(mut self, plan: BenchPlan) -> Result<Rates, WorkerError> {
        let room = self.slots.capacity();
        let fit =
            |tokens: u32, room: usize| usize::try_from(tokens).unwrap_or(usize::MAX).min(room);
        let depth = fit(plan.depth, room.saturating_sub(1));
        let prompt = random_text(self.vocabulary, depth, fit(plan.prompt_tokens, room - depth));
        let decode = fit(plan.decode_tokens, room - depth);

        self.slots.truncate(SLOT, 0)?;
        self.read(&random_text(self.vocabulary, 0, depth))?;
        let (mut prefill, mut generation) = (Duration::MAX, Duration::MAX);
        for _ in 0..plan.repetitions.max(1) {
            if self.interrupts.ended() {
                break;
            }
            prefill = prefill.min(self.read(&prompt)?);
            self.slots.truncate(SLOT, depth)?;
            generation = generation.min(self.write(decode, depth)?);
            self.slots.truncate(SLOT, depth)?;
        }
        self.slots.truncate(SLOT, 0)?;
        Ok(Rates { prefill: rate(prompt.len(), prefill), decode: rate(decode, generation) })
    }

    fn read(&mut self, tokens: &[LlamaToken]) -> Result<Duration, WorkerError> {
        let start = Instant::now();
        for chunk in tokens.chunks(LARGEST_CHUNK) {
            if self.step(chunk)? == Decoded::Aborted {
                break;
            }
        }
        Ok(start.elapsed())
    }

    fn write(&mut self, count: usize, depth: usize) -> Result<Duration, WorkerError> {
        let mut token = text_token(self.vocabulary, depth);
        let start = Instant::now();
        for _ in 0..count {
            if self.step(&[token])? == Decoded::Aborted {
                break;
            }
            token = self.sampler.choose(self.slots.scores(0)?, &[]);
        }
        Ok(start.elapsed())
    }

    /// Computes `tokens`; aborted only when the parent is gone.
    fn step(&mut self, tokens: &[LlamaToken]) -> Result<Decoded, WorkerError> {
        let kind = Kind::of(1, tokens.len());
        self.slots.context().set_threads(self.threads.next(kind));
        loop {
            let start = Instant::now();
            let decoded = self.slots.evaluate(&[Part { slot: SLOT, tokens }])?;
            match decoded {
                Decoded::Whole => self.threads.note(kind, tokens.len(), start.elapsed()),
                // A cancellation that came too late for its request.
                Decoded::Aborted if !self.interrupts.ended() => {
                    self.interrupts.heard();
                    continue;
                }
                Decoded::Aborted => {}
            }
            return Ok(decoded);
        }
    }
}

/// The `index`-th of a fixed series of tokens that stand for text.
pub(super) fn text_token(vocabulary: &LlamaVocab<'_>, index: usize) -> LlamaToken {
    let size = usize::try_from(vocabulary.n_tokens()).unwrap_or(1).max(1);
    // A multiplicative hash (Knuth, TAOCP 3, 6.4) scatters the series over the vocabulary.
    let start = (index + 1).wrapping_mul(2_654_435_761) % size;
    (start..size)
        .chain(0..start)
        .filter_map(|id| i32::try_from(id).ok().map(LlamaToken))
        .find(|token| !vocabulary.is_control(*token) && !vocabulary.is_eog(*token))
        .unwrap_or(LlamaToken(0))
}

fn random_text(vocabulary: &LlamaVocab<'_>, from: usize, length: usize) -> Vec<LlamaToken> {
    (from..from + length).map(|index| text_token(vocabulary, index)).collect()
}

fn rate(tokens: usize, time: Duration) -> f64 {
    let tokens = u32::try_from(tokens).map_or(f64::from(u32::MAX), f64::from);
    if time.is_zero() { 0.0 } else { tokens / time.as_secs_f64() }
}
