//! A person's own data, to take along: one archive, sealed with a passphrase of theirs.
//!
//! The archive is a zip file with `data.json` and `index.html`, inside an age file (age-encryption.org/v1)
//! with a passphrase, which other programs open as well. It is made while it is sent and never lies
//! on this machine.

mod archive;
mod page;

use std::io::Read;

use cloister_access::{Principal, Session, judge_password};
use cloister_chat::open_turn;
use cloister_store::{AuditBody, AuditEvent, AuditRecord, HeldData};
use cloister_types::{Secret, act};
use serde::Serialize;
use serde_json::Value;

pub use self::archive::{ArchivePieces, OpenedArchive};
use crate::{
    App, AppError, ConsentDto, ErrorCode, LogReadingDto, TurnDto,
    error::sentence,
    privacy::{account_of, own_data},
};

/// Everything that is held about a person. Field order is reading order.
#[derive(Serialize)]
pub(crate) struct PersonData {
    format: &'static str,
    site: String,
    made_at: String,
    profile: Profile,
    sessions: Vec<Sitting>,
    conversations: Vec<Conversation>,
    consents: Vec<ConsentDto>,
    feedback: Vec<Rating>,
    access_log: Vec<Access>,
    /// When a message log was written; its content only a grant opens.
    message_logs: Vec<String>,
    /// Who read message logs about the person, under the reader's pseudonym.
    message_log_readings: Vec<LogReadingDto>,
    decisions: Vec<Decision>,
}

#[derive(Serialize)]
struct Profile {
    kind: &'static str,
    pseudonym: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountProfile>,
}

#[derive(Serialize)]
struct AccountProfile {
    id: String,
    name: String,
    created_at: String,
    roles: Vec<String>,
    attributes: Value,
    has_authenticator: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    restricted_since: Option<String>,
}

#[derive(Serialize)]
struct Sitting {
    place: String,
    started_at: String,
    last_seen_at: String,
}

#[derive(Serialize)]
struct Conversation {
    id: String,
    started_at: String,
    ends_at: String,
    turns: Vec<TurnDto>,
}

#[derive(Serialize)]
struct Rating {
    turn: String,
    at: String,
    #[serde(rename = "rating")]
    value: String,
    comment: Option<String>,
}

#[derive(Serialize)]
struct Access {
    at: String,
    method: String,
    route: String,
    status: u16,
}

#[derive(Serialize)]
struct Decision {
    at: String,
    event: String,
    particulars: Value,
}

impl App {
    /// Everything that is held about the reader, as the pieces of a sealed archive. A guest takes
    /// the session's conversation along.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for a passphrase that would be guessed soon;
    /// [`ErrorCode::Denied`]; [`ErrorCode::StoreFailed`]. An archive that breaks off later does not
    /// open.
    pub async fn export(
        &self,
        session: &Session,
        passphrase: Secret<String>,
    ) -> Result<ArchivePieces, AppError> {
        if let Some(account) = account_of(session) {
            self.authorise::<act::ReadOwnData>(session, &own_data(account)).await?;
        }
        let known: Vec<&str> = match &session.principal {
            Principal::Account(person) => vec![&person.name],
            Principal::Guest | Principal::Operator { .. } => Vec::new(),
        };
        judge_password(&passphrase, &known).map_err(|weak| {
            AppError::new(ErrorCode::InvalidRequest, sentence(&weak.to_string()))
        })?;
        let data = self.person_data(session).await?;
        let turns = data.conversations.iter().map(|conversation| conversation.turns.len());
        let body = AuditBody::new()
            .count("conversations", data.conversations.len() as u64)
            .count("turns", turns.sum::<usize>() as u64);
        let now = self.options.clock.now();
        let record = AuditRecord::new(AuditEvent::DataExported, now, body);
        self.store.record(&record.about(session.pseudonym)).await?;
        Ok(archive::seal(data, passphrase))
    }

