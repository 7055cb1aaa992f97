//! Key slots: what opens a vault, what no longer does, and what a crash leaves.

use std::sync::{Arc, Mutex};

use cloister_types::Secret;

use super::support::{Keeper, MINUTE, START, Site, count};
use crate::{
    AuditEvent, KeySources, Keyring, KeyringAnswer, NewKey, SlotId, SlotKind, Store, StoreError,
    Stretching, SubKey, Unlock, Vault, VaultId, key_file,
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
async fn every_slot_opens_the_same_vault_until_it_is_removed() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    let index = store.sub_key(SubKey::Index);
    assert_eq!(kinds(&store).await, [SlotKind::KeyFile]);
    let id = store.add_key(passphrase(), keeper.change(&site)).await.unwrap();
    let code = store.renew_recovery(keeper.change(&site)).await.unwrap().to_printed();
    store.close().await;

    let typed = |text: &str| Unlock::Passphrase(secret(text));
    for unlock in [Unlock::Automatic, typed(PASSPHRASE), Unlock::Recovery(secret(code.expose()))] {
        let store = site.unlock(&unlock).await.unwrap();
        assert_eq!(store.sub_key(SubKey::Index).expose(), index.expose());
        store.close().await;
    }
    assert!(matches!(refusal(&site, &typed("another")).await, StoreError::WrongPassphrase));

    let store = site.open().await.unwrap();
    let events: Vec<_> =
        store.audit_records(0, 100).await.unwrap().into_iter().map(|row| row.event).collect();
    assert_eq!(
        events,
        [
            AuditEvent::VaultCreated,
            AuditEvent::KeySlotAdded,
            AuditEvent::KeySlotAdded,
            AuditEvent::RecoveryUsed
        ]
    );
    let removed = store.remove_key(id, keeper.change(&site)).await.unwrap();
    assert_eq!((removed.id, removed.kind), (id, SlotKind::Passphrase));
    store.close().await;
    assert!(matches!(refusal(&site, &typed(PASSPHRASE)).await, StoreError::WrongPassphrase));
}

#[tokio::test]
async fn the_last_slot_stays_and_an_unknown_one_is_told() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    let last = store.key_slots().await[0].id;
    let refused = store.remove_key(last, keeper.change(&site)).await;
    assert!(matches!(refused, Err(StoreError::LastSlot)));
    let refused = store.remove_key(SlotId(99), keeper.change(&site)).await;
    assert!(matches!(refused, Err(StoreError::UnknownSlot)));
    let refused = store.add_key(NewKey::KeyFile, keeper.change(&site)).await;
    assert!(matches!(refused, Err(StoreError::SlotExists { kind: SlotKind::KeyFile })));
    let short = NewKey::Passphrase(secret("seven77"), Stretching::floor());
    let refused = store.add_key(short, keeper.change(&site)).await;
    assert!(matches!(refused, Err(StoreError::PassphraseTooShort { shortest: 8 })));
    assert_eq!(count(&store, "audit_record").await, 1, "no act, no record");
    store.close().await;
}

#[tokio::test]
async fn a_lost_key_file_leaves_what_a_person_can_type() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    store.add_key(passphrase(), keeper.change(&site)).await.unwrap();
    store.renew_recovery(keeper.change(&site)).await.unwrap();
    store.close().await;
    std::fs::remove_file(site.key_file()).unwrap();
    let error = refusal(&site, &Unlock::Automatic).await;
    let StoreError::Locked { kinds } = error else { panic!("{error}") };
    assert_eq!(kinds, [SlotKind::Passphrase, SlotKind::Recovery]);
}

#[tokio::test]
async fn a_recovery_code_is_confirmed_by_typing_it_back_and_replaced_by_the_next() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    let old = store.renew_recovery(keeper.change(&site)).await.unwrap().to_printed();
    let code = store.renew_recovery(keeper.change(&site)).await.unwrap().to_printed();
    let confirm = async |typed: &str| {
        store.confirm_recovery(&secret(typed), keeper.change(&site)).await.map(drop)
    };
    assert!(matches!(confirm(old.expose()).await, Err(StoreError::WrongRecoveryCode)));
    let confirmed = async || store.key_slots().await.last().unwrap().confirmed_at;
    assert_eq!(confirmed().await, None);
    confirm(&code.expose().to_lowercase().replace('-', " ")).await.unwrap();
    assert_eq!(confirmed().await, Some(START + MINUTE));
    assert_eq!(kinds(&store).await, [SlotKind::KeyFile, SlotKind::Recovery]);
    store.close().await;
}

