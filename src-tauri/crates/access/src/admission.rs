//! Whether a message or a look at a passage is taken now: rate, strikes, cooldown, block, scraping.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use cloister_store::SecurityKind;
use cloister_types::{Clock, Entropy, PassageId, Pseudonym, SessionId};

use crate::{Challenge, Limit, Limits, Party, PartyKind, ProofError, ProofOfWork, limits::Meter};

const STRIKE_WINDOW: Duration = Duration::from_mins(10);
const LONGEST_COOLDOWN: Duration = Duration::from_hours(1);
/// Passages and proofs of work are counted within this time.
const HOUR: Duration = Duration::from_hours(1);
const HOURS_OF_A_DAY: u64 = 24;
/// Parties remembered at once; the one quiet for longest is forgotten first.
const MOST_PARTIES: usize = 10_000;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Peer {
    /// This machine: the window, the terminal.
    Device,
    /// A browser at an address of the local network.
    Address(IpAddr),
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device => f.pad("device"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More messages than the role may send in a minute.
    #[error("too many messages")]
    RateLimited {
        /// Until the next message is taken.
        retry_after: Duration,
    },
    /// Several messages had to be blocked, so none is taken for a while.
    #[error("cooling down")]
    CoolingDown {
        /// Until the next message is taken.
        retry_after: Duration,
    },
    /// Cooling down, or asking for proofs of work, did not help.
    #[error("blocked")]
    Blocked {
        /// Until something is taken again, unless an administrator lifts the block.
        retry_after: Duration,
    },
    /// Passages are read as a program reads them; a proof of work is needed first.
    #[error("a proof of work is needed")]
    ChallengeRequired(Challenge),
    /// A person was asked for as often as one session may.
    #[error("no more requests for a person in this session")]
    NoMoreEscalations,
}

/// What a strike brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// Nothing yet.
    Counted,
    /// A pause.
    Cooling(Duration),
    /// A block.
    Blocked(Duration),
}

impl Strike {
    /// How long nothing is taken now.
    #[must_use]
    pub const fn pause(self) -> Option<Duration> {
        match self {
            Self::Counted => None,
            Self::Cooling(pause) | Self::Blocked(pause) => Some(pause),
        }
    }
}

/// What holds a party back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// A pause after strikes.
    CoolingDown,
    /// A block.
    Blocked,
    /// A proof of work that is owed.
    Challenged,
}

impl Hold {
    /// The hold's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CoolingDown => "cooling_down",
            Self::Blocked => "blocked",
            Self::Challenged => "challenged",
        }
    }
}

/// A party that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Who.
    pub party: Party,
    /// By what.
    pub hold: Hold,
    /// How long yet; nothing for a proof of work.
    pub remaining: Option<Duration>,
    /// Strikes within the last ten minutes.
    pub strikes: usize,
}

/// Something that the rest of the program has to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) kind: SecurityKind,
    pub(crate) party: PartyKind,
    /// The name that stands for the party in security events.
    pub(crate) subject: Pseudonym,
}

#[derive(Debug)]
struct Record {
    /// Stands for the guests of a device or address in security events; a person has their own.
    subject: Pseudonym,
    messages: Meter,
    reads: Meter,
    strikes: VecDeque<Duration>,
    cooldowns: u64,
    cooling_until: Duration,
    blocked_until: Duration,
    /// Passages by hash, and when each was first seen.
    passages: HashMap<u64, Duration>,
    challenged: bool,
    proofs: VecDeque<Duration>,
    /// Messages by hour, the latest last.
    hours: VecDeque<(u64, u32)>,
    last_seen: Duration,
}

impl Record {
    fn new(subject: Pseudonym, clock: &Arc<dyn Clock>) -> Self {
        Self {
            subject,
            messages: Meter::new(1, clock),
            reads: Meter::new(1, clock),
            strikes: VecDeque::new(),
            cooldowns: 0,
            cooling_until: Duration::ZERO,
            blocked_until: Duration::ZERO,
            passages: HashMap::new(),
            challenged: false,
            proofs: VecDeque::new(),
            hours: VecDeque::new(),
            last_seen: Duration::ZERO,
        }
    }

    fn hold(&self, now: Duration) -> Option<(Hold, Option<Duration>)> {
        if now < self.blocked_until {
            return Some((Hold::Blocked, Some(self.blocked_until.saturating_sub(now))));
        }
        if now < self.cooling_until {
            return Some((Hold::CoolingDown, Some(self.cooling_until.saturating_sub(now))));
        }
        self.challenged.then_some((Hold::Challenged, None))
    }

    /// Counts a message; how many there were within a day, to the hour.
    fn count_query(&mut self, now: Duration) -> u64 {
        let hour = now.as_secs() / HOUR.as_secs();
        while self.hours.front().is_some_and(|(counted, _)| counted + HOURS_OF_A_DAY <= hour) {
            self.hours.pop_front();
        }
        match self.hours.back_mut() {
            Some((counted, count)) if *counted == hour => *count += 1,
            _ => self.hours.push_back((hour, 1)),
        }
        self.hours.iter().map(|(_, count)| u64::from(*count)).sum()
    }
}

