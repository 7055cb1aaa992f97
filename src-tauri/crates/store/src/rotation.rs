//! Replacing every key of an open vault: the root key, what it derives, and the key in the key file.
//!
//! Each step leaves a vault that opens, with the key file and by what a person types, so that a power
//! cut between any two, or in the middle of one, costs the rotation and nothing else. The header
//! knows the old and the new of whatever is being replaced; which of the two is in force, the database
//! tells when it is opened.

use std::sync::{Arc, OnceLock, PoisonError};

use cloister_types::Secret;
use sqlx::Connection as _;

use crate::{
    AuditBody, AuditEvent, KeyChange, KeySlot, RecoveryCode, SlotId, SlotKind, Store, StoreError,
    VaultId,
    audit::{self, AuditKeys},
    connection,
    key_file::{self, KeyFile},
    key_header::Generation,
    keys::{RootKey, SealingKey, SubKey},
    message_log, seal,
    slots::{KeyChest, Prepared, of_kind},
    store::LiveKeys,
    unlock,
};

/// What came of replacing the root key.
#[derive(Debug)]
pub struct Rotated {
    /// The slots of the new root key.
    pub slots: Vec<KeySlot>,
    /// The slots that could not be carried over, since what opens them was not at hand.
    pub dropped: Vec<KeySlot>,
    /// The new recovery code, where there was one; the old one opens nothing any more.
    pub recovery: Option<RecoveryCode>,
    /// Whether what the root key derives and the key file were replaced too. If not, the reason is
    /// in the log, and another rotation does it.
    pub complete: bool,
}

/// A step of a rotation, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The header names the slots of the new root key besides those of the old.
    Announce,
    /// The database is encrypted under the new root key. The point of no return.
    Encrypt,
    /// The header forgets the old root key.
    Settle,
    /// What is sealed in the database is sealed anew, and the audit log goes on under a new key.
    Reseal,
    /// The header forgets what sealed before.
    Renew,
    /// The key file holds its new key, of which the header has a slot already.
    ReplaceKeyFile,
    /// The header forgets the slot of the old key file.
    DropKeyFile,
}

impl Step {
    pub(crate) const ALL: [Self; 7] = [
        Self::Announce,
        Self::Encrypt,
        Self::Settle,
        Self::Reseal,
        Self::Renew,
        Self::ReplaceKeyFile,
        Self::DropKeyFile,
    ];
}

/// What takes the place of what.
struct Rotation {
    root: RootKey,
    sealing: SealingKey,
    next: Generation,
    /// The new key of the key file, and the slot of the old one.
    key_file: Option<(Secret<[u8; 32]>, SlotId)>,
}

impl Store {
    /// Replaces the root key and all that it derives, encrypts the database anew, seals anew what is
    /// sealed in it, and gives the key file a new key. A slot comes along when what opens it is at
    /// hand: key file, credential and keyring are looked for, passphrases are given. A recovery code
    /// is replaced. Pauses of sign-in end, since the names in them are hashed under a key that goes.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] for one that opens no slot, [`StoreError::LastSlot`] when no
    /// slot would be left, [`StoreError::Busy`] when readers do not end; nothing is changed then.
    pub async fn rotate_keys(
        &self,
        passphrases: &[Secret<String>],
        change: KeyChange<'_>,
    ) -> Result<Rotated, StoreError> {
        self.rotate(passphrases, change, &Step::ALL).await
    }

    /// As [`Store::rotate_keys`], with `steps` alone.
    pub(crate) async fn rotate(
        &self,
        passphrases: &[Secret<String>],
        change: KeyChange<'_>,
        steps: &[Step],
    ) -> Result<Rotated, StoreError> {
        let mut chest = self.chest().await;
        let live = self.keys();
        let (mut rotation, mut rotated) =
            prepare(&chest, (self.id(), &live.sealing), passphrases, change).await?;
        let body = AuditBody::new()
            .count("slots", rotated.slots.len() as u64)
            .count("dropped", rotated.dropped.len() as u64);
        // First, since a rotation without a record must not be.
        self.record(&change.record(AuditEvent::KeysRotated, body)).await?;
        let mut returns = true;
        for step in steps {
            match self.take(*step, &mut chest, &mut rotation, change).await {
                Ok(()) => {}
                // Should the second step fail, the header goes on to know both root keys.
                Err(error) if returns => return Err(error),
                // The new recovery code must reach whoever asked for it.
                Err(error) => {
                    tracing::error!(%error, ?step, "the rotation is not complete; rotate again");
                    rotated.complete = false;
                    break;
                }
            }
            returns &= *step == Step::Announce;
        }
        rotated.slots = chest.header.current().slots();
        Ok(rotated)
    }

