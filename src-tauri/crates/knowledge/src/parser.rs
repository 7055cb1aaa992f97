//! Foreign formats, read in a process of its own: one document a process.
//!
//! The process is this program again, confined by its shell, and knows nothing but the document. What
//! it hands back is text in frames of bounded length, so that whoever takes it over gains a text.

mod frame;
pub mod worker;

use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::{
    IngestError, Reading, Source,
    ingest::{Foreign, read_document, read_extract},
};
use frame::{Job, Reply};

/// Longest wait for what a process says next. Its processor time is limited besides.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the processes that read.
#[derive(Debug, Clone)]
pub struct Parser {
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// An archive being unpacked. Dropping it ends the process.
pub struct Archive(Link);

/// A file of an archive.
pub struct Member {
    /// Its path within the archive.
    pub name: String,
    /// What it holds, or why it cannot be unpacked.
    pub bytes: Result<Vec<u8>, IngestError>,
}

impl Parser {
    /// Reads by running `program` with `arguments`, which ends in [`worker::run`].
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self { program, arguments }
    }

    /// Reads a document of any format.
    ///
    /// # Errors
    /// [`IngestError`], which says why it cannot be read and repeats nothing of it.
    pub async fn read(&self, source: &Source<'_>) -> Result<Reading, IngestError> {
        let Some(format) = Foreign::of(source.name) else { return read_document(source) };
        let mut link = self.start(&Job::Read { format }, source.bytes).await?;
        match link.next().await? {
            Reply::Extract(extract) => read_extract(source, extract),
            Reply::Failed(fault) => Err(fault.into()),
            Reply::Member { .. } | Reply::Done => Err(IngestError::ParserEnded),
        }
    }

    /// Unpacks an archive file by file.
    ///
    /// # Errors
    /// [`IngestError`] when the process cannot be started.
    pub async fn unpack(&self, archive: &[u8]) -> Result<Archive, IngestError> {
        Ok(Archive(self.start(&Job::Unpack, archive).await?))
    }

    async fn start(&self, job: &Job, bytes: &[u8]) -> Result<Link, IngestError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A library's words may repeat the document.
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| IngestError::NoParser)?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(IngestError::NoParser);
        };
        let job = frame::encode(job).map_err(|_| IngestError::TooLarge)?;
        let length = u32::try_from(bytes.len()).map_err(|_| IngestError::TooLarge)?.to_le_bytes();
        // The process reads all of it before it says anything.
        let sent = async {
            stdin.write_all(&job).await?;
            stdin.write_all(&length).await?;
            stdin.write_all(bytes).await
        };
        // A process that went away says so when it is read from.
        drop(timeout(PATIENCE, sent).await.map_err(|_| IngestError::TooSlow)?);
        Ok(Link { _child: child, stdout: BufReader::new(stdout) })
    }
}

impl Archive {
    /// The next file; nothing at the end.
    ///
    /// # Errors
    /// [`IngestError`] when the rest of the archive cannot be unpacked.
    pub async fn next(&mut self) -> Result<Option<Member>, IngestError> {
        match self.0.next().await? {
            Reply::Member { name, fault: Some(fault) } => {
                Ok(Some(Member { name, bytes: Err(fault.into()) }))
            }
            Reply::Member { name, fault: None } => {
                Ok(Some(Member { name, bytes: Ok(self.0.body().await?) }))
            }
            Reply::Failed(fault) => Err(fault.into()),
            Reply::Done => Ok(None),
            Reply::Extract(_) => Err(IngestError::ParserEnded),
        }
    }
}

/// A running process and what it says.
struct Link {
    /// Kept to be killed with this value.
    _child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Link {
    async fn next(&mut self) -> Result<Reply, IngestError> {
        let body = self.body().await?;
        serde_json::from_slice(&body).map_err(|_| IngestError::ParserEnded)
    }

    async fn body(&mut self) -> Result<Vec<u8>, IngestError> {
        let read = async {
            let mut length = [0; 4];
            self.stdout.read_exact(&mut length).await.ok()?;
            let mut body = vec![0; frame::length(length)?];
            self.stdout.read_exact(&mut body).await.ok()?;
            Some(body)
        };
        timeout(PATIENCE, read)
            .await
            .map_err(|_| IngestError::TooSlow)?
            .ok_or(IngestError::ParserEnded)
    }
}
