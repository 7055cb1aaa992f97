//! A disk that is full at random moments, and then has room again.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::Receiver,
    time::{Duration, Instant},
};

use rustix::{
    fs::{FallocateFlags, fallocate, statvfs},
    io::Errno,
};

use super::{
    Outcome,
    kill::{lines_of, random_millis, turn},
    load,
};

/// The disk: the vault, its reserve, and room for both to grow.
const DISK_BYTES: u64 = 96 * 1024 * 1024;
/// It is filled within so many milliseconds.
const WITHIN_MILLIS: u64 = 200;
/// Refusals and essential acts to be heard of before there is room again.
const REFUSALS: u64 = 3;
const PATIENCE: Duration = Duration::from_mins(1);
/// After so many fillings the child is killed while the disk is full, and a new vault is made.
const FILLINGS_A_VAULT: u32 = 10;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) fulls: u64,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) essential: u64,
    pub(crate) resumed: u64,
    pub(crate) lost: u64,
    pub(crate) unsound: u64,
}

/// A `tmpfs` of its own, gone with this value.
pub(crate) struct Disk(tempfile::TempDir);

impl Disk {
    /// Mounts one; nothing where that is not allowed.
    pub(crate) fn mount() -> Outcome<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let size = format!("size={DISK_BYTES},mode=700");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "cloister-trial"]).arg(folder.path());
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        Ok(mounted.then_some(Self(folder)))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Takes the room that is left now. What the vault gives up from then on is the vault's: a loop
    /// here would take its reserve away.
    fn fill(&self) -> Outcome<()> {
        let file = std::fs::File::options().append(true).create(true).open(self.filler())?;
        loop {
            let room = statvfs(self.path())?;
            match fallocate(&file, FallocateFlags::empty(), 0, room.f_bavail * room.f_frsize) {
                Ok(()) => return Ok(()),
                // The child took some of it meanwhile.
                Err(Errno::NOSPC) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn make_room(&self) -> Outcome<()> {
        Ok(std::fs::remove_file(self.filler())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // One that cannot be unmounted now goes with the machine's next start.
        drop(Command::new("umount").arg("--lazy").arg(self.path()).status());
    }
}

/// Fills the disk of a vault to which `child` writes, `fulls` times.
pub(crate) fn trial(fulls: u32, child: &dyn Fn(&Path) -> Command) -> Outcome<Seen> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut seen = Seen::default();
    let mut done = 0;
    while done < fulls {
        let disk = Disk::mount()?.ok_or("a full disk needs the right to mount a tmpfs")?;
        let fillings = FILLINGS_A_VAULT.min(fulls - done);
        let acknowledged = fill_again_and_again(&disk, fillings, child, &mut seen)?;
        disk.make_room()?;
        let verdict = runtime.block_on(load::judge(disk.path(), &acknowledged))?;
        seen.acknowledged += u64::try_from(acknowledged.len())?;
        seen.resumed += 1;
        seen.lost += verdict.lost;
        seen.unsound += u64::from(!verdict.sound);
        done += fillings;
    }
    Ok(seen)
}

/// Leaves the disk full and the child killed.
fn fill_again_and_again(
    disk: &Disk,
    fillings: u32,
    child: &dyn Fn(&Path) -> Command,
    seen: &mut Seen,
) -> Outcome<BTreeSet<(String, String, String)>> {
    let mut child = child(disk.path()).stdout(Stdio::piped()).spawn()?;
    let lines = lines_of(&mut child)?;
    let mut acknowledged = BTreeSet::new();
    hear_until_a_turn(&lines, &mut acknowledged)?;
    for filling in 0..fillings {
        std::thread::sleep(Duration::from_millis(random_millis(WITHIN_MILLIS)));
        disk.fill()?;
        seen.fulls += 1;
        let (refused, essential) = hear_refusals(&lines, &mut acknowledged)?;
        seen.refused += refused;
        seen.essential += essential;
        if filling + 1 < fillings {
            disk.make_room()?;
            hear_until_a_turn(&lines, &mut acknowledged)?;
            seen.resumed += 1;
        }
    }
    child.kill()?;
    child.wait()?;
    acknowledged.extend(lines.iter().filter_map(|line| turn(&line)));
    Ok(acknowledged)
}

/// Listens until acts were refused and essential ones were done all the same.
fn hear_refusals(
    lines: &Receiver<String>,
    acknowledged: &mut BTreeSet<(String, String, String)>,
) -> Outcome<(u64, u64)> {
    let (mut refused, mut essential, started) = (0, 0, Instant::now());
    while refused < REFUSALS || essential == 0 {
        if started.elapsed() > PATIENCE {
            return Err(format!("{refused} refused and {essential} essential acts").into());
        }
        let line = lines.recv_timeout(PATIENCE)?;
        if line == load::FULL {
            refused += 1;
        } else if line == load::ESSENTIAL {
            essential += 1;
        } else if let Some(turn) = turn(&line) {
            acknowledged.insert(turn);
        }
    }
    Ok((refused, essential))
}

fn hear_until_a_turn(
    lines: &Receiver<String>,
    acknowledged: &mut BTreeSet<(String, String, String)>,
) -> Outcome<()> {
    loop {
        let line = lines.recv_timeout(PATIENCE)?;
        if let Some(turn) = turn(&line) {
            acknowledged.insert(turn);
            return Ok(());
        }
    }
}
