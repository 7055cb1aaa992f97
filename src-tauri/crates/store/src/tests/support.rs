//! A vault in a temporary folder, and the values that tests fill it with.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use cloister_types::{
    AccountId, Act, Authorized, ConversationId, Entropy, OwnerId, Pseudonym, Secret, SeededEntropy,
    SessionId, Timestamp, TurnId, act,
};
use tempfile::TempDir;

use crate::{
    AuditBody, Checkpoint, DataKey, KeyChange, KeySources, NewAccount, NewSession, PasswordRecord,
    Place, SessionKind, Store, StoreError, Subject, TurnAuthorisation, TurnCompletion, Unlock,
    Vault, VaultPaths,
};

/// When the tests' vaults are made.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// A vault's folders, gone at the end of the test, and repeatable randomness.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    pub(crate) paths: VaultPaths,
    pub(crate) entropy: SeededEntropy,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = VaultPaths {
            data_dir: folder.path().join("data"),
            config_dir: folder.path().join("config"),
        };
        Self { folder, paths, entropy: SeededEntropy::new(42) }
    }

    pub(crate) async fn create(&self) -> Store {
        Vault::create(&self.paths, &self.entropy, START).await.unwrap()
    }

    pub(crate) async fn reopen(&self, store: Store) -> Store {
        store.close().await;
        self.open().await.unwrap()
    }

    pub(crate) async fn open(&self) -> Result<Store, StoreError> {
        self.unlock(&Unlock::Automatic).await
    }

    pub(crate) async fn unlock(&self, unlock: &Unlock) -> Result<Store, StoreError> {
        open_at(&self.paths, unlock).await
    }

    /// The only key file.
    pub(crate) fn key_file(&self) -> PathBuf {
        let mut files = std::fs::read_dir(self.paths.keys()).unwrap();
        let file = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none(), "there is one key file");
        file
    }

    /// A guest who sat down at [`START`] for 20 minutes.
    pub(crate) async fn guest(&self, store: &Store) -> Guest {
        let guest = Guest {
            key: DataKey::random(&self.entropy),
            session: SessionId::random(&self.entropy),
            conversation: ConversationId::random(&self.entropy),
            pseudonym: Pseudonym::random(&self.entropy),
            token_hash: *SessionId::random(&self.entropy).as_bytes(),
        };
        store.start_session(&guest.new_session()).await.unwrap();
        guest
    }
}

pub(crate) struct Guest {
    pub(crate) key: DataKey,
    pub(crate) session: SessionId,
    pub(crate) conversation: ConversationId,
    pub(crate) pseudonym: Pseudonym,
    token_hash: [u8; 16],
}

impl Guest {
    pub(crate) fn token_hash(&self) -> [u8; 32] {
        std::array::from_fn(|index| self.token_hash[index % 16])
    }

    pub(crate) fn owner(&self) -> OwnerId {
        OwnerId::Guest(self.session)
    }

    pub(crate) fn new_session(&self) -> NewSession {
        NewSession {
            id: self.session,
            kind: SessionKind::Guest,
            token_hash: self.token_hash(),
            pseudonym: self.pseudonym,
            account: None,
            place: Place::terminal(),
            started_at: START,
            expires_at: START + 20 * MINUTE,
            elevated_until: None,
        }
    }

    pub(crate) fn question(&self, site: &Site, at: Timestamp, text: &str) -> TurnAuthorisation {
        let turn = TurnId::random(&site.entropy);
        let sealed =
            self.key.seal_turn(&site.entropy, self.owner(), turn, text.as_bytes()).unwrap();
        TurnAuthorisation {
            turn,
            conversation: self.conversation,
            session: self.session,
            owner: self.owner(),
            asked_at: at,
            expires_at: at + DAY,
            sealed,
            audit: AuditBody::new().count("passages", 2),
        }
    }

    pub(crate) fn answer(
        &self,
        site: &Site,
        turn: TurnId,
        at: Timestamp,
        text: &str,
    ) -> TurnCompletion {
        let sealed =
            self.key.seal_turn(&site.entropy, self.owner(), turn, text.as_bytes()).unwrap();
        TurnCompletion {
            turn,
            completed_at: at,
            outcome: "answered",
            sealed,
            logged: None,
            audit: AuditBody::new().count("tokens", 90),
        }
    }
}