    async fn person_data(&self, session: &Session) -> Result<PersonData, AppError> {
        let held = self.store.held_data(session.owner(), session.pseudonym).await?;
        let consents = self.consents(session).await?.recorded;
        let HeldData { sessions, feedback, accesses, message_logs, decisions } = held;
        let decisions: Vec<Decision> = decisions
            .into_iter()
            .map(|(at, event, particulars)| Decision { at: at.to_string(), event, particulars })
            .collect();
        let readings = self.store.log_readings(session.pseudonym).await?;
        Ok(PersonData {
            format: "cloister export 1",
            site: self.site.clone(),
            made_at: self.options.clock.now().to_string(),
            profile: self.own_profile(session).await?,
            sessions: sessions
                .into_iter()
                .map(|(_, place, started, seen)| Sitting {
                    place,
                    started_at: started.to_string(),
                    last_seen_at: seen.to_string(),
                })
                .collect(),
            conversations: self.own_conversations(session).await?,
            consents,
            feedback: feedback
                .into_iter()
                .map(|(turn, at, rating, comment)| Rating {
                    turn: turn.to_string(),
                    at: at.to_string(),
                    value: rating,
                    comment,
                })
                .collect(),
            access_log: accesses
                .into_iter()
                .map(|(at, method, route, status)| Access {
                    at: at.to_string(),
                    method,
                    route,
                    status,
                })
                .collect(),
            message_logs: message_logs.into_iter().map(|at| at.to_string()).collect(),
            message_log_readings: readings.into_iter().map(LogReadingDto::from).collect(),
            decisions,
        })
    }

    async fn own_profile(&self, session: &Session) -> Result<Profile, AppError> {
        let kind = match &session.principal {
            Principal::Guest => "guest",
            Principal::Operator { .. } => "operator",
            Principal::Account(_) => "account",
        };
        let account = match account_of(session) {
            None => None,
            Some(id) => {
                let row = self.store.account(id).await?.ok_or_else(AppError::not_found)?;
                Some(AccountProfile {
                    id: id.to_string(),
                    name: row.name,
                    created_at: row.created_at.to_string(),
                    roles: row.roles.into_iter().collect(),
                    attributes: Value::Object(row.attributes),
                    has_authenticator: row.second_factor_since.is_some(),
                    restricted_since: row.restricted_at.map(|at| at.to_string()),
                })
            }
        };
        Ok(Profile { kind, pseudonym: session.pseudonym.to_string(), account })
    }

    /// The reader's conversations, opened with their own key; oldest first.
    async fn own_conversations(&self, session: &Session) -> Result<Vec<Conversation>, AppError> {
        let mut conversations = Vec::new();
        for (row, _) in self.store.conversations_of(session.owner()).await?.into_iter().rev() {
            let sealed = self.store.turns(session.owner(), row.id).await?;
            let turns = sealed.iter().map(|turn| open_turn(session, turn.id, &turn.sealed));
            let turns: Vec<_> = turns.collect::<Result<_, _>>()?;
            conversations.push(Conversation {
                id: row.id.to_string(),
                started_at: row.started_at.to_string(),
                ends_at: row.expires_at.to_string(),
                turns: turns.into_iter().map(TurnDto::from).collect(),
            });
        }
        Ok(conversations)
    }
}

/// Opens an archive that [`App::export`] made. Needs no vault.
///
/// # Errors
/// [`ErrorCode::InvalidRequest`] when it is no such archive, was cut or changed, or the passphrase
/// is another.
pub fn open_archive(
    sealed: impl Read,
    passphrase: &Secret<String>,
) -> Result<OpenedArchive, AppError> {
    archive::open(sealed, passphrase)
        .map_err(|message| AppError::new(ErrorCode::InvalidRequest, sentence(&message)))
}

/// `data`, which serialises to an object, as a page for people.
pub(crate) fn page_of(title: &str, data: &impl Serialize) -> String {
    let mut page = Vec::new();
    let value = serde_json::to_value(data).unwrap_or_default();
    page::document(title, &value, &mut page).expect("memory takes everything");
    String::from_utf8_lossy(&page).into_owned()
}
