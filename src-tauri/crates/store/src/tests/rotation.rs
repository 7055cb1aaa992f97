//! Replacing every key: what no longer opens the vault, and what a power cut in the middle leaves.

use std::path::Path;

use cloister_types::{OwnerId, Secret};

use super::support::{Keeper, Member, START, Site, count, open_at};
use crate::{
    NewKey, SlotKind, Store, StoreError, Stretching, SubKey, Unlock, VaultPaths, rotation::Step,
};

const PASSPHRASE: &str = "nine tall herons stand";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn passphrase() -> NewKey {
    NewKey::Passphrase(secret(PASSPHRASE), Stretching::floor())
}

async fn kinds(store: &Store) -> Vec<SlotKind> {
    store.key_slots().await.into_iter().map(|slot| slot.kind).collect()
}

async fn refusal(site: &Site, unlock: &Unlock) -> StoreError {
    site.unlock(unlock).await.map(drop).expect_err("the vault must not open")
}

#[tokio::test]
async fn replacing_the_root_key_shuts_out_what_did_not_come_along() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    let guest = site.guest(&store).await;
    store.authorise_turn(&guest.question(&site, START, "kept?")).await.unwrap();
    let index = store.sub_key(SubKey::Index);
    store.add_key(passphrase(), keeper.change(&site)).await.unwrap();
    let other = NewKey::Passphrase(secret("left behind here"), Stretching::floor());
    let left = store.add_key(other, keeper.change(&site)).await.unwrap();
    let old_code = store.renew_recovery(keeper.change(&site)).await.unwrap().to_printed();
    let old_header = std::fs::read(site.paths.key_slots()).unwrap();

    let old_file = std::fs::read(site.key_file()).unwrap();
    let rotated = store.rotate_keys(&[secret(PASSPHRASE)], keeper.change(&site)).await.unwrap();
    assert!(rotated.complete);
    assert_eq!(rotated.dropped.iter().map(|slot| slot.id).collect::<Vec<_>>(), [left]);
    let code = rotated.recovery.unwrap().to_printed();
    assert_eq!(kinds(&store).await, [SlotKind::KeyFile, SlotKind::Passphrase, SlotKind::Recovery]);
    let renewed = store.sub_key(SubKey::Index);
    assert_ne!(renewed.expose(), index.expose());
    // The open store goes on, readers and writer.
    store.authorise_turn(&guest.question(&site, START, "and on")).await.unwrap();
    assert_eq!(count(&store, "turn").await, 2);
    assert!(store.check().await.unwrap().is_sound());
    store.close().await;

    for unlock in [
        Unlock::Automatic,
        Unlock::Passphrase(secret(PASSPHRASE)),
        Unlock::Recovery(secret(code.expose())),
    ] {
        let store = site.unlock(&unlock).await.unwrap();
        assert_eq!(store.sub_key(SubKey::Index).expose(), renewed.expose());
        assert_eq!(count(&store, "turn").await, 2);
        store.close().await;
    }
    let new_file = std::fs::read(site.key_file()).unwrap();
    assert_ne!(new_file, old_file);
    std::fs::write(site.key_file(), &old_file).unwrap();
    assert!(matches!(refusal(&site, &Unlock::Automatic).await, StoreError::Locked { .. }));
    std::fs::write(site.key_file(), new_file).unwrap();
    let left = Unlock::Passphrase(secret("left behind here"));
    assert!(matches!(refusal(&site, &left).await, StoreError::WrongPassphrase));
    let old = Unlock::Recovery(secret(old_code.expose()));
    assert!(matches!(refusal(&site, &old).await, StoreError::WrongRecoveryCode));
    std::fs::write(site.paths.key_slots(), old_header).unwrap();
    std::fs::write(site.key_file(), old_file).unwrap();
    assert!(matches!(refusal(&site, &Unlock::Automatic).await, StoreError::WrongKey { .. }));
}