/// Counts by party. Memory is bounded: by the number of parties, and by the limits for each.
pub struct Admission {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    limits: Limits,
    parties: HashMap<Party, Record>,
    escalations: HashMap<SessionId, u64>,
    proof: ProofOfWork,
    hasher: RandomState,
    news: Vec<News>,
}

impl Admission {
    /// Nobody is known, and the limits are those that the program ships with.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let proof = ProofOfWork::new(&*entropy);
        Self {
            clock,
            entropy,
            limits: Limits::default(),
            parties: HashMap::new(),
            escalations: HashMap::new(),
            proof,
            hasher: RandomState::new(),
            news: Vec::new(),
        }
    }

    /// The limits as they are set.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Puts `limits` into force. Counts go on; a meter whose rate changed starts anew.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes one message of `party`, which may send `per_minute`. Returns how many it sent within a
    /// day.
    ///
    /// # Errors
    /// The [`Refusal`] that says why not. A refused message is not counted.
    pub fn admit(&mut self, party: Party, per_minute: u32) -> Result<u64, Refusal> {
        self.gate(party)?;
        let (now, clock) = (self.clock.monotonic(), Arc::clone(&self.clock));
        let record = self.record(party);
        let passed = record.messages.pass(per_minute, &clock);
        passed.map_err(|retry_after| Refusal::RateLimited { retry_after })?;
        Ok(record.count_query(now))
    }

    /// Lets `party` open `passage`.
    ///
    /// # Errors
    /// [`Refusal::ChallengeRequired`] when it opened too many or too fast, [`Refusal::Blocked`]
    /// when it did so again and again.
    pub fn open_passage(&mut self, party: Party, passage: &PassageId) -> Result<(), Refusal> {
        self.gate(party)?;
        let clock = Arc::clone(&self.clock);
        let per_minute = u32::try_from(self.limits.value(Limit::Reads)).unwrap_or(u32::MAX);
        let too_fast = self.record(party).reads.pass(per_minute, &clock).is_err();
        if too_fast {
            self.challenge(party);
        }
        self.cite(party, std::iter::once(passage));
        self.gate(party)
    }

    /// Counts passages that an answer to `party` cites. An answer is never refused for them; what
    /// comes after it may be.
    pub fn cite<'a>(&mut self, party: Party, passages: impl IntoIterator<Item = &'a PassageId>) {
        let now = self.clock.monotonic();
        let most = usize::try_from(self.limits.value(Limit::Passages)).unwrap_or(usize::MAX);
        let hashes: Vec<u64> =
            passages.into_iter().map(|passage| self.hasher.hash_one(passage)).collect();
        let record = self.record(party);
        record.passages.retain(|_, seen| now < *seen + HOUR);
        let mut too_many = false;
        for hash in hashes {
            if record.passages.len() < most || record.passages.contains_key(&hash) {
                record.passages.entry(hash).or_insert(now);
            } else {
                too_many = true;
            }
        }
        if too_many {
            self.challenge(party);
        }
    }

    /// Takes the answer of `party` to a challenge, after which its passages are counted anew.
    ///
    /// # Errors
    /// The [`ProofError`] that says why not.
    pub fn answer(
        &mut self,
        party: Party,
        challenge: &str,
        counter: &str,
    ) -> Result<(), ProofError> {
        let now = self.clock.monotonic();
        self.proof.redeem(challenge, counter, &party.to_string(), now)?;
        let clock = Arc::clone(&self.clock);
        let record = self.record(party);
        if record.challenged {
            record.challenged = false;
            record.passages.clear();
            record.reads = Meter::new(1, &clock);
            record.proofs.push_back(now);
        }
        Ok(())
    }

    /// Counts a blocked message. So many within ten minutes start a cooldown, each later cooldown
    /// is twice as long, and after some of them comes a block. Ten minutes without a strike after
    /// a cooldown forgive all.
    pub fn strike(&mut self, party: Party) -> Strike {
        let now = self.clock.monotonic();
        let strikes = usize::try_from(self.limits.value(Limit::Strikes)).unwrap_or(usize::MAX);
        let first = Duration::from_secs(self.limits.value(Limit::Cooldown));
        let most = self.limits.value(Limit::Cooldowns);
        let record = self.record(party);
        forget_older(&mut record.strikes, now, STRIKE_WINDOW);
        if record.strikes.is_empty() && now >= record.cooling_until + STRIKE_WINDOW {
            record.cooldowns = 0;
        }
        record.strikes.push_back(now);
        if record.strikes.len() < strikes {
            return Strike::Counted;
        }
        if record.cooldowns >= most {
            return Strike::Blocked(self.block(party));
        }
        let doubled = first.saturating_mul(1 << record.cooldowns.min(12));
        let cooldown = doubled.min(LONGEST_COOLDOWN);
        record.cooling_until = now + cooldown;
        record.cooldowns += 1;
        Strike::Cooling(cooldown)
    }

    /// Counts a request for a person in `session`.
    ///
    /// # Errors
    /// [`Refusal::NoMoreEscalations`] when the session has used them up.
    pub fn escalate(&mut self, session: SessionId) -> Result<(), Refusal> {
        let used = self.escalations.entry(session).or_default();
        if *used >= self.limits.value(Limit::Escalations) {
            return Err(Refusal::NoMoreEscalations);
        }
        *used += 1;
        Ok(())
    }

    /// Forgets what was counted for `sessions`, which have ended.
    pub fn forget_sessions(&mut self, sessions: &[SessionId]) {
        for session in sessions {
            self.escalations.remove(session);
        }
    }

    /// Every party that is held back now, in order of their names.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        let now = self.clock.monotonic();
        let held = self.parties.iter().filter_map(|(party, record)| {
            let (hold, remaining) = record.hold(now)?;
            let recent = |strike: &&Duration| now < **strike + STRIKE_WINDOW;
            let strikes = record.strikes.iter().filter(recent).count();
            Some(Held { party: *party, hold, remaining, strikes })
        });
        let mut held: Vec<Held> = held.collect();
        held.sort_by_key(|held| held.party);
        held
    }

    /// Forgets everything against `party`. Whether something held it back.
    pub fn lift(&mut self, party: Party) -> bool {
        let now = self.clock.monotonic();
        let held = self.parties.get(&party).is_some_and(|record| record.hold(now).is_some());
        if held {
            self.parties.remove(&party);
        }
        held
    }

    /// The name that stands for `party` in security events.
    pub(crate) fn subject(&mut self, party: Party) -> Pseudonym {
        self.record(party).subject
    }

    /// What happened since this was asked last.
    pub(crate) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    fn gate(&mut self, party: Party) -> Result<(), Refusal> {
        let now = self.clock.monotonic();
        match self.record(party).hold(now) {
            None => Ok(()),
            Some((Hold::Blocked, remaining)) => {
                Err(Refusal::Blocked { retry_after: remaining.unwrap_or_default() })
            }
            Some((Hold::CoolingDown, remaining)) => {
                Err(Refusal::CoolingDown { retry_after: remaining.unwrap_or_default() })
            }
            Some((Hold::Challenged, _)) => {
                let bits = u8::try_from(self.limits.value(Limit::ProofBits)).unwrap_or(u8::MAX);
                let holder = party.to_string();
                let challenge = self.proof.issue(&*self.entropy, &holder, bits, now);
                Err(Refusal::ChallengeRequired(challenge))
            }
        }
    }

    /// Asks `party` for a proof of work before anything else, or blocks it when it gave enough of
    /// them.
    fn challenge(&mut self, party: Party) {
        let now = self.clock.monotonic();
        let most = usize::try_from(self.limits.value(Limit::Proofs)).unwrap_or(usize::MAX);
        let record = self.record(party);
        if record.challenged {
            return;
        }
        forget_older(&mut record.proofs, now, HOUR);
        if record.proofs.len() >= most {
            self.block(party);
            return;
        }
        record.challenged = true;
        self.tell(SecurityKind::PeerChallenged, party);
    }

    fn block(&mut self, party: Party) -> Duration {
        let span = Duration::from_mins(self.limits.value(Limit::Block));
        let now = self.clock.monotonic();
        self.record(party).blocked_until = now + span;
        self.tell(SecurityKind::PeerBlocked, party);
        span
    }

    fn tell(&mut self, kind: SecurityKind, party: Party) {
        let subject = self.subject(party);
        self.news.push(News { kind, party: party.kind(), subject });
    }

    fn record(&mut self, party: Party) -> &mut Record {
        let now = self.clock.monotonic();
        if self.parties.len() >= MOST_PARTIES && !self.parties.contains_key(&party) {
            // One that is held back goes last: nobody shakes a block off by bringing others.
            let quietest = self
                .parties
                .iter()
                .min_by_key(|(_, record)| (record.hold(now).is_some(), record.last_seen));
            if let Some(quietest) = quietest.map(|(party, _)| *party) {
                self.parties.remove(&quietest);
            }
        }
        let (clock, entropy) = (&self.clock, &*self.entropy);
        let record = self.parties.entry(party).or_insert_with(|| {
            let subject = match party {
                Party::Person(pseudonym) => pseudonym,
                Party::Device | Party::Address(_) => Pseudonym::random(entropy),
            };
            Record::new(subject, clock)
        });
        record.last_seen = now;
        record
    }
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admission").field("parties", &self.parties.len()).finish_non_exhaustive()
    }
}

fn forget_older(times: &mut VecDeque<Duration>, now: Duration, window: Duration) {
    while times.front().is_some_and(|time| *time + window <= now) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests;
