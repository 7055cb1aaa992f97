//! The sample pack, compiled in.

use serde::Deserialize;

use crate::{AppError, open::failed};

const MANGA: &str = include_str!("../../../../packaging/packs/manga/pack.toml");
/// The sample pack's entries, JSON Lines.
pub(crate) const MANGA_ENTRIES: &str = include_str!("../../../../packaging/packs/manga/faq.jsonl");

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PackInfo {
    /// The collection that its entries go into.
    pub(crate) id: String,
    /// Whose desk it makes, for people.
    pub(crate) name: String,
}

/// The description of the sample pack.
pub(crate) fn manga() -> Result<PackInfo, AppError> {
    toml::from_str(MANGA).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_pack_names_itself() {
        let pack = manga().expect("the pack's description is well formed");
        assert_eq!(pack.id, "manga");
        assert!(!pack.name.is_empty());
    }

    #[test]
    fn the_sample_pack_has_its_entries() {
        let entries = cloister_knowledge::read_pack("manga", MANGA_ENTRIES).expect("readable");
        assert!(entries.len() >= 80, "{}", entries.len());
    }
}
