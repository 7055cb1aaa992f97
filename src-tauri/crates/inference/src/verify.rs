//! Checks a model file against its record before anything parses it.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use cloister_types::VerifiedModel;
use sha2::{Digest, Sha256};

use crate::{FileRecord, ModelError, ModelRecord};

/// Bytes a read: large enough that system calls cost nothing beside hashing.
const READ_BYTES: usize = 1 << 20;

/// Checks the file of `record` within `folder`: first its size, then its SHA-256 digest.
///
/// The returned proof holds the open file, and the worker loads that very file: replacing the path
/// afterwards changes nothing. (Writing into the same file afterwards would; whoever can write to
/// the models folder can also replace the program in a usual installation.)
///
/// Blocks for as long as reading takes: about 70 ms for 100 MB from the file cache.
///
/// # Errors
/// [`ModelError::Missing`], [`ModelError::Unreadable`], [`ModelError::WrongSize`] or
/// [`ModelError::WrongDigest`]; each names the file and says what to do.
pub fn verify(folder: &Path, record: &ModelRecord) -> Result<VerifiedModel, ModelError> {
    let path = folder.join(record.file());
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ModelError::Missing { path: path.clone() },
        kind => ModelError::Unreadable { path: path.clone(), kind },
    };

    // Asked before opening, since opening a named pipe would wait for its writer.
    let metadata = fs::metadata(&path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(io::ErrorKind::InvalidInput.into()));
    }
    if metadata.len() != record.size() {
        return Err(ModelError::WrongSize { path, expected: record.size(), found: metadata.len() });
    }
    let file = File::open(&path).map_err(unreadable)?;
    if digest(&file).map_err(unreadable)? != *record.sha256() {
        return Err(ModelError::WrongDigest { path });
    }

    #[expect(clippy::disallowed_methods, reason = "size and digest were just checked")]
    Ok(VerifiedModel::mint(record.id().to_owned(), path, file, record.context_tokens()))
}

/// Reads the file of `record` within `folder`, and gives out its bytes only when size and SHA-256
/// digest are the record's. What is checked is what is given out: the file is read once.
///
/// # Errors
/// As [`verify`].
pub fn read_verified(folder: &Path, record: &FileRecord) -> Result<Vec<u8>, ModelError> {
    let path = folder.join(record.file());
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ModelError::Missing { path: path.clone() },
        kind => ModelError::Unreadable { path: path.clone(), kind },
    };
    let metadata = fs::metadata(&path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(io::ErrorKind::InvalidInput.into()));
    }
    if metadata.len() != record.size() {
        return Err(ModelError::WrongSize { path, expected: record.size(), found: metadata.len() });
    }
    let mut bytes = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(record.size()).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    let found: [u8; 32] = Sha256::digest(&bytes).into();
    if found != *record.sha256() {
        return Err(ModelError::WrongDigest { path });
    }
    Ok(bytes)
}

fn digest(mut file: &File) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(length) => hasher.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(content: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("m.gguf"), content).expect("and a file in it");
        folder
    }

    fn record_of(content: &[u8]) -> ModelRecord {
        ModelRecord::for_test("m.gguf", content.len() as u64, Sha256::digest(content).into())
    }

    #[test]
    fn the_right_file_is_vouched_for() {
        let folder = folder_with(b"weights");
        let model = verify(folder.path(), &record_of(b"weights")).expect("it matches");
        assert_eq!(model.id(), "test");
        assert_eq!(model.path(), &folder.path().join("m.gguf"));
        assert_eq!(model.context_tokens(), 64);
    }

    #[test]
    fn an_altered_file_is_refused_by_size_or_digest() {
        let folder = folder_with(b"weights");
        let path = folder.path().join("m.gguf");
        assert_eq!(
            verify(folder.path(), &record_of(b"weight")).map(drop),
            Err(ModelError::WrongSize { path: path.clone(), expected: 6, found: 7 })
        );
        assert_eq!(
            verify(folder.path(), &record_of(b"Weights")).map(drop),
            Err(ModelError::WrongDigest { path })
        );
    }

    #[test]
    fn a_missing_file_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = verify(folder.path(), &record_of(b"weights")).expect_err("nothing is there");
        let text = error.to_string();
        assert!(text.contains("m.gguf is missing"), "{text}");
        assert!(text.contains("make models"), "{text}");
    }

    #[test]
    fn bytes_are_given_out_only_when_they_are_right() {
        let folder = folder_with(b"weights");
        let path = folder.path().join("m.gguf");
        let record = |content: &[u8]| {
            FileRecord::for_test("m.gguf", content.len() as u64, Sha256::digest(content).into())
        };
        let read = |content| read_verified(folder.path(), &record(content));
        assert_eq!(read(b"weights"), Ok(b"weights".to_vec()));
        assert_eq!(read(b"Weights"), Err(ModelError::WrongDigest { path: path.clone() }));
        assert!(matches!(
            read(b"weight"),
            Err(ModelError::WrongSize { expected: 6, found: 7, .. })
        ));
        fs::remove_file(&path).expect("it was there");
        assert_eq!(read(b"weights"), Err(ModelError::Missing { path }));
    }

    #[test]
    fn a_folder_in_the_files_place_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("m.gguf")).expect("a folder");
        assert!(matches!(
            verify(folder.path(), &record_of(b"weights")),
            Err(ModelError::Unreadable { .. })
        ));
    }
}
