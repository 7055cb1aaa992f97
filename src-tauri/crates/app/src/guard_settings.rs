//! How a site sets its guard up: `guard.toml` in the configuration folder.

use std::{fs, io, path::Path, sync::Arc};

use cloister_guard::{Guard, GuardOptions, PatternDraft, Profile, SiteDraft, SiteRules};
use cloister_types::Tagger;
use serde::Deserialize;

use crate::{AppError, ErrorCode, error::sentence};

/// The file's name in the configuration folder.
pub const GUARD_SETTINGS: &str = "guard.toml";
/// Longest text of care, in characters.
const MOST_CARE_CHARS: usize = 1000;
/// Largest file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A site's settings of its guard. Everything has a default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardSettings {
    /// The kind of place: `office`, `kiosk` or `health`.
    pub profile: Profile,
    /// Whether what was hidden comes back in the reply to the same session; by default in the
    /// health profile alone.
    pub reversible_placeholders: Option<bool>,
    /// The site's own words to somebody who may be thinking of harming themselves.
    pub care_text: Option<String>,
    /// Texts that are never hidden; see [`SiteDraft::allow`].
    pub allow: Vec<String>,
    /// What else is hidden.
    #[serde(rename = "pattern")]
    pub patterns: Vec<PatternDraft>,
}

impl GuardSettings {
    /// Reads the settings in `folder`; the defaults where there is no such file.
    ///
    /// # Errors
    /// As [`GuardSettings::read`].
    pub fn find(folder: &Path) -> Result<Self, AppError> {
        let file = folder.join(GUARD_SETTINGS);
        if file.exists() { Self::read(&file) } else { Ok(Self::default()) }
    }

    /// Reads the settings in `file`.
    ///
    /// # Errors
    /// [`ErrorCode::SettingsInvalid`] when the file cannot be read or is not of this form; the
    /// message says where.
    pub fn read(file: &Path) -> Result<Self, AppError> {
        let text = read_small(file).map_err(|error| invalid(file, &error))?;
        Self::parse(file, &text)
    }

    fn parse(file: &Path, text: &str) -> Result<Self, AppError> {
        let settings: Self = toml::from_str(text).map_err(|error| invalid(file, &error))?;
        let care = settings.care_text.as_deref().unwrap_or("x");
        if care.trim().is_empty() || care.chars().count() > MOST_CARE_CHARS {
            let cause = format!("care_text must have 1 to {MOST_CARE_CHARS} characters");
            return Err(invalid(file, &cause));
        }
        Ok(settings)
    }

    /// Whether what was hidden comes back in the reply to the same session.
    #[must_use]
    pub fn reversible(&self) -> bool {
        self.reversible_placeholders.unwrap_or(self.profile == Profile::Health)
    }

    /// The guard that these settings and `tagger` make.
    ///
    /// # Errors
    /// [`ErrorCode::SettingsInvalid`] with everything that is wrong with the site's rules.
    pub fn guard(&self, tagger: Option<Arc<dyn Tagger>>) -> Result<Guard, AppError> {
        let draft = SiteDraft { allow: self.allow.clone(), patterns: self.patterns.clone() };
        let site = SiteRules::check(&draft, &Guard::default()).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            let listed = errors.join("\n- ");
            let message = format!("The rules in {GUARD_SETTINGS} cannot be used:\n- {listed}");
            AppError::new(ErrorCode::SettingsInvalid, message)
        })?;
        Ok(Guard::new(GuardOptions { profile: self.profile, tagger, site, judge: None }))
    }
}

fn read_small(file: &Path) -> io::Result<String> {
    if fs::metadata(file)?.len() > MOST_BYTES {
        return Err(io::Error::other("the file is larger than 1 MB"));
    }
    fs::read_to_string(file)
}

fn invalid(file: &Path, cause: &impl std::fmt::Display) -> AppError {
    let message = format!("{} cannot be used: {}", file.display(), sentence(&cause.to_string()));
    AppError::new(ErrorCode::SettingsInvalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<GuardSettings, AppError> {
        GuardSettings::parse(Path::new(GUARD_SETTINGS), text)
    }

    #[test]
    fn a_site_s_file_is_read_and_its_rules_are_tried() {
        let text = r#"
            profile = "health"
            care_text = "Ring 116 123."
            allow = ["desk@example.org"]
            [[pattern]]
            name = "ward code"
            category = "OTHER"
            pattern = '\bW-[0-9]{3}\b'
            finds = ["W-123"]
        "#;
        let settings = settings(text).expect("a good file");
        assert!(settings.reversible() && settings.profile == Profile::Health);
        let guard = settings.guard(None).expect("good rules");
        let sanitized = guard.scan("desk@example.org in W-123").sanitized;
        assert_eq!(sanitized.as_str(), "desk@example.org in [OTHER]");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let message = |text: &str| settings(text).err().map(|error| error.message);
        let unknown = message("profil = \"health\"").expect("refused");
        assert!(unknown.contains("profil"), "{unknown}");
        assert!(message("care_text = \" \"").is_some());
        assert!(message("profile = \"casino\"").is_some());
        let mut bad = settings("allow = [\"4111 1111 1111 1111\"]").expect("of this form");
        assert!(bad.guard(None).is_err());
        bad.allow.clear();
        assert!(bad.guard(None).is_ok());
        let nowhere = GuardSettings::find(Path::new("/nonexistent")).expect("the defaults");
        assert!(!nowhere.reversible());
    }
}
