//! Checkpoints as text: one JSON object a line for files, short lines with a check for paper.

use cloister_types::Timestamp;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::checkpoint::{Checkpoint, PublicKey, Signature};

/// What a printed checkpoint begins with.
const PAPER_TITLE: &str = "CLOISTER CHECKPOINT 1";
/// Characters of a value that a printed line holds, in groups of four.
const PAPER_WIDTH: usize = 32;

/// A checkpoint from a file that somebody keeps, perhaps with a second signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Whoever signed [`Checkpoint::countersigned`], and the signature.
    pub countersignature: Option<(PublicKey, Signature)>,
}

/// A file that holds something else than checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not part of a checkpoint, or has a mistake in it")]
pub struct CheckpointFileError {
    /// The line, from 1.
    pub line: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    cloister_checkpoint: u8,
    vault: String,
    number: i64,
    seq: i64,
    head: String,
    records: i64,
    at: i64,
    previous: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    successor: Option<String>,
    key: String,
    signature: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    countersigned_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    countersignature: Option<String>,
}

impl Line {
    fn of(checkpoint: &Checkpoint) -> Self {
        Self {
            cloister_checkpoint: 1,
            vault: checkpoint.vault.to_string(),
            number: checkpoint.number,
            seq: checkpoint.seq,
            head: checkpoint.head.to_string(),
            records: checkpoint.records,
            at: checkpoint.at.as_millis(),
            previous: checkpoint.previous.to_string(),
            successor: checkpoint.successor.map(|key| key.to_string()),
            key: checkpoint.key.to_string(),
            signature: checkpoint.signature.to_string(),
            countersigned_by: None,
            countersignature: None,
        }
    }

    fn read(&self) -> Option<KeptCheckpoint> {
        if self.cloister_checkpoint != 1 {
            return None;
        }
        let checkpoint = Checkpoint {
            vault: self.vault.parse().ok()?,
            number: self.number,
            seq: self.seq,
            head: self.head.parse().ok()?,
            records: self.records,
            at: Timestamp::from_millis(self.at),
            previous: self.previous.parse().ok()?,
            successor: self.successor.as_ref().map(|key| key.parse()).transpose().ok()?,
            key: self.key.parse().ok()?,
            signature: self.signature.parse().ok()?,
        };
        let countersignature = match (&self.countersigned_by, &self.countersignature) {
            (None, None) => None,
            (Some(key), Some(signature)) => Some((key.parse().ok()?, signature.parse().ok()?)),
            (Some(_), None) | (None, Some(_)) => return None,
        };
        Some(KeptCheckpoint { checkpoint, countersignature })
    }
}

