//! Accounts: made, changed, reset and deleted; and what their owners change themselves.

use std::collections::BTreeSet;

use cloister_store::{
    AccountChange, AccountRow, Actor, Attributes, AuditCode, DataKey, NewAccount, PasswordRecord,
    StoreError,
};
use cloister_types::{AccountId, Authorized, OwnerId, Pseudonym, RoleName, Secret, act};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::{
    Access, Enrolment, Person, Principal, Session, SignInError, WeakPassword, password,
    second_factor,
};

/// Most characters of a name to sign in with.
const LONGEST_NAME: usize = 64;
/// Most attributes of a person, and most characters of one.
const MOST_ATTRIBUTES: usize = 32;
const LONGEST_ATTRIBUTE: usize = 128;
/// Characters of a password that is made for somebody: 80 random bits.
const MADE_PASSWORD_CHARS: usize = 16;
const MADE_PASSWORD_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The name has characters that a name has not.
    #[error("a name is 1 to 64 letters, digits or . _ - @, without spaces")]
    BadName,
    /// The attributes are not of their form.
    #[error("attributes are up to 32 strings, whole numbers or yes and no, by short names")]
    BadAttributes,
    /// No role has that name.
    #[error("there is no role {0}")]
    UnknownRole(RoleName),
    /// The password is too weak.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The old password is not right.
    #[error("the old password is not right")]
    WrongPassword,
    /// The session is nobody's account.
    #[error("only somebody who signed in has this")]
    NoAccount,
    /// The store could not answer, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An account to make.
#[derive(Debug)]
pub struct AccountForm {
    /// The name to sign in with.
    pub name: String,
    /// Its roles.
    pub roles: BTreeSet<RoleName>,
    /// Team, region, limits.
    pub attributes: Attributes,
    /// Its password; without one, one is made and has to be changed at the first sign-in.
    pub password: Option<Secret<String>>,
}

/// Changes of an account, as an administrator asks for them.
#[derive(Debug, Default)]
pub struct AccountEdit {
    /// Another name to sign in with.
    pub name: Option<String>,
    /// Other roles.
    pub roles: Option<BTreeSet<RoleName>>,
    /// Other attributes.
    pub attributes: Option<Attributes>,
    /// Whether it may be signed in to.
    pub active: Option<bool>,
}

/// Whether an account of that name and password could be made, as far as that can be told before there
/// is a vault to make it in.
///
/// # Errors
/// [`AccountError`].
pub fn judge_account(name: &str, password: &Secret<String>) -> Result<(), AccountError> {
    let name = checked_name(name)?;
    Ok(password::judge(password, &[&name])?)
}

