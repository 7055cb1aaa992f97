//! Whether a message is taken now: rate, strikes, cooldown.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    time::Duration,
};

/// Messages that a guest may send within a minute.
pub const MESSAGES_PER_MINUTE: usize = 10;

const RATE_WINDOW: Duration = Duration::from_mins(1);
const STRIKE_WINDOW: Duration = Duration::from_mins(10);
const STRIKES_BEFORE_COOLDOWN: usize = 3;
const FIRST_COOLDOWN: Duration = Duration::from_mins(1);
const LONGEST_COOLDOWN: Duration = Duration::from_hours(1);
/// Peers remembered at once; the one quiet for longest is forgotten first.
const MOST_PEERS: usize = 10_000;

/// Where a message comes from, for limits: what a reader cannot renew at will.
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

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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
}

impl Refusal {
    /// How long to wait.
    #[must_use]
    pub const fn retry_after(self) -> Duration {
        match self {
            Self::RateLimited { retry_after } | Self::CoolingDown { retry_after } => retry_after,
        }
    }
}

#[derive(Debug, Default)]
struct Record {
    messages: VecDeque<Duration>,
    strikes: VecDeque<Duration>,
    cooldowns: u32,
    cooling_until: Duration,
    last_seen: Duration,
}

/// Counts messages and strikes by peer. Times are those of a monotonic clock.
#[derive(Debug, Default)]
pub struct Admission {
    peers: HashMap<Peer, Record>,
}

impl Admission {
    /// Takes one message from `peer` at `now`, or says how long to wait.
    ///
    /// # Errors
    /// [`Refusal::CoolingDown`] after strikes, [`Refusal::RateLimited`] above
    /// [`MESSAGES_PER_MINUTE`]. A refused message is not counted.
    pub fn admit(&mut self, peer: &Peer, now: Duration) -> Result<(), Refusal> {
        let record = self.record(peer, now);
        if now < record.cooling_until {
            return Err(Refusal::CoolingDown {
                retry_after: record.cooling_until.saturating_sub(now),
            });
        }
        forget_older(&mut record.messages, now, RATE_WINDOW);
        if record.messages.len() >= MESSAGES_PER_MINUTE {
            let oldest = record.messages.front().copied().unwrap_or(now);
            return Err(Refusal::RateLimited {
                retry_after: (oldest + RATE_WINDOW).saturating_sub(now),
            });
        }
        record.messages.push_back(now);
        Ok(())
    }

    /// Counts a blocked message. The third within ten minutes starts a cooldown of a minute; each
    /// later cooldown doubles, up to an hour, until ten minutes pass without a strike. Returns how
    /// long the cooldown lasts that this strike started, if it did.
    pub fn strike(&mut self, peer: &Peer, now: Duration) -> Option<Duration> {
        let record = self.record(peer, now);
        forget_older(&mut record.strikes, now, STRIKE_WINDOW);
        if record.strikes.is_empty() && now >= record.cooling_until + STRIKE_WINDOW {
            record.cooldowns = 0;
        }
        record.strikes.push_back(now);
        if record.strikes.len() < STRIKES_BEFORE_COOLDOWN {
            return None;
        }
        let doubled = FIRST_COOLDOWN.saturating_mul(1 << record.cooldowns.min(6));
        let cooldown = doubled.min(LONGEST_COOLDOWN);
        record.cooling_until = now + cooldown;
        record.cooldowns += 1;
        Some(cooldown)
    }

    fn record(&mut self, peer: &Peer, now: Duration) -> &mut Record {
        if self.peers.len() >= MOST_PEERS && !self.peers.contains_key(peer) {
            let quietest = self.peers.iter().min_by_key(|(_, record)| record.last_seen);
            if let Some(quietest) = quietest.map(|(peer, _)| peer.clone()) {
                self.peers.remove(&quietest);
            }
        }
        let record = self.peers.entry(peer.clone()).or_default();
        record.last_seen = now;
        record
    }
}

fn forget_older(times: &mut VecDeque<Duration>, now: Duration, window: Duration) {
    while times.front().is_some_and(|time| *time + window <= now) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_eleventh_message_in_a_minute_waits_for_the_first_to_age() {
        let mut admission = Admission::default();
        for second in 0..10 {
            assert_eq!(admission.admit(&Peer::Device, at(second)), Ok(()));
        }
        let refusal = admission.admit(&Peer::Device, at(20));
        assert_eq!(refusal, Err(Refusal::RateLimited { retry_after: at(40) }));
        assert_eq!(admission.admit(&Peer::Device, at(60)), Ok(()));
    }

    #[test]
    fn peers_are_counted_apart() {
        let mut admission = Admission::default();
        let other = Peer::Address(IpAddr::from([192, 0, 2, 7]));
        for _ in 0..10 {
            admission.admit(&Peer::Device, at(0)).expect("within the limit");
        }
        assert!(admission.admit(&Peer::Device, at(0)).is_err());
        assert_eq!(admission.admit(&other, at(0)), Ok(()));
    }

    #[test]
    fn three_strikes_cool_down_and_each_further_one_doubles() {
        let mut admission = Admission::default();
        for second in [0, 1, 2] {
            assert_eq!(admission.admit(&Peer::Device, at(second)), Ok(()));
            admission.strike(&Peer::Device, at(second));
        }
        let refusal = admission.admit(&Peer::Device, at(3));
        assert_eq!(refusal, Err(Refusal::CoolingDown { retry_after: at(59) }));
        assert_eq!(admission.admit(&Peer::Device, at(62)), Ok(()));
        admission.strike(&Peer::Device, at(62));
        let refusal = admission.admit(&Peer::Device, at(62));
        assert_eq!(refusal, Err(Refusal::CoolingDown { retry_after: at(120) }));
    }

    #[test]
    fn strikes_are_forgiven_after_the_window() {
        let mut admission = Admission::default();
        admission.strike(&Peer::Device, at(0));
        admission.strike(&Peer::Device, at(1));
        admission.strike(&Peer::Device, at(700));
        assert_eq!(admission.admit(&Peer::Device, at(701)), Ok(()));
    }

    #[test]
    fn the_number_of_peers_is_bounded() {
        let mut admission = Admission::default();
        for index in 0..(MOST_PEERS + 50) {
            let bytes = u32::try_from(index).expect("small").to_be_bytes();
            let now = Duration::from_millis(index as u64);
            admission.admit(&Peer::Address(IpAddr::from(bytes)), now).expect("first message");
        }
        assert_eq!(admission.peers.len(), MOST_PEERS);
    }
}
