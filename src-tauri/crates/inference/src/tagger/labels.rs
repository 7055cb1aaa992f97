//! What the model's outputs stand for, and what they say about a word.

use cloister_types::TagKind;

/// What each output of the model stands for, in order (`id2label` of its `config.json`; the
/// beginning and the inside of a datum are one here). `None`: nothing.
pub(super) const LABELS: [Option<TagKind>; 35] = {
    use TagKind::{
        BuildingNumber, City, GivenName, Other, Postcode, Region, Street, Surname, Unit,
    };
    [
        None,
        Some(GivenName),
        Some(GivenName),
        Some(Surname),
        Some(Surname),
        Some(Other), // e-mail
        Some(Other),
        Some(Other), // telephone
        Some(Other),
        Some(Other), // link
        Some(Other),
        Some(Other), // tax number
        Some(Other),
        Some(Other), // bank account
        Some(Other),
        Some(Other), // routing number
        Some(Other),
        Some(Other), // government number
        Some(Other),
        Some(Other), // passport
        Some(Other),
        Some(Other), // driving licence
        Some(Other),
        Some(BuildingNumber),
        Some(BuildingNumber),
        Some(Street),
        Some(Street),
        Some(Unit),
        Some(Unit),
        Some(City),
        Some(City),
        Some(Region),
        Some(Region),
        Some(Postcode),
        Some(Postcode),
    ]
};

/// Every kind, each once.
const KINDS: [TagKind; 9] = [
    TagKind::GivenName,
    TagKind::Surname,
    TagKind::BuildingNumber,
    TagKind::Street,
    TagKind::Unit,
    TagKind::Postcode,
    TagKind::City,
    TagKind::Region,
    TagKind::Other,
];

/// Below this share a word is nothing; whoever reads the tags asks for more.
const LEAST: f32 = 0.15;

/// What a word is, given the outputs for its pieces: the kind with the largest mean share. A
/// name's share is that of given names and surnames together.
pub(super) fn judge<'r>(
    rows: impl Iterator<Item = &'r [f32; LABELS.len()]>,
) -> Option<(TagKind, f32)> {
    let mut shares = [0.0_f32; KINDS.len()];
    let mut pieces = 0.0_f32;
    for row in rows {
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights = row.map(|logit| (logit - top).exp());
        let sum: f32 = weights.iter().sum();
        for (label, weight) in LABELS.iter().zip(weights) {
            let at = KINDS.iter().position(|kind| Some(*kind) == *label);
            if let Some(share) = at.and_then(|at| shares.get_mut(at)) {
                *share += weight / sum;
            }
        }
        pieces += 1.0;
    }
    let [given, surname, ..] = shares;
    let (kind, share) = KINDS.into_iter().zip(shares).max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let share = match kind {
        TagKind::GivenName | TagKind::Surname => given + surname,
        TagKind::BuildingNumber
        | TagKind::Street
        | TagKind::Unit
        | TagKind::Postcode
        | TagKind::City
        | TagKind::Region
        | TagKind::Other => share,
    };
    let score = share / pieces.max(1.0);
    (score >= LEAST).then_some((kind, score.min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(of: &[(usize, f32)]) -> [f32; LABELS.len()] {
        let mut row = [-9.0; LABELS.len()];
        for (label, logit) in of {
            row[*label] = *logit;
        }
        row
    }

    #[test]
    fn the_largest_share_wins_and_names_count_together() {
        let name = [row(&[(0, 1.0), (1, 1.0), (3, 1.2)])];
        let (kind, score) = judge(name.iter()).expect("a name");
        assert_eq!(kind, TagKind::Surname);
        assert!((score - 0.69).abs() < 0.02, "{score}");
        assert_eq!(judge([row(&[(0, 5.0), (25, 1.0)])].iter()), None);
        assert_eq!(
            judge([row(&[(34, 3.0)])].iter()).map(|(kind, _)| kind),
            Some(TagKind::Postcode)
        );
        assert_eq!(judge([].iter()), None);
    }

    #[test]
    fn any_number_is_survived() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            if let Some((_, score)) = judge([[value; LABELS.len()]].iter()) {
                assert!((0.0..=1.0).contains(&score));
            }
        }
    }
}
