//! The places of the context, one for each sequence that is computed, and what stands in them.

use std::time::Instant;

use llama_cpp_2::token::LlamaToken;

use super::{
    context::{Batch, Context, Decoded},
    kept::{Kept, Owner, common_start},
    plan::LEAST_PIECE,
};
use crate::WorkerError;

/// A kept sequence is copied into a place only if it saves computing more tokens than this.
const LEAST_GAIN: usize = 4;

/// A part of a step: tokens that are added to the sequence in a place.
pub(super) struct Part<'t> {
    pub(super) slot: u32,
    pub(super) tokens: &'t [LlamaToken],
}

/// What stands in one place.
struct Slot {
    owner: Owner,
    tokens: Vec<LlamaToken>,
    taken: bool,
}

/// All places.
pub(super) struct Slots<'model> {
    context: Context<'model>,
    places: Vec<Slot>,
    batch: Batch,
    /// The index of each part's scores in the last batch.
    scores: Vec<usize>,
}

impl<'model> Slots<'model> {
    pub(super) fn new(context: Context<'model>, count: u32) -> Self {
        let empty = |_| Slot { owner: Owner::Everybody, tokens: Vec::new(), taken: false };
        let places = (0..count).map(empty).collect();
        Self { context, places, batch: Batch::default(), scores: Vec::new() }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// Tokens that one place holds.
    pub(super) fn capacity(&self) -> usize {
        self.context.slot_tokens()
    }

    pub(super) const fn context(&mut self) -> &mut Context<'model> {
        &mut self.context
    }

    /// The tokens that stand in a place.
    pub(super) fn tokens(&self, slot: u32) -> &[LlamaToken] {
        &self.places[index(slot)].tokens
    }

    /// Takes a place for `prompt` of `owner`, with as much of its start as is there or kept, but for
    /// a last piece; `None` when all are taken. The place adjoins those that are taken, because
    /// llama.cpp computes neighbours together.
    pub(super) fn take(
        &mut self,
        owner: Owner,
        prompt: &[LlamaToken],
        kept: &mut Kept,
    ) -> Result<Option<u32>, WorkerError> {
        let usable = &prompt[..prompt.len().saturating_sub(LEAST_PIECE)];
        let Some((slot, here)) = self.best_place(owner, usable) else { return Ok(None) };
        let stored = kept.longest(owner, usable, Instant::now());
        match stored {
            Some((entry, common)) if common > here + LEAST_GAIN => {
                let place = &mut self.places[index(slot)];
                place.tokens.clear();
                if self.context.restore(slot, &entry.state)? {
                    place.tokens.extend_from_slice(&entry.tokens);
                    self.truncate(slot, common)?;
                }
            }
            Some(_) | None => self.truncate(slot, here)?,
        }
        let place = &mut self.places[index(slot)];
        place.owner = owner;
        place.taken = true;
        Ok(Some(slot))
    }

    /// Gives a place back. What stands there may be used again by its owner.
    pub(super) fn release(&mut self, slot: u32) {
        self.places[index(slot)].taken = false;
    }

    /// Forgets all but the first `length` tokens of a place, or all of them where the model's
    /// memory cannot be cut (recurrent models).
    pub(super) fn truncate(&mut self, slot: u32, length: usize) -> Result<(), WorkerError> {
        let place = &mut self.places[index(slot)];
        if length < place.tokens.len() {
            if self.context.cut(slot, length)? {
                place.tokens.truncate(length);
            } else {
                self.context.cut(slot, 0)?;
                place.tokens.clear();
            }
        }
        Ok(())
    }

    /// Copies the sequence of a place into `kept`.
    pub(super) fn keep(
        &mut self,
        slot: u32,
        owner: Owner,
        kept: &mut Kept,
    ) -> Result<(), WorkerError> {
        let tokens = self.places[index(slot)].tokens.clone();
        if let Some(state) = self.context.save(slot)? {
            kept.keep(owner, tokens, state, Instant::now());
        }
        Ok(())
    }

