//! 16 MB on the disk that are given up when it is full, so that the audit log and the purge go on.
//!
//! While they are spent, only what gives room back, shows what is kept or ends something is written;
//! everything else is refused until there is room for the reserve again.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rustix::{
    fs::{FallocateFlags, fallocate, statvfs},
    io::Errno,
};

use crate::{StoreError, files};

/// How much is kept.
const BYTES: u64 = 16 * 1024 * 1024;
/// The disk is full when less is free: as much as the write-ahead log takes before it is folded in.
const FULL_BELOW: u64 = 4 * 1024 * 1024;
/// The smallest reserve that is taken up where the room lies inside the database.
const LEAST: u64 = 4 * 1024 * 1024;
/// How long a refusal of room is believed, where the file system says that there is some: a quota.
const RETRY: Duration = Duration::from_secs(1);
/// What is asked for to tell a full disk from a broken one.
const PROBE_BYTES: u64 = 64 * 1024;

/// What a transaction is for, when room is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Refused while the reserve is spent.
    Ordinary,
    /// Gives room back, shows what is kept, or ends something: purge, erasure, export, sign-out, and
    /// the records and sign-ins that these need.
    Essential,
}

/// The reserve of one vault.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Bytes that the file holds.
    held: u64,
    /// The reserve was given up, and there is no room yet to take it up again.
    spent: bool,
    /// Bytes inside the database that new rows can take, as last counted: it never shrinks.
    inside: u64,
    /// When room was refused last.
    refused: Option<Instant>,
}

impl Reserve {
    /// The reserve at `path`, whether its file is there or not. Gives it up at once where the disk is
    /// full, so that the vault can be opened.
    pub(crate) fn open(path: PathBuf) -> Self {
        let held = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let state = State { held, spent: false, inside: 0, refused: None };
        let reserve = Self { path, state: Mutex::new(state) };
        reserve.look(&mut reserve.lock());
        reserve
    }

    /// Whether a transaction may begin.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] for what is not essential, while the reserve is spent.
    pub(crate) fn admit(&self, need: Need) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.look(&mut state);
        match need {
            Need::Ordinary if state.spent => Err(StoreError::DiskFull),
            Need::Ordinary | Need::Essential => Ok(()),
        }
    }

    /// What a failed write really is. SQLite tells a full disk and calls everything else a failed
    /// write; a probe tells a used-up quota. Gives the reserve up when there is no room.
    pub(crate) fn explain(&self, error: StoreError) -> StoreError {
        let full = match &error {
            StoreError::DiskFull => true,
            StoreError::Database(failure) => failure.is_failed_write() && self.probe_finds_full(),
            _ => false,
        };
        if !full {
            return error;
        }
        self.spend(&mut self.lock());
        StoreError::DiskFull
    }

    /// Gives the reserve up if there is no room now.
    pub(crate) fn probe(&self) {
        if self.probe_finds_full() {
            self.spend(&mut self.lock());
        }
    }

    /// Notes how many bytes inside the database new rows can take.
    pub(crate) fn note_inside(&self, bytes: u64) {
        self.lock().inside = bytes;
    }

    /// Looks how much room there is, and gives the reserve up or takes it up.
    fn look(&self, state: &mut State) {
        let Some(free) = self.path.parent().and_then(free_bytes) else { return };
        let room = free.saturating_add(state.inside);
        if !state.spent && room < FULL_BELOW {
            self.spend(state);
        } else if state.spent && room >= BYTES + FULL_BELOW && free >= LEAST + FULL_BELOW {
            state.spent = !self.take_up(state, BYTES.min(free - FULL_BELOW));
        } else if !state.spent && state.held < BYTES && free >= BYTES - state.held + 2 * FULL_BELOW
        {
            self.take_up(state, BYTES);
        }
    }

    fn spend(&self, state: &mut State) {
        // Forgotten too, since it was counted before whatever has filled the disk.
        state.inside = 0;
        if std::mem::replace(&mut state.spent, true) {
            return;
        }
        tracing::warn!(
            "the disk is full: the reserve is given up, and only what is essential goes on"
        );
        match files::remove_if_there(&self.path) {
            Ok(()) => state.held = 0,
            Err(error) => tracing::error!(%error, "the reserve could not be given up"),
        }
    }

    /// Makes the file `bytes` long; whether there was room.
    fn take_up(&self, state: &mut State, bytes: u64) -> bool {
        if state.refused.is_some_and(|at| at.elapsed() < RETRY) {
            return false;
        }
        match allocate(&self.path, bytes) {
            Ok(()) => {
                state.held = bytes;
                state.refused = None;
                true
            }
            Err(error) => {
                if state.refused.replace(Instant::now()).is_none() {
                    tracing::warn!(%error, "no room could be reserved");
                }
                false
            }
        }
    }

    fn probe_finds_full(&self) -> bool {
        let probe = self.path.with_extension("probe");
        let tried = allocate(&probe, PROBE_BYTES);
        if let Err(error) = files::remove_if_there(&probe) {
            tracing::warn!(%error, "a probe stays");
        }
        matches!(tried, Err(StoreError::DiskFull))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn free_bytes(folder: &Path) -> Option<u64> {
    statvfs(folder).ok().map(|room| room.f_bavail.saturating_mul(room.f_frsize))
}

/// Makes the file at `path` really `bytes` long: a sparse one would reserve nothing. What could not
/// be made whole is removed.
fn allocate(path: &Path, bytes: u64) -> Result<(), StoreError> {
    let file = files::open_or_make(path)?;
    let allocated = match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => fill(&file, bytes),
        allocated => allocated.map_err(io::Error::from),
    };
    allocated.map_err(|source| {
        drop(files::remove_if_there(path));
        StoreError::file(path, source)
    })
}

