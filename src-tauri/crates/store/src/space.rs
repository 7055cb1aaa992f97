//! How much room there is where the vault lies.

use std::{io, path::Path};

/// Free space on the disk that holds `folder`, for this user, in MB (1,000,000 bytes).
///
/// # Errors
/// When the operating system does not say.
pub fn free_megabytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000)
}
