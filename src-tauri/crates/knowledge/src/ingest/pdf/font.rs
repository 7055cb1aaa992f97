//! Fonts, as far as they say what a string of codes reads and how wide it is.

use std::{collections::HashMap, rc::Rc};

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream};

use super::encoding::{Base, glyph};

/// Width in thousandths of an em where a font does not say.
const USUAL_WIDTH: f64 = 500.0;
/// Most entries that are read of a list of widths or differences.
const MAX_LISTED: usize = 100_000;

/// The fonts of a document that were read.
#[derive(Default)]
pub(super) struct Fonts(HashMap<ObjectIdentifier, Rc<Font>>);

impl Fonts {
    /// Reads a font, once.
    pub(super) fn read(&mut self, dict: &Dict<'_>) -> Rc<Font> {
        match dict.obj_id() {
            Some(id) => Rc::clone(self.0.entry(id).or_insert_with(|| Rc::new(Font::read(dict)))),
            None => Rc::new(Font::read(dict)),
        }
    }
}

/// A font.
pub(super) struct Font {
    codes: Codes,
    to_unicode: Option<CMap>,
    widths: HashMap<u32, f64>,
    usual_width: f64,
}

/// How a string is cut into codes and what they mean without a table of the font's own.
#[expect(clippy::large_enum_variant, reason = "a font holds one, and a page a few fonts")]
enum Codes {
    /// One byte each.
    Simple(Vec<Option<String>>),
    /// One to four bytes.
    Composite {
        /// To the numbers of glyphs; two bytes are the number itself without it.
        cmap: Option<CMap>,
        /// From the numbers of glyphs to text, for a known collection of characters.
        collection: Option<CMap>,
        /// Whether the codes are UTF-16.
        unicode: bool,
    },
}

/// One code of a string.
pub(super) struct Glyph {
    /// What it reads; nothing where nobody can tell.
    pub(super) text: Option<String>,
    /// Its width in ems.
    pub(super) width: f64,
    /// Whether it is the single byte 32, which word spacing widens.
    pub(super) is_space: bool,
}

impl Font {
    fn read(dict: &Dict<'_>) -> Self {
        let to_unicode = dict.get::<Stream<'_>>("ToUnicode").and_then(|stream| read_cmap(&stream));
        let kind = dict.get::<Name<'_>>("Subtype");
        if kind.as_ref().is_some_and(|kind| kind.as_ref() == b"Type0") {
            let inner = dict.get::<Array<'_>>("DescendantFonts");
            let inner = inner.and_then(|fonts| fonts.iter::<Dict<'_>>().next()).unwrap_or_default();
            let widths = composite_widths(&inner);
            let usual_width = inner.get::<f64>("DW").unwrap_or(1000.0);
            return Self { codes: composite(dict, &inner), to_unicode, widths, usual_width };
        }
        let first = dict.get::<u32>("FirstChar").unwrap_or(0);
        let widths = dict.get::<Array<'_>>("Widths");
        let widths = widths.iter().flat_map(Array::iter::<f64>).take(256);
        // The widths of a font that is drawn by content streams have a scale of its own.
        let scale =
            dict.get::<[f64; 6]>("FontMatrix").map_or(1.0, |matrix| matrix[0].abs() * 1000.0);
        let widths = (first..).zip(widths.map(|width| width * scale)).collect();
        let codes = Codes::Simple(simple(dict));
        Self { codes, to_unicode, widths, usual_width: USUAL_WIDTH }
    }

    /// The glyphs of a string.
    pub(super) fn glyphs(&self, string: &[u8]) -> Vec<Glyph> {
        match &self.codes {
            Codes::Simple(table) => string.iter().map(|code| self.simple(*code, table)).collect(),
            Codes::Composite { cmap, collection, unicode } => {
                let mut rest = string;
                let mut glyphs = Vec::new();
                while !rest.is_empty() {
                    let (code, length, cid) = cut(rest, cmap.as_ref());
                    rest = rest.get(length..).unwrap_or_default();
                    let text = self.mapped(code).or_else(|| match collection {
                        _ if *unicode => char::from_u32(code).map(String::from),
                        Some(collection) => collection.lookup_bf_string(cid).map(as_text),
                        None => None,
                    });
                    let is_space = length == 1 && code == 32;
                    glyphs.push(Glyph { text, width: self.width(cid), is_space });
                }
                glyphs
            }
        }
    }

    fn simple(&self, code: u8, table: &[Option<String>]) -> Glyph {
        let number = u32::from(code);
        let own = || table.get(usize::from(code)).cloned().flatten();
        let text = self.mapped(number).or_else(own);
        Glyph { text, width: self.width(number), is_space: code == 32 }
    }

    fn mapped(&self, code: u32) -> Option<String> {
        self.to_unicode.as_ref()?.lookup_bf_string(code).map(as_text)
    }

    fn width(&self, code: u32) -> f64 {
        self.widths.get(&code).copied().unwrap_or(self.usual_width) / 1000.0
    }
}

/// The code that `string` begins with, its length in bytes, and the number of its glyph.
fn cut(string: &[u8], cmap: Option<&CMap>) -> (u32, usize, u32) {
    let code = |length: usize| {
        let bytes = string.get(..length)?;
        Some(bytes.iter().fold(0_u32, |code, byte| (code << 8) | u32::from(*byte)))
    };
    if let Some(cmap) = cmap {
        for (length, size) in (1..=4).zip(1_u8..) {
            let Some(code) = code(length) else { break };
            if let Some(cid) = cmap.lookup_cid_code(code, size) {
                return (code, length, cid);
            }
        }
    }
    let length = string.len().min(2);
    let code = code(length).unwrap_or_default();
    (code, length, code)
}

fn composite(dict: &Dict<'_>, inner: &Dict<'_>) -> Codes {
    let name = dict.get::<Name<'_>>("Encoding");
    let name = name.as_ref().map_or(&b""[..], AsRef::as_ref);
    let identity = name.starts_with(b"Identity");
    let cmap = match dict.get::<Stream<'_>>("Encoding") {
        Some(stream) => read_cmap(&stream),
        None if identity || name.is_empty() => None,
        None => load_embedded(CMapName::from_bytes(name))
            .and_then(|bytes| CMap::parse(bytes, load_embedded)),
    };
    let contains = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    let unicode = contains(b"UCS2") || contains(b"UTF16");
    Codes::Composite { cmap, collection: collection(inner), unicode }
}

