//! Every operation that needs a permission asks here, and a refusal leaves its record.

use cloister_access::{Denied, Resource, Session};
use cloister_store::{AuditBody, AuditEvent, AuditRecord};
use cloister_types::{Act, Authorized};

use crate::{App, AppError};

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
                let body = AuditBody::new()
                    .with("permission", &A::PERMISSION)
                    .list("roles", session.principal.roles());
                let now = self.options.clock.now();
                let record = AuditRecord::new(AuditEvent::AuthorisationDenied, now, body);
                self.store.record(&record.about(session.pseudonym)).await?;
                Err(denied.into())
            }
        }
    }
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Missing { permission } => Self::new(
                crate::ErrorCode::Denied,
                format!(
                    "You would need \u{201c}{permission}\u{201d}, which your role does not include. Nothing was looked up."
                ),
            ),
            _ => Self::new(crate::ErrorCode::Denied, "Your role does not open this."),
        }
    }
}
