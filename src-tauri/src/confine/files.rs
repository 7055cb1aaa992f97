//! Landlock: which folders a process may write to, and which programs it may start.

use std::{
    env,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};

use super::ConfineError;

/// The rights asked for. Reading stays free (fonts, themes, libraries); a kernel that knows fewer
/// grants what it can, and [`FileLock`] says what is missing.
const RIGHTS: ABI = ABI::V4;

/// The first interface that keeps a process from emptying files elsewhere (Linux 6.2).
const TRUNCATION: ABI = ABI::V3;

/// The first interface with scopes for signals and abstract sockets (Linux 6.12).
const SCOPES: ABI = ABI::V6;

/// Devices that terminals and displays are written through; files of nobody lie there.
const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/tty",
    "/dev/pts",
    "/dev/dri",
    "/dev/udmabuf",
    "/dev/nvidia0",
    "/dev/nvidiactl",
    "/dev/nvidia-modeset",
];

/// Where distributions keep `WebKitWebProcess` and its siblings.
const WEBVIEW_PROGRAMS: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1",
    "/usr/libexec/webkit2gtk-4.1",
    "/usr/lib/webkit2gtk-4.1",
];

/// The interpreter that the kernel opens, by the right to execute, for every dynamic program.
const LOADERS: &[&str] = &["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

/// What kind of process asks, which decides what it may start and talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAccess {
    /// The window: starts itself and WebKit's programs, reaches the display's abstract socket.
    Window,
    /// The command line and the server: starts only itself.
    Terminal,
    /// A worker: starts nothing.
    Worker,
}

/// How far Landlock holds here. Never silent: `doctor` prints [`FileLock::limit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileLock {
    /// Every right that was asked for is enforced.
    Enforced,
    /// The kernel's Landlock is older; the sentences say what it leaves open.
    Partial(Vec<&'static str>),
    /// The kernel has no Landlock, or it was not enabled at boot.
    Unavailable(&'static str),
}

impl FileLock {
    /// What is left open, as one sentence for a person; `None` when nothing is.
    pub(crate) fn limit(&self) -> Option<String> {
        match self {
            Self::Enforced => None,
            Self::Partial(gaps) => Some(gaps.join("; ")),
            Self::Unavailable(reason) => Some(String::from(*reason)),
        }
    }
}

/// Forbids writing outside `writable`, starting other programs, and TCP, for good.
///
/// Binds this thread and what it starts, so it comes before any other thread (and after `serve`
/// has bound its listener). The folders exist already. One gap by design of Landlock: the dynamic
/// loader, which must be executable, also starts programs that it is given by name; they run under
/// these same limits.
///
/// # Errors
/// [`ConfineError::Kernel`] when a folder cannot be opened or the program not be found,
/// [`ConfineError::Landlock`] when the kernel refuses the rules. A kernel without Landlock is not
/// an error: see [`FileLock`].
pub(crate) fn restrict_files(
    access: FileAccess,
    writable: &[PathBuf],
) -> Result<FileLock, ConfineError> {
    let writing = AccessFs::from_write(RIGHTS);
    let mut rules = Ruleset::default().handle_access(writing | AccessFs::Execute)?;
    if !cfg!(feature = "e2e") {
        rules = rules.handle_access(AccessNet::from_all(RIGHTS))?;
    }
    let mut rules = rules
        .scope(scopes(access))?
        .create()?
        .add_rules(path_beneath_rules(DEVICES, AccessFs::WriteFile))?
        .add_rules(path_beneath_rules(programs(access)?, AccessFs::Execute))?;
    for folder in writable {
        rules = rules.add_rule(PathBeneath::new(open(folder)?, writing))?;
    }
    let status = rules.restrict_self()?;
    Ok(judge(&status.ruleset, status.landlock))
}

/// The end-to-end build is signalled and driven from outside, the shipped one is not.
fn scopes(access: FileAccess) -> BitFlags<Scope> {
    match access {
        FileAccess::Window => Scope::Signal.into(),
        FileAccess::Terminal | FileAccess::Worker => Scope::from_all(SCOPES),
    }
}

fn programs(access: FileAccess) -> Result<Vec<PathBuf>, ConfineError> {
    let act = ConfineError::kernel("find this program's own file");
    let mut own = vec![env::current_exe().map_err(act)?];
    own.extend(LOADERS.iter().map(PathBuf::from));
    match access {
        FileAccess::Window => own.extend(WEBVIEW_PROGRAMS.iter().map(PathBuf::from)),
        FileAccess::Terminal => {}
        FileAccess::Worker => own.clear(),
    }
    Ok(own)
}

fn open(folder: &Path) -> Result<PathFd, ConfineError> {
    PathFd::new(folder).map_err(|error| ConfineError::Kernel {
        act: "open a folder that should stay writable",
        source: std::io::Error::other(error),
    })
}

fn judge(enforced: &RulesetStatus, kernel: LandlockStatus) -> FileLock {
    let effective = match kernel {
        LandlockStatus::NotEnabled => {
            return FileLock::Unavailable("Landlock is not enabled at boot: file access is open");
        }
        LandlockStatus::NotImplemented => {
            return FileLock::Unavailable("the kernel has no Landlock: file access is open");
        }
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
    };
    let gaps: Vec<&'static str> = [
        (TRUNCATION, "files elsewhere can be emptied (Linux 6.2 closes this)"),
        (SCOPES, "other programs can be signalled (Linux 6.12 closes this)"),
    ]
    .into_iter()
    .filter_map(|(needed, gap)| (effective < needed).then_some(gap))
    .collect();
    match enforced {
        RulesetStatus::FullyEnforced => FileLock::Enforced,
        RulesetStatus::PartiallyEnforced => FileLock::Partial(gaps),
        RulesetStatus::NotEnforced => FileLock::Unavailable("no file rule could be enforced"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_kernel_is_reported_and_never_called_enforced() {
        let debian_12 = LandlockStatus::Available { effective_abi: ABI::V2, kernel_abi: None };
        let lock = judge(&RulesetStatus::PartiallyEnforced, debian_12);
        assert_eq!(lock.limit().map(|limit| limit.matches("Linux 6.").count()), Some(2));
        let none = judge(&RulesetStatus::NotEnforced, LandlockStatus::NotImplemented);
        assert!(matches!(none, FileLock::Unavailable(_)), "{none:?}");
        assert!(none.limit().is_some());
    }

    #[test]
    fn a_worker_starts_nothing() {
        assert_eq!(programs(FileAccess::Worker).expect("needs no kernel"), Vec::<PathBuf>::new());
    }
}
