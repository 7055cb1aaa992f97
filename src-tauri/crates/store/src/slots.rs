//! Adding, removing and confirming keys of an open vault; `rotation` replaces them.

use cloister_types::{Authorized, Entropy, Pseudonym, Secret, Timestamp, act};

use crate::{
    AuditBody, AuditEvent, AuditRecord, KeySlot, KeySources, RecoveryCode, SlotId, SlotKind, Store,
    StoreError, Stretching, VaultId, VaultPaths, audit, key_file,
    key_header::{Generation, Header, NewSlot},
    keys::RootKey,
    passphrase, unlock,
};

/// What an open vault knows of its keys.
pub(crate) struct KeyChest {
    pub(crate) paths: VaultPaths,
    pub(crate) header: Header,
    pub(crate) root: RootKey,
    pub(crate) sources: KeySources,
}

/// Who changes the keys, when, and with which randomness.
#[derive(Clone, Copy)]
pub struct KeyChange<'a> {
    /// Proof that they may.
    pub allowed: &'a Authorized<act::Configure>,
    /// Who does it.
    pub by: Pseudonym,
    /// When.
    pub at: Timestamp,
    /// The random source.
    pub entropy: &'a dyn Entropy,
}

/// What opens a slot that is to be added.
#[derive(Debug)]
pub enum NewKey {
    /// A new key in the key file.
    KeyFile,
    /// The credential that systemd hands over now.
    Credential,
    /// A new key in the desktop's keyring.
    Keyring,
    /// A passphrase.
    Passphrase(Secret<String>, Stretching),
}

impl KeyChange<'_> {
    pub(crate) fn record(&self, event: AuditEvent, body: AuditBody) -> AuditRecord {
        AuditRecord::new(event, self.at, body.list("policies", policy_codes(self.allowed)))
            .about(self.by)
    }
}

/// The ids of the policies that allowed it, as far as they are codes.
fn policy_codes(allowed: &Authorized<act::Configure>) -> Vec<crate::AuditCode> {
    allowed.policies().iter().filter_map(|policy| policy.parse().ok()).collect()
}

impl Store {
    /// The ways to unlock this vault.
    pub async fn key_slots(&self) -> Vec<KeySlot> {
        self.chest().await.header.current().slots()
    }

    /// Adds a way to unlock the vault.
    ///
    /// # Errors
    /// [`StoreError::SlotExists`] for a second slot of a kind that has one place only,
    /// [`StoreError::NoKeyring`], [`StoreError::CredentialMissing`],
    /// [`StoreError::PassphraseTooShort`], and what files and the audit log may refuse.
    pub async fn add_key(&self, new: NewKey, change: KeyChange<'_>) -> Result<SlotId, StoreError> {
        let id = self.id();
        let mut chest = self.chest().await;
        let prepared = Prepared::new(new, &chest, (id, change.entropy)).await?;
        let mut header = chest.header.clone();
        let slot = prepared.add_to(header.current_mut(), &chest.root, id, change)?;
        let body = AuditBody::new().with("kind", &prepared.kind).with("slot", &slot);
        self.write_header(&mut chest, header, &change.record(AuditEvent::KeySlotAdded, body))
            .await?;
        Ok(slot)
    }

    /// Makes a recovery code, in the place of one that was there. It opens the vault at once; until
    /// it is [confirmed](Store::confirm_recovery), nobody has shown that it was written down.
    ///
    /// # Errors
    /// What files and the audit log may refuse.
    pub async fn renew_recovery(&self, change: KeyChange<'_>) -> Result<RecoveryCode, StoreError> {
        let id = self.id();
        let mut chest = self.chest().await;
        let mut header = chest.header.clone();
        let code = RecoveryCode::random(change.entropy);
        let prepared = Prepared::recovery(id, &code);
        let old = of_kind(&header, SlotKind::Recovery);
        let slot = prepared.add_to(header.current_mut(), &chest.root, id, change)?;
        for slot in old {
            header.current_mut().remove(id, &chest.root, slot)?;
        }
        let body = AuditBody::new().with("kind", &SlotKind::Recovery).with("slot", &slot);
        self.write_header(&mut chest, header, &change.record(AuditEvent::KeySlotAdded, body))
            .await?;
        Ok(code)
    }

    /// Notes that the recovery code was typed back as it was printed.
    ///
    /// # Errors
    /// [`StoreError::RecoveryCodeMistyped`] with the group, [`StoreError::RecoveryCodeLength`], and
    /// [`StoreError::WrongRecoveryCode`] for another vault's code or an old one.
    pub async fn confirm_recovery(
        &self,
        typed: &Secret<String>,
        change: KeyChange<'_>,
    ) -> Result<SlotId, StoreError> {
        let id = self.id();
        let mut chest = self.chest().await;
        let mut header = chest.header.clone();
        let opened = unlock::by_recovery(header.current(), id, typed)?;
        let slot = opened.slot.ok_or(StoreError::WrongRecoveryCode)?;
        header.current_mut().confirm(id, &chest.root, slot, change.at)?;
        let body = AuditBody::new().with("slot", &slot);
        self.write_header(&mut chest, header, &change.record(AuditEvent::RecoveryConfirmed, body))
            .await?;
        Ok(slot)
    }

