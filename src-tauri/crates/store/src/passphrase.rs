//! From a passphrase to a wrapping key: argon2id with parameters that belong to the slot.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use cloister_types::{Entropy, Secret};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// OWASP's floor for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
const FLOOR: Stretching = Stretching { memory_kib: 19 * 1024, passes: 2 };
/// More memory than this is refused: a header that asks for it was damaged or planted.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 1_000;
/// Memory of a slot made here: what a small machine can spare for a second.
const MEMORY_KIB: u32 = 64 * 1024;
/// How long unlocking should take; between half a second and one and a half.
const AIM: Duration = Duration::from_millis(850);
/// The shortest passphrase that is taken, in characters. Strength is the caller's to judge.
pub(crate) const SHORTEST: usize = 8;

/// How a passphrase is stretched: memory in KiB and passes, with one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretching {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
}

impl Stretching {
    /// Chooses parameters so that one unlocking takes about 0.85 s on this machine, never less
    /// than OWASP's floor. Takes about half a second; for a blocking thread.
    #[must_use]
    pub fn measured() -> Self {
        let trial = Self { memory_kib: MEMORY_KIB, passes: 1 };
        // Twice, and the quicker counts: another program's moment must not weaken the slot.
        let once = (0..2).map(|_| trial.time()).min().unwrap_or(AIM);
        let passes = AIM.as_micros() / once.as_micros().max(1);
        let passes = u32::try_from(passes).unwrap_or(MOST_PASSES);
        Self { passes: passes.clamp(FLOOR.passes, MOST_PASSES), ..trial }
    }

    /// The weakest parameters that a vault takes, for tests that unlock often.
    #[must_use]
    pub const fn floor() -> Self {
        FLOOR
    }

    fn time(self) -> Duration {
        let start = Instant::now();
        drop(self.stretch("a passphrase of usual length", &[0; 16]));
        start.elapsed()
    }

    /// The wrapping key of `passphrase`.
    ///
    /// # Errors
    /// [`StoreError::KeysMalformed`] for parameters out of range.
    pub(crate) fn derive(
        self,
        passphrase: &str,
        salt: &[u8; 16],
    ) -> Result<Secret<[u8; 32]>, StoreError> {
        let in_range = (FLOOR.memory_kib..=MOST_MEMORY_KIB).contains(&self.memory_kib)
            && (FLOOR.passes..=MOST_PASSES).contains(&self.passes);
        if !in_range {
            return Err(StoreError::KeysMalformed);
        }
        self.stretch(passphrase, salt).ok_or(StoreError::KeysMalformed)
    }

    /// Nothing for parameters that argon2 does not know.
    fn stretch(self, passphrase: &str, salt: &[u8; 16]) -> Option<Secret<[u8; 32]>> {
        let parameters = Params::new(self.memory_kib, self.passes, 1, Some(32)).ok()?;
        let mut key = Secret::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into(passphrase.as_bytes(), salt, key.expose_mut())
            .ok()?;
        Some(key)
    }
}

/// Draws a salt.
pub(crate) fn salt(entropy: &dyn Entropy) -> [u8; 16] {
    entropy.bytes()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn parameters_under_the_floor_are_refused() {
        for (memory_kib, passes) in [(19 * 1024 - 1, 2), (19 * 1024, 1), (8, 1), (u32::MAX, 2)] {
            let refused = Stretching { memory_kib, passes }.derive("passphrase", &[1; 16]);
            assert!(matches!(refused, Err(StoreError::KeysMalformed)), "{memory_kib} {passes}");
        }
        let key = FLOOR.derive("passphrase", &[1; 16]).unwrap();
        let other = FLOOR.derive("passphrase", &[2; 16]).unwrap();
        assert_ne!(HEXLOWER.encode(key.expose()), HEXLOWER.encode(other.expose()));
    }

    #[test]
    fn measured_parameters_are_never_under_the_floor() {
        let measured = Stretching::measured();
        assert!(measured.memory_kib >= FLOOR.memory_kib && measured.passes >= FLOOR.passes);
    }
}
