//! Zip files, unpacked within limits: the container of office documents and books, and of folders.

use std::io::{Cursor, Read};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use crate::ReadFault;

/// Most bytes that all parts of one document unpack to.
pub(super) const MAX_DOCUMENT_EXPANDED: u64 = 256 << 20;
/// Most parts that a container lists.
const MAX_PARTS: usize = 10_000;

/// An open container and what it may still unpack to. What its directory says of sizes is not believed.
pub(crate) struct Container<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl<'a> Container<'a> {
    /// Reads the directory of a container that may unpack to `budget` bytes.
    pub(crate) fn open(bytes: &'a [u8], budget: u64) -> Result<Self, ReadFault> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadFault::Damaged)?;
        if archive.len() > MAX_PARTS {
            return Err(ReadFault::TooManyParts);
        }
        Ok(Self { archive, left: budget })
    }

    /// How many parts it lists.
    pub(crate) fn len(&self) -> usize {
        self.archive.len()
    }

    /// The part called `name`; nothing where there is none.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, ReadFault> {
        match self.archive.by_name(name) {
            Ok(file) => read(file, &mut self.left).map(Some),
            Err(ZipError::FileNotFound) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }

    /// The file at `index` with its path; nothing for a folder, a hidden file or a path that leads out.
    pub(crate) fn file(&mut self, index: usize) -> Result<Option<(String, Vec<u8>)>, ReadFault> {
        let file = self.archive.by_index(index).map_err(|error| fault(&error))?;
        let path = file.enclosed_name().filter(|_| file.is_file());
        let Some(path) = path.and_then(|path| path.to_str().map(str::to_owned)) else {
            return Ok(None);
        };
        if path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX") {
            return Ok(None);
        }
        let bytes = read(file, &mut self.left)?;
        Ok(Some((path, bytes)))
    }

    /// Unpacks every part to nowhere, so that whoever reads it next meets no more than the budget.
    pub(super) fn measure(&mut self) -> Result<(), ReadFault> {
        (0..self.len()).try_for_each(|index| self.file(index).map(drop))
    }
}

/// Unpacks `file` as far as `left` allows, and takes from it.
fn read<R: Read>(file: ZipFile<'_, R>, left: &mut u64) -> Result<Vec<u8>, ReadFault> {
    if file.encrypted() {
        return Err(ReadFault::Encrypted);
    }
    let mut bytes = Vec::new();
    file.take(*left + 1).read_to_end(&mut bytes).map_err(|_| ReadFault::Damaged)?;
    *left = left.checked_sub(bytes.len() as u64).ok_or(ReadFault::Expands)?;
    Ok(bytes)
}

fn fault(error: &ZipError) -> ReadFault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            ReadFault::Encrypted
        }
        _ => ReadFault::Damaged,
    }
}
