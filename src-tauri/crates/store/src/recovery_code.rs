//! The printed recovery code: 128 random bits in eight groups of four, each with its own check.

use std::fmt;

use cloister_types::{Entropy, Secret};
use zeroize::Zeroizing;

use crate::StoreError;

/// Crockford's base 32: no I, L, O or U, which are misread or make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 8;
/// Characters of a group: 20 bits, of which 16 are the code's and 4 the check.
const GROUP: usize = 4;
/// The generator x⁴ + x + 1: of the 31 ways in which one character can be wrong, 30 show.
const GENERATOR: u32 = 0b1_0011;

/// A recovery code: 16 random bytes that derive a wrapping key. Shown once, to be printed.
pub struct RecoveryCode(Secret<[u8; 16]>);

impl RecoveryCode {
    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        Self(Secret::new(entropy.bytes()))
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        self.0.expose()
    }

    /// The code as it is printed: eight groups of four, joined by hyphens.
    #[must_use]
    pub fn to_printed(&self) -> Secret<String> {
        let mut printed = String::with_capacity(GROUPS * (GROUP + 1));
        for (place, pair) in self.0.expose().chunks_exact(2).enumerate() {
            if place > 0 {
                printed.push('-');
            }
            let bits = with_check(place, u16::from_be_bytes([pair[0], pair[1]]));
            for index in (0..GROUP).rev() {
                let digit = (bits >> (index * 5)) & 31;
                printed.push(char::from(ALPHABET[digit as usize]));
            }
        }
        Secret::new(printed)
    }

    /// Reads what somebody typed. Capitals, spaces and hyphens do not matter; O is read as 0, I and
    /// L as 1.
    ///
    /// # Errors
    /// [`StoreError::RecoveryCodeLength`] when it is not 32 characters long, and
    /// [`StoreError::RecoveryCodeMistyped`] with the first group that has a mistake.
    pub fn parse(typed: &str) -> Result<Self, StoreError> {
        let digits: Zeroizing<Vec<Option<u32>>> = Zeroizing::new(
            typed
                .chars()
                .filter(|symbol| !symbol.is_whitespace() && *symbol != '-')
                .take(GROUPS * GROUP + 1)
                .map(digit)
                .collect(),
        );
        if digits.len() != GROUPS * GROUP {
            return Err(StoreError::RecoveryCodeLength);
        }
        let mut code = Secret::new([0; 16]);
        for (place, group) in digits.chunks_exact(GROUP).enumerate() {
            let value = read_group(place, group)
                .ok_or(StoreError::RecoveryCodeMistyped { group: place + 1 })?;
            code.expose_mut()[2 * place..2 * place + 2].copy_from_slice(&value.to_be_bytes());
        }
        Ok(Self(code))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

fn digit(symbol: char) -> Option<u32> {
    let symbol = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .zip(0..)
        .find(|(known, _)| char::from(**known) == symbol)
        .map(|(_, value)| value)
}

fn read_group(place: usize, group: &[Option<u32>]) -> Option<u16> {
    let mut bits = 0;
    for digit in group {
        bits = (bits << 5) | (*digit)?;
    }
    let value = u16::try_from(bits >> 4).ok()?;
    (with_check(place, value) == bits).then_some(value)
}

/// The 16 bits of a group and their check: the remainder by [`GENERATOR`], changed by the place so
/// that two groups that were swapped show.
fn with_check(place: usize, value: u16) -> u32 {
    let mut rest = u32::from(value) << 4;
    for bit in (4..20).rev() {
        if rest & (1 << bit) != 0 {
            rest ^= GENERATOR << (bit - 4);
        }
    }
    let place = u32::try_from(place).unwrap_or_default() + 1;
    (u32::from(value) << 4) | (rest ^ place)
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    fn code(seed: u64) -> RecoveryCode {
        RecoveryCode::random(&SeededEntropy::new(seed))
    }

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        for seed in 0..200 {
            let code = code(seed);
            let printed = code.to_printed();
            let printed = printed.expose();
            assert_eq!((printed.len(), printed.split('-').count()), (39, 8));
            let spaced = printed.to_lowercase().replace('-', "  ").replace('0', "o");
            for typed in [printed.clone(), spaced, printed.replace('-', "").replace('1', "l")] {
                assert_eq!(RecoveryCode::parse(&typed).unwrap().as_bytes(), code.as_bytes());
            }
        }
    }

    /// Every single wrong character that one can type is told by its group, or reads the same.
    #[test]
    fn a_typing_mistake_is_told_by_its_group() {
        let code = code(7);
        let printed = code.to_printed().expose().replace('-', "");
        let (mut wrong, mut found) = (0, 0);
        for place in 0..32 {
            for symbol in ALPHABET.map(char::from).into_iter().chain(['U', '?', 'ü']) {
                let typed: String = printed
                    .chars()
                    .enumerate()
                    .map(|(index, old)| if index == place { symbol } else { old })
                    .collect();
                if typed == printed {
                    continue;
                }
                wrong += 1;
                match RecoveryCode::parse(&typed) {
                    Err(StoreError::RecoveryCodeMistyped { group }) => {
                        assert_eq!(group, place / 4 + 1);
                        found += 1;
                    }
                    other => assert!(other.is_ok(), "{other:?}"),
                }
            }
        }
        // What passes a check of four bits opens nothing all the same.
        assert!(found * 16 >= wrong * 15, "{found} of {wrong}");
    }

    #[test]
    fn groups_that_were_swapped_show_and_lengths_are_checked() {
        let printed = code(3).to_printed();
        let mut groups: Vec<&str> = printed.expose().split('-').collect();
        groups.swap(1, 2);
        let swapped = RecoveryCode::parse(&groups.join("-"));
        assert!(matches!(swapped, Err(StoreError::RecoveryCodeMistyped { group: 2 })));
        for typed in ["", "0000", &format!("{}0", printed.expose()), &"0".repeat(4_000)] {
            assert!(matches!(RecoveryCode::parse(typed), Err(StoreError::RecoveryCodeLength)));
        }
    }
}
