//! Erasure: a person's own, after a fresh second factor or with a token.

use cloister_access::{Resource, Session, Token};
use cloister_store::{Destination, Erased, Erasure, ErasureProof, ErasureScope, Store};
use cloister_types::{AccountId, ReceiptId, RoleName, Timestamp, act};

use crate::{
    App, AppError, AppOptions, ErasureReceiptDto, ErasureRequestDto, ErasureTokenDto, ErrorCode,
    UnderHoldDto,
    backup::own_folder,
    privacy::{account_called, account_of, own_data},
};

impl App {
    /// Erases the account called `id` with everything about its owner: for the owner whose second
    /// factor is fresh, or for whoever brings the token that an administrator gave them.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for another's account; [`ErrorCode::MfaRequired`];
    /// [`ErrorCode::Denied`] for a token that does not count and for the last administrator;
    /// [`ErrorCode::UnderHold`]. Nothing was erased then.
    pub async fn erase(
        &self,
        session: &Session,
        id: &str,
        request: ErasureRequestDto,
    ) -> Result<ErasureReceiptDto, AppError> {
        let account = account_called(session, id)?;
        let now = self.options.clock.now();
        let proof = match &request.token {
            Some(token) => {
                let token = Token::parse(token).ok_or_else(unknown_token)?;
                ErasureProof::Token(token.hash())
            }
            None => self.fresh_factor(session, account, now).await?,
        };
        let scope = if request.what_is_not_held {
            ErasureScope::WhatIsNotHeld
        } else {
            ErasureScope::Everything
        };
        let erasure = Erasure {
            account,
            scope,
            proof,
            guarded: RoleName::admin().as_str().parse().map_err(|_| AppError::not_found())?,
            receipt: ReceiptId::random(&*self.options.entropy),
            at: now,
        };
        // Stops what runs for the reader, so that nothing is written about them afterwards.
        if account_of(session) == Some(account) {
            self.desk.leave(session).await;
        }
        let erased = self.store.erase(&erasure).await?;
        self.access.forget(&erased.sessions);
        self.desk.forget(&erased.sessions);
        keep_tombstones(&self.store, &self.destinations, &self.options).await;
        Ok(receipt(&erasure, &erased))
    }

    /// Confirms that somebody asked for their erasure. Returns the token to be handed to them.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when there is no such account.
    pub async fn confirm_erasure(
        &self,
        session: &Session,
        id: &str,
    ) -> Result<ErasureTokenDto, AppError> {
        let allowed = self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let account: AccountId = id.parse().map_err(|_| AppError::not_found())?;
        if self.store.account(account).await?.is_none() {
            return Err(AppError::not_found());
        }
        let token = Token::random(&*self.options.entropy);
        let now = self.options.clock.now();
        let expires_at = self
            .store
            .confirm_erasure(&allowed, session.pseudonym, account, &token.hash(), now)
            .await?;
        Ok(ErasureTokenDto { token: token.reveal(), expires_at: expires_at.to_string() })
    }

    async fn fresh_factor(
        &self,
        session: &Session,
        account: AccountId,
        now: Timestamp,
    ) -> Result<ErasureProof, AppError> {
        if account_of(session) != Some(account) {
            return Err(AppError::not_found());
        }
        self.authorise::<act::ReadOwnData>(session, &own_data(account)).await?;
        if session.is_elevated(now) {
            return Ok(ErasureProof::FreshFactor);
        }
        let message = "Show the code of your authenticator first. Without an authenticator, ask an \
                       administrator for a token.";
        Err(AppError::new(ErrorCode::MfaRequired, message))
    }
}

/// Writes the tombstones beside the backups in every destination, and in the vault's own folder. One
/// that is away, such as a disk that is not plugged in, is said in the log and written to as soon as
/// it is back.
pub(crate) async fn keep_tombstones(
    store: &Store,
    destinations: &[Destination],
    options: &AppOptions,
) {
    for destination in destinations {
        if let Err(error) = store.copy_tombstones(&destination.folder).await {
            tracing::warn!(destination = %destination.name, %error, "no tombstones copied");
        }
    }
    let own = own_folder(options);
    if own.is_dir()
        && let Err(error) = store.copy_tombstones(&own).await
    {
        tracing::warn!(%error, "no tombstones copied beside the vault");
    }
}

fn unknown_token() -> AppError {
    AppError::new(ErrorCode::Denied, "No such token, or it was used or has expired.")
}

fn receipt(erasure: &Erasure, erased: &Erased) -> ErasureReceiptDto {
    let held = erased
        .kept
        .iter()
        .map(|(class, until)| UnderHoldDto { class: class.to_string(), until: until.to_string() });
    ErasureReceiptDto {
        receipt: erasure.receipt.to_string(),
        erased_at: erasure.at.to_string(),
        conversations: erased.conversations,
        turns: erased.turns,
        message_logs: erased.message_logs,
        feedback: erased.feedback,
        consents_kept: erased.consents,
        held: held.collect(),
        complete: erased.tombstone.is_some(),
    }
}
