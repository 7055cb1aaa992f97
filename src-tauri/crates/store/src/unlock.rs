//! From what somebody has or knows to the root key.

use std::{
    fmt,
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use cloister_types::Secret;

use crate::{
    Keyring, RecoveryCode, SlotId, SlotKind, StoreError, VaultId, VaultPaths,
    key_file::{self, KeyFile},
    key_header::Generation,
    keys::{self, RootKey},
};

/// The credential that is looked for in the folder that systemd names.
const CREDENTIAL: &str = "cloister.key";
/// A credential holds at least as much as a key, and is no book.
const CREDENTIAL_BYTES: std::ops::RangeInclusive<usize> = 32..=4096;

/// How a vault is to be unlocked.
#[derive(Debug)]
pub enum Unlock {
    /// By what needs nobody: key file, credential, keyring, in this order.
    Automatic,
    /// By a passphrase.
    Passphrase(Secret<String>),
    /// By the printed recovery code, as it was typed.
    Recovery(Secret<String>),
}

impl Unlock {
    /// By what somebody typed: a recovery code where it is one, a passphrase otherwise.
    #[must_use]
    pub fn typed(text: Secret<String>) -> Self {
        if RecoveryCode::parse(text.expose()).is_ok() {
            Self::Recovery(text)
        } else {
            Self::Passphrase(text)
        }
    }
}

/// Where keys that need nobody may lie, besides the key file.
#[derive(Debug, Clone, Default)]
pub struct KeySources {
    /// The folder in which systemd hands over credentials (`$CREDENTIALS_DIRECTORY`).
    pub credentials: Option<PathBuf>,
    /// The desktop's keyring.
    pub keyring: Option<Arc<dyn Keyring>>,
}

/// The root key, and the slot that gave it.
pub(crate) struct Unlocked {
    pub(crate) root: RootKey,
    /// None where the key file holds the root key itself, as the first version of its format did.
    pub(crate) slot: Option<SlotId>,
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlocked").field("slot", &self.slot).finish_non_exhaustive()
    }
}

/// The root key of `generation`, checked against its header.
///
/// # Errors
/// [`StoreError::Locked`] when nothing fits that needs nobody and a person could help; the reason
/// of the key file where none could; [`StoreError::WrongPassphrase`],
/// [`StoreError::WrongRecoveryCode`]; [`StoreError::KeysAltered`].
pub(crate) async fn unlock(
    generation: &Generation,
    (paths, id): (&VaultPaths, VaultId),
    unlock: &Unlock,
    sources: &KeySources,
) -> Result<Unlocked, StoreError> {
    let unlocked = match unlock {
        Unlock::Automatic => automatic(generation, (paths, id), sources).await?,
        Unlock::Passphrase(passphrase) => by_passphrase(generation, id, passphrase).await?,
        Unlock::Recovery(typed) => by_recovery(generation, id, typed)?,
    };
    generation.verify(id, &unlocked.root)?;
    Ok(unlocked)
}

async fn automatic(
    generation: &Generation,
    (paths, id): (&VaultPaths, VaultId),
    sources: &KeySources,
) -> Result<Unlocked, StoreError> {
    let key_file = paths.key_file(&id);
    let mut reason = StoreError::WrongKey { database: paths.database() };
    if generation.has(SlotKind::KeyFile) {
        match key_file::read(&key_file) {
            Ok(KeyFile::Wrapping(key)) => {
                if let Some(unlocked) = by_key(generation, id, SlotKind::KeyFile, &key)? {
                    return Ok(unlocked);
                }
            }
            Ok(KeyFile::Root(root)) => {
                let root = RootKey::new(&root);
                if generation.verify(id, &root).is_ok() {
                    return Ok(Unlocked { root, slot: None });
                }
            }
            Err(missing @ StoreError::KeyFileMissing { .. }) => reason = missing,
            Err(error) => return Err(error),
        }
    }
    if generation.has(SlotKind::Credential)
        && let Some(key) = credential(sources, id)?
        && let Some(unlocked) = by_key(generation, id, SlotKind::Credential, &key)?
    {
        return Ok(unlocked);
    }
    if generation.has(SlotKind::Keyring)
        && let Some(keyring) = &sources.keyring
    {
        match keyring.load(id).await {
            Ok(Some(key)) => {
                if let Some(unlocked) = by_key(generation, id, SlotKind::Keyring, &key)? {
                    return Ok(unlocked);
                }
            }
            Ok(None) => {}
            Err(error) => reason = error,
        }
    }
    let kinds: Vec<SlotKind> = SlotKind::ALL
        .into_iter()
        .filter(|kind| !kind.needs_nobody() && generation.has(*kind))
        .collect();
    Err(if kinds.is_empty() { reason } else { StoreError::Locked { kinds } })
}

