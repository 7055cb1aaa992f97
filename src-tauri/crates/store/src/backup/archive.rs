//! The archive on the disk: one line of JSON that says what it is and what opens it, then the
//! database, sealed.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use cloister_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Backup, seal::ArchiveKey};
use crate::{
    Checkpoint, FindingKind, StoreError, VaultId, files, key_header::Generation, keys::RootKey,
    read_checkpoints,
};

const VERSION: u32 = 1;
/// The key slots are a few kilobytes; a longer line is none.
const MOST_LINE_BYTES: u64 = 512 * 1024;
/// Bytes that are read or written at once.
const PIECE: usize = 128 * 1024;

/// The first line.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    cloister_backup: u32,
    vault: String,
    pub(super) made_at: Timestamp,
    program: String,
    schema: i64,
    /// The length of the database.
    bytes: u64,
    /// The last signed head of the audit log in the database.
    checkpoint: String,
    /// What opens the root key that opens the archive; never what opens these in turn.
    pub(super) keys: Generation,
}

/// What an archive is of.
pub(super) struct Contents {
    pub(super) made_at: Timestamp,
    pub(super) schema: i64,
    pub(super) checkpoint: Checkpoint,
    pub(super) keys: Generation,
}

/// An archive that was opened as far as anybody can.
pub(super) struct Archive {
    file: PathBuf,
    line: Vec<u8>,
    rest: BufReader<File>,
    pub(super) manifest: Manifest,
    pub(super) vault: VaultId,
    pub(super) checkpoint: Checkpoint,
}

/// Writes the archive of `database` to `target`, which must not exist, and returns when it is on the
/// disk. Needs the memory of a few pieces, whatever the size of the database.
pub(super) fn write(
    target: &Path,
    database: &Path,
    contents: Contents,
    (vault, root, nonce): (VaultId, &RootKey, [u8; 24]),
) -> Result<(), StoreError> {
    let mut source = File::open(database).map_err(|error| StoreError::file(database, error))?;
    let bytes = source.metadata().map_err(|error| StoreError::file(database, error))?.len();
    let manifest = Manifest {
        cloister_backup: VERSION,
        vault: vault.to_string(),
        made_at: contents.made_at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: contents.schema,
        bytes,
        checkpoint: contents.checkpoint.to_line(),
        keys: contents.keys,
    };
    let mut line = serde_json::to_vec(&manifest).map_err(|_| StoreError::KeysMalformed)?;
    line.push(b'\n');
    let key = ArchiveKey::new(root, vault, &line, nonce);
    let file = files::make_file(target)?;
    let seal = || {
        let mut file = BufWriter::with_capacity(PIECE, file);
        file.write_all(&line)?;
        let recipients = std::iter::once(&key as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        let mut sealed = encryptor.wrap_output(file)?;
        io::copy(&mut source, &mut sealed)?;
        let file = sealed.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()
    };
    seal().map_err(|error| StoreError::file(target, error))
}

impl Archive {
    /// Reads the first line. Only unpacking tells whether it is as it was written.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let none = || StoreError::NoBackup { file: path.to_owned() };
        let file = File::open(path).map_err(|error| StoreError::file(path, error))?;
        let mut rest = BufReader::with_capacity(PIECE, file);
        let mut line = Vec::new();
        (&mut rest)
            .take(MOST_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(|error| StoreError::file(path, error))?;
        let version = serde_json::from_slice::<serde_json::Value>(&line).map_err(|_| none())?;
        let version = version.get("cloister_backup").and_then(serde_json::Value::as_u64);
        match version {
            Some(version) if version > u64::from(VERSION) => {
                return Err(StoreError::NewerBackup { file: path.to_owned() });
            }
            Some(_) => {}
            None => return Err(none()),
        }
        let manifest: Manifest = serde_json::from_slice(&line).map_err(|_| none())?;
        let vault = manifest.vault.parse().map_err(|_| none())?;
        let kept = read_checkpoints(&manifest.checkpoint).ok().and_then(|mut kept| kept.pop());
        let checkpoint = kept.ok_or_else(none)?.checkpoint;
        Ok(Self { file: path.to_owned(), line, rest, manifest, vault, checkpoint })
    }

    pub(super) fn describe(&self) -> Backup {
        Backup {
            file: self.file.clone(),
            vault: self.vault,
            made_at: self.manifest.made_at,
            program: self.manifest.program.clone(),
            schema: self.manifest.schema,
            bytes: self.manifest.bytes,
            seq: self.checkpoint.seq,
        }
    }

    pub(super) fn log_broken(&self, finding: FindingKind) -> StoreError {
        StoreError::BackupLogBroken { file: self.file.clone(), finding }
    }

    /// The error for whatever does not hold in the archive.
    pub(super) fn damaged(&self) -> StoreError {
        StoreError::BackupDamaged { file: self.file.clone() }
    }

    /// Unseals the database to `target`, which must not exist. What was written before damage shows
    /// is removed.
    pub(super) fn unpack(&mut self, root: &RootKey, target: &Path) -> Result<(), StoreError> {
        let unpacked = self.unpack_to(root, target);
        if unpacked.is_err() {
            files::remove_if_there(target)?;
        }
        unpacked
    }

    fn unpack_to(&mut self, root: &RootKey, target: &Path) -> Result<(), StoreError> {
        let damaged = self.damaged();
        let key = ArchiveKey::new(root, self.vault, &self.line, [0; 24]);
        let Ok(decryptor) = age::Decryptor::new_buffered(&mut self.rest) else {
            return Err(damaged);
        };
        let identities = std::iter::once(&key as &dyn age::Identity);
        let Ok(mut unsealed) = decryptor.decrypt(identities) else { return Err(damaged) };
        let mut database = files::make_file(target)?;
        let mut piece = vec![0; PIECE];
        let mut length: u64 = 0;
        loop {
            // A piece that does not open is an error of reading here.
            let Ok(read) = unsealed.read(&mut piece) else { return Err(damaged) };
            if read == 0 {
                break;
            }
            length += read as u64;
            database.write_all(&piece[..read]).map_err(|error| StoreError::file(target, error))?;
        }
        if length != self.manifest.bytes {
            return Err(damaged);
        }
        database.sync_all().map_err(|error| StoreError::file(target, error))
    }
}
