//! Attempts that end the process which makes them, made in a child.

use super::Attempt;

/// What the kernel does to a caller of a foreign system-call table.
const KILLED: &str = "killed";

/// `getpid` in the x32 table: the native number with the table's bit.
#[cfg(target_arch = "x86_64")]
const X32_GETPID: libc::c_long = 0x4000_0000 + libc::SYS_getpid;

/// Calls through the x32 and the 32-bit table, each in a child that runs `before` first.
#[cfg(target_arch = "x86_64")]
pub(super) fn foreign_calls(before: impl Fn() -> bool) -> Vec<Attempt> {
    vec![
        Attempt::new("x32 system call", KILLED, in_child(&before, x32)),
        Attempt::new("32-bit system call", KILLED, in_child(&before, compat)),
    ]
}

/// Other processors have no second table to try.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn foreign_calls(_before: impl Fn() -> bool) -> Vec<Attempt> {
    Vec::new()
}

#[cfg(target_arch = "x86_64")]
fn x32() {
    #[expect(unsafe_code, reason = "the number belongs to no table that a library uses")]
    // SAFETY: getpid takes no arguments and touches no memory.
    unsafe {
        libc::syscall(X32_GETPID);
    }
}

#[cfg(target_arch = "x86_64")]
fn compat() {
    #[expect(unsafe_code, reason = "only this instruction enters the 32-bit table")]
    // SAFETY: call 20 of that table is getpid; the kernel may change eax and r8 to r11 only.
    unsafe {
        core::arch::asm!(
            "int 0x80",
            inout("eax") 20 => _,
            out("r8") _,
            out("r9") _,
            out("r10") _,
            out("r11") _,
        );
    }
}

/// How a child ended that ran `before` and then `act`: killed by SIGSYS, or something to report.
#[cfg(target_arch = "x86_64")]
fn in_child(before: &impl Fn() -> bool, act: fn()) -> String {
    #[expect(unsafe_code, reason = "std has no fork, and a new program would have new filters")]
    // SAFETY: the child makes plain system calls and exits; only the single-threaded probe command
    // passes a `before` that allocates.
    let child = unsafe { libc::fork() };
    if child < 0 {
        return String::from("no child could be started");
    }
    if child == 0 {
        let status = if before() {
            act();
            0
        } else {
            1
        };
        #[expect(unsafe_code, reason = "the child must not run the parent's exit handlers")]
        // SAFETY: ends the child at once.
        unsafe {
            libc::_exit(status);
        }
    }
    let mut status = 0;
    #[expect(unsafe_code, reason = "std waits only for children that it started")]
    // SAFETY: `child` is ours and not yet waited for; the pointer is to a live local.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    if waited != child {
        return String::from("lost the child");
    }
    if libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGSYS {
        return String::from(KILLED);
    }
    format!("ended with wait status {status}")
}
