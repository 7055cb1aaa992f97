//! The archive itself: zip inside age, made while it is sent.

use std::{
    io::{self, Cursor, Read, Write},
    iter,
    pin::Pin,
    task::{Context, Poll},
};

use age::{Decryptor, Encryptor, scrypt, secrecy::SecretString};
use cloister_types::Secret;
use futures_util::Stream;
use tokio::sync::mpsc;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{PersonData, page};

/// scrypt with N = 2^17, r = 8, p = 1: OWASP's first choice (Password Storage Cheat Sheet), 128 MB
/// and about half a second.
const WORK_FACTOR: u8 = 17;
/// The most that opening takes: 1 GB. An archive by another program may say so much.
const MOST_WORK: u8 = 20;
/// Pieces that wait for a slow reader, and their size: 256 kB at most.
const PIECES: usize = 4;
const PIECE: usize = 64 * 1024;
/// Largest archive that is opened.
const MOST_BYTES: u64 = 1 << 30;

const DATA: &str = "data.json";
const PAGE: &str = "index.html";

/// The pieces of an archive, as they are made.
#[derive(Debug)]
pub struct ArchivePieces(mpsc::Receiver<io::Result<Vec<u8>>>);

impl Stream for ArchivePieces {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>> {
        self.0.poll_recv(context)
    }
}

/// What an archive holds.
pub struct OpenedArchive {
    /// Everything, for programs: JSON.
    pub data: Secret<String>,
    /// Everything, for people: one HTML page that loads nothing.
    pub page: Secret<String>,
}

impl std::fmt::Debug for OpenedArchive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedArchive(…)")
    }
}

/// Seals `data` on a blocking thread, piece by piece.
pub(super) fn seal(data: PersonData, passphrase: Secret<String>) -> ArchivePieces {
    let (sender, receiver) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let pieces = Pieces { sender: sender.clone(), piece: Vec::with_capacity(PIECE) };
        if let Err(error) = write(&data, &passphrase, pieces) {
            tracing::warn!(%error, "an export was not finished");
            // Whoever would read this has gone, or learns that the archive breaks off.
            drop(sender.blocking_send(Err(error)));
        }
    });
    ArchivePieces(receiver)
}

fn write(data: &PersonData, passphrase: &Secret<String>, pieces: Pieces) -> io::Result<()> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.expose().as_str()));
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor =
        Encryptor::with_recipients(iter::once(&recipient as _)).map_err(io::Error::other)?;
    let mut zip = ZipWriter::new_stream(encryptor.wrap_output(pieces)?);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(DATA, options)?;
    serde_json::to_writer_pretty(&mut zip, data)?;
    zip.start_file(PAGE, options)?;
    page::write(&serde_json::to_value(data)?, &mut zip)?;
    let sealed = zip.finish()?.into_inner();
    let mut pieces = sealed.finish()?;
    pieces.send()
}

/// Opens an archive; the error is a sentence about it.
pub(super) fn open(
    sealed: impl Read,
    passphrase: &Secret<String>,
) -> Result<OpenedArchive, String> {
    let decryptor = Decryptor::new(sealed).map_err(|_| "this is no sealed archive".to_owned())?;
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.expose().as_str()));
    identity.set_max_work_factor(MOST_WORK);
    let plain = decryptor
        .decrypt(iter::once(&identity as _))
        .map_err(|_| "the passphrase does not open the archive".to_owned())?;
    let mut zip = Secret::new(Vec::new());
    let broken = || "the archive is damaged or incomplete".to_owned();
    plain.take(MOST_BYTES).read_to_end(zip.expose_mut()).map_err(|_| broken())?;
    let mut zip = ZipArchive::new(Cursor::new(zip.expose().as_slice())).map_err(|_| broken())?;
    let mut member = |name: &str| {
        let mut text = Secret::new(String::new());
        let file = zip.by_name(name).map_err(|_| broken())?;
        file.take(MOST_BYTES).read_to_string(text.expose_mut()).map_err(|_| broken())?;
        Ok::<_, String>(text)
    };
    Ok(OpenedArchive { data: member(DATA)?, page: member(PAGE)? })
}

/// Sends what is written on, a piece at a time, and waits while nobody takes it.
struct Pieces {
    sender: mpsc::Sender<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        if piece.is_empty() {
            return Ok(());
        }
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
