//! A small proof of work: what a program that copies passages pays and a person does not notice.
//!
//! After hashcash (Back, 2002): find a counter such that SHA-256 of `CHALLENGE:COUNTER` begins with
//! so many zero bits. The challenge carries its own expiry and difficulty under a MAC, so that
//! nothing is kept of those that nobody answers; those that were answered are remembered until they
//! expire, so that none is answered twice.

use std::{collections::HashMap, time::Duration};

use cloister_types::{Entropy, Secret};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A challenge may be answered for so long.
pub const CHALLENGE_LIFE: Duration = Duration::from_mins(5);
/// Answered challenges remembered at once; more are refused until some have expired.
const MOST_ANSWERED: usize = 10_000;
/// Longest counter, in decimal digits: that of 64 bits.
const LONGEST_COUNTER: usize = 20;

const NONCE_BYTES: usize = 16;
/// Nonce, expiry, bits.
const PAYLOAD_BYTES: usize = NONCE_BYTES + 8 + 1;

/// A challenge on its way to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What is hashed, with a colon and the counter.
    pub text: String,
    /// Zero bits that the hash has to begin with.
    pub bits: u8,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The challenge was not issued by this process to this reader.
    #[error("the challenge was not issued here")]
    Foreign,
    /// It was issued too long ago.
    #[error("the challenge has expired")]
    Expired,
    /// It was answered before.
    #[error("the challenge was answered before")]
    Reused,
    /// The hash does not begin with enough zero bits.
    #[error("the answer is wrong")]
    Wrong,
    /// Too many are being answered.
    #[error("too many challenges are being answered")]
    Busy,
}

/// Issues challenges and checks answers. Times are those of a monotonic clock.
pub struct ProofOfWork {
    key: Secret<[u8; 32]>,
    /// Answered challenges by nonce, with their expiry.
    answered: HashMap<[u8; NONCE_BYTES], Duration>,
}

impl ProofOfWork {
    /// With a key of its own: challenges do not outlive the process.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self { key: Secret::new(entropy.bytes()), answered: HashMap::new() }
    }

    /// A challenge of `bits` for the reader called `holder`.
    #[must_use]
    pub fn issue(&self, entropy: &dyn Entropy, holder: &str, bits: u8, now: Duration) -> Challenge {
        let expires = u64::try_from((now + CHALLENGE_LIFE).as_millis()).unwrap_or(u64::MAX);
        let mut payload = [0; PAYLOAD_BYTES];
        payload[..NONCE_BYTES].copy_from_slice(&entropy.bytes::<NONCE_BYTES>());
        payload[NONCE_BYTES..PAYLOAD_BYTES - 1].copy_from_slice(&expires.to_be_bytes());
        payload[PAYLOAD_BYTES - 1] = bits;
        let mac = self.mac(&payload, holder).finalize().into_bytes();
        let text = format!("{}.{}", BASE64URL_NOPAD.encode(&payload), BASE64URL_NOPAD.encode(&mac));
        Challenge { text, bits }
    }

    /// Takes the answer of `holder` to `challenge`, once.
    ///
    /// # Errors
    /// The [`ProofError`] that says why not; the challenge can then still be answered, unless it
    /// was.
    pub fn redeem(
        &mut self,
        challenge: &str,
        counter: &str,
        holder: &str,
        now: Duration,
    ) -> Result<(), ProofError> {
        let (nonce, expires, bits) = self.read(challenge, holder)?;
        if now >= expires {
            return Err(ProofError::Expired);
        }
        if self.answered.contains_key(&nonce) {
            return Err(ProofError::Reused);
        }
        let decimal = counter.bytes().all(|byte| byte.is_ascii_digit());
        if counter.is_empty() || counter.len() > LONGEST_COUNTER || !decimal {
            return Err(ProofError::Wrong);
        }
        if leading_zeros(challenge, counter) < u32::from(bits) {
            return Err(ProofError::Wrong);
        }
        if self.answered.len() >= MOST_ANSWERED {
            self.answered.retain(|_, expires| now < *expires);
        }
        if self.answered.len() >= MOST_ANSWERED {
            return Err(ProofError::Busy);
        }
        self.answered.insert(nonce, expires);
        Ok(())
    }

    fn read(
        &self,
        challenge: &str,
        holder: &str,
    ) -> Result<([u8; NONCE_BYTES], Duration, u8), ProofError> {
        let (payload, mac) = challenge.split_once('.').ok_or(ProofError::Foreign)?;
        let decode =
            |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| ProofError::Foreign);
        let payload: [u8; PAYLOAD_BYTES] =
            decode(payload)?.try_into().map_err(|_| ProofError::Foreign)?;
        self.mac(&payload, holder).verify_slice(&decode(mac)?).map_err(|_| ProofError::Foreign)?;
        let (nonce, rest) = payload.split_first_chunk().ok_or(ProofError::Foreign)?;
        let (expires, bits) = rest.split_first_chunk().ok_or(ProofError::Foreign)?;
        let bits = *bits.first().ok_or(ProofError::Foreign)?;
        Ok((*nonce, Duration::from_millis(u64::from_be_bytes(*expires)), bits))
    }

    fn mac(&self, payload: &[u8; PAYLOAD_BYTES], holder: &str) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.expose())
            .expect("HMAC takes a key of any length");
        mac.update(payload);
        mac.update(holder.as_bytes());
        mac
    }
}

