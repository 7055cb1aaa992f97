//! Chooses the next token: always the likeliest, so that one prompt has one answer.

use llama_cpp_2::token::LlamaToken;

/// How far back a token of the answer counts as a repetition (llama.cpp's `--repeat-last-n`).
const WINDOW: usize = 64;

/// What a repeated token's score is divided by. Small models circle without it; a figure from the
/// passages can still be said, because only the answer counts and not the prompt.
const PENALTY: f32 = 1.1;

/// Picks tokens greedily, with a penalty on those that the answer used lately.
#[derive(Default)]
pub(super) struct Sampler {
    scores: Vec<f32>,
}

impl Sampler {
    /// The best token by `logits`, one for each entry of the vocabulary, after `answer`.
    pub(super) fn choose(&mut self, logits: &[f32], answer: &[LlamaToken]) -> LlamaToken {
        self.scores.clear();
        self.scores.extend_from_slice(logits);
        let recent = &answer[answer.len().saturating_sub(WINDOW)..];
        for (at, token) in recent.iter().enumerate() {
            if recent[..at].contains(token) {
                continue;
            }
            if let Some(score) =
                usize::try_from(token.0).ok().and_then(|id| self.scores.get_mut(id))
            {
                *score = if *score > 0.0 { *score / PENALTY } else { *score * PENALTY };
            }
        }
        LlamaToken(i32::try_from(largest(&self.scores)).expect("a vocabulary is indexed by i32"))
    }
}

/// The index of the largest score, the first of equals. Two passes, as the first is vectorised.
fn largest(scores: &[f32]) -> usize {
    const LANES: usize = 16;
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (blocks, rest) = scores.as_chunks::<LANES>();
    for block in blocks {
        for (lane, score) in lanes.iter_mut().zip(block) {
            *lane = if *score > *lane { *score } else { *lane };
        }
    }
    let best = lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |best, score| best.max(*score));
    scores.iter().position(|score| *score >= best).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_repeated_token_loses_its_lead_but_a_clear_winner_stays() {
        let mut sampler = Sampler::default();
        let repeated = [LlamaToken(1), LlamaToken(1)];
        assert_eq!(sampler.choose(&[0.0, 5.0, 4.8], &[]), LlamaToken(1));
        assert_eq!(sampler.choose(&[0.0, 5.0, 4.8], &repeated), LlamaToken(2));
        assert_eq!(sampler.choose(&[0.0, 9.0, 4.8], &repeated), LlamaToken(1));
        assert_eq!(sampler.choose(&[-9.0, -1.0, -1.05], &repeated), LlamaToken(2));
    }

    #[test]
    fn the_window_ends() {
        let mut answer = vec![LlamaToken(1)];
        answer.extend([LlamaToken(0); WINDOW]);
        assert_eq!(Sampler::default().choose(&[0.0, 5.0, 4.8], &answer), LlamaToken(1));
    }

    proptest! {
        #[test]
        fn the_largest_is_the_first_maximum(scores in proptest::collection::vec(-1e3_f32..1e3, 1..200)) {
            let best = scores.iter().copied().fold(f32::MIN, f32::max);
            let first = scores.iter().position(|score| score.total_cmp(&best).is_eq());
            prop_assert_eq!(Some(largest(&scores)), first);
        }
    }
}
