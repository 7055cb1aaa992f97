//! Documents to entries: what needs no library here, the rest in a process of its own.

use cloister_knowledge::{IngestError, Reading, Source};
use cloister_types::Label;
use tokio::runtime::Handle;

use crate::{App, AppError, open::failed};

impl App {
    /// Reads the document called `name`.
    ///
    /// # Errors
    /// [`ErrorCode::DocumentUnreadable`](crate::ErrorCode::DocumentUnreadable) with the reason.
    pub(crate) async fn read(
        &self,
        collection: String,
        name: String,
        label: Option<Label>,
        bytes: Vec<u8>,
    ) -> Result<Reading, AppError> {
        let parser = self.options.parser.clone();
        let runtime = Handle::current();
        // A text of many megabytes keeps a thread busy, so that it is not one of the runtime's own.
        let read = move || {
            let source = Source { name: &name, collection: &collection, label, bytes: &bytes };
            match parser {
                Some(parser) => runtime.block_on(parser.read(&source)),
                None => cloister_knowledge::read_document(&source),
            }
        };
        let reading: Result<Reading, IngestError> =
            tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))?;
        Ok(reading?)
    }
}
