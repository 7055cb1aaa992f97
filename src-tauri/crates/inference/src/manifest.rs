//! The list of models that this build accepts, compiled in from `models/models.toml`.

mod encoder;

use std::path::{Component, Path};

use serde::Deserialize;

use crate::ModelError;

pub use encoder::{EncoderRecord, EncoderTask, FileRecord};

const BUILT_IN: &str = include_str!("../../../../models/models.toml");

/// A list of model records that is trusted as a whole.
///
/// There is no way to make a record but through a manifest, so that a record's digest is always
/// one that somebody vouched for. Today that is this build; signed manifests for imported models
/// will be a second constructor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    records: Vec<ModelRecord>,
    encoders: Vec<EncoderRecord>,
}

impl Manifest {
    /// The manifest that is compiled into this build.
    ///
    /// # Errors
    /// [`ModelError::Manifest`] when the file was edited into something invalid before the build.
    pub fn built_in() -> Result<Self, ModelError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a manifest. Private, because whoever calls it vouches for the text.
    fn parse(text: &str) -> Result<Self, ModelError> {
        let raw: RawManifest =
            toml::from_str(text).map_err(|error| invalid(error.message().to_owned()))?;
        if raw.model.is_empty() {
            return Err(invalid(String::from("it lists no model")));
        }
        let records =
            raw.model.into_iter().map(ModelRecord::try_from).collect::<Result<Vec<_>, _>>()?;
        for (index, record) in records.iter().enumerate() {
            if records.iter().take(index).any(|earlier| earlier.id == record.id) {
                return Err(invalid(format!("{} is listed twice", record.id)));
            }
        }
        let encoders =
            raw.encoder.into_iter().map(EncoderRecord::try_from).collect::<Result<Vec<_>, _>>()?;
        for (index, encoder) in encoders.iter().enumerate() {
            if encoders.iter().take(index).any(|earlier| earlier.id() == encoder.id()) {
                return Err(invalid(format!("{} is listed twice", encoder.id())));
            }
        }
        Ok(Self { records, encoders })
    }

    /// The records in the manifest's order.
    #[must_use]
    pub fn records(&self) -> &[ModelRecord] {
        &self.records
    }

    /// The records of encoders in the manifest's order.
    #[must_use]
    pub fn encoders(&self) -> &[EncoderRecord] {
        &self.encoders
    }

    /// The encoder for `task`: the first that is listed.
    #[must_use]
    pub fn encoder(&self, task: EncoderTask) -> Option<&EncoderRecord> {
        self.encoders.iter().find(|encoder| encoder.task() == task)
    }

    /// The model that is used when nobody chose another: the first one.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "parsing refuses an empty list")]
    pub fn default_record(&self) -> &ModelRecord {
        self.records.first().expect("parsing refuses an empty list")
    }

    /// The record called `id`.
    ///
    /// # Errors
    /// [`ModelError::Unknown`] when the manifest has none.
    pub fn record(&self, id: &str) -> Result<&ModelRecord, ModelError> {
        self.records.iter().find(|record| record.id == id).ok_or(ModelError::Unknown)
    }
}

/// What is known about one model before its file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRecord {
    id: String,
    name: String,
    file: String,
    size: u64,
    sha256: [u8; 32],
    licence: String,
    context_tokens: u32,
    chat_template: ChatTemplate,
}

impl ModelRecord {
    /// The stable id, as shown beside answers and written into audit records.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the file within the models folder.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The exact size of the file in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 digest of the file (FIPS 180-4).
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The SPDX expression of the weights' licence.
    #[must_use]
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// The longest context that the model was trained for, in tokens.
    #[must_use]
    pub const fn context_tokens(&self) -> u32 {
        self.context_tokens
    }

    /// Where the model's chat template comes from.
    #[must_use]
    pub const fn chat_template(&self) -> &ChatTemplate {
        &self.chat_template
    }

    #[cfg(test)]
    pub(crate) fn for_test(file: &str, size: u64, sha256: [u8; 32]) -> Self {
        Self {
            id: String::from("test"),
            name: String::from("Test"),
            file: file.to_owned(),
            size,
            sha256,
            licence: String::from("MIT"),
            context_tokens: 64,
            chat_template: ChatTemplate::Embedded,
        }
    }
}

/// Where the chat template of a model comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ChatTemplate {
    /// The template inside the model file.
    #[default]
    Embedded,
    /// A template that llama.cpp knows by this name, for files that carry none: `chatml`, `llama3`.
    Named(String),
}

#[derive(Deserialize)]
struct RawManifest {
    #[serde(default)]
    model: Vec<RawRecord>,
    #[serde(default)]
    encoder: Vec<encoder::RawEncoder>,
}

/// One table as written; `package`, `version` and `archive_path` are for the fetching script.
#[derive(Deserialize)]
struct RawRecord {
    id: String,
    name: String,
    file: String,
    size: u64,
    sha256: String,
    licence: String,
    context_tokens: u32,
    chat_template: String,
}

impl TryFrom<RawRecord> for ModelRecord {
    type Error = ModelError;