    /// Empties the places that nobody uses and that `owner` left behind.
    pub(super) fn forget(&mut self, owner: Owner) -> Result<(), WorkerError> {
        for slot in self.free().collect::<Vec<_>>() {
            if self.places[index(slot)].owner == owner {
                self.truncate(slot, 0)?;
            }
        }
        Ok(())
    }

    /// Empties the places that nobody uses.
    pub(super) fn empty_free(&mut self) -> Result<(), WorkerError> {
        for slot in self.free().collect::<Vec<_>>() {
            self.truncate(slot, 0)?;
        }
        Ok(())
    }

    /// Moves the sequence of the last taken place into a gap before it, so that the taken ones are
    /// neighbours. Returns from where to where.
    pub(super) fn close_gap(&mut self) -> Result<Option<(u32, u32)>, WorkerError> {
        let taken = |slot: &u32| self.places[index(*slot)].taken;
        let Some(first) = self.ids().find(taken) else { return Ok(None) };
        let Some(last) = self.ids().rev().find(taken) else { return Ok(None) };
        let Some(gap) = (first..last).find(|slot| !taken(slot)) else { return Ok(None) };
        let Some(state) = self.context.save(last)? else { return Ok(None) };
        self.truncate(gap, 0)?;
        if !self.context.restore(gap, &state)? {
            return Ok(None);
        }
        self.places.swap(index(gap), index(last));
        // What stood in the gap is gone, and the copy that was moved is no longer needed.
        self.context.cut(last, 0)?;
        self.places[index(last)].tokens.clear();
        Ok(Some((last, gap)))
    }

    /// Computes the parts of a step, in the order of their places. After an abortion the places
    /// hold what they held before.
    pub(super) fn evaluate(&mut self, parts: &[Part<'_>]) -> Result<Decoded, WorkerError> {
        self.batch.clear();
        self.scores.clear();
        for part in parts {
            let position = self.places[index(part.slot)].tokens.len();
            self.scores.push(self.batch.push(part.slot, position, part.tokens)?);
        }
        let decoded = self.context.decode(&mut self.batch)?;
        for part in parts {
            let place = &mut self.places[index(part.slot)];
            match decoded {
                Decoded::Whole => place.tokens.extend_from_slice(part.tokens),
                Decoded::Aborted => {
                    let length = place.tokens.len();
                    if !self.context.cut(part.slot, length)? {
                        self.context.cut(part.slot, 0)?;
                        place.tokens.clear();
                    }
                }
            }
        }
        Ok(decoded)
    }

    /// The scores of what may follow the `part`-th part of the last step.
    pub(super) fn scores(&self, part: usize) -> Result<&[f32], WorkerError> {
        self.context.scores(*self.scores.get(part).ok_or(WorkerError::Evaluate)?)
    }

    fn ids(&self) -> impl DoubleEndedIterator<Item = u32> + use<> {
        0..self.count()
    }

    fn free(&self) -> impl Iterator<Item = u32> {
        self.ids().filter(|slot| !self.places[index(*slot)].taken)
    }

    /// A free place beside the taken ones, and how many tokens of `prompt` stand in it.
    fn best_place(&self, owner: Owner, prompt: &[LlamaToken]) -> Option<(u32, usize)> {
        let taken = |slot: &u32| self.places[index(*slot)].taken;
        let near = match (self.ids().find(taken), self.ids().rev().find(taken)) {
            (Some(first), Some(last)) => first.saturating_sub(1)..=last.saturating_add(1),
            _ => 0..=u32::MAX,
        };
        let common = |slot: u32| {
            let place = &self.places[index(slot)];
            let serves = place.owner.serves(owner);
            if serves { common_start(&place.tokens, prompt) } else { 0 }
        };
        // The last of equals is the first place.
        self.free()
            .filter(|slot| near.contains(slot))
            .map(|slot| (slot, common(slot)))
            .min_by_key(|(slot, common)| (std::cmp::Reverse(*common), *slot))
    }
}

fn index(slot: u32) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}
