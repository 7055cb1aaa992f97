//! The table of single system calls that are tried.

use libc::c_long;

use super::Attempt;

const EACCES: &str = "EACCES";
const ENOSYS: &str = "ENOSYS";
const EPERM: &str = "EPERM";
const OPENS: &str = "opens";

/// Address families that Linux has assigned so far, with two in hand (linux/socket.h, `AF_MAX`).
const FAMILIES: std::ops::RangeInclusive<c_long> = 0..=47;

/// Socket types that a program could ask for.
const TYPES: &[(&str, libc::c_int)] = &[
    ("stream", libc::SOCK_STREAM),
    ("datagram", libc::SOCK_DGRAM),
    ("raw", libc::SOCK_RAW),
    ("sequenced", libc::SOCK_SEQPACKET),
];

/// A request of `keyctl` and of terminals, where the type of the constant is narrower.
const TIOCSTI: c_long = libc::TIOCSTI.cast_signed();

/// One system call, made so that an open kernel answers with another error than a filter does, or
/// succeeds without effect.
pub(super) struct Call {
    name: String,
    number: c_long,
    arguments: [c_long; 6],
    expected: &'static str,
}

/// Name, number and arguments; missing arguments are 0, and 0 where memory is expected is a null
/// pointer, so that no call can reach memory of this process.
type Row = (&'static str, c_long, &'static [c_long]);

/// Refused with `EPERM` in every role.
const FORBIDDEN: &[Row] = &[
    ("ptrace: read process 1", libc::SYS_ptrace, &[2, 1]),
    ("process_vm_readv", libc::SYS_process_vm_readv, &[1]),
    ("process_vm_writev", libc::SYS_process_vm_writev, &[1]),
    ("pidfd_getfd", libc::SYS_pidfd_getfd, &[-1, -1]),
    ("bpf", libc::SYS_bpf, &[-1]),
    ("perf_event_open", libc::SYS_perf_event_open, &[]),
    ("userfaultfd", libc::SYS_userfaultfd, &[-1]),
    ("kexec_load", libc::SYS_kexec_load, &[0, 0, 0, -1]),
    ("init_module", libc::SYS_init_module, &[]),
    ("finit_module", libc::SYS_finit_module, &[-1]),
    ("mount", libc::SYS_mount, &[]),
    ("umount2", libc::SYS_umount2, &[]),
    ("fsopen", libc::SYS_fsopen, &[]),
    ("fsmount", libc::SYS_fsmount, &[-1]),
    ("move_mount", libc::SYS_move_mount, &[-1, 0, -1, 0]),
    ("open_tree", libc::SYS_open_tree, &[-1]),
    ("add_key", libc::SYS_add_key, &[]),
    ("request_key: kernel name lookup", libc::SYS_request_key, &[]),
    ("keyctl", libc::SYS_keyctl, &[-1]),
    ("unshare", libc::SYS_unshare, &[]),
    ("setns", libc::SYS_setns, &[-1]),
    // CLONE_SIGHAND without CLONE_VM is invalid: an open kernel answers EINVAL and starts nothing.
    ("clone: user namespace", libc::SYS_clone, &[NEW_USER_INVALID]),
    ("clone: network namespace", libc::SYS_clone, &[NEW_NETWORK_INVALID]),
    ("open_by_handle_at", libc::SYS_open_by_handle_at, &[-1]),
    ("ioctl: type into the terminal", libc::SYS_ioctl, &[0, TIOCSTI]),
];

const NEW_USER_INVALID: c_long = (libc::CLONE_NEWUSER | libc::CLONE_SIGHAND) as c_long;
const NEW_NETWORK_INVALID: c_long = (libc::CLONE_NEWNET | libc::CLONE_SIGHAND) as c_long;

/// Absent everywhere; a sealed worker's own filter answers first, for all but `clone3`.
const RINGS: &[Row] = &[
    ("io_uring_setup", libc::SYS_io_uring_setup, &[1]),
    ("io_uring_enter", libc::SYS_io_uring_enter, &[-1]),
    ("io_uring_register", libc::SYS_io_uring_register, &[-1]),
];

