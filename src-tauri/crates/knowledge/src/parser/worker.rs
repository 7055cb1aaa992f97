//! The other end: the process that reads one document and ends.

use std::io::{self, Read, Write};

use super::frame::{self, Job, Reply};
use crate::ingest::{Container, MAX_DOCUMENT_BYTES};

/// Most bytes that all files of an archive unpack to.
const MAX_ARCHIVE_EXPANDED: u64 = 1 << 30;

/// Does the one job that comes in by `input`. `seal` closes the process off once its libraries are
/// loaded and before it sees a byte of the document.
///
/// # Errors
/// When the parent is gone, says what is none of its messages, or the process cannot be closed off.
pub fn run(
    mut input: impl Read,
    mut output: impl Write,
    seal: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    seal()?;
    let job: Job = serde_json::from_slice(&body(&mut input)?)?;
    let document = body(&mut input)?;
    match job {
        Job::Read { format } => {
            let reply = match format.extract(document) {
                Ok(extract) => Reply::Extract(extract),
                Err(fault) => Reply::Failed(fault),
            };
            say(&mut output, &reply)?;
        }
        Job::Unpack => unpack(&document, &mut output)?,
    }
    output.flush()
}

fn unpack(archive: &[u8], output: &mut impl Write) -> io::Result<()> {
    let mut container = match Container::open(archive, MAX_ARCHIVE_EXPANDED) {
        Ok(container) => container,
        Err(fault) => return say(output, &Reply::Failed(fault)),
    };
    for index in 0..container.len() {
        match container.file(index) {
            Ok(None) => {}
            Ok(Some((name, bytes))) if bytes.len() > MAX_DOCUMENT_BYTES => {
                say(output, &Reply::Member { name, fault: Some(crate::ReadFault::Expands) })?;
            }
            Ok(Some((name, bytes))) => {
                say(output, &Reply::Member { name, fault: None })?;
                let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
                output.write_all(&length.to_le_bytes())?;
                output.write_all(&bytes)?;
            }
            // What is left of the budget is gone, or the file is locked or broken: the archive is at fault.
            Err(fault) => return say(output, &Reply::Failed(fault)),
        }
    }
    say(output, &Reply::Done)
}

fn body(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut prefix = [0; 4];
    input.read_exact(&mut prefix)?;
    let length = frame::length(prefix).ok_or(io::ErrorKind::InvalidData)?;
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    Ok(body)
}

fn say(output: &mut impl Write, reply: &Reply) -> io::Result<()> {
    output.write_all(&frame::encode(reply)?)
}
