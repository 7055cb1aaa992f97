//! Every process behind the window is confined, and the shipped program cannot be driven.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use cloister_tests::program;

use crate::window::Window;

struct Process {
    parent: u32,
    name: String,
    filters: u32,
    mode: u32,
    no_new_privileges: bool,
}

/// Every process that can be seen, by `/proc/PID/status`.
fn processes() -> BTreeMap<u32, Process> {
    let entries = fs::read_dir("/proc").expect("/proc is mounted").filter_map(Result::ok);
    let read = entries.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.map(str::trim).unwrap_or_default().to_owned()
        };
        let number = |name: &str| field(name).parse().unwrap_or(0);
        Some((
            pid,
            Process {
                parent: number("PPid"),
                name: field("Name"),
                filters: number("Seccomp_filters"),
                mode: number("Seccomp"),
                no_new_privileges: number("NoNewPrivs") == 1,
            },
        ))
    });
    read.collect()
}

fn descends_from(
    processes: &BTreeMap<u32, Process>,
    mut pid: u32,
    ancestors: &BTreeSet<u32>,
) -> bool {
    while let Some(process) = processes.get(&pid) {
        if ancestors.contains(&pid) {
            return true;
        }
        pid = process.parent;
    }
    false
}

#[tokio::test]
async fn every_process_behind_the_window_is_confined() {
    let window = Window::open().await;
    window.until("/on this machine/.test(document.querySelector(\"[data-testid='status-model']\")?.textContent ?? '')").await;
    let processes = processes();
    let windows: BTreeSet<u32> = processes
        .iter()
        .filter(|(_, process)| process.name.starts_with("cloister"))
        .map(|(pid, _)| *pid)
        .collect();
    let behind: Vec<&Process> = processes
        .iter()
        .filter(|(pid, _)| descends_from(&processes, **pid, &windows))
        .map(|(_, process)| process)
        .collect();
    let names: BTreeSet<&str> = behind.iter().map(|process| process.name.as_str()).collect();
    for expected in ["cloister-e2e", "WebKitNetworkPr", "WebKitWebProces"] {
        assert!(names.contains(expected), "{expected} is not among {names:?}");
    }
    assert!(behind.len() >= 4, "window, worker, network and web process: {names:?}");
    for process in behind {
        let name = &process.name;
        assert_eq!(process.mode, 2, "{name} has no filter");
        assert!(process.filters >= 4, "{name} has {} filters", process.filters);
        assert!(process.no_new_privileges, "{name} could gain privileges");
    }
    window.close().await;
}

#[tokio::test]
async fn the_shipped_program_cannot_be_driven() {
    // Its window opens and ignores the driver, which would wait for ever.
    let patience = Duration::from_secs(8);
    let opened = tokio::time::timeout(patience, Window::try_open(&program())).await;
    assert!(!matches!(opened, Ok(Ok(_))), "the shipped program let WebDriver in");
}
