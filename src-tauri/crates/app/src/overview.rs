//! Operational records: kept while the program runs, and read at a glance.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use cloister_access::{Access, Peer, Session};
use cloister_chat::{Event, Outcome, RunningTurn, TurnView};
use cloister_store::{AccessRecord, AnalyticsEvent, ErrorRecord, Intent};
use cloister_types::{Clock, Pseudonym};

use crate::{
    AccessEntryDto, AccessLogDto, App, AppError, DayCountDto, FailureDto, KindCountDto,
    LogReadingDto, OverviewDto,
    journal::{Entry, Journal},
};

/// The overview looks back so far.
const LOOK_BACK: Duration = Duration::from_hours(30 * 24);
/// Failures that the overview shows.
const MOST_FAILURES: u32 = 20;
/// Entries on a page of the access log.
const PAGE: u32 = 100;

/// Whether a reader's turns are counted for analytics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// They are.
    Allowed,
    /// The reader opted out.
    OptedOut,
}

/// A request that was answered, for the access log.
#[derive(Debug)]
pub struct Answered {
    /// Who sent it, where it came with a live session.
    pub pseudonym: Option<Pseudonym>,
    /// The method.
    pub method: String,
    /// The route's template.
    pub route: String,
    /// The status.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// The program's failure, if it was one.
    pub failure: Option<AppError>,
}

impl App {
    /// The time of a clock that only goes forward, for measuring requests.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        self.options.clock.monotonic()
    }

    /// Keeps a record of a request, and of the failure that it met, off the request's path.
    pub fn keep_access(&self, answered: Answered) {
        let at = self.options.clock.now();
        let Answered { pseudonym, method, route, status, took, failure } = answered;
        if let Some(failure) = failure
            && let Ok(code) = failure.code.as_str().parse()
        {
            let operation = format!("{method} {route}");
            let location = failure.origin;
            self.journal.keep(Entry::Error(ErrorRecord { at, code, operation, location }));
        }
        let record = AccessRecord { at, pseudonym, method, route, status, took };
        self.journal.keep(Entry::Access(record));
    }

    /// What is held of the reader's own requests, the latest first, before the one numbered
    /// `before`.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`](crate::ErrorCode::StoreFailed) when it cannot be read.
    pub async fn own_access_log(
        &self,
        session: &Session,
        before: Option<i64>,
    ) -> Result<AccessLogDto, AppError> {
        self.journal.flush().await;
        let before = before.unwrap_or(i64::MAX);
        let rows = self.store.accesses_of(session.pseudonym, before, PAGE).await?;
        let full = rows.len() == PAGE as usize;
        let next = rows.last().map(|row| row.id).filter(|_| full);
        let items = rows.into_iter().map(|row| AccessEntryDto {
            at: row.record.at.to_string(),
            method: row.record.method,
            route: row.record.route,
            status: row.record.status,
            took_ms: u64::try_from(row.record.took.as_millis()).unwrap_or(u64::MAX),
        });
        let readings = self.store.log_readings(session.pseudonym).await?;
        let readings = readings.into_iter().map(LogReadingDto::from).collect();
        Ok(AccessLogDto { items: items.collect(), readings, next })
    }

    /// The last 30 days at a glance.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied) without `configure` or `read_compliance`.
    pub async fn overview(&self, session: &Session) -> Result<OverviewDto, AppError> {
        self.oversee(session).await?;
        self.journal.flush().await;
        let since = self.options.clock.now() - LOOK_BACK;
        let days = self.store.turns_by_day(since).await?.into_iter().map(|day| DayCountDto {
            day: day.day.to_string().chars().take(10).collect(),
            outcome: day.outcome,
            count: day.count,
        });
        let timing = self.store.turn_timing(since).await?;
        let security = self.store.security_counts(since).await?.into_iter();
        let failures = self.store.errors(MOST_FAILURES).await?.into_iter().map(|row| FailureDto {
            at: row.at.to_string(),
            code: row.code,
            operation: row.operation,
            location: row.location,
        });
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Ok(OverviewDto {
            days: days.collect(),
            turn_p50_ms: millis(timing.p50),
            turn_p95_ms: millis(timing.p95),
            security: security.map(|(kind, count)| KindCountDto { kind, count }).collect(),
            failures: failures.collect(),
            open_alerts: self.store.unsettled_alerts().await?,
            storage_bytes: self.store.size().await?,
            promises: self.promises.read().unwrap_or_else(PoisonError::into_inner).clone(),
        })
    }

    /// Keeps counts of `turn` once it is over, and counts the passages that it cites.
    pub(crate) fn count_when_over(
        &self,
        turn: &Arc<RunningTurn>,
        session: Session,
        peer: Peer,
        counting: Counting,
    ) {
        let after = Aftermath {
            turn: Arc::clone(turn),
            session,
            peer,
            counting,
            access: Arc::clone(&self.access),
            clock: Arc::clone(&self.options.clock),
            journal: self.journal.clone(),
        };
        tokio::spawn(after.count());
    }
}

/// What is counted after a turn.
struct Aftermath {
    turn: Arc<RunningTurn>,
    session: Session,
    peer: Peer,
    counting: Counting,
    access: Arc<Access>,
    clock: Arc<dyn Clock>,
    journal: Journal,
}

impl Aftermath {
    async fn count(self) {
        self.turn.log().closed().await;
        let done = self.turn.log().so_far().into_iter().find_map(|event| match event {
            Event::Done(view) => Some(view),
            _ => None,
        });
        let Some(view) = done else { return };
        let cited: Vec<_> = view.citations.iter().map(|citation| citation.id.clone()).collect();
        self.access.count_cited(&self.session, &self.peer, &cited).await;
        if self.counting == Counting::OptedOut {
            return;
        }
        if let Some(event) = self.event(&view) {
            self.journal.keep(Entry::Turn(event));
        }
    }

    fn event(&self, view: &TurnView) -> Option<AnalyticsEvent> {
        let outcome = view.outcome?;
        let span = |name: &str| {
            view.timings_ms.get(name).map(|millis| Duration::from_secs_f64(millis.max(0.0) / 1e3))
        };
        Some(AnalyticsEvent {
            at: self.clock.now(),
            pseudonym: self.session.pseudonym,
            intent: intent(outcome, view.model.is_some()),
            outcome: outcome.as_str(),
            hidden: view.question.hidden.len(),
            cited: view.citations.len(),
            first_text: span("first_text"),
            total: span("total").unwrap_or_default(),
        })
    }
}

/// What a question turned out to be, as its outcome shows.
const fn intent(outcome: Outcome, composed: bool) -> Intent {
    match outcome {
        Outcome::Answered | Outcome::Denied | Outcome::MfaRequired => {
            if composed {
                Intent::Document
            } else {
                Intent::Faq
            }
        }
        Outcome::Clarify => Intent::Ambiguous,
        Outcome::SmallTalk => Intent::SmallTalk,
        Outcome::Redirected | Outcome::Blocked => Intent::Unwelcome,
        Outcome::Escalated => Intent::Escalation,
        Outcome::OutOfScope | Outcome::RateLimited | Outcome::Cancelled | Outcome::Failed => {
            Intent::Unknown
        }
    }
}
