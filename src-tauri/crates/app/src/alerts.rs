//! Alerts: raised by any part of the program, looked at and settled by administrators.

use std::time::Duration;

use cloister_access::{Resource, Session};
use cloister_store::{
    Alert, AlertChange, AlertKind, AlertRule, AuditBody, RuleError, SecurityEvent, SecurityKind,
    Store, free_megabytes,
};
use cloister_types::{AlertId, Pseudonym, Sanitized, Secret, act};

use crate::{
    AlertDto, AlertPatchDto, AlertRuleDto, AlertRulePatchDto, AlertRulesDto, AlertStateDto,
    AlertsDto, App, AppError, AppOptions, ErrorCode, error::sentence,
};

/// Alerts in one list.
const MOST_ALERTS: u32 = 200;
/// Longest remark that is kept with an alert or a rating, in characters.
const LONGEST_REMARK: usize = 1_000;
const DAY_SECONDS: u64 = 86_400;
/// After the threshold, every so many questions are noted again.
const QUERIES_STEP: u64 = 100;

impl App {
    /// Raises an alert. One of the same kind about the same person that is not closed is counted up
    /// instead.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it could not be written.
    pub async fn raise(
        &self,
        kind: AlertKind,
        subject: Option<Pseudonym>,
        body: AuditBody,
    ) -> Result<(), AppError> {
        let (entropy, now) = (&*self.options.entropy, self.options.clock.now());
        self.store.raise_alert(entropy, kind, subject, body, now).await?;
        Ok(())
    }

    /// Notes a security event, which the alert rules may turn into an alert.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it could not be written.
    pub async fn note_security(
        &self,
        kind: SecurityKind,
        subject: Option<Pseudonym>,
        body: AuditBody,
    ) -> Result<(), AppError> {
        let event = SecurityEvent::new(kind, self.options.clock.now()).about(subject).with(body);
        self.store.note_security(&*self.options.entropy, &event).await?;
        Ok(())
    }

    /// Notes how many questions somebody asked within a day, once it is more than the rule allows.
    pub(crate) async fn note_queries(
        &self,
        subject: Pseudonym,
        queries: u64,
    ) -> Result<(), AppError> {
        if queries % QUERIES_STEP != 1 || queries < QUERIES_STEP {
            return Ok(());
        }
        let event = SecurityEvent::new(SecurityKind::QueriesCounted, self.options.clock.now());
        let event = event.about(Some(subject)).measuring(queries);
        self.store.note_security(&*self.options.entropy, &event).await?;
        Ok(())
    }

    /// Alerts, those that are not closed first.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn alerts(&self, session: &Session) -> Result<AlertsDto, AppError> {
        self.oversee(session).await?;
        let alerts = self.store.alerts(MOST_ALERTS).await?;
        Ok(AlertsDto { items: alerts.into_iter().map(AlertDto::from).collect() })
    }

    /// Acknowledges an alert, or closes it with a note.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure`; [`ErrorCode::NotFound`] when it is closed or there
    /// is none; [`ErrorCode::InvalidRequest`] for a state or note that cannot be.
    pub async fn change_alert(
        &self,
        session: &Session,
        id: &str,
        patch: AlertPatchDto,
    ) -> Result<AlertDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let id: AlertId = id.parse().map_err(|_| AppError::not_found())?;
        let change = match (patch.state, patch.note) {
            (AlertStateDto::Acknowledged, None) => AlertChange::Acknowledge,
            (AlertStateDto::Closed, Some(note)) => AlertChange::Close(self.remark(note).await?),
            _ => {
                let message = "Acknowledge an alert without a note, or close it with one.";
                return Err(AppError::new(ErrorCode::InvalidRequest, message));
            }
        };
        let (now, by) = (self.options.clock.now(), session.pseudonym);
        let changed = self.store.change_alert(&allowed, id, &change, now, by).await?;
        changed.map(AlertDto::from).ok_or_else(AppError::not_found)
    }

    /// What raises alerts.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure` or `read_compliance`.
    pub async fn alert_rules(&self, session: &Session) -> Result<AlertRulesDto, AppError> {
        self.oversee(session).await?;
        let rules = self.store.alert_rules().await?;
        Ok(AlertRulesDto { items: rules.into_iter().map(AlertRuleDto::from).collect() })
    }

    /// Changes a rule within its bounds.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure`; [`ErrorCode::NotFound`] without such a rule;
    /// [`ErrorCode::InvalidRequest`] out of bounds.
    pub async fn change_alert_rule(
        &self,
        session: &Session,
        patch: AlertRulePatchDto,
    ) -> Result<AlertRuleDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let rules = self.store.alert_rules().await?;
        let rule = rules.into_iter().find(|rule| rule.kind.as_str() == patch.kind);
        let rule = rule.ok_or_else(AppError::not_found)?;
        let changed = rule.changed(patch.threshold, patch.window_s.map(Duration::from_secs))?;
        let (now, by) = (self.options.clock.now(), session.pseudonym);
        self.store.set_alert_rule(&allowed, &changed, now, by).await?;
        Ok(changed.into())
    }

    /// A person's remark, as it may be kept.
    ///
    /// # Errors
    /// [`ErrorCode::MessageEmpty`] and [`ErrorCode::MessageTooLong`].
    pub(crate) async fn remark(&self, text: String) -> Result<Sanitized, AppError> {
        let text = Secret::new(text);
        if text.expose().trim().is_empty() {
            return Err(AppError::new(ErrorCode::MessageEmpty, "Write something first."));
        }
        if text.expose().chars().count() > LONGEST_REMARK {
            let message = "The remark is longer than 1,000 characters.";
            return Err(AppError::new(ErrorCode::MessageTooLong, message));
        }
        let guard = std::sync::Arc::clone(&self.guard);
        let redacted = tokio::task::spawn_blocking(move || {
            let views = guard.normalise(text.expose());
            guard.redact(text.expose(), &views).sanitized
        });
        let failed =
            |_| AppError::new(ErrorCode::InvalidRequest, "The remark could not be checked.");
        redacted.await.map_err(failed)
    }
}