fn by_key(
    generation: &Generation,
    id: VaultId,
    kind: SlotKind,
    key: &Secret<[u8; 32]>,
) -> Result<Option<Unlocked>, StoreError> {
    let opened = generation.unwrap(id, kind, &|_, _| Ok(Secret::new(*key.expose())))?;
    Ok(opened.map(|(slot, root)| Unlocked { root, slot: Some(slot) }))
}

/// Stretching takes a second, on a thread that may block.
pub(crate) async fn by_passphrase(
    generation: &Generation,
    id: VaultId,
    passphrase: &Secret<String>,
) -> Result<Unlocked, StoreError> {
    let (generation, typed) = (generation.clone(), Secret::new(passphrase.expose().clone()));
    let opened = tokio::task::spawn_blocking(move || {
        generation.unwrap(id, SlotKind::Passphrase, &|salt, stretching| {
            stretching.ok_or(StoreError::KeysMalformed)?.derive(typed.expose(), salt)
        })
    });
    match opened.await.map_err(|_| StoreError::Closed)?? {
        Some((slot, root)) => Ok(Unlocked { root, slot: Some(slot) }),
        None => Err(StoreError::WrongPassphrase),
    }
}

pub(crate) fn by_recovery(
    generation: &Generation,
    id: VaultId,
    typed: &Secret<String>,
) -> Result<Unlocked, StoreError> {
    let wrapping = recovery_key(id, &RecoveryCode::parse(typed.expose())?);
    by_key(generation, id, SlotKind::Recovery, &wrapping)?.ok_or(StoreError::WrongRecoveryCode)
}

/// The wrapping key of a recovery code, which has the strength of a key and needs no stretching.
pub(crate) fn recovery_key(id: VaultId, code: &RecoveryCode) -> Secret<[u8; 32]> {
    keys::derive(code.as_bytes(), id, b"cloister 1 recovery")
}

/// The wrapping key that the credential of systemd derives; nothing when there is none.
///
/// # Errors
/// [`StoreError::CredentialMalformed`] when it is too short to be a key, or too long.
pub(crate) fn credential(
    sources: &KeySources,
    id: VaultId,
) -> Result<Option<Secret<[u8; 32]>>, StoreError> {
    let Some(folder) = &sources.credentials else { return Ok(None) };
    let path = folder.join(CREDENTIAL);
    let Some(content) = read_credential(&path)? else { return Ok(None) };
    if !CREDENTIAL_BYTES.contains(&content.expose().len()) {
        return Err(StoreError::CredentialMalformed { file: path });
    }
    Ok(Some(keys::derive(content.expose(), id, b"cloister 1 service credential")))
}

fn read_credential(path: &Path) -> Result<Option<Secret<Vec<u8>>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::file(path, error)),
    };
    // All at once, so that growing leaves no copies behind.
    let mut content = Secret::new(Vec::with_capacity(2 * CREDENTIAL_BYTES.end()));
    let most = u64::try_from(CREDENTIAL_BYTES.end() + 1).unwrap_or(u64::MAX);
    file.take(most)
        .read_to_end(content.expose_mut())
        .map_err(|source| StoreError::file(path, source))?;
    Ok(Some(content))
}
