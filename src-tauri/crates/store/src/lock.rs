//! One process owns a vault.

use std::{fs::File, os::unix::fs::OpenOptionsExt, path::Path};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use crate::{StoreError, VaultPaths};

/// The vault's lock, held until it is dropped or [released](VaultLock::release), or the process
/// ends. An advisory `flock`, so a killed process leaves nothing behind; on network file systems
/// it binds only as far as these implement it.
#[derive(Debug)]
pub(crate) struct VaultLock(File);

impl VaultLock {
    /// Takes the lock, or says at once that another process (or another store in this one) has it.
    pub(crate) fn acquire(paths: &VaultPaths) -> Result<Self, StoreError> {
        let path = paths.lock();
        let file = open(&path).map_err(|source| StoreError::file(&path, source))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(file)),
            Err(Errno::WOULDBLOCK) => Err(StoreError::InUse { folder: paths.data_dir.clone() }),
            Err(errno) => Err(StoreError::file(path, errno.into())),
        }
    }

    /// Gives the lock back before the value is dropped.
    pub(crate) fn release(&self) {
        if let Err(errno) = flock(&self.0, FlockOperation::Unlock) {
            tracing::warn!(%errno, "the vault's lock stays until the process ends");
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}
