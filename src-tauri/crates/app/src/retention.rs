//! How long data are kept, what holds keep, and the purge on demand.

use std::time::Duration;

use cloister_access::{Resource, Session};
use cloister_store::{ClockState, HoldScope, LegalHold, NewHold, RetentionClass, RetentionPeriod};
use cloister_types::{HoldId, Pseudonym, Timestamp, act};

use crate::{
    App, AppError, ErrorCode, HoldDto, HoldListDto, NewHoldDto, PurgeDto, PurgeRequestDto,
    PurgedDto, RetentionChangeDto, RetentionDto, RetentionListDto, error::sentence,
};

impl App {
    /// How long every class of data is kept.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn retention(&self, session: &Session) -> Result<RetentionListDto, AppError> {
        self.oversee(session).await?;
        Ok(RetentionListDto { items: self.retention_periods().await? })
    }

    pub(crate) async fn retention_periods(&self) -> Result<Vec<RetentionDto>, AppError> {
        Ok(self.store.retention().await?.into_iter().map(RetentionDto::from).collect())
    }

    /// Changes how long a class is kept.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] for a class that there is not;
    /// [`ErrorCode::InvalidRequest`] outside its bounds.
    pub async fn change_retention(
        &self,
        session: &Session,
        class: &str,
        change: RetentionChangeDto,
    ) -> Result<RetentionListDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let class: RetentionClass = class.parse().map_err(|_| AppError::not_found())?;
        let period = Duration::from_secs(change.period_hours.saturating_mul(60 * 60));
        let (floor, ceiling) = class.bounds();
        if period < floor || period > ceiling {
            let message = format!(
                "The period of {class} lies between {} and {} hours.",
                hours(floor),
                hours(ceiling)
            );
            return Err(AppError::new(ErrorCode::InvalidRequest, message));
        }
        let now = self.options.clock.now();
        let change = RetentionPeriod { class, period };
        self.store.change_period(&allowed, session.pseudonym, change, now).await?;
        Ok(RetentionListDto { items: self.retention_periods().await? })
    }

    /// Deletes what is due now, or says what that is.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::Conflict`] while the clock is in doubt;
    /// [`ErrorCode::StoreFailed`], and what went before stays gone.
    pub async fn purge(
        &self,
        session: &Session,
        request: PurgeRequestDto,
    ) -> Result<PurgeDto, AppError> {
        self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let now = self.options.clock.now();
        let items = if request.dry_run {
            let due = self.store.due(now).await?;
            due.into_iter().map(|due| (due.what.as_str(), due.rows)).collect()
        } else {
            self.refuse_doubtful_clock().await?;
            let report = self.store.purge(now, ClockState::Trusted).await?;
            self.access.forget(&report.ended);
            self.desk.forget(&report.ended);
            let mut items = vec![
                ("session", report.sessions),
                (RetentionClass::Conversation.as_str(), report.conversations),
                ("turn", report.turns),
                (RetentionClass::AuditRecord.as_str(), report.audit_records),
            ];
            items.extend(report.rows.iter().map(|(class, rows)| (class.as_str(), *rows)));
            items
        };
        let items: Vec<(&str, u64)> = items;
        let named = items.into_iter().filter(|(_, rows)| *rows > 0);
        let items = named.map(|(what, rows)| PurgedDto { what: what.to_owned(), rows }).collect();
        Ok(PurgeDto { dry_run: request.dry_run, items })
    }

    /// Every legal hold, also those that ended.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn holds(&self, session: &Session) -> Result<HoldListDto, AppError> {
        self.oversee(session).await?;
        let now = self.options.clock.now();
        let holds = self.store.holds().await?;
        Ok(HoldListDto { items: holds.into_iter().map(|hold| shown(hold, now)).collect() })
    }

    /// Places a legal hold.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] for an account or class that there is not;
    /// [`ErrorCode::InvalidRequest`] when it names nothing, its end is past, or its reason is no
    /// code.
    pub async fn place_hold(
        &self,
        session: &Session,
        hold: NewHoldDto,
    ) -> Result<HoldListDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let person = self.held_person(&hold).await?;
        let class = hold.class.as_deref().map(str::parse::<RetentionClass>).transpose();
        let scope = match (person, class.map_err(|_| AppError::not_found())?) {
            (Some(person), None) => HoldScope::Person(person),
            (Some(person), Some(class)) => HoldScope::PersonIn(person, class),
            (None, Some(class)) => HoldScope::Class(class),
            (None, None) => return Err(invalid("A hold names a person, a class, or both.")),
        };
        let now = self.options.clock.now();
        let until: Timestamp = hold
            .until
            .parse()
            .map_err(|_| invalid("The end is a time such as 2027-01-01T00:00:00Z."))?;
        if until <= now {
            return Err(invalid("A hold ends in the future."));
        }
        let hold = NewHold {
            id: HoldId::random(&*self.options.entropy),
            scope,
            reason: hold.reason.parse().map_err(|error| refused(&error))?,
            placed_at: now,
            placed_by: session.pseudonym,
            until,
        };
        self.store.place_hold(&allowed, &hold).await?;
        self.holds_after_change(now).await
    }

    /// Releases a legal hold before its end.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when there is none, or it was released.
    pub async fn release_hold(&self, session: &Session, id: &str) -> Result<HoldListDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let id: HoldId = id.parse().map_err(|_| AppError::not_found())?;
        let now = self.options.clock.now();
        self.store.release_hold(&allowed, id, session.pseudonym, now).await?;
        self.holds_after_change(now).await
    }

    async fn holds_after_change(&self, now: Timestamp) -> Result<HoldListDto, AppError> {
        let holds = self.store.holds().await?;
        Ok(HoldListDto { items: holds.into_iter().map(|hold| shown(hold, now)).collect() })
    }

    async fn held_person(&self, hold: &NewHoldDto) -> Result<Option<Pseudonym>, AppError> {
        match (&hold.account, &hold.pseudonym) {
            (Some(_), Some(_)) => Err(invalid("Name the account or the pseudonym, not both.")),
            (Some(account), None) => {
                let id = account.parse().map_err(|_| AppError::not_found())?;
                let account = self.store.account(id).await?.ok_or_else(AppError::not_found)?;
                Ok(Some(account.pseudonym))
            }
            (None, Some(person)) => person.parse().map(Some).map_err(|_| AppError::not_found()),
            (None, None) => Ok(None),
        }
    }
}

