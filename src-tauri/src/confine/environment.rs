//! The environment a process keeps: an allow-list, and what the window needs besides.
//!
//! Many variables name code to load (`LD_PRELOAD`, `GTK_MODULES`, `GIO_EXTRA_MODULES`,
//! `GDK_PIXBUF_MODULE_FILE`, `GCONV_PATH`, `GST_PLUGIN_PATH`, `LIBGL_DRIVERS_PATH`) or open doors
//! (`TAURI_WEBVIEW_AUTOMATION`, `WEBKIT_INSPECTOR_SERVER`, `GTK_DEBUG=interactive`, `JSC_*`), and
//! libraries add more with every release. So the list says what stays, not what goes.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt,
    process::Command,
};

use super::ConfineError;

/// Variables that stay, each harmless by itself.
const KEPT: &[&str] = &[
    // Who and where: paths and names, no code.
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "TZ",
    "LANG",
    "LANGUAGE",
    // The terminal.
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "LINES",
    // The display, its scale, theme and input method. `GTK_IM_MODULE` names one of the modules
    // that the system's own cache lists; the variable that replaces that cache does not stay.
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "GDK_BACKEND",
    "GDK_SCALE",
    "GDK_DPI_SCALE",
    "GTK_THEME",
    "GTK_IM_MODULE",
    "XMODIFIERS",
    "XCURSOR_THEME",
    "XCURSOR_SIZE",
    // Folders and desktop by the XDG base directory specification: data, never modules.
    "XDG_RUNTIME_DIR",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_DIRS",
    "XDG_CONFIG_DIRS",
    "XDG_CURRENT_DESKTOP",
    "XDG_SESSION_TYPE",
    "XDG_SESSION_DESKTOP",
    // systemd: credentials, readiness, and whether standard error is the journal.
    "CREDENTIALS_DIRECTORY",
    "NOTIFY_SOCKET",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    // Diagnostics that carry no text of users.
    "RUST_LOG",
    "RUST_BACKTRACE",
    // How long the worker's threads spin at barriers; set by its parent.
    "OMP_NUM_THREADS",
    "OMP_DYNAMIC",
    "OMP_WAIT_POLICY",
    "GOMP_SPINCOUNT",
];

/// Prefixes of variables that stay: locale categories and the program's own.
const KEPT_PREFIXES: &[&str] = &["LC_", "CLOISTER_"];

/// Bus addresses stay only when they name a local socket: `tcp:` would leave the machine and
/// `unixexec:` would start a program. `AT_SPI_BUS_ADDRESS` is how screen readers find the window.
const LOCAL_SOCKETS: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS"];

/// `WebDriver` starts the window with these; only the end-to-end build listens to them.
const AUTOMATION: &[&str] = if cfg!(feature = "e2e") {
    &["TAURI_WEBVIEW_AUTOMATION", "WEBKIT_INSPECTOR_SERVER"]
} else {
    &[]
};

/// What is set for every process and its children.
///
/// Nothing is started by search path, so that path is fixed. GIO stays on local files, with no
/// daemon that mounts remote ones, no proxy lookup and no netlink monitor; file dialogs are GTK's
/// own (portals refuse a process that cannot be dumped); Mesa leaves no shader cache on disk.
const SET: &[(&str, &str)] = &[
    ("PATH", "/usr/bin:/bin"),
    ("GIO_USE_VFS", "local"),
    ("GIO_USE_VOLUME_MONITOR", "unix"),
    ("GIO_USE_PROXY_RESOLVER", "dummy"),
    ("GIO_USE_NETWORK_MONITOR", "base"),
    ("GTK_USE_PORTAL", "0"),
    ("MESA_SHADER_CACHE_DISABLE", "true"),
];

/// The environment that a confined process has, out of the one that it was given.
fn reduced() -> Vec<(OsString, OsString)> {
    let kept = env::vars_os().filter(|(name, value)| stays(name, value));
    let fixed = |name: &OsStr| SET.iter().any(|(set, _)| *set == name);
    let mut reduced: Vec<_> = kept.filter(|(name, _)| !fixed(name)).collect();
    reduced.extend(SET.iter().map(|(name, value)| (name.into(), value.into())));
    reduced.sort();
    reduced
}

