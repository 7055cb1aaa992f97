//! The root key in a file: one line, `cloister-key-1 ` and 64 hexadecimal digits.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::{StoreError, files, keys::RootKey};

const PREFIX: &[u8] = b"cloister-key-1 ";
const DIGITS: usize = 64;

/// Writes `root` to `path` for the owner alone, making the folder; replaces a file that is there.
pub(crate) fn write(path: &Path, root: &RootKey) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        files::make_folder(folder)?;
    }
    let mut line = Zeroizing::new(vec![0; PREFIX.len() + DIGITS + 1]);
    line[..PREFIX.len()].copy_from_slice(PREFIX);
    HEXLOWER.encode_mut(root.expose(), &mut line[PREFIX.len()..PREFIX.len() + DIGITS]);
    line[PREFIX.len() + DIGITS] = b'\n';
    files::write_whole(path, &line)
}

/// Reads a root key, unless others than the file's owner may read it too.
pub(crate) fn read(path: &Path) -> Result<RootKey, StoreError> {
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

fn parse(line: &[u8]) -> Option<RootKey> {
    let digits = line.strip_prefix(PREFIX)?.trim_ascii_end();
    if digits.len() != DIGITS {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    HEXLOWER.decode_mut(digits, &mut *key).ok()?;
    Some(RootKey::from_bytes(*key))
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
        write(&path, &RootKey::from_bytes([0xa5; 32])).unwrap();
        assert_eq!(read(&path).unwrap().expose(), &[0xa5; 32]);

        let digits = "a5".repeat(32);
        for rubbish in [
            String::new(),
            digits.clone(),
            format!("cloister-key-1 {}", "a5".repeat(31)),
            format!("cloister-key-1 {digits}00"),
            format!("cloister-key-1 {digits}\nmore"),
            format!("cloister-key-2 {digits}\n"),
            format!("cloister-key-1 {}\n", digits.to_uppercase()),
            "\u{fffd}".repeat(500),
        ] {
            std::fs::write(&path, &rubbish).unwrap();
            let refused = read(&path).map(|_| ());
            assert!(matches!(refused, Err(StoreError::KeyFileMalformed { .. })), "{rubbish:?}");
        }
    }
}
