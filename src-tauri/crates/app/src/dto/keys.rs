//! Key slots.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What opens a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A file in the configuration folder.
    KeyFile,
    /// A credential that systemd hands over.
    Credential,
    /// The desktop's keyring.
    Keyring,
    /// A passphrase.
    Passphrase,
    /// The printed recovery code.
    Recovery,
}

/// The ways to unlock the vault.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = KeySlots)]
pub struct KeySlotsDto {
    /// All of them.
    pub items: Vec<KeySlotDto>,
}

/// A way to unlock the vault.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = KeySlot)]
pub struct KeySlotDto {
    /// Its number.
    pub id: u32,
    /// What opens it.
    pub kind: KeyKind,
    /// When it was added.
    pub added_at: String,
    /// When a recovery code was typed back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<String>,
}

/// A way to unlock that is to be added. No `Debug`: it may hold a passphrase.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewKey)]
pub struct NewKeyDto {
    /// What is to open it; a recovery code has an address of its own.
    pub kind: KeyKind,
    /// The passphrase, for that kind.
    pub passphrase: Option<String>,
}

/// What somebody typed to unlock the vault; nothing tries again what needs nobody. No `Debug`: it
/// opens the vault.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Unlock)]
pub struct UnlockDto {
    /// The passphrase.
    #[serde(default)]
    pub passphrase: Option<String>,
    /// Or the printed recovery code.
    #[serde(default)]
    pub recovery_code: Option<String>,
}

/// What opens the vault.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = UnlockState)]
pub struct UnlockStateDto {
    /// Whether nothing can be asked of it yet.
    pub locked: bool,
    /// What opens it, while it is locked.
    pub kinds: Vec<KeyKind>,
}

/// A slot that was removed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RemovedKey)]
pub struct RemovedKeyDto {
    /// What it was.
    pub slot: KeySlotDto,
    /// What that means for the next start, if it means something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// A recovery code, shown once. No `Debug`: it opens the vault.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = RecoveryCode)]
pub struct RecoveryCodeDto {
    /// Eight groups of four.
    pub code: String,
}

/// How the root key is to be replaced. No `Debug`: it holds passphrases.
#[derive(Deserialize, ToSchema)]
#[schema(as = Rotation)]
pub struct RotationDto {
    /// The passphrases whose slots are to come along.
    #[serde(default)]
    pub passphrases: Vec<String>,
}

/// What came of replacing the root key. No `Debug`: the code opens the vault.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = Rotated)]
pub struct RotatedDto {
    /// The slots now.
    pub items: Vec<KeySlotDto>,
    /// The slots that did not come along.
    pub dropped: Vec<KeySlotDto>,
    /// Whether everything that the root key derives was replaced too; if not, rotate again.
    pub complete: bool,
    /// The new recovery code, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<String>,
}