    /// Removes a way to unlock the vault. Who copied the header before, and has what opened the
    /// slot, still opens the vault until its root key is [replaced](Store::rotate_keys).
    ///
    /// # Errors
    /// [`StoreError::UnknownSlot`], [`StoreError::LastSlot`], and what files and the audit log may
    /// refuse.
    pub async fn remove_key(
        &self,
        slot: SlotId,
        change: KeyChange<'_>,
    ) -> Result<KeySlot, StoreError> {
        let id = self.id();
        let mut chest = self.chest().await;
        let mut header = chest.header.clone();
        let removed = header.current_mut().remove(id, &chest.root, slot)?;
        let body = AuditBody::new().with("kind", &removed.kind).with("slot", &removed.id);
        self.write_header(&mut chest, header, &change.record(AuditEvent::KeySlotRemoved, body))
            .await?;
        Ok(removed)
    }

    /// Writes the header and the record of why as one: the record is taken back when the header
    /// cannot be written, and the header when the record cannot be kept.
    async fn write_header(
        &self,
        chest: &mut KeyChest,
        header: Header,
        record: &AuditRecord,
    ) -> Result<(), StoreError> {
        let path = chest.paths.key_slots();
        let mut tx = self.begin().await?;
        audit::append(&mut tx, record).await?;
        header.write(&path)?;
        if let Err(error) = tx.commit().await {
            chest.header.write(&path)?;
            return Err(error);
        }
        chest.header = header;
        Ok(())
    }
}

pub(crate) fn of_kind(header: &Header, kind: SlotKind) -> Vec<SlotId> {
    let slots = header.current().slots().into_iter();
    slots.filter(|slot| slot.kind == kind).map(|slot| slot.id).collect()
}

/// A slot whose wrapping key is known, not yet in a header.
pub(crate) struct Prepared {
    kind: SlotKind,
    salt: [u8; 16],
    stretching: Option<Stretching>,
    wrapping: Secret<[u8; 32]>,
}

impl Prepared {
    pub(crate) const fn plain(kind: SlotKind, wrapping: Secret<[u8; 32]>) -> Self {
        Self { kind, salt: [0; 16], stretching: None, wrapping }
    }

    pub(crate) fn recovery(id: VaultId, code: &RecoveryCode) -> Self {
        Self::plain(SlotKind::Recovery, unlock::recovery_key(id, code))
    }

    pub(crate) async fn passphrase(
        passphrase: &Secret<String>,
        stretching: Stretching,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        if passphrase.expose().chars().count() < passphrase::SHORTEST {
            return Err(StoreError::PassphraseTooShort { shortest: passphrase::SHORTEST });
        }
        let (salt, typed) = (passphrase::salt(entropy), Secret::new(passphrase.expose().clone()));
        let derived = tokio::task::spawn_blocking(move || stretching.derive(typed.expose(), &salt));
        let wrapping = derived.await.map_err(|_| StoreError::Closed)??;
        Ok(Self { kind: SlotKind::Passphrase, salt, stretching: Some(stretching), wrapping })
    }

    /// Puts the key of a new slot where it belongs. What is left behind when the slot is not added
    /// after all opens nothing.
    pub(crate) async fn new(
        new: NewKey,
        chest: &KeyChest,
        (id, entropy): (VaultId, &dyn Entropy),
    ) -> Result<Self, StoreError> {
        let one_place_only = |kind| {
            let taken = chest.header.current().has(kind);
            if taken { Err(StoreError::SlotExists { kind }) } else { Ok(kind) }
        };
        match new {
            NewKey::KeyFile => {
                let kind = one_place_only(SlotKind::KeyFile)?;
                let key = Secret::new(entropy.bytes());
                key_file::write(&chest.paths.key_file(&id), &key)?;
                Ok(Self::plain(kind, key))
            }
            NewKey::Credential => {
                let kind = one_place_only(SlotKind::Credential)?;
                let key = unlock::credential(&chest.sources, id)?;
                Ok(Self::plain(kind, key.ok_or(StoreError::CredentialMissing)?))
            }
            NewKey::Keyring => {
                let kind = one_place_only(SlotKind::Keyring)?;
                let keyring = chest.sources.keyring.as_ref().ok_or(StoreError::NoKeyring)?;
                let key = Secret::new(entropy.bytes());
                keyring.keep(id, &key).await?;
                Ok(Self::plain(kind, key))
            }
            NewKey::Passphrase(passphrase, stretching) => {
                Self::passphrase(&passphrase, stretching, entropy).await
            }
        }
    }

    pub(crate) fn add_to(
        &self,
        generation: &mut Generation,
        root: &RootKey,
        id: VaultId,
        change: KeyChange<'_>,
    ) -> Result<SlotId, StoreError> {
        self.add_at(generation, root, id, (change.at, change.entropy))
    }

    pub(crate) fn add_at(
        &self,
        generation: &mut Generation,
        root: &RootKey,
        id: VaultId,
        (at, entropy): (Timestamp, &dyn Entropy),
    ) -> Result<SlotId, StoreError> {
        let (kind, salt, stretching) = (self.kind, self.salt, self.stretching);
        let wrapping = &self.wrapping;
        generation.add(id, root, NewSlot { kind, salt, stretching, wrapping, at }, entropy)
    }
}
