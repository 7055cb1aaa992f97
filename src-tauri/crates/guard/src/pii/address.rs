//! Streets with a number, post boxes and postcodes, in the formats of many countries.

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule, alone};
use crate::{Category, finding::Evidence};

/// A rule for addresses, for tables to fill in.
const BASE: Rule = Rule {
    category: Category::Address,
    gate: Gate::Digits(1),
    accept: bounded,
    evidence: Evidence::Context,
    score: 0.9,
    ..Rule::BASE
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "address/english",
        reason: "A house number and a street in the English manner.",
        pattern: r"(?i)[0-9]{1,6}[a-z]?(?:[-/][0-9]{1,5}[a-z]?)?,? (?:(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\.? )?(?:(?-i:[A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}0-9'’.-]){1,20} ){1,4}?(?:street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|circle|cir|terrace|ter|highway|hwy|parkway|pkwy|crescent|cres|close|mews|gardens|grove|square|sq|alley|trail|trl|turnpike|crossroad|loop|plaza|way|place|pl)(?-u:\b)\.?(?: (?:n|s|e|w|ne|nw|se|sw)(?-u:\b)\.?)?(?:,? (?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|#)\.? ?#?[0-9a-z-]{1,6})?",
        accept: english,
        finds: &[
            ("I live at 42 Oak Street now", "42 Oak Street"),
            ("221B Baker Street, London", "221B Baker Street"),
            ("at 1600 N Elm Hill Ave., Apt 4B please", "1600 N Elm Hill Ave., Apt 4B"),
            ("12 high road", "12 high road"),
        ],
        passes: &[
            "I walked 5 miles down the road",
            "2 of my friends like this place",
            "50 euros on the way",
            "10 items in my cart court me",
            "4 people met on this square",
        ],
        ..BASE
    },
    Rule {
        name: "address/germanic",
        reason: "A street and its house number in the German, Dutch or Nordic manner.",
        pattern: r"(?:[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ][A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}.-]{1,30}[ -]){0,3}[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ]?[A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}-]{2,30}(?:straße|strasse|str\.|gasse|allee|platz|damm|ufer|straat|laan|weg|plein|gracht|kade|dijk|singel|gatan|vägen|gata|gate|vej|veien|vegen|gade|katu|tie|utca) (?:[0-9]{1,4})(?: ?[a-zA-Z](?-u:\b))?",
        finds: &[
            ("wohne Hauptstraße 12a, Berlin", "Hauptstraße 12a"),
            ("Kerkstraat 5", "Kerkstraat 5"),
            ("Storgatan 14", "Storgatan 14"),
            ("Unterm Lindenweg 7", "Unterm Lindenweg 7"),
        ],
        passes: &["das ist ein Umweg", "investigate 12 cases"],
        accept: germanic,
        ..BASE
    },
    Rule {
        name: "address/romance",
        reason: "A street in the French, Spanish, Italian, Portuguese or Slavic manner.",
        pattern: r"(?:[0-9]{1,4}(?: ?(?:bis|ter|quater))?,? )?(?i:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|cours|route|calle|c/|avenida|avda\.?|plaza|paseo|carrer|carretera|via|viale|piazza|piazzale|corso|largo|vicolo|rua|travessa|praça|alameda|strada|ulica|ul\.|aleja|al\.|улица|ул\.|проспект|пр\.) ?(?:(?:de|du|des|la|le|les|del|della|dei|degli|delle|di|dos|das|da|do|el|los|las|von|św\.) |[dl]['’]){0,3}[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ][A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}'’.-]{1,20}(?:[ -](?:(?:de|du|des|la|le|les|del|della|dei|degli|delle|di|dos|das|da|do|el|los|las|von|św\.) |[dl]['’]){0,3}[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ][A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}'’.-]{0,20}){0,3}(?:,? (?:(?i:n\.?[º°o]?|nr\.?|no\.?|número|д\.|дом) ?)?[0-9]{1,5}[a-z]?(?-u:\b))?",
        accept: romance,
        finds: &[
            ("habite 15 bis rue de la Paix, Paris", "15 bis rue de la Paix"),
            ("en Calle Mayor 5", "Calle Mayor 5"),
            ("abito in Via Roma 12", "Via Roma 12"),
            ("na Rua Augusta, nº 210", "Rua Augusta, nº 210"),
            ("ul. Długa 7", "ul. Długa 7"),
            ("улица Ленина, д. 5", "улица Ленина, д. 5"),
        ],
        passes: &["via email", "in place of 5", "la place de la Concorde est belle", "via app 24"],
        ..BASE
    },
    Rule {
        name: "address/box",
        reason: "The number of a post office box.",
        pattern: r"(?i)(?-u:\b)(?:p\.? ?o\.? ?box|post office box|postfach|boîte postale|b\.p\.|apartado(?: de correos)?|casella postale|postbus|caixa postal)[: ]{1,2}(?:no\.? |nr\.? )?[0-9]{1,6}",
        gate: Gate::Any(&["box", "postfach", "postale", "b.p.", "apartado", "postbus", "postal"]),
        finds: &[("send it to P.O. Box 1234", "P.O. Box 1234"), ("Postfach 10 ", "Postfach 10")],
        passes: &["box 12", "po box"],
        ..BASE
    },
    Rule {
        name: "address/military",
        reason: "A military postal address.",
        pattern: r"(?:(?-u:\b)(?:PSC|CMR|Unit|UNIT|unit|psc|cmr) [0-9]{1,5},? (?:Box|BOX|box) [0-9]{1,5}[,\s]{0,3})?(?-u:\b)(?i:(?:APO|FPO|DPO),? A[AEP],? [0-9]{5}(?:-[0-9]{4})?)(?-u:\b)",
        gate: Gate::Any(&["apo", "fpo", "dpo"]),
        finds: &[
            ("PSC 1234, Box 567\nAPO AE 09012", "PSC 1234, Box 567\nAPO AE 09012"),
            ("FPO AP 96349", "FPO AP 96349"),
        ],
        passes: &["an APO list", "FPO 12345"],
        ..BASE
    },
    Rule {
        name: "address/unit",
        reason: "A flat, suite or floor of a building.",
        pattern: r"(?i)(?-u:\b)(?:apt|apartment|suite|ste|flat|unit|room|appartement|wohnung|piso)\.? ?#? ?[0-9]{1,5}[a-z]?(?-u:\b)",
        gate: Gate::Any(&["apt", "apartment", "suite", "flat", "wohnung", "piso", "appartement"]),
        accept: unit,
        finds: &[("Apt. 12", "Apt. 12"), ("Suite 400", "Suite 400")],
        passes: &["a flat 20 percent fee", "room 12"],
        ..BASE
    },
    Rule {
        name: "address/british_postcode",
        reason: "A postcode in the British manner.",
        pattern: r"(?-u:\b)(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?) [0-9][ABD-HJLNP-UW-Z]{2}(?-u:\b)",
        finds: &[("London SW1A 1AA", "SW1A 1AA"), ("M1 1AE", "M1 1AE")],
        passes: &["AB12 3456", "in Q1 2AB 3"],
        ..BASE
    },
    Rule {
        name: "address/canadian_postcode",
        reason: "A Canadian postal code.",
        pattern: r"(?-u:\b)[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -][0-9][ABCEGHJ-NPRSTV-Z][0-9](?-u:\b)",
        gate: Gate::Digits(3),
        finds: &[("Ottawa K1A 0B1", "K1A 0B1")],
        passes: &["K1A 0B", "D1A 0B1"],
        ..BASE
    },
    Rule {
        name: "address/dutch_postcode",
        reason: "A postcode in the Dutch manner.",
        pattern: r"(?-u:\b)[1-9][0-9]{3} [A-Z]{2},? [A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ][a-zß-öø-\u{24f}]{2,20}",
        gate: Gate::Digits(4),
        finds: &[("1017 GA Amsterdam", "1017 GA Amsterdam")],
        passes: &["2024 AD was", "1017 ga Amsterdam"],
        ..BASE
    },
    Rule {
        name: "address/american_place",
        reason: "A town, a state and a postal code in the American manner.",
        pattern: r"(?-u:\b)(?:[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ][A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}.'-]{1,20} ){0,2}[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫА-ЯЁЂ-Џ][A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{fdff}.'-]{1,20},? (?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])[ ,]{1,2}[0-9]{5}(?:-[0-9]{4})?(?-u:\b)",
        gate: Gate::Digits(5),
        finds: &[("Springfield, IL 62704", "Springfield, IL 62704")],
        passes: &["Springfield, IL 627", "see PR 12345"],
        ..BASE
    },
    Rule {
        name: "address/postcode",
        reason: "A postal code, named as one or beside its town.",
        pattern: r"[0-9]{4,6}(?:-[0-9]{3,4})?",
        gate: Gate::Digits(4),
        context: Some(Context {
            words: &[
                "zip",
                "zip code",
                "zipcode",
                "postcode",
                "post code",
                "postal code",
                "plz",
                "postleitzahl",
                "code postal",
                "código postal",
                "codigo postal",
                "cap",
                "cep",
                "pin code",
                "pincode",
                "postnummer",
                "kod pocztowy",
                "индекс",
                "邮编",
                "〒",
            ],
            before: 6,
            after: 0,
        }),
        accept: alone,
        finds: &[("zip code is 62704", "62704"), ("PLZ: 80331", "80331")],
        passes: &["zip 4 files", "the PIN 1234"],
        ..BASE
    },
    Rule {
        name: "address/east_asian",
        reason: "An address in Chinese, Japanese or Korean.",
        pattern: r"(?:[㐀-鿿々]{1,6}[省市区區县縣都道府県州])?[㐀-鿿々]{1,8}[省市区區县縣都道府県町村][ぁ-ヿ㐀-鿿々]{0,12}(?:[路街道巷弄段][0-9０-９一二三四五六七八九十之 -]{1,8}[号號]|[0-9０-９]{1,4}(?:[-−－丁目番地号の]{1,2}[0-9０-９]{1,4}){1,3}号?)(?:[0-9]{1,4}[室楼樓层])?",
        gate: Gate::Digits(1),
        accept: east_asian,
        finds: &[
            ("住在北京市朝阳区建国路88号", "北京市朝阳区建国路88号"),
            ("東京都港区芝公園4-2-8", "東京都港区芝公園4-2-8"),
        ],
        passes: &["北京市有88家", "第12号"],
        ..BASE
    },
];

