//! Passwords: how they are hashed, what they unlock, and which are strong enough.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use argon2::{Algorithm, Argon2, Params, Version};
use cloister_types::{Entropy, Secret};
use data_encoding::BASE64_NOPAD;
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::Score;

/// Memory in KiB, passes and lanes: the second choice of RFC 9106, section 4, on one lane, above the
/// least that OWASP allows (19 MiB, 2, 1; Password Storage Cheat Sheet, 2025).
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);
/// No stored hash may ask for more than this: a damaged row must not take the machine's memory.
const MOST_COST: (u32, u32, u32) = (1024 * 1024, 20, 4);
/// Random bytes of salt (RFC 9106, section 3.1).
const SALT: usize = 16;

/// Fewest and most characters of a password (NIST SP 800-63B-4 asks for fifteen where a password
/// stands alone and for at least sixty-four to be taken; strength is judged besides).
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Shorter or longer than a password may be.
    #[error("a password has 10 to 128 characters")]
    Length,
    /// It would be guessed soon.
    #[error("that password would be guessed soon; several unrelated words make a good one")]
    Guessable,
}

/// Judges `password` by how many guesses it takes (zxcvbn; Wheeler, 2016); `known` are words that a
/// guesser would try first, such as the person's name.
///
/// # Errors
/// [`WeakPassword`], with what to do.
pub fn judge(password: &Secret<String>, known: &[&str]) -> Result<(), WeakPassword> {
    if !LENGTH.contains(&password.expose().chars().count()) {
        return Err(WeakPassword::Length);
    }
    let mut inputs = vec!["cloister"];
    inputs.extend(known);
    if zxcvbn::zxcvbn(password.expose(), &inputs).score() < Score::Three {
        return Err(WeakPassword::Guessable);
    }
    Ok(())
}

/// Hashes passwords one at a time: each run takes tens of megabytes and a core.
#[derive(Debug)]
pub(crate) struct PasswordHasher {
    turn: Arc<Semaphore>,
    runs: AtomicU64,
}

/// A new hash, and the key that the password derives besides.
pub(crate) struct Hashed {
    /// argon2id in PHC form.
    pub(crate) phc: String,
    pub(crate) wrapping: Secret<[u8; 32]>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), runs: AtomicU64::new(0) }
    }
}

impl PasswordHasher {
    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: &Secret<String>, entropy: &dyn Entropy) -> Hashed {
        let stored =
            Stored { cost: COST, salt: entropy.bytes::<SALT>().to_vec(), verifier: [0; 32] };
        let (verifier, wrapping) = self.derive(password, &stored).await;
        Hashed { phc: Stored { verifier, ..stored }.to_string(), wrapping }
    }

    /// The key that the password derives, if it is the one behind `phc`.
    pub(crate) async fn check(
        &self,
        password: &Secret<String>,
        phc: &str,
    ) -> Option<Secret<[u8; 32]>> {
        let Ok(stored) = Stored::from_str(phc) else {
            tracing::error!("a stored password hash cannot be read");
            self.waste(password).await;
            return None;
        };
        let (verifier, wrapping) = self.derive(password, &stored).await;
        bool::from(verifier.ct_eq(&stored.verifier)).then_some(wrapping)
    }

    /// Takes as long as a check, for a name that nobody has.
    pub(crate) async fn waste(&self, password: &Secret<String>) {
        let nobody = Stored { cost: COST, salt: vec![0; SALT], verifier: [0; 32] };
        self.derive(password, &nobody).await;
    }

    /// How many hashes were computed so far.
    #[cfg(test)]
    pub(crate) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// One run of argon2id, split by HKDF into what is compared and what wraps the data key, so that
    /// neither tells anything of the other.
    async fn derive(
        &self,
        password: &Secret<String>,
        stored: &Stored,
    ) -> ([u8; 32], Secret<[u8; 32]>) {
        // The same password may be typed composed or decomposed (NIST SP 800-63B-4, 3.1.1.2).
        let password = Secret::new(password.expose().nfc().collect::<String>());
        let ((memory, passes, lanes), salt) = (stored.cost, stored.salt.clone());
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        self.runs.fetch_add(1, Ordering::Relaxed);
        let run = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let params = Params::new(memory, passes, lanes, Some(32)).expect("bounded when read");
            let mut master = Secret::new([0; 32]);
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(password.expose().as_bytes(), &salt, master.expose_mut())
                .expect("the salt has at least eight bytes and the output 32");
            (
                expand(&master, b"cloister 1 password"),
                Secret::new(expand(&master, b"cloister 1 data key")),
            )
        });
        run.await.expect("hashing does not panic, and nobody cancels it")
    }
}

