//! Records of encoders: small models of several files that the guard and the search ask.

use serde::Deserialize;

use super::{invalid, is_id_byte, is_plain_file_name, parse_digest};
use crate::ModelError;

/// What is known about one encoder before its files are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderRecord {
    id: String,
    task: EncoderTask,
    name: String,
    licence: String,
    attribution: String,
    model: FileRecord,
    tokenizer: FileRecord,
}

/// What an encoder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncoderTask {
    /// Finds names and places.
    Tag,
    /// Turns a text into what it means.
    Embed,
}

/// What is known about one file: its name within the models folder, size and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    file: String,
    size: u64,
    sha256: [u8; 32],
}

impl EncoderRecord {
    /// The stable id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is for.
    #[must_use]
    pub const fn task(&self) -> EncoderTask {
        self.task
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

    /// Whom the licence wants named.
    #[must_use]
    pub fn attribution(&self) -> &str {
        &self.attribution
    }

    /// The file of the weights.
    #[must_use]
    pub const fn model(&self) -> &FileRecord {
        &self.model
    }

    /// The file of the vocabulary.
    #[must_use]
    pub const fn tokenizer(&self) -> &FileRecord {
        &self.tokenizer
    }
}

impl FileRecord {
    /// The name of the file within the models folder.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The exact size in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 digest (FIPS 180-4).
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    #[cfg(test)]
    pub(crate) fn for_test(file: &str, size: u64, sha256: [u8; 32]) -> Self {
        Self { file: file.to_owned(), size, sha256 }
    }
}

/// One table as written; `package` and `version` are for the fetching script.
#[derive(Deserialize)]
pub(super) struct RawEncoder {
    id: String,
    task: EncoderTask,
    name: String,
    licence: String,
    attribution: String,
    files: Vec<RawFile>,
}

#[derive(Deserialize)]
struct RawFile {
    role: Role,
    file: String,
    size: u64,
    sha256: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Role {
    Model,
    Tokenizer,
}

impl TryFrom<RawEncoder> for EncoderRecord {
    type Error = ModelError;

    fn try_from(raw: RawEncoder) -> Result<Self, ModelError> {
        let reject = |what: &str| invalid(format!("{}: {what}", raw.id));
        if raw.id.is_empty() || !raw.id.bytes().all(is_id_byte) {
            return Err(reject("an id has lower-case letters, digits, '-', '_' and '.' only"));
        }
        let file = |role: Role| {
            let mut files = raw.files.iter().filter(|file| file.role == role);
            let (Some(file), None) = (files.next(), files.next()) else {
                return Err(reject("an encoder has one file of each role"));
            };
            if !is_plain_file_name(&file.file) {
                return Err(reject("file is a plain name, without folders"));
            }
            if file.size == 0 {
                return Err(reject("size is the file's size in bytes"));
            }
            let sha256 = parse_digest(&file.sha256)
                .ok_or_else(|| reject("sha256 is 64 hexadecimal digits"))?;
            Ok(FileRecord { file: file.file.clone(), size: file.size, sha256 })
        };
        let (model, tokenizer) = (file(Role::Model)?, file(Role::Tokenizer)?);
        Ok(Self {
            id: raw.id,
            task: raw.task,
            name: raw.name,
            licence: raw.licence,
            attribution: raw.attribution,
            model,
            tokenizer,
        })
    }
}