/// Looks at how old the last checkpoint is that was copied elsewhere: of a vault without any, how
/// old its log is.
pub(crate) async fn measure_checkpoints(store: &Store, options: &AppOptions) {
    let now = options.clock.now();
    let measured = async {
        let copied = store.checkpoint_copies().await?.into_iter().map(|copy| copy.at).max();
        let since = match copied {
            Some(copied) => copied,
            None => store.audit_records(0, 1).await?.first().map_or(now, |record| record.at),
        };
        let days = now.since(since).as_secs() / DAY_SECONDS;
        let event = SecurityEvent::new(SecurityKind::CheckpointMeasured, now).measuring(days);
        store.note_security(&*options.entropy, &event).await
    };
    if let Err(error) = measured.await {
        tracing::error!(%error, "the age of the last checkpoint kept elsewhere is not known");
    }
}

/// Looks at the room on the disk, on the timer of the purge.
pub(crate) async fn measure_disk(store: &Store, options: &AppOptions) {
    let free = match free_megabytes(&options.paths.data_dir) {
        Ok(free) => free,
        Err(error) => {
            tracing::warn!(%error, "the room on the disk cannot be measured");
            return;
        }
    };
    let event = SecurityEvent::new(SecurityKind::DiskMeasured, options.clock.now());
    if let Err(error) = store.note_security(&*options.entropy, &event.measuring(free)).await {
        tracing::error!(%error, "the room on the disk could not be noted");
    }
}

impl From<RuleError> for AppError {
    fn from(error: RuleError) -> Self {
        Self::new(ErrorCode::InvalidRequest, sentence(&error.to_string()))
    }
}

impl From<Alert> for AlertDto {
    fn from(alert: Alert) -> Self {
        Self {
            id: alert.id.to_string(),
            kind: alert.kind.as_str().to_owned(),
            severity: alert.severity.as_str().to_owned(),
            state: alert.state.into(),
            subject: alert.pseudonym.map(|pseudonym| pseudonym.to_string()),
            count: alert.count,
            first_at: alert.first_at.to_string(),
            last_at: alert.at.to_string(),
            details: alert.body,
            changed_at: alert.changed.map(|(at, _)| at.to_string()),
            changed_by: alert.changed.map(|(_, by)| by.to_string()),
            note: alert.note,
        }
    }
}

impl From<AlertRule> for AlertRuleDto {
    fn from(rule: AlertRule) -> Self {
        Self {
            kind: rule.kind.as_str().to_owned(),
            event: rule.event.as_str().to_owned(),
            test: rule.test.as_str().to_owned(),
            severity: rule.severity.as_str().to_owned(),
            threshold: rule.threshold,
            lowest: rule.bounds.0,
            highest: rule.bounds.1,
            window_s: rule.window.as_secs(),
            shortest_s: rule.window_bounds.0.as_secs(),
            longest_s: rule.window_bounds.1.as_secs(),
        }
    }
}
