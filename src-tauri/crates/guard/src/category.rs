//! What a finding is about, and what stands in its place.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $placeholder:literal;)*) => {
        /// What a finding is about.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        pub enum Category {
            $($(#[$doc])* #[serde(rename = $wire)] $name,)*
        }

        impl Category {
            /// Every category.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The category's name on the wire, such as `CREDIT_CARD`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// What stands in the place of such a finding. Empty where the finding is left out.
            #[must_use]
            pub const fn placeholder(self) -> &'static str {
                match self { $(Self::$name => $placeholder,)* }
            }
        }
    };
}

categories! {
    /// An e-mail address.
    Email = "EMAIL", "[EMAIL]";
    /// A telephone or fax number.
    Phone = "PHONE", "[PHONE]";
    /// A social security number, of the United States or elsewhere, or a taxpayer number of its shape.
    Ssn = "SSN", "[REDACTED]";
    /// A payment card number.
    CreditCard = "CREDIT_CARD", "[REDACTED]";
    /// A postal address or a part of one.
    Address = "ADDRESS", "[ADDRESS]";
    /// A person's name.
    Person = "PERSON", "[PERSON]";
    /// An international bank account number.
    Iban = "IBAN", "[IBAN]";
    /// An Internet address, version 4 or 6.
    Ip = "IP", "[IP]";
    /// A date of birth.
    DateOfBirth = "DATE_OF_BIRTH", "[DATE_OF_BIRTH]";
    /// A passport number.
    Passport = "PASSPORT", "[PASSPORT]";
    /// A driving licence number.
    DriverLicense = "DRIVER_LICENSE", "[DRIVER_LICENSE]";
    /// A national bank account or routing number.
    BankAccount = "BANK_ACCOUNT", "[BANK_ACCOUNT]";
    /// A patient, insurance or health service number.
    MedicalRecord = "MEDICAL_RECORD", "[MEDICAL_RECORD]";
    /// A number that an employer gave to a person.
    EmployeeId = "EMPLOYEE_ID", "[EMPLOYEE_ID]";
    /// A web address; replaced only when it carries credentials or a token.
    Url = "URL", "[URL]";
    /// An account name.
    Username = "USERNAME", "[USERNAME]";
    /// A number that a state gave to a person, for identity or tax.
    NationalId = "NATIONAL_ID", "[ID]";
    /// A hardware address of a network card.
    Mac = "MAC", "[MAC]";
    /// A place on Earth by its coordinates.
    Gps = "GPS", "[LOCATION]";
    /// The plate of a vehicle.
    LicensePlate = "LICENSE_PLATE", "[LICENSE_PLATE]";
    /// A vehicle's identification number.
    Vin = "VIN", "[VIN]";
    /// A password, key or token.
    Secret = "SECRET", "[SECRET]";
    /// A diagnosis, a medicine or a procedure next to a person (health profile).
    Health = "HEALTH", "[HEALTH]";
    /// Personal data of another kind.
    Other = "OTHER", "[OTHER]";
    /// In answers: a link or image whose target was taken away.
    Link = "LINK", "[link removed]";
    /// In answers: words of the system prompt, or its canary.
    PromptLeak = "PROMPT_LEAK", "[removed]";
    /// In answers: a control token of a chat template.
    ControlToken = "CONTROL_TOKEN", "";
    /// In answers: a citation of a passage that was not given.
    Citation = "CITATION", "";
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl cloister_types::LogSafe for Category {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_are_those_of_serde_and_unique() {
        let mut names: Vec<_> = Category::ALL.iter().map(|category| category.as_str()).collect();
        for category in Category::ALL {
            let json = serde_json::to_string(category).expect("a name serialises");
            assert_eq!(json, format!("\"{category}\""));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Category::ALL.len());
        assert_eq!(Category::Ssn.placeholder(), "[REDACTED]");
        assert_eq!(Category::CreditCard.placeholder(), "[REDACTED]");
    }
}