/// For file systems that cannot allocate in advance.
fn fill(mut file: &File, bytes: u64) -> io::Result<()> {
    let piece = [0; 16 * 1024];
    let mut left = bytes.saturating_sub(file.metadata()?.len());
    while left > 0 {
        let length = piece.len().min(usize::try_from(left).unwrap_or(piece.len()));
        file.write_all(&piece[..length])?;
        left -= length as u64;
    }
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    struct Case {
        _folder: tempfile::TempDir,
        reserve: Reserve,
    }

    fn case() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::open(folder.path().join("vault.reserve"));
        Case { _folder: folder, reserve }
    }

    impl Case {
        fn allocated(&self) -> u64 {
            std::fs::metadata(&self.reserve.path).map_or(0, |file| file.blocks() * 512)
        }
    }

    #[test]
    fn the_reserve_is_really_allocated_and_comes_back_when_there_is_room() {
        let case = case();
        assert!(case.allocated() >= BYTES);
        assert!(case.reserve.admit(Need::Ordinary).is_ok());
        let failed = case.reserve.explain(StoreError::DiskFull);
        assert!(matches!(failed, StoreError::DiskFull));
        assert_eq!(case.allocated(), 0, "the write that found no room has it now");
        assert!(case.reserve.admit(Need::Ordinary).is_ok(), "this disk has room");
        assert!(case.allocated() >= BYTES);
    }

    #[test]
    fn while_room_is_refused_only_the_essential_goes_on() {
        let case = case();
        drop(case.reserve.explain(StoreError::DiskFull));
        // As under a quota: the file system has room, and this user has none.
        case.reserve.lock().refused = Some(Instant::now());
        assert!(matches!(case.reserve.admit(Need::Ordinary), Err(StoreError::DiskFull)));
        assert!(case.reserve.admit(Need::Essential).is_ok());
        case.reserve.lock().refused = Instant::now().checked_sub(2 * RETRY);
        assert!(case.reserve.admit(Need::Ordinary).is_ok());
    }

    #[test]
    fn a_write_that_failed_for_another_reason_stays_what_it_is() {
        let case = case();
        assert!(matches!(case.reserve.explain(StoreError::Busy), StoreError::Busy));
        assert!(case.allocated() >= BYTES);
    }

    #[test]
    fn a_file_system_that_cannot_allocate_gets_written_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let file = files::open_or_make(&folder.path().join("filled")).unwrap();
        fill(&file, 100_000).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 100_000);
    }
}