impl From<RetentionPeriod> for RetentionDto {
    fn from(kept: RetentionPeriod) -> Self {
        let RetentionPeriod { class, period } = kept;
        let (floor, ceiling) = class.bounds();
        Self {
            class: class.to_string(),
            what: class.what().to_owned(),
            identity: class.identity().to_owned(),
            period_hours: hours(period),
            default_hours: hours(class.default_period()),
            floor_hours: hours(floor),
            ceiling_hours: hours(ceiling),
        }
    }
}

fn shown(hold: LegalHold, now: Timestamp) -> HoldDto {
    let active = hold.is_active(now);
    let (pseudonym, class) = match hold.scope {
        HoldScope::Person(person) => (Some(person), None),
        HoldScope::PersonIn(person, class) => (Some(person), Some(class)),
        HoldScope::Class(class) => (None, Some(class)),
    };
    HoldDto {
        id: hold.id.to_string(),
        pseudonym: pseudonym.map(|person| person.to_string()),
        class: class.map(|class| class.to_string()),
        reason: hold.reason,
        placed_at: hold.placed_at.to_string(),
        until: hold.until.to_string(),
        released_at: hold.released_at.map(|at| at.to_string()),
        active,
    }
}

const fn hours(period: Duration) -> u64 {
    period.as_secs() / (60 * 60)
}

fn invalid(message: &str) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, message)
}

fn refused(cause: &dyn std::fmt::Display) -> AppError {
    invalid(&sentence(&cause.to_string()))
}
