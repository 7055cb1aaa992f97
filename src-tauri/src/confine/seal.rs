//! The second filter of a worker: what inference needs once its model is loaded, and nothing else.

use std::{collections::BTreeMap, process};

use seccompiler::{SeccompAction, SeccompCmpOp, SeccompRule, apply_filter_all_threads};

use super::{
    ConfineError,
    egress::{self, EgressLock, low},
};

/// Calls that stay open without conditions: work on what the process already holds.
const ALLOWED: &[libc::c_long] = &[
    // The pipes, and pages of the model.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    // Memory that is not code (mmap and mprotect have conditions).
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_munlock,
    // Threads and waiting. `clone3` stays for the inherited filter to answer with ENOSYS, without
    // which glibc would not fall back to `clone`.
    libc::SYS_clone3,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Signals to itself (tgkill has a condition), so that an abort is seen as one.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    // Time, randomness, size of the machine.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
];

/// `prctl` that names an anonymous mapping (linux/prctl.h); glibc's allocator calls it.
const PR_SET_VMA: u64 = 0x5356_4d41;

/// Leaves this worker with its pipes and its memory: no opening, no sockets, no programs, no code.
///
/// Everything else gets `EPERM`. Takes the lock because `clone3` is left to its filter.
///
/// # Errors
/// [`ConfineError::Compile`] or [`ConfineError::Install`]; the caller ends the process.
pub(crate) fn seal_worker(_locked: &EgressLock) -> Result<(), ConfineError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|&call| (call, vec![])).collect();
    rules.extend(conditional()?);
    let refused = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let program = egress::compile(rules, SeccompAction::Allow, refused)?;
    apply_filter_all_threads(&program)?;
    Ok(())
}

fn conditional() -> Result<[(i64, Vec<SeccompRule>); 7], ConfineError> {
    let executable = egress::bits(libc::PROT_EXEC);
    let thread = egress::bits(libc::CLONE_THREAD);
    let not_code = low(2, SeccompCmpOp::MaskedEq(executable), 0)?;
    let a_thread = low(0, SeccompCmpOp::MaskedEq(thread), thread)?;
    let this_process = low(0, SeccompCmpOp::Eq, u64::from(process::id()))?;
    let reads_flags = |request| low(1, SeccompCmpOp::Eq, egress::bits(request));
    let names = |option| low(0, SeccompCmpOp::Eq, option);
    // A limit is read when the pointer to a new one is null: both halves of argument 2.
    let no_new_limit = seccompiler::SeccompCondition::new(
        2,
        seccompiler::SeccompCmpArgLen::Qword,
        SeccompCmpOp::Eq,
        0,
    )?;
    let one = |condition| SeccompRule::new(vec![condition]);
    Ok([
        (libc::SYS_mmap, vec![one(not_code.clone())?]),
        (libc::SYS_mprotect, vec![one(not_code)?]),
        (libc::SYS_clone, vec![one(a_thread)?]),
        (libc::SYS_tgkill, vec![one(this_process)?]),
        (libc::SYS_prlimit64, vec![one(no_new_limit)?]),
        (
            libc::SYS_fcntl,
            vec![one(reads_flags(libc::F_GETFD)?)?, one(reads_flags(libc::F_GETFL)?)?],
        ),
        (
            libc::SYS_prctl,
            vec![one(names(egress::bits(libc::PR_SET_NAME))?)?, one(names(PR_SET_VMA)?)?],
        ),
    ])
}
