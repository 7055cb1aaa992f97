//! Folders and files that only their owner may read.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use crate::StoreError;

/// Permission bits of a private folder.
const FOLDER_MODE: u32 = 0o700;
/// Permission bits of a private file.
const FILE_MODE: u32 = 0o600;

/// Makes `folder` and its parents where missing, for the owner alone. A folder that is there keeps
/// its mode: it may be one that others share.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)
        .map_err(|source| StoreError::file(folder, source))
}

/// Makes an empty file for the owner alone; fails when there is one.
pub(crate) fn make_file(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)
        .map_err(|source| StoreError::file(path, source))
}

/// Opens a file to write to, or makes it for the owner alone; what it holds stays.
pub(crate) fn open_or_make(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)
        .map_err(|source| StoreError::file(path, source))
}

/// Writes `content` to `path` for the owner alone and returns when it is on the disk; a crash
/// leaves either nothing or the whole file. Replaces a file that is there.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = Path::new(&fresh);
    remove_if_there(fresh)?;
    let mut file = make_file(fresh)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(fresh, path))
        .map_err(|source| StoreError::file(path, source))?;
    sync_folder_of(path)
}

/// Renames `from` to `to` in the same folder and returns when that is on the disk.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    std::fs::rename(from, to).map_err(|source| StoreError::file(to, source))?;
    sync_folder_of(to)
}

/// Removes a file; that there is none is fine.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::file(path, source))
        }
        _ => Ok(()),
    }
}

/// Takes a file from everybody but its owner.
pub(crate) fn make_private(path: &Path) -> Result<(), StoreError> {
    let restrict = || {
        let mut permissions = std::fs::metadata(path)?.permissions();
        if permissions.mode() & 0o777 == FILE_MODE {
            return Ok(());
        }
        permissions.set_mode(FILE_MODE);
        std::fs::set_permissions(path, permissions)
    };
    restrict().map_err(|source| StoreError::file(path, source))
}

fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| StoreError::file(folder, source))
}
