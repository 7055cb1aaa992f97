//! The privacy notice, consents and other grounds, restriction and correction.

use cloister_access::{Principal, Record, Resource, Session};
use cloister_store::{
    Correction, CorrectionDecision, CorrectionField, LawfulBasis, NewNotice, Purpose, Renewal,
    Restriction, SettingValue, Standing, Subject,
};
use cloister_types::{AccountId, TurnId, act};

use crate::{
    App, AppError, BasisChangeDto, ConsentDto, ConsentListDto, CorrectionDecisionDto,
    CorrectionDto, CorrectionFieldDto, CorrectionListDto, CorrectionVerdictDto, ErrorCode,
    NewConsentDto, NewCorrectionDto, NewNoticeDto, NoticeDto, PurposeDto, StandingDto,
};

impl App {
    /// The current privacy notice. Everybody may read it.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when it cannot be read.
    pub async fn privacy_notice(&self) -> Result<NoticeDto, AppError> {
        let notice = self.store.privacy_notice(None).await?;
        Ok(NoticeDto {
            version: notice.version,
            text: notice.text,
            published_at: notice.published_at.to_string(),
        })
    }

    /// Publishes a new version of the privacy notice.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] when it is empty or too long.
    pub async fn publish_notice(
        &self,
        session: &Session,
        notice: NewNoticeDto,
    ) -> Result<NoticeDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let renewal = if notice.ask_again { Renewal::AskAgain } else { Renewal::Keep };
        let notice = NewNotice { text: notice.text, renewal };
        let now = self.options.clock.now();
        self.store.publish_notice(&allowed, session.pseudonym, &notice, now).await?;
        self.privacy_notice().await
    }

    /// On which grounds the reader's data are processed, and for what.
    ///
    /// # Errors
    /// [`ErrorCode::StoreFailed`] when they cannot be read.
    pub async fn consents(&self, session: &Session) -> Result<ConsentListDto, AppError> {
        let owner = session.owner();
        let mut items = Vec::new();
        for purpose in Purpose::ALL.iter().copied() {
            let standing = self.store.standing(owner, purpose).await?;
            items.push(PurposeDto {
                purpose: purpose.to_string(),
                what: purpose.what().to_owned(),
                basis: self.store.lawful_basis(purpose).await?.to_string(),
                standing: standing.into(),
            });
        }
        let wording = self.store.privacy_notice(None).await?.version;
        let recorded = self.store.consents(owner).await?.into_iter().map(|row| ConsentDto {
            purpose: row.purpose.to_string(),
            basis: row.basis.to_string(),
            wording: row.wording,
            given_at: row.given_at.map(|at| at.to_string()),
            withdrawn_at: row.withdrawn_at.map(|at| at.to_string()),
        });
        Ok(ConsentListDto { items, wording, recorded: recorded.collect() })
    }

    /// Records that the reader consents, or takes an objection back.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a purpose that there is not; [`ErrorCode::ConsentRequired`] when
    /// the notice has changed since it was read.
    pub async fn give_consent(
        &self,
        session: &Session,
        consent: NewConsentDto,
    ) -> Result<ConsentListDto, AppError> {
        let purpose = named(&consent.purpose)?;
        let (entropy, now) = (&*self.options.entropy, self.options.clock.now());
        self.store
            .give_consent(subject_of(session), purpose, consent.wording, entropy, now)
            .await?;
        self.consents(session).await
    }

    /// Records that the reader withdraws a consent, or objects to what needs none.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a purpose that there is not.
    pub async fn withdraw_consent(
        &self,
        session: &Session,
        purpose: &str,
    ) -> Result<ConsentListDto, AppError> {
        let purpose = named(purpose)?;
        let (entropy, now) = (&*self.options.entropy, self.options.clock.now());
        self.store.withdraw_consent(subject_of(session), purpose, entropy, now).await?;
        self.consents(session).await
    }

    /// Chooses the lawful basis for a purpose.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] for a purpose that there is not;
    /// [`ErrorCode::InvalidRequest`] for a basis that the purpose cannot have.
    pub async fn choose_basis(
        &self,
        session: &Session,
        purpose: &str,
        change: BasisChangeDto,
    ) -> Result<ConsentListDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let purpose = named(purpose)?;
        let basis = change.basis.parse().ok().filter(|basis| purpose.bases().contains(basis));
        let basis: LawfulBasis = basis.ok_or_else(|| {
            let allowed: Vec<&str> = purpose.bases().iter().map(|basis| basis.as_str()).collect();
            let message = format!("The basis for {purpose} is one of {}.", allowed.join(", "));
            AppError::new(ErrorCode::InvalidRequest, message)
        })?;
        let code = basis.as_str().parse().map_err(|_| AppError::not_found())?;
        let value = SettingValue::Code(code);
        let now = self.options.clock.now();
        self.store
            .change_setting(&allowed, session.pseudonym, purpose.setting(), &value, now)
            .await?;
        self.consents(session).await
    }

    /// Makes sure that the reader's data may be processed for `purpose`, and that the ground is on
    /// record.
    ///
    /// # Errors
    /// [`ErrorCode::ConsentRequired`], which names the purpose;
    /// [`ErrorCode::ProcessingRestricted`].
    pub(crate) async fn require_basis(
        &self,
        session: &Session,
        purpose: Purpose,
    ) -> Result<(), AppError> {
        let (entropy, now) = (&*self.options.entropy, self.options.clock.now());
        let standing = self.store.rely_on_basis(subject_of(session), purpose, entropy, now).await?;
        match standing {
            Standing::Allowed(_) => Ok(()),
            Standing::ConsentRequired | Standing::Objected => {
                let message = format!(
                    "Your consent is needed first, for {} ({purpose}). Read the privacy notice and \
                     give it there.",
                    purpose.what()
                );
                Err(AppError::new(ErrorCode::ConsentRequired, message))
            }
            Standing::Restricted => {
                let message = "The processing of your data is restricted. Lift the restriction \
                               under Privacy to ask again.";
                Err(AppError::new(ErrorCode::ProcessingRestricted, message))
            }
        }
    }

    /// Restricts the processing of a person's data or lifts that: one's own, or another's by who
    /// manages people.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when there is no such account.
    pub async fn restrict(
        &self,
        session: &Session,
        id: &str,
        restriction: Restriction,
    ) -> Result<(), AppError> {
        let account = account_called(session, id)?;
        if account_of(session) != Some(account) {
            self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        }
        if self.store.account(account).await?.is_none() {
            return Err(AppError::not_found());
        }
        let now = self.options.clock.now();
        Ok(self.store.restrict(account, restriction, session.pseudonym, now).await?)
    }

    /// Asks for a correction of the reader's own data.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRequired`] for a guest, about whom there is nothing to correct;
    /// [`ErrorCode::InvalidRequest`] when the request is empty or too long.
    pub async fn request_correction(
        &self,
        session: &Session,
        request: NewCorrectionDto,
    ) -> Result<CorrectionListDto, AppError> {
        let account = account_of(session).ok_or_else(sign_in_required)?;
        let now = self.options.clock.now();
        self.store.request_correction(account, request.field.into(), &request.wanted, now).await?;
        self.own_corrections(account).await
    }

    /// The corrections that were asked for: everybody's for who manages people, else one's own.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRequired`] for a guest.
    pub async fn corrections(
        &self,
        session: &Session,
        whose: CorrectionsOf,
    ) -> Result<CorrectionListDto, AppError> {
        match whose {
            CorrectionsOf::Reader => {
                let account = account_of(session).ok_or_else(sign_in_required)?;
                self.own_corrections(account).await
            }
            CorrectionsOf::Everybody => {
                self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
                let all = self.store.corrections(None).await?;
                Ok(CorrectionListDto { items: all.into_iter().map(<_>::from).collect() })
            }
        }
    }

    /// Decides a correction. What has to be changed is changed with the account.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when there is none, or it was decided.
    pub async fn decide_correction(
        &self,
        session: &Session,
        id: i64,
        verdict: CorrectionVerdictDto,
    ) -> Result<(), AppError> {
        let allowed = self.authorise::<act::ManagePeople>(session, &Resource::Appliance).await?;
        let decision = match verdict.decision {
            CorrectionDecisionDto::Done => CorrectionDecision::Done,
            CorrectionDecisionDto::Declined => CorrectionDecision::Declined,
        };
        let now = self.options.clock.now();
        Ok(self.store.decide_correction(&allowed, session.pseudonym, id, decision, now).await?)
    }

    /// Deletes one finished turn of the reader.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is not theirs, is gone, or still runs.
    pub async fn delete_turn(&self, session: &Session, id: &str) -> Result<(), AppError> {
        let turn: TurnId = id.parse().map_err(|_| AppError::not_found())?;
        let now = self.options.clock.now();
        match self.store.delete_turn(session.owner(), session.pseudonym, turn, now).await {
            Err(cloister_store::StoreError::UnknownTurn) => Err(AppError::not_found()),
            deleted => Ok(deleted?),
        }
    }

    async fn own_corrections(&self, account: AccountId) -> Result<CorrectionListDto, AppError> {
        let own = self.store.corrections(Some(account)).await?;
        Ok(CorrectionListDto { items: own.into_iter().map(<_>::from).collect() })
    }
}

