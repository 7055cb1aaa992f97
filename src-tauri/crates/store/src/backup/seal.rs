//! The seal of an archive: a recipient of age (<https://age-encryption.org/v1>) that wraps the key of
//! the file under a key of the root key, bound to the archive's first line.

use std::collections::HashSet;

use age::{DecryptError, EncryptError};
use age_core::{
    format::{FileKey, Stanza},
    secrecy::ExposeSecret as _,
};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use cloister_types::Secret;

use crate::{
    VaultId,
    keys::{self, RootKey},
};

/// The name of the stanza, which nobody else's tool takes for one of its own.
const TAG: &str = "cloister-root-1";

/// What seals one archive and opens it.
pub(super) struct ArchiveKey<'a> {
    key: Secret<[u8; 32]>,
    nonce: [u8; 24],
    /// The first line of the archive: a changed one does not open.
    line: &'a [u8],
}

impl<'a> ArchiveKey<'a> {
    /// The key of the archive that begins with `line`. A `nonce` seals once; what opens an archive
    /// finds it there.
    pub(super) fn new(root: &RootKey, vault: VaultId, line: &'a [u8], nonce: [u8; 24]) -> Self {
        let key = keys::derive(root.expose(), vault, b"cloister 1 backup");
        Self { key, nonce, line }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose().into())
    }
}

impl age::Recipient for ArchiveKey<'_> {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let payload = Payload { msg: file_key.expose_secret(), aad: self.line };
        let sealed = self.cipher().encrypt(&XNonce::from(self.nonce), payload);
        let sealed = sealed.map_err(|_| std::io::Error::other("the file's key is too long"))?;
        let body = [self.nonce.as_slice(), &sealed].concat();
        let stanza = Stanza { tag: TAG.to_owned(), args: Vec::new(), body };
        // The label keeps any other recipient out of the file.
        Ok((vec![stanza], [TAG.to_owned()].into()))
    }
}

impl age::Identity for ArchiveKey<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != TAG {
            return None;
        }
        let opened = stanza.body.split_first_chunk::<24>().and_then(|(nonce, sealed)| {
            let payload = Payload { msg: sealed, aad: self.line };
            let opened = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
            let opened = Secret::new(opened);
            let key: &[u8; 16] = opened.expose().as_slice().try_into().ok()?;
            Some(FileKey::init_with_mut(|place| place.copy_from_slice(key)))
        });
        Some(opened.ok_or(DecryptError::DecryptionFailed))
    }
}