    async fn take(
        &self,
        step: Step,
        chest: &mut KeyChest,
        rotation: &mut Rotation,
        change: KeyChange<'_>,
    ) -> Result<(), StoreError> {
        let id = self.id();
        let mut header = chest.header.clone();
        match step {
            Step::Announce => header.prepare(rotation.next.clone()),
            Step::Encrypt => {
                self.encrypt(Arc::new(rotation.root.database_key(id))).await?;
                chest.root = rotation.root.copy();
                return Ok(());
            }
            Step::Settle => drop(header.settle(id, &chest.root)),
            Step::Reseal => return self.reseal(&rotation.sealing, change).await,
            Step::Renew => drop(header.current_mut().settle_sealing(id, &chest.root, true)?),
            Step::ReplaceKeyFile => {
                let Some((key, _)) = &rotation.key_file else { return Ok(()) };
                return key_file::write(&chest.paths.key_file(&id), key);
            }
            Step::DropKeyFile => {
                let Some((_, old)) = &rotation.key_file else { return Ok(()) };
                header.current_mut().remove(id, &chest.root, *old)?;
            }
        }
        header.write(&chest.paths.key_slots())?;
        chest.header = header;
        Ok(())
    }

    /// Encrypts the database under `key`, while nobody reads or writes.
    async fn encrypt(&self, key: connection::DatabaseKey) -> Result<(), StoreError> {
        let mut readers = Vec::new();
        for _ in 0..crate::store::READERS {
            readers.push(self.readers().acquire().await?);
        }
        let mut writer = self.writer().await?;
        connection::rekey(&mut writer, &key).await?;
        *self.database_key().write().unwrap_or_else(PoisonError::into_inner) = key;
        // They know the old key; the pool makes others, with the new one, when they are needed.
        for reader in readers {
            drop(reader.close().await);
        }
        Ok(())
    }

    /// Seals anew what keys of the sealing key have sealed, in one transaction, and goes on with
    /// those of `next`. Whatever else comes to be sealed in the database belongs here.
    async fn reseal(&self, next: &SealingKey, change: KeyChange<'_>) -> Result<(), StoreError> {
        let (id, live) = (self.id(), self.keys());
        let (old_log, new_log) =
            (live.sealing.sub_key(id, SubKey::Audit), next.sub_key(id, SubKey::Audit));
        let mut writer = self.writer().await?;
        let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
        audit::rekey(&mut tx, id, &old_log, &new_log).await?;
        let (old, new) =
            (live.sealing.sub_key(id, SubKey::Credential), next.sub_key(id, SubKey::Credential));
        seal::reseal_credentials(&mut tx, (&old, &new), change.entropy).await?;
        let logs = (&live.sealing.log_key(id), &next.log_key(id));
        message_log::reseal(&mut tx, logs, (change.entropy, change.at)).await?;
        // Their names are hashed under the old key, and nobody knows the names.
        sqlx::query("DELETE FROM lockout").execute(&mut *tx).await?;
        tx.commit().await?;
        let audit = Arc::new(AuditKeys::derive(id, &new_log));
        writer.use_audit_keys(Arc::clone(&audit));
        self.use_keys(LiveKeys { sealing: next.copy(), audit, log: OnceLock::new() });
        Ok(())
    }
}

