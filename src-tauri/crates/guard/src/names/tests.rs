//! Tests of names and addresses, with tags written out.

use cloister_types::{
    Tag,
    TagKind::{self, BuildingNumber, City, GivenName, Postcode, Street, Surname},
};

use super::*;
use crate::{Category, normalise::part};

/// What is found in `text` when the tagger says `said` of its words.
fn found<'t>(text: &'t str, said: &[(&str, TagKind, f32)]) -> Vec<(Category, &'t str)> {
    let mut tags = Vec::new();
    let mut from = 0;
    for (word, kind, score) in said {
        let start = from + part(text, from..).find(word).expect("the word is in the text");
        from = start + word.len();
        tags.push(Tag { start, end: from, kind: *kind, score: *score });
    }
    NameFinder::new()
        .find(text, &tags)
        .iter()
        .map(|one| (one.category, part(text, one.start..one.end)))
        .collect()
}

fn check(text: &str, said: &[(&str, TagKind, f32)], expected: &[(Category, &str)]) {
    assert_eq!(found(text, said), expected, "{text}");
}

const PERSON: Category = Category::Person;
const ADDRESS: Category = Category::Address;

#[test]
fn tagged_words_are_joined_into_names() {
    check(
        "I met Zephyra van der Quill and J. K. Orrin-Vale.",
        &[
            ("Zephyra", GivenName, 0.9),
            ("Quill", Surname, 0.7),
            ("Orrin", Surname, 0.8),
            ("Vale", Surname, 0.6),
        ],
        &[(PERSON, "Zephyra van der Quill"), (PERSON, "J. K. Orrin-Vale")],
    );
    check(
        "Then O'Hennessy left",
        &[("O", Surname, 0.9), ("Hennessy", Surname, 0.9)],
        &[(PERSON, "O'Hennessy")],
    );
}

#[test]
fn lists_find_names_without_a_tagger() {
    check("yesterday Katarzyna Wojcik rang", &[], &[(PERSON, "Katarzyna Wojcik")]);
    check("then Николай Соколов signed in", &[], &[(PERSON, "Николай Соколов")]);
    check("we asked Ragnheidur Bjarnadottir", &[], &[(PERSON, "Ragnheidur Bjarnadottir")]);
    check("Will May Grace the Chase?", &[], &[]);
}

#[test]
fn small_letters_need_a_listed_or_introduced_name() {
    let sure = |word| [(word, GivenName, 1.0)];
    check("can a samurai win", &sure("samurai"), &[]);
    check("goodbye", &sure("goodbye"), &[]);
    check("i want spaghetti", &sure("spaghetti"), &[]);
    check("my name is tolvar", &sure("tolvar"), &[(PERSON, "tolvar")]);
    check(
        "call maria gonzalez now",
        &[("maria", GivenName, 0.7), ("gonzalez", Surname, 0.8)],
        &[(PERSON, "maria gonzalez")],
    );
}

#[test]
fn what_a_word_is_part_of_counts() {
    check("write to @Marisol or Marisol_x", &[("Marisol", GivenName, 1.0)], &[]);
    check("the SWIFT code", &[("SWIFT", Surname, 0.9)], &[]);
    check("It was a [PERSON] thing", &[("PERSON", Surname, 1.0)], &[]);
}

#[test]
fn parts_make_one_address_and_a_town_alone_none() {
    check(
        "Send it to 7 Quillon Row, Merrivale 90210 please",
        &[
            ("7", BuildingNumber, 0.9),
            ("Quillon", Street, 0.9),
            ("Row", Street, 0.9),
            ("Merrivale", City, 0.9),
            ("90210", Postcode, 0.9),
        ],
        &[(ADDRESS, "7 Quillon Row, Merrivale 90210")],
    );
    check("Is it sunny in Merrivale?", &[("Merrivale", City, 1.0)], &[]);
    check("from Merrivale to Old Quay", &[("Merrivale", City, 1.0), ("Old", City, 0.9)], &[]);
}

#[test]
fn address_rules_and_tags_join() {
    check(
        "lives at 42 Oak Street, Merrivale",
        &[("Merrivale", City, 0.9)],
        &[(ADDRESS, "42 Oak Street, Merrivale")],
    );
    check(
        "wohnt Lindenstraße 5, 80331 Quarrstadt",
        &[("80331", Postcode, 0.9)],
        &[(ADDRESS, "Lindenstraße 5, 80331")],
    );
}

#[test]
fn any_tags_and_text_are_survived() {
    let finder = NameFinder::new();
    for unit in
        ["a", "A ", "é", "🙂", "\u{301}", "Anna ", "1 ", "王 ", "O'", ", ", "[PERSON]", "12 Oak "]
    {
        let text = unit.repeat(20_000 / unit.len());
        let tags: Vec<Tag> = text
            .char_indices()
            .map(|(start, c)| Tag {
                start,
                end: start + c.len_utf8(),
                kind: if start % 2 == 0 { Surname } else { City },
                score: 1.0,
            })
            .collect();
        for tags in [&tags[..], &[]] {
            let found = finder.find(&text, tags);
            assert!(found.iter().all(|one| text.get(one.start..one.end).is_some()));
        }
    }
}
