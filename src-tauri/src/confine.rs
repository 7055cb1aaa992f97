//! Process hardening and the egress lock: what every Cloister process does before anything else.
//!
//! Order: [`harden_process`], [`restrict_files`] where files matter, [`lock_egress`] (`serve` binds
//! its listener before that step), then [`settle_environment`], which starts the program once more
//! so that threads of libraries, which run before `main`, are under the lock too. A worker
//! adds [`limit_worker`] before it reads its input and [`seal_worker`] once its model is loaded.
//! Everything is inherited by every child, across `exec` too, and nothing can be undone.
//!
//! **Not seen from here:** programs that listen on `AF_UNIX` sockets and act on a request (the
//! session bus, the display server), descriptors that such a program hands over, and folders that
//! lie on a network file system. `doctor` names them.
//!
//! The only module of the program that talks to the kernel unsafely; each block says why it may.

mod command;
mod egress;
mod environment;
mod files;
mod limits;
mod memory;
mod probe;
mod seal;

use std::{io, os::fd::RawFd};

pub(crate) use command::{PROBE_COMMAND, run_probe};
pub(crate) use egress::{EgressLock, INHERITED_FILTERS, lock_egress};
pub(crate) use environment::settle_environment;
pub(crate) use files::{FileAccess, restrict_files};
pub(crate) use limits::{WorkerLimits, limit_worker};
pub(crate) use probe::{Role, probe};
pub(crate) use seal::seal_worker;

/// Why a process could not be confined. Every variant is a reason to stop: fail closed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConfineError {
    /// The kernel refused a step that every supported kernel (Linux 5.9 or newer) grants.
    #[error("cannot {act}")]
    Kernel {
        /// What was tried, as a verb phrase.
        act: &'static str,
        /// The kernel's answer.
        #[source]
        source: io::Error,
    },
    /// A system-call filter could not be compiled for this processor.
    #[error("cannot compile a system-call filter")]
    Compile(#[from] seccompiler::BackendError),
    /// A system-call filter could not be installed.
    #[error("cannot install a system-call filter")]
    Install(#[from] seccompiler::Error),
    /// The kernel has Landlock and refused the rules.
    #[error("cannot restrict file access")]
    Landlock(#[from] landlock::RulesetError),
}

impl ConfineError {
    /// Makes the closure for `map_err` that names the act.
    fn kernel<E: Into<io::Error>>(act: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Kernel { act, source: source.into() }
    }
}

/// Closes inherited descriptors, forbids core dumps and new privileges, and locks the memory of keys
/// from here on.
///
/// Descriptors of 3 and above are closed unless listed in `keep`. Returns the weaknesses left, each
/// a sentence for `doctor`; none is good.
///
/// # Errors
/// [`ConfineError::Kernel`] when a step fails.
pub(crate) fn harden_process(keep: &[RawFd]) -> Result<Vec<String>, ConfineError> {
    limits::forbid_new_privileges()?;
    let mut limits = limits::forbid_core_dumps()?;
    limits::restrict_new_files();
    limits::close_descriptors(keep)?;
    limits.extend(limits::network_on_standard_streams());
    cloister_types::lock_keys_by(&memory::SystemLock);
    Ok(limits)
}
