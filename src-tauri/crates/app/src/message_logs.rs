//! The message log: what goes into it, and how a security reviewer comes to read it: asked for with a
//! reason, approved by somebody else, for some hours, each reading on record.

use std::{sync::PoisonError, time::Duration};

use cloister_access::{ApprovalRequest, LONE_WAIT, Principal, Resource, Session, actor};
use cloister_chat::read_logged;
use cloister_store::{
    AlertKind, AuditBody, AuditCode, AuditEvent, AuditRecord, GrantDecision, LogKey, LogReading,
    LogReadingRow, LogRequestRow, LogRequestState, LogScope, NewLogRequest, Purpose, SecurityKind,
    SettingName, SettingValue, Standing, StoreError,
};
use cloister_types::{GrantId, Permission, Timestamp, act};

use crate::{
    App, AppError, ErrorCode, LogReadingDto, LogRequestDto, LogRequestListDto, LogRequestStateDto,
    LogSwitchesDto, LoggedTurnDto, MessageLogDto, NewLogRequestDto, OutcomeDto, TurnDto,
    privacy::subject_of,
};

const ACCOUNTS: SettingName = SettingName("message_log_accounts");
const GUESTS: SettingName = SettingName("message_log_guests");
/// How long a request waits for a second person.
const REQUEST_LIFE: Duration = Duration::from_hours(14 * 24);
/// Longest that a grant lasts, in hours.
const MOST_HOURS: u8 = 24;
/// Turns in a page.
const PAGE: u32 = 50;

/// Whose turns are logged, before their ground is asked for. Kept in memory: it is asked at every
/// turn, and where the log is off that must cost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogSwitches {
    accounts: bool,
    guests: bool,
}

impl Default for LogSwitches {
    /// People who signed in, where there is a ground; no guests.
    fn default() -> Self {
        Self { accounts: true, guests: false }
    }
}

impl App {
    /// Asks to read message logs.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] for a scope or a time that cannot be;
    /// [`ErrorCode::MessageEmpty`] and [`ErrorCode::MessageTooLong`] for the reason.
    pub async fn request_log_access(
        &self,
        session: &Session,
        request: NewLogRequestDto,
    ) -> Result<LogRequestDto, AppError> {
        let allowed =
            self.authorise::<act::RequestLogAccess>(session, &Resource::Appliance).await?;
        let now = self.options.clock.now();
        let scope = scope_of(&request, now)?;
        if !(1..=MOST_HOURS).contains(&request.hours) {
            return Err(invalid("A grant lasts 1 to 24 hours."));
        }
        let request = NewLogRequest {
            id: GrantId::random(&*self.options.entropy),
            by: actor(session),
            at: now,
            reason: self.remark(request.reason).await?,
            scope,
            life: Duration::from_hours(request.hours.into()),
            alone: self.others(session, Permission::GrantLogAccess).await? == 0,
            expires_at: now + REQUEST_LIFE,
        };
        self.store.request_log_access(&allowed, &request, &*self.options.entropy).await?;
        if request.alone {
            let body = AuditBody::new().with("grant", &request.id);
            self.raise(AlertKind::LogAccessWaits, Some(session.pseudonym), body).await?;
        }
        self.shown(request.id, now).await
    }

    /// Requests and grants: everybody's for who approves them or reports on them, else one's own.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] for anybody else.
    pub async fn log_requests(&self, session: &Session) -> Result<LogRequestListDto, AppError> {
        let all = self.oversees_logs(session);
        if !all {
            self.authorise::<act::RequestLogAccess>(session, &Resource::Appliance).await?;
        }
        let now = self.options.clock.now();
        let rows = self.store.log_requests().await?.into_iter();
        let rows = rows.filter(|row| all || row.by == actor(session));
        Ok(LogRequestListDto { items: rows.map(|row| request_dto(row, now)).collect() })
    }

    /// Approves or rejects a request. Whoever asked may approve it only where there is nobody else, a
    /// day later.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] with the part of the rule that is against it; [`ErrorCode::NotFound`]
    /// when no such request waits.
    pub async fn decide_log_access(
        &self,
        session: &Session,
        id: &str,
        decision: GrantDecision,
    ) -> Result<LogRequestDto, AppError> {
        let allowed = self.authorise::<act::GrantLogAccess>(session, &Resource::Appliance).await?;
        let now = self.options.clock.now();
        let row = self.log_request(id).await?;
        match decision {
            GrantDecision::Approved => {
                let request =
                    ApprovalRequest { requester: row.by, requested_at: row.at, alone: row.alone };
                self.approve(session, Permission::GrantLogAccess, &request).await?;
            }
            GrantDecision::Rejected => {}
        }
        self.store.decide_log_access(&allowed, row.id, decision, actor(session), now).await?;
        self.shown(row.id, now).await
    }

