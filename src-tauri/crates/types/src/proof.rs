//! Values that prove that a check was made, because only the check can make them.
//!
//! `clippy.toml` forbids each `mint` everywhere; the one crate that may call it lifts the ban by
//! `expect` with a reason.

use std::{collections::BTreeSet, fmt, fs::File, path::PathBuf};

use crate::AccessClass;

/// Text from which personal data and secrets were removed. Minted by `cloister-guard` alone.
///
/// The model, the store, logs and analytics take this type and never a bare string. Its `Debug`
/// shows only the length, since redaction is not perfect.
#[derive(Clone, PartialEq, Eq)]
pub struct Sanitized(String);

impl Sanitized {
    /// Vouches that `text` went through redaction or the answer filter.
    #[must_use]
    pub const fn mint(text: String) -> Self {
        Self(text)
    }

    /// The sanitised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sanitized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sanitized({} bytes)", self.0.len())
    }
}

/// What one reader may read, as the policy decided it. Minted by `cloister-access` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadScope {
    classes: BTreeSet<AccessClass>,
}

impl ReadScope {
    /// Vouches that the policy opened exactly `classes` to the reader.
    #[must_use]
    pub const fn mint(classes: BTreeSet<AccessClass>) -> Self {
        Self { classes }
    }

    /// Whether something of `class` may be shown to the reader. A class that the policy was not
    /// asked about is closed.
    #[must_use]
    pub fn allows(&self, class: &AccessClass) -> bool {
        self.classes.contains(class)
    }
}

/// A model file whose size and digest matched the manifest. Minted by `cloister-inference` alone.
///
/// Holds the file open: the worker loads what was checked, even when the path is replaced.
#[derive(Debug)]
pub struct VerifiedModel {
    id: String,
    path: PathBuf,
    file: File,
    context_tokens: u32,
}

impl VerifiedModel {
    /// Vouches that the bytes of `file` are those of the manifest's model `id`.
    #[must_use]
    pub const fn mint(id: String, path: PathBuf, file: File, context_tokens: u32) -> Self {
        Self { id, path, file, context_tokens }
    }

    /// The model's id in the manifest.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where the file was found, for messages.
    #[must_use]
    pub const fn path(&self) -> &PathBuf {
        &self.path
    }

    /// The open file that was checked.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// The longest context that the model was trained for, in tokens.
    #[must_use]
    pub const fn context_tokens(&self) -> u32 {
        self.context_tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Label, Placement};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the type's own test")]
    fn sanitised_text_does_not_print_itself() {
        let text = Sanitized::mint(String::from("hello"));
        assert_eq!(format!("{text:?}"), "Sanitized(5 bytes)");
        assert_eq!(text.as_str(), "hello");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the type's own test")]
    fn a_scope_allows_what_it_lists_and_nothing_else() {
        let public = AccessClass::plain(Label::Public, "shop");
        let scope = ReadScope::mint(BTreeSet::from([public.clone()]));
        assert!(scope.allows(&public));
        assert!(!scope.allows(&AccessClass::plain(Label::Restricted, "shop")));
        assert!(!scope.allows(&AccessClass::plain(Label::Public, "board")));
        let team = Placement { team: Some("cardiology".to_owned()), ..Placement::default() };
        assert!(!scope.allows(&AccessClass { placement: team, ..public }));
    }
}
