//! One connection to the database: keyed, hardened and checked.

use std::{
    fs::File,
    io::Read,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use cloister_types::LockedKey;
use data_encoding::HEXLOWER;
use libsqlite3_sys::SQLITE_NOTADB;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use zeroize::Zeroizing;

use crate::{StoreError, error::primary_code};

/// How long a statement waits for a lock, and a caller for a connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What every plain SQLite file begins with (SQLite file format, section 1.3.1).
const PLAIN_HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Before the key: from here on SQLite's own copies of the statement that carries it lie in
/// locked memory and are wiped. SQLCipher's log goes to standard error unless it is off; our
/// errors say the same with a type.
const BEFORE_KEY: &str = "PRAGMA cipher_log_level = NONE; PRAGMA cipher_memory_security = ON;";

/// A commit that makes the write-ahead log longer than this folds it in: SQLite's default, about
/// 4 MB. Stands in [`HARDEN`] too.
pub(crate) const AUTO_FOLD_PAGES: u32 = 1_000;

/// After the first page was read. Without `recursive_triggers`, `INSERT OR REPLACE` would delete rows
/// past their triggers.
const HARDEN: &str = "\
    PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF; \
    PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;";

/// A page of the database: SQLCipher's default since its fourth version.
pub(crate) const PAGE_BYTES: u64 = 4_096;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The one connection that writes.
    Write,
    /// Refuses every statement that would write.
    Read,
}

/// The raw key of the database, shared by the connections that may have to be made again.
pub(crate) type DatabaseKey = Arc<LockedKey>;

/// The key of the readers that are still to be made, which changes when the root key is replaced.
pub(crate) type CurrentKey = Arc<RwLock<DatabaseKey>>;

/// Does `work` on a connection of its own to the encrypted database at `path`, which must exist.
///
/// The connection is closed before this returns, whatever happens: one that is dropped closes in
/// its own thread, and if the process exits meanwhile, SQLCipher's exit handler frees what that
/// thread uses and the process crashes.
///
/// # Errors
/// [`StoreError::WrongKey`], [`StoreError::NotEncrypted`], [`StoreError::NotSqlCipher`], what files
/// may refuse, and the errors of `work`.
pub(crate) async fn with_one<T>(
    path: &Path,
    key: &DatabaseKey,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    refuse_plain(path)?;
    let mut connection = options(path).connect().await?;
    let done = match unlock(&mut connection, path, key).await {
        Ok(()) => work(&mut connection).await,
        Err(refusal) => Err(refusal),
    };
    let closed = connection.close().await;
    let done = done?;
    closed?;
    Ok(done)
}

/// Keys the connection and makes sure that the key is right and that it encrypts.
async fn unlock(
    connection: &mut SqliteConnection,
    path: &Path,
    key: &DatabaseKey,
) -> Result<(), StoreError> {
    configure(connection, key, Access::Write).await.map_err(|error| {
        if primary_code(&error) == Some(SQLITE_NOTADB) {
            StoreError::WrongKey { database: path.to_owned() }
        } else {
            error.into()
        }
    })?;
    let version: Option<String> =
        sqlx::query_scalar("PRAGMA cipher_version").fetch_optional(connection).await?;
    if version.is_none_or(|version| version.is_empty()) {
        return Err(StoreError::NotSqlCipher);
    }
    Ok(())
}

/// Opens the connection that writes.
pub(crate) async fn writer(path: &Path, key: &DatabaseKey) -> Result<SqliteConnection, StoreError> {
    let mut connection = options(path).connect().await?;
    match configure(&mut connection, key, Access::Write).await {
        Ok(()) => Ok(connection),
        Err(error) => {
            connection.close().await?;
            Err(error.into())
        }
    }
}

/// Makes a pool of up to `size` connections that read, made when first needed and then kept.
pub(crate) async fn readers(
    path: &Path,
    key: &CurrentKey,
    size: u32,
) -> Result<SqlitePool, StoreError> {
    let key = Arc::clone(key);
    let pool = SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let key = Arc::clone(&key.read().unwrap_or_else(PoisonError::into_inner));
            Box::pin(async move { configure(connection, &key, Access::Read).await })
        })
        .connect_with(options(path))
        .await?;
    Ok(pool)
}

/// Options without the key, since their `Debug` prints every pragma; no statement is ever logged,
/// since one carries the key.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
        .thread_name(|id| format!("vault-{id}"))
        .disable_statement_logging()
}

async fn configure(
    connection: &mut SqliteConnection,
    key: &LockedKey,
    access: Access,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(BEFORE_KEY).execute(&mut *connection).await?;
    set_key(connection, "key", key).await?;
    // Only reading a page tells a right key from a wrong one.
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut *connection).await?;
    sqlx::raw_sql(HARDEN).execute(&mut *connection).await?;
    if access == Access::Read {
        sqlx::raw_sql("PRAGMA query_only = ON").execute(&mut *connection).await?;
    }
    Ok(())
}

async fn set_key(
    connection: &mut SqliteConnection,
    pragma: &'static str,
    key: &LockedKey,
) -> Result<(), sqlx::Error> {
    let digits = Zeroizing::new(HEXLOWER.encode(key.expose()));
    let statement = format!("PRAGMA {pragma} = \"x'{}'\"", *digits);
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(drop)
}

/// Encrypts every page under `key`, in one transaction of SQLite's own: a power cut leaves the
/// database under the old key or the new one. Nobody else may have a connection in use.
///
/// # Errors
/// When it could not be written; and [`StoreError::Damaged`] when the database does not open under
/// the new key, which SQLCipher does not say by itself.
pub(crate) async fn rekey(
    connection: &mut SqliteConnection,
    key: &LockedKey,
) -> Result<(), StoreError> {
    // The transaction then needs room for one copy of the database, and not for older pages too.
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
    set_key(connection, "rekey", key).await?;
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut *connection).await?;
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
    Ok(())
}

fn refuse_plain(path: &Path) -> Result<(), StoreError> {
    let mut header = Vec::with_capacity(PLAIN_HEADER.len());
    File::open(path)
        .and_then(|file| file.take(16).read_to_end(&mut header))
        .map_err(|source| StoreError::file(path, source))?;
    if header == PLAIN_HEADER {
        return Err(StoreError::NotEncrypted { database: path.to_owned() });
    }
    Ok(())
}

/// Whether the database has no tables at all.
pub(crate) async fn is_empty(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let objects: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(connection).await?;
    Ok(objects == 0)
}

/// Looks at the structure of every table and index; returns SQLite's findings, none when sound.
pub(crate) async fn quick_check(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<String> =
        sqlx::query_scalar("PRAGMA quick_check").fetch_all(&mut *connection).await?;
    Ok(rows.into_iter().filter(|row| row != "ok").collect())
}

/// Verifies the authentication code of every page, the content of every index and every foreign
/// key; returns the findings, none when sound.
pub(crate) async fn full_check(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, StoreError> {
    let mut findings: Vec<String> =
        sqlx::query_scalar("PRAGMA cipher_integrity_check").fetch_all(&mut *connection).await?;
    if !findings.is_empty() {
        // A page that does not verify cannot be read: the other checks would only fail on it.
        return Ok(findings);
    }
    let rows: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    findings.extend(rows.into_iter().filter(|row| row != "ok"));
    let orphans: Vec<(String,)> = sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_check")
        .fetch_all(&mut *connection)
        .await?;
    findings
        .extend(orphans.into_iter().map(|(table,)| format!("a row of {table} lost its parent")));
    Ok(findings)
}