/// Accepts the match when no letter or digit touches it, without white space at its end.
fn bounded(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let end = candidate.range.start + candidate.value().trim_end_matches([' ', ',', '.']).len();
    let range = candidate.range.start..end;
    candidate.stands_alone(&range).then_some(range)
}

/// Small words that a sentence puts between a number and a word such as `way`, and a street's name
/// does not hold.
const IN_SENTENCES: [&str; 44] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "had",
    "has", "have", "i", "if", "in", "into", "is", "it", "me", "my", "of", "off", "on", "or", "our",
    "so", "than", "that", "this", "to", "was", "were", "when", "will", "with", "you", "your",
    "minutes", "hours", "days",
];

fn english(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let range = bounded(candidate)?;
    let words: Vec<&str> = candidate.value().split_whitespace().collect();
    let small = |word: &&&str| IN_SENTENCES.contains(&word.to_lowercase().as_str());
    let middle = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
    if middle.iter().any(|word| small(&word)) {
        return None;
    }
    // `way`, `place` and the like are ordinary words: their street has a capital
    let capital = middle.iter().any(|word| word.starts_with(char::is_uppercase));
    let street =
        ["street", "avenue", "road", "lane", "drive", "boulevard", "ave", "rd", "blvd", "ln"];
    let named = words
        .iter()
        .any(|word| street.contains(&word.trim_end_matches(['.', ',']).to_lowercase().as_str()));
    let article = middle.first().is_some_and(|word| word.eq_ignore_ascii_case("the"));
    (capital || named && middle.len() == 1 && !article).then_some(range)
}

fn germanic(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let range = bounded(candidate)?;
    candidate.value().starts_with(char::is_uppercase).then_some(range)
}

/// A street has a name with a capital and a number before or after it.
fn romance(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let digit = value.starts_with(|c: char| c.is_ascii_digit())
        || value.ends_with(|c: char| c.is_ascii_digit() || c.is_ascii_lowercase())
            && value.contains(|c: char| c.is_ascii_digit());
    bounded(candidate).filter(|_| digit)
}

/// Verbs and pronouns that stand right before an address, where no space parts words.
const BEFORE_ADDRESS: [&str; 10] =
    ["我", "住在", "住", "位于", "在", "地址是", "地址", "家", "寄到", "住所は"];

fn east_asian(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let mut value = candidate.value();
    while let Some(rest) = BEFORE_ADDRESS.iter().find_map(|lead| value.strip_prefix(lead)) {
        value = rest;
    }
    (!value.is_empty()).then(|| candidate.range.end - value.len()..candidate.range.end)
}

fn unit(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let range = bounded(candidate)?;
    candidate.value().starts_with(char::is_uppercase).then_some(range)
}
