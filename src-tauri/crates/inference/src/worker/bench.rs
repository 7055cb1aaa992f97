//! Measures the model's speed as `llama-bench` does: random tokens in, greedy tokens out.

use std::time::{Duration, Instant};

use llama_cpp_2::{token::LlamaToken, vocab::LlamaVocab};

use super::{sampler::Sampler, sequence::Sequence};
use crate::{
    WorkerError,
    protocol::{BenchPlan, FinishReason},
};

/// Tokens in a second.
pub(super) struct Rates {
    pub(super) prefill: f64,
    pub(super) decode: f64,
}

/// Runs `plan` on `sequence`, whose tokens are lost. What does not fit into the context is cut.
pub(super) fn measure(
    plan: BenchPlan,
    vocabulary: &LlamaVocab<'_>,
    sequence: &mut Sequence<'_>,
    sampler: &mut Sampler,
    ended: impl Fn() -> bool,
) -> Result<Rates, WorkerError> {
    let room = sequence.capacity();
    let fit = |tokens: u32, room: usize| usize::try_from(tokens).unwrap_or(usize::MAX).min(room);
    let depth = fit(plan.depth, room.saturating_sub(1));
    let prompt = random_text(vocabulary, depth, fit(plan.prompt_tokens, room - depth));
    let decode = fit(plan.decode_tokens, room - depth);
    let stop = || ended().then_some(FinishReason::Cancelled);

    sequence.truncate(0)?;
    sequence.extend(&random_text(vocabulary, 0, depth), stop)?;
    let (mut prefill, mut generation) = (Duration::MAX, Duration::MAX);
    for _ in 0..plan.repetitions.max(1) {
        if ended() {
            break;
        }
        let start = Instant::now();
        sequence.extend(&prompt, stop)?;
        prefill = prefill.min(start.elapsed());
        sequence.truncate(depth)?;

        let mut token = text_token(vocabulary, depth);
        let start = Instant::now();
        for _ in 0..decode {
            if ended() {
                break;
            }
            sequence.evaluate(&[token])?;
            token = sampler.choose(sequence.logits(), &[]);
        }
        generation = generation.min(start.elapsed());
        sequence.truncate(depth)?;
    }
    sequence.truncate(0)?;
    Ok(Rates { prefill: rate(prompt.len(), prefill), decode: rate(decode, generation) })
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
