//! What was taken off a text to read it.

/// The most telling disguise that a reading undid, from none to the most deliberate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Disguise {
    /// None: the text as a screen shows it.
    Surface,
    /// Percent-encoding and quoted-printable (RFC 3986, RFC 2045).
    Percent,
    /// HTML character references.
    Entity,
    /// Escapes such as `\u0069`, `\x69` and `U+0069`.
    Escape,
    /// Signs and digits in the place of letters.
    Leet,
    /// Single letters with spaces or signs between them.
    Spaced,
    /// Base64 (RFC 4648), any alphabet, wrapped or not.
    Base64,
    /// Base32 (RFC 4648).
    Base32,
    /// Hexadecimal bytes.
    Hex,
    /// Binary, octal or decimal character codes.
    Codes,
    /// Morse code.
    Morse,
    /// Words of Pig Latin.
    PigLatin,
    /// Letters from last to first.
    Reversed,
    /// Letters upside down.
    UpsideDown,
    /// Letters moved along the alphabet, rot13 among them, or mirrored in it.
    Caesar,
    /// Characters that no screen shows: tags, variation selectors, zero-width bits.
    Invisible,
}

impl Disguise {
    /// The name, such as `base64`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Surface => "surface",
            Self::Percent => "percent",
            Self::Entity => "entity",
            Self::Escape => "escape",
            Self::Leet => "leet",
            Self::Spaced => "spaced",
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Codes => "codes",
            Self::Morse => "morse",
            Self::PigLatin => "pig-latin",
            Self::Reversed => "reversed",
            Self::UpsideDown => "upside-down",
            Self::Caesar => "caesar",
            Self::Invisible => "invisible",
        }
    }
}
