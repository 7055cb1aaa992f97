//! The file `vault.keys`: the key slots, each of which wraps the root key, like a LUKS header.
//!
//! Every slot is bound to its vault, number, kind and parameters; the whole is authenticated by a
//! key that the root key derives, so that a slot that was removed, swapped or added by another hand
//! shows once the vault is unlocked. An older copy of the file passes: who kept one, and what opens
//! a slot in it, opens the vault until the root key is replaced.

use std::{fmt, path::Path};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use cloister_types::{Entropy, Secret, Timestamp};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize, de::Error as _};
use sha2::Sha256;

use crate::{
    KeySlot, SlotId, SlotKind, StoreError, VaultId, files,
    keys::{RootKey, SealingKey},
    passphrase::Stretching,
};

const VERSION: u32 = 1;
/// A header is a few kilobytes; more is none.
const MOST_BYTES: u64 = 256 * 1024;

/// The header, as it lies on the disk.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    current: Generation,
    /// The slots of a root key that is taking the place of the current one. Which of the two opens
    /// the database, the database tells.
    next: Option<Generation>,
}

/// The slots of one root key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generation {
    version: u32,
    vault: String,
    next_slot: u32,
    slots: Vec<Slot>,
    /// The key from which those that seal are derived, sealed under the root key.
    sealing: Wrapped,
    /// The one that is taking its place. Which of the two seals, the end of the audit log tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_sealing: Option<Wrapped>,
    mac: Bytes,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    id: SlotId,
    kind: SlotKind,
    added_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    salt: Bytes,
    stretching: Option<Stretching>,
    root: Wrapped,
}

/// 32 bytes under XChaCha20-Poly1305: nonce, then ciphertext with its tag.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Wrapped(Bytes);

/// Bytes, as hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
struct Bytes(Vec<u8>);

/// What makes a slot, once its wrapping key is known.
#[derive(Clone, Copy)]
pub(crate) struct NewSlot<'a> {
    pub(crate) kind: SlotKind,
    pub(crate) salt: [u8; 16],
    pub(crate) stretching: Option<Stretching>,
    pub(crate) wrapping: &'a Secret<[u8; 32]>,
    pub(crate) at: Timestamp,
}

/// Finds the wrapping key of a slot by its salt and, for a passphrase, how it is stretched.
pub(crate) type Derive<'a> =
    dyn Fn(&[u8; 16], Option<Stretching>) -> Result<Secret<[u8; 32]>, StoreError> + 'a;

impl Header {
    /// A header without slots, to which at least one is to be added before it is written.
    pub(crate) const fn new(current: Generation) -> Self {
        Self { current, next: None }
    }

    /// Reads the header; nothing where there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let size = match std::fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file(path, error)),
        };
        if size > MOST_BYTES {
            return Err(StoreError::KeysMalformed);
        }
        let bytes = std::fs::read(path).map_err(|source| StoreError::file(path, source))?;
        let header: Self = serde_json::from_slice(&bytes).map_err(|_| StoreError::KeysMalformed)?;
        let versions = header.generations().map(|generation| generation.version);
        match versions.max() {
            Some(VERSION) => Ok(Some(header)),
            _ => Err(StoreError::KeysMalformed),
        }
    }

    /// Writes the header; a crash leaves the old one or the new one.
    pub(crate) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|_| StoreError::KeysMalformed)?;
        bytes.push(b'\n');
        files::write_whole(path, &bytes)
    }

    pub(crate) const fn current(&self) -> &Generation {
        &self.current
    }

    pub(crate) const fn current_mut(&mut self) -> &mut Generation {
        &mut self.current
    }

    /// The newest first: it has taken over if it opens the database.
    pub(crate) fn generations(&self) -> impl Iterator<Item = &Generation> {
        self.next.iter().chain([&self.current])
    }

    /// Begins to replace the root key.
    pub(crate) fn prepare(&mut self, next: Generation) {
        self.next = Some(next);
    }

    /// Keeps the generation of `root` alone; whether another was dropped.
    pub(crate) fn settle(&mut self, vault: VaultId, root: &RootKey) -> bool {
        match self.next.take() {
            Some(next) if next.verify(vault, root).is_ok() => self.current = next,
            Some(_) => {}
            None => return false,
        }
        true
    }
}

impl Generation {
    /// The slots of `root`, none yet.
    pub(crate) fn new(
        vault: VaultId,
        root: &RootKey,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        let place = sealing_place(vault);
        let sealing = Wrapped::seal(&root.header_key(vault), sealing.expose(), &place, entropy)?;
        let vault_digits = vault.to_string();
        let mut new = Self {
            version: VERSION,
            vault: vault_digits,
            next_slot: 1,
            slots: Vec::new(),
            sealing,
            next_sealing: None,
            mac: Bytes(Vec::new()),
        };
        new.sign(vault, root)?;
        Ok(new)
    }

