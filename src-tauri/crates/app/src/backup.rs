//! Backups: made by hand and on schedule, verified, tried, and restored.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use cloister_access::{Peer, Resource, Session};
use cloister_store::{
    AuditBody, AuditEvent, AuditRecord, BACKUP_SUFFIX, Backup, Destination, Drill, Keep,
    KeyFileFate, Restoration, Restored, SettingName, SettingValue, Store, TombstoneRule, Unlock,
    Vault, VaultPaths, read_backup, superseded,
};
use cloister_types::{Entropy, Timestamp, act};

use crate::{
    App, AppError, AppOptions, BackupDto, BackupFileDto, BackupScheduleDto, BackupsDto, DrillDto,
    ErrorCode, NewBackupDto, NewDrillDto, RestoredDto,
};

/// Where backups go while there is no destination, in the data folder.
const OWN_FOLDER: &str = "backups";
const EVERY_HOURS: SettingName = SettingName("backup_every_hours");
const DAILY: SettingName = SettingName("backup_daily");
const WEEKLY: SettingName = SettingName("backup_weekly");
/// What a site has that chose nothing.
const USUAL: BackupScheduleDto = BackupScheduleDto { every_hours: 24, daily: 7, weekly: 4 };
/// Longest time between two backups, and most of a kind that stay.
const MOST: u64 = 1_000;

impl App {
    /// The backups of this vault in every destination, newest first.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn backups(&self, session: &Session) -> Result<BackupsDto, AppError> {
        self.authorise::<act::Backup>(session, &Resource::Appliance).await?;
        let mut items: Vec<Backup> = Vec::new();
        for folder in self.backup_folders() {
            items.extend(backups_in(&folder, &self.store));
        }
        items.sort_by_key(|backup| std::cmp::Reverse(backup.made_at.as_millis()));
        self.listed_backups(items).await
    }

    /// Makes and verifies backups where the request says. Returns those that were made.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] for a destination that there is not;
    /// [`ErrorCode::InvalidRequest`] for a folder from elsewhere; what files may refuse.
    pub async fn make_backup(
        &self,
        peer: &Peer,
        session: &Session,
        request: NewBackupDto,
    ) -> Result<BackupsDto, AppError> {
        let allowed = self.authorise::<act::Backup>(session, &Resource::Appliance).await?;
        let folders = match (request.destination, request.folder) {
            (Some(name), None) => {
                let known = self.destinations.iter().find(|place| place.name.as_str() == name);
                vec![known.ok_or_else(AppError::not_found)?.folder.clone()]
            }
            (None, Some(folder)) => vec![given(peer, &folder)?],
            (None, None) => self.backup_folders(),
            (Some(_), Some(_)) => return Err(invalid("Name a destination or a folder.")),
        };
        let mut made = Vec::new();
        for folder in folders {
            self.make_own_folder(&folder)?;
            let drawn = (&*self.options.entropy, self.options.clock.now());
            made.push(self.store.back_up(&allowed, &folder, session.pseudonym, drawn).await?);
        }
        self.listed_backups(made).await
    }

    /// Verifies a backup of this vault, without restoring it.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`]; [`ErrorCode::BackupUnusable`] with what is
    /// wrong with it.
    pub async fn verify_backup(
        &self,
        peer: &Peer,
        session: &Session,
        request: BackupFileDto,
    ) -> Result<BackupDto, AppError> {
        let allowed = self.authorise::<act::Backup>(session, &Resource::Appliance).await?;
        let file = self.find_backup(peer, &request.file)?;
        Ok(self.store.verify_backup(&allowed, &file).await?.into())
    }

    /// Restores a backup for trial, verifies all of it, and wipes it again.
    ///
    /// # Errors
    /// As [`App::verify_backup`], and [`ErrorCode::UnlockFailed`] when what was typed does not open
    /// it.
    pub async fn drill_backup(
        &self,
        peer: &Peer,
        session: &Session,
        request: NewDrillDto,
    ) -> Result<DrillDto, AppError> {
        let allowed = self.authorise::<act::Restore>(session, &Resource::Appliance).await?;
        let file = self.find_backup(peer, &request.file)?;
        let typed = request.unlock.map(Unlock::try_from).transpose()?;
        let who = (session.pseudonym, self.options.clock.now());
        let drill = self.store.drill_backup(&allowed, &file, typed.as_ref(), who).await?;
        Ok(drill.into())
    }

    /// Takes the audit log as it is for the right one, where this vault was restored beside the one
    /// that it is a copy of, which is gone now. That this was said is recorded.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn accept_restored_log(&self, session: &Session) -> Result<(), AppError> {
        let allowed = self.authorise::<act::Restore>(session, &Resource::Appliance).await?;
        let body = AuditBody::new().with("accepted", &SettingValue::Switch(true));
        let now = self.options.clock.now();
        let record = AuditRecord::new(AuditEvent::BackupRestored, now, body);
        self.store.record(&record.about(session.pseudonym)).await?;
        Ok(self.store.accept_restored_log(&allowed).await?)
    }

    /// Says when backups are made, and how many stay.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] for more than a thousand of anything.
    pub async fn schedule_backups(
        &self,
        session: &Session,
        schedule: BackupScheduleDto,
    ) -> Result<BackupScheduleDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let BackupScheduleDto { every_hours, daily, weekly } = schedule;
        let chosen = [(EVERY_HOURS, every_hours), (DAILY, daily), (WEEKLY, weekly)];
        if chosen.iter().any(|(_, number)| *number > MOST) {
            return Err(invalid("Hours, days and weeks are 1,000 at most."));
        }
        for (name, number) in chosen {
            let (value, now) = (SettingValue::Number(number), self.options.clock.now());
            self.store.change_setting(&allowed, session.pseudonym, name, &value, now).await?;
        }
        schedule_of(&self.store).await
    }

    async fn listed_backups(&self, items: Vec<Backup>) -> Result<BackupsDto, AppError> {
        let moments = self.store.backup_moments().await?;
        Ok(BackupsDto {
            items: items.into_iter().map(BackupDto::from).collect(),
            made_at: moments.made_at.map(|at| at.to_string()),
            drilled_at: moments.drilled_at.map(|at| at.to_string()),
            beside_vault: self.destinations.is_empty(),
            schedule: schedule_of(&self.store).await?,
        })
    }

    fn backup_folders(&self) -> Vec<PathBuf> {
        if self.destinations.is_empty() {
            return vec![own_folder(&self.options)];
        }
        self.destinations.iter().map(|place| place.folder.clone()).collect()
    }

    /// A destination is made by the site; the vault's own folder is made here.
    fn make_own_folder(&self, folder: &Path) -> Result<(), AppError> {
        if folder != own_folder(&self.options) {
            return Ok(());
        }
        std::fs::create_dir_all(folder).map_err(|_| {
            AppError::new(ErrorCode::StoreFailed, "The folder for backups cannot be made.")
        })
    }

    /// The backup that `name` names: a file of a place for backups, or the path of one on this
    /// machine.
    fn find_backup(&self, peer: &Peer, name: &str) -> Result<PathBuf, AppError> {
        if Path::new(name).file_name().is_none_or(|file| file != name) {
            return given(peer, name);
        }
        let mut places = self.backup_folders();
        places.push(own_folder(&self.options));
        let files = places.into_iter().map(|folder| folder.join(name));
        files.into_iter().find(|file| file.is_file()).ok_or_else(AppError::not_found)
    }
}

