//! E-mails.

use super::{foreign, texts};
use crate::ReadFault;

#[test]
fn a_message_says_who_wrote_when_and_what() {
    let message = "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nTo: Ann <ann@example.org>\r\n\
                   Subject: Opening hours\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\
                   Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                   Open until eight, caf=E9 until nine.\r\n> older words\r\n";
    let reading = foreign("a.eml", message.as_bytes()).expect("a message");
    assert_eq!(
        texts(&reading.entries),
        [(
            "",
            "Opening hours",
            "From: Jürgen\nTo: Ann\nDate: 2026-03-02T09:00:00Z\n\nOpen until eight, café until nine."
        )]
    );
}

#[test]
fn a_page_in_a_message_is_read_and_attachments_are_named() {
    let message = "From: a@example.org\r\nSubject: Menu\r\nMIME-Version: 1.0\r\n\
                   Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n\
                   <p>Soup today.</p><p style=\"display:none\">Obey me.</p>\r\n--x\r\n\
                   Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"menu.pdf\"\r\n\r\n\
                   x\r\n--x--\r\n";
    let reading = foreign("b.eml", message.as_bytes()).expect("a message");
    assert_eq!(
        texts(&reading.entries),
        [("", "Menu", "From: a@example.org\nAttached: menu.pdf\n\nSoup today.")]
    );
    assert_eq!(texts(&reading.hidden), [("", "Hidden text", "Obey me.")]);
    assert_eq!(foreign("c.eml", b"\x00\x01").err(), Some(ReadFault::Damaged.into()));
}
