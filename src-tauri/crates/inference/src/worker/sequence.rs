//! The tokens that the model has in its context, and their evaluation.

use llama_cpp_2::{context::LlamaContext, llama_batch::LlamaBatch, token::LlamaToken};

use crate::{WorkerError, protocol::FinishReason};

/// Tokens of a prompt that are evaluated at a time. Between two chunks a cancellation is heard, so
/// this bounds how long one is not: 0.18 s with the default model on two cores.
pub(super) const CHUNK_TOKENS: usize = 64;

/// The only sequence of the context.
const SEQUENCE: i32 = 0;

/// One sequence of tokens whose keys and values are in the context.
pub(super) struct Sequence<'model> {
    context: LlamaContext<'model>,
    batch: LlamaBatch<'static>,
    tokens: Vec<LlamaToken>,
}

impl<'model> Sequence<'model> {
    pub(super) fn new(context: LlamaContext<'model>) -> Self {
        Self { context, batch: LlamaBatch::new(CHUNK_TOKENS, 1), tokens: Vec::new() }
    }

    /// Tokens that fit.
    pub(super) fn capacity(&self) -> usize {
        usize::try_from(self.context.n_ctx()).unwrap_or(usize::MAX)
    }

    /// How many tokens at the start of `prompt` are here already.
    pub(super) fn common_prefix(&self, prompt: &[LlamaToken]) -> usize {
        self.tokens.iter().zip(prompt).take_while(|(have, want)| have == want).count()
    }

    /// Forgets all but the first `length` tokens, or all of them where the model's memory cannot
    /// be cut (recurrent models). Returns how many are left.
    pub(super) fn truncate(&mut self, length: usize) -> Result<usize, WorkerError> {
        if length < self.tokens.len() {
            let from = u32::try_from(length).map_err(|_| WorkerError::Evaluate)?;
            let cut = self
                .context
                .clear_kv_cache_seq(Some(0), Some(from), None)
                .map_err(|_| WorkerError::Evaluate)?;
            if cut {
                self.tokens.truncate(length);
            } else {
                self.context.clear_kv_cache();
                self.tokens.clear();
            }
        }
        Ok(self.tokens.len())
    }

    /// Evaluates `tokens` after those that are here, chunk by chunk. `interrupted` is asked before
    /// each chunk; what was evaluated until then stays.
    pub(super) fn extend(
        &mut self,
        tokens: &[LlamaToken],
        interrupted: impl Fn() -> Option<FinishReason>,
    ) -> Result<Option<FinishReason>, WorkerError> {
        for chunk in tokens.chunks(CHUNK_TOKENS) {
            if let Some(reason) = interrupted() {
                return Ok(Some(reason));
            }
            self.evaluate(chunk)?;
        }
        Ok(None)
    }

    /// Evaluates at most [`CHUNK_TOKENS`] tokens. The caller sees to it that they fit.
    pub(super) fn evaluate(&mut self, tokens: &[LlamaToken]) -> Result<(), WorkerError> {
        self.batch.clear();
        for (at, token) in tokens.iter().enumerate() {
            let position =
                i32::try_from(self.tokens.len() + at).map_err(|_| WorkerError::Evaluate)?;
            let last = at + 1 == tokens.len();
            self.batch
                .add(*token, position, &[SEQUENCE], last)
                .map_err(|_| WorkerError::Evaluate)?;
        }
        self.context.decode(&mut self.batch).map_err(|_| WorkerError::Evaluate)?;
        self.tokens.extend_from_slice(tokens);
        Ok(())
    }

    /// The scores of every token of the vocabulary to come next, after an evaluation.
    pub(super) fn logits(&self) -> &[f32] {
        self.context.get_logits_ith(-1)
    }
}