impl Checkpoint {
    /// The checkpoint as one line of JSON, without its end.
    ///
    /// # Panics
    /// Never: numbers and strings serialise.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(&Line::of(self)).expect("numbers and strings serialise")
    }

    /// The checkpoint as short lines for paper. Each ends in a check of four characters, so that
    /// whoever types it back learns in which line the mistake is.
    #[must_use]
    pub fn to_paper(&self) -> String {
        let mut fields = vec![
            ("vault", self.vault.to_string()),
            ("number", self.number.to_string()),
            ("seq", self.seq.to_string()),
            ("head", self.head.to_string()),
            ("records", self.records.to_string()),
            ("at", self.at.as_millis().to_string()),
            ("previous", self.previous.to_string()),
        ];
        fields.extend(self.successor.map(|key| ("successor", key.to_string())));
        fields.push(("key", self.key.to_string()));
        fields.push(("signature", self.signature.to_string()));
        let mut lines = vec![PAPER_TITLE.to_owned()];
        for (name, value) in fields {
            for piece in pieces(&value, PAPER_WIDTH) {
                let groups = pieces(piece, 4).join(" ");
                lines.push(format!("{name:9}  {groups}  {}", check(name, piece)));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// Reads every checkpoint in `text`, in either form.
///
/// # Errors
/// [`CheckpointFileError`] with the first line that does not belong.
pub fn read_checkpoints(text: &str) -> Result<Vec<KeptCheckpoint>, CheckpointFileError> {
    let mut kept = Vec::new();
    let mut paper: Option<Paper> = None;
    for (index, line) in text.lines().enumerate() {
        let (line, error) = (line.trim(), CheckpointFileError { line: index + 1 });
        if line.is_empty() {
            continue;
        }
        if line == PAPER_TITLE || line.starts_with('{') {
            kept.extend(paper.take().map(Paper::finish).transpose()?);
        }
        if line == PAPER_TITLE {
            paper = Some(Paper { line: index + 1, fields: Vec::new() });
        } else if line.starts_with('{') {
            let line: Line = serde_json::from_str(line).map_err(|_| error)?;
            kept.push(line.read().ok_or(error)?);
        } else {
            paper.as_mut().and_then(|paper| paper.push(line)).ok_or(error)?;
        }
    }
    kept.extend(paper.map(Paper::finish).transpose()?);
    Ok(kept)
}

/// A printed checkpoint that is being read.
struct Paper {
    line: usize,
    fields: Vec<(String, String)>,
}

impl Paper {
    fn push(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_lowercase();
        let mut groups: Vec<String> = words.map(str::to_lowercase).collect();
        let given = groups.pop()?;
        let piece = groups.concat();
        if check(&name, &piece) != given {
            return None;
        }
        match self.fields.last_mut() {
            Some((last, value)) if *last == name => value.push_str(&piece),
            _ => self.fields.push((name, piece)),
        }
        Some(())
    }

    fn finish(self) -> Result<KeptCheckpoint, CheckpointFileError> {
        let error = CheckpointFileError { line: self.line };
        let mut object = serde_json::Map::new();
        object.insert("cloister_checkpoint".to_owned(), 1.into());
        for (name, value) in self.fields {
            let value = match name.as_str() {
                "number" | "seq" | "records" | "at" => {
                    value.parse::<i64>().map_err(|_| error)?.into()
                }
                _ => value.into(),
            };
            object.insert(name, value);
        }
        let line: Line = serde_json::from_value(object.into()).map_err(|_| error)?;
        line.read().ok_or(error)
    }
}

/// Four hexadecimal digits that depend on every character of a line.
fn check(name: &str, piece: &str) -> String {
    let hash = Sha256::new_with_prefix(name).chain_update(":").chain_update(piece).finalize();
    HEXLOWER.encode(&hash[..2])
}

/// Cuts ASCII text into pieces of `width` characters.
fn pieces(text: &str, width: usize) -> Vec<&str> {
    text.as_bytes().chunks(width).filter_map(|piece| std::str::from_utf8(piece).ok()).collect()
}

#[cfg(test)]
mod tests {
    use cloister_types::Secret;

    use super::*;
    use crate::audit::{chain::Link, digest::Digest, keys::AuditKeys};

    fn checkpoint() -> Checkpoint {
        let vault = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        let keys = AuditKeys::derive(vault, &Secret::new([3; 32]));
        let mut link = Link::before(1, keys.first_key(1));
        link.seq = 1_234;
        link.head = Digest(std::array::from_fn(|i| u8::try_from(i * 7).unwrap()));
        Checkpoint::sign(&keys, &link, None)
    }

    #[test]
    fn a_checkpoint_survives_file_and_paper() {
        let checkpoint = checkpoint();
        assert!(checkpoint.is_signed());
        let both = format!("{}\n\n{}", checkpoint.to_line(), checkpoint.to_paper());
        let read = read_checkpoints(&both).unwrap();
        assert_eq!(read.len(), 2);
        for kept in read {
            assert_eq!(
                kept,
                KeptCheckpoint { checkpoint: checkpoint.clone(), countersignature: None }
            );
        }
        assert!(checkpoint.to_paper().lines().all(|line| line.len() <= 60));
    }

    #[test]
    fn a_slip_in_typing_names_its_line() {
        let paper = checkpoint().to_paper();
        let lines: Vec<&str> = paper.lines().collect();
        for index in 1..lines.len() {
            let slip = lines[index].replacen(char::is_numeric, "x", 1);
            let typed = [&lines[..index], &[&slip], &lines[index + 1..]].concat().join("\n");
            let error = CheckpointFileError { line: index + 1 };
            assert_eq!(read_checkpoints(&typed), Err(error), "{slip}");
        }
        assert!(read_checkpoints("CLOISTER CHECKPOINT 1\n").is_err());
        assert!(read_checkpoints("anything").is_err());
        assert_eq!(read_checkpoints("\n"), Ok(Vec::new()));
    }

    #[test]
    fn a_changed_checkpoint_is_no_longer_signed() {
        let signed = checkpoint();
        let edits: [fn(&mut Checkpoint); 8] = [
            |c| c.number += 1,
            |c| c.seq += 1,
            |c| c.head = Digest::NONE,
            |c| c.records += 1,
            |c| c.at = Timestamp::from_millis(1),
            |c| c.previous = Digest([1; 32]),
            |c| c.successor = Some(c.key),
            |c| c.signature.0[0] ^= 1,
        ];
        for (index, edit) in edits.into_iter().enumerate() {
            let mut changed = signed.clone();
            edit(&mut changed);
            assert!(!changed.is_signed(), "{index}");
            assert_ne!(changed.digest(), signed.digest(), "{index}");
        }
    }
}
