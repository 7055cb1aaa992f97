//! What small language models do for the rest of the program: traits here, models elsewhere.

use std::{error::Error, fmt};

use serde::{Deserialize, Serialize};

/// What a tagger says about a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// A part of a given name.
    GivenName,
    /// A part of a surname.
    Surname,
    /// The number of a building.
    BuildingNumber,
    /// A part of a street's name.
    Street,
    /// A flat, a suite, a floor or a box.
    Unit,
    /// A postal code.
    Postcode,
    /// A town.
    City,
    /// A state, a province or a country.
    Region,
    /// Something else that the tagger knows and that rules find better: a number, a link.
    Other,
}

/// A word, or a sign between words, and what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tag {
    /// First byte; on a character boundary.
    pub start: usize,
    /// One past the last byte; on a character boundary.
    pub end: usize,
    /// What it is.
    pub kind: TagKind,
    /// How sure the tagger is, 0 to 1.
    pub score: f32,
}

/// The tagger could not run; the cause is in its words, never the text.
#[derive(Debug)]
pub struct TagError(Box<dyn Error + Send + Sync>);

impl TagError {
    /// Wraps the cause, whose text must hold nothing of what was tagged.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tagger failed: {}", self.0)
    }
}

impl Error for TagError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// What a tagger says about one text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tagging {
    /// The words that are something, in order, not overlapping.
    pub tags: Vec<Tag>,
    /// How many bytes of the text were read: all, or fewer where the text is over a limit.
    pub read: usize,
}

/// Finds names and places in texts.
pub trait Tagger: Send + Sync {
    /// What each text holds, in the order of the texts.
    ///
    /// # Errors
    /// [`TagError`] when the model cannot run. A text of any length and content is no error.
    fn tag(&self, texts: &[&str]) -> Result<Vec<Tagging>, TagError>;
}

/// How many numbers stand for the meaning of a text.
pub const DIMENSIONS: usize = 384;

/// What a text means, as a vector of length one: texts of like meaning point the same way.
pub type Meaning = [f32; DIMENSIONS];

/// The sentence encoder could not run; the cause is in its words, never the text.
#[derive(Debug)]
pub struct EncodeError(Box<dyn Error + Send + Sync>);

impl EncodeError {
    /// Wraps the cause, whose text must hold nothing of what was encoded.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sentence encoder failed: {}", self.0)
    }
}

impl Error for EncodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Turns texts into what they mean. It takes milliseconds a text, so many of them run on a blocking
/// thread.
pub trait SentenceEncoder: Send + Sync {
    /// Names the encoder: vectors of different encoders cannot be compared.
    fn id(&self) -> &str;

    /// What each text means, in the order of the texts. A text's vector depends on that text alone,
    /// to the bit. Of a long text the beginning is read.
    ///
    /// # Errors
    /// [`EncodeError`] when the model cannot run. A text of any length and content is no error.
    fn encode(&self, texts: &[&str]) -> Result<Vec<Meaning>, EncodeError>;
}

/// What a model-based judge thinks of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// How likely the text tries to command the assistant, 0 to 1.
    pub injection: f32,
    /// How likely the text is abusive or asks for something harmful, 0 to 1.
    pub harm: f32,
}

/// The judge could not run; the cause is in its words, never the text.
#[derive(Debug)]
pub struct OpinionError(Box<dyn Error + Send + Sync>);

impl OpinionError {
    /// Wraps the cause, whose text must hold nothing of what was judged.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for OpinionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the judge failed: {}", self.0)
    }
}

impl Error for OpinionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// A second opinion on a text, by a model. It may take seconds, so it runs on a blocking thread.
pub trait Judge: Send + Sync {
    /// What the model thinks of `text`.
    ///
    /// # Errors
    /// [`OpinionError`] when the model cannot run.
    fn judge(&self, text: &str) -> Result<Opinion, OpinionError>;
}
