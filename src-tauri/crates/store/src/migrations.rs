//! The schema, version by version: forward only, compiled in.

use sqlx::{
    SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::StoreError;

/// Every migration: its number, its name and its SQL. Never edited once released, which a checksum
/// in the vault holds us to.
const MIGRATIONS: [(i64, &str, &str); 12] = [
    (
        1,
        "create conversations",
        include_str!("../../../../migrations/0001_create_conversations.sql"),
    ),
    (2, "create passages", include_str!("../../../../migrations/0002_create_passages.sql")),
    (3, "create audit", include_str!("../../../../migrations/0003_create_audit.sql")),
    (4, "create accounts", include_str!("../../../../migrations/0004_create_accounts.sql")),
    (5, "chain audit", include_str!("../../../../migrations/0005_chain_audit.sql")),
    (6, "create operations", include_str!("../../../../migrations/0006_create_operations.sql")),
    (7, "create rights", include_str!("../../../../migrations/0007_create_rights.sql")),
    (8, "create documents", include_str!("../../../../migrations/0008_create_documents.sql")),
    (9, "create policy", include_str!("../../../../migrations/0009_create_policy.sql")),
    (10, "place documents", include_str!("../../../../migrations/0010_place_documents.sql")),
    (11, "create message log", include_str!("../../../../migrations/0011_create_message_log.sql")),
    (
        12,
        "quarantine passages",
        include_str!("../../../../migrations/0012_quarantine_passages.sql"),
    ),
];

/// Brings the schema up to this program's.
///
/// # Errors
/// [`StoreError::NewerSchema`] before anything is changed, when the vault has had a migration that
/// this program does not know; [`StoreError::ForeignSchema`] when one differs.
pub(crate) async fn run(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    let migrations = MIGRATIONS
        .map(|(version, name, sql)| {
            Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .to_vec();
    Migrator::with_migrations(migrations)
        .run(connection)
        .await
        .map_err(|error| StoreError::migration(error, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_each_other_and_match_the_files() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let expected: Vec<String> = (1..)
            .zip(MIGRATIONS)
            .map(|(number, (version, name, _))| {
                assert_eq!(version, number);
                format!("{version:04}_{}.sql", name.replace(' ', "_"))
            })
            .collect();
        assert_eq!(files, expected);
    }
}