    /// Ends a grant before its time, or withdraws a request: one's own, or anybody's by who approves
    /// them.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] for somebody else's; [`ErrorCode::NotFound`] when it is over.
    pub async fn end_log_access(
        &self,
        session: &Session,
        id: &str,
    ) -> Result<LogRequestDto, AppError> {
        let own = self.authorise_own_request(session, id).await?;
        let now = self.options.clock.now();
        self.store.end_log_access(own.id, actor(session), now).await?;
        self.shown(own.id, now).await
    }

    /// Reads what a grant of the reader's opens, the latest first. Every page that is read is on
    /// record, and in the access log of the people whom it is about.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without a grant in force.
    pub async fn message_log(
        &self,
        session: &Session,
        grant: &str,
        before: Option<i64>,
    ) -> Result<MessageLogDto, AppError> {
        let allowed =
            self.authorise::<act::RequestLogAccess>(session, &Resource::Appliance).await?;
        let Ok(grant) = grant.parse() else { return Err(self.no_grant(session).await?) };
        let at = self.options.clock.now();
        let reading = LogReading { grant, reader: actor(session), at, before, limit: PAGE };
        let entries = match self.store.read_message_log(&allowed, reading).await {
            Err(StoreError::UnknownGrant) => return Err(self.no_grant(session).await?),
            read => read?,
        };
        let full = entries.len() == PAGE as usize;
        let next = entries.last().map(|entry| entry.id).filter(|_| full);
        let items = entries.iter().map(|entry| {
            let turn = TurnDto::from(read_logged(&entry.content)?);
            Ok(LoggedTurnDto { person: entry.person.to_string(), turn })
        });
        Ok(MessageLogDto { items: items.collect::<Result<_, AppError>>()?, next })
    }

    /// Whose turns are logged.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn log_switches(&self, session: &Session) -> Result<LogSwitchesDto, AppError> {
        self.oversee(session).await?;
        let LogSwitches { accounts, guests } = self.switches();
        Ok(LogSwitchesDto { accounts, guests })
    }

    /// Chooses whose turns are logged.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn switch_log(
        &self,
        session: &Session,
        chosen: LogSwitchesDto,
    ) -> Result<LogSwitchesDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let before = self.switches();
        let now = self.options.clock.now();
        for (name, old, new) in
            [(ACCOUNTS, before.accounts, chosen.accounts), (GUESTS, before.guests, chosen.guests)]
        {
            if old != new {
                let value = SettingValue::Switch(new);
                self.store.change_setting(&allowed, session.pseudonym, name, &value, now).await?;
            }
        }
        self.load_log_switches().await?;
        Ok(chosen)
    }

    pub(crate) async fn load_log_switches(&self) -> Result<(), AppError> {
        let shipped = LogSwitches::default();
        let accounts = self.switch(ACCOUNTS, shipped.accounts).await?;
        let guests = self.switch(GUESTS, shipped.guests).await?;
        *self.log_switches.write().unwrap_or_else(PoisonError::into_inner) =
            LogSwitches { accounts, guests };
        Ok(())
    }

    /// What the reader's next turn is sealed to for the message log; nothing where it is off, or
    /// there is no ground. The ground is recorded when it is first relied on.
    pub(crate) async fn log_key_of(&self, session: &Session) -> Result<Option<LogKey>, AppError> {
        if !self.logs(session) {
            return Ok(None);
        }
        let (entropy, now) = (&*self.options.entropy, self.options.clock.now());
        let subject = subject_of(session);
        match self.store.rely_on_basis(subject, Purpose::QualityReview, entropy, now).await? {
            Standing::Allowed(_) => Ok(Some(self.store.log_key(entropy, now).await?)),
            Standing::ConsentRequired | Standing::Objected | Standing::Restricted => Ok(None),
        }
    }

    /// Whether the reader's turns are logged now.
    pub(crate) async fn is_logged(&self, session: &Session) -> Result<bool, AppError> {
        if !self.logs(session) {
            return Ok(false);
        }
        let standing = self.store.standing(session.owner(), Purpose::QualityReview).await?;
        Ok(matches!(standing, Standing::Allowed(_)))
    }

    fn logs(&self, session: &Session) -> bool {
        let LogSwitches { accounts, guests } = self.switches();
        match &session.principal {
            Principal::Account(_) => accounts,
            Principal::Guest => guests,
            Principal::Operator { .. } => false,
        }
    }

    fn switches(&self) -> LogSwitches {
        *self.log_switches.read().unwrap_or_else(PoisonError::into_inner)
    }

    async fn switch(&self, name: SettingName, shipped: bool) -> Result<bool, AppError> {
        match self.store.setting(name).await? {
            Some(SettingValue::Switch(on)) => Ok(on),
            None => Ok(shipped),
            Some(SettingValue::Number(_) | SettingValue::Code(_)) => {
                Err(StoreError::MalformedRow { table: "setting" }.into())
            }
        }
    }

    /// Whether the reader sees everybody's requests: who approves them, configures the appliance or
    /// reports on it.
    fn oversees_logs(&self, session: &Session) -> bool {
        let place = &Resource::Appliance;
        self.access.authorise::<act::GrantLogAccess>(session, place).is_ok()
            || self.access.authorise::<act::Configure>(session, place).is_ok()
            || self.access.authorise::<act::ReadCompliance>(session, place).is_ok()
    }

    /// The request `id`, if the reader made it or approves such requests.
    async fn authorise_own_request(
        &self,
        session: &Session,
        id: &str,
    ) -> Result<LogRequestRow, AppError> {
        let place = &Resource::Appliance;
        if self.access.authorise::<act::GrantLogAccess>(session, place).is_ok() {
            return self.log_request(id).await;
        }
        self.authorise::<act::RequestLogAccess>(session, place).await?;
        let row = self.log_request(id).await?;
        if row.by == actor(session) { Ok(row) } else { Err(AppError::not_found()) }
    }

    async fn log_request(&self, id: &str) -> Result<LogRequestRow, AppError> {
        let id: GrantId = id.parse().map_err(|_| AppError::not_found())?;
        let rows = self.store.log_requests().await?;
        rows.into_iter().find(|row| row.id == id).ok_or_else(AppError::not_found)
    }

    async fn shown(&self, id: GrantId, now: Timestamp) -> Result<LogRequestDto, AppError> {
        Ok(request_dto(self.log_request(&id.to_string()).await?, now))
    }

    /// Records that somebody would read without a grant, and says so.
    async fn no_grant(&self, session: &Session) -> Result<AppError, AppError> {
        let body = AuditBody::new()
            .with("permission", &Permission::RequestLogAccess)
            .list("verdict", "no_grant".parse::<AuditCode>());
        let now = self.options.clock.now();
        let record = AuditRecord::new(AuditEvent::AuthorisationDenied, now, body);
        self.store.record(&record.about(session.pseudonym)).await?;
        let body = AuditBody::new().with("permission", &Permission::RequestLogAccess);
        self.note_security(SecurityKind::Denied, Some(session.pseudonym), body).await?;
        let message = "No grant of yours is in force under this id. Nothing was opened.";
        Ok(AppError::new(ErrorCode::Denied, message))
    }
}

