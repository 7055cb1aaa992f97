//! E-mails (RFC 5322 and MIME): who wrote when about what, and the text. Attachments are named only.

use mail_parser::{Address, Message, MessageParser, MimeHeaders};

use super::{extract::Extract, html, markdown, outline::Outline};
use crate::ReadFault;

/// Reads a message.
pub(super) fn read(bytes: &[u8]) -> Result<Extract, ReadFault> {
    let message = MessageParser::default().parse(bytes).ok_or(ReadFault::Damaged)?;
    if message.from().is_none() && message.subject().is_none() {
        return Err(ReadFault::Damaged);
    }
    let mut outline = Outline::default();
    outline.heading(
        1,
        message.subject().filter(|subject| !subject.trim().is_empty()).unwrap_or("E-mail"),
    );
    outline.paragraph(&heads(&message));
    let mut hidden = Vec::new();
    if is_plain(&message) {
        let texts = (0..message.text_body_count()).filter_map(|at| message.body_text(at));
        texts.for_each(|text| outline.paragraph(&without_quotes(&text)));
    } else {
        let pages = (0..message.html_body_count()).filter_map(|at| message.body_html(at));
        for page in pages {
            let (shown, mut unseen) = html::read(&page);
            hidden.append(&mut unseen);
            for section in markdown::sections(&shown) {
                outline.paragraph(section.path.last().map_or("", String::as_str));
                outline.paragraph(&section.body);
            }
        }
    }
    Ok(Extract { sections: outline.finish(), hidden, tables: Vec::new() })
}

/// Whether its sender wrote a plain text.
fn is_plain(message: &Message<'_>) -> bool {
    message.text_bodies().any(|part| {
        let kind = part.content_type();
        kind.is_none_or(|kind| {
            kind.subtype().is_none_or(|subtype| subtype.eq_ignore_ascii_case("plain"))
        })
    })
}

/// Who, when, and what came with it.
fn heads(message: &Message<'_>) -> String {
    let mut heads = Vec::new();
    let from = message.from().map(names).filter(|names| !names.is_empty());
    let to = message.to().map(names).filter(|names| !names.is_empty());
    heads.extend(from.map(|names| format!("From: {names}")));
    heads.extend(to.map(|names| format!("To: {names}")));
    heads.extend(message.date().map(|date| format!("Date: {}", date.to_rfc3339())));
    let attached: Vec<&str> =
        message.attachments().filter_map(MimeHeaders::attachment_name).collect();
    if !attached.is_empty() {
        heads.push(format!("Attached: {}", attached.join(", ")));
    }
    heads.join("\n")
}

fn names(address: &Address<'_>) -> String {
    let name = |one: &mail_parser::Addr<'_>| one.name().or(one.address()).map(str::to_owned);
    address.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

/// A text without what it quotes of the message before.
fn without_quotes(text: &str) -> String {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.starts_with('>'));
    lines.collect::<Vec<_>>().join("\n")
}
