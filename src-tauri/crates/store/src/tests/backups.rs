//! Backups: made while the vault is in use, verified, restored, tried, and refused when damaged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cloister_types::{Pseudonym, ReceiptId, Secret, Timestamp};

use super::support::{DAY, Keeper, START, Site, allowed, count, files_with, open_at, signed_head};
use crate::{
    Backup, Erasure, ErasureProof, ErasureScope, KeyFileFate, KeySources, Restoration, Restored,
    Store, StoreError, TOMBSTONES, TombstoneRule, Unlock, Vault, VaultPaths,
    is_restored_without_tombstones, read_backup,
};

impl Site {
    fn shelf(&self) -> PathBuf {
        let folder = self.folder.path().join("shelf");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    async fn back_up(&self, store: &Store, at: Timestamp) -> Backup {
        let by = Pseudonym::random(&self.entropy);
        store.back_up(&allowed(), &self.shelf(), by, (&self.entropy, at)).await.unwrap()
    }

    /// Where a restored vault goes: another machine.
    fn elsewhere(&self) -> VaultPaths {
        VaultPaths {
            data_dir: self.folder.path().join("elsewhere/data"),
            config_dir: self.folder.path().join("elsewhere/config"),
        }
    }

    async fn restore(
        &self,
        file: &Path,
        unlock: &Unlock,
        tombstones: TombstoneRule,
    ) -> Result<Restored, StoreError> {
        let to = self.elsewhere();
        let live = self.folder.path().join("nowhere");
        let sources = KeySources::default();
        let restoration = Restoration { file, to: &to, live: &live, unlock, sources, tombstones };
        Vault::restore(restoration, (&self.entropy, START + 7 * DAY)).await
    }
}

async fn recovery(site: &Site, store: &Store) -> Unlock {
    let code = store.renew_recovery(Keeper::new().change(site)).await.unwrap();
    Unlock::Recovery(Secret::new(code.to_printed().expose().clone()))
}

#[tokio::test]
async fn a_backup_comes_back_on_another_machine_by_the_recovery_code() {
    let site = Site::new();
    let store = site.create().await;
    let code = recovery(&site, &store).await;
    let ann = site.member(&store, "ann", "employee").await;
    ann.ask(&site, &store, START).await;
    let made = site.back_up(&store, START + DAY).await;
    assert_eq!(read_backup(&made.file).unwrap(), made);
    assert_eq!(store.verify_backup(&allowed(), &made.file).await.unwrap(), made);
    assert_eq!(store.backup_moments().await.unwrap().made_at, Some(START + DAY));
    assert!(!site.paths.scratch().exists(), "nothing is left behind");
    // Later than the backup.
    site.member(&store, "bea", "employee").await;
    store.close().await;

    let restored = site.restore(&made.file, &code, TombstoneRule::Demanded).await.unwrap();
    assert_eq!((restored.vault, restored.made_at), (made.vault, START + DAY));
    assert_eq!((restored.erased, restored.sessions), (Some(0), 1));
    assert_eq!((restored.key_file, restored.live_in_place), (KeyFileFate::Made, false));
    let store = open_at(&site.elsewhere(), &Unlock::Automatic).await.unwrap();
    assert_eq!((count(&store, "account").await, count(&store, "session").await), (1, 0));
    assert_eq!(count(&store, "turn").await, 1);
    assert_eq!(store.verify_audit(&[]).await.unwrap().finding, None);
    assert!(!is_restored_without_tombstones(&store).await.unwrap());
    let event: String =
        sqlx::query_scalar("SELECT event FROM audit_record ORDER BY seq DESC LIMIT 1")
            .fetch_one(store.readers())
            .await
            .unwrap();
    assert_eq!(event, "backup_restored");
    store.close().await;
}

#[tokio::test]
async fn a_backup_is_consistent_while_others_write() {
    let site = Site::new();
    let store = site.create().await;
    let ann = site.member(&store, "ann", "employee").await;
    let busy = async {
        for _ in 0..40 {
            ann.ask(&site, &store, START).await;
        }
    };
    let (made, ()) = tokio::join!(site.back_up(&store, START + DAY), busy);
    let by = Pseudonym::random(&site.entropy);
    let drill = store.drill_backup(&allowed(), &made.file, None, (by, START + DAY)).await.unwrap();
    assert_eq!((drill.counts.accounts, drill.counts.erased), (1, Some(0)));
    assert!(drill.counts.turns <= 40 && drill.counts.records >= 2 * drill.counts.turns);
    assert_eq!(count(&store, "turn").await, 40, "the drill touched nothing");
    assert_eq!(store.backup_moments().await.unwrap().drilled_at, Some(START + DAY));
    assert!(!site.paths.scratch().exists());
    store.close().await;
}

#[tokio::test]
async fn whoever_was_erased_stays_erased() {
    let site = Site::new();
    let store = site.create().await;
    let code = recovery(&site, &store).await;
    site.member(&store, "root", "admin").await;
    let ann = site.member(&store, "ann", "employee").await;
    ann.ask(&site, &store, START).await;
    let made = site.back_up(&store, START).await;
    let erasure = Erasure {
        account: ann.id,
        scope: ErasureScope::Everything,
        proof: ErasureProof::FreshFactor,
        guarded: "admin".parse().unwrap(),
        receipt: ReceiptId::random(&site.entropy),
        at: START + DAY,
    };
    store.erase(&erasure).await.unwrap();
    store.copy_tombstones(&site.shelf()).await.unwrap();
    store.close().await;

    let stones = site.shelf().join(TOMBSTONES);
    let away = site.shelf().join("away");
    fs::rename(&stones, &away).unwrap();
    let refused = site.restore(&made.file, &code, TombstoneRule::Demanded).await;
    assert!(matches!(refused, Err(StoreError::TombstonesMissing { .. })), "{refused:?}");
    fs::rename(&away, &stones).unwrap();
    let restored = site.restore(&made.file, &code, TombstoneRule::Demanded).await.unwrap();
    assert_eq!(restored.erased, Some(1));
    let store = open_at(&site.elsewhere(), &code).await.unwrap();
    assert!(store.account(ann.id).await.unwrap().is_none());
    assert_eq!((count(&store, "account").await, count(&store, "turn").await), (1, 0));
    store.close().await;
}

#[tokio::test]
async fn a_vault_restored_without_tombstones_remembers_that() {
    let site = Site::new();
    let store = site.create().await;
    let code = recovery(&site, &store).await;
    let made = site.back_up(&store, START).await;
    store.close().await;
    fs::remove_file(site.shelf().join(TOMBSTONES)).unwrap();
    let restored = site.restore(&made.file, &code, TombstoneRule::IfThere).await.unwrap();
    assert_eq!(restored.erased, None);
    let store = open_at(&site.elsewhere(), &code).await.unwrap();
    assert!(is_restored_without_tombstones(&store).await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn every_cut_and_flip_is_refused_and_leaves_nothing() {
    let site = Site::new();
    let store = site.create().await;
    let code = recovery(&site, &store).await;
    let made = site.back_up(&store, START).await;
    let whole = fs::read(&made.file).unwrap();
    let line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let tried = made.file.with_file_name("tried");
    let length = whole.len();
    let places = [0, 20, line / 2, line - 2, line - 1, line, line + 30, line + 120, line + 260]
        .into_iter()
        .chain([length / 2, length - 65_600, length - 1]);
    let mut damaged: Vec<Vec<u8>> = Vec::new();
    for place in places {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        damaged.push(flipped);
        damaged.push(whole[..place].to_vec());
    }
    damaged.push([whole.as_slice(), b"x"].concat());
    damaged.push([&whole[..line], &whole[line + 1..]].concat());
    for (case, bytes) in damaged.into_iter().enumerate() {
        fs::write(&tried, bytes).unwrap();
        let refused = store.verify_backup(&allowed(), &tried).await;
        assert!(refused.is_err(), "case {case}: {refused:?}");
        assert!(!site.paths.scratch().exists(), "case {case}");
    }
    // The same through a restore, once for the line and once for the rest.
    for place in [line / 2, length - 1] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        fs::write(&tried, flipped).unwrap();
        let refused = site.restore(&tried, &code, TombstoneRule::Demanded).await;
        assert!(refused.is_err(), "{refused:?}");
        let left = fs::read_dir(site.elsewhere().data_dir).map(Iterator::count);
        assert!(matches!(left, Err(_) | Ok(0)), "{left:?}");
    }
    store.close().await;
}

/// Lines and payloads of two backups of one vault do not mix.
#[tokio::test]
async fn the_first_line_of_another_backup_does_not_fit() {
    let site = Site::new();
    let store = site.create().await;
    let (first, second) =
        (site.back_up(&store, START).await, site.back_up(&store, START + DAY).await);
    let split = |file: &Path| {
        let bytes = fs::read(file).unwrap();
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        (bytes[..end].to_vec(), bytes[end..].to_vec())
    };
    let (line, _) = split(&first.file);
    let (_, payload) = split(&second.file);
    fs::write(&first.file, [line, payload].concat()).unwrap();
    let refused = store.verify_backup(&allowed(), &first.file).await;
    assert!(matches!(refused, Err(StoreError::BackupDamaged { .. })), "{refused:?}");
    store.close().await;
}

#[tokio::test]
async fn a_wrong_code_another_vault_and_a_folder_in_use_are_refused() {
    let site = Site::new();
    let store = site.create().await;
    let code = recovery(&site, &store).await;
    let made = site.back_up(&store, START).await;
    store.close().await;
    let other = Site { entropy: cloister_types::SeededEntropy::new(7), ..Site::new() };
    let foreign = other.create().await;
    let refused = foreign.verify_backup(&allowed(), &made.file).await;
    assert!(matches!(refused, Err(StoreError::ForeignBackup { .. })), "{refused:?}");
    let wrong = recovery(&other, &foreign).await;
    foreign.close().await;
    let refused = site.restore(&made.file, &wrong, TombstoneRule::Demanded).await;
    assert!(matches!(refused, Err(StoreError::WrongRecoveryCode)), "{refused:?}");
    let to = site.elsewhere().data_dir;
    fs::create_dir_all(&to).unwrap();
    fs::write(to.join("something"), b"kept").unwrap();
    let refused = site.restore(&made.file, &code, TombstoneRule::Demanded).await;
    assert!(matches!(refused, Err(StoreError::FolderInUse { .. })), "{refused:?}");
    assert_eq!(fs::read(to.join("something")).unwrap(), b"kept");
}

#[tokio::test]
async fn nothing_of_the_vault_is_readable_in_a_backup() {
    let site = Site::new();
    let store = site.create().await;
    site.member(&store, "ann-of-the-planted-name", "employee").await;
    site.back_up(&store, START).await;
    store.close().await;
    assert_eq!(files_with(&site.shelf(), b"ann-of-the-planted-name"), Vec::<PathBuf>::new());
    assert_eq!(files_with(&site.shelf(), b"SQLite format 3"), Vec::<PathBuf>::new());
}

/// A backup of before a rotation opens with the code of that time, and in place by nothing else.
#[tokio::test]
async fn after_a_rotation_an_older_backup_opens_by_the_code_of_its_time() {
    let site = Site::new();
    let store = site.create().await;
    let code = recovery(&site, &store).await;
    let made = site.back_up(&store, START).await;
    store.rotate_keys(&[], Keeper::new().change(&site)).await.unwrap();
    let by = Pseudonym::random(&site.entropy);
    let refused = store.verify_backup(&allowed(), &made.file).await;
    assert!(matches!(refused, Err(StoreError::Locked { .. })), "{refused:?}");
    let drill = store.drill_backup(&allowed(), &made.file, Some(&code), (by, START + DAY)).await;
    assert!(drill.unwrap().counts.records > 0);
    let after = site.back_up(&store, START + DAY).await;
    assert!(store.verify_backup(&allowed(), &after.file).await.is_ok_and(|seen| seen == after));
    assert!(signed_head(&store).await.seq > after.seq);
    store.close().await;
}

/// As after a power cut between any two steps.
#[tokio::test]
async fn what_an_interrupted_backup_has_left_is_no_backup_and_in_nobodys_way() {
    let site = Site::new();
    let store = site.create().await;
    let first = site.back_up(&store, START).await;
    let unfinished = first.file.with_extension("cloister-backup.new");
    let whole = fs::read(&first.file).unwrap();
    fs::remove_file(&first.file).unwrap();
    fs::write(&unfinished, &whole[..whole.len() / 2]).unwrap();
    let scratch = site.paths.scratch();
    fs::create_dir(&scratch).unwrap();
    fs::write(scratch.join("copy.db"), b"half").unwrap();
    let again = site.back_up(&store, START).await;
    assert_eq!(again.file, first.file);
    assert!(store.verify_backup(&allowed(), &again.file).await.is_ok_and(|seen| seen == again));
    assert!(!unfinished.exists() && !scratch.exists());
    store.close().await;
}

#[tokio::test]
async fn a_folder_that_is_away_leaves_no_backup_and_no_record() {
    let site = Site::new();
    let store = site.create().await;
    let by = Pseudonym::random(&site.entropy);
    let away = site.folder.path().join("away");
    let refused = store.back_up(&allowed(), &away, by, (&site.entropy, START)).await;
    assert!(matches!(refused, Err(StoreError::File { .. })), "{refused:?}");
    assert_eq!(store.backup_moments().await.unwrap().made_at, None);
    store.close().await;
}
