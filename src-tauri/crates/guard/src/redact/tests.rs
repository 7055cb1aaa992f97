//! Tests of redaction.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use cloister_types::{Tag, TagError, TagKind, Tagger, Tagging};
use proptest::prelude::*;

use super::*;
use crate::{GuardOptions, PatternDraft, Profile, SiteDraft, SiteRules};

fn guard() -> &'static Guard {
    static GUARD: std::sync::OnceLock<Guard> = std::sync::OnceLock::new();
    GUARD.get_or_init(Guard::default)
}

fn redact(text: &str) -> Redaction {
    guard().redact(text, &guard().normalise(text))
}

fn slice(text: &str, span: Span) -> String {
    text.chars().skip(span.start).take(span.end - span.start).collect()
}

#[test]
fn every_occurrence_is_replaced_and_spans_fit_both_texts() {
    let text = "é: ann@example.org, SSN 536-90-4399, ann@example.org 🙂 tel +44 20 7946 0018";
    let redaction = redact(text);
    assert_eq!(redaction.sanitized.as_str(), "é: [EMAIL], SSN [REDACTED], [EMAIL] 🙂 tel [PHONE]");
    let found: Vec<_> = redaction.findings.iter().map(|f| slice(text, f.span)).collect();
    assert_eq!(found, ["ann@example.org", "536-90-4399", "ann@example.org", "+44 20 7946 0018"]);
    let shown: Vec<_> = redaction
        .placeholders
        .iter()
        .map(|p| slice(redaction.sanitized.as_str(), p.span))
        .collect();
    assert_eq!(shown, ["[EMAIL]", "[REDACTED]", "[EMAIL]", "[PHONE]"]);
}

#[test]
fn a_datum_that_ends_within_a_character_takes_all_of_it_and_no_more() {
    // the last sign is "(8)" in one character
    let text = "call +44 20 7946 001\u{247b} and ask for the desk";
    let redaction = redact(text);
    assert_eq!(redaction.sanitized.as_str(), "call [PHONE] and ask for the desk");
    let found: Vec<_> = redaction.findings.iter().map(|f| slice(text, f.span)).collect();
    assert_eq!(found, ["+44 20 7946 001\u{247b}"]);
}

#[test]
fn what_is_disguised_is_found_in_the_original() {
    for (text, sanitized) in [
        ("mail ann\u{200b}@exam\u{200b}ple.org now", "mail [EMAIL] now"),
        ("card ４１１１ １１１１ １１１１ １１１１", "card [REDACTED]"),
        ("note YW5uLmxlZUBleGFtcGxlLm9yZw== end", "note [EMAIL] end"),
        ("mail ann%40example.org now", "mail [EMAIL] now"),
        // hexadecimal of hexadecimal, in a row and spaced
        (
            "note 3631364536453245364336353635343036353738363136443730364336353245364637323637 end",
            "note [EMAIL] end",
        ),
        (
            "note 36 31 36 45 36 45 32 45 36 43 36 35 36 35 34 30 36 35 37 38 36 31 36 44 37 30 36 43 36 35 32 45 36 46 37 32 36 37 end",
            "note [EMAIL] end",
        ),
        // base64 of decimal entities
        (
            "note JiM5NzsmIzExMDsmIzExMDsmIzY0OyYjMTAxOyYjMTIwOyYjOTc7JiMxMDk7JiMxMTI7JiMxMDg7JiMxMDE7JiM0NjsmIzExMTsmIzExNDsmIzEwMzs= end",
            "note [EMAIL] end",
        ),
    ] {
        assert_eq!(redact(text).sanitized.as_str(), sanitized, "{text}");
    }
}

#[test]
fn overlaps_follow_the_rule() {
    // a card number is also a telephone number's shape after "call": the check digit wins
    let redaction = redact("call 4111 1111 1111 1111");
    assert_eq!(redaction.findings.first().map(|f| f.category), Some(Category::CreditCard));
    // the whole address beats the e-mail address within it
    let redaction = redact("postgres://ann:pw@db.example.org/x");
    assert_eq!(redaction.sanitized.as_str(), "[URL]");
    // an ordinary address is reported and stays, an e-mail address next to it does not
    let redaction = redact("https://example.com/help ann@example.org");
    assert_eq!(redaction.sanitized.as_str(), "https://example.com/help [EMAIL]");
    assert_eq!(redaction.findings.len(), 2);
    assert_eq!(redaction.placeholders.len(), 1);
}