/// The checkpoint of the newest record, signed now if it was not.
pub(crate) async fn signed_head(store: &Store) -> Checkpoint {
    store.sign_last().await.unwrap();
    store.last_checkpoint().await.unwrap().unwrap()
}

/// Opens a vault with its key file or with what somebody typed.
pub(crate) async fn open_at(paths: &VaultPaths, unlock: &Unlock) -> Result<Store, StoreError> {
    let entropy = SeededEntropy::new(43);
    Vault::open(paths, unlock, KeySources::default(), (&entropy, START)).await
}

/// Somebody who signed in, at [`START`].
pub(crate) struct Member {
    pub(crate) id: AccountId,
    pub(crate) pseudonym: Pseudonym,
    pub(crate) session: SessionId,
    pub(crate) key: DataKey,
}

impl Member {
    pub(crate) fn owner(&self) -> OwnerId {
        OwnerId::Account(self.id)
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject { owner: self.owner(), pseudonym: self.pseudonym }
    }

    /// A question that was answered.
    pub(crate) async fn ask(&self, site: &Site, store: &Store, at: Timestamp) -> TurnId {
        let turn = TurnId::random(&site.entropy);
        let seal =
            |text: &[u8]| self.key.seal_turn(&site.entropy, self.owner(), turn, text).unwrap();
        let question = TurnAuthorisation {
            turn,
            conversation: ConversationId::random(&site.entropy),
            session: self.session,
            owner: self.owner(),
            asked_at: at,
            expires_at: at,
            sealed: seal(b"where is it?"),
            audit: AuditBody::new(),
        };
        store.authorise_turn(&question).await.unwrap();
        let answer = TurnCompletion {
            turn,
            completed_at: at,
            outcome: "answered",
            sealed: seal(b"there"),
            logged: None,
            audit: AuditBody::new(),
        };
        store.complete_turn(&answer).await.unwrap();
        turn
    }
}

impl Site {
    /// An account with `role`, signed in.
    pub(crate) async fn member(&self, store: &Store, name: &str, role: &str) -> Member {
        let (id, key) = (AccountId::random(&self.entropy), DataKey::random(&self.entropy));
        let wrapping = Secret::new((&self.entropy as &dyn Entropy).bytes());
        let wrapped_key = key.wrap(&self.entropy, OwnerId::Account(id), &wrapping).unwrap();
        let member = Member {
            id,
            pseudonym: Pseudonym::random(&self.entropy),
            session: SessionId::random(&self.entropy),
            key,
        };
        let account = NewAccount {
            id,
            name: name.to_owned(),
            pseudonym: member.pseudonym,
            roles: [role.parse().unwrap()].into(),
            attributes: <_>::default(),
            password: PasswordRecord {
                hash: "$argon2id$".to_owned(),
                wrapped_key: wrapped_key.clone(),
                must_change: false,
            },
            created_at: START,
            created_by: None,
        };
        store.create_account(&account).await.unwrap();
        let session = NewSession {
            id: member.session,
            kind: SessionKind::Account,
            token_hash: (&self.entropy as &dyn Entropy).bytes(),
            pseudonym: member.pseudonym,
            account: Some((id, wrapped_key)),
            place: Place::terminal(),
            started_at: START,
            expires_at: START + 20 * MINUTE,
            elevated_until: None,
        };
        store.start_session(&session).await.unwrap();
        member
    }
}

/// Somebody who may change keys.
pub(crate) struct Keeper(Authorized<act::Configure>);

impl Keeper {
    pub(crate) fn new() -> Self {
        Self(allowed())
    }

    pub(crate) fn change<'a>(&'a self, site: &'a Site) -> KeyChange<'a> {
        KeyChange {
            allowed: &self.0,
            by: Pseudonym::random(&site.entropy),
            at: START + MINUTE,
            entropy: &site.entropy,
        }
    }
}

/// The policy's word that an act is allowed.
#[expect(clippy::disallowed_methods, reason = "tests of the store stand in for the policy")]
pub(crate) fn allowed<A: Act>() -> Authorized<A> {
    Authorized::mint(["test".to_owned()].into())
}

/// Every file below `folder` in which `needle` occurs.
pub(crate) fn files_with(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, needle));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(path);
            }
        }
    }
    found
}

/// The number of rows of a table.
pub(crate) async fn count(store: &Store, table: &'static str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(store.readers()).await.unwrap()
}
