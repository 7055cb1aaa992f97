//! Sequences that are kept between turns, so that a conversation's next prompt computes only what
//! is new in it.
//!
//! What one owner's prompts left behind serves that owner alone, since the time that an answer takes
//! would tell others what was asked. The prepared start of all prompts serves everybody.

use std::time::{Duration, Instant};

use cloister_types::SessionId;
use llama_cpp_2::token::LlamaToken;
use zeroize::Zeroizing;

/// A sequence that nobody came back to is given up after the longest idle time of a session.
const LIFE: Duration = Duration::from_mins(20);

/// Whom a sequence serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Everybody: the prepared start of prompts.
    Everybody,
    /// One session.
    Session(SessionId),
}

impl Owner {
    /// Whether `reader` may use what this one owns.
    pub(super) fn serves(self, reader: Self) -> bool {
        self == Self::Everybody || self == reader
    }
}

/// A copy of a sequence's keys and values. Wiped when it is given up.
pub(super) struct Entry {
    owner: Owner,
    pub(super) tokens: Vec<LlamaToken>,
    pub(super) state: Zeroizing<Vec<u8>>,
    used: Instant,
}

/// The sequences that are kept, within a budget.
pub(super) struct Kept {
    budget: usize,
    /// The one used last comes last.
    entries: Vec<Entry>,
    evicted: u64,
}

impl Kept {
    /// Keeps at most `budget` bytes.
    pub(super) const fn new(budget: usize) -> Self {
        Self { budget, entries: Vec::new(), evicted: 0 }
    }

    /// Whether `bytes` more could be kept at all.
    pub(super) const fn fits(&self, bytes: usize) -> bool {
        bytes <= self.budget
    }

    /// Keeps a sequence for `owner`, in the place of those of the same owner that it continues.
    pub(super) fn keep(
        &mut self,
        owner: Owner,
        tokens: Vec<LlamaToken>,
        state: Zeroizing<Vec<u8>>,
        now: Instant,
    ) {
        self.entries.retain(|entry| {
            let continued = match owner {
                Owner::Everybody => true,
                Owner::Session(_) => tokens.starts_with(&entry.tokens),
            };
            entry.owner != owner || !continued
        });
        if !self.fits(state.len()) {
            return;
        }
        self.entries.push(Entry { owner, tokens, state, used: now });
        self.shrink();
    }

    /// The entry that shares the longest start with `prompt`, of those that serve `reader`, and how
    /// many tokens that is.
    pub(super) fn longest(
        &mut self,
        reader: Owner,
        prompt: &[LlamaToken],
        now: Instant,
    ) -> Option<(&Entry, usize)> {
        let (at, common) = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.owner.serves(reader))
            .map(|(at, entry)| (at, common_start(&entry.tokens, prompt)))
            .max_by_key(|(_, common)| *common)?;
        let mut entry = self.entries.remove(at);
        entry.used = now;
        self.entries.push(entry);
        self.entries.last().map(|entry| (entry, common))
    }

    /// Gives up what is kept for `owner`.
    pub(super) fn forget(&mut self, owner: Owner) {
        self.entries.retain(|entry| entry.owner != owner);
    }

    /// Gives up everything but the prepared start.
    pub(super) fn forget_conversations(&mut self) {
        self.entries.retain(|entry| entry.owner == Owner::Everybody);
    }

    /// Gives up what nobody came back to.
    pub(super) fn expire(&mut self, now: Instant) {
        self.entries.retain(|entry| {
            entry.owner == Owner::Everybody || now.duration_since(entry.used) < LIFE
        });
    }

    /// When the next one expires.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        let conversations = self.entries.iter().filter(|entry| entry.owner != Owner::Everybody);
        conversations.map(|entry| entry.used + LIFE).min()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.state.len()).sum()
    }

    /// Sequences that had to go for others.
    pub(super) const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Gives up the least recently used until the budget holds; the prepared start last of all.
    fn shrink(&mut self) {
        while self.bytes() > self.budget {
            let oldest = self.entries.iter().position(|entry| entry.owner != Owner::Everybody);
            self.entries.remove(oldest.unwrap_or(0));
            self.evicted += 1;
        }
    }
}

