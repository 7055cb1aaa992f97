//! Archives: a folder in one file, each document of it imported by itself.

use cloister_access::Session;
use cloister_knowledge::{IngestError, Member};

use crate::{App, AppError, ArchiveDto, ArchiveItemDto, ErrorCode, ImportDto, ImportedDto};

impl App {
    /// Brings in the documents of an archive under their paths within it. One that cannot be read is
    /// named with the reason, and the rest goes in.
    ///
    /// # Errors
    /// [`ErrorCode::DocumentUnreadable`] when the archive itself cannot be unpacked; what was imported
    /// before that stays. [`ErrorCode::Denied`].
    pub async fn import_archive(
        &self,
        session: &Session,
        import: ImportDto,
        bytes: Vec<u8>,
    ) -> Result<ArchiveDto, AppError> {
        self.knowledge_editor(session).await?;
        let parser = self.options.parser.as_ref().ok_or(IngestError::NoParser)?;
        let mut archive = parser.unpack(&bytes).await?;
        drop(bytes);
        let mut items = Vec::new();
        while let Some(Member { name, bytes }) = archive.next().await? {
            let within = ImportDto { name: name.clone(), ..import.clone() };
            let imported = match bytes {
                Ok(bytes) => self.import_document(session, within, bytes).await,
                Err(error) => Err(error.into()),
            };
            items.push(item(name, imported)?);
        }
        if items.is_empty() {
            return Err(IngestError::Empty.into());
        }
        Ok(ArchiveDto { items })
    }
}

/// What became of a document. An error that is not about it ends the import.
fn item(name: String, imported: Result<ImportedDto, AppError>) -> Result<ArchiveItemDto, AppError> {
    match imported {
        Ok(imported) => Ok(ArchiveItemDto { name, imported: Some(imported), error: None }),
        Err(error)
            if matches!(
                error.code,
                ErrorCode::DocumentUnreadable | ErrorCode::DocumentConflict
            ) =>
        {
            Ok(ArchiveItemDto { name, imported: None, error: Some(error.message) })
        }
        Err(error) => Err(error),
    }
}
