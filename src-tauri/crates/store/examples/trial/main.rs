//! Pulls the plug on a vault at random moments, and fills its disk, and looks whether it lost
//! anything that it had acknowledged.
//!
//! `trial [KILLS [FULLS]]` prints one JSON line a figure; 300 kills and 50 full disks by default.
//! `KILLS` use the folder in `DISK`, or the system's for temporary files. A full disk is a `tmpfs`
//! of its own, which takes the right to mount. `make trial-store` runs both.

mod disk;
mod kill;
mod load;

use std::{env, path::PathBuf};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const KILLS: u32 = 300;
const FULLS: u32 = 50;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["child", folder] = words.as_slice() {
        return load::run(folder.as_ref());
    }
    let count = |place: usize, usual: u32| words.get(place).map_or(Ok(usual), |word| word.parse());
    let (kills, fulls) = (count(0, KILLS)?, count(1, FULLS)?);
    let folder = env::var_os("DISK").map_or_else(env::temp_dir, PathBuf::from);
    let program = env::current_exe()?;
    let child = |folder: &std::path::Path| {
        let mut command = std::process::Command::new(&program);
        command.arg("child").arg(folder);
        command
    };
    let seen = kill::trial(&folder, kills, &child)?;
    print_line("kill -9: moments", seen.kills, "kills");
    print_line("kill -9: turns acknowledged", seen.acknowledged, "turns");
    print_line("kill -9: acknowledged turns lost", seen.lost, "turns");
    print_line("kill -9: vaults unsound or chains broken", seen.unsound, "vaults");
    let seen = disk::trial(fulls, &child)?;
    print_line("disk full: moments", seen.fulls, "fillings");
    print_line("disk full: turns acknowledged", seen.acknowledged, "turns");
    print_line("disk full: acts refused", seen.refused, "acts");
    print_line("disk full: records and purges meanwhile", seen.essential, "acts");
    print_line("disk full: times that work resumed", seen.resumed, "times");
    print_line("disk full: acknowledged turns lost", seen.lost, "turns");
    print_line("disk full: vaults unsound or chains broken", seen.unsound, "vaults");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn print_line(what: &str, value: u64, unit: &str) {
    println!(
        "{}",
        serde_json::json!({ "what": what, "value": value, "unit": unit, "reach": reach(what) })
    );
}

/// What the figure is to be, where there is one.
fn reach(what: &str) -> &'static str {
    if what.ends_with("lost") || what.ends_with("broken") { "0" } else { "" }
}
