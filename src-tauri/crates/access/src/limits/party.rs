//! Whom counts and strikes belong to: what a reader cannot renew at will.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use cloister_types::{LogSafe, Pseudonym};

use crate::{Peer, Principal, Session};

/// Whom counts belong to: a guest's to the device or address, anybody else's to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// Guests at this machine.
    Device,
    /// Guests at an address of the local network; of IPv6 the network of 64 bits, since one machine
    /// has all of it (RFC 4291, section 2.5.1).
    Address(IpAddr),
    /// Somebody who signed in.
    Person(Pseudonym),
}

/// What kind of party it is, for records, which hold no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyKind {
    /// Guests at this machine.
    Device,
    /// Guests at an address.
    Address,
    /// Somebody who signed in.
    Person,
}

/// A text that names no party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a device, an address or a pseudonym")]
pub struct PartyError;

impl Party {
    /// Whom the counts of `session`, whose requests come from `peer`, belong to.
    #[must_use]
    pub fn of(session: &Session, peer: &Peer) -> Self {
        match session.principal {
            Principal::Account(_) => Self::Person(session.pseudonym),
            Principal::Guest | Principal::Operator { .. } => Self::at(peer),
        }
    }

    /// The guests at `peer`.
    #[must_use]
    pub fn at(peer: &Peer) -> Self {
        match peer {
            Peer::Device => Self::Device,
            Peer::Address(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(mapped) => Self::Address(IpAddr::V4(mapped)),
                None => Self::Address(IpAddr::V6(network(*address))),
            },
            Peer::Address(address) => Self::Address(*address),
        }
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> PartyKind {
        match self {
            Self::Device => PartyKind::Device,
            Self::Address(_) => PartyKind::Address,
            Self::Person(_) => PartyKind::Person,
        }
    }
}

fn network(address: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device => f.pad("device"),
            Self::Address(address) => address.fmt(f),
            Self::Person(pseudonym) => pseudonym.fmt(f),
        }
    }
}

impl FromStr for Party {
    type Err = PartyError;

    fn from_str(text: &str) -> Result<Self, PartyError> {
        if text == "device" {
            return Ok(Self::Device);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::at(&Peer::Address(address)));
        }
        text.parse().map(Self::Person).map_err(|_| PartyError)
    }
}

impl fmt::Display for PartyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Device => "device",
            Self::Address => "address",
            Self::Person => "person",
        })
    }
}

impl LogSafe for PartyKind {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_is_one_party_however_many_addresses_it_takes() {
        let at = |text: &str| Party::at(&Peer::Address(text.parse().unwrap()));
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.7"), at("192.0.2.7"));
        assert_ne!(at("192.0.2.7"), at("192.0.2.8"));
    }

    #[test]
    fn a_party_comes_back_from_its_text() {
        let pseudonym = Pseudonym::random(&cloister_types::SeededEntropy::new(1));
        let address = Party::at(&Peer::Address("2001:db8::1".parse().unwrap()));
        for party in [Party::Device, address, Party::Person(pseudonym)] {
            assert_eq!(party.to_string().parse(), Ok(party));
        }
        assert_eq!("somewhere".parse::<Party>(), Err(PartyError));
    }
}
