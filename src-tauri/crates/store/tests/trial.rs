//! The trials of `examples/trial`, short: a process that writes is killed, and its disk is full.

#[path = "../examples/trial/disk.rs"]
mod disk;
#[path = "../examples/trial/kill.rs"]
mod kill;
#[path = "../examples/trial/load.rs"]
mod load;

use std::{env, path::Path, process::Command};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Names the folder of the vault to the process that writes to it, which is this program again.
const FOLDER: &str = "CLOISTER_TRIAL_FOLDER";

fn child(folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program has a file"));
    command.args(["the_writing_process", "--exact", "--nocapture"]).env(FOLDER, folder);
    command
}

/// The other side of the two tests below; alone it has nothing to write to.
#[test]
fn the_writing_process() {
    if let Some(folder) = env::var_os(FOLDER) {
        load::run(folder.as_ref()).expect("it writes until it is killed");
    }
}

#[test]
fn ten_kills_lose_no_acknowledged_turn() {
    let seen = kill::trial(&env::temp_dir(), 10, &child).expect("the trial can be made");
    assert!(seen.acknowledged > 0, "{seen:?}");
    assert_eq!((seen.kills, seen.lost, seen.unsound), (10, 0, 0), "{seen:?}");
}

/// Where mounting is not allowed, a full disk is tried by `tests::folders` alone.
#[test]
fn three_full_disks_lose_no_acknowledged_turn_and_work_resumes() {
    if disk::Disk::mount().expect("a folder to mount on").is_none() {
        return;
    }
    let seen = disk::trial(3, &child).expect("the trial can be made");
    assert_eq!((seen.fulls, seen.resumed), (3, 3), "{seen:?}");
    assert!(seen.refused >= 9 && seen.essential >= 3, "{seen:?}");
    assert_eq!((seen.lost, seen.unsound), (0, 0), "{seen:?}");
}
