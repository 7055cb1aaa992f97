//! The hidden worker subcommands: a process that parses what may be hostile, and nothing else.

use std::{io, process::ExitCode, time::Duration};

use cloister_inference::worker;
use cloister_knowledge::parse_worker;

use crate::confine::{
    FileAccess, WorkerLimits, harden_process, limit_worker, lock_egress, restrict_files,
    seal_worker,
};

/// Name of the hidden subcommand that runs the model.
pub(crate) const INFER_WORKER: &str = "infer-worker";

/// Name of the hidden subcommand that reads one document.
pub(crate) const PARSE_WORKER: &str = "parse-worker";

/// Address space beside the model file itself and a copy of it: context, buffers, thread stacks.
const WORKING_MEMORY_BYTES: u64 = 4 << 30;

/// Address space of a process that reads a document: this program's libraries, the document, what it
/// unpacks to (256 MB at most) and the text of it.
const PARSING_MEMORY_BYTES: u64 = 2 << 30;

/// Processor time for one document, or for unpacking an archive.
const PARSING_TIME: Duration = Duration::from_secs(30);

/// Runs the model for the parent at the other end of the standard streams.
///
/// Standard error is the model file, so nothing can be said here: the exit status is all, and the
/// parent reports it.
pub(crate) fn infer() -> ExitCode {
    let confined = harden_process(&[])
        .and_then(|_| restrict_files(FileAccess::Worker, &[]))
        .and_then(|_| lock_egress());
    let Ok(lock) = confined else { return ExitCode::FAILURE };
    let model_bytes =
        rustix::fs::fstat(io::stderr()).ok().and_then(|stat| u64::try_from(stat.st_size).ok());
    let memory_bytes = WORKING_MEMORY_BYTES.saturating_add(2 * model_bytes.unwrap_or(0));
    if limit_worker(WorkerLimits { memory_bytes, processor_time: None }).is_err() {
        return ExitCode::FAILURE;
    }
    let seal = move || seal_worker(&lock).map_err(io::Error::other);
    match worker::run(io::stdin(), io::stdout(), seal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Reads one document for the parent at the other end of the standard streams, and ends.
pub(crate) fn parse() -> ExitCode {
    let confined = harden_process(&[])
        .and_then(|_| restrict_files(FileAccess::Worker, &[]))
        .and_then(|_| lock_egress());
    let Ok(lock) = confined else { return ExitCode::FAILURE };
    let limits =
        WorkerLimits { memory_bytes: PARSING_MEMORY_BYTES, processor_time: Some(PARSING_TIME) };
    if limit_worker(limits).is_err() {
        return ExitCode::FAILURE;
    }
    let seal = move || seal_worker(&lock).map_err(io::Error::other);
    match parse_worker::run(io::stdin(), io::stdout(), seal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
