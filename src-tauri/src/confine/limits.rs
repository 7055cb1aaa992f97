//! Limits of a process: no core dumps, no new privileges, no stray descriptors, bounded workers.

use std::{fs, io, os::fd::RawFd, time::Duration};

use rustix::{
    fs::Mode,
    process::{self, DumpableBehavior, Resource, Rlimit},
};

use super::ConfineError;

/// Which memory goes into a core dump of this process and its children; 0 is none (core(5)).
const COREDUMP_FILTER: &str = "/proc/self/coredump_filter";

/// Open descriptors of a worker: its pipes, its model, and what a library opens while loading.
const WORKER_OPEN_FILES: u64 = 64;

/// What one worker process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkerLimits {
    /// Address space in bytes, mapped model included (`RLIMIT_AS`).
    pub(crate) memory_bytes: u64,
    /// Processor time, rounded up to whole seconds (`RLIMIT_CPU`); `None` for a long-lived worker.
    pub(crate) processor_time: Option<Duration>,
}

/// Bounds the memory, processor time and descriptors of a worker, and lets it grow no file.
///
/// A worker's standard streams are pipes or `/dev/null`: writing to a file ends it (`SIGXFSZ`).
///
/// # Errors
/// [`ConfineError::Kernel`] when a limit cannot be set.
pub(crate) fn limit_worker(limits: WorkerLimits) -> Result<(), ConfineError> {
    set(Resource::As, limits.memory_bytes, "limit the address space")?;
    set(Resource::Nofile, WORKER_OPEN_FILES, "limit open descriptors")?;
    set(Resource::Fsize, 0, "forbid growing files")?;
    if let Some(time) = limits.processor_time {
        let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
        set(Resource::Cpu, seconds, "limit processor time")?;
    }
    Ok(())
}

/// Files that this process creates are its owner's alone.
pub(super) fn restrict_new_files() {
    process::umask(Mode::RWXG | Mode::RWXO);
}

/// Sets `no_new_privs`, so that no set-user-id program regains what a filter took.
pub(super) fn forbid_new_privileges() -> Result<(), ConfineError> {
    #[expect(unsafe_code, reason = "prctl has no safe wrapper in the enabled features")]
    // SAFETY: this prctl takes integers only and touches no memory.
    let result = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    if result == 0 {
        return Ok(());
    }
    Err(ConfineError::kernel("forbid new privileges")(io::Error::last_os_error()))
}

/// Forbids core dumps of this process and its children; returns the weaknesses left.
///
/// A process is made dumpable again by `exec`, so the two inherited settings carry the promise: an
/// empty dump filter, and a hard core limit of 1 byte. A limit of 0 keeps files from being written
/// but not a piped handler from being fed; 1 is the value that stops both (`fs/coredump.c`).
pub(super) fn forbid_core_dumps() -> Result<Vec<String>, ConfineError> {
    let mut weaknesses = Vec::new();
    // Before the process turns undumpable: from then on this file belongs to root.
    empty_dump_filter()?;
    let one_byte = Rlimit { current: Some(1), maximum: Some(1) };
    if process::setrlimit(Resource::Core, one_byte).is_err() {
        // An inherited hard limit of 0 cannot be raised to 1 without privilege.
        set(Resource::Core, 0, "forbid core dumps")?;
        weaknesses.push(String::from(
            "the core limit is 0 and cannot be 1: a piped crash handler still sees register values",
        ));
    }
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(ConfineError::kernel("forbid attaching to this process"))?;
    Ok(weaknesses)
}

fn empty_dump_filter() -> Result<(), ConfineError> {
    let act = "empty the core dump filter";
    // A worker inherits the empty filter, and may no longer be allowed to write any file.
    let present = fs::read_to_string(COREDUMP_FILTER).map_err(ConfineError::kernel(act))?;
    if present.trim().bytes().all(|digit| digit == b'0') {
        return Ok(());
    }
    fs::write(COREDUMP_FILTER, "0").map_err(ConfineError::kernel(act))
}

/// Closes every descriptor from 3 upwards that is not in `keep`.
pub(super) fn close_descriptors(keep: &[RawFd]) -> Result<(), ConfineError> {
    let mut kept: Vec<u32> = keep.iter().filter_map(|&fd| u32::try_from(fd).ok()).collect();
    kept.sort_unstable();
    let mut first = 3;
    for fd in kept.into_iter().filter(|&fd| fd >= 3) {
        if fd > first {
            close_range(first, fd - 1)?;
        }
        first = fd + 1;
    }
    close_range(first, u32::MAX)
}

fn close_range(first: u32, last: u32) -> Result<(), ConfineError> {
    #[expect(unsafe_code, reason = "closing by number is outside Rust's ownership of descriptors")]
    // SAFETY: first act of `main`: no Rust value owns a descriptor in this range yet.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
    if result == 0 {
        return Ok(());
    }
    Err(ConfineError::kernel("close inherited descriptors (Linux 5.9 or newer is needed)")(
        io::Error::last_os_error(),
    ))
}

/// Names each standard stream that is itself a socket of a family other than `AF_UNIX`.
pub(super) fn network_on_standard_streams() -> Vec<String> {
    let streams = [(0, "input"), (1, "output"), (2, "error")];
    let network = streams
        .iter()
        .filter(|(fd, _)| socket_family(*fd).is_some_and(|family| family != libc::AF_UNIX));
    network
        .map(|(_, name)| format!("standard {name} is a network socket that was passed in"))
        .collect()
}

fn socket_family(fd: RawFd) -> Option<libc::c_int> {
    let mut family: libc::c_int = 0;
    let mut length = libc::socklen_t::try_from(size_of::<libc::c_int>()).ok()?;
    #[expect(unsafe_code, reason = "a borrowed number, perhaps closed: no owned descriptor exists")]
    // SAFETY: both pointers are to live locals, and `length` is the size of the first.
    let result = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_DOMAIN,
            (&raw mut family).cast(),
            &raw mut length,
        )
    };
    (result == 0).then_some(family)
}

fn set(resource: Resource, value: u64, act: &'static str) -> Result<(), ConfineError> {
    let limit = Rlimit { current: Some(value), maximum: Some(value) };
    process::setrlimit(resource, limit).map_err(ConfineError::kernel(act))
}
