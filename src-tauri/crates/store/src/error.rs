//! Why the vault refused, in words that say what to do.

use std::{io, path::PathBuf};

use cloister_types::Timestamp;
use libsqlite3_sys::{
    SQLITE_BUSY, SQLITE_CORRUPT, SQLITE_ERROR, SQLITE_FULL, SQLITE_IOERR, SQLITE_LOCKED,
    SQLITE_NOTADB, SQLITE_READONLY,
};
use sqlx::migrate::MigrateError;

use crate::{FindingKind, SlotKind};

/// Why an operation on the vault failed. Holds paths and codes, never a person's text or a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process holds the vault's lock.
    #[error(
        "another Cloister process has the vault in {} open; close it, or work through it",
        .folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// Somebody signs in with that name.
    #[error("there is an account with that name; choose another")]
    NameTaken,
    /// There is no such account.
    #[error("there is no such account")]
    UnknownAccount,
    /// Nobody would be left who may sign in and has the role that somebody must have.
    #[error("this is the last administrator; make another one first")]
    LastHolder,
    /// An authenticator is confirmed already.
    #[error("there is an authenticator already; remove it first")]
    SecondFactorPresent,
    /// A vault was to be made where one is.
    #[error("there is already a vault in {}; open it, or choose another folder", .folder.display())]
    AlreadyExists {
        /// The data folder.
        folder: PathBuf,
    },
    /// A vault was to be opened where none is.
    #[error("there is no vault in {}; make one first", .folder.display())]
    NoVault {
        /// The data folder.
        folder: PathBuf,
    },
    /// One of the vault's two files is there without the other.
    #[error(
        "the vault is incomplete: {} is missing; put it back from a backup, or move the rest of \
         the folder away to start anew",
        .missing.display()
    )]
    Incomplete {
        /// The file that is missing.
        missing: PathBuf,
    },
    /// The vault's id file holds something else.
    #[error("{} does not hold a vault id; put it back from a backup", .file.display())]
    MalformedId {
        /// The id file.
        file: PathBuf,
    },
    /// The configuration folder, where the key goes, lies in the data folder.
    #[error(
        "the key must not lie beside the data: choose a configuration folder outside {}",
        .data_dir.display()
    )]
    KeyBesideData {
        /// The data folder.
        data_dir: PathBuf,
    },
    /// The vault's key file is not where it should be.
    #[error(
        "the key file {} is missing; put it back from where you keep it: without it nobody can \
         open the vault",
        .file.display()
    )]
    KeyFileMissing {
        /// Where the key file should be.
        file: PathBuf,
    },
    /// The key file may be read by others than its owner.
    #[error(
        "the key file {} may be read by others (mode {mode:04o}); run `chmod 600` on it, and \
         consider the key known if others use this machine",
        .file.display()
    )]
    KeyFileExposed {
        /// The key file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file holds something else than a key.
    #[error("the key file {} is damaged; put it back from where you keep it", .file.display())]
    KeyFileMalformed {
        /// The key file.
        file: PathBuf,
    },
    /// Nothing that needs nobody opens the vault; somebody has to type what does.
    #[error("the vault is locked; type what opens it ({})", kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" or "))]
    Locked {
        /// What opens it.
        kinds: Vec<SlotKind>,
    },
    /// The passphrase opens no slot.
    #[error(
        "the passphrase does not fit this store; check capitals and keyboard language, then try \
         again"
    )]
    WrongPassphrase,
    /// A passphrase for a new slot is too short.
    #[error("the passphrase is too short; take at least {shortest} characters")]
    PassphraseTooShort {
        /// Fewest characters.
        shortest: usize,
    },
    /// A recovery code is not as long as every one is.
    #[error("a recovery code has eight groups of four")]
    RecoveryCodeLength,
    /// A group of a recovery code does not match its own check.
    #[error("group {group} has a typing mistake")]
    RecoveryCodeMistyped {
        /// Which group, from 1.
        group: usize,
    },
    /// The recovery code is free of mistakes and opens no slot.
    #[error("the recovery code is another vault's, or one that was replaced")]
    WrongRecoveryCode,
    /// The keyring of the desktop does not answer.
    #[error(
        "the keyring of this desktop does not answer; use a key file instead, which protects a \
         copied data folder but not a stolen disk that also holds the key"
    )]
    NoKeyring,
    /// systemd hands over no credential.
    #[error("there is no credential cloister.key; set LoadCredentialEncrypted= for the service")]
    CredentialMissing,
    /// The credential is too short to be a key, or too long.
    #[error("the credential {} is not between 32 and 4,096 bytes long", .file.display())]
    CredentialMalformed {
        /// Where it lies.
        file: PathBuf,
    },
    /// The header with the key slots cannot be read.
    #[error("the key slots in vault.keys cannot be read; put the file back from a backup")]
    KeysMalformed,
    /// The header with the key slots is not as this vault's owner left it.
    #[error(
        "the key slots in vault.keys were changed by another hand; put the file back from a backup"
    )]
    KeysAltered,
    /// No such key slot.
    #[error("there is no such key slot")]
    UnknownSlot,
    /// The last key slot cannot be removed.
    #[error("this is the last way to unlock the vault; add another first")]
    LastSlot,
    /// There is a slot of this kind already, and a place for one only.
    #[error("there is a {kind} slot already; remove it first")]
    SlotExists {
        /// The kind.
        kind: SlotKind,
    },
    /// The first page did not decrypt: the key is another vault's, or the first page is damaged.
    #[error(
        "the key does not open {}: it belongs to another vault, or the file's start is damaged",
        .database.display()
    )]
    WrongKey {
        /// The database file.
        database: PathBuf,
    },
    /// The database file is plain SQLite.
    #[error(
        "{} is not encrypted; it was not made by Cloister and is not opened",
        .database.display()
    )]
    NotEncrypted {
        /// The database file.
        database: PathBuf,
    },
    /// The linked SQLite has no encryption.
    #[error(
        "this build of Cloister lacks SQLCipher, so it could not encrypt; install another build"
    )]
    NotSqlCipher,
    /// The database was written by a newer program.
    #[error(
        "the vault was written by a newer Cloister (schema {found}, this one knows {known}); \
         update the program"
    )]
    NewerSchema {
        /// A migration that the vault has had and this program does not know.
        found: i64,
        /// The newest migration that this program knows.
        known: i64,
    },
    /// A migration that was applied differs from the one in this program.
    #[error(
        "the vault's schema {version} differs from this program's; use the program that made it"
    )]
    ForeignSchema {
        /// The migration that differs.
        version: i64,
    },
    /// The database failed its integrity check.
    #[error("the database is damaged ({finding}); restore a backup")]
    Damaged {
        /// The first finding, in SQLite's words.
        finding: String,
    },
    /// A row holds a value that this program cannot read.
    #[error("the table {table} holds a value that cannot be read")]
    MalformedRow {
        /// The table.
        table: &'static str,
    },
    /// The operating system refused, or the file system is read-only.
    #[error("no permission for {}, or its file system is read-only", .path.display())]
    NoPermission {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The database cannot be written.
    #[error("the database cannot be written: its folder or file system is read-only")]
    ReadOnly,
    /// No room is left; nothing of the act was kept.
    #[error(
        "the disk is full; nothing was changed: make room, or delete what is due with `cloister purge`"
    )]
    DiskFull,
    /// Another file operation failed.
    #[error("{} could not be used", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The database was busy for longer than a caller should wait.
    #[error("the database is busy; try again")]
    Busy,
    /// The store was closed.
    #[error("the vault was closed")]
    Closed,
    /// No such session, or it has ended.
    #[error("no such session, or it has ended")]
    UnknownSession,
    /// No such conversation in this session.
    #[error("no such conversation in this session")]
    UnknownConversation,
    /// No such turn that waits for completion.
    #[error("no such turn, or it is complete")]
    UnknownTurn,
    /// No legal hold of that id, or it was released.
    #[error("no such hold, or it was released")]
    UnknownHold,
    /// No such correction that waits for a decision.
    #[error("no such request, or it was decided")]
    UnknownCorrection,
    /// No change of the policy waits under this id.
    #[error("no such change waits for a decision")]
    UnknownChange,
    /// Another version of the policy came into force since a change was made.
    #[error("the policy was changed meanwhile: make the change anew")]
    PolicyMoved,
    /// No request to read message logs waits under this id, or no grant is in force.
    #[error("there is no such request, or it is not in force")]
    UnknownGrant,
    /// The one-time token of an erasure is not this person's, was used or has expired.
    #[error("no such token, or it was used or has expired")]
    UnknownToken,
    /// No privacy notice of that version.
    #[error("no privacy notice of that version")]
    UnknownNotice,
    /// Consent was given to another version of the privacy notice than the current one.
    #[error("the privacy notice has changed; read the current version first")]
    OutdatedWording,
    /// A value lies outside the bounds that the schema holds.
    #[error("the value is outside its bounds")]
    OutOfBounds,
    /// A legal hold keeps what was to be erased.
    #[error("a legal hold keeps these data until {until}")]
    UnderHold {
        /// When the last of the holds ends.
        until: Timestamp,
    },
    /// A line is no tombstone of this vault.
    #[error("a tombstone was not signed by this vault, or was changed")]
    ForeignTombstone,
    /// A file is no backup, or its first line is damaged.
    #[error("{} is no backup, or its first line is damaged", .file.display())]
    NoBackup {
        /// The file.
        file: PathBuf,
    },
    /// A backup was made by a newer program.
    #[error("{} was made by a newer Cloister; update the program", .file.display())]
    NewerBackup {
        /// The file.
        file: PathBuf,
    },
    /// A backup was changed, cut short or damaged since it was made.
    #[error("{} is damaged, cut short or was changed; take another backup", .file.display())]
    BackupDamaged {
        /// The file.
        file: PathBuf,
    },
    /// The audit log in a backup does not follow the head that was signed when it was made.
    #[error(
        "the audit log in {} does not hold ({finding}); take another backup",
        .file.display()
    )]
    BackupLogBroken {
        /// The file.
        file: PathBuf,
        /// What does not hold.
        finding: FindingKind,
    },
    /// A backup is another vault's.
    #[error("{} is the backup of another vault", .file.display())]
    ForeignBackup {
        /// The file.
        file: PathBuf,
    },
    /// The tombstones that belong beside a backup are not there.
    #[error(
        "{} is missing; copy it there from a place with newer backups: without it, people who were \
         erased since would come back",
        .file.display()
    )]
    TombstonesMissing {
        /// Where they should be.
        file: PathBuf,
    },
    /// A folder that a backup should be restored to holds something.
    #[error("{} is not empty; a backup is restored to a new folder", .folder.display())]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A passage's id is taken, in this collection or another.
    #[error("two passages have the same id")]
    DuplicatePassage,
    /// Sealed content was changed, moved to another row or owner, or sealed under another key.
    #[error("sealed content does not belong to this row and key, or was changed")]
    Unsealable,
    /// The end of the audit log's chain is missing or was changed by something else than this
    /// program; no act can be recorded.
    #[error(
        "the end of the audit log is missing or was changed, so that nothing can be recorded; run \
         `cloister audit verify`, and restore a backup"
    )]
    ChainBroken,
    /// Another database failure.
    #[error("the database failed")]
    Database(#[source] DatabaseError),
}

