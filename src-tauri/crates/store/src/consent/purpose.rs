//! What data are processed for, and on which grounds that may be.

use std::{fmt, str::FromStr};

use cloister_types::LogSafe;

use crate::SettingName;

/// A name that is no purpose or no ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a purpose of processing, or not a lawful basis")]
pub struct PurposeError;

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$note:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$note])* $variant,)+ }

        impl $type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl LogSafe for $type {}

        impl FromStr for $type {
            type Err = PurposeError;

            fn from_str(name: &str) -> Result<Self, PurposeError> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name).ok_or(PurposeError)
            }
        }
    };
}

named! {
    /// What a person's data are processed for.
    Purpose {
        /// Taking a question and answering it.
        Answering = "answering",
        /// Reading sanitised prompts and answers under a grant, to improve the answers.
        QualityReview = "quality_review",
        /// Counting what was asked for and how it went.
        Analytics = "analytics",
    }
}

named! {
    /// On what ground processing is lawful (Article 6(1) GDPR).
    LawfulBasis {
        /// The person consented (a).
        Consent = "consent",
        /// A contract with the person, or steps that they asked for (b).
        Contract = "contract",
        /// A task in the public interest (e).
        PublicTask = "public_task",
        /// Legitimate interests of the site (f).
        LegitimateInterests = "legitimate_interests",
    }
}

impl Purpose {
    /// The grounds that a site may choose from.
    #[must_use]
    pub const fn bases(self) -> &'static [LawfulBasis] {
        use LawfulBasis::{Consent, Contract, LegitimateInterests, PublicTask};
        match self {
            Self::Answering => &[Contract, PublicTask, LegitimateInterests, Consent],
            Self::QualityReview | Self::Analytics => &[Consent, LegitimateInterests, PublicTask],
        }
    }

    /// The ground unless the site chose otherwise.
    #[must_use]
    pub const fn default_basis(self) -> LawfulBasis {
        match self {
            Self::Answering => LawfulBasis::Contract,
            Self::QualityReview => LawfulBasis::Consent,
            Self::Analytics => LawfulBasis::LegitimateInterests,
        }
    }

    /// The setting that holds the site's choice.
    #[must_use]
    pub const fn setting(self) -> SettingName {
        match self {
            Self::Answering => SettingName("basis_answering"),
            Self::QualityReview => SettingName("basis_quality_review"),
            Self::Analytics => SettingName("basis_analytics"),
        }
    }

    /// The purpose in words.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Answering => "answering your questions",
            Self::QualityReview => "reviewing the quality of answers",
            Self::Analytics => "counting what was asked for and how it went",
        }
    }
}
