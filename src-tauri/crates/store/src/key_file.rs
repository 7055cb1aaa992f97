//! The key file: one line, `cloister-key-2 ` and 64 hexadecimal digits.
//!
//! The key in it opens its slot and nothing else. The first version of the format held the root key
//! itself; such a vault is converted when it is opened.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use cloister_types::Secret;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::{StoreError, files};

const PREFIX: &[u8] = b"cloister-key-2 ";
const ROOT_PREFIX: &[u8] = b"cloister-key-1 ";
const DIGITS: usize = 64;

/// What a key file holds.
pub(crate) enum KeyFile {
    /// The key of a slot.
    Wrapping(Secret<[u8; 32]>),
    /// The root key itself, in the first version of the format.
    Root(Secret<[u8; 32]>),
}

/// Writes `wrapping` to `path` for the owner alone, making the folder; replaces a file that is
/// there.
pub(crate) fn write(path: &Path, wrapping: &Secret<[u8; 32]>) -> Result<(), StoreError> {
    write_line(path, PREFIX, wrapping)
}

fn write_line(path: &Path, prefix: &[u8], key: &Secret<[u8; 32]>) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        files::make_folder(folder)?;
    }
    let mut line = Zeroizing::new(vec![0; prefix.len() + DIGITS + 1]);
    line[..prefix.len()].copy_from_slice(prefix);
    HEXLOWER.encode_mut(key.expose(), &mut line[prefix.len()..prefix.len() + DIGITS]);
    line[prefix.len() + DIGITS] = b'\n';
    files::write_whole(path, &line)
}

/// Writes a file of the first version, as older programs did.
#[cfg(test)]
pub(crate) fn write_root(path: &Path, root: &Secret<[u8; 32]>) -> Result<(), StoreError> {
    write_line(path, ROOT_PREFIX, root)
}

/// Reads a key file, unless others than its owner may read it too.
pub(crate) fn read(path: &Path) -> Result<KeyFile, StoreError> {
    let mut file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => StoreError::KeyFileMissing { file: path.to_owned() },
        _ => StoreError::file(path, source),
    })?;
    // Asked of the open file, so that nobody can swap it in between.
    let metadata = file.metadata().map_err(|source| StoreError::file(path, source))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyFileExposed { file: path.to_owned(), mode });
    }
    // One byte more than a key line, so that a longer file shows.
    let mut line = Zeroizing::new([0; PREFIX.len() + DIGITS + 2]);
    let length =
        read_up_to(&mut file, &mut *line).map_err(|source| StoreError::file(path, source))?;
    parse(&line[..length]).ok_or_else(|| StoreError::KeyFileMalformed { file: path.to_owned() })
}

fn parse(line: &[u8]) -> Option<KeyFile> {
    if let Some(digits) = line.strip_prefix(PREFIX) {
        return parse_digits(digits).map(KeyFile::Wrapping);
    }
    parse_digits(line.strip_prefix(ROOT_PREFIX)?).map(KeyFile::Root)
}

fn parse_digits(digits: &[u8]) -> Option<Secret<[u8; 32]>> {
    let digits = digits.trim_ascii_end();
    if digits.len() != DIGITS {
        return None;
    }
    let mut key = Secret::new([0; 32]);
    HEXLOWER.decode_mut(digits, key.expose_mut()).ok()?;
    Some(key)
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_file_and_rubbish_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/a.key");
        write(&path, &Secret::new([0xa5; 32])).unwrap();
        assert!(matches!(read(&path), Ok(KeyFile::Wrapping(key)) if key.expose() == &[0xa5; 32]));
        write_root(&path, &Secret::new([0x5a; 32])).unwrap();
        assert!(matches!(read(&path), Ok(KeyFile::Root(key)) if key.expose() == &[0x5a; 32]));

        let digits = "a5".repeat(32);
        for rubbish in [
            String::new(),
            digits.clone(),
            format!("cloister-key-2 {}", "a5".repeat(31)),
            format!("cloister-key-2 {digits}00"),
            format!("cloister-key-1 {digits}\nmore"),
            format!("cloister-key-3 {digits}\n"),
            format!("cloister-key-2 {}\n", digits.to_uppercase()),
            "\u{fffd}".repeat(500),
        ] {
            std::fs::write(&path, &rubbish).unwrap();
            let refused = read(&path).map(|_| ());
            assert!(matches!(refused, Err(StoreError::KeyFileMalformed { .. })), "{rubbish:?}");
        }
    }
}