/// The new keys, and the slots of the new root key: every slot of the current one whose secret is at
/// hand.
async fn prepare(
    chest: &KeyChest,
    (id, sealing): (VaultId, &SealingKey),
    passphrases: &[Secret<String>],
    change: KeyChange<'_>,
) -> Result<(Rotation, Rotated), StoreError> {
    let entropy = change.entropy;
    let (root, next_sealing) = (RootKey::random(entropy), SealingKey::random(entropy));
    let current = chest.header.current();
    let mut next = Generation::new(id, &root, sealing, entropy)?;
    next.prepare_sealing(id, &root, &next_sealing, entropy)?;
    next.continue_from(current);
    let (mut carried, mut key_file) = (Vec::new(), None);
    for kind in [SlotKind::KeyFile, SlotKind::Credential, SlotKind::Keyring] {
        let Some(key) = key_at_hand(chest, id, kind).await? else { continue };
        let known = current.unwrap(id, kind, &|_, _| Ok(Secret::new(*key.expose())))?;
        let Some((slot, _)) = known else { continue };
        carried.push(slot);
        let old = Prepared::plain(kind, key).add_to(&mut next, &root, id, change)?;
        if kind == SlotKind::KeyFile {
            let fresh = Secret::new(entropy.bytes());
            let copy = Secret::new(*fresh.expose());
            Prepared::plain(kind, copy).add_to(&mut next, &root, id, change)?;
            key_file = Some((fresh, old));
        }
    }
    for passphrase in passphrases {
        let opened = unlock::by_passphrase(current, id, passphrase).await?;
        let old = current.slots().into_iter().find(|slot| Some(slot.id) == opened.slot);
        let old = old.ok_or(StoreError::WrongPassphrase)?;
        let stretching = old.stretching.ok_or(StoreError::KeysMalformed)?;
        Prepared::passphrase(passphrase, stretching, entropy)
            .await?
            .add_to(&mut next, &root, id, change)?;
        carried.push(old.id);
    }
    let recovery = if current.has(SlotKind::Recovery) {
        let code = RecoveryCode::random(entropy);
        Prepared::recovery(id, &code).add_to(&mut next, &root, id, change)?;
        carried.extend(of_kind(&chest.header, SlotKind::Recovery));
        Some(code)
    } else {
        None
    };
    let slots = next.slots();
    if slots.is_empty() {
        return Err(StoreError::LastSlot);
    }
    let dropped = current.slots().into_iter().filter(|slot| !carried.contains(&slot.id)).collect();
    let rotated = Rotated { slots, dropped, recovery, complete: true };
    Ok((Rotation { root, sealing: next_sealing, next, key_file }, rotated))
}

/// The wrapping key of a slot that needs nobody, where it can be found now.
async fn key_at_hand(
    chest: &KeyChest,
    id: VaultId,
    kind: SlotKind,
) -> Result<Option<Secret<[u8; 32]>>, StoreError> {
    if !chest.header.current().has(kind) {
        return Ok(None);
    }
    match kind {
        SlotKind::KeyFile => match key_file::read(&chest.paths.key_file(&id)) {
            Ok(KeyFile::Wrapping(key)) => Ok(Some(key)),
            Ok(KeyFile::Root(_)) | Err(StoreError::KeyFileMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        },
        SlotKind::Credential => unlock::credential(&chest.sources, id),
        SlotKind::Keyring => match &chest.sources.keyring {
            Some(keyring) => keyring.load(id).await,
            None => Ok(None),
        },
        SlotKind::Passphrase | SlotKind::Recovery => Ok(None),
    }
}

/// Removes the slots that a key file had before or was about to have, when a rotation was cut short
/// beside it; whether there were any.
pub(crate) fn settle_key_file(
    generation: &mut Generation,
    root: &RootKey,
    (id, file): (VaultId, &std::path::Path),
) -> Result<bool, StoreError> {
    let slots = generation.slots().into_iter().filter(|slot| slot.kind == SlotKind::KeyFile);
    let slots: Vec<SlotId> = slots.map(|slot| slot.id).collect();
    if slots.len() < 2 {
        return Ok(false);
    }
    let Ok(KeyFile::Wrapping(key)) = key_file::read(file) else { return Ok(false) };
    let known = generation.unwrap(id, SlotKind::KeyFile, &|_, _| Ok(Secret::new(*key.expose())))?;
    let Some((kept, _)) = known else { return Ok(false) };
    for slot in slots.into_iter().filter(|slot| *slot != kept) {
        generation.remove(id, root, slot)?;
    }
    Ok(true)
}
