//! Accounts as administrators keep them: made, changed, disabled, reset and deleted.

use std::collections::BTreeSet;

use cloister_access::{AccountEdit, AccountError, AccountForm, Principal, Resource, Session};
use cloister_store::AccountRow;
use cloister_types::{AccountId, RoleName, act};

use crate::{
    AccountDto, AccountEditDto, AccountsDto, App, AppError, ErrorCode, MadeAccountDto,
    MadePasswordDto, NewAccountDto, error::sentence,
};

/// Whether an account may be signed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It may.
    Active,
    /// It may not, and nothing of it is lost.
    Disabled,
}

impl App {
    /// Every account, by name.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without the permission.
    pub async fn accounts(&self, session: &Session) -> Result<AccountsDto, AppError> {
        self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let rows = self.store.accounts().await?;
        Ok(AccountsDto { items: rows.into_iter().map(AccountDto::from).collect() })
    }

    /// The account that `id` names.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without the permission, [`ErrorCode::NotFound`].
    pub async fn account(&self, session: &Session, id: &str) -> Result<AccountDto, AppError> {
        self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        self.account_dto(account_id(id)?).await
    }

    /// Makes an account. The first administrator, whom the operator makes, brings a password;
    /// everybody else gets one that is made for them, because nobody but its owner is to know it.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::InvalidRequest`], [`ErrorCode::PasswordWeak`],
    /// [`ErrorCode::Conflict`] when the name is taken.
    pub async fn create_account(
        &self,
        session: &Session,
        form: NewAccountDto,
    ) -> Result<MadeAccountDto, AppError> {
        let allowed = self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let operator = matches!(session.principal, Principal::Operator { .. });
        if form.password.is_some() && !operator {
            let message = "A password is made for a new account; leave it out.";
            return Err(AppError::new(ErrorCode::InvalidRequest, message));
        }
        let form = AccountForm {
            name: form.name,
            roles: role_names(&form.roles)?,
            attributes: form.attributes,
            password: form.password.map(crate::SecretDto::into_secret),
        };
        let (id, made) = self.access.create_account(&allowed, session, form).await?;
        let account = self.account_dto(id).await?;
        Ok(MadeAccountDto { account, password: made.map(Into::into) })
    }

    /// Changes name, roles or attributes. What the account's owner may do changes at once: with new
    /// roles or attributes their sessions end.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::InvalidRequest`],
    /// [`ErrorCode::Conflict`] when the name is taken or no administrator would be left.
    pub async fn change_account(
        &self,
        session: &Session,
        id: &str,
        edit: AccountEditDto,
    ) -> Result<AccountDto, AppError> {
        let roles = edit.roles.as_deref().map(role_names).transpose()?;
        let edit =
            AccountEdit { name: edit.name, roles, attributes: edit.attributes, active: None };
        self.edit_account(session, id, edit).await
    }

    /// Lets an account be signed in to, or not. Disabling ends its sessions.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::Conflict`] when no
    /// administrator would be left.
    pub async fn set_account_state(
        &self,
        session: &Session,
        id: &str,
        state: AccountState,
    ) -> Result<AccountDto, AppError> {
        let active = Some(state == AccountState::Active);
        self.edit_account(session, id, AccountEdit { active, ..AccountEdit::default() }).await
    }

    /// Gives an account a new password. The old one's data key, and with it every conversation, is
    /// destroyed, so that nobody reads them who was handed the new one.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::NotFound`].
    pub async fn reset_account(
        &self,
        session: &Session,
        id: &str,
    ) -> Result<MadePasswordDto, AppError> {
        let allowed = self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let id = account_id(id)?;
        let before = self.store.sessions_of(id).await?;
        let password = self.access.reset_account(&allowed, session, id).await?;
        self.stop_ended(id, before).await?;
        Ok(MadePasswordDto { password: password.into() })
    }

    /// Deletes an account, its sessions and its conversations.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::Conflict`] when no
    /// administrator would be left.
    pub async fn delete_account(&self, session: &Session, id: &str) -> Result<(), AppError> {
        let allowed = self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let id = account_id(id)?;
        let before = self.store.sessions_of(id).await?;
        self.access.delete_account(&allowed, session, id).await?;
        self.stop_ended(id, before).await
    }

    async fn edit_account(
        &self,
        session: &Session,
        id: &str,
        edit: AccountEdit,
    ) -> Result<AccountDto, AppError> {
        let allowed = self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let id = account_id(id)?;
        let before = self.store.sessions_of(id).await?;
        self.access.change_account(&allowed, session, id, edit).await?;
        self.stop_ended(id, before).await?;
        self.account_dto(id).await
    }

    pub(crate) async fn account_dto(&self, id: AccountId) -> Result<AccountDto, AppError> {
        let row = self.store.account(id).await?.ok_or_else(AppError::not_found)?;
        Ok(row.into())
    }
}

impl From<AccountRow> for AccountDto {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            roles: row.roles.into_iter().collect(),
            attributes: row.attributes,
            active: row.active,
            must_change_password: row.must_change,
            second_factor: row.second_factor_since.is_some(),
            restricted: row.restricted_at.is_some(),
            created_at: row.created_at.to_string(),
        }
    }
}

impl From<AccountError> for AppError {
    fn from(error: AccountError) -> Self {
        let code = match error {
            AccountError::Store(error) => return error.into(),
            AccountError::Weak(_) => ErrorCode::PasswordWeak,
            AccountError::WrongPassword => ErrorCode::SignInRefused,
            AccountError::NoAccount => ErrorCode::SignInRequired,
            _ => ErrorCode::InvalidRequest,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

fn account_id(id: &str) -> Result<AccountId, AppError> {
    id.parse().map_err(|_| AppError::not_found())
}

fn role_names(names: &[String]) -> Result<BTreeSet<RoleName>, AppError> {
    let parsed: Result<_, cloister_types::RoleNameError> =
        names.iter().map(|name| name.parse()).collect();
    parsed.map_err(|error| AppError::new(ErrorCode::InvalidRequest, sentence(&error.to_string())))
}
