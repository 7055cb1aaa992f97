//! The desktop's keyring: a place for the key of a slot, by the Secret Service of freedesktop.org.
//!
//! The session bus is a local socket; nothing leaves the machine. Whoever is logged in can read the
//! keyring, so it protects a copied or stolen disk, as far as the login password does.

use std::{collections::HashMap, fmt, pin::Pin};

use cloister_types::Secret;
use secret_service::{EncryptionType, SecretService};

use crate::{StoreError, VaultId};

/// An answer of a keyring, to be awaited.
pub type KeyringAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Where a desktop keeps secrets of its user.
pub trait Keyring: fmt::Debug + Send + Sync {
    /// The key that was kept for `vault`; nothing when the keyring answers and has none.
    fn load(&self, vault: VaultId) -> KeyringAnswer<'_, Option<Secret<[u8; 32]>>>;

    /// Keeps `key` for `vault`, in the place of one that was kept before.
    fn keep<'a>(&'a self, vault: VaultId, key: &'a Secret<[u8; 32]>) -> KeyringAnswer<'a, ()>;
}

/// The Secret Service on the session bus.
#[derive(Debug, Clone, Copy, Default)]
pub struct SecretServiceKeyring;

const ALGORITHM: EncryptionType = EncryptionType::Dh;
const CONTENT_TYPE: &str = "application/octet-stream";

impl Keyring for SecretServiceKeyring {
    fn load(&self, vault: VaultId) -> KeyringAnswer<'_, Option<Secret<[u8; 32]>>> {
        Box::pin(async move { find(vault).await.map_err(|error| silent(&error)) })
    }

    fn keep<'a>(&'a self, vault: VaultId, key: &'a Secret<[u8; 32]>) -> KeyringAnswer<'a, ()> {
        Box::pin(async move { put(vault, key).await.map_err(|error| silent(&error)) })
    }
}

async fn find(vault: VaultId) -> Result<Option<Secret<[u8; 32]>>, secret_service::Error> {
    let vault = vault.to_string();
    let service = SecretService::connect(ALGORITHM).await?;
    let found = service.search_items(attributes(&vault)).await?;
    for item in found.unlocked.iter().chain(&found.locked) {
        item.unlock().await?;
        let kept = Secret::new(item.get_secret().await?);
        if let Ok(key) = kept.expose().as_slice().try_into() {
            return Ok(Some(Secret::new(key)));
        }
    }
    Ok(None)
}

async fn put(vault: VaultId, key: &Secret<[u8; 32]>) -> Result<(), secret_service::Error> {
    let vault = vault.to_string();
    let service = SecretService::connect(ALGORITHM).await?;
    let collection = service.get_default_collection().await?;
    collection.unlock().await?;
    let label = "Cloister vault key";
    collection
        .create_item(label, attributes(&vault), key.expose(), true, CONTENT_TYPE)
        .await
        .map(drop)
}

fn attributes(vault: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "cloister"), ("vault", vault)])
}

/// Why a keyring failed is the desktop's to say; its words could hold anything.
fn silent(error: &secret_service::Error) -> StoreError {
    let refused = matches!(error, secret_service::Error::Locked | secret_service::Error::Prompt);
    tracing::warn!(refused, "the keyring did not answer");
    StoreError::NoKeyring
}
