//! From a passphrase to a wrapping key: argon2id with parameters that belong to the slot.

use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use cloister_types::{Entropy, Secret};
use rustix::time::ClockId;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// OWASP's floor for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
const FLOOR: Stretching = Stretching { memory_kib: 19 * 1024, passes: 2 };
/// More memory than this is refused: a header that asks for it was damaged or planted.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 1_000;
/// Most memory of a slot made here. Memory comes before passes (RFC 9106, section 4): it is what
/// makes guessing by many machines expensive.
const WISHED_MEMORY_KIB: u32 = 256 * 1024;
/// Memory of a slot on a machine that does not say how much it has.
const USUAL_MEMORY_KIB: u32 = 64 * 1024;
/// A slot takes no more than this share of the memory that is free when it is made.
const SHARE: u32 = 8;
/// How long unlocking should take: the middle between half a second and one and a half, and a little
/// less, since whoever waits has typed it right.
const AIM: Duration = Duration::from_millis(900);
/// The quickest of so many trials counts: another program's moment must not weaken the slot.
const TRIALS: usize = 3;
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
    /// Chooses parameters so that one unlocking takes about 0.9 s of this machine's processor, never
    /// less than OWASP's floor. Takes about three seconds; for a blocking thread.
    #[must_use]
    pub fn measured() -> Self {
        Self::calibrated(spare_memory_kib().unwrap_or(USUAL_MEMORY_KIB), Self::time)
    }

    /// Takes as much of `spare_kib` as is wished and can be gone over often enough, and as many
    /// passes as fit; `time` tells how long some parameters take.
    fn calibrated(spare_kib: u32, time: impl Fn(Self) -> Duration) -> Self {
        let mut memory_kib = WISHED_MEMORY_KIB.min(spare_kib).max(FLOOR.memory_kib);
        loop {
            let quickest = |passes| {
                (0..TRIALS).map(|_| time(Self { memory_kib, passes })).min().unwrap_or(AIM)
            };
            let (once, twice) = (quickest(1), quickest(FLOOR.passes));
            if twice > AIM && memory_kib > FLOOR.memory_kib {
                memory_kib = (memory_kib / 2).max(FLOOR.memory_kib);
                continue;
            }
            // The first pass also pays for taking the memory.
            let pass = twice.saturating_sub(once).as_micros().max(1);
            let more = (AIM.saturating_sub(twice).as_micros() + pass / 2) / pass;
            let more = u32::try_from(more).unwrap_or(MOST_PASSES);
            let passes = FLOOR.passes.saturating_add(more).min(MOST_PASSES);
            return Self { memory_kib, passes };
        }
    }

    /// The weakest parameters that a vault takes, for tests that unlock often.
    #[must_use]
    pub const fn floor() -> Self {
        FLOOR
    }

    /// The processor time that one stretching takes, whoever else uses the processor.
    fn time(self) -> Duration {
        let start = processor_time();
        drop(self.stretch("a passphrase of usual length", &[0; 16]));
        processor_time().saturating_sub(start)
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

/// What this thread has had of a processor.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The memory that a slot may take now; nothing where the system does not say.
fn spare_memory_kib() -> Option<u32> {
    let facts = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = facts.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let available: u64 = line.split_whitespace().next()?.parse().ok()?;
    u32::try_from(available / u64::from(SHARE)).ok()
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

    /// A machine that goes over so many KiB a millisecond, and half as many at its worst moments.
    fn machine(kib_a_milli: f64) -> impl Fn(Stretching) -> Duration {
        let calls = std::cell::Cell::new(0_u32);
        move |stretching| {
            calls.set(calls.get() + 1);
            let disturbed = if calls.get() % 3 == 1 { 1.0 } else { 2.0 };
            let work = f64::from(stretching.memory_kib) * f64::from(stretching.passes);
            Duration::from_secs_f64(work / kib_a_milli / 1e3 * disturbed)
        }
    }

    #[test]
    fn unlocking_takes_about_a_second_on_machines_of_every_speed() {
        let gib = 1024 * 1024;
        for kib_a_milli in [60.0, 150.0, 400.0, 800.0, 1_200.0, 3_000.0, 12_000.0] {
            for spare_kib in [gib, 128 * 1024, 64 * 1024, 1_000] {
                let chosen = Stretching::calibrated(spare_kib, machine(kib_a_milli));
                let work = f64::from(chosen.memory_kib) * f64::from(chosen.passes);
                let seconds = work / kib_a_milli / 1e3;
                assert!((0.6..=1.3).contains(&seconds), "{chosen:?}: {seconds} s");
                let is_quick = kib_a_milli >= 400.0;
                let has_room = spare_kib >= 64 * 1024;
                assert!(!(is_quick && has_room) || chosen.memory_kib >= 64 * 1024, "{chosen:?}");
                assert!(chosen.memory_kib <= spare_kib.max(FLOOR.memory_kib));
            }
        }
    }

    #[test]
    fn a_machine_too_slow_for_it_gets_the_floor_all_the_same() {
        assert_eq!(Stretching::calibrated(1024 * 1024, machine(10.0)), FLOOR);
    }

    #[test]
    fn measured_parameters_are_never_under_the_floor() {
        let measured = Stretching::measured();
        assert!(measured.memory_kib >= FLOOR.memory_kib && measured.passes >= FLOOR.passes);
        assert!(measured.time() > Duration::from_millis(200), "{measured:?}");
    }
}
