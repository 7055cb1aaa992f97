//! Plants marker phrases through a real turn and looks for them on the disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cloister_access::{Peer, Session};
use cloister_types::Secret;
use futures_util::StreamExt;

use crate::{App, AppError, ErrorCode};

/// What the search found.
pub(crate) struct Trial {
    pub(crate) markers: usize,
    pub(crate) files: usize,
    pub(crate) found_in: Option<PathBuf>,
    pub(crate) cipher: String,
    pub(crate) swap: bool,
}

/// Asks a question that holds random marker phrases, waits until it is recorded, and searches every
/// byte under the vault's folders for them, as UTF-8 and as UTF-16.
pub(crate) async fn plant_and_search(app: &App, session: &Session) -> Result<Trial, AppError> {
    let words: [u64; 2] = [0, 1].map(|_| u64::from_le_bytes(app.options.entropy.bytes()));
    let markers = words.map(|word| format!("quillmark{word:016x}"));
    let question = Secret::new(format!("Where is {} kept, near {}?", markers[0], markers[1]));
    let turn = app.desk.begin(session.clone(), Peer::Device, None, None, question).await?;
    turn.log().follow().for_each(|_| async {}).await;

    let folders = [app.options.paths.data_dir.clone(), app.options.paths.config_dir.join("keys")];
    let patterns: Vec<Vec<u8>> = markers.iter().flat_map(|marker| encodings(marker)).collect();
    let searched = tokio::task::spawn_blocking(move || {
        let mut search = Search { patterns, files: 0, found_in: None };
        folders.iter().try_for_each(|folder| search.folder(folder)).map(|()| search)
    });
    let unreadable =
        || AppError::new(ErrorCode::StoreFailed, "The vault’s folders could not be searched.");
    let search = searched.await.map_err(|_| unreadable())?.map_err(|_| unreadable())?;
    Ok(Trial {
        markers: markers.len(),
        files: search.files,
        found_in: search.found_in,
        cipher: app.store.cipher_version().await?,
        swap: swaps(),
    })
}

fn encodings(marker: &str) -> [Vec<u8>; 2] {
    let wide = marker.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [marker.as_bytes().to_vec(), wide]
}

struct Search {
    patterns: Vec<Vec<u8>>,
    files: usize,
    found_in: Option<PathBuf>,
}

impl Search {
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.folder(&entry.path())?;
            } else if kind.is_file() {
                self.file(entry.path())?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: PathBuf) -> io::Result<()> {
        self.files += 1;
        let bytes = fs::read(&path)?;
        let found = self
            .patterns
            .iter()
            .any(|pattern| bytes.windows(pattern.len()).any(|window| window == pattern));
        if found && self.found_in.is_none() {
            self.found_in = Some(path);
        }
        Ok(())
    }
}

/// Whether the kernel may write memory to a swap area: `/proc/swaps` has a line beyond its head.
fn swaps() -> bool {
    fs::read_to_string("/proc/swaps").is_ok_and(|text| text.lines().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_in_both_encodings_and_nothing_else_is() {
        let folder = std::env::temp_dir().join(format!("cloister-search-{}", std::process::id()));
        fs::create_dir_all(folder.join("inner")).expect("a folder");
        fs::write(folder.join("clean"), b"nothing here").expect("a file");
        let look = || {
            let patterns = encodings("quillmark1").to_vec();
            let mut search = Search { patterns, files: 0, found_in: None };
            search.folder(&folder).expect("readable");
            (search.files, search.found_in)
        };
        assert_eq!(look(), (1, None));
        let wide: Vec<u8> = "xquillmark1x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(folder.join("inner/wide"), wide).expect("a file");
        assert_eq!(look(), (2, Some(folder.join("inner/wide"))));
        fs::remove_dir_all(&folder).expect("cleaned");
    }
}
