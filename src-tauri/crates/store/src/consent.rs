//! On what ground a person's data are processed, and for what.

mod notice;
mod purpose;

use cloister_types::{Entropy, OwnerId, Pseudonym, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

pub(crate) use self::notice::publish_shipped;
pub use self::{
    notice::{NewNotice, PrivacyNotice, Renewal},
    purpose::{LawfulBasis, Purpose, PurposeError},
};
use crate::{
    AuditBody, AuditEvent, AuditRecord, SettingValue, Store, StoreError, audit,
    conversation::owner_columns, message_log, settings,
};

/// Whether a person's data may be processed for a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They may, on this ground.
    Allowed(LawfulBasis),
    /// The person has to consent first, to the current wording.
    ConsentRequired,
    /// The person withdrew their consent or objected.
    Objected,
    /// The person had the processing of their data restricted.
    Restricted,
}

/// A person, as consents know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// An account, or a guest for as long as the session lasts.
    pub owner: OwnerId,
    /// The name in records.
    pub pseudonym: Pseudonym,
}

/// A ground, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentRow {
    /// For what.
    pub purpose: Purpose,
    /// On what ground.
    pub basis: LawfulBasis,
    /// The version of the privacy notice that said so.
    pub wording: u32,
    /// When it was given, or first relied on; nothing where the person objected before that.
    pub given_at: Option<Timestamp>,
    /// When the person withdrew it or objected.
    pub withdrawn_at: Option<Timestamp>,
}

type StoredConsent = (String, String, u32, Option<i64>, Option<i64>);

impl ConsentRow {
    fn from_stored(row: StoredConsent) -> Option<Self> {
        let (purpose, basis, wording, given_at, withdrawn_at) = row;
        Some(Self {
            purpose: purpose.parse().ok()?,
            basis: basis.parse().ok()?,
            wording,
            given_at: given_at.map(Timestamp::from_millis),
            withdrawn_at: withdrawn_at.map(Timestamp::from_millis),
        })
    }
}

impl Store {
    /// The ground on which the site processes data for `purpose`.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when the setting names no ground for it.
    pub async fn lawful_basis(&self, purpose: Purpose) -> Result<LawfulBasis, StoreError> {
        basis_of(&mut *self.readers().acquire().await?, purpose).await
    }

    /// Whether the data of `owner` may be processed for `purpose`.
    ///
    /// # Errors
    /// When it cannot be read; then they may not.
    pub async fn standing(&self, owner: OwnerId, purpose: Purpose) -> Result<Standing, StoreError> {
        let mut connection = self.readers().acquire().await?;
        Ok(standing(&mut connection, owner, purpose).await?.0)
    }

    /// Whether the data of `subject` may be processed for `purpose`; where that needs no consent,
    /// the ground is recorded the first time, and anew for every wording.
    ///
    /// # Errors
    /// When it cannot be read or recorded; then they may not.
    pub async fn rely_on_basis(
        &self,
        subject: Subject,
        purpose: Purpose,
        entropy: &dyn Entropy,
        at: Timestamp,
    ) -> Result<Standing, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let (standing, recorded) = standing(&mut connection, subject.owner, purpose).await?;
        drop(connection);
        if let (Standing::Allowed(basis), Recorded::No) = (standing, recorded) {
            let mut tx = self.begin().await?;
            let entry = Entry { purpose, basis, given_at: Some(at), withdrawn_at: None };
            insert(&mut tx, subject, entry, entropy).await?;
            append(&mut tx, subject, entry, Change::ReliedOn, at).await?;
            tx.commit().await?;
        }
        Ok(standing)
    }

    /// Records that `subject` consents to `purpose` in the wording of notice `wording`; also takes
    /// an objection back.
    ///
    /// # Errors
    /// [`StoreError::OutdatedWording`] when another version of the notice is the current one.
    pub async fn give_consent(
        &self,
        subject: Subject,
        purpose: Purpose,
        wording: u32,
        entropy: &dyn Entropy,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        if wording != notice::current_version(&mut tx).await? {
            return Err(StoreError::OutdatedWording);
        }
        let basis = basis_of(&mut tx, purpose).await?;
        let entry = Entry { purpose, basis, given_at: Some(at), withdrawn_at: None };
        close_rows(&mut tx, subject.owner, purpose, at).await?;
        insert(&mut tx, subject, entry, entropy).await?;
        append(&mut tx, subject, entry, Change::Given, at).await?;
        tx.commit().await
    }

    /// Records that `subject` withdraws their consent to `purpose`, or objects to what needs none.
    /// What the message log holds about them goes with the purpose that it was kept for.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn withdraw_consent(
        &self,
        subject: Subject,
        purpose: Purpose,
        entropy: &dyn Entropy,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_essential().await?;
        let basis = basis_of(&mut tx, purpose).await?;
        let entry = Entry { purpose, basis, given_at: None, withdrawn_at: Some(at) };
        if close_rows(&mut tx, subject.owner, purpose, at).await? == 0 {
            insert(&mut tx, subject, entry, entropy).await?;
        }
        append(&mut tx, subject, entry, Change::Withdrawn, at).await?;
        if purpose == Purpose::QualityReview {
            // What was kept for it has no ground any more (Article 17(1) GDPR).
            message_log::delete_of(&mut tx, subject.pseudonym, at).await?;
        }
        tx.commit().await
    }

    /// What is recorded about `owner`, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn consents(&self, owner: OwnerId) -> Result<Vec<ConsentRow>, StoreError> {
        let (session, account) = owner_columns(owner);
        let rows: Vec<StoredConsent> = sqlx::query_as(
            "SELECT purpose, basis, wording, given_at, withdrawn_at FROM consent \
             WHERE session_id = ?1 OR account_id = ?2 ORDER BY id",
        )
        .bind(session)
        .bind(account)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(ConsentRow::from_stored)
            .collect::<Option<_>>()
            .ok_or(StoreError::MalformedRow { table: "consent" })
    }
}

