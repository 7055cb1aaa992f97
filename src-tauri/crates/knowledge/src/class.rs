//! The access classes of an index's entries, numbered, and counts that are kept apart by them.

use std::collections::HashMap;

use cloister_types::{AccessClass, ReadScope};

/// A class within one index.
pub(crate) type ClassNumber = u32;

/// The classes of an index, numbered as they first occur.
#[derive(Default)]
pub(crate) struct Classes {
    known: Vec<AccessClass>,
    numbers: HashMap<AccessClass, ClassNumber>,
}

impl Classes {
    /// The number of `class`, which is new if it did not occur before.
    pub(crate) fn number(&mut self, class: AccessClass) -> ClassNumber {
        if let Some(number) = self.numbers.get(&class) {
            return *number;
        }
        // Entries are numbered by `usize` and come from memory: there are fewer classes than 2³².
        let number = ClassNumber::try_from(self.known.len()).unwrap_or(ClassNumber::MAX);
        self.known.push(class.clone());
        self.numbers.insert(class, number);
        number
    }

    /// The class of that number.
    pub(crate) fn class(&self, number: ClassNumber) -> &AccessClass {
        &self.known[number as usize]
    }

    /// Every class.
    pub(crate) fn all(&self) -> &[AccessClass] {
        &self.known
    }

    /// Which of the classes `scope` allows.
    pub(crate) fn allowed(&self, scope: &ReadScope) -> Allowed {
        Allowed(self.known.iter().map(|class| scope.allows(class)).collect())
    }
}

/// Which classes of one index a reader may read.
pub(crate) struct Allowed(Vec<bool>);

impl Allowed {
    /// Whether it holds `class`; one of another index is closed.
    pub(crate) fn holds(&self, class: ClassNumber) -> bool {
        self.0.get(class as usize).copied().unwrap_or(false)
    }

    /// The classes that it holds.
    pub(crate) fn classes(&self) -> impl Iterator<Item = ClassNumber> + '_ {
        (0..).zip(&self.0).filter(|(_, allowed)| **allowed).map(|(number, _)| number)
    }
}

/// A number for each class. Most words occur in one or two, so that a list is the smallest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts(Vec<(ClassNumber, u32)>);

impl Counts {
    pub(crate) fn add(&mut self, class: ClassNumber, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        match self.0.iter_mut().find(|(known, _)| *known == class) {
            Some((_, slot)) => *slot = slot.saturating_add(count),
            None => self.0.push((class, count)),
        }
    }

    /// The sum over the allowed classes.
    pub(crate) fn within(&self, allowed: &Allowed) -> u32 {
        let readable = self.0.iter().filter(|(class, _)| allowed.holds(*class));
        readable.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}