#[test]
fn placeholders_are_left_alone() {
    let text = "my password is [SECRET] and my name is [PERSON], DOB: [DATE_OF_BIRTH]";
    let redaction = redact(text);
    assert_eq!(redaction.sanitized.as_str(), text);
    assert!(redaction.findings.is_empty());
}

fn telling_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,8}",
        4 => Just(" ".to_owned()),
        3 => "[0-9]{1,6}",
        2 => "[-.,:;()\\[\\]<>|!/@=#+%&\\\\]{1,3}",
        1 => "\\PC{1,3}",
        4 => prop::sample::select(vec![
            "ann@example.org", "4111 1111 1111 1111", "536-90-4399", "+44 20 7946 0018", "SSN",
            "GB29 NWBK 6016 1331 9268 19", "my name is ", "John Smith", "password: ", "is ", "DOB ",
            "12 March 1980", "https://u:p@e.example/?token=1", "192.168.0.1", "[EMAIL]", "[REDACTED]",
            "[SECRET]", "passport ", "KR8129301", "account ", "call ", "-----BEGIN PRIVATE KEY-----",
            "YW5uLmxlZUBleGFtcGxlLm9yZw==", "%40", "&#64;", "\u{200b}", "２０", "EMP-45678",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Says a name or a street of every word by its letters alone, so that any text has some.
struct ByLetters;

impl Tagger for ByLetters {
    fn tag(&self, texts: &[&str]) -> Result<Vec<Tagging>, TagError> {
        let kinds = [
            TagKind::GivenName,
            TagKind::Surname,
            TagKind::Street,
            TagKind::BuildingNumber,
            TagKind::Postcode,
            TagKind::City,
        ];
        let tag = |text: &str| {
            let mut tags = Vec::new();
            let mut at = 0;
            for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
                let sum: usize = word.bytes().map(usize::from).sum();
                let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
                if let Some(kind) = kinds.get(sum % 9).filter(|_| !bare.is_empty()) {
                    let score = [0.2, 0.55, 1.0][sum % 3];
                    tags.push(Tag { start: at, end: at + bare.len(), kind: *kind, score });
                }
                at += word.len();
            }
            Tagging { tags, read: text.len() }
        };
        Ok(texts.iter().map(|text| tag(text)).collect())
    }
}

fn with_tagger(tagger: impl Tagger + 'static) -> Guard {
    Guard::new(GuardOptions { tagger: Some(Arc::new(tagger)), ..GuardOptions::default() })
}

fn tagging_guard() -> &'static Guard {
    static GUARD: std::sync::OnceLock<Guard> = std::sync::OnceLock::new();
    GUARD.get_or_init(|| with_tagger(ByLetters))
}

/// Counts how often it is asked, and knows one name.
struct Counting(Arc<AtomicUsize>);

impl Tagger for Counting {
    fn tag(&self, texts: &[&str]) -> Result<Vec<Tagging>, TagError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let tag = |text: &&str| {
            let found = text.match_indices("Zephyra").map(|(start, name)| Tag {
                start,
                end: start + name.len(),
                kind: TagKind::GivenName,
                score: 1.0,
            });
            Tagging { tags: found.collect(), read: text.len() }
        };
        Ok(texts.iter().map(tag).collect())
    }
}

