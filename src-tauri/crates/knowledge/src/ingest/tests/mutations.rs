//! Documents with random damage, from a fixed seed: whatever comes of one, it comes back.

use super::{
    files::{docx, epub, paragraph, pdf, row, xlsx},
    foreign,
};

/// Damaged documents of each format.
const ROUNDS: usize = 150;
const SEED: u64 = 0x00C1_0157_EA5E_ED01;

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }
}

/// Cuts, doubles, overwrites or drops parts of `bytes`.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(40)).min(bytes.len());
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => bytes[at..end].fill(0xFF),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
        if bytes.is_empty() {
            return;
        }
    }
}

#[test]
fn damaged_documents_give_entries_or_a_reason() {
    let whole: [(&str, Vec<u8>); 5] = [
        ("a.pdf", pdf(&["BT /F 10 Tf 50 700 Td (Text) Tj [(of) -300 (two)] TJ /C 9 Tf <0001> Tj ET"; 3])),
        ("a.docx", docx(&paragraph("Big", "<w:vanish/>", "Title").repeat(3))),
        ("a.xlsx", xlsx(&[("S", "visible", &(row(1, &["A", "B"]) + &row(2, &["1", "2"])))])),
        ("a.epub", epub(&["<h1>One</h1><p>Text.</p>"])),
        ("a.eml", b"From: a@b\r\nSubject: S\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nText\r\n--x--\r\n".to_vec()),
    ];
    let mut random = Random(SEED);
    for (name, whole) in whole {
        assert!(foreign(name, &whole).is_ok(), "{name} is whole");
        for _ in 0..ROUNDS {
            let mut bytes = whole.clone();
            damage(&mut bytes, &mut random);
            match foreign(name, &bytes) {
                Ok(reading) => assert!(reading.entries.len() + reading.hidden.len() > 0, "{name}"),
                Err(error) => assert!(!error.to_string().is_empty(), "{name}"),
            }
        }
    }
}
