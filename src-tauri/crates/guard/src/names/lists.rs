//! Lists of names that are nothing but names.

use std::collections::HashSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

const LISTS: &str = include_str!("lists.txt");

/// Words with a capital that are no name of a person, though a name may stand beside them: what
/// follows a greeting, a label or the start of a sentence.
const NO_NAMES: &str = "\
    a account accounts address after all also am an and any april are as ask assistant at attorney \
    august avenue bank best birth bot brother business but by call can card case city claim client \
    company contact corp corporation could county court credit customer dad date daughter day dear \
    december dept department detective did director do doctor does dob email employee england every \
    everyone father february first for france friday friends from full german germany get given gmbh \
    good group has have he hello help her here hers hey hi his hiring hospital how i id if in inc india \
    insurance is it its january apartment apt box flat floor fpo apo dpo herr frau mme mrs mr ms madame monsieur \
    nok rn md phd avenida calle rue via piazza suite unit lane drive boulevard square january judge july june just last lawyer let llc ltd madam mail manager march \
    may me medical member message miss mom monday mother mr mrs ms my name names new no none not note \
    november number nurse october of officer okay on one or order our parent passport patient phone \
    physician please plan police prof professor provider record records regards report road said \
    saturday school sender september she should sincerely sir sister ssn staff start states street \
    student subject summary sunday support tell team thank thanks that the their them there these they \
    this those thursday to today tuesday two united university unknown until up update us user view was \
    we wednesday were what when where which while who why will witness with would yes you your";

/// Which names the lists hold.
pub(super) struct Lists {
    given: HashSet<&'static str>,
    surname: HashSet<&'static str>,
    no_name: HashSet<&'static str>,
}

impl Lists {
    pub(super) fn new() -> Self {
        let (given, surname) = LISTS.split_once("[surname]").unwrap_or((LISTS, ""));
        let words = |text: &'static str| {
            text.lines()
                .filter(|line| !line.starts_with(['#', '[']))
                .flat_map(str::split_whitespace)
                .collect()
        };
        Self { given: words(given), surname: words(surname), no_name: words(NO_NAMES) }
    }

    pub(super) fn is_given(&self, folded: &str) -> bool {
        self.given.contains(folded)
    }

    pub(super) fn is_surname(&self, folded: &str) -> bool {
        self.surname.contains(folded)
    }

    pub(super) fn is_no_name(&self, folded: &str) -> bool {
        self.no_name.contains(folded)
    }
}

/// Puts `word` into `folded` as the lists write it: lower case, without accents.
pub(super) fn fold(word: &str, folded: &mut String) {
    folded.clear();
    if word.is_ascii() {
        folded.push_str(word);
        folded.make_ascii_lowercase();
        return;
    }
    for c in word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // the dot that the lower case of İ leaves
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(word: &str) -> String {
        let mut folded = String::new();
        fold(word, &mut folded);
        folded
    }

    #[test]
    fn the_lists_hold_names_as_fold_writes_them() {
        let lists = Lists::new();
        assert!(lists.given.len() > 4_000 && lists.surname.len() > 12_000);
        for name in lists.given.iter().chain(&lists.surname).chain(&lists.no_name) {
            assert_eq!(folded(name), **name);
            assert!(!name.is_empty() && !name.contains(char::is_uppercase));
        }
        for name in ["José", "Łukasz", "Zoë", "MARIA", "Søren"] {
            assert!(lists.is_given(&folded(name)), "{name}");
        }
        for word in ["may", "will", "grace", "chase", "jordan", "hope", "paris"] {
            assert!(!lists.is_given(word), "{word}");
        }
    }
}
