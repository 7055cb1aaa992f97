//! The real sentence encoder: what it says is alike, and that a text's vector is its own.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use cloister_inference::{EncoderError, EncoderTask, Manifest, MiniLm, ModelError, load_encoder};
use cloister_types::{Meaning, SentenceEncoder};

fn models_folder() -> PathBuf {
    std::env::var_os("CLOISTER_MODELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models"),
        PathBuf::from,
    )
}

fn manifest() -> Manifest {
    Manifest::built_in().expect("the manifest is valid")
}

fn encoder() -> &'static MiniLm {
    static ENCODER: OnceLock<MiniLm> = OnceLock::new();
    ENCODER.get_or_init(|| {
        load_encoder(&models_folder(), &manifest()).expect("`make models` fetched the encoder")
    })
}

fn cosine(a: &Meaning, b: &Meaning) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Two ways to ask, two ways to ask something else, and a sentence about neither.
const TEXTS: [&str; 5] = [
    "How do I send a book back?",
    "Can I return an item?",
    "When does my parcel arrive?",
    "What is the expected delivery date of my order?",
    "The cat sat on the mat.",
];

/// Computed by ONNX Runtime and the `tokenizers` package, from the same files.
const COSINES: [(usize, usize, f32); 6] =
    [(0, 1, 0.449), (0, 2, 0.259), (0, 3, 0.192), (1, 2, 0.299), (2, 3, 0.686), (0, 4, -0.006)];

#[test]
fn cosines_are_those_of_another_runtime() {
    let meanings = encoder().encode(&TEXTS).expect("the encoder runs");
    for (a, b, expected) in COSINES {
        let found = cosine(&meanings[a], &meanings[b]);
        assert!((found - expected).abs() < 0.02, "{a} and {b}: {found} against {expected}");
    }
}

#[test]
fn like_meanings_are_nearer_than_others() {
    let meanings = encoder().encode(&TEXTS).expect("the encoder runs");
    let near = |a: usize, b: usize| cosine(&meanings[a], &meanings[b]);
    for other in [2, 3, 4] {
        assert!(near(0, 1) > near(0, other) && near(0, 1) > near(1, other));
    }
    assert!(near(2, 3) > near(2, 4));
}

#[test]
fn a_vector_has_length_one_and_depends_on_its_own_text_alone() {
    let together = encoder().encode(&TEXTS).expect("the encoder runs");
    for (text, meaning) in TEXTS.iter().zip(&together) {
        assert!((cosine(meaning, meaning) - 1.0).abs() < 1e-4);
        let alone = encoder().encode(&[text]).expect("the encoder runs");
        assert_eq!(alone[0].map(f32::to_bits), meaning.map(f32::to_bits), "{text}");
    }
    assert!(encoder().encode(&[]).expect("nothing is no error").is_empty());
}

#[test]
fn any_text_is_encoded_and_of_a_long_one_the_beginning() {
    let long = "parcel ".repeat(5_000);
    let longer = format!("{long} and a tail that is not read");
    let odd = ["", "\u{0}\u{202e}", "返品は？", &long, &longer];
    let meanings = encoder().encode(&odd).expect("any text is encoded");
    assert!(meanings.iter().flatten().all(|x| x.is_finite()));
    assert_eq!(meanings[3].map(f32::to_bits), meanings[4].map(f32::to_bits));
}

#[test]
fn a_missing_or_altered_file_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = load_encoder(folder.path(), &manifest()).map(drop).expect_err("nothing is there");
    assert!(matches!(error, EncoderError::File(ModelError::Missing { .. })), "{error}");

    let manifest = manifest();
    let record = manifest.encoder(EncoderTask::Embed).expect("it is listed");
    for file in [record.model(), record.tokenizer()] {
        let mut bytes = std::fs::read(models_folder().join(file.file())).expect("it was fetched");
        if let Some(byte) = bytes.get_mut(1_000).filter(|_| file == record.model()) {
            *byte ^= 1;
        }
        std::fs::write(folder.path().join(file.file()), bytes).expect("a copy");
    }
    let error = load_encoder(folder.path(), &manifest).map(drop).expect_err("a byte was changed");
    assert!(matches!(error, EncoderError::File(ModelError::WrongDigest { .. })), "{error}");
}
