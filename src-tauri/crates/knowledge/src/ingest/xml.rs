//! XML event by event, within limits. Entities of the document's own are not expanded.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use crate::ReadFault;

/// Deepest nesting of elements; office documents stay under a hundred.
const MAX_DEPTH: usize = 256;

/// What a document says next.
pub(super) enum Step<'a> {
    /// An element begins.
    Open(BytesStart<'a>),
    /// An element ends, by its local name.
    Close(String),
    /// Text.
    Text(Cow<'a, str>),
}

/// Steps through a document.
pub(super) struct Steps<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

impl<'a> Steps<'a> {
    /// Begins with `text`.
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        // An empty element opens and closes like any other.
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0 }
    }

    /// What comes next; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Step<'a>>, ReadFault> {
        loop {
            match self.reader.read_event().map_err(|_| ReadFault::Damaged)? {
                Event::Start(element) | Event::Empty(element) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(ReadFault::TooDeep);
                    }
                    return Ok(Some(Step::Open(element)));
                }
                Event::End(element) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Step::Close(element.local_name().as_ref().to_owned())));
                }
                Event::Text(text) => return Ok(Some(Step::Text(text.into_inner()))),
                Event::CData(text) => return Ok(Some(Step::Text(text.into_inner()))),
                Event::GeneralRef(reference) => {
                    return Ok(Some(Step::Text(Cow::Owned(character(&reference)))));
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
                Event::Eof => return Ok(None),
            }
        }
    }
}

/// The attribute `name` of `element`, without its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    quick_xml::escape::unescape(&found.value).ok().map(Cow::into_owned)
}

/// The local name of `element`.
pub(super) fn local(element: &BytesStart<'_>) -> String {
    element.local_name().as_ref().to_owned()
}

/// The character that a reference stands for; nothing for an entity that the document declares.
fn character(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(char)) = reference.resolve_char_ref() {
        return char.to_string();
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default().to_owned()
}
