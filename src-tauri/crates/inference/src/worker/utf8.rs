//! Bytes of tokens become characters: a token may end in the middle of one.

/// Decodes a stream of UTF-8 pieces, holding back the start of an unfinished character.
#[derive(Default)]
pub(super) struct Utf8Stream {
    held: Vec<u8>,
}

impl Utf8Stream {
    /// Takes the next bytes and returns the characters that are complete. Bytes that can be no
    /// character become U+FFFD, as [`String::from_utf8_lossy`] does it.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.held.extend_from_slice(bytes);
        let open = open_tail(&self.held);
        let whole = self.held.len() - open;
        let text = String::from_utf8_lossy(&self.held[..whole]).into_owned();
        self.held.drain(..whole);
        text
    }

    /// What is left at the end: one U+FFFD when a character was never finished.
    pub(super) fn finish(self) -> String {
        String::from_utf8_lossy(&self.held).into_owned()
    }
}

/// How many bytes at the end may still become a character.
fn open_tail(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().last().map_or(0, |chunk| {
        let rest = chunk.invalid();
        match std::str::from_utf8(rest) {
            Err(error) if error.error_len().is_none() => rest.len(),
            _ => 0,
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_character_appears_when_its_last_byte_comes() {
        let mut stream = Utf8Stream::default();
        let snowman = "☃".as_bytes();
        assert_eq!(stream.push(&snowman[..2]), "");
        assert_eq!(stream.push(&snowman[2..]), "☃");
        assert_eq!(stream.push(&[b'a', 0xff, b'b', 0xf0]), "a\u{fffd}b");
        assert_eq!(stream.finish(), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn every_cut_gives_the_same_text(bytes: Vec<u8>, cuts in proptest::collection::vec(1_usize..5, 0..64)) {
            let mut stream = Utf8Stream::default();
            let (mut text, mut rest) = (String::new(), bytes.as_slice());
            for cut in cuts {
                let (piece, later) = rest.split_at(cut.min(rest.len()));
                text.push_str(&stream.push(piece));
                rest = later;
            }
            text.push_str(&stream.push(rest));
            text.push_str(&stream.finish());
            prop_assert_eq!(text, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}
