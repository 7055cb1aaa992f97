//! The real tagger on sentences of several languages, and on any text.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use cloister_inference::{
    EncoderTask, MAX_PIECES, Manifest, ModelError, RampartTagger, TaggerError, load_tagger,
};
use cloister_types::{TagKind, Tagger};

fn models_folder() -> PathBuf {
    std::env::var_os("CLOISTER_MODELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models"),
        PathBuf::from,
    )
}

fn manifest() -> Manifest {
    Manifest::built_in().expect("the manifest is valid")
}

fn tagger() -> &'static RampartTagger {
    static TAGGER: OnceLock<RampartTagger> = OnceLock::new();
    TAGGER.get_or_init(|| {
        load_tagger(&models_folder(), &manifest()).expect("`make models` fetched the tagger")
    })
}

/// The words that the tagger is sure of, as written.
fn sure<'t>(text: &'t str, wanted: &[TagKind]) -> Vec<&'t str> {
    let tagged = tagger().tag(&[text]).expect("any text is tagged").remove(0);
    assert_eq!(tagged.read, text.len());
    tagged
        .tags
        .iter()
        .filter(|tag| tag.score >= 0.5 && wanted.contains(&tag.kind))
        .filter_map(|tag| text.get(tag.start..tag.end))
        .collect()
}

const NAME: [TagKind; 2] = [TagKind::GivenName, TagKind::Surname];
const PLACE: [TagKind; 5] =
    [TagKind::BuildingNumber, TagKind::Street, TagKind::Unit, TagKind::Postcode, TagKind::City];

#[test]
fn names_are_found_in_several_languages() {
    for (text, names) in [
        ("Hello, my name is Sarah Whitfield.", &["Sarah", "Whitfield"][..]),
        ("Sehr geehrte Frau Müller, vielen Dank.", &["Müller"]),
        ("Bonjour, je m'appelle Élodie Dupont.", &["Élodie", "Dupont"]),
        ("Me llamo José García y vivo aquí.", &["José", "García"]),
        ("Łukasz Wójcik; Åsa Lindström 🙂", &["Łukasz", "Wójcik", "Åsa", "Lindström"]),
        ("Where is my parcel?", &[]),
    ] {
        assert_eq!(sure(text, &NAME), names, "{text}");
    }
}

#[test]
fn the_parts_of_addresses_are_told_apart() {
    let text = "I live at 42 Oak Street, Apt 5, Springfield, IL 62704.";
    assert_eq!(sure(text, &[TagKind::BuildingNumber]), ["42"]);
    assert_eq!(sure(text, &[TagKind::Street]), ["Oak", "Street"]);
    assert_eq!(sure(text, &[TagKind::Unit]), ["Apt", "5"]);
    assert_eq!(sure(text, &[TagKind::City]), ["Springfield"]);
    assert_eq!(sure(text, &[TagKind::Region]), ["IL"]);
    assert_eq!(sure(text, &[TagKind::Postcode]), ["62704"]);
    let text = "Ich wohne in der Hauptstraße 12, 80331 München.";
    assert_eq!(sure(text, &PLACE), ["Hauptstraße", "12", "80331", "München"]);
}

#[test]
fn nothing_is_lost_at_the_seams_of_windows() {
    // the sentence is moved over the seams one word at a time
    let sentence = "Please tell Katharina Lindqvist that the parcel is here. ";
    for words in 0..40 {
        let text = format!("{}{}", "so ".repeat(words), sentence.repeat(30));
        let names = sure(&text, &NAME);
        let found = names.iter().filter(|name| **name == "Katharina").count();
        assert!(found >= 29, "{words}: {found} of 30");
        let found = names.iter().filter(|name| **name == "Lindqvist").count();
        assert!(found >= 29, "{words}: {found} of 30");
    }
}

#[test]
fn several_texts_are_tagged_as_each_alone() {
    let texts =
        ["Ask Maria Jensen.", "", "Nothing here", "A much longer text about Peter Novak's dog"];
    let together = tagger().tag(&texts).expect("any text is tagged");
    for (text, tagging) in texts.iter().zip(&together) {
        let alone = tagger().tag(&[text]).expect("any text is tagged").remove(0);
        let what = |tagging: &cloister_types::Tagging| -> Vec<_> {
            tagging
                .tags
                .iter()
                .filter(|tag| tag.score >= 0.5)
                .map(|tag| (tag.start, tag.end, tag.kind))
                .collect()
        };
        assert_eq!(what(tagging), what(&alone), "{text}");
    }
}

#[test]
fn any_text_is_survived_and_a_long_one_read_in_part() {
    for unit in ["", "\0", "\u{301}", "\u{200b}", "🙂", "漢", "a", "\n", "[CLS]", "é "] {
        for length in [1, 3_000] {
            let text = unit.repeat(length);
            let tagging = tagger().tag(&[&text]).expect("any text is tagged").remove(0);
            assert_eq!(tagging.read, text.len());
            let mut from = 0;
            for tag in tagging.tags {
                assert!(from <= tag.start && text.get(tag.start..tag.end).is_some());
                from = tag.end;
            }
        }
    }
    let one_word = "a".repeat(1 << 20);
    let tagging = tagger().tag(&[&one_word]).expect("any text is tagged").remove(0);
    assert_eq!(tagging.read, one_word.len());
    let long = "word ".repeat(MAX_PIECES + 100);
    let tagging = tagger().tag(&[&long]).expect("any text is tagged").remove(0);
    assert!((MAX_PIECES * 5..long.len()).contains(&tagging.read));
}

#[test]
fn a_missing_or_altered_file_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = load_tagger(folder.path(), &manifest()).map(drop).expect_err("nothing is there");
    assert!(matches!(error, TaggerError::File(ModelError::Missing { .. })), "{error}");

    let manifest = manifest();
    let record = manifest.encoder(EncoderTask::Tag).expect("it is listed");
    for file in [record.model(), record.tokenizer()] {
        let mut bytes = std::fs::read(models_folder().join(file.file())).expect("it was fetched");
        if let Some(byte) = bytes.get_mut(1_000).filter(|_| file == record.model()) {
            *byte ^= 1;
        }
        std::fs::write(folder.path().join(file.file()), bytes).expect("a copy");
    }
    let error = load_tagger(folder.path(), &manifest).map(drop).expect_err("a byte was changed");
    assert!(matches!(error, TaggerError::File(ModelError::WrongDigest { .. })), "{error}");
    assert_eq!(RampartTagger::load(vec![0; 100], b"{}").map(drop), Err(TaggerError::Tokenizer));
}