impl Access {
    /// Makes an account; the password that was made for it, if one was.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn create_account(
        &self,
        _allowed: &Authorized<act::ManagePeople>,
        by: &Session,
        form: AccountForm,
    ) -> Result<(AccountId, Option<Secret<String>>), AccountError> {
        let name = checked_name(&form.name)?;
        check_attributes(&form.attributes)?;
        let (password, made) = match form.password {
            Some(password) => {
                password::judge(&password, &[&name])?;
                (password, false)
            }
            None => (self.made_password(), true),
        };
        let id = AccountId::random(&*self.entropy);
        let key = DataKey::random(&*self.entropy);
        let account = NewAccount {
            id,
            name,
            pseudonym: Pseudonym::random(&*self.entropy),
            roles: codes(&form.roles),
            attributes: form.attributes,
            password: self.password_record(id, &password, &key, made).await?,
            created_at: self.clock.now(),
            created_by: actor(by),
        };
        self.store.create_account(&account).await?;
        self.learn_administered().await?;
        Ok((id, made.then_some(password)))
    }

    /// Changes an account. Its sessions end when roles, attributes or state change.
    ///
    /// # Errors
    /// [`AccountError`]; [`StoreError::LastHolder`] when no administrator would be left.
    pub async fn change_account(
        &self,
        _allowed: &Authorized<act::ManagePeople>,
        by: &Session,
        id: AccountId,
        edit: AccountEdit,
    ) -> Result<(), AccountError> {
        let name = edit.name.as_deref().map(checked_name).transpose()?;
        edit.attributes.as_ref().map(check_attributes).transpose()?;
        let change = AccountChange {
            name,
            roles: edit.roles.as_ref().map(codes),
            attributes: edit.attributes,
            active: edit.active,
        };
        let at = self.clock.now();
        self.store.change_account(id, &change, &admin(), actor(by), at).await?;
        self.learn_administered().await?;
        Ok(())
    }

    /// Gives an account a new password, which has to be changed at the first sign-in, and destroys
    /// its data key, so that whoever has the new password reads nothing of before.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`].
    pub async fn reset_account(
        &self,
        _allowed: &Authorized<act::ManagePeople>,
        by: &Session,
        id: AccountId,
    ) -> Result<Secret<String>, AccountError> {
        let password = self.made_password();
        let key = DataKey::random(&*self.entropy);
        let record = self.password_record(id, &password, &key, true).await?;
        self.store.reset_account(id, &record, actor(by), self.clock.now()).await?;
        Ok(password)
    }

    /// Deletes an account with all that was sealed for it.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`]; [`StoreError::LastHolder`] when no administrator would be
    /// left.
    pub async fn delete_account(
        &self,
        _allowed: &Authorized<act::ManagePeople>,
        by: &Session,
        id: AccountId,
    ) -> Result<(), AccountError> {
        Ok(self.store.delete_account(id, &admin(), actor(by), self.clock.now()).await?)
    }

    /// Changes the reader's own password. The account's other sessions end.
    ///
    /// # Errors
    /// [`AccountError::WrongPassword`], [`AccountError::Weak`], [`AccountError::NoAccount`].
    pub async fn change_password(
        &self,
        session: &Session,
        old: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), AccountError> {
        let person = account_of(session)?;
        let known = self.store.credentials(person.id).await?.ok_or(StoreError::UnknownAccount)?;
        password::judge(new, &[&person.name])?;
        if self.hasher.check(old, &known.password_hash).await.is_none() {
            return Err(AccountError::WrongPassword);
        }
        let record = self.password_record(person.id, new, session.key(), false).await?;
        let at = self.clock.now();
        Ok(self.store.change_password(person.id, &record, session.id, at).await?)
    }

    /// Begins to set up an authenticator for the reader; it counts once it is confirmed.
    ///
    /// # Errors
    /// [`StoreError::SecondFactorPresent`] when there is one.
    pub async fn enrol(&self, session: &Session, site: &str) -> Result<Enrolment, AccountError> {
        let person = account_of(session)?;
        let secret = second_factor::new_secret(&*self.entropy);
        let owner = OwnerId::Account(person.id);
        let sealed = self.store.seal_credential(&*self.entropy, owner, secret.expose())?;
        self.store.propose_totp(person.id, &sealed).await?;
        // A secret of full length and a short name always fit.
        second_factor::enrolment(&secret, &person.name, site).ok_or(AccountError::BadName)
    }

    /// Confirms the authenticator by its first code; the codes on paper that stand in for it.
    ///
    /// # Errors
    /// [`SignInError::Refused`] when the code is not right.
    pub async fn confirm_second_factor(
        &self,
        session: &Session,
        code: &Secret<String>,
    ) -> Result<Vec<Secret<String>>, SignInError> {
        let person = account_of(session).map_err(|_| SignInError::Refused)?;
        let known = self.store.credentials(person.id).await?.ok_or(StoreError::UnknownAccount)?;
        let totp = known.totp.ok_or(SignInError::Refused)?;
        let secret = self.store.open_credential(OwnerId::Account(person.id), &totp.sealed)?;
        let now = self.clock.now();
        let step = second_factor::step_of(&secret, code.expose(), now);
        let codes = second_factor::new_codes(&*self.entropy);
        self.store
            .confirm_totp(person.id, step.ok_or(SignInError::Refused)?, &hashes(&codes), now)
            .await?;
        Ok(codes)
    }

    /// Removes the reader's authenticator. The session must be elevated.
    ///
    /// # Errors
    /// [`SignInError::SecondFactorRequired`] when it is not.
    pub async fn remove_second_factor(&self, session: &Session) -> Result<(), SignInError> {
        let person = self.elevated_account(session)?;
        Ok(self.store.remove_totp(person.id, self.clock.now()).await?)
    }

    /// Replaces the codes on paper. The session must be elevated.
    ///
    /// # Errors
    /// [`SignInError::SecondFactorRequired`] when it is not.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
    ) -> Result<Vec<Secret<String>>, SignInError> {
        let person = self.elevated_account(session)?;
        let codes = second_factor::new_codes(&*self.entropy);
        self.store.replace_recovery_codes(person.id, &hashes(&codes), self.clock.now()).await?;
        Ok(codes)
    }

    fn elevated_account<'a>(&self, session: &'a Session) -> Result<&'a Person, SignInError> {
        match &session.principal {
            Principal::Account(person) if session.is_elevated(self.clock.now()) => Ok(person),
            _ => Err(SignInError::SecondFactorRequired),
        }
    }

    fn made_password(&self) -> Secret<String> {
        let bytes = Secret::new(self.entropy.as_ref().bytes::<MADE_PASSWORD_CHARS>());
        let chars =
            bytes.expose().iter().map(|byte| MADE_PASSWORD_ALPHABET[usize::from(byte % 32)]);
        let mut password = String::with_capacity(MADE_PASSWORD_CHARS + 3);
        for (index, char) in chars.enumerate() {
            if index > 0 && index % 4 == 0 {
                password.push('-');
            }
            password.push(char::from(char));
        }
        Secret::new(password)
    }

    async fn password_record(
        &self,
        id: AccountId,
        password: &Secret<String>,
        key: &DataKey,
        must_change: bool,
    ) -> Result<PasswordRecord, StoreError> {
        let hashed = self.hasher.hash(password, &*self.entropy).await;
        let wrapped_key = key.wrap(&*self.entropy, OwnerId::Account(id), &hashed.wrapping)?;
        Ok(PasswordRecord { hash: hashed.phc, wrapped_key, must_change })
    }
}

