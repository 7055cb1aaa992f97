//! Every operation that needs a permission asks here, and a refusal leaves its record.

use cloister_access::{Denied, Resource, Session};
use cloister_store::{AuditBody, AuditCode, AuditEvent, AuditRecord, SecurityKind};
use cloister_types::{Act, Authorized, RoleName, act};

use crate::{App, AppError, ErrorCode};

impl App {
    /// Asks the policy whether the reader of `session` may do `A` to `resource`. A denial is
    /// recorded before it is told.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied) with the permission that is missing.
    pub(crate) async fn authorise<A: Act>(
        &self,
        session: &Session,
        resource: &Resource,
    ) -> Result<Authorized<A>, AppError> {
        match self.access.authorise::<A>(session, resource) {
            Ok(authorised) => Ok(authorised),
            Err(denied) => {
                let policies =
                    denied.policies().iter().filter_map(|id| id.parse::<AuditCode>().ok());
                let body = AuditBody::new()
                    .with("permission", &A::PERMISSION)
                    .with("verdict", &denied.verdict())
                    .list("policies", policies)
                    .list("roles", session.principal.roles());
                let now = self.options.clock.now();
                let record = AuditRecord::new(AuditEvent::AuthorisationDenied, now, body);
                self.store.record(&record.about(session.pseudonym)).await?;
                let body = AuditBody::new().with("permission", &A::PERMISSION);
                self.note_security(SecurityKind::Denied, Some(session.pseudonym), body).await?;
                Err(refusal(denied, session))
            }
        }
    }
}

impl App {
    /// Lets through who may look at how the appliance is doing: whoever configures it, and whoever
    /// reports on it. No conversation is among what they see.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`](crate::ErrorCode::Denied) with `read_compliance` as what is missing.
    pub(crate) async fn oversee(&self, session: &Session) -> Result<(), AppError> {
        if self.access.authorise::<act::Configure>(session, &Resource::Appliance).is_ok() {
            return Ok(());
        }
        self.authorise::<act::ReadCompliance>(session, &Resource::Appliance).await.map(drop)
    }
}

/// What a denial says to people, in the words of the interface.
fn refusal(denied: Denied, session: &Session) -> AppError {
    let (code, message) = match denied {
        Denied::Missing { permission, .. } => {
            let roles = session.principal.roles();
            let roles: Vec<&str> = roles.iter().map(RoleName::as_str).collect();
            let role = roles.join(", ");
            (
                ErrorCode::Denied,
                format!(
                    "You would need “{permission}”, which {role} does not include. Nothing was \
                     looked up."
                ),
            )
        }
        Denied::Condition { rule, .. } => {
            (ErrorCode::Denied, format!("{} Nothing was looked up.", rule.sentence))
        }
        Denied::SecondFactor { .. } => (
            ErrorCode::MfaRequired,
            "Show your second factor first: enter the code from your authenticator.".to_owned(),
        ),
        _ => (
            ErrorCode::Denied,
            "The policy could not be asked, so nothing is allowed. An administrator should look \
             at the log."
                .to_owned(),
        ),
    };
    AppError::new(code, message)
}
