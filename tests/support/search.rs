//! Looks for planted words in every byte that was written.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The files below `folder` that hold `word`, as UTF-8 or UTF-16, and how many were searched.
///
/// # Panics
/// When a file cannot be read.
#[must_use]
pub fn files_that_hold(folder: &Path, word: &str) -> (Vec<PathBuf>, usize) {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let patterns = [word.as_bytes().to_vec(), wide];
    let mut found = Vec::new();
    let mut searched = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            searched += 1;
            let holds = |pattern: &Vec<u8>| {
                bytes.windows(pattern.len()).any(|window| window == pattern.as_slice())
            };
            if patterns.iter().any(holds) {
                found.push(path);
            }
        }
    }
    (found, searched)
}