    /// Makes sure that every slot is as this vault's owner left it.
    ///
    /// # Errors
    /// [`StoreError::KeysAltered`].
    pub(crate) fn verify(&self, vault: VaultId, root: &RootKey) -> Result<(), StoreError> {
        if self.vault != vault.to_string() {
            return Err(StoreError::KeysAltered);
        }
        self.code(vault, root)?.verify_slice(&self.mac.0).map_err(|_| StoreError::KeysAltered)
    }

    /// The key from which those that seal are derived.
    pub(crate) fn sealing(&self, vault: VaultId, root: &RootKey) -> Result<SealingKey, StoreError> {
        let key = self.sealing.open(&root.header_key(vault), &sealing_place(vault));
        key.map(|key| SealingKey::new(&key)).ok_or(StoreError::KeysAltered)
    }

    /// The keys from which those that seal may be derived: the newest first, and more than one only
    /// while one takes the place of the other.
    pub(crate) fn sealings(
        &self,
        vault: VaultId,
        root: &RootKey,
    ) -> Result<Vec<SealingKey>, StoreError> {
        let (key, place) = (root.header_key(vault), sealing_place(vault));
        let wrapped = self.next_sealing.iter().chain([&self.sealing]);
        let opened = wrapped.map(|wrapped| Some(SealingKey::new(&wrapped.open(&key, &place)?)));
        opened.collect::<Option<_>>().ok_or(StoreError::KeysAltered)
    }

    /// Begins to replace the key from which those that seal are derived.
    pub(crate) fn prepare_sealing(
        &mut self,
        vault: VaultId,
        root: &RootKey,
        next: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        let (key, place) = (root.header_key(vault), sealing_place(vault));
        self.next_sealing = Some(Wrapped::seal(&key, next.expose(), &place, entropy)?);
        self.sign(vault, root)
    }

    /// Keeps one key from which those that seal are derived: the newest if `renewed`. Whether
    /// another was dropped.
    pub(crate) fn settle_sealing(
        &mut self,
        vault: VaultId,
        root: &RootKey,
        renewed: bool,
    ) -> Result<bool, StoreError> {
        let Some(next) = self.next_sealing.take() else { return Ok(false) };
        if renewed {
            self.sealing = next;
        }
        self.sign(vault, root)?;
        Ok(true)
    }

    /// The slots, without what opens them.
    pub(crate) fn slots(&self) -> Vec<KeySlot> {
        self.slots.iter().map(Slot::describe).collect()
    }

    pub(crate) fn has(&self, kind: SlotKind) -> bool {
        self.slots.iter().any(|slot| slot.kind == kind)
    }

    /// The root key from the slot of `kind` that `derive` finds the wrapping key of; nothing when
    /// none fits.
    pub(crate) fn unwrap(
        &self,
        vault: VaultId,
        kind: SlotKind,
        derive: &Derive<'_>,
    ) -> Result<Option<(SlotId, RootKey)>, StoreError> {
        for slot in self.slots.iter().filter(|slot| slot.kind == kind) {
            let salt = slot.salt.array().ok_or(StoreError::KeysMalformed)?;
            let wrapping = derive(&salt, slot.stretching)?;
            if let Some(root) = slot.root.open(&wrapping, &slot.place(vault)) {
                return Ok(Some((slot.id, RootKey::new(&root))));
            }
        }
        Ok(None)
    }

    /// Adds a slot.
    pub(crate) fn add(
        &mut self,
        vault: VaultId,
        root: &RootKey,
        new: NewSlot<'_>,
        entropy: &dyn Entropy,
    ) -> Result<SlotId, StoreError> {
        let id = SlotId(self.next_slot);
        self.next_slot += 1;
        let mut slot = Slot {
            id,
            kind: new.kind,
            added_at: new.at,
            confirmed_at: None,
            salt: Bytes(new.salt.to_vec()),
            stretching: new.stretching,
            root: Wrapped(Bytes(Vec::new())),
        };
        slot.root = Wrapped::seal(new.wrapping, root.expose(), &slot.place(vault), entropy)?;
        self.slots.push(slot);
        self.sign(vault, root)?;
        Ok(id)
    }

