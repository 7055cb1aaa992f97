//! What an act is done to.

use cloister_types::AccessClass;

/// What an act is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// The appliance as a whole: its accounts, settings, logs. For business data and knowledge it
    /// asks "in principle": whether there can be a row or a document that is open.
    Appliance,
    /// Knowledge that is readable under the same conditions.
    Class(AccessClass),
    /// A row of business data.
    Record(Record),
}

/// A row of business data, by what policies can tell it apart by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The account that it is about, as its id's text.
    pub owner: Option<String>,
    /// The team that it belongs to.
    pub team: Option<String>,
    /// The region that it belongs to.
    pub region: Option<String>,
    /// The sum in question, in the smallest unit of the currency.
    pub amount: Option<i64>,
}
