//! Files that a person takes along: an answer of the API, written where they look for such things.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// So many files of one name may lie there.
const MOST_ALIKE: u32 = 1_000;
/// The longest name, well under what file systems take.
const LONGEST_NAME: usize = 100;

/// Writes `bytes` to a new file in `folder`, which only its owner reads; answers where it is. A file
/// that is there already is never touched.
///
/// # Errors
/// Of kind [`ErrorKind::InvalidInput`] for a name that is more than a plain name; whatever the file
/// system says. Nothing half-written stays.
pub(super) fn save(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    if !is_plain(name) {
        return Err(ErrorKind::InvalidInput.into());
    }
    for number in 1..=MOST_ALIKE {
        let path = folder.join(numbered(name, number));
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut file = match opened {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            opened => opened?,
        };
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // The disk is full: what is there opens nowhere.
            fs::remove_file(&path)?;
            return Err(error);
        }
        return Ok(path);
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Whether `name` names a file and no folder, in letters that every file system takes.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with('.')
        && name.bytes().all(plain)
}

/// `data.zip.age`, then `data-2.zip.age`.
fn numbered(name: &str, number: u32) -> String {
    match (number, name.split_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, rest))) => format!("{stem}-{number}.{rest}"),
        (_, None) => format!("{name}-{number}"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_second_file_of_one_name_is_another_file_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = save(folder.path(), "my-data.zip.age", b"one").expect("written");
        let second = save(folder.path(), "my-data.zip.age", b"two").expect("written");
        assert_eq!(fs::read(first).expect("readable"), b"one");
        assert!(second.ends_with("my-data-2.zip.age"));
        let mode = fs::metadata(second).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_name_from_the_webview_leads_nowhere_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["", ".bashrc", "../up", "a/b", "a\0b", "a b", &"x".repeat(101)] {
            let refused = save(folder.path(), name, b"x").expect_err("refused");
            assert_eq!(refused.kind(), ErrorKind::InvalidInput, "{name:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    }
}
