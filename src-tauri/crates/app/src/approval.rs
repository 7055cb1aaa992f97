//! Who may approve what somebody else asked for: what the rule asks about them, gathered.

use std::collections::BTreeSet;

use cloister_access::{Approval, ApprovalRequest, Approver, Principal, Session, actor, approve};
use cloister_store::AccountRow;
use cloister_types::{Permission, Timestamp};

use crate::{App, AppError, ErrorCode, error::sentence};

impl App {
    /// Holds `session` to the rule of a second person, for a request that `permission` approves.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] with the part of the rule that is against it.
    pub(crate) async fn approve(
        &self,
        session: &Session,
        permission: Permission,
        request: &ApprovalRequest,
    ) -> Result<Approval, AppError> {
        let now = self.options.clock.now();
        let roles = self.roles_with(permission);
        let approver = self.approver(session, &roles).await?;
        let administrators = self.holders(&roles).await?.len() as u64;
        approve(request, &approver, administrators, now)
            .map_err(|refused| AppError::new(ErrorCode::Denied, sentence(&refused.to_string())))
    }

    /// How many people besides whoever `session` is could approve what `permission` approves.
    pub(crate) async fn others(
        &self,
        session: &Session,
        permission: Permission,
    ) -> Result<u64, AppError> {
        let holders = self.holders(&self.roles_with(permission)).await?;
        let others = holders.iter().filter(|account| Some(account.pseudonym) != actor(session));
        Ok(others.count() as u64)
    }

    async fn approver(
        &self,
        session: &Session,
        roles: &BTreeSet<String>,
    ) -> Result<Approver, AppError> {
        let actor = actor(session);
        let Principal::Account(person) = &session.principal else {
            // The operator is there from the beginning, and alone.
            let made_at = Timestamp::from_millis(0);
            return Ok(Approver { actor, made_at, makers: BTreeSet::new() });
        };
        let account = self.store.account(person.id).await?.ok_or_else(AppError::not_found)?;
        let mut makers = self.store.role_givers(account.id, roles).await?;
        makers.insert(account.created_by);
        Ok(Approver { actor, made_at: account.created_at, makers })
    }

    fn roles_with(&self, permission: Permission) -> BTreeSet<String> {
        let policy = self.access.policy().policy();
        policy.roles_with(permission).iter().map(|role| role.as_str().to_owned()).collect()
    }

    /// The people who may sign in and have one of `roles`.
    async fn holders(&self, roles: &BTreeSet<String>) -> Result<Vec<AccountRow>, AppError> {
        let mut accounts = self.store.accounts().await?;
        accounts.retain(|account| account.active && !account.roles.is_disjoint(roles));
        Ok(accounts)
    }
}
