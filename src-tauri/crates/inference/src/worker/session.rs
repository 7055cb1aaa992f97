//! Serves the requests of one parent with one loaded model: all of them together, step by step.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use llama_cpp_2::token::LlamaToken;

use super::{
    answer::{Answer, Request},
    bench,
    context::Decoded,
    inbox::{Heard, Inbox},
    kept::{Kept, Owner},
    load::{LoadOrder, Loaded},
    memory::MemoryGauge,
    outbox::Outbox,
    pace::{LARGEST_CHUNK, Pace},
    plan::{self, Work},
    prompt::{Ending, PromptFormat},
    sampler::Sampler,
    slots::{Part, Slots},
    threads::{Kind, Threads},
};
use crate::{
    LoadError, Message, ProtocolError, RejectReason, WorkerError,
    protocol::{
        BenchFigures, BenchPlan, FinishReason, ParentMessage, RequestId, WorkerMessage, WorkerStats,
    },
};

/// A loaded model, and the pipes on which it is asked.
pub(super) struct Session<'a, W> {
    format: PromptFormat<'a>,
    slots: Slots<'a>,
    kept: Kept,
    answers: Vec<Answer>,
    arrivals: u64,
    threads: Threads,
    pace: Pace,
    sampler: Sampler,
    inbox: &'a Inbox,
    outbox: &'a Outbox<W>,
    memory: MemoryGauge,
    /// The format of the weights.
    weights: String,
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
        let room = loaded.room(order);
        let context = loaded.context(room, inbox.interrupts().abort())?;
        Ok(Self {
            format,
            slots: Slots::new(context, room.sequences),
            kept: Kept::new(room.kept_bytes),
            answers: Vec::new(),
            arrivals: 0,
            threads: Threads::new(order.threads, loaded.is_small()),
            pace: Pace::default(),
            sampler: Sampler::default(),
            inbox,
            outbox,
            memory,
            weights: loaded.weights(),
        })
    }

    /// Evaluates a few tokens and forgets them. Afterwards every thread exists and the weights are
    /// in memory.
    pub(super) fn warm_up(&mut self) -> Result<(), WorkerError> {
        let token = bench::text_token(self.format.vocabulary(), 0);
        self.slots.context().set_threads(self.threads.next(Kind::Many));
        self.slots.evaluate(&[Part { slot: 0, tokens: &[token, token] }])?;
        self.slots.evaluate(&[Part { slot: 0, tokens: &[token] }])?;
        self.slots.truncate(0, 0)
    }

    /// How many requests may run at the same time.
    pub(super) fn sequences(&self) -> u32 {
        self.slots.count()
    }

    /// Works until the parent's input ends.
    pub(super) fn serve(&mut self) -> Result<(), WorkerError> {
        loop {
            let heard = if self.answers.is_empty() {
                self.inbox.wait(self.kept.next_expiry())?
            } else {
                self.inbox.poll()?
            };
            match heard {
                Heard::Message(message) => self.handle(message)?,
                Heard::Nothing => {
                    self.expire()?;
                    self.step()?;
                }
                Heard::End => return Ok(()),
            }
        }
    }

    fn handle(&mut self, message: ParentMessage) -> Result<(), WorkerError> {
        match message {
            ParentMessage::Prepare { messages } => self.prepare(&messages),
            ParentMessage::Generate { id, owner, priority, messages, max_tokens, deadline_ms } => {
                let deadline = Instant::now()
                    .checked_add(Duration::from_millis(deadline_ms))
                    .ok_or(ProtocolError::Malformed)?;
                let max_tokens = usize::try_from(max_tokens).unwrap_or(usize::MAX);
                let owner = Owner::Session(owner);
                self.begin(Request { id, owner, priority, max_tokens, deadline }, &messages)
            }
            ParentMessage::Cancel { id } => {
                self.inbox.interrupts().heard();
                for answer in self.answers.iter_mut().filter(|answer| answer.request.id == id) {
                    answer.cancelled = true;
                }
                Ok(())
            }
            ParentMessage::Forget { owners } => {
                owners.into_iter().map(Owner::Session).try_for_each(|owner| self.forget(owner))
            }
            ParentMessage::Bench { plan } if self.answers.is_empty() => self.bench(plan),
            ParentMessage::Load { .. } | ParentMessage::Bench { .. } => {
                Err(ProtocolError::OutOfTurn.into())
            }
        }
    }

    fn forget(&mut self, owner: Owner) -> Result<(), WorkerError> {
        for answer in self.answers.iter_mut().filter(|answer| answer.request.owner == owner) {
            answer.forgotten = true;
        }
        self.kept.forget(owner);
        self.slots.forget(owner)
    }

    /// Computes the start of later prompts. A start that does not fit or that the template cannot
    /// express alone is left to the prompts themselves.
    fn prepare(&mut self, messages: &[Message]) -> Result<(), WorkerError> {
        self.kept.forget(Owner::Everybody);
        let Ok(prefix) = self.format.tokens(messages, Ending::Open) else { return Ok(()) };
        if prefix.is_empty() || prefix.len() >= self.slots.capacity() {
            return Ok(());
        }
        // The scheduler leaves a place free but for moments in which everybody computes a prompt.
        let Some(slot) = self.slots.take(Owner::Everybody, &prefix, &mut self.kept)? else {
            return Ok(());
        };
        if self.read(slot, &prefix)? {
            self.slots.keep(slot, Owner::Everybody, &mut self.kept)?;
        }
        self.slots.release(slot);
        Ok(())
    }

    /// Computes what `tokens` has beyond what stands in `slot`, alone. False when the parent is
    /// gone.
    fn read(&mut self, slot: u32, tokens: &[LlamaToken]) -> Result<bool, WorkerError> {
        loop {
            let left = &tokens[self.slots.tokens(slot).len()..];
            let Some(chunk) = left.chunks(LARGEST_CHUNK).next() else { return Ok(true) };
            if self.compute(&[Part { slot, tokens: chunk }])? == Decoded::Aborted {
                if self.inbox.interrupts().ended() {
                    return Ok(false);
                }
                // What interrupted is in line, and waits until this is done.
                self.inbox.interrupts().heard();
            }
        }
    }

    /// Takes a request, if it can be answered.
    fn begin(&mut self, request: Request, messages: &[Message]) -> Result<(), WorkerError> {
        let id = request.id;
        let prompt = match self.prompt(&request, messages) {
            Ok(prompt) => prompt,
            Err(reason) => return Ok(self.outbox.send(&WorkerMessage::Rejected { id, reason })?),
        };
        let taken = self.slots.take(request.owner, &prompt, &mut self.kept)?;
        let slot = taken.ok_or(ProtocolError::OutOfTurn)?;
        self.outbox.send(&WorkerMessage::Started {
            id,
            prompt_tokens: count(prompt.len()),
            cached_tokens: count(self.slots.tokens(slot).len()),
        })?;
        self.answers.push(Answer::new(request, slot, self.arrivals, prompt));
        self.arrivals += 1;
        Ok(())
    }

    fn prompt(
        &self,
        request: &Request,
        messages: &[Message],
    ) -> Result<Vec<LlamaToken>, RejectReason> {
        if messages.is_empty() || request.max_tokens == 0 {
            return Err(RejectReason::Empty);
        }
        let prompt = self.format.tokens(messages, Ending::Answer)?;
        let limit = self.slots.capacity().saturating_sub(request.max_tokens);
        if prompt.is_empty() {
            return Err(RejectReason::Empty);
        }
        if prompt.len() > limit {
            return Err(RejectReason::PromptTooLong {
                prompt_tokens: count(prompt.len()),
                limit: count(limit),
            });
        }
        Ok(prompt)
    }

    /// Ends what is cancelled or late, computes one step of all the others, and says what came.
    fn step(&mut self) -> Result<(), WorkerError> {
        self.end_interrupted()?;
        if self.answers.is_empty() {
            return Ok(());
        }
        // llama.cpp computes neighbours together, and wants them in order.
        self.answers.sort_by_key(|answer| answer.slot);
        let present: Vec<usize> =
            self.answers.iter().map(|answer| self.slots.tokens(answer.slot).len()).collect();
        let works: Vec<Work> = self
            .answers
            .iter()
            .zip(&present)
            .map(|(answer, present)| answer.work(*present))
            .collect();
        let plan = plan::plan(&works, self.pace.chunk(&works));
        for at in plan.overtaken {
            self.answers[at].overtaken = true;
        }
        let mut ended = Vec::new();
        for group in groups(&works, &plan.tokens) {
            let decoded = self.compute_group(&group, &present, &plan.tokens)?;
            match decoded {
                Decoded::Whole => self.say_next(&group, &mut ended)?,
                Decoded::Aborted => break,
            }
        }
        ended.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        for (at, reason) in ended {
            self.end(at, reason)?;
        }
        self.close_gaps()
    }

    /// Computes the shares of the answers in `group` together.
    fn compute_group(
        &mut self,
        group: &[usize],
        present: &[usize],
        shares: &[usize],
    ) -> Result<Decoded, WorkerError> {
        let answers = std::mem::take(&mut self.answers);
        let parts: Vec<Part<'_>> = group
            .iter()
            .map(|at| Part {
                slot: answers[*at].slot,
                tokens: answers[*at].pending(present[*at], shares[*at]),
            })
            .collect();
        let decoded = self.compute(&parts)?;
        drop(parts);
        self.answers = answers;
        Ok(decoded)
    }

    /// Computes some tokens with as many threads as are fastest, and times it.
    fn compute(&mut self, parts: &[Part<'_>]) -> Result<Decoded, WorkerError> {
        let tokens = parts.iter().map(|part| part.tokens.len()).sum();
        let kind = Kind::of(parts.len(), tokens);
        let abort = self.inbox.interrupts().abort();
        self.slots.context().set_threads(self.threads.next(kind));
        abort.limit(self.threads.limit(kind, tokens));
        let start = Instant::now();
        let decoded = self.slots.evaluate(parts)?;
        let time = start.elapsed();
        abort.limit(None);
        match decoded {
            Decoded::Whole => {
                self.threads.note(kind, tokens, time);
                self.pace.note(kind, tokens, time);
            }
            Decoded::Aborted if abort.is_asked() => {}
            Decoded::Aborted => self.threads.overran(kind, tokens, time),
        }
        Ok(decoded)
    }

    /// Chooses the next token of every answer in `group`, just computed, that has all it needs;
    /// notes those that end with it.
    fn say_next(
        &mut self,
        group: &[usize],
        ended: &mut Vec<(usize, FinishReason)>,
    ) -> Result<(), WorkerError> {
        for (part, at) in group.iter().enumerate() {
            let answer = &mut self.answers[*at];
            if answer.is_computed(self.slots.tokens(answer.slot).len()) {
                let scores = self.slots.scores(part)?;
                let said = answer.go_on(scores, &mut self.sampler, &self.format);
                let id = answer.request.id;
                self.say(id, said.text)?;
                ended.extend(said.end.map(|reason| (*at, reason)));
            }
        }
        Ok(())
    }

    fn end_interrupted(&mut self) -> Result<(), WorkerError> {
        let now = Instant::now();
        for at in (0..self.answers.len()).rev() {
            if let Some(reason) = self.answers[at].interruption(now) {
                self.end(at, reason)?;
            }
        }
        self.close_gaps()
    }

    /// Ends an answer, and keeps its sequence for the next turn.
    fn end(&mut self, at: usize, reason: FinishReason) -> Result<(), WorkerError> {
        let answer = self.answers.remove(at);
        let (id, slot, owner) = (answer.request.id, answer.slot, answer.request.owner);
        let forgotten = answer.forgotten;
        let (text, completion_tokens) = answer.finish();
        self.say(id, text)?;
        let completion_tokens = count(completion_tokens);
        self.outbox.send(&WorkerMessage::Finished { id, reason, completion_tokens })?;
        if forgotten {
            self.slots.truncate(slot, 0)?;
        } else {
            self.slots.keep(slot, owner, &mut self.kept)?;
        }
        self.slots.release(slot);
        let stats = self.stats();
        Ok(self.outbox.send(&WorkerMessage::Stats { stats })?)
    }

    fn close_gaps(&mut self) -> Result<(), WorkerError> {
        while let Some((from, to)) = self.slots.close_gap()? {
            for answer in self.answers.iter_mut().filter(|answer| answer.slot == from) {
                answer.slot = to;
            }
        }
        Ok(())
    }

    /// Gives up what is kept for people who did not come back.
    fn expire(&mut self) -> Result<(), WorkerError> {
        let now = Instant::now();
        if self.kept.next_expiry().is_some_and(|expiry| expiry <= now) {
            self.kept.expire(now);
            self.slots.empty_free()?;
        }
        Ok(())
    }

    fn stats(&mut self) -> WorkerStats {
        WorkerStats {
            memory_mb: self.memory.peak_mb(),
            kept_sequences: count(self.kept.len()),
            kept_mb: u64::try_from(self.kept.bytes()).unwrap_or(u64::MAX) / 1_000_000,
            evicted: self.kept.evicted(),
            decode_threads: self.threads.settled(Kind::Single),
            prefill_threads: self.threads.settled(Kind::Many),
        }
    }

    fn bench(&mut self, plan: BenchPlan) -> Result<(), WorkerError> {
        self.kept.forget_conversations();
        self.slots.empty_free()?;
        let rates = bench::Bench {
            vocabulary: self.format.vocabulary(),
            slots: &mut self.slots,
            threads: &mut self.threads,
            sampler: &mut self.sampler,
            interrupts: self.inbox.interrupts(),
        }
        .measure(plan)?;
        let figures = BenchFigures {
            prefill_tokens_per_second: rates.prefill,
            decode_tokens_per_second: rates.decode,
            prefill_threads: self.threads.settled(Kind::Many),
            decode_threads: self.threads.settled(Kind::Single),
            format: self.weights.clone(),
            memory_mb: self.memory.peak_mb(),
        };
        Ok(self.outbox.send(&WorkerMessage::Benched { figures })?)
    }

    fn say(&self, id: RequestId, text: String) -> Result<(), ProtocolError> {
        if text.is_empty() {
            return Ok(());
        }
        self.outbox.send(&WorkerMessage::Text { id, text })
    }
}

/// What is computed together: the next tokens of all answers, then each prompt's piece by itself. So
/// the numbers of a prompt do not depend on what others do: llama.cpp rounds in another way for one
/// token of a sequence than for several.
fn groups(works: &[Work], shares: &[usize]) -> Vec<Vec<usize>> {
    let taking_part = |at: &usize| shares[*at] > 0;
    let (answers, prompts): (Vec<usize>, Vec<usize>) =
        (0..works.len()).filter(taking_part).partition(|at| works[*at].prompt_left == 0);
    let answers = (!answers.is_empty()).then_some(answers);
    answers.into_iter().chain(prompts.into_iter().map(|at| vec![at])).collect()
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