    fn try_from(raw: RawRecord) -> Result<Self, ModelError> {
        let reject = |what: &str| Err(invalid(format!("{}: {what}", raw.id)));
        if raw.id.is_empty() || !raw.id.bytes().all(is_id_byte) {
            return reject("an id has lower-case letters, digits, '-', '_' and '.' only");
        }
        if !is_plain_file_name(&raw.file) {
            return reject("file is a plain name, without folders");
        }
        if raw.size == 0 {
            return reject("size is the file's size in bytes");
        }
        if raw.context_tokens == 0 {
            return reject("context_tokens is at least 1");
        }
        let Some(sha256) = parse_digest(&raw.sha256) else {
            return reject("sha256 is 64 hexadecimal digits");
        };
        let chat_template = match raw.chat_template.as_str() {
            "" => return reject("chat_template is \"embedded\" or a name"),
            "embedded" => ChatTemplate::Embedded,
            name => ChatTemplate::Named(name.to_owned()),
        };
        Ok(Self {
            id: raw.id,
            name: raw.name,
            file: raw.file,
            size: raw.size,
            sha256,
            licence: raw.licence,
            context_tokens: raw.context_tokens,
            chat_template,
        })
    }
}

const fn invalid(reason: String) -> ModelError {
    ModelError::Manifest { reason }
}

const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
}

fn is_plain_file_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == name)
}

fn parse_digest(text: &str) -> Option<[u8; 32]> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let bytes: Vec<u8> = digits
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[high, low]| u8::try_from(high * 16 + low).expect("two hexadecimal digits fit"))
        .collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_manifest_names_the_default_model() {
        let manifest = Manifest::built_in().expect("the manifest is valid");
        let record = manifest.default_record();
        assert_eq!(record.id(), "smollm2-135m-instruct-q4_1");
        assert_eq!(record.size(), 98_362_432);
        assert_eq!(record.sha256()[..4], [0xb1, 0x79, 0xc9, 0x52]);
        assert_eq!(record.chat_template(), &ChatTemplate::Embedded);
        assert_eq!(manifest.record(record.id()), Ok(record));
        assert_eq!(manifest.record("other"), Err(ModelError::Unknown));
    }

    #[test]
    fn the_built_in_manifest_names_the_tagger() {
        let manifest = Manifest::built_in().expect("the manifest is valid");
        let encoder = manifest.encoder(EncoderTask::Tag).expect("a tagger");
        assert_eq!(encoder.id(), "rampart-1.4.0-q4");
        assert_eq!(encoder.model().size(), 14_693_379);
        assert_eq!(encoder.tokenizer().file(), "rampart-1.4.0-tokenizer.json");
        assert!(encoder.attribution().contains("National Design Studio"));
    }

    #[test]
    fn the_built_in_manifest_names_the_sentence_encoder() {
        let manifest = Manifest::built_in().expect("the manifest is valid");
        let encoder = manifest.encoder(EncoderTask::Embed).expect("a sentence encoder");
        assert_eq!(encoder.id(), "all-minilm-l6-v2-int8");
        assert_eq!(encoder.model().size(), 22_928_619);
        assert_eq!(encoder.model().sha256()[..4], [0x81, 0x99, 0xbe, 0x6f]);
        assert_eq!(encoder.licence(), "Apache-2.0");
    }

    #[test]
    fn every_field_is_checked() {
        let edit = |from: &str, to: &str| {
            assert!(BUILT_IN.contains(from), "{from} is in the manifest");
            Manifest::parse(&BUILT_IN.replace(from, to))
        };
        for (from, to, reason) in [
            ("smollm2-135m-instruct-q4_1\"\nname", "Smol LM\"\nname", "an id has lower-case"),
            ("file = \"smol", "file = \"../smol", "a plain name"),
            ("file = \"smol", "file = \"/smol", "a plain name"),
            ("file = \"smol", "file = \"a/smol", "a plain name"),
            ("size = 98362432", "size = 0", "size is"),
            ("size = 98362432", "size = -1", "invalid value"),
            ("sha256 = \"b1", "sha256 = \"", "64 hexadecimal"),
            ("sha256 = \"b1", "sha256 = \"zz", "64 hexadecimal"),
            ("context_tokens = 8192", "context_tokens = 0", "at least 1"),
            ("\"embedded\"\n", "\"\"\n", "chat_template is"),
            ("licence =", "license =", "missing field"),
            ("role = \"tokenizer\"", "role = \"model\"", "one file of each role"),
            ("role = \"tokenizer\"", "role = \"other\"", "unknown variant"),
            ("task = \"tag\"", "task = \"sing\"", "unknown variant"),
            ("file = \"rampart", "file = \"../rampart", "a plain name"),
            ("size = 14693379", "size = 0", "size is"),
            ("sha256 = \"9f", "sha256 = \"", "64 hexadecimal"),
        ] {
            let Err(ModelError::Manifest { reason: found }) = edit(from, to) else {
                panic!("{to} was accepted");
            };
            assert!(found.contains(reason), "{found}");
        }
        assert!(Manifest::parse("").is_err(), "an empty manifest has no default");
        assert!(Manifest::parse(&format!("{BUILT_IN}{}", &BUILT_IN)).is_err(), "an id is unique");
    }
}