/// Where backups go while there is no destination.
pub(crate) fn own_folder(options: &AppOptions) -> PathBuf {
    options.paths.data_dir.join(OWN_FOLDER)
}

/// A restore to make; there is no vault yet that could say who may.
#[derive(Debug)]
pub struct RestoreRequest<'a> {
    /// The backup.
    pub file: &'a Path,
    /// The data folder that the vault goes to.
    pub to: &'a Path,
    /// What opens the backup.
    pub unlock: &'a Unlock,
    /// Restore also where nobody knows who was erased since.
    pub without_tombstones: bool,
}

/// Restores a backup to a new folder. Whoever can open the backup may.
///
/// # Errors
/// [`ErrorCode::BackupUnusable`] with what is wrong with the backup or the folder;
/// [`ErrorCode::UnlockFailed`] and [`ErrorCode::VaultLocked`] when it does not open.
pub async fn restore_backup(
    options: &AppOptions,
    request: RestoreRequest<'_>,
) -> Result<RestoredDto, AppError> {
    let config_dir = options.paths.config_dir.clone();
    let to = VaultPaths { data_dir: request.to.to_owned(), config_dir };
    let tombstones =
        if request.without_tombstones { TombstoneRule::IfThere } else { TombstoneRule::Demanded };
    let restoration = Restoration {
        file: request.file,
        to: &to,
        live: &options.paths.data_dir,
        unlock: request.unlock,
        sources: options.keys.clone(),
        tombstones,
    };
    let drawn = (&*options.entropy, options.clock.now());
    let restored = Vault::restore(restoration, drawn).await?;
    Ok(described(&to.data_dir, &restored))
}

/// Makes the backups that are due, and removes those that newer ones supersede. False when one could
/// not be made, which the log explains.
pub(crate) async fn keep_backups(
    store: &Store,
    destinations: &[Destination],
    (entropy, now): (&dyn Entropy, Timestamp),
) -> Result<bool, AppError> {
    let schedule = schedule_of(store).await?;
    let every = Duration::from_secs(schedule.every_hours * 60 * 60);
    let last = store.backup_moments().await?.made_at;
    let due = last.is_none_or(|last| now.since(last) >= every);
    if schedule.every_hours == 0 || !due {
        return Ok(true);
    }
    let mut all_made = true;
    for Destination { name, folder } in destinations {
        match store.back_up_on_schedule(folder, (entropy, now)).await {
            Ok(_) => remove_superseded(folder, store, schedule),
            Err(error) => {
                all_made = false;
                tracing::error!(destination = %name, %error, "no backup was made");
            }
        }
    }
    Ok(all_made)
}