    /// Removes a slot; says what it was.
    ///
    /// # Errors
    /// [`StoreError::UnknownSlot`], and [`StoreError::LastSlot`] for the last.
    pub(crate) fn remove(
        &mut self,
        vault: VaultId,
        root: &RootKey,
        id: SlotId,
    ) -> Result<KeySlot, StoreError> {
        let index = self.slots.iter().position(|slot| slot.id == id);
        let index = index.ok_or(StoreError::UnknownSlot)?;
        if self.slots.len() == 1 {
            return Err(StoreError::LastSlot);
        }
        let removed = self.slots.remove(index);
        self.sign(vault, root)?;
        Ok(removed.describe())
    }

    /// Notes that a person has what opens the slot.
    ///
    /// # Errors
    /// [`StoreError::UnknownSlot`].
    pub(crate) fn confirm(
        &mut self,
        vault: VaultId,
        root: &RootKey,
        id: SlotId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let slot = self.slots.iter_mut().find(|slot| slot.id == id);
        slot.ok_or(StoreError::UnknownSlot)?.confirmed_at = Some(at);
        self.sign(vault, root)
    }

    /// Takes over the numbering of `old`, so that a number never means two slots.
    pub(crate) fn continue_from(&mut self, old: &Self) {
        self.next_slot = old.next_slot;
    }

    fn sign(&mut self, vault: VaultId, root: &RootKey) -> Result<(), StoreError> {
        self.mac = Bytes(self.code(vault, root)?.finalize().into_bytes().to_vec());
        Ok(())
    }

    /// HMAC-SHA256 over the generation as JSON with an empty code. Written and read by the same
    /// structure, so its bytes are always the same.
    fn code(&self, vault: VaultId, root: &RootKey) -> Result<Hmac<Sha256>, StoreError> {
        let unsigned = Self { mac: Bytes(Vec::new()), ..self.clone() };
        let bytes = serde_json::to_vec(&unsigned).map_err(|_| StoreError::KeysMalformed)?;
        let mut code = Hmac::<Sha256>::new_from_slice(root.header_key(vault).expose())
            .map_err(|_| StoreError::KeysMalformed)?;
        code.update(b"cloister header 1\0");
        code.update(&bytes);
        Ok(code)
    }
}

impl Slot {
    const fn describe(&self) -> KeySlot {
        KeySlot {
            id: self.id,
            kind: self.kind,
            added_at: self.added_at,
            confirmed_at: self.confirmed_at,
            stretching: self.stretching,
        }
    }

    /// What the wrapped root key is bound to. Unambiguous: only the kind has no fixed length, and
    /// it ends with a zero byte.
    fn place(&self, vault: VaultId) -> Vec<u8> {
        let stretching = self.stretching.map_or([0; 8], |stretching| {
            let mut bytes = [0; 8];
            bytes[..4].copy_from_slice(&stretching.memory_kib.to_be_bytes());
            bytes[4..].copy_from_slice(&stretching.passes.to_be_bytes());
            bytes
        });
        let parts: [&[u8]; 7] = [
            b"cloister slot 1\0",
            vault.as_bytes(),
            &self.id.0.to_be_bytes(),
            self.kind.as_str().as_bytes(),
            &[0],
            &stretching,
            &self.salt.0,
        ];
        parts.concat()
    }
}

fn sealing_place(vault: VaultId) -> Vec<u8> {
    [b"cloister sealing 1\0".as_slice(), vault.as_bytes()].concat()
}

impl Wrapped {
    fn seal(
        key: &Secret<[u8; 32]>,
        content: &[u8; 32],
        place: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        let nonce: [u8; 24] = entropy.bytes();
        let sealed = XChaCha20Poly1305::new(key.expose().into())
            .encrypt(&XNonce::from(nonce), Payload { msg: content, aad: place })
            .map_err(|_| StoreError::Unsealable)?;
        Ok(Self(Bytes([nonce.as_slice(), &sealed].concat())))
    }

    fn open(&self, key: &Secret<[u8; 32]>, place: &[u8]) -> Option<Secret<[u8; 32]>> {
        let (nonce, sealed) = self.0.0.split_first_chunk::<24>()?;
        let opened = XChaCha20Poly1305::new(key.expose().into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place })
            .map(Secret::new)
            .ok()?;
        let mut content = Secret::new([0; 32]);
        if opened.expose().len() != 32 {
            return None;
        }
        content.expose_mut().copy_from_slice(opened.expose());
        Some(content)
    }
}

impl Bytes {
    fn array(&self) -> Option<[u8; 16]> {
        self.0.as_slice().try_into().ok()
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        HEXLOWER.decode(digits.as_bytes()).map(Self).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({} slots)", self.current.slots.len())
    }
}
