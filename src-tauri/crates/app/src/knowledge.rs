//! Knowledge as readers meet it, and as editors bring it in.

use cloister_access::{Peer, Resource, Session};
use cloister_knowledge::IngestError;
use cloister_store::{AuditCode, Document, Import};
use cloister_types::{Authorized, Label, PassageId, act};

use crate::{
    App, AppError, DocumentDto, DocumentsDto, ErrorCode, FoundDto, FoundHitDto, ImportDto,
    ImportedDto, IndexDto, LabelDto, PassageDto, PlacementDto, RemovedDto, SearchDto,
    SearchResultsDto, SuggestionsDto, TopicDto, error::sentence, open::failed, quarantine::Sifted,
};

/// Suggested questions at once.
const SUGGESTIONS: usize = 6;
/// Most hits that a search gives for one question.
const MOST_HITS: usize = 100;
/// Most questions of one search.
const MOST_QUERIES: usize = 256;

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
            updated_at: self.library.imported(&id).map(|at| at.to_string()),
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

    /// Brings a document in, or up to date: its entries become those that `bytes` hold. The search
    /// knows them a little later; [`App::index_state`] tells when.
    ///
    /// # Errors
    /// [`ErrorCode::DocumentUnreadable`] with the reason; [`ErrorCode::InvalidRequest`] for readers
    /// that there are not; [`ErrorCode::Denied`].
    pub async fn import_document(
        &self,
        session: &Session,
        import: ImportDto,
        bytes: Vec<u8>,
    ) -> Result<ImportedDto, AppError> {
        let allowed = self.knowledge_editor(session).await?;
        let document = document(&import.collection, &import.name)?;
        let placement = match import.placement() {
            Some(placement) => Some(self.placement(placement).await?),
            None => None,
        };
        let named = import.label.map(Label::from);
        let label = match named {
            Some(label) => Some(label),
            None => self.store.document_label(&allowed, &document).await?,
        };
        let ImportDto { collection, name, .. } = import;
        let reading = self.read(collection, name, label, bytes).await?;
        let decisions = self.store.quarantine_decisions(&allowed, &document).await?;
        let Sifted { clean: passages, held } = self.sift(reading, decisions).await?;
        let labels = passages.iter().chain(held.iter().map(|held| &held.passage));
        let label = labels.map(|passage| passage.label).max().unwrap_or(Label::Public);
        let import = Import {
            document: &document,
            passages: &passages,
            label: named,
            placement: placement.as_ref(),
        };
        let now = self.options.clock.now();
        // First, so that nothing of the document goes in without what was held back being known.
        self.store.quarantine_passages(&allowed, &document, &held, session.pseudonym, now).await?;
        let report = self.store.import_document(&allowed, import, session.pseudonym, now).await?;
        self.library.changed();
        Ok(ImportedDto {
            entries: passages.len() as u64,
            inserted: report.inserted,
            updated: report.updated,
            unchanged: report.unchanged,
            deleted: report.deleted,
            held: held.len() as u64,
            label: label.into(),
        })
    }

    /// Every document that was imported.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn documents(&self, session: &Session) -> Result<DocumentsDto, AppError> {
        let allowed = self.knowledge_editor(session).await?;
        let names = self.account_names().await?;
        let items = self.store.documents(&allowed).await?.into_iter().map(|row| DocumentDto {
            collection: row.collection,
            name: row.name,
            entries: row.passages,
            labels: row.labels.into_iter().map(LabelDto::from).collect(),
            placement: PlacementDto::new(row.placement, &names),
            imported_at: row.imported_at.to_string(),
        });
        Ok(DocumentsDto { items: items.collect() })
    }

    /// Removes a document with its entries.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none; [`ErrorCode::Denied`].
    pub async fn remove_document(
        &self,
        session: &Session,
        collection: &str,
        name: &str,
    ) -> Result<RemovedDto, AppError> {
        let allowed = self.knowledge_editor(session).await?;
        let document = document(collection, name)?;
        let now = self.options.clock.now();
        let removed =
            self.store.remove_document(&allowed, &document, session.pseudonym, now).await?;
        let deleted = removed.ok_or_else(AppError::not_found)?;
        self.library.changed();
        Ok(RemovedDto { deleted })
    }

    /// How far the index is behind the store.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`].
    pub async fn index_state(&self, session: &Session) -> Result<IndexDto, AppError> {
        self.knowledge_editor(session).await?;
        let (progress, settled) = self.library.progress();
        Ok(IndexDto {
            settled,
            failed: progress.failed,
            entries: progress.entries,
            encoded: progress.encoded,
            limit: if settled { self.encoder_trouble().await.map(|why| why.message) } else { None },
        })
    }

    /// The best entries for each of many questions, within what the editor may read. Waits until the
    /// index has seen every change.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for more than 256 questions; [`ErrorCode::Denied`].
    pub async fn search(
        &self,
        session: &Session,
        search: SearchDto,
    ) -> Result<SearchResultsDto, AppError> {
        self.knowledge_editor(session).await?;
        if search.queries.len() > MOST_QUERIES {
            let most = format!("A search takes at most {MOST_QUERIES} questions at once.");
            return Err(AppError::new(ErrorCode::InvalidRequest, most));
        }
        self.library.settled().await;
        let (index, scope) = (self.index(), self.access.read_scope(session));
        let top = search.top.min(MOST_HITS);
        let look = move || {
            let texts: Vec<&str> = search.queries.iter().map(|query| query.text.as_str()).collect();
            let found = index.search_all(&scope, &texts, top)?;
            let items = search.queries.iter().zip(found).map(|(query, found)| FoundDto {
                id: query.id.clone(),
                in_scope: found.in_scope,
                hits: found.hits.iter().map(|hit| FoundHitDto::new(hit, search.explain)).collect(),
            });
            Ok(SearchResultsDto { items: items.collect() })
        };
        tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| failed(&error))?
            .map_err(|error: cloister_knowledge::KnowledgeError| failed(&error))
    }

    /// Why the search goes by words alone, once the encoder is loaded or known not to be.
    pub(crate) async fn encoder_trouble(&self) -> Option<AppError> {
        let encoder = self.encoder.clone();
        tokio::task::spawn_blocking(move || encoder.trouble()).await.ok().flatten()
    }

    pub(crate) async fn knowledge_editor(
        &self,
        session: &Session,
    ) -> Result<Authorized<act::ImportKnowledge>, AppError> {
        self.authorise(session, &Resource::Appliance).await
    }
}

/// A document by its names, where they can be ones.
pub(crate) fn document(collection: &str, name: &str) -> Result<Document, AppError> {
    let collection: AuditCode = collection.parse().map_err(|_| {
        let rule = "A collection\u{2019}s name has 1 to 64 letters, digits or . _ : / -";
        AppError::new(ErrorCode::InvalidRequest, rule)
    })?;
    Ok(Document { collection, name: name.to_owned() })
}

impl From<IngestError> for AppError {
    fn from(error: IngestError) -> Self {
        Self::new(ErrorCode::DocumentUnreadable, sentence(&error.to_string()))
    }
}
