//! Limits: looked at, changed and lifted; proofs of work taken.

use cloister_access::{
    Challenge, Held, LimitChangeError, LimitError, LimitName, Limits, Party, Peer, ProofError,
    Resource, Session,
};
use cloister_types::act;

use crate::{
    App, AppError, ChallengeDto, ErrorCode, HeldDto, LimitDto, LimitPatchDto, LimitsDto, ProofDto,
    error::sentence,
};

impl App {
    /// Every limit, and who is held back now.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure`.
    pub async fn limits(&self, session: &Session) -> Result<LimitsDto, AppError> {
        self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let items = self.access.limits().all().map(|(name, value)| limit(&name, value)).collect();
        let held = self.access.held().into_iter().map(HeldDto::from).collect();
        Ok(LimitsDto { items, held })
    }

    /// Sets a limit within its bounds.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure`; [`ErrorCode::InvalidRequest`] for a name that no
    /// limit has or a value out of bounds.
    pub async fn set_limit(
        &self,
        session: &Session,
        patch: LimitPatchDto,
    ) -> Result<LimitDto, AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let name: LimitName = patch.name.parse().map_err(LimitChangeError::from)?;
        self.access.set_limit(&allowed, name.clone(), patch.value, session.pseudonym).await?;
        Ok(limit(&name, patch.value))
    }

    /// Lifts what holds `peer` back.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`] without `configure`; [`ErrorCode::NotFound`] when nothing does.
    pub async fn lift(&self, session: &Session, peer: &str) -> Result<(), AppError> {
        let allowed = self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let party: Party = peer.parse().map_err(|_| AppError::not_found())?;
        let lifted = self.access.lift(&allowed, party, session.pseudonym).await?;
        if lifted { Ok(()) } else { Err(AppError::not_found()) }
    }

    /// Takes the answer to a challenge, after which the reader may go on.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] when it is wrong, late or used.
    pub fn answer_challenge(
        &self,
        session: &Session,
        peer: &Peer,
        proof: &ProofDto,
    ) -> Result<(), AppError> {
        Ok(self.access.answer_challenge(session, peer, &proof.challenge, &proof.counter)?)
    }
}

fn limit(name: &LimitName, value: u64) -> LimitDto {
    let (lowest, highest) = name.bounds();
    LimitDto { name: name.to_string(), value, lowest, highest }
}

impl From<Held> for HeldDto {
    fn from(held: Held) -> Self {
        Self {
            peer: held.party.to_string(),
            hold: held.hold.as_str().to_owned(),
            remaining_s: held.remaining.map(|remaining| remaining.as_secs().max(1)),
            strikes: held.strikes,
        }
    }
}

impl From<Challenge> for ChallengeDto {
    fn from(challenge: Challenge) -> Self {
        Self { text: challenge.text, bits: challenge.bits }
    }
}

impl ChallengeDto {
    /// Does the work: takes 2^bits hashes on average.
    #[must_use]
    pub fn solve(self) -> ProofDto {
        let challenge = Challenge { text: self.text, bits: self.bits };
        let counter = challenge.solve();
        ProofDto { challenge: challenge.text, counter }
    }
}

impl From<ProofError> for AppError {
    fn from(error: ProofError) -> Self {
        Self::new(ErrorCode::InvalidRequest, sentence(&error.to_string()))
    }
}

impl From<LimitChangeError> for AppError {
    fn from(error: LimitChangeError) -> Self {
        match error {
            LimitChangeError::Limit(error @ (LimitError::Unknown | LimitError::Outside { .. })) => {
                Self::new(ErrorCode::InvalidRequest, sentence(&error.to_string()))
            }
            LimitChangeError::Access(error) => error.into(),
        }
    }
}

/// Messages that the reader of `session` may send in a minute.
pub(crate) fn messages_per_minute(limits: &Limits, session: &Session) -> usize {
    usize::try_from(limits.messages_per_minute(&session.principal)).unwrap_or(usize::MAX)
}