#[test]
fn the_tagger_is_asked_once_unless_a_word_is_cut() {
    for (text, sanitized, times) in [
        ("what time is it?", "what time is it?", 1),
        (
            "I met Zephyra, SSN 536-90-4399, on \u{2460} May; mail ann@example.org, Zephyra!",
            "I met [PERSON], SSN [REDACTED], on \u{2460} May; mail [EMAIL], [PERSON]!",
            1,
        ),
        ("see [PERSON] and Zephyra", "see [PERSON] and [PERSON]", 1),
    ] {
        let asked = Arc::new(AtomicUsize::new(0));
        let guard = with_tagger(Counting(Arc::clone(&asked)));
        let redaction = guard.redact(text, &guard.normalise(text));
        assert_eq!(redaction.sanitized.as_str(), sanitized);
        assert_eq!(asked.load(Ordering::Relaxed), times, "{text}");
    }
}

#[test]
fn a_word_that_a_placeholder_touches_is_asked_about_anew() {
    let guard = tagging_guard();
    let text = "DoaDis 80212 March 1980-----BEGIN PRIVATE KEY-----";
    let once = guard.redact(text, &guard.normalise(text)).sanitized;
    let again = guard.redact(once.as_str(), &guard.normalise(once.as_str())).sanitized;
    assert_eq!(once, again);
}

/// Fails, or reads only the first bytes.
struct Lame(Option<usize>);

impl Tagger for Lame {
    fn tag(&self, texts: &[&str]) -> Result<Vec<Tagging>, TagError> {
        let read = self.0.ok_or_else(|| TagError::new("no model"))?;
        Ok(texts.iter().map(|_| Tagging { tags: Vec::new(), read }).collect())
    }
}