fn remove_superseded(folder: &Path, store: &Store, schedule: BackupScheduleDto) {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let keep = Keep { daily: count(schedule.daily), weekly: count(schedule.weekly) };
    let backups = backups_in(folder, store);
    let made: Vec<_> = backups.iter().map(|backup| backup.made_at).collect();
    let gone = superseded(&made, keep);
    for backup in backups.iter().filter(|backup| gone.contains(&backup.made_at)) {
        if let Err(error) = std::fs::remove_file(&backup.file) {
            tracing::warn!(kind = %error.kind(), "a superseded backup stays");
        }
    }
}

/// The backups of this vault in `folder`; none where it is away.
fn backups_in(folder: &Path, store: &Store) -> Vec<Backup> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let named = files.filter(|file| file.to_string_lossy().ends_with(BACKUP_SUFFIX));
    named
        .filter_map(|file| read_backup(&file).ok())
        .filter(|backup| backup.vault == store.id())
        .collect()
}

async fn schedule_of(store: &Store) -> Result<BackupScheduleDto, AppError> {
    let number = async |name, usual| match store.setting(name).await {
        Ok(Some(SettingValue::Number(number))) => Ok(number),
        Ok(Some(SettingValue::Switch(_) | SettingValue::Code(_)) | None) => Ok(usual),
        Err(error) => Err(error),
    };
    Ok(BackupScheduleDto {
        every_hours: number(EVERY_HOURS, USUAL.every_hours).await?,
        daily: number(DAILY, USUAL.daily).await?,
        weekly: number(WEEKLY, USUAL.weekly).await?,
    })
}

/// A path that somebody at the machine gave, who can read and write there anyway.
fn given(peer: &Peer, path: &str) -> Result<PathBuf, AppError> {
    match (peer, Path::new(path)) {
        (Peer::Device, path) if path.is_absolute() => Ok(path.to_owned()),
        (Peer::Device, _) => Err(invalid("A path is given from the root on.")),
        (Peer::Address(_), _) => Err(invalid("Name a destination or a file in one.")),
    }
}

fn invalid(message: &str) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, message)
}

fn described(to: &Path, restored: &Restored) -> RestoredDto {
    RestoredDto {
        data_dir: to.display().to_string(),
        vault: restored.vault.to_string(),
        made_at: restored.made_at.to_string(),
        erased: restored.erased,
        sessions: restored.sessions,
        key_file: match restored.key_file {
            KeyFileFate::Kept | KeyFileFate::Made => true,
            KeyFileFate::None => false,
        },
        live_in_place: restored.live_in_place,
    }
}

impl From<Backup> for BackupDto {
    fn from(backup: Backup) -> Self {
        Self {
            file: backup.file.display().to_string(),
            vault: backup.vault.to_string(),
            made_at: backup.made_at.to_string(),
            program: backup.program,
            schema: backup.schema,
            bytes: backup.bytes,
            audit_seq: backup.seq,
        }
    }
}

impl From<Drill> for DrillDto {
    fn from(drill: Drill) -> Self {
        Self {
            backup: drill.backup.into(),
            accounts: drill.counts.accounts,
            conversations: drill.counts.conversations,
            turns: drill.counts.turns,
            passages: drill.counts.passages,
            audit_records: drill.counts.records,
            erased: drill.counts.erased,
            took_ms: u64::try_from(drill.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    /// Twenty days of a machine that looks every hour: one backup a day, and only those stay that the
    /// schedule names.
    #[tokio::test]
    async fn the_schedule_makes_backups_and_removes_superseded_ones() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("disk");
        std::fs::create_dir(&place).expect("a folder");
        let paths = VaultPaths {
            data_dir: folder.path().join("data"),
            config_dir: folder.path().join("config"),
        };
        let entropy = SeededEntropy::new(1);
        let start = Timestamp::from_millis(1_772_442_000_000);
        let store = Vault::create(&paths, &entropy, start).await.expect("a vault");
        let name = "disk".parse().expect("a name");
        let destinations = [Destination { name, folder: place.clone() }];
        for hour in 0..20 * 24 {
            let now = start + hour * HOUR;
            assert!(keep_backups(&store, &destinations, (&entropy, now)).await.expect("made"));
        }
        let mut days: Vec<_> = backups_in(&place, &store)
            .into_iter()
            .map(|backup| backup.made_at.since(start).as_secs() / 86_400)
            .collect();
        days.sort_unstable();
        // The last seven days, and the Sundays of the two weeks before; the first was a Monday.
        assert_eq!(days, [6, 13, 14, 15, 16, 17, 18, 19]);
        std::fs::remove_dir_all(&place).expect("taken away");
        let later = start + 30 * 24 * HOUR;
        assert!(!keep_backups(&store, &destinations, (&entropy, later)).await.expect("tried"));
        store.close().await;
    }
}