#[tokio::test]
async fn a_header_changed_by_another_hand_is_refused() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let store = site.create().await;
    store.add_key(passphrase(), keeper.change(&site)).await.unwrap();
    store.close().await;
    let path = site.paths.key_slots();
    let whole = std::fs::read_to_string(&path).unwrap();
    let edit = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut header: serde_json::Value = serde_json::from_str(&whole).unwrap();
        edit(&mut header["current"]);
        std::fs::write(&path, header.to_string()).unwrap();
    };
    edit(&|header| drop(header["slots"].as_array_mut().unwrap().pop()));
    assert!(matches!(refusal(&site, &Unlock::Automatic).await, StoreError::KeysAltered));
    edit(&|header| header["slots"][1]["confirmed_at"] = 5.into());
    assert!(matches!(refusal(&site, &Unlock::Automatic).await, StoreError::KeysAltered));
    edit(&|header| header["slots"].as_array_mut().unwrap().swap(0, 1));
    assert!(matches!(refusal(&site, &Unlock::Automatic).await, StoreError::KeysAltered));
    // A slot that was made to look like another does not open at all.
    edit(&|header| header["slots"][0]["id"] = 7.into());
    assert!(matches!(refusal(&site, &Unlock::Automatic).await, StoreError::Locked { .. }));
    edit(&|header| header["slots"][1]["stretching"]["passes"] = 1.into());
    let typed = Unlock::Passphrase(secret(PASSPHRASE));
    assert!(matches!(refusal(&site, &typed).await, StoreError::KeysMalformed));
    for rubbish in ["", "{}", "[1]", "\u{fffd}"] {
        std::fs::write(&path, rubbish).unwrap();
        assert!(matches!(refusal(&site, &typed).await, StoreError::KeysMalformed), "{rubbish}");
    }
    std::fs::remove_file(&path).unwrap();
    let error = refusal(&site, &Unlock::Automatic).await;
    assert!(matches!(&error, StoreError::Incomplete { missing } if *missing == path), "{error}");
    std::fs::write(&path, &whole).unwrap();
    site.open().await.unwrap().close().await;
}

/// A vault from before there were key slots, and one whose conversion was cut short.
#[tokio::test]
async fn a_vault_without_slots_is_converted_when_it_is_opened() {
    let site = Site::new();
    let store = site.create().await;
    let root = Secret::new(*store.chest().await.root.expose());
    store.close().await;
    let old_file = || key_file::write_root(&site.key_file(), &root).unwrap();
    old_file();
    std::fs::remove_file(site.paths.key_slots()).unwrap();
    for cut_short in [false, true, true] {
        if cut_short {
            // The header was written and the key file was not.
            old_file();
        }
        let store = site.open().await.unwrap();
        assert_eq!(kinds(&store).await, [SlotKind::KeyFile]);
        store.close().await;
        let file = std::fs::read_to_string(site.key_file()).unwrap();
        assert!(file.starts_with("cloister-key-2 "));
        site.open().await.unwrap().close().await;
    }
}

/// A keyring in memory, which may be out of reach.
#[derive(Debug, Default)]
struct TestKeyring {
    kept: Mutex<Option<(VaultId, [u8; 32])>>,
    silent: Mutex<bool>,
}

impl Keyring for TestKeyring {
    fn load(&self, vault: VaultId) -> KeyringAnswer<'_, Option<Secret<[u8; 32]>>> {
        Box::pin(async move {
            if *self.silent.lock().unwrap() {
                return Err(StoreError::NoKeyring);
            }
            let kept = *self.kept.lock().unwrap();
            Ok(kept.filter(|(id, _)| *id == vault).map(|(_, key)| Secret::new(key)))
        })
    }

    fn keep<'a>(&'a self, vault: VaultId, key: &'a Secret<[u8; 32]>) -> KeyringAnswer<'a, ()> {
        *self.kept.lock().unwrap() = Some((vault, *key.expose()));
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_keyring_that_is_gone_does_not_lose_the_vault() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let keyring = Arc::new(TestKeyring::default());
    let sources = || KeySources { keyring: Some(keyring.clone()), credentials: None };
    let drawn = (&site.entropy as &dyn cloister_types::Entropy, START);
    let made = Vault::create_with(&site.paths, NewKey::Keyring, sources(), drawn).await;
    let store = made.unwrap();
    assert_eq!(std::fs::read_dir(site.paths.keys()).unwrap().count(), 0, "there is no key file");
    let code = store.renew_recovery(keeper.change(&site)).await.unwrap().to_printed();
    store.close().await;
    let open = async |unlock: &Unlock| Vault::open(&site.paths, unlock, sources(), drawn).await;
    open(&Unlock::Automatic).await.unwrap().close().await;

    *keyring.silent.lock().unwrap() = true;
    let refused = open(&Unlock::Automatic).await.map(drop);
    assert!(matches!(refused, Err(StoreError::Locked { .. })), "{refused:?}");
    let store = open(&Unlock::Recovery(code)).await.unwrap();
    store.add_key(NewKey::KeyFile, keeper.change(&site)).await.unwrap();
    store.close().await;
    site.open().await.unwrap().close().await;
}

#[tokio::test]
async fn a_credential_of_the_service_manager_opens_the_vault() {
    let (site, keeper) = (Site::new(), Keeper::new());
    let folder = site.folder.path().join("credentials");
    std::fs::create_dir_all(&folder).unwrap();
    let sources = || KeySources { credentials: Some(folder.clone()), keyring: None };
    let drawn = (&site.entropy as &dyn cloister_types::Entropy, START);
    let open = async || Vault::open(&site.paths, &Unlock::Automatic, sources(), drawn).await;
    site.create().await.close().await;
    let store = open().await.unwrap();
    let refused = store.add_key(NewKey::Credential, keeper.change(&site)).await;
    assert!(matches!(refused, Err(StoreError::CredentialMissing)));
    std::fs::write(folder.join("cloister.key"), [7; 31]).unwrap();
    let refused = store.add_key(NewKey::Credential, keeper.change(&site)).await;
    assert!(matches!(refused, Err(StoreError::CredentialMalformed { .. })));
    std::fs::write(folder.join("cloister.key"), [7; 32]).unwrap();
    store.add_key(NewKey::Credential, keeper.change(&site)).await.unwrap();
    store.close().await;
    std::fs::remove_file(site.key_file()).unwrap();
    open().await.unwrap().close().await;
}