impl std::fmt::Debug for ProofOfWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProofOfWork")
            .field("answered", &self.answered.len())
            .finish_non_exhaustive()
    }
}

impl Challenge {
    /// Does the work: the least counter that answers. Takes 2^bits hashes on average.
    #[must_use]
    pub fn solve(&self) -> String {
        let answers = |counter: &String| leading_zeros(&self.text, counter) >= u32::from(self.bits);
        let mut counters = (0..=u64::MAX).map(|counter| counter.to_string());
        counters.find(answers).unwrap_or_default()
    }
}

fn leading_zeros(challenge: &str, counter: &str) -> u32 {
    let mut hash = Sha256::new();
    hash.update(challenge.as_bytes());
    hash.update(b":");
    hash.update(counter.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut zeros = 0;
    for byte in digest {
        zeros += byte.leading_zeros();
        if byte != 0 {
            break;
        }
    }
    zeros
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn issued(seed: u64, bits: u8) -> (ProofOfWork, Challenge) {
        let entropy = SeededEntropy::new(seed);
        let proof = ProofOfWork::new(&entropy);
        let challenge = proof.issue(&entropy, "device", bits, NOW);
        (proof, challenge)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn an_answer_is_taken_once_in_time_and_from_its_holder(seed: u64, bits in 1_u8..10) {
            let (mut proof, challenge) = issued(seed, bits);
            let (text, counter) = (challenge.text.as_str(), challenge.solve());
            let late = NOW + CHALLENGE_LIFE;
            prop_assert_eq!(proof.redeem(text, &counter, "device", late), Err(ProofError::Expired));
            prop_assert_eq!(proof.redeem(text, &counter, "other", NOW), Err(ProofError::Foreign));
            let last = late.checked_sub(Duration::from_millis(1)).unwrap();
            prop_assert_eq!(proof.redeem(text, &counter, "device", last), Ok(()));
            prop_assert_eq!(proof.redeem(text, &counter, "device", last), Err(ProofError::Reused));
        }

        #[test]
        fn another_difficulty_or_any_other_change_is_foreign(
            seed: u64, place in 0_usize..34, flip in 1_u8..64,
        ) {
            let (mut proof, challenge) = issued(seed, 20);
            let mut payload = challenge.text.clone().into_bytes();
            let old = payload[place];
            payload[place] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                [usize::from(old.wrapping_add(flip)) % 64];
            prop_assume!(payload[place] != old);
            let altered = String::from_utf8(payload).unwrap();
            prop_assert_eq!(proof.redeem(&altered, "0", "device", NOW), Err(ProofError::Foreign));
        }

        #[test]
        fn what_is_no_counter_is_wrong(seed: u64, counter in "[^0-9]{0,30}|[0-9]{21,30}") {
            let (mut proof, challenge) = issued(seed, 0);
            let taken = proof.redeem(&challenge.text, &counter, "device", NOW);
            prop_assert_eq!(taken, Err(ProofError::Wrong));
        }
    }

    #[test]
    fn too_little_work_is_wrong() {
        let (mut proof, challenge) = issued(7, 12);
        let easier = Challenge { bits: 0, ..challenge.clone() }.solve();
        assert_ne!(easier, challenge.solve());
        let taken = proof.redeem(&challenge.text, &easier, "device", NOW);
        assert_eq!(taken, Err(ProofError::Wrong));
    }

    #[test]
    fn another_process_does_not_know_the_challenge() {
        let (_, challenge) = issued(1, 4);
        let (mut other, _) = issued(2, 4);
        let taken = other.redeem(&challenge.text, &challenge.solve(), "device", NOW);
        assert_eq!(taken, Err(ProofError::Foreign));
    }
}
