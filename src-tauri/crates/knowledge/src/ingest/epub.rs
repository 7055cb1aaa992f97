//! Books (EPUB): the chapters in the order of the spine.

use std::collections::HashMap;

use super::{
    container::{Container, MAX_DOCUMENT_EXPANDED},
    extract::Extract,
    html, markdown,
    xml::{Step, Steps, attribute, local},
};
use crate::ReadFault;

/// Where a book says what it consists of (EPUB OCF, section 3.5.2.1).
const CONTAINER: &str = "META-INF/container.xml";
/// Keys of the chapters lie here where they are locked.
const ENCRYPTION: &str = "META-INF/encryption.xml";

/// Reads a book.
pub(super) fn read(bytes: &[u8]) -> Result<Extract, ReadFault> {
    let mut container = Container::open(bytes, MAX_DOCUMENT_EXPANDED)?;
    let root = text(&mut container, CONTAINER)?.ok_or(ReadFault::Damaged)?;
    let package = root_file(&root)?.ok_or(ReadFault::Damaged)?;
    let listing = text(&mut container, &package)?.ok_or(ReadFault::Damaged)?;
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut extract = Extract::default();
    let mut missing = false;
    for chapter in spine(&listing)? {
        let Some(page) = text(&mut container, &resolve(folder, &chapter))? else {
            missing = true;
            continue;
        };
        let (shown, mut hidden) = html::read(&page);
        extract.sections.append(&mut markdown::sections(&shown));
        extract.hidden.append(&mut hidden);
    }
    if extract.sections.is_empty() && container.part(ENCRYPTION)?.is_some() {
        return Err(ReadFault::Encrypted);
    }
    if extract.sections.is_empty() && missing { Err(ReadFault::Damaged) } else { Ok(extract) }
}

/// A part as text; one in a locked book is none.
fn text(container: &mut Container<'_>, name: &str) -> Result<Option<String>, ReadFault> {
    let Some(part) = container.part(name)? else { return Ok(None) };
    Ok(super::decode(&part).ok())
}

fn root_file(container: &str) -> Result<Option<String>, ReadFault> {
    let mut steps = Steps::new(container);
    while let Some(step) = steps.next()? {
        if let Step::Open(element) = step
            && local(&element) == "rootfile"
        {
            return Ok(attribute(&element, "full-path"));
        }
    }
    Ok(None)
}

/// The paths of the chapters, as the package says them.
fn spine(package: &str) -> Result<Vec<String>, ReadFault> {
    let mut items: HashMap<String, String> = HashMap::new();
    let mut spine = Vec::new();
    let mut steps = Steps::new(package);
    while let Some(step) = steps.next()? {
        let Step::Open(element) = step else { continue };
        match local(&element).as_str() {
            "item" => {
                let id = attribute(&element, "id").zip(attribute(&element, "href"));
                items.extend(id);
            }
            "itemref" => spine.extend(attribute(&element, "idref")),
            _ => {}
        }
    }
    Ok(spine.iter().filter_map(|id| items.get(id).cloned()).collect())
}

/// A path relative to `folder` as a path of the container.
fn resolve(folder: &str, path: &str) -> String {
    let path = unquote(path.split('#').next().unwrap_or_default());
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path without its percent signs.
fn unquote(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_are_found_beside_the_package() {
        assert_eq!(resolve("OEBPS", "text/ch%201.xhtml#a"), "OEBPS/text/ch 1.xhtml");
        assert_eq!(resolve("a/b", "../c.xhtml"), "a/c.xhtml");
        assert_eq!(resolve("", "../../c%.xhtml"), "c%.xhtml");
    }
}
