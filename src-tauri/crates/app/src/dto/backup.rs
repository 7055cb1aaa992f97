//! Backups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UnlockDto;

/// A backup, by what can be read of it without a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Backup)]
pub struct BackupDto {
    /// The file.
    pub file: String,
    /// The id of the vault.
    pub vault: String,
    /// When it was made.
    pub made_at: String,
    /// The version of the program that made it.
    pub program: String,
    /// The version of the database's schema.
    pub schema: i64,
    /// The length of the database in bytes.
    pub bytes: u64,
    /// The audit record that the signed head in it is of.
    pub audit_seq: i64,
}

/// Backups, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Backups)]
pub struct BackupsDto {
    /// The backups.
    pub items: Vec<BackupDto>,
    /// When the last was made, wherever it is now.
    pub made_at: Option<String>,
    /// When one was last restored for trial, with success.
    pub drilled_at: Option<String>,
    /// Whether they lie beside the vault, where they are lost with the disk.
    pub beside_vault: bool,
    /// When they are made.
    pub schedule: BackupScheduleDto,
}

/// Where a backup goes: to every destination unless one is named, and into the vault's own folder
/// while there is none.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = NewBackup)]
#[serde(deny_unknown_fields)]
pub struct NewBackupDto {
    /// The name of a destination.
    #[serde(default)]
    pub destination: Option<String>,
    /// Or a folder, from the root on; on the machine itself only.
    #[serde(default)]
    pub folder: Option<String>,
}

/// A backup that is there already.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BackupFile)]
#[serde(deny_unknown_fields)]
pub struct BackupFileDto {
    /// Its name, which is looked for in every destination; on the machine itself, also a path from
    /// the root on.
    pub file: String,
}

/// A drill to make.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDrill)]
#[serde(deny_unknown_fields)]
pub struct NewDrillDto {
    /// Its name, or a path as for verifying.
    pub file: String,
    /// What opens the backup, to be tried as well; without it, the keys in use do.
    #[serde(default)]
    pub unlock: Option<UnlockDto>,
}

/// What a drill showed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Drill)]
pub struct DrillDto {
    /// The backup.
    pub backup: BackupDto,
    /// Accounts that came back.
    pub accounts: u64,
    /// Conversations.
    pub conversations: u64,
    /// Turns.
    pub turns: u64,
    /// Passages of the knowledge.
    pub passages: u64,
    /// Audit records, which were all verified.
    pub audit_records: u64,
    /// People who were erased again; missing where the tombstones are not beside the backup, and a
    /// restore would refuse.
    pub erased: Option<u64>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// When backups are made, and how many stay in each destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BackupSchedule)]
#[serde(deny_unknown_fields)]
pub struct BackupScheduleDto {
    /// Every so many hours; 0 for never.
    pub every_hours: u64,
    /// The newest of each of so many days stays.
    pub daily: u64,
    /// The newest of each of so many weeks stays.
    pub weekly: u64,
}

/// What was restored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoredDto {
    /// The folder that holds the vault.
    pub data_dir: String,
    /// The id of the vault.
    pub vault: String,
    /// When the backup was made.
    pub made_at: String,
    /// People who were erased again; missing where nobody knows who was erased since.
    pub erased: Option<u64>,
    /// Sessions that were ended.
    pub sessions: u64,
    /// Whether a key file opens the vault.
    pub key_file: bool,
    /// Whether the vault that the backup is of is in use here, whose newer audit head stays.
    pub live_in_place: bool,
}