/// Copies the vault and its configuration as they lie on the disk at this moment, as a power cut
/// would leave them.
fn copy_as_it_lies(site: &Site, to: &Path) -> VaultPaths {
    let copy = VaultPaths { data_dir: to.join("data"), config_dir: to.join("config") };
    let folders = [
        (site.paths.data_dir.clone(), copy.data_dir.clone()),
        (site.paths.keys(), copy.keys()),
        (site.paths.config_dir.join("audit"), copy.config_dir.join("audit")),
    ];
    for (from, to) in folders {
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(from).into_iter().flatten() {
            let entry = entry.unwrap();
            // The index of the log is rebuilt, and the reserve is made anew.
            if !["vault.db-shm", "vault.reserve"].iter().any(|name| entry.file_name() == *name) {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }
    copy
}

/// A vault with whatever is sealed or signed in it.
struct Case {
    site: Site,
    store: Store,
    member: Member,
}

const AUTHENTICATOR: &[u8] = b"the secret of an authenticator";

async fn case() -> Case {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    store.add_key(passphrase(), keeper.change(&site)).await.unwrap();
    let member = site.member(&store, "ada", "employee").await;
    member.ask(&site, &store, START).await;
    let owner = OwnerId::Account(member.id);
    let sealed = store.seal_credential(&site.entropy, owner, AUTHENTICATOR).unwrap();
    store.propose_totp(member.id, &sealed).await.unwrap();
    Case { site, store, member }
}

impl Case {
    /// That everything sealed opens and the log verifies.
    async fn holds(&self, store: &Store, when: &str) {
        assert!(store.check().await.unwrap().is_sound(), "{when}");
        let seen = store.verify_audit(&[]).await.unwrap();
        assert_eq!(seen.finding, None, "{when}");
        assert_eq!(count(store, "turn").await, 1, "{when}");
        let known = store.credentials(self.member.id).await.unwrap().unwrap();
        let sealed: Vec<u8> = sqlx::query_scalar("SELECT totp_sealed FROM account")
            .fetch_one(store.readers())
            .await
            .unwrap();
        let opened = store.open_credential(OwnerId::Account(known.account.id), &sealed);
        assert_eq!(opened.unwrap().expose(), AUTHENTICATOR, "{when}");
    }
}

#[tokio::test]
async fn a_rotation_that_is_cut_short_anywhere_leaves_a_vault_that_opens_and_rotates_again() {
    for done in 0..=Step::ALL.len() {
        let (case, keeper) = (case().await, Keeper::new());
        let steps = &Step::ALL[..done];
        let passphrases = [secret(PASSPHRASE)];
        case.store.rotate(&passphrases, keeper.change(&case.site), steps).await.unwrap();
        for (how, unlock) in
            [("file", Unlock::Automatic), ("typed", Unlock::Passphrase(secret(PASSPHRASE)))]
        {
            let when = format!("after {steps:?}, {how}");
            let to = case.site.folder.path().join(format!("{done}-{how}"));
            let paths = copy_as_it_lies(&case.site, &to);
            let store = open_at(&paths, &unlock).await.expect(&when);
            case.holds(&store, &when).await;
            assert_eq!(kinds(&store).await.len(), 2, "{when}");
            let header = std::fs::read_to_string(paths.key_slots()).unwrap();
            assert!(header.contains("\"next\": null"), "{when}: {header}");
            assert!(!header.contains("next_sealing"), "{when}: {header}");
            // What was cut short is done by the next.
            let again = store.rotate_keys(&passphrases, keeper.change(&case.site)).await.unwrap();
            assert!(again.complete && again.dropped.is_empty(), "{when}: {again:?}");
            case.holds(&store, &when).await;
            store.close().await;
            let store = open_at(&paths, &Unlock::Automatic).await.expect(&when);
            case.holds(&store, &when).await;
            store.close().await;
        }
        case.store.close().await;
    }
}

#[tokio::test]
async fn a_head_signed_before_a_rotation_proves_the_log_after_it() {
    let (case, keeper) = (case().await, Keeper::new());
    let head = super::support::signed_head(&case.store).await;
    let identity = case.store.audit_identity();
    case.store.rotate_keys(&[], keeper.change(&case.site)).await.unwrap();
    assert_ne!(case.store.audit_identity(), identity);
    let kept = crate::KeptCheckpoint { checkpoint: head, countersignature: None };
    let seen = case.store.verify_audit(&[kept]).await.unwrap();
    assert_eq!((seen.finding, seen.matched), (None, 1));
    case.store.close().await;
}
