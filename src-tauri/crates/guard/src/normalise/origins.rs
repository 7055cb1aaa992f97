//! What the fuzz targets ask of the readings; not part of any other build.

use super::Views;

impl Views {
    /// Looks whether every character of every reading leads back to characters of `original`, or,
    /// where a reading adds a space, to a place between two of them.
    ///
    /// # Panics
    /// When one does not.
    #[expect(clippy::panic, reason = "a fuzz target fails by a panic")]
    pub fn check_origins(&self, original: &str) {
        for view in self.plain.iter().chain(&self.folded) {
            for (at, c) in view.text().char_indices() {
                let range = view.origin(&(at..at + c.len_utf8()));
                if original.get(range.clone()).is_none() {
                    panic!("{c:?} at {at} of a reading leads to {range:?} of the original");
                }
            }
            let whole = view.origin(&(0..view.text().len()));
            assert!(original.get(whole).is_some(), "a reading lies within the original");
        }
    }
}
