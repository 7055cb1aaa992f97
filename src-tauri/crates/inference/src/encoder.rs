//! Encoders: small models that run inside the program, with their tokenisers.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    ModelError,
    manifest::{is_plain_file_name, parse_digest},
};

/// What is known about an encoder before its files are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderRecord {
    id: String,
    name: String,
    licence: String,
    attribution: String,
    model: PartRecord,
    tokenizer: PartRecord,
}

/// One file of an encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PartRecord {
    file: String,
    size: u64,
    sha256: [u8; 32],
}

/// The bytes of an encoder's files, checked.
pub struct EncoderBytes {
    /// The model, in ONNX.
    pub model: Vec<u8>,
    /// The tokeniser, in the JSON of its library.
    pub tokenizer: Vec<u8>,
}

impl std::fmt::Debug for EncoderBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EncoderBytes({} + {})", self.model.len(), self.tokenizer.len())
    }
}

impl EncoderRecord {
    /// The stable id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SPDX expression of the weights' licence.
    #[must_use]
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// What the licence asks to be said wherever the encoder is passed on.
    #[must_use]
    pub fn attribution(&self) -> &str {
        &self.attribution
    }

    /// The names of its files within the models folder: the model, then the tokeniser.
    #[must_use]
    pub fn files(&self) -> [&str; 2] {
        [&self.model.file, &self.tokenizer.file]
    }

    /// Reads its files from `folder` and checks the bytes that were read: what is returned is what
    /// was checked. Blocks for some ten milliseconds.
    ///
    /// # Errors
    /// [`ModelError::Missing`], [`ModelError::Unreadable`], [`ModelError::WrongSize`] or
    /// [`ModelError::WrongDigest`]; each names the file and says what to do.
    pub fn read(&self, folder: &Path) -> Result<EncoderBytes, ModelError> {
        Ok(EncoderBytes {
            model: self.model.read(folder)?,
            tokenizer: self.tokenizer.read(folder)?,
        })
    }
}

impl PartRecord {
    fn read(&self, folder: &Path) -> Result<Vec<u8>, ModelError> {
        let path = folder.join(&self.file);
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ModelError::Missing { path: path.clone() },
            kind => ModelError::Unreadable { path: path.clone(), kind },
        };
        // Asked before opening, since opening a named pipe would wait for its writer.
        let metadata = fs::metadata(&path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(unreadable(io::ErrorKind::InvalidInput.into()));
        }
        let (expected, found) = (self.size, metadata.len());
        if found != expected {
            return Err(ModelError::WrongSize { path, expected, found });
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(unreadable)?;
        // One byte more than expected: a file that grew since is then of the wrong digest.
        file.take(expected + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        if digest == self.sha256 { Ok(bytes) } else { Err(ModelError::WrongDigest { path }) }
    }
}

/// One `[[encoder]]` table as written; where its files come from is for the fetching script.
#[derive(Deserialize)]
pub(crate) struct RawEncoder {
    id: String,
    name: String,
    licence: String,
    attribution: String,
    model: RawPart,
    tokenizer: RawPart,
}

#[derive(Deserialize)]
struct RawPart {
    file: String,
    size: u64,
    sha256: String,
}

impl TryFrom<RawEncoder> for EncoderRecord {
    type Error = ModelError;

    fn try_from(raw: RawEncoder) -> Result<Self, ModelError> {
        let RawEncoder { id, name, licence, attribution, model, tokenizer } = raw;
        let part = |part: RawPart| {
            let sha256 = parse_digest(&part.sha256)
                .filter(|_| is_plain_file_name(&part.file) && part.size > 0)
                .ok_or_else(|| ModelError::Manifest {
                    reason: format!("{id}: each file has a plain name, a size and a sha256"),
                })?;
            Ok::<_, ModelError>(PartRecord { file: part.file, size: part.size, sha256 })
        };
        let (model, tokenizer) = (part(model)?, part(tokenizer)?);
        Ok(Self { id, name, licence, attribution, model, tokenizer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(model: &[u8], tokenizer: &[u8]) -> EncoderRecord {
        let part = |file: &str, bytes: &[u8]| PartRecord {
            file: file.to_owned(),
            size: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
        };
        EncoderRecord {
            id: "e".to_owned(),
            name: "E".to_owned(),
            licence: "MIT".to_owned(),
            attribution: String::new(),
            model: part("m.onnx", model),
            tokenizer: part("t.json", tokenizer),
        }
    }

    #[test]
    fn only_the_bytes_of_the_record_are_taken() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let put = |name: &str, bytes: &[u8]| {
            fs::write(folder.path().join(name), bytes).expect("a file");
        };
        let record = record(b"model", b"tokens");
        assert!(matches!(record.read(folder.path()), Err(ModelError::Missing { .. })));
        put("m.onnx", b"model");
        put("t.json", b"tokens");
        let bytes = record.read(folder.path()).expect("the right files");
        assert_eq!((&bytes.model[..], &bytes.tokenizer[..]), (&b"model"[..], &b"tokens"[..]));
        put("t.json", b"takens");
        assert!(matches!(record.read(folder.path()), Err(ModelError::WrongDigest { .. })));
        put("t.json", b"token");
        assert!(matches!(record.read(folder.path()), Err(ModelError::WrongSize { .. })));
    }
}