#[test]
fn how_names_were_looked_for_is_said() {
    let text = "My name is Anna Svensson, SSN 536-90-4399";
    for (guard, coverage) in [
        (Guard::default(), NameCoverage::RulesOnly),
        (with_tagger(Lame(None)), NameCoverage::Failed),
        (with_tagger(Lame(Some(4))), NameCoverage::Beginning),
        (with_tagger(Lame(Some(text.len()))), NameCoverage::Whole),
    ] {
        let scan = guard.scan(text);
        assert_eq!(scan.names, coverage);
        assert_eq!(scan.sanitized.as_str(), "My name is [PERSON], SSN [REDACTED]");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_found_again(text in telling_text()) {
        let once = redact(&text);
        let again = redact(once.sanitized.as_str());
        let left: Vec<_> = again.findings.iter().filter(|f| f.treatment == Treatment::Replace).collect();
        prop_assert!(left.is_empty(), "{:?} left in {:?}", left, once.sanitized.as_str());
        prop_assert_eq!(once.sanitized, again.sanitized);
    }

    #[test]
    fn a_tagger_finds_nothing_again(text in telling_text()) {
        let guard = tagging_guard();
        let once = guard.redact(&text, &guard.normalise(&text));
        let again = guard.redact(once.sanitized.as_str(), &guard.normalise(once.sanitized.as_str()));
        let left: Vec<_> = again.findings.iter().filter(|f| f.treatment == Treatment::Replace).collect();
        prop_assert!(left.is_empty(), "{:?} left in {:?}", left, once.sanitized.as_str());
        prop_assert_eq!(once.sanitized, again.sanitized);
    }

    #[test]
    fn offsets_round_trip(text in telling_text()) {
        let redaction = redact(&text);
        // the sanitised text is the original with each replaced span exchanged for its placeholder
        let chars: Vec<char> = text.chars().collect();
        let (mut rebuilt, mut at) = (String::new(), 0);
        for finding in redaction.findings.iter().filter(|f| f.treatment == Treatment::Replace) {
            prop_assert!(at <= finding.span.start && finding.span.end <= chars.len());
            rebuilt.extend(&chars[at..finding.span.start]);
            rebuilt.push_str(finding.category.placeholder());
            at = finding.span.end;
        }
        rebuilt.extend(&chars[at..]);
        prop_assert_eq!(&rebuilt, redaction.sanitized.as_str());
        for placeholder in &redaction.placeholders {
            let shown = slice(redaction.sanitized.as_str(), placeholder.span);
            prop_assert_eq!(shown, placeholder.category.placeholder());
        }
    }

    #[test]
    fn any_text_is_scanned(text in any::<String>()) {
        let scan = guard().scan(&text);
        prop_assert!((0.0..=1.0).contains(&scan.injection.score));
        prop_assert!((0.0..=1.0).contains(&scan.moderation.score));
    }
}

#[test]
fn hostile_text_ends() {
    for unit in [
        "a@",
        "1 ",
        "[](",
        "my name is A ",
        "%41",
        "=",
        "<|",
        "password: ",
        "ignore all ",
        "1-",
        "://",
        "\u{200b}",
        "eyJ",
        "i g ",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        let scan = guard().scan(&text);
        assert!(scan.sanitized.as_str().len() <= 2 * text.len() + 16, "{unit}");
    }
}

#[test]
fn a_site_s_patterns_hide_and_its_allow_list_shows_but_never_a_card_or_a_secret() {
    let draft = SiteDraft {
        allow: vec!["help desk +44 20 7946 0018".to_owned(), "+44 20 7946 0018".to_owned()],
        patterns: vec![PatternDraft {
            name: "ward code".to_owned(),
            category: Category::Other,
            pattern: r"\bW-[0-9]{3}\b".to_owned(),
            finds: vec!["in W-123".to_owned()],
            passes: Vec::new(),
        }],
    };
    let site = SiteRules::check(&draft, guard()).expect("good rules");
    let guard = Guard::new(GuardOptions { site, ..GuardOptions::default() });
    let redact =
        |text: &str| guard.redact(text, &guard.normalise(text)).sanitized.as_str().to_owned();
    assert_eq!(redact("Ring +44 (20) 7946-0018 in W-123."), "Ring +44 (20) 7946-0018 in [OTHER].");
    assert_eq!(redact("Ring +44 20 7946 0019."), "Ring [PHONE].");
    assert_eq!(redact("Card 4111 1111 1111 1111"), "Card [REDACTED]");
    assert_eq!(guard.site().pattern_name("site/1"), Some("ward code"));
}

#[test]
fn the_health_profile_hides_what_is_said_about_a_person() {
    let guard = Guard::new(GuardOptions { profile: Profile::Health, ..GuardOptions::default() });
    let text = "Dr. Helena Shaw says my asthma needs salbutamol. Is insulin kept cold?";
    let redaction = guard.redact(text, &guard.normalise(text));
    let hidden = "Dr. [PERSON] says my [HEALTH] needs [HEALTH]. Is insulin kept cold?";
    assert_eq!(redaction.sanitized.as_str(), hidden);
    let office = Guard::default();
    let plain = office.redact(text, &office.normalise(text));
    assert!(plain.sanitized.as_str().contains("asthma"));
}

proptest::proptest! {
    // each case compiles a guard of its own
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_allow_list_never_weakens_a_card_or_a_secret(
        words in proptest::collection::vec("[a-z]{2,8}|[0-9]{2,6}|\\+44 20 7946 0018|ann@example\\.org", 0..6),
        allowed in proptest::collection::vec("[a-z0-9 @.+]{2,20}|[0-9]{4}", 0..6),
        protected in proptest::sample::select(vec![
            "4111 1111 1111 1111", "5500-0000-0000-0004", "password: hunter2x9",
        ]),
        place in 0_usize..6,
    ) {
        let mut words = words;
        words.insert(place.min(words.len()), protected.to_owned());
        let text = words.join(" or ");
        // what may not be allowed is refused; the rest is tried, every part of the text among it
        let drafts = allowed.iter().cloned().chain(words.iter().cloned());
        let allow = drafts
            .filter(|entry| {
                let draft = SiteDraft { allow: vec![entry.clone()], patterns: Vec::new() };
                SiteRules::check(&draft, guard()).is_ok()
            })
            .collect();
        let site = SiteRules::check(&SiteDraft { allow, patterns: Vec::new() }, guard())
            .expect("each entry was checked");
        let guard = Guard::new(GuardOptions { site, ..GuardOptions::default() });
        let secret = protected.rsplit(": ").next().unwrap_or_default();
        let sanitized = guard.redact(&text, &guard.normalise(&text)).sanitized;
        proptest::prop_assert!(!sanitized.as_str().contains(secret), "{}", sanitized.as_str());
    }
}
