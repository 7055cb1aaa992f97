//! Tries, from the inside, everything that confinement forbids, and reports what happened.
//!
//! `doctor` shows it, and a hidden subcommand prints it, so that a test can ask the shipped binary
//! itself, in every role and across `exec`.

mod calls;
mod child;

use std::fs;

use rustix::process::{self, DumpableBehavior, Resource, Rlimit};
use serde::Serialize;

use super::{EgressLock, INHERITED_FILTERS, seal::seal_worker};
use calls::Call;

/// From where the attempts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// A process that locked itself.
    Main,
    /// A process that was started by a locked one and did nothing itself.
    Inherited,
    /// A worker, which is sealed on top. Probing seals it: the process is of no other use after.
    Worker,
}

/// One attempt and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Attempt {
    /// What was tried, such as `socket inet stream`.
    pub(crate) name: String,
    /// The answer that confinement gives.
    pub(crate) expected: &'static str,
    /// The answer that came.
    pub(crate) got: String,
    /// Whether the two agree.
    pub(crate) ok: bool,
}

/// Every attempt of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProbeReport {
    /// From where the attempts were made.
    pub(crate) role: Role,
    /// Whether every attempt went as expected.
    pub(crate) ok: bool,
    /// The attempts, in the order in which they were made.
    pub(crate) attempts: Vec<Attempt>,
}

impl Attempt {
    fn new(name: impl Into<String>, expected: &'static str, got: String) -> Self {
        let ok = got == expected;
        Self { name: name.into(), expected, got, ok }
    }
}

/// Makes every attempt that `role` can make.
///
/// `lock` is what [`super::lock_egress`] returned; a process that only inherited its filters has
/// none. A worker without it is not sealed, which its report shows.
pub(crate) fn probe(role: Role, lock: Option<&EgressLock>) -> ProbeReport {
    let seal = || lock.is_some_and(|lock| seal_worker(lock).is_ok());
    let mut attempts = state(role);
    match role {
        Role::Main | Role::Inherited => {
            attempts.extend(child::foreign_calls(|| true));
            attempts.extend(calls::locked().map(Call::attempt));
        }
        Role::Worker => {
            attempts.extend(child::foreign_calls(seal));
            let sealed = if seal() { "sealed" } else { "open" };
            attempts.push(Attempt::new("second filter", "sealed", String::from(sealed)));
            attempts.extend(calls::sealed().map(Call::attempt));
        }
    }
    ProbeReport { role, ok: attempts.iter().all(|attempt| attempt.ok), attempts }
}

/// What the kernel says about this process.
fn state(role: Role) -> Vec<Attempt> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map_or_else(|| String::from("unknown"), |value| String::from(value.trim()))
    };
    let filters = field("Seccomp_filters").parse::<usize>().unwrap_or(0);
    let enough = if filters >= INHERITED_FILTERS { "all installed" } else { "some missing" };
    let core = match process::getrlimit(Resource::Core) {
        Rlimit { maximum: Some(0 | 1), .. } => String::from("at most 1 byte"),
        Rlimit { maximum, .. } => format!("{maximum:?}"),
    };
    let dump = fs::read_to_string("/proc/self/coredump_filter").unwrap_or_default();
    let mut attempts = vec![
        Attempt::new("system-call filter mode", "2", field("Seccomp")),
        Attempt::new("inherited filters", "all installed", String::from(enough)),
        Attempt::new("no new privileges", "1", field("NoNewPrivs")),
        Attempt::new("core limit", "at most 1 byte", core),
        Attempt::new("memory in core dumps", "0", short_zero(dump.trim())),
    ];
    // `exec` makes a process dumpable again, which is why the two lines above exist.
    if role != Role::Inherited {
        let undumpable = process::dumpable_behavior() == Ok(DumpableBehavior::NotDumpable);
        let got = if undumpable { "no" } else { "yes" };
        attempts.push(Attempt::new("can be attached to", "no", String::from(got)));
    }
    attempts
}

/// A mask of eight zeros as `0`; any other as it is.
fn short_zero(mask: &str) -> String {
    let zero = !mask.is_empty() && mask.bytes().all(|digit| digit == b'0');
    String::from(if zero { "0" } else { mask })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without this, a probe that can only say "refused" would pass for a lock.
    #[test]
    fn an_open_process_is_reported_as_open() {
        let report = probe(Role::Main, None);
        assert!(!report.ok);
        let open = |name: &str| {
            let attempt = report.attempts.iter().find(|attempt| attempt.name == name);
            !attempt.unwrap_or_else(|| panic!("{name} is not tried")).ok
        };
        for name in [
            "system-call filter mode",
            "inherited filters",
            "x32 system call",
            "32-bit system call",
            "socket family 2 stream",
            "socket family 10 datagram",
            "socket family 16 raw",
            "socketpair family 40 stream",
            "io_uring_setup",
            "process_vm_readv",
            "pidfd_getfd",
            "request_key: kernel name lookup",
            "unshare",
            "clone3",
        ] {
            assert!(open(name), "{name} passes for refused in an open process");
        }
    }

    #[test]
    fn every_family_but_the_local_one_is_tried() {
        let names: Vec<String> = calls::locked().map(|call| call.attempt().name).collect();
        for family in (0..=47).filter(|&family| family != libc::AF_UNIX) {
            for call in ["socket", "socketpair"] {
                let prefix = format!("{call} family {family} ");
                let tried = names.iter().filter(|name| name.starts_with(&prefix)).count();
                assert_eq!(tried, 4, "{prefix}");
            }
        }
    }

    #[test]
    fn dump_masks_read_as_zero_only_when_they_are() {
        assert_eq!(short_zero("00000000"), "0");
        assert_eq!(short_zero("00000033"), "00000033");
        assert_eq!(short_zero(""), "");
    }
}
