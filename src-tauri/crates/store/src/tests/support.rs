//! A vault in a temporary folder, and the values that tests fill it with.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use cloister_types::{
    ConversationId, OwnerId, Pseudonym, SeededEntropy, SessionId, Timestamp, TurnId,
};
use tempfile::TempDir;

use crate::{
    AuditBody, Checkpoint, DataKey, KeySources, NewSession, Place, SessionKind, Store, StoreError,
    TurnAuthorisation, TurnCompletion, Unlock, Vault, VaultPaths,
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
            expires_at: at + DAY,
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
    let sql = match table {
        "session" => "SELECT count(*) FROM session",
        "conversation" => "SELECT count(*) FROM conversation",
        "turn" => "SELECT count(*) FROM turn",
        "passage" => "SELECT count(*) FROM passage",
        "audit_record" => "SELECT count(*) FROM audit_record",
        other => panic!("no table {other}"),
    };
    sqlx::query_scalar(sql).fetch_one(store.readers()).await.unwrap()
}