/// Replaces this process by the same program under the reduced environment, unless it has that
/// environment already.
///
/// Libraries start threads before `main` (the webview's allocator does), and what Landlock binds is
/// one thread and its children. Starting again leaves that one thread: whatever the next `main`
/// finds was started under the lock. And code that the dynamic loader was told to load is gone.
///
/// # Errors
/// [`ConfineError::Kernel`] when the program cannot be started; otherwise it does not return.
pub(crate) fn settle_environment() -> Result<(), ConfineError> {
    let reduced = reduced();
    let mut present: Vec<_> = env::vars_os().collect();
    present.sort();
    if present == reduced {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let act = ConfineError::kernel("find this program's own file");
    // By its own path rather than /proc/self/exe, so that it keeps its name in lists of processes.
    let mut program = Command::new(env::current_exe().map_err(act)?);
    if let Some(name) = arguments.next() {
        program.arg0(name);
    }
    let source: io::Error = program.args(arguments).env_clear().envs(reduced).exec();
    Err(ConfineError::Kernel { act: "start again under a reduced environment", source })
}

fn stays(name: &OsStr, value: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    KEPT.contains(&name)
        || AUTOMATION.contains(&name)
        || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (LOCAL_SOCKETS.contains(&name) && is_local_socket(value))
}

/// Whether every address of a D-Bus address list (separated by `;`) is a `unix:` one.
fn is_local_socket(value: &OsStr) -> bool {
    value.to_str().is_some_and(|list| list.split(';').all(|address| address.starts_with("unix:")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, expected: bool) {
        assert_eq!(stays(OsStr::new(name), OsStr::new(value)), expected, "{name}={value}");
    }

    #[test]
    fn code_loading_and_debugging_variables_go() {
        for name in [
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "GTK_MODULES",
            "GTK_PATH",
            "GTK_DEBUG",
            "GIO_EXTRA_MODULES",
            "GIO_MODULE_DIR",
            "GDK_PIXBUF_MODULE_FILE",
            "GTK_IM_MODULE_FILE",
            "GCONV_PATH",
            "GST_PLUGIN_PATH",
            "LIBGL_DRIVERS_PATH",
            "JSC_dumpDisassembly",
            "WEBKIT_DISABLE_SANDBOX",
            "WEBKIT_INSPECTOR_HTTP_SERVER",
            "TAURI_ENV_DEBUG",
            "SSLKEYLOGFILE",
            "http_proxy",
            "PYTHONPATH",
            "NO_AT_BRIDGE",
            "",
        ] {
            check(name, "1", false);
        }
    }

    #[test]
    fn automation_stays_only_in_the_end_to_end_build() {
        check("TAURI_WEBVIEW_AUTOMATION", "true", cfg!(feature = "e2e"));
        check("WEBKIT_INSPECTOR_SERVER", "127.0.0.1:1", cfg!(feature = "e2e"));
    }

    #[test]
    fn display_locale_and_own_variables_stay() {
        for name in ["DISPLAY", "LC_ALL", "LC_TIME", "CLOISTER_DATA_DIR", "XDG_RUNTIME_DIR"] {
            check(name, "1", true);
        }
    }

    #[test]
    fn bus_addresses_stay_when_they_are_local() {
        check("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus", true);
        check("AT_SPI_BUS_ADDRESS", "unix:abstract=/tmp/a;unix:path=/tmp/b", true);
        check("DBUS_SESSION_BUS_ADDRESS", "tcp:host=example.org,port=1", false);
        check("DBUS_SESSION_BUS_ADDRESS", "unix:path=/a;tcp:host=example.org,port=1", false);
        check("DBUS_SESSION_BUS_ADDRESS", "unixexec:path=/bin/sh", false);
        check("DBUS_SESSION_BUS_ADDRESS", "", false);
    }
}