/// Whose corrections are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionsOf {
    /// The reader's own.
    Reader,
    /// Everybody's.
    Everybody,
}

/// The reader as consents know them.
pub(crate) fn subject_of(session: &Session) -> Subject {
    Subject { owner: session.owner(), pseudonym: session.pseudonym }
}

/// The reader's account; nothing for guests and the operator.
pub(crate) fn account_of(session: &Session) -> Option<AccountId> {
    match &session.principal {
        Principal::Account(person) => Some(person.id),
        Principal::Guest | Principal::Operator { .. } => None,
    }
}

/// The account called `id`, which is its id, or `me` for the reader's own.
pub(crate) fn account_called(session: &Session, id: &str) -> Result<AccountId, AppError> {
    if id == "me" {
        return account_of(session).ok_or_else(sign_in_required);
    }
    id.parse().map_err(|_| AppError::not_found())
}

/// What is held about the owner of `account`, as the policy sees it.
pub(crate) fn own_data(account: AccountId) -> Resource {
    Resource::Record(Record { owner: Some(account.to_string()), ..Record::default() })
}

fn named(purpose: &str) -> Result<Purpose, AppError> {
    purpose.parse().map_err(|_| AppError::not_found())
}

fn sign_in_required() -> AppError {
    AppError::new(ErrorCode::SignInRequired, "Sign in first.")
}

impl From<Standing> for StandingDto {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Allowed(_) => Self::Allowed,
            Standing::ConsentRequired => Self::ConsentRequired,
            Standing::Objected => Self::Objected,
            Standing::Restricted => Self::Restricted,
        }
    }
}

impl From<CorrectionFieldDto> for CorrectionField {
    fn from(field: CorrectionFieldDto) -> Self {
        match field {
            CorrectionFieldDto::Name => Self::Name,
            CorrectionFieldDto::Attributes => Self::Attributes,
        }
    }
}

impl From<Correction> for CorrectionDto {
    fn from(correction: Correction) -> Self {
        Self {
            id: correction.id,
            account: correction.account.to_string(),
            at: correction.at.to_string(),
            field: match correction.field {
                CorrectionField::Name => CorrectionFieldDto::Name,
                CorrectionField::Attributes => CorrectionFieldDto::Attributes,
            },
            wanted: correction.wanted,
            decision: correction.decision.map(|decision| match decision {
                CorrectionDecision::Done => CorrectionDecisionDto::Done,
                CorrectionDecision::Declined => CorrectionDecisionDto::Declined,
            }),
        }
    }
}
