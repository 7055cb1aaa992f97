//! The record of processing activities (Article 30 GDPR), made from what this program does.

use cloister_access::Session;
use cloister_store::Purpose;

use crate::{
    App, AppError, MeasureDto, ProcessingPurposeDto, ProcessingRecordDto, PromiseDto, PromiseState,
    export,
};

impl App {
    /// The record: purposes and grounds as the site chose them, classes and periods as they are
    /// set, recipients, and the promises as they are tried now.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied); an error of the store.
    pub async fn processing_record(
        &self,
        session: &Session,
    ) -> Result<ProcessingRecordDto, AppError> {
        self.oversee(session).await?;
        let mut purposes = Vec::new();
        for purpose in Purpose::ALL.iter().copied() {
            purposes.push(ProcessingPurposeDto {
                purpose: purpose.to_string(),
                what: purpose.what().to_owned(),
                basis: self.store.lawful_basis(purpose).await?.to_string(),
            });
        }
        Ok(ProcessingRecordDto {
            site: self.site.clone(),
            made_at: self.options.clock.now().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            people: vec![
                "Guests, for as long as their session lasts".to_owned(),
                "People who have an account".to_owned(),
            ],
            purposes,
            classes: self.retention_periods().await?,
            recipients: vec![
                "Nobody outside this machine: no process of the program can open a network \
                 connection"
                    .to_owned(),
            ],
            transfers: vec!["None".to_owned()],
            measures: self.doctor().await?.into_iter().map(MeasureDto::from).collect(),
        })
    }

    /// The same record as a page for people.
    ///
    /// # Errors
    /// Those of [`App::processing_record`].
    pub async fn processing_record_page(&self, session: &Session) -> Result<String, AppError> {
        let record = self.processing_record(session).await?;
        Ok(export::page_of("Record of processing activities", &record))
    }
}

impl From<PromiseDto> for MeasureDto {
    fn from(promise: PromiseDto) -> Self {
        let state = match promise.state {
            PromiseState::Held => "held",
            PromiseState::HeldWithLimit => "held with a limit",
            PromiseState::NotBuilt => "not built yet",
            PromiseState::Broken => "broken",
        };
        Self {
            title: promise.title,
            state: state.to_owned(),
            evidence: promise.evidence,
            limit: promise.limit,
        }
    }
}
