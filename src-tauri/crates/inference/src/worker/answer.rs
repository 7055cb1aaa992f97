//! One answer under way: where it stands, and what its next token makes of it.

use std::time::Instant;

use llama_cpp_2::token::LlamaToken;

use super::{
    kept::Owner, plan::Work, prompt::PromptFormat, repetition::is_looping, sampler::Sampler,
    utf8::Utf8Stream,
};
use crate::{
    Priority,
    protocol::{FinishReason, RequestId},
};

/// What was asked for.
pub(super) struct Request {
    pub(super) id: RequestId,
    pub(super) owner: Owner,
    pub(super) priority: Priority,
    pub(super) max_tokens: usize,
    pub(super) deadline: Instant,
}

/// One answer under way.
pub(super) struct Answer {
    pub(super) request: Request,
    /// Its place in the context.
    pub(super) slot: u32,
    /// When it came, in order.
    pub(super) arrival: u64,
    pub(super) overtaken: bool,
    pub(super) cancelled: bool,
    /// Whether its session ended, so that nothing of it may be kept.
    pub(super) forgotten: bool,
    /// The prompt, and after it the answer.
    tokens: Vec<LlamaToken>,
    prompt_tokens: usize,
    characters: Utf8Stream,
}

/// What a token did to an answer.
pub(super) struct Said {
    /// The characters that it completed.
    pub(super) text: String,
    /// Why the answer ended, if it did.
    pub(super) end: Option<FinishReason>,
}

impl Answer {
    pub(super) fn new(request: Request, slot: u32, arrival: u64, prompt: Vec<LlamaToken>) -> Self {
        Self {
            request,
            slot,
            arrival,
            overtaken: false,
            cancelled: false,
            forgotten: false,
            prompt_tokens: prompt.len(),
            tokens: prompt,
            characters: Utf8Stream::default(),
        }
    }

    /// What it has to compute, of which `present` tokens stand in its place.
    pub(super) const fn work(&self, present: usize) -> Work {
        Work {
            priority: self.request.priority,
            arrival: self.arrival,
            prompt_left: self.prompt_tokens.saturating_sub(present),
            overtaken: self.overtaken,
        }
    }

    /// The next `count` tokens after those that stand in its place.
    pub(super) fn pending(&self, present: usize, count: usize) -> &[LlamaToken] {
        &self.tokens[present..present + count]
    }

    /// Whether all of it that is known stands in its place, so that its next token can be chosen.
    pub(super) const fn is_computed(&self, present: usize) -> bool {
        present == self.tokens.len()
    }

    /// Why it ends before its next step, if it does.
    pub(super) fn interruption(&self, now: Instant) -> Option<FinishReason> {
        if self.cancelled {
            Some(FinishReason::Cancelled)
        } else if now >= self.request.deadline {
            Some(FinishReason::Deadline)
        } else {
            None
        }
    }

    /// Chooses its next token by `scores`.
    pub(super) fn go_on(
        &mut self,
        scores: &[f32],
        sampler: &mut Sampler,
        format: &PromptFormat<'_>,
    ) -> Said {
        let token = sampler.choose(scores, self.completion());
        if format.is_control(token) {
            return Said { text: String::new(), end: Some(FinishReason::Stop) };
        }
        self.tokens.push(token);
        let bytes = format.vocabulary().token_to_piece(token, false, None);
        let text = self.characters.push(&bytes);
        let end = if self.completion().len() == self.request.max_tokens {
            Some(FinishReason::Length)
        } else if is_looping(self.completion()) {
            Some(FinishReason::Repetition)
        } else {
            None
        };
        Said { text, end }
    }

    /// The characters that were held back, and how many tokens the answer has.
    pub(super) fn finish(self) -> (String, usize) {
        let completion_tokens = self.completion().len();
        (self.characters.finish(), completion_tokens)
    }

    fn completion(&self) -> &[LlamaToken] {
        &self.tokens[self.prompt_tokens..]
    }
}
