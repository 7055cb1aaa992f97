//! Reads server-sent events out of a body that arrives in pieces.

use serde_json::Value;

/// Cuts a byte stream into events by the HTML standard, section 9.2, as far as our own server uses
/// it: `event:` and single-line `data:` fields, comments, blank lines between events.
#[derive(Default)]
pub(crate) struct EventReader {
    pending: Vec<u8>,
}

/// One event: its name and its data.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct ServerEvent {
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl EventReader {
    /// Takes the next bytes and returns the events that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<ServerEvent> {
        self.pending.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(end) = self.pending.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = self.pending.drain(..end + 2).collect();
            events.extend(read_block(&block));
        }
        events
    }
}

fn read_block(block: &[u8]) -> Option<ServerEvent> {
    let text = std::str::from_utf8(block).ok()?;
    let field = |name: &str| {
        text.lines().find_map(|line| {
            let rest = line.strip_prefix(name)?.strip_prefix(':')?;
            Some(rest.strip_prefix(' ').unwrap_or(rest))
        })
    };
    let data = serde_json::from_str(field("data")?).ok()?;
    Some(ServerEvent { event: field("event")?.to_owned(), data })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STREAM: &str = ": hello\n\nevent: stage\ndata: {\"stage\":\"guard\"}\n\nevent: delta\ndata: {\"text\":\"ä\\n\"}\n\n";

    fn expected() -> Vec<ServerEvent> {
        vec![
            ServerEvent { event: "stage".into(), data: json!({ "stage": "guard" }) },
            ServerEvent { event: "delta".into(), data: json!({ "text": "ä\n" }) },
        ]
    }

    #[test]
    fn events_come_out_however_the_stream_is_cut() {
        for size in 1..STREAM.len() {
            let mut reader = EventReader::default();
            let pieces = STREAM.as_bytes().chunks(size);
            let events: Vec<ServerEvent> = pieces.flat_map(|piece| reader.push(piece)).collect();
            assert_eq!(events, expected(), "pieces of {size}");
        }
    }

    #[test]
    fn rubbish_gives_no_event() {
        let mut reader = EventReader::default();
        assert!(reader.push(b"event: x\ndata: {not json\n\n\xff\xfe\n\n").is_empty());
    }
}