/// The account as the policy sees it. A role whose name cannot be read gives nothing.
pub(crate) fn person_of(account: &AccountRow) -> Person {
    Person {
        id: account.id,
        name: account.name.clone(),
        roles: account.roles.iter().filter_map(|role| role.parse().ok()).collect(),
        attributes: account.attributes.clone(),
        restricted: account.restricted_at.is_some(),
    }
}

/// Who acts, for records: nobody's pseudonym for the operator, whose record has the user's number.
#[must_use]
pub fn actor(session: &Session) -> Actor {
    match session.principal {
        Principal::Operator { .. } => None,
        Principal::Guest | Principal::Account(_) => Some(session.pseudonym),
    }
}

pub(crate) fn admin() -> AuditCode {
    RoleName::admin().as_str().parse().expect("a role's name is a code")
}

fn account_of(session: &Session) -> Result<&Person, AccountError> {
    match &session.principal {
        Principal::Account(person) => Ok(person),
        Principal::Guest | Principal::Operator { .. } => Err(AccountError::NoAccount),
    }
}

fn checked_name(name: &str) -> Result<String, AccountError> {
    let name: String = name.trim().nfkc().collect();
    let fits = |char: char| char.is_alphanumeric() || ".-_@".contains(char);
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && name.chars().all(fits) {
        Ok(name)
    } else {
        Err(AccountError::BadName)
    }
}

fn check_attributes(attributes: &Attributes) -> Result<(), AccountError> {
    let short = |text: &str| text.chars().count() <= LONGEST_ATTRIBUTE;
    let fits = |(name, value): (&String, &Value)| {
        name.parse::<RoleName>().is_ok()
            && match value {
                Value::String(text) => short(text),
                Value::Number(number) => number.is_i64(),
                Value::Bool(_) => true,
                Value::Null | Value::Array(_) | Value::Object(_) => false,
            }
    };
    if attributes.len() <= MOST_ATTRIBUTES && attributes.iter().all(fits) {
        Ok(())
    } else {
        Err(AccountError::BadAttributes)
    }
}

fn codes(roles: &BTreeSet<RoleName>) -> BTreeSet<AuditCode> {
    let code = |role: &RoleName| role.as_str().parse().expect("a role's name is a code");
    roles.iter().map(code).collect()
}

fn hashes(codes: &[Secret<String>]) -> Vec<[u8; 32]> {
    codes.iter().filter_map(|code| second_factor::code_hash(code.expose())).collect()
}
