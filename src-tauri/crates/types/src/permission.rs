//! Permissions, and the proof that one was asked for and given.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// A kind of act, as a type, so that a function can demand proof of the right one.
pub trait Act: fmt::Debug + Send + Sync + 'static {
    /// The permission that the act needs.
    const PERMISSION: Permission;
}

/// Proof that the policy was asked for the act `A` and allowed it. Minted by `cloister-access`
/// alone.
#[derive(Debug, Clone)]
pub struct Authorized<A> {
    policies: Arc<[String]>,
    act: PhantomData<fn() -> A>,
}

impl<A: Act> Authorized<A> {
    /// Vouches that the policy allowed the act, by `policies`.
    #[must_use]
    pub const fn mint(policies: Arc<[String]>) -> Self {
        Self { policies, act: PhantomData }
    }

    /// The ids of the policies that allowed it, for the audit log.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        &self.policies
    }
}

/// A name that is no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a permission")]
pub struct PermissionError;

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What a role may be allowed to do: the actions of the policy.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $name)] $variant,)+ }

        impl Permission {
            /// Every permission, in the order of the shipped matrix.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The permission's name in policies, records and the interface.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        /// The acts, one for each permission.
        pub mod act {
            use super::{Act, Permission};
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy)]
                pub struct $variant;
                impl Act for $variant {
                    const PERMISSION: Permission = Permission::$variant;
                }
            )+
        }
    };
}

permissions! {
    /// Read entries that are open to everyone.
    ReadPublicFaq = "read_public_faq",
    /// Read documents that are open to everyone.
    ReadPublicDocs = "read_public_docs",
    /// Read documents and entries that are not open to everyone, as far as their label and class
    /// open them.
    ReadInternalDocs = "read_internal_docs",
    /// Read who works here and how to reach them.
    ReadCompanyDirectory = "read_company_directory",
    /// Read what is held about oneself, take it along, and have it erased.
    ReadOwnData = "read_own_data",
    /// Read sales.
    ReadSales = "read_sales",
    /// Read sales as sums, without customers.
    ReadSalesAggregate = "read_sales_aggregate",
    /// Write notes on customers and sales.
    WriteSalesNotes = "write_sales_notes",
    /// Read one's own figures.
    ReadOwnPerformance = "read_own_performance",
    /// Read the sales of one's team.
    ReadTeamSales = "read_team_sales",
    /// Read the figures of one's team.
    ReadTeamPerformance = "read_team_performance",
    /// Approve a discount up to one's limit.
    ApproveDiscounts = "approve_discounts",
    /// Read personnel data.
    ReadHrData = "read_hr_data",
    /// Change personnel data.
    WriteHrData = "write_hr_data",
    /// Read personal data in the clear.
    ReadPii = "read_pii",
    /// Read financial data.
    ReadFinancial = "read_financial",
    /// Take financial reports out of the appliance.
    ExportFinancialReports = "export_financial_reports",
    /// Read what somebody earns.
    ReadEmployeeSalary = "read_employee_salary",
    /// Bring documents and entries in.
    ImportKnowledge = "import_knowledge",
    /// Release or reject what screening held back.
    ReleaseQuarantine = "release_quarantine",
    /// Change the label of a document.
    EditLabels = "edit_labels",
    /// Read the audit log.
    ReadAudit = "read_audit",
    /// Verify the audit log and sign its checkpoints.
    VerifyAudit = "verify_audit",
    /// Read compliance reports: processing record, retention, alerts, promises.
    ReadCompliance = "read_compliance",
    /// Ask for access to message logs.
    RequestLogAccess = "request_log_access",
    /// Create, change, disable and delete accounts.
    ManagePeople = "manage_people",
    /// Create and change roles.
    ManageRoles = "manage_roles",
    /// Create and change policies.
    ManagePolicy = "manage_policy",
    /// Import, swap and remove models.
    ManageModels = "manage_models",
    /// Approve another person's access to message logs.
    GrantLogAccess = "grant_log_access",
    /// Make backups.
    Backup = "backup",
    /// Restore backups.
    Restore = "restore",
    /// Change settings: retention, limits, alerts, key slots.
    Configure = "configure",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl crate::LogSafe for Permission {}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(name: &str) -> Result<Self, PermissionError> {
        let known = Self::ALL.iter().copied();
        known.into_iter().find(|known| known.as_str() == name).ok_or(PermissionError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_come_back() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
            let json = serde_json::to_value(permission).expect("a name");
            assert_eq!(json, permission.as_str());
        }
        assert_eq!("bypass_everything".parse::<Permission>(), Err(PermissionError));
    }
}