/// What a request would open. It covers what was said, never what is to come: nobody is listened to.
fn scope_of(request: &NewLogRequestDto, now: Timestamp) -> Result<LogScope, AppError> {
    let time = |text: &str| {
        let read = text.parse::<Timestamp>();
        read.map_err(|_| invalid("A time is written as 2027-01-31T09:00:00Z."))
    };
    let since = time(&request.since)?;
    let until = request.until.as_deref().map_or(Ok(now), time)?;
    if until > now || since >= until {
        return Err(invalid("The span begins before it ends, and does not end in the future."));
    }
    let person = request.person.as_deref().map(str::parse).transpose();
    let person = person.map_err(|_| invalid("A person is named by the name in records."))?;
    let outcome = request.outcome.map(code_of).transpose()?;
    Ok(LogScope { since, until, person, outcome })
}

/// The outcome as the log names it. One that had no name must not open every outcome.
fn code_of(outcome: OutcomeDto) -> Result<AuditCode, AppError> {
    let name = serde_json::to_value(outcome).ok();
    let code = name.as_ref().and_then(|name| name.as_str()?.parse().ok());
    code.ok_or_else(|| invalid("There is no such outcome."))
}

fn request_dto(row: LogRequestRow, now: Timestamp) -> LogRequestDto {
    let state = row.state(now);
    let waits_alone = row.alone && state == LogRequestState::Pending;
    let ends_at = row.ends_at();
    LogRequestDto {
        id: row.id.to_string(),
        state: state.into(),
        asked_by: row.by.map(|by| by.to_string()),
        asked_at: row.at.to_string(),
        reason: row.reason,
        since: row.scope.since.to_string(),
        until: row.scope.until.to_string(),
        person: row.scope.person.map(|person| person.to_string()),
        outcome: row.scope.outcome.map(|outcome| outcome.to_string()),
        hours: row.life.as_secs() / (60 * 60),
        expires_at: row.expires_at.to_string(),
        alone_from: waits_alone.then(|| (row.at + LONE_WAIT).to_string()),
        decided_by: row.decided.and_then(|(_, by, _)| by).map(|by| by.to_string()),
        decided_at: row.decided.map(|(_, _, at)| at.to_string()),
        ends_at: ends_at.map(|at| at.to_string()),
    }
}

fn invalid(message: &str) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, message)
}

impl From<LogRequestState> for LogRequestStateDto {
    fn from(state: LogRequestState) -> Self {
        match state {
            LogRequestState::Pending => Self::Pending,
            LogRequestState::Expired => Self::Expired,
            LogRequestState::Rejected => Self::Rejected,
            LogRequestState::Active => Self::Active,
            LogRequestState::Ended => Self::Ended,
        }
    }
}

impl From<LogReadingRow> for LogReadingDto {
    fn from(row: LogReadingRow) -> Self {
        Self {
            at: row.at.to_string(),
            reader: row.reader.map(|reader| reader.to_string()),
            grant: row.grant.to_string(),
            count: row.count,
        }
    }
}
