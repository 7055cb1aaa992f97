//! Places on Earth by their coordinates (WGS 84), in degrees.

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule};
use crate::{Category, finding::Evidence};

const BASE: Rule =
    Rule { category: Category::Gps, evidence: Evidence::Context, score: 0.85, ..Rule::BASE };

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "gps/marked",
        pattern: r#"[0-9]{1,2}(?:\.[0-9]{2,8})?°(?: ?[0-9]{1,2}(?:\.[0-9]{1,6})?')?(?: ?[0-9]{1,2}(?:\.[0-9]{1,4})?")? ?[NS][,;]? ?[0-9]{1,3}(?:\.[0-9]{2,8})?°(?: ?[0-9]{1,2}(?:\.[0-9]{1,6})?')?(?: ?[0-9]{1,2}(?:\.[0-9]{1,4})?")? ?[EWO]"#,
        gate: Gate::Any(&["°"]),
        evidence: Evidence::Validated,
        score: 0.95,
        reason: "Degrees north or south and east or west: a place on Earth.",
        finds: &[
            ("at 51.5007° N, 0.1246° W today", "51.5007° N, 0.1246° W"),
            ("51°30'03\"N 0°07'28\"W", "51°30'03\"N 0°07'28\"W"),
        ],
        passes: &["21° Nice and warm", "a turn of 90° East"],
        ..BASE
    },
    Rule {
        name: "gps/pair",
        pattern: r"[-+]?[0-9]{1,2}\.[0-9]{3,15}(?: ?[NS])?(?:, ?|; ?| |/)[-+]?[0-9]{1,3}\.[0-9]{3,15}(?: ?[EW])?",
        context: Some(Context {
            words: &[
                "gps",
                "coordinates",
                "coordinate",
                "coords",
                "lat",
                "latitude",
                "location",
                "position",
                "geo",
                "located at",
                "latlng",
                "longitude",
                "koordinaten",
                "standort",
                "coordonnées",
                "coordenadas",
                "coordinate geografiche",
                "ubicación",
            ],
            before: 40,
            after: 0,
        }),
        accept: on_earth,
        reason: "A pair of degrees near words that announce a position.",
        finds: &[
            ("GPS: 51.50074, -0.12463", "51.50074, -0.12463"),
            ("geo:48.8584,2.2945", "48.8584,2.2945"),
        ],
        passes: &["values 51.50074, -0.12463", "location 95.50074, -0.12463", "position 1.2, 3.4"],
        ..BASE
    },
    Rule {
        name: "gps/labelled",
        pattern: r#"(?i)(?-u:\b)(?:lat|latitude|lon|lng|long|longitude)["']?[:= ]{1,3}["']?(?P<v>[-+]?[0-9]{1,3}\.[0-9]{3,15})"#,
        gate: Gate::Any(&["lat", "lon", "lng"]),
        accept: |candidate| {
            candidate.stands_alone(&candidate.range).then(|| candidate.range.clone())
        },
        reason: "Degrees after the word latitude or longitude.",
        finds: &[
            ("{\"lat\": 51.50074, \"lng\": -0.12463}", "51.50074"),
            ("longitude=-0.12463", "-0.12463"),
        ],
        passes: &["later: 51.50074", "lat 5 long 7"],
        ..BASE
    },
];

fn on_earth(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let mut degrees = candidate
        .value()
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter_map(|part| part.parse::<f32>().ok());
    let (north, east) = (degrees.next()?, degrees.next()?);
    let fits = north.abs() <= 90.0 && east.abs() <= 180.0;
    (fits && candidate.stands_alone(&candidate.range)).then(|| candidate.range.clone())
}