/// A failure of the database driver. Its text has codes, tables and columns, never values.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(sqlx::Error);

impl DatabaseError {
    /// Whether the operating system refused to read or write.
    pub(crate) fn is_failed_write(&self) -> bool {
        primary_code(&self.0) == Some(SQLITE_IOERR)
    }
}

impl StoreError {
    /// Sorts a failed file operation on `path` by what its reader can do about it.
    pub(crate) fn file(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NoPermission { path, source }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::File { path, source },
        }
    }

    /// Sorts a failed migration; `known` is the newest that this program has.
    pub(crate) fn migration(error: MigrateError, known: i64) -> Self {
        match error {
            MigrateError::VersionMissing(found) if found > known => {
                Self::NewerSchema { found, known }
            }
            MigrateError::VersionMissing(version)
            | MigrateError::VersionMismatch(version)
            | MigrateError::Dirty(version) => Self::ForeignSchema { version },
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                source.into()
            }
            other => Self::Database(DatabaseError(sqlx::Error::Migrate(Box::new(other)))),
        }
    }
}

/// The primary result code of SQLite behind `error`, without its extension.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Whether SQLCipher found a page that does not decrypt: it reports the general error, and leaves
/// the general words, where a faulty statement would be explained.
fn is_undecryptable_page(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(SQLITE_ERROR)
        && error.as_database_error().is_some_and(|error| error.message() == "SQL logic error")
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        if is_undecryptable_page(&source) {
            return Self::Damaged { finding: String::from("a page does not decrypt") };
        }
        match (primary_code(&source), source) {
            (Some(SQLITE_FULL), _) => Self::DiskFull,
            (Some(SQLITE_READONLY), _) => Self::ReadOnly,
            (Some(SQLITE_BUSY | SQLITE_LOCKED), _) | (_, sqlx::Error::PoolTimedOut) => Self::Busy,
            (Some(SQLITE_CORRUPT | SQLITE_NOTADB), source) => {
                Self::Damaged { finding: source.to_string() }
            }
            (_, sqlx::Error::PoolClosed) => Self::Closed,
            (_, source) => Self::Database(DatabaseError(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_failures_are_sorted_by_what_the_reader_can_do() {
        let sorted =
            |kind: io::ErrorKind| StoreError::file("/x", io::Error::from(kind)).to_string();
        assert_eq!(
            sorted(io::ErrorKind::PermissionDenied),
            "no permission for /x, or its file system is read-only"
        );
        assert_eq!(
            sorted(io::ErrorKind::ReadOnlyFilesystem),
            "no permission for /x, or its file system is read-only"
        );
        assert_eq!(
            sorted(io::ErrorKind::StorageFull),
            "the disk is full; nothing was changed: make room, or delete what is due with `cloister purge`"
        );
        assert_eq!(sorted(io::ErrorKind::QuotaExceeded), sorted(io::ErrorKind::StorageFull));
        assert_eq!(sorted(io::ErrorKind::NotADirectory), "/x could not be used");
    }
}
