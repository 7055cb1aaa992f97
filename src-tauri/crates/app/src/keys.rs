//! The ways to unlock the vault.

use cloister_access::{Principal, Resource, Session};
use cloister_store::{
    KeyChange, KeySlot, NewKey, SlotId, SlotKind, StoreError, Stretching, Unlock, Vault,
};
use cloister_types::{Authorized, Secret, act};

use crate::{
    App, AppError, AppOptions, ErrorCode, KeyKind, KeySlotDto, KeySlotsDto, NewKeyDto,
    RecoveryCodeDto, RemovedKeyDto, RotatedDto, RotationDto, UnlockDto,
};

impl App {
    /// The ways to unlock the vault.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn key_slots(&self, session: &Session) -> Result<KeySlotsDto, AppError> {
        self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let slots = self.store.key_slots().await;
        Ok(KeySlotsDto { items: slots.into_iter().map(Into::into).collect() })
    }

    /// Adds a way to unlock the vault.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], and [`ErrorCode::InvalidRequest`] with what is missing.
    pub async fn add_key(&self, session: &Session, new: NewKeyDto) -> Result<KeySlotDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let passphrase = new.passphrase.map(Secret::new);
        let new = match (new.kind, passphrase) {
            (KeyKind::KeyFile, _) => NewKey::KeyFile,
            (KeyKind::Credential, _) => NewKey::Credential,
            (KeyKind::Keyring, _) => NewKey::Keyring,
            (KeyKind::Passphrase, Some(passphrase)) => stretched(passphrase).await?,
            (KeyKind::Passphrase, None) => return Err(invalid("The passphrase is missing.")),
            (KeyKind::Recovery, _) => {
                return Err(invalid("A recovery code is made, not chosen."));
            }
        };
        let id = self.store.add_key(new, self.key_change(session, &allowed)).await?;
        let slots = self.store.key_slots().await;
        let added = slots.into_iter().find(|slot| slot.id == id);
        added.map(Into::into).ok_or_else(AppError::not_found)
    }

    /// Removes a way to unlock the vault.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], and [`ErrorCode::InvalidRequest`] for the
    /// last one.
    pub async fn remove_key(&self, session: &Session, id: u32) -> Result<RemovedKeyDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let removed = self.store.remove_key(SlotId(id), self.key_change(session, &allowed)).await?;
        let left = self.store.key_slots().await;
        let alone =
            removed.kind.needs_nobody() && !left.iter().any(|slot| slot.kind.needs_nobody());
        let warning = alone.then(|| {
            "From the next start on, somebody has to type what opens the vault.".to_owned()
        });
        Ok(RemovedKeyDto { slot: removed.into(), warning })
    }

    /// Makes a recovery code, in the place of the one before.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::MfaRequired`].
    pub async fn renew_recovery(&self, session: &Session) -> Result<RecoveryCodeDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        self.require_fresh_factor(session)?;
        let code = self.store.renew_recovery(self.key_change(session, &allowed)).await?;
        Ok(RecoveryCodeDto { code: code.to_printed().expose().clone() })
    }

    /// Notes that the recovery code was typed back.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], and [`ErrorCode::UnlockFailed`] with the group that has a mistake.
    pub async fn confirm_recovery(
        &self,
        session: &Session,
        typed: RecoveryCodeDto,
    ) -> Result<(), AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let typed = Secret::new(typed.code);
        self.store.confirm_recovery(&typed, self.key_change(session, &allowed)).await?;
        Ok(())
    }

    /// Replaces the root key.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::MfaRequired`], and [`ErrorCode::UnlockFailed`] for a
    /// passphrase that opens no slot.
    pub async fn rotate_keys(
        &self,
        session: &Session,
        rotation: RotationDto,
    ) -> Result<RotatedDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        self.require_fresh_factor(session)?;
        let passphrases: Vec<_> = rotation.passphrases.into_iter().map(Secret::new).collect();
        let change = self.key_change(session, &allowed);
        let rotated = self.store.rotate_keys(&passphrases, change).await?;
        Ok(RotatedDto {
            items: rotated.slots.into_iter().map(Into::into).collect(),
            dropped: rotated.dropped.into_iter().map(Into::into).collect(),
            complete: rotated.complete,
            recovery_code: rotated.recovery.map(|code| code.to_printed().expose().clone()),
        })
    }

    fn key_change<'a>(
        &'a self,
        session: &Session,
        allowed: &'a Authorized<act::Configure>,
    ) -> KeyChange<'a> {
        let (by, at) = (session.pseudonym, self.options.clock.now());
        KeyChange { allowed, by, at, entropy: &*self.options.entropy }
    }

    /// An account shows its second factor again before it makes what opens everything; the operator
    /// has none.
    fn require_fresh_factor(&self, session: &Session) -> Result<(), AppError> {
        let now = self.options.clock.now();
        match session.principal {
            Principal::Account(_) if session.elevated_until.is_none_or(|until| until <= now) => {
                Err(AppError::new(
                    ErrorCode::MfaRequired,
                    "Show your second factor again: this makes what opens everything.",
                ))
            }
            Principal::Account(_) | Principal::Operator { .. } | Principal::Guest => Ok(()),
        }
    }
}

/// What opens the vault that `options` name, by its own word: whether it is true shows once it is
/// unlocked.
///
/// # Errors
/// [`ErrorCode::VaultUnusable`] when its key slots cannot be read.
pub fn ways_to_unlock(options: &AppOptions) -> Result<Vec<KeyKind>, AppError> {
    let mut kinds: Vec<KeyKind> = Vec::new();
    for kind in Vault::slot_kinds(&options.paths)? {
        if !kinds.contains(&kind.into()) {
            kinds.push(kind.into());
        }
    }
    Ok(kinds)
}

impl TryFrom<UnlockDto> for Unlock {
    type Error = AppError;

    fn try_from(typed: UnlockDto) -> Result<Self, AppError> {
        match (typed.passphrase.map(Secret::new), typed.recovery_code.map(Secret::new)) {
            (None, None) => Ok(Self::Automatic),
            (Some(passphrase), None) => Ok(Self::Passphrase(passphrase)),
            (None, Some(code)) => Ok(Self::Recovery(code)),
            (Some(_), Some(_)) => Err(invalid("Type the passphrase or the recovery code.")),
        }
    }
}

/// A slot for `passphrase`, stretched as this machine can. Measures on a thread that may block.
pub(crate) async fn stretched(passphrase: Secret<String>) -> Result<NewKey, AppError> {
    let measured = tokio::task::spawn_blocking(Stretching::measured).await;
    Ok(NewKey::Passphrase(passphrase, measured.map_err(|_| StoreError::Closed)?))
}

fn invalid(message: &str) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, message)
}

impl From<KeySlot> for KeySlotDto {
    fn from(slot: KeySlot) -> Self {
        Self {
            id: slot.id.0,
            kind: slot.kind.into(),
            added_at: slot.added_at.to_string(),
            confirmed_at: slot.confirmed_at.map(|at| at.to_string()),
        }
    }
}

impl From<SlotKind> for KeyKind {
    fn from(kind: SlotKind) -> Self {
        match kind {
            SlotKind::KeyFile => Self::KeyFile,
            SlotKind::Credential => Self::Credential,
            SlotKind::Keyring => Self::Keyring,
            SlotKind::Passphrase => Self::Passphrase,
            SlotKind::Recovery => Self::Recovery,
        }
    }
}
