//! Knowledge as readers meet it: passages and suggestions.

use std::collections::HashMap;

use cloister_access::{Peer, Session};
use cloister_knowledge::Entry;
use cloister_store::Store;
use cloister_types::{PassageId, Timestamp};

use crate::{App, AppError, PassageDto, SuggestionsDto, TopicDto};

/// Suggested questions at once.
const SUGGESTIONS: usize = 6;

impl App {
    /// A passage that the reader may read.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound) when there is none or it is closed to
    /// the reader: the two are not told apart.
    /// [`ErrorCode::ChallengeRequired`](crate::ErrorCode::ChallengeRequired) and
    /// [`ErrorCode::PeerBlocked`](crate::ErrorCode::PeerBlocked) when passages are read as a program
    /// reads them.
    pub async fn passage(
        &self,
        session: &Session,
        peer: &Peer,
        id: &str,
    ) -> Result<PassageDto, AppError> {
        let id: PassageId = id.parse().map_err(|_| AppError::not_found())?;
        let scope = self.access.read_scope(session);
        let index = self.index();
        let entry = index.passage(&scope, &id).ok_or_else(AppError::not_found)?;
        self.access.admit_passage(session, peer, &id).await?;
        Ok(PassageDto {
            id: entry.id.to_string(),
            title: entry.question.clone(),
            topic: entry.topic.clone(),
            text: entry.answer.clone(),
            label: entry.label.into(),
            collection: entry.collection.clone(),
            updated_at: self.imported.get(&id).map(ToString::to_string),
        })
    }

    /// Questions to start with, which the reader may ask and the knowledge answers.
    #[must_use]
    pub fn suggestions(&self, session: &Session) -> SuggestionsDto {
        let scope = self.access.read_scope(session);
        let topics = self.index().suggestions(&scope, SUGGESTIONS);
        let suggestions = topics
            .into_iter()
            .map(|topic| TopicDto { id: topic.id.to_string(), question: topic.question })
            .collect();
        SuggestionsDto { suggestions }
    }
}

/// The entries that the store holds, in their order, and when each was imported.
pub(crate) async fn entries(
    store: &Store,
) -> Result<(Vec<Entry>, HashMap<PassageId, Timestamp>), AppError> {
    let rows = store.passages().await?;
    let imported = rows.iter().map(|row| (row.passage.id.clone(), row.imported_at)).collect();
    Ok((rows.into_iter().map(Entry::from).collect(), imported))
}
