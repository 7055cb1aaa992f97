//! Serves the requests of one parent with one loaded model.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use super::{
    bench,
    inbox::Inbox,
    load::{LoadOrder, Loaded},
    memory::MemoryGauge,
    outbox::Outbox,
    prompt::{Ending, PromptFormat},
    repetition::is_looping,
    sampler::Sampler,
    sequence::Sequence,
    utf8::Utf8Stream,
};
use crate::{
    LoadError, Message, ProtocolError, RejectReason, WorkerError,
    protocol::{BenchFigures, BenchPlan, FinishReason, ParentMessage, RequestId, WorkerMessage},
};

/// A loaded model, and the pipes on which it is asked.
pub(super) struct Session<'a, W> {
    format: PromptFormat<'a>,
    sequence: Sequence<'a>,
    sampler: Sampler,
    inbox: &'a Inbox,
    outbox: &'a Outbox<W>,
    memory: MemoryGauge,
    /// The format of the weights.
    weights: String,
    decode_threads: u32,
}

/// One request as it is worked on.
struct Job {
    id: RequestId,
    max_tokens: usize,
    deadline: Instant,
}

impl<'a, W: Write> Session<'a, W> {
    pub(super) fn new(
        loaded: &'a Loaded,
        order: &LoadOrder,
        inbox: &'a Inbox,
        outbox: &'a Outbox<W>,
        memory: MemoryGauge,
    ) -> Result<Self, LoadError> {
        let format = PromptFormat::new(&loaded.model, order.chat_template.as_deref())?;
        let sequence = Sequence::new(loaded.context(order)?);
        Ok(Self {
            format,
            sequence,
            sampler: Sampler::default(),
            inbox,
            outbox,
            memory,
            weights: loaded.weights(),
            decode_threads: loaded.decode_threads(order.threads),
        })
    }

    /// Evaluates a few tokens and forgets them. Afterwards every thread exists (two tokens are a
    /// prompt, for which llama.cpp starts them all) and the weights are in memory.
    pub(super) fn warm_up(&mut self) -> Result<(), WorkerError> {
        let token = bench::text_token(self.format.vocabulary(), 0);
        self.sequence.evaluate(&[token, token])?;
        self.sequence.evaluate(&[token])?;
        self.sequence.truncate(0)?;
        Ok(())
    }

    pub(super) fn handle(&mut self, message: ParentMessage) -> Result<(), WorkerError> {
        match message {
            ParentMessage::Prepare { messages } => self.prepare(&messages),
            ParentMessage::Generate { id, messages, max_tokens, deadline_ms } => {
                let deadline = Instant::now()
                    .checked_add(Duration::from_millis(deadline_ms))
                    .ok_or(ProtocolError::Malformed)?;
                let max_tokens = usize::try_from(max_tokens).unwrap_or(usize::MAX);
                self.generate(&Job { id, max_tokens, deadline }, &messages)
            }
            ParentMessage::Bench { plan } => self.bench(plan),
            ParentMessage::Load { .. } | ParentMessage::Cancel { .. } => {
                Err(ProtocolError::OutOfTurn.into())
            }
        }
    }

    /// Computes the start of later prompts, unless it is there. A start that does not fit or that
    /// the template cannot express alone is left to the prompts themselves.
    fn prepare(&mut self, messages: &[Message]) -> Result<(), WorkerError> {
        let Ok(prefix) = self.format.tokens(messages, Ending::Open) else { return Ok(()) };
        let common = self.sequence.common_prefix(&prefix);
        if common == prefix.len() || prefix.len() >= self.sequence.capacity() {
            return Ok(());
        }
        let kept = self.sequence.truncate(common)?;
        let interrupts = self.inbox.interrupts();
        let ended = || interrupts.ended().then_some(FinishReason::Cancelled);
        self.sequence.extend(&prefix[kept..], ended).map(drop)
    }

    fn generate(&mut self, job: &Job, messages: &[Message]) -> Result<(), WorkerError> {
        let id = job.id;
        let limit = self.sequence.capacity().saturating_sub(job.max_tokens);
        let prompt = if messages.is_empty() || job.max_tokens == 0 {
            Err(RejectReason::Empty)
        } else {
            self.format.tokens(messages, Ending::Answer)
        };
        let prompt = match prompt {
            Ok(prompt) if prompt.is_empty() => Err(RejectReason::Empty),
            Ok(prompt) if prompt.len() > limit => Err(RejectReason::PromptTooLong {
                prompt_tokens: count(prompt.len()),
                limit: count(limit),
            }),
            other => other,
        };
        let prompt = match prompt {
            Ok(prompt) => prompt,
            Err(reason) => return Ok(self.outbox.send(&WorkerMessage::Rejected { id, reason })?),
        };

        // The last token is always evaluated, since its scores choose the first of the answer.
        let common = self.sequence.common_prefix(&prompt).min(prompt.len() - 1);
        let cached = self.sequence.truncate(common)?;
        self.outbox.send(&WorkerMessage::Started {
            id,
            prompt_tokens: count(prompt.len()),
            cached_tokens: count(cached),
        })?;
        let interrupts = self.inbox.interrupts();
        let interrupted = || {
            if interrupts.abandoned(id) {
                Some(FinishReason::Cancelled)
            } else if Instant::now() >= job.deadline {
                Some(FinishReason::Deadline)
            } else {
                None
            }
        };
        let (reason, completion_tokens) =
            match self.sequence.extend(&prompt[cached..], interrupted)? {
                Some(reason) => (reason, 0),
                None => self.answer(job, interrupted)?,
            };
        Ok(self.outbox.send(&WorkerMessage::Finished { id, reason, completion_tokens })?)
    }

    fn bench(&mut self, plan: BenchPlan) -> Result<(), WorkerError> {
        let ended = || self.inbox.interrupts().ended();
        let vocabulary = self.format.vocabulary();
        let rates = bench::measure(plan, vocabulary, &mut self.sequence, &mut self.sampler, ended)?;
        let figures = BenchFigures {
            prefill_tokens_per_second: rates.prefill,
            decode_tokens_per_second: rates.decode,
            decode_threads: self.decode_threads,
            format: self.weights.clone(),
            memory_mb: self.memory.peak_mb(),
        };
        Ok(self.outbox.send(&WorkerMessage::Benched { figures })?)
    }

    /// Generates token by token; returns why it ended and after how many tokens.
    fn answer(
        &mut self,
        job: &Job,
        interrupted: impl Fn() -> Option<FinishReason>,
    ) -> Result<(FinishReason, u32), WorkerError> {
        let mut answer = Vec::with_capacity(job.max_tokens);
        let mut characters = Utf8Stream::default();
        let reason = loop {
            if let Some(reason) = interrupted() {
                break reason;
            }
            let token = self.sampler.choose(self.sequence.logits(), &answer);
            if self.format.is_control(token) {
                break FinishReason::Stop;
            }
            answer.push(token);
            let bytes = self.format.vocabulary().token_to_piece(token, false, None);
            self.say(job.id, characters.push(&bytes))?;
            if answer.len() == job.max_tokens {
                break FinishReason::Length;
            }
            if is_looping(&answer) {
                break FinishReason::Repetition;
            }
            self.sequence.evaluate(&[token])?;
        };
        self.say(job.id, characters.finish())?;
        Ok((reason, count(answer.len())))
    }

    fn say(&self, id: RequestId, text: String) -> Result<(), ProtocolError> {
        if text.is_empty() {
            return Ok(());
        }
        self.outbox.send(&WorkerMessage::Text { id, text })
    }
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