/// Whether the ground that is relied on stands in a row already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recorded {
    Yes,
    No,
}

async fn standing(
    connection: &mut SqliteConnection,
    owner: OwnerId,
    purpose: Purpose,
) -> Result<(Standing, Recorded), StoreError> {
    let (session, account) = owner_columns(owner);
    let restricted: Option<Option<i64>> =
        sqlx::query_scalar("SELECT restricted_at FROM account WHERE id = ?")
            .bind(&account)
            .fetch_optional(&mut *connection)
            .await?;
    if restricted.flatten().is_some() {
        return Ok((Standing::Restricted, Recorded::Yes));
    }
    let basis = basis_of(connection, purpose).await?;
    let last: Option<StoredConsent> = sqlx::query_as(
        "SELECT purpose, basis, wording, given_at, withdrawn_at FROM consent \
         WHERE (session_id = ?1 OR account_id = ?2) AND purpose = ?3 ORDER BY id DESC LIMIT 1",
    )
    .bind(session)
    .bind(account)
    .bind(purpose.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let last = last
        .map(|row| {
            ConsentRow::from_stored(row).ok_or(StoreError::MalformedRow { table: "consent" })
        })
        .transpose()?;
    let Some(last) = last else {
        let first = match basis {
            LawfulBasis::Consent => Standing::ConsentRequired,
            other => Standing::Allowed(other),
        };
        return Ok((first, Recorded::No));
    };
    if last.withdrawn_at.is_some() {
        return Ok((Standing::Objected, Recorded::Yes));
    }
    if basis == LawfulBasis::Consent {
        let since = notice::asked_again_since(connection).await?;
        let counts = last.basis == LawfulBasis::Consent && last.wording >= since;
        let standing = if counts { Standing::Allowed(basis) } else { Standing::ConsentRequired };
        return Ok((standing, Recorded::Yes));
    }
    let current = notice::current_version(connection).await?;
    let same = last.basis == basis && last.wording == current;
    Ok((Standing::Allowed(basis), if same { Recorded::Yes } else { Recorded::No }))
}

/// The ground that the site chose for `purpose`.
pub(crate) async fn basis_of(
    connection: &mut SqliteConnection,
    purpose: Purpose,
) -> Result<LawfulBasis, StoreError> {
    let malformed = || StoreError::MalformedRow { table: "setting" };
    match settings::read(connection, purpose.setting()).await? {
        None => Ok(purpose.default_basis()),
        Some(SettingValue::Code(code)) => {
            let basis = code.to_string().parse().map_err(|_| malformed())?;
            if purpose.bases().contains(&basis) { Ok(basis) } else { Err(malformed()) }
        }
        Some(SettingValue::Number(_) | SettingValue::Switch(_)) => Err(malformed()),
    }
}

/// A row to write.
#[derive(Clone, Copy)]
struct Entry {
    purpose: Purpose,
    basis: LawfulBasis,
    given_at: Option<Timestamp>,
    withdrawn_at: Option<Timestamp>,
}

async fn insert(
    connection: &mut SqliteConnection,
    subject: Subject,
    entry: Entry,
    entropy: &dyn Entropy,
) -> Result<(), StoreError> {
    let (session, account) = owner_columns(subject.owner);
    let salt = entropy.bytes::<16>();
    let hash = Sha256::new().chain_update(salt).chain_update(subject.owner.as_bytes()).finalize();
    sqlx::query(
        "INSERT INTO consent (account_id, session_id, salt, subject_hash, purpose, basis, wording, \
         given_at, withdrawn_at) \
         VALUES (?, ?, ?, ?, ?, ?, (SELECT max(version) FROM privacy_notice), ?, ?)",
    )
    .bind(account)
    .bind(session)
    .bind(salt.as_slice())
    .bind(hash.as_slice())
    .bind(entry.purpose.as_str())
    .bind(entry.basis.as_str())
    .bind(entry.given_at.map(Timestamp::as_millis))
    .bind(entry.withdrawn_at.map(Timestamp::as_millis))
    .execute(connection)
    .await?;
    Ok(())
}

/// Withdraws what stands; says how many rows that were.
async fn close_rows(
    connection: &mut SqliteConnection,
    owner: OwnerId,
    purpose: Purpose,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let (session, account) = owner_columns(owner);
    let closed = sqlx::query(
        "UPDATE consent SET withdrawn_at = ?1 \
         WHERE (session_id = ?2 OR account_id = ?3) AND purpose = ?4 AND withdrawn_at IS NULL",
    )
    .bind(at.as_millis())
    .bind(session)
    .bind(account)
    .bind(purpose.as_str())
    .execute(connection)
    .await?;
    Ok(closed.rows_affected())
}

/// What became of a ground.
#[derive(Debug, Clone, Copy)]
enum Change {
    ReliedOn,
    Given,
    Withdrawn,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ReliedOn => "relied_on",
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
        })
    }
}

impl cloister_types::LogSafe for Change {}

async fn append(
    tx: &mut crate::writer::WriteTransaction,
    subject: Subject,
    entry: Entry,
    change: Change,
    at: Timestamp,
) -> Result<(), StoreError> {
    let body = AuditBody::new()
        .with("purpose", &entry.purpose)
        .with("basis", &entry.basis)
        .with("change", &change);
    let record = AuditRecord::new(AuditEvent::ConsentChanged, at, body);
    audit::append(tx, &record.about(subject.pseudonym)).await
}