/// From the numbers of a font's glyphs to text, where they are those of a known collection.
fn collection(inner: &Dict<'_>) -> Option<CMap> {
    let system = inner.get::<Dict<'_>>("CIDSystemInfo")?;
    let part = |name: &str| {
        let string = system.get::<hayro_syntax::object::String<'_>>(name);
        string.map(|string| string.as_bytes().to_vec()).unwrap_or_default()
    };
    let family = CidFamily::from_registry_ordering(&part("Registry"), &part("Ordering"));
    CMap::parse(load_embedded(family.ucs2_cmap()?)?, load_embedded)
}

fn read_cmap(stream: &Stream<'_>) -> Option<CMap> {
    CMap::parse(&stream.decoded().ok()?, load_embedded)
}

fn as_text(mapped: BfString) -> String {
    match mapped {
        BfString::Char(char) => char.to_string(),
        BfString::String(text) => text,
    }
}

/// What each code of a simple font reads.
fn simple(dict: &Dict<'_>) -> Vec<Option<String>> {
    let encoding = dict.get::<Dict<'_>>("Encoding");
    let named = dict.get::<Name<'_>>("Encoding");
    let named = named.or_else(|| encoding.as_ref()?.get::<Name<'_>>("BaseEncoding"));
    let true_type =
        dict.get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_ref() == b"TrueType");
    let usual = if true_type { Base::WinAnsi } else { Base::Standard };
    let base = named.and_then(|name| Base::named(name.as_ref())).unwrap_or(usual);
    let mut table: Vec<Option<String>> =
        (0..=255_u8).map(|code| base.character(code).map(String::from)).collect();
    let differences = encoding.and_then(|encoding| encoding.get::<Array<'_>>("Differences"));
    let mut code = 0_usize;
    for part in differences.iter().flat_map(Array::iter::<Object<'_>>).take(MAX_LISTED) {
        match part {
            Object::Number(number) => code = usize::try_from(number.as_i64()).unwrap_or(256),
            Object::Name(name) => {
                if let (Some(slot), Ok(name)) =
                    (table.get_mut(code), std::str::from_utf8(name.as_ref()))
                {
                    *slot = glyph(name);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    table
}

/// The widths by glyph number (ISO 32000-1, section 9.7.4.3): a number with a list, or two with one
/// width for all between.
fn composite_widths(inner: &Dict<'_>) -> HashMap<u32, f64> {
    let mut widths = HashMap::new();
    let listed = inner.get::<Array<'_>>("W");
    let mut parts = listed.iter().flat_map(Array::iter::<Object<'_>>).take(MAX_LISTED);
    while let Some(Object::Number(first)) = parts.next() {
        let Ok(first) = u32::try_from(first.as_i64()) else { break };
        match parts.next() {
            Some(Object::Array(list)) => {
                widths.extend((first..).zip(list.iter::<f64>().take(MAX_LISTED)));
            }
            Some(Object::Number(last)) => {
                let last =
                    u32::try_from(last.as_i64()).unwrap_or(first).min(first.saturating_add(65_535));
                let Some(Object::Number(width)) = parts.next() else { break };
                widths.extend((first..=last).map(|cid| (cid, width.as_f64())));
            }
            _ => break,
        }
        if widths.len() > MAX_LISTED {
            break;
        }
    }
    widths
}