/// How many tokens two sequences have in common at their start.
pub(super) fn common_start(one: &[LlamaToken], other: &[LlamaToken]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    fn tokens(ids: &[i32]) -> Vec<LlamaToken> {
        ids.iter().copied().map(LlamaToken).collect()
    }

    fn state(bytes: usize) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(vec![1; bytes])
    }

    fn sessions() -> [Owner; 3] {
        let entropy = SeededEntropy::new(3);
        [(); 3].map(|()| Owner::Session(SessionId::random(&entropy)))
    }

    fn common(kept: &mut Kept, reader: Owner, prompt: &[i32]) -> usize {
        let now = Instant::now();
        kept.longest(reader, &tokens(prompt), now).map_or(0, |(_, common)| common)
    }

    #[test]
    fn a_conversation_serves_its_owner_and_the_start_everybody() {
        let [ann, bob, _] = sessions();
        let now = Instant::now();
        let mut kept = Kept::new(100);
        kept.keep(Owner::Everybody, tokens(&[1, 2]), state(10), now);
        kept.keep(ann, tokens(&[1, 2, 3, 4]), state(20), now);
        assert_eq!(common(&mut kept, ann, &[1, 2, 3, 9]), 3);
        assert_eq!(common(&mut kept, bob, &[1, 2, 3, 9]), 2);
    }

    #[test]
    fn a_continued_sequence_replaces_what_it_continues() {
        let [ann, ..] = sessions();
        let now = Instant::now();
        let mut kept = Kept::new(100);
        kept.keep(ann, tokens(&[1, 2]), state(10), now);
        kept.keep(ann, tokens(&[1, 5]), state(10), now);
        kept.keep(ann, tokens(&[1, 2, 3]), state(20), now);
        assert_eq!((kept.len(), kept.bytes()), (2, 30));
        assert_eq!(common(&mut kept, ann, &[1, 5]), 2);
    }

    #[test]
    fn the_least_recently_used_goes_and_the_start_stays() {
        let [ann, bob, eve] = sessions();
        let now = Instant::now();
        let mut kept = Kept::new(50);
        kept.keep(Owner::Everybody, tokens(&[1]), state(10), now);
        kept.keep(ann, tokens(&[1, 2]), state(20), now);
        kept.keep(bob, tokens(&[1, 3]), state(20), now);
        assert_eq!(common(&mut kept, ann, &[1, 2]), 2, "it is used again");
        kept.keep(eve, tokens(&[1, 4]), state(20), now);
        assert_eq!(common(&mut kept, ann, &[1, 2]), 2);
        assert_eq!(common(&mut kept, bob, &[1, 3]), 1);
        assert_eq!((kept.evicted(), kept.bytes()), (1, 50));
        kept.keep(eve, tokens(&[7; 9]), state(51), now);
        assert_eq!(kept.len(), 3, "what can never fit drives nobody out");
    }

    #[test]
    fn what_was_forgotten_or_left_alone_is_gone() {
        let [ann, bob, _] = sessions();
        let now = Instant::now();
        let mut kept = Kept::new(100);
        kept.keep(Owner::Everybody, tokens(&[1]), state(10), now);
        kept.keep(ann, tokens(&[1, 2]), state(20), now);
        kept.keep(bob, tokens(&[1, 3]), state(20), now + Duration::from_secs(1));
        kept.forget(ann);
        assert_eq!(kept.len(), 2);
        let expiry = kept.next_expiry().expect("one is left");
        let before = expiry.checked_sub(Duration::from_millis(1)).expect("it is later than now");
        kept.expire(before);
        assert_eq!(kept.len(), 2);
        kept.expire(expiry);
        assert_eq!((kept.len(), kept.next_expiry()), (1, None));
    }
}
