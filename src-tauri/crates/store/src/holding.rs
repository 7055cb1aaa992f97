//! How much of every class of data is held about one person, and when the first of it ends.

use cloister_types::{OwnerId, Pseudonym, Timestamp};
use sqlx::SqliteConnection;

use crate::{RetentionClass, Store, StoreError, conversation::owner_columns, retention::period_of};

/// How much of a class is held about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// The class.
    pub class: RetentionClass,
    /// How many rows.
    pub count: u32,
    /// When the oldest of them ends, unless a legal hold keeps it. Nothing for consents, which stay
    /// while the account does.
    pub ends_first: Option<Timestamp>,
}

impl Store {
    /// How much is held about `owner`, whose name in records is `person`, of every class that can
    /// be about somebody.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn holdings(
        &self,
        owner: OwnerId,
        person: Pseudonym,
    ) -> Result<Vec<Holding>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let mut holdings = Vec::with_capacity(RetentionClass::ALL.len());
        for class in RetentionClass::ALL.iter().copied() {
            let holding = match source(class) {
                Source::Nobody => continue,
                Source::Conversations => conversations(&mut connection, owner).await?,
                Source::Consents => consents(&mut connection, owner).await?,
                Source::Records(query) => records(&mut connection, class, query, person).await?,
            };
            holdings.push(holding);
        }
        Ok(holdings)
    }
}

/// Where the rows of a class are.
enum Source {
    /// They are about nobody.
    Nobody,
    /// With the person's key.
    Conversations,
    /// With the account.
    Consents,
    /// Under the person's pseudonym.
    Records(&'static str),
}

macro_rules! records_in {
    ($table:literal) => {
        Source::Records(concat!("SELECT count(*), min(at) FROM ", $table, " WHERE pseudonym = ?"))
    };
}

const fn source(class: RetentionClass) -> Source {
    match class {
        RetentionClass::Conversation => Source::Conversations,
        RetentionClass::MessageLog => records_in!("message_log"),
        RetentionClass::AnalyticsEvent => records_in!("analytics_event"),
        RetentionClass::AccessLog => records_in!("access_log"),
        RetentionClass::ErrorLog => Source::Nobody,
        RetentionClass::Feedback => records_in!("feedback"),
        RetentionClass::SecurityEvent => records_in!("security_event"),
        RetentionClass::AuditRecord => records_in!("audit_record"),
        RetentionClass::ConsentRecord => Source::Consents,
    }
}

async fn conversations(
    connection: &mut SqliteConnection,
    owner: OwnerId,
) -> Result<Holding, StoreError> {
    let (session, account) = owner_columns(owner);
    let (count, first): (u32, Option<i64>) = sqlx::query_as(
        "SELECT count(*), min(expires_at) FROM conversation \
         WHERE session_id = ?1 OR account_id = ?2",
    )
    .bind(session)
    .bind(account)
    .fetch_one(connection)
    .await?;
    let ends_first = first.map(Timestamp::from_millis);
    Ok(Holding { class: RetentionClass::Conversation, count, ends_first })
}

async fn consents(
    connection: &mut SqliteConnection,
    owner: OwnerId,
) -> Result<Holding, StoreError> {
    let (session, account) = owner_columns(owner);
    let count: u32 =
        sqlx::query_scalar("SELECT count(*) FROM consent WHERE session_id = ?1 OR account_id = ?2")
            .bind(session)
            .bind(account)
            .fetch_one(connection)
            .await?;
    Ok(Holding { class: RetentionClass::ConsentRecord, count, ends_first: None })
}

async fn records(
    connection: &mut SqliteConnection,
    class: RetentionClass,
    query: &'static str,
    person: Pseudonym,
) -> Result<Holding, StoreError> {
    let (count, oldest): (u32, Option<i64>) =
        sqlx::query_as(query).bind(person.to_string()).fetch_one(&mut *connection).await?;
    let period = period_of(connection, class).await?;
    let ends_first = oldest.map(|at| Timestamp::from_millis(at) + period);
    Ok(Holding { class, count, ends_first })
}