/// Refused only in a sealed worker.
const SEALED: &[Row] = &[
    ("open", libc::SYS_openat, &[libc::AT_FDCWD as c_long]),
    ("openat2", libc::SYS_openat2, &[libc::AT_FDCWD as c_long]),
    ("execve", libc::SYS_execve, &[]),
    ("execveat", libc::SYS_execveat, &[-1]),
    ("clone: a process", libc::SYS_clone, &[libc::CLONE_SIGHAND as c_long]),
    ("connect", libc::SYS_connect, &[-1]),
    ("bind", libc::SYS_bind, &[-1]),
    ("sendto", libc::SYS_sendto, &[-1]),
    ("sendmsg", libc::SYS_sendmsg, &[-1]),
    ("recvmsg", libc::SYS_recvmsg, &[-1]),
    ("unlinkat", libc::SYS_unlinkat, &[-1]),
    ("renameat2", libc::SYS_renameat2, &[-1]),
    ("mkdirat", libc::SYS_mkdirat, &[-1]),
    ("linkat", libc::SYS_linkat, &[-1]),
    ("symlinkat", libc::SYS_symlinkat, &[]),
    ("truncate", libc::SYS_truncate, &[]),
    ("ftruncate", libc::SYS_ftruncate, &[-1]),
    ("fallocate", libc::SYS_fallocate, &[-1]),
    ("fchmodat", libc::SYS_fchmodat, &[-1]),
    ("pwrite64", libc::SYS_pwrite64, &[-1]),
    ("sendfile", libc::SYS_sendfile, &[-1, -1]),
    ("splice", libc::SYS_splice, &[-1]),
    ("copy_file_range", libc::SYS_copy_file_range, &[-1]),
    ("memfd_create", libc::SYS_memfd_create, &[]),
    ("shmget", libc::SYS_shmget, &[-1]),
    ("kill: signal 0 to itself", libc::SYS_kill, &[]),
    ("prctl: dumpable", libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as c_long, 9]),
    ("mmap: code", libc::SYS_mmap, &[0, 4096, READ_EXEC, PRIVATE_ANONYMOUS, -1, 0]),
    ("mprotect: code", libc::SYS_mprotect, &[0, 0, libc::PROT_EXEC as c_long]),
];

const READ_EXEC: c_long = (libc::PROT_READ | libc::PROT_EXEC) as c_long;
const PRIVATE_ANONYMOUS: c_long = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as c_long;

/// Everything that a locked process tries.
pub(super) fn locked() -> impl Iterator<Item = Call> {
    sockets(EACCES)
        .chain(rows(FORBIDDEN, EPERM))
        .chain(rows(RINGS, ENOSYS))
        .chain([clone3()])
        .chain([local_socket(OPENS)])
}

/// Everything that a sealed worker tries: it has no sockets at all.
pub(super) fn sealed() -> impl Iterator<Item = Call> {
    sockets(EPERM)
        .chain(rows(FORBIDDEN, EPERM))
        .chain(rows(RINGS, EPERM))
        .chain(rows(SEALED, EPERM))
        .chain([clone3()])
        .chain([local_socket(EPERM)])
}

fn rows(table: &'static [Row], expected: &'static str) -> impl Iterator<Item = Call> {
    table.iter().map(move |&(name, number, given)| {
        let mut arguments = [0; 6];
        for (argument, &value) in arguments.iter_mut().zip(given) {
            *argument = value;
        }
        Call { name: String::from(name), number, arguments, expected }
    })
}

/// `socket` and `socketpair` of every family but `AF_UNIX` and every type.
fn sockets(expected: &'static str) -> impl Iterator<Item = Call> {
    let families = FAMILIES.filter(|&family| {
        let loopback = [c_long::from(libc::AF_INET), c_long::from(libc::AF_INET6)];
        family != c_long::from(libc::AF_UNIX)
            && !(cfg!(feature = "e2e") && loopback.contains(&family))
    });
    families.flat_map(move |family| {
        TYPES.iter().flat_map(move |&(kind, value)| {
            [("socket", libc::SYS_socket), ("socketpair", libc::SYS_socketpair)].map(
                |(call, number)| Call {
                    name: format!("{call} family {family} {kind}"),
                    number,
                    arguments: [family, c_long::from(value), 0, 0, 0, 0],
                    expected,
                },
            )
        })
    })
}

/// The control: shows that the probe would notice a socket that opens.
fn local_socket(expected: &'static str) -> Call {
    let arguments = [c_long::from(libc::AF_UNIX), c_long::from(libc::SOCK_STREAM), 0, 0, 0, 0];
    Call { name: String::from("socket unix stream"), number: libc::SYS_socket, arguments, expected }
}

fn clone3() -> Call {
    let (name, number) = (String::from("clone3"), libc::SYS_clone3);
    Call { name, number, arguments: [0; 6], expected: ENOSYS }
}

impl Call {
    /// Makes the call; a descriptor that it opens is closed at once.
    pub(super) fn attempt(self) -> Attempt {
        let [first, second, third, fourth, fifth, sixth] = self.arguments;
        #[expect(unsafe_code, reason = "the point is to make calls that no library would make")]
        // SAFETY: every pointer in the tables is null and every descriptor invalid (or a terminal
        // at 0), so the kernel reads and writes no memory here; the one mapping is anonymous.
        let result =
            unsafe { libc::syscall(self.number, first, second, third, fourth, fifth, sixth) };
        if result < 0 {
            let got = error_name(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
            return Attempt::new(self.name, self.expected, got);
        }
        if [libc::SYS_socket, libc::SYS_socketpair].contains(&self.number) {
            #[expect(unsafe_code, reason = "the number was opened by the line above")]
            // SAFETY: nobody else owns this new descriptor.
            unsafe {
                libc::syscall(libc::SYS_close, result);
            }
        }
        Attempt::new(self.name, self.expected, String::from(OPENS))
    }
}

fn error_name(errno: libc::c_int) -> String {
    match errno {
        libc::EACCES => String::from(EACCES),
        libc::ENOSYS => String::from(ENOSYS),
        libc::EPERM => String::from(EPERM),
        other => format!("errno {other}"),
    }
}
