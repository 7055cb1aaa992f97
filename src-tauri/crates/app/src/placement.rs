//! Whom documents are confined to: as editors name it, and as the policy is asked about it.

use std::collections::{BTreeSet, HashMap};

use cloister_access::Session;
use cloister_types::{Placement, RoleName, Timestamp};

use crate::{
    App, AppError, DocumentKeyDto, ErrorCode, ImportDto, PlacedDto, PlacementDto,
    knowledge::document,
};

/// Most characters of a team or region.
const MOST_CHARS: usize = 100;

impl App {
    /// Confines a document to whom `placement` names, and to nobody else. It is in force when this
    /// returns.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such document; [`ErrorCode::InvalidRequest`] for
    /// readers that there are not; [`ErrorCode::KnowledgeFailed`] when the search could not follow;
    /// [`ErrorCode::Denied`].
    pub async fn place_document(
        &self,
        session: &Session,
        key: &DocumentKeyDto,
        placement: PlacementDto,
    ) -> Result<PlacedDto, AppError> {
        let allowed = self.knowledge_editor(session).await?;
        let document = document(&key.collection, &key.name)?;
        let placement = self.placement(placement).await?;
        let now = self.options.clock.now();
        let placed = self
            .store
            .place_document(&allowed, &document, &placement, session.pseudonym, now)
            .await?;
        let entries = placed.ok_or_else(AppError::not_found)?;
        self.library.changed();
        self.library.settled().await;
        if self.library.progress().0.failed {
            let message = "The document is confined as you said, but the search index could not be \
                           built anew and still goes by what was said before. Restart the program.";
            return Err(AppError::new(ErrorCode::KnowledgeFailed, message));
        }
        Ok(PlacedDto { entries })
    }

    /// What an editor named, where it is something that there is.
    pub(crate) async fn placement(&self, named: PlacementDto) -> Result<Placement, AppError> {
        let PlacementDto { owner, team, region, roles, valid_from, valid_until } = named;
        let owner = match owner {
            Some(name) => Some(self.account_id(&name).await?),
            None => None,
        };
        let placement = Placement {
            owner,
            team: worded(team, "team")?,
            region: worded(region, "region")?,
            roles: self.known_roles(&roles)?,
            valid_from: time(valid_from)?,
            valid_until: time(valid_until)?,
        };
        if placement
            .valid_from
            .zip(placement.valid_until)
            .is_some_and(|(from, until)| from >= until)
        {
            return Err(invalid("A document must be valid from an earlier time than until."));
        }
        Ok(placement)
    }

    /// The name of each account, by its id as text.
    pub(crate) async fn account_names(&self) -> Result<HashMap<String, String>, AppError> {
        let accounts = self.store.accounts().await?;
        Ok(accounts.into_iter().map(|account| (account.id.to_string(), account.name)).collect())
    }

    async fn account_id(&self, name: &str) -> Result<String, AppError> {
        let mut accounts = self.store.accounts().await?.into_iter();
        let owner = accounts.find(|account| account.name.eq_ignore_ascii_case(name));
        let missing =
            || invalid("There is no account with the name that was given as the owner\u{2019}s.");
        Ok(owner.ok_or_else(missing)?.id.to_string())
    }

    fn known_roles(&self, names: &[String]) -> Result<BTreeSet<RoleName>, AppError> {
        let policy = self.access.policy().policy();
        let known = |name: &String| {
            let role = name.parse().ok().filter(|role| policy.has_role(role));
            role.ok_or_else(|| {
                let all: Vec<&str> = policy.roles().map(|role| role.name.as_str()).collect();
                invalid(&format!("There is no such role; there are {}.", all.join(", ")))
            })
        };
        names.iter().map(known).collect()
    }
}

impl ImportDto {
    /// Whom the document is to be confined to; nothing where nothing is named.
    fn placed(&self) -> PlacementDto {
        let roles = self.roles.as_deref().unwrap_or_default().split(',').map(str::trim);
        PlacementDto {
            owner: self.owner.clone(),
            team: self.team.clone(),
            region: self.region.clone(),
            roles: roles.filter(|role| !role.is_empty()).map(str::to_owned).collect(),
            valid_from: self.valid_from.clone(),
            valid_until: self.valid_until.clone(),
        }
    }

    /// [`ImportDto::placed`], where something is named at all.
    pub(crate) fn placement(&self) -> Option<PlacementDto> {
        Some(self.placed()).filter(|placement| *placement != PlacementDto::default())
    }
}

impl PlacementDto {
    /// As editors know it: `names` are those of accounts, by their ids.
    pub(crate) fn new(placement: Placement, names: &HashMap<String, String>) -> Self {
        let Placement { owner, team, region, roles, valid_from, valid_until } = placement;
        Self {
            owner: owner.and_then(|id| names.get(&id).cloned()),
            team,
            region,
            roles: roles.into_iter().map(String::from).collect(),
            valid_from: valid_from.map(|at| at.to_string()),
            valid_until: valid_until.map(|at| at.to_string()),
        }
    }
}

fn worded(text: Option<String>, what: &str) -> Result<Option<String>, AppError> {
    let Some(text) = text else { return Ok(None) };
    let sound = !text.trim().is_empty() && text.chars().count() <= MOST_CHARS;
    if !sound {
        return Err(invalid(&format!("A {what} has 1 to {MOST_CHARS} characters.")));
    }
    Ok(Some(text.trim().to_owned()))
}

fn time(text: Option<String>) -> Result<Option<Timestamp>, AppError> {
    let read = |text: String| {
        text.parse()
            .map_err(|_| invalid("Times are as RFC 3339 writes them: 2026-11-30T08:00:00Z."))
    };
    text.map(read).transpose()
}

fn invalid(message: &str) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, message)
}
