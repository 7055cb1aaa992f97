//! What is held about the reader: how much of each class, for how long, and who read it.

use cloister_access::Session;
use cloister_store::Holding;

use crate::{App, AppError, HoldingDto, HoldingsDto, LogReadingDto, RetentionDto};

impl App {
    /// What is held about the reader, guest or account, and who read their message logs.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`](crate::ErrorCode::StoreFailed) when it cannot be read.
    pub async fn holdings(&self, session: &Session) -> Result<HoldingsDto, AppError> {
        self.journal.flush().await;
        let held = self.store.holdings(session.owner(), session.pseudonym).await?;
        let periods = self.retention_periods().await?;
        let period_of = |holding: &Holding| {
            periods.iter().find(|period| period.class == holding.class.as_str())
        };
        let items = held.iter().filter_map(|held| Some(shown(held, period_of(held)?))).collect();
        let read = self.store.log_readings(session.pseudonym).await?;
        Ok(HoldingsDto {
            items,
            log_readings: read.iter().map(|reading| reading.at.to_string()).collect(),
            readings: read.into_iter().map(LogReadingDto::from).collect(),
        })
    }
}

fn shown(holding: &Holding, period: &RetentionDto) -> HoldingDto {
    HoldingDto {
        class: period.class.clone(),
        what: period.what.clone(),
        identity: period.identity.clone(),
        period_hours: period.period_hours,
        count: holding.count,
        ends_first: holding.ends_first.map(|at| at.to_string()),
    }
}
