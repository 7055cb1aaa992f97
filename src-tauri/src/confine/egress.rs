//! The egress lock: system-call filters that every Cloister process and every child lives under.

use std::{collections::BTreeMap, env::consts::ARCH};

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads, sock_filter,
};

use super::ConfineError;

#[cfg(all(feature = "e2e", not(debug_assertions)))]
compile_error!(
    "the `e2e` feature opens loopback sockets and needs debug assertions: never ship it"
);

/// Filters that [`lock_egress`] installs; a child shows at least as many in `/proc/<pid>/status`.
pub(crate) const INHERITED_FILTERS: usize = 4;

/// System-call numbers from here up are the x32 table (`__X32_SYSCALL_BIT`, `asm/unistd.h`).
const X32_SYSCALL_BIT: u32 = 0x4000_0000;

/// `AUDIT_ARCH_*` of this build (linux/audit.h): ELF machine, 64-bit and little-endian bits.
const NATIVE_ARCHITECTURE: u32 = if cfg!(target_arch = "x86_64") {
    0xC000_003E
} else if cfg!(target_arch = "aarch64") {
    0xC000_00B7
} else {
    0xC000_00F3
};

/// Address families that may exist; `WebDriver` needs loopback, in its build only.
const FAMILIES: &[libc::c_int] = if cfg!(feature = "e2e") {
    &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6]
} else {
    &[libc::AF_UNIX]
};

/// Answered with `ENOSYS`, so that callers fall back instead of failing.
///
/// A ring opens and uses sockets without the calls that the socket filter sees; `clone3` passes
/// its flags in memory, where no filter can read them, and glibc falls back to `clone`.
const ABSENT: &[libc::c_long] = &[
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_clone3,
];

/// Answered with `EPERM`. Neither GTK, WebKit (its bubblewrap sandbox is off), Mesa nor llama.cpp
/// needs any of them.
const FORBIDDEN: &[libc::c_long] = &[
    // Into another process, which may have the sockets that this one lacks.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    // Into the kernel: loading code, tracing, faulting it at will, raw hardware.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    // Network file systems: the kernel opens the sockets for whoever mounts.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    // Keyrings: asking for a key of type dns_resolver makes the kernel look a name up.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // New namespaces bring privileges with them; other processes' bring their network.
    libc::SYS_unshare,
    libc::SYS_setns,
    // Past every directory permission, by inode.
    libc::SYS_open_by_handle_at,
];

/// `clone` flags that make namespaces; a thread or a plain child sets none of them.
const NAMESPACE_FLAGS: &[libc::c_int] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// Terminal requests that type into the shell behind us, which is not confined.
const TYPING_REQUESTS: &[libc::c_ulong] = &[libc::TIOCSTI, libc::TIOCLINUX];

/// Proof that this process and all it will start can open `AF_UNIX` sockets and nothing else.
#[derive(Debug)]
pub(crate) struct EgressLock(());

/// Installs the inherited filters in every thread of this process, for good.
///
/// # Errors
/// [`ConfineError::Compile`] on a processor without a known system-call table, and
/// [`ConfineError::Install`] when the kernel refuses; the caller ends the process in both cases.
pub(crate) fn lock_egress() -> Result<EgressLock, ConfineError> {
    // Compiled before the first is installed: a failure leaves no half of a lock behind.
    let programs: [BpfProgram; INHERITED_FILTERS] =
        [native_calls_only(), only_families()?, absent()?, forbidden()?];
    for program in &programs {
        apply_filter_all_threads(program)?;
    }
    Ok(EgressLock(()))
}

/// Compiles "these rules get `on_match`, all else `otherwise`" for this processor.
pub(super) fn compile(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    on_match: SeccompAction,
    otherwise: SeccompAction,
) -> Result<BpfProgram, ConfineError> {
    let target: TargetArch = ARCH.try_into()?;
    Ok(SeccompFilter::new(rules, otherwise, on_match, target)?.try_into()?)
}

/// A condition on the low 32 bits of an argument, which is all that the kernel reads of an `int`.
pub(super) fn low(
    index: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, ConfineError> {
    Ok(SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)?)
}

/// The kernel's bit pattern of an `int` constant.
pub(super) fn bits(value: libc::c_int) -> u64 {
    u64::from(value.cast_unsigned())
}

fn only_families() -> Result<BpfProgram, ConfineError> {
    let others = FAMILIES.iter().map(|&family| low(0, SeccompCmpOp::Ne, bits(family)));
    let rule = SeccompRule::new(others.collect::<Result<_, _>>()?)?;
    let rules = [libc::SYS_socket, libc::SYS_socketpair].map(|call| (call, vec![rule.clone()]));
    refuse(rules.into(), libc::EACCES)
}

fn absent() -> Result<BpfProgram, ConfineError> {
    refuse(ABSENT.iter().map(|&call| (call, vec![])).collect(), libc::ENOSYS)
}

fn forbidden() -> Result<BpfProgram, ConfineError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        FORBIDDEN.iter().map(|&call| (call, vec![])).collect();
    let namespaces = NAMESPACE_FLAGS.iter().map(|&flag| {
        let set = low(0, SeccompCmpOp::MaskedEq(bits(flag)), bits(flag))?;
        Ok(SeccompRule::new(vec![set])?)
    });
    rules.insert(libc::SYS_clone, namespaces.collect::<Result<_, ConfineError>>()?);
    let typing = TYPING_REQUESTS
        .iter()
        .map(|&request| Ok(SeccompRule::new(vec![low(1, SeccompCmpOp::Eq, request)?])?));
    rules.insert(libc::SYS_ioctl, typing.collect::<Result<_, ConfineError>>()?);
    refuse(rules, libc::EPERM)
}

fn refuse(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    errno: libc::c_int,
) -> Result<BpfProgram, ConfineError> {
    let answer = SeccompAction::Errno(errno.cast_unsigned());
    compile(rules, answer, SeccompAction::Allow)
}

/// Kills a process that uses another processor's system-call table or the x32 one.
///
/// Written out because the compiler above filters single calls, and each of x32's several hundred
/// would be one. A number of -1, which only tracers use, is killed too.
fn native_calls_only() -> BpfProgram {
    // linux/bpf_common.h: LD|W|ABS, JMP|JEQ|K, JMP|JGE|K, RET|K.
    const LOAD: u16 = 0x20;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const JUMP_IF_NOT_BELOW: u16 = 0x35;
    const RETURN: u16 = 0x06;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    // struct seccomp_data (linux/seccomp.h): the number at offset 0, the architecture at 4.
    vec![
        step(LOAD, 0, 0, 4),
        step(JUMP_IF_EQUAL, 1, 0, NATIVE_ARCHITECTURE),
        step(RETURN, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
        step(LOAD, 0, 0, 0),
        step(JUMP_IF_NOT_BELOW, 0, 1, X32_SYSCALL_BIT),
        step(RETURN, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}