fn expand(master: &Secret<[u8; 32]>, info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, master.expose())
        .expand(info, &mut key)
        .expect("HKDF-SHA256 expands to up to 8,160 bytes, and 32 are asked for");
    key
}

/// A hash in the PHC string format, whose output is our verifier.
struct Stored {
    cost: (u32, u32, u32),
    salt: Vec<u8>,
    verifier: [u8; 32],
}

impl std::fmt::Display for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (memory, passes, lanes) = self.cost;
        let (salt, verifier) =
            (BASE64_NOPAD.encode(&self.salt), BASE64_NOPAD.encode(&self.verifier));
        write!(f, "$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${verifier}")
    }
}

impl FromStr for Stored {
    type Err = ();

    fn from_str(phc: &str) -> Result<Self, ()> {
        let mut parts = phc.split('$');
        if (parts.next(), parts.next(), parts.next()) != (Some(""), Some("argon2id"), Some("v=19"))
        {
            return Err(());
        }
        let cost: Vec<u32> = parts
            .next()
            .ok_or(())?
            .split(',')
            .zip(["m=", "t=", "p="])
            .map(|(part, name)| part.strip_prefix(name)?.parse().ok())
            .collect::<Option<_>>()
            .ok_or(())?;
        let &[memory, passes, lanes] = cost.as_slice() else { return Err(()) };
        let bounded = memory <= MOST_COST.0 && passes <= MOST_COST.1 && lanes <= MOST_COST.2;
        if !bounded || Params::new(memory, passes, lanes, Some(32)).is_err() {
            return Err(());
        }
        let decoded = |part: Option<&str>| BASE64_NOPAD.decode(part?.as_bytes()).ok();
        let salt = decoded(parts.next()).filter(|salt| salt.len() >= 8).ok_or(())?;
        let verifier = decoded(parts.next()).and_then(|hash| hash.try_into().ok()).ok_or(())?;
        Ok(Self { cost: (memory, passes, lanes), salt, verifier })
    }
}

#[cfg(test)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};
    use cloister_types::SeededEntropy;
    use data_encoding::HEXLOWER;

    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    /// RFC 9106, section 5.3.
    #[test]
    fn argon2id_gives_the_known_answer() {
        let mut builder = ParamsBuilder::new();
        builder.m_cost(32).t_cost(3).p_cost(4).output_len(32);
        builder.data(AssociatedData::new(&[4; 12]).unwrap());
        let params = builder.build().unwrap();
        let mut out = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .unwrap()
            .hash_password_into(&[1; 32], &[2; 16], &mut out)
            .unwrap();
        assert_eq!(
            HEXLOWER.encode(&out),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        );
    }

    #[tokio::test]
    async fn a_password_opens_what_it_closed_and_another_does_not() {
        let hasher = PasswordHasher::default();
        let kept = hasher.hash(&secret("caf\u{e9} under the linden"), &SeededEntropy::new(1)).await;
        assert!(kept.phc.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{}", kept.phc);
        let decomposed = secret("cafe\u{301} under the linden");
        let key = hasher.check(&decomposed, &kept.phc).await.expect("the same password");
        assert_eq!(key.expose(), kept.wrapping.expose());
        assert!(hasher.check(&secret("cafe under the linden"), &kept.phc).await.is_none());
        assert!(
            hasher
                .check(&decomposed, "$argon2id$v=19$m=4294967295,t=3,p=1$AAAA$AAAA")
                .await
                .is_none()
        );
        hasher.waste(&decomposed).await;
        assert_eq!(hasher.runs(), 5, "an unreadable hash and an unknown name cost one run as well");
    }

    #[test]
    fn strength_is_judged_by_guesses() {
        for weak in ["short", "password12", "annameier2024", "qwertyuiop", "aaaaaaaaaaaaaaa"] {
            assert!(judge(&secret(weak), &["annameier"]).is_err(), "{weak}");
        }
        assert_eq!(judge(&secret(&"x7".repeat(70)), &[]), Err(WeakPassword::Length));
        assert_eq!(judge(&secret("linden kettle oblique ferry"), &["ann"]), Ok(()));
    }
}
