//! Records in the shape of the Open Cybersecurity Schema Framework (OCSF 1.5), which log systems
//! read without a translation of their own.
//!
//! Everything outside `unmapped` is made from what is in it, for the convenience of such systems;
//! `unmapped` alone is evidence, and what verification reads.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::AuditEvent;

const SCHEMA: &str = "1.5.0";

/// A record as it is exported.
#[derive(Debug, Clone, Serialize)]
pub struct OcsfRecord {
    category_uid: u32,
    class_uid: u32,
    activity_id: u32,
    type_uid: u32,
    severity_id: u32,
    status_id: u32,
    time: i64,
    message: String,
    metadata: Value,
    actor: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrichments: Option<Value>,
    unmapped: Canonical,
}

/// The record itself, each text as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Canonical {
    pub(super) vault: String,
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) event: String,
    pub(super) turn: Option<String>,
    pub(super) pseudonym: Option<String>,
    /// JSON in a string, since its bytes are what was hashed.
    pub(super) body: String,
    pub(super) previous: String,
    pub(super) hash: String,
    pub(super) mac: String,
}

impl Canonical {
    /// Reads a line of an export.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Line {
            unmapped: Canonical,
        }
        serde_json::from_slice(line).ok().map(|Line { unmapped }| unmapped)
    }
}

impl OcsfRecord {
    /// The record for `canonical`; nothing when its event is none of ours.
    pub(super) fn of(canonical: Canonical) -> Option<Self> {
        let event = AuditEvent::from_stored(&canonical.event)?;
        let class = Class::of(event);
        let (class_uid, activity_id) = class.ids(event);
        let enrichments = serde_json::from_str::<Value>(&canonical.body)
            .ok()
            .filter(|body| body.as_object().is_some_and(|body| !body.is_empty()))
            .map(|body| json!([{ "name": "details", "value": canonical.event, "data": body }]));
        let user = canonical.pseudonym.as_ref().map(|pseudonym| json!({ "uid": pseudonym }));
        Some(Self {
            category_uid: class_uid / 1_000,
            class_uid,
            activity_id,
            type_uid: class_uid * 100 + activity_id,
            severity_id: severity(event),
            status_id: status(event),
            time: canonical.at,
            message: canonical.event.replace('_', " "),
            metadata: json!({
                "version": SCHEMA,
                "uid": format!("{}:{}", canonical.vault, canonical.seq),
                "sequence": canonical.seq,
                "correlation_uid": canonical.turn,
                "product": {
                    "name": "Cloister", "vendor_name": "Cloister",
                    "version": env!("CARGO_PKG_VERSION"),
                },
            }),
            actor: json!({ "user": user, "app_name": "cloister" }),
            enrichments,
            unmapped: canonical,
        })
    }

    /// The record as one line of JSON, without its end.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("numbers and strings serialise")
    }
}

/// OCSF's classes that our events belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    DetectionFinding = 2_004,
    AccountChange = 3_001,
    Authentication = 3_002,
    AuthorizeSession = 3_003,
    EntityManagement = 3_004,
    UserAccessManagement = 3_005,
    ApplicationLifecycle = 6_002,
    ApiActivity = 6_003,
    DatastoreActivity = 6_005,
}

/// What OCSF calls an activity that it has no number for.
const OTHER: u32 = 99;

impl Class {
    const fn of(event: AuditEvent) -> Self {
        use AuditEvent as E;
        match event {
            E::AlertRaised | E::AlertChanged | E::CapabilityExceeded | E::ClockJumped => {
                Self::DetectionFinding
            }
            E::PasswordChanged
            | E::SecondFactorAdded
            | E::SecondFactorRemoved
            | E::RecoveryCodesMade
            | E::AccountCreated
            | E::AccountChanged
            | E::AccountReset
            | E::AccountDeleted
            | E::LockedOut => Self::AccountChange,
            E::SessionStarted
            | E::SessionEnded
            | E::SessionsOrphaned
            | E::SessionElevated
            | E::SessionsRevoked
            | E::SignedIn
            | E::SignInFailed
            | E::RecoveryCodeUsed => Self::Authentication,
            E::AuthorisationGranted
            | E::AuthorisationDenied
            | E::TurnAuthorised
            | E::TurnRefused
            | E::PeerBlocked => Self::AuthorizeSession,
            E::KeySlotAdded
            | E::KeySlotRemoved
            | E::KeysRotated
            | E::RecoveryConfirmed
            | E::PolicyProposed
            | E::PolicyDecided
            | E::PolicyChanged
            | E::HoldChanged
            | E::SettingChanged
            | E::NoticePublished
            | E::ConsentChanged
            | E::DataRestricted
            | E::DataCorrected => Self::EntityManagement,
            E::RoleChanged | E::LogAccessRequested | E::LogAccessDecided | E::LogAccessEnded => {
                Self::UserAccessManagement
            }
            E::VaultCreated | E::RecoveryUsed | E::ModelLoaded | E::BackupRestored => {
                Self::ApplicationLifecycle
            }
            E::TurnCompleted | E::AuditVerified | E::CheckpointSigned | E::BackupMade => {
                Self::ApiActivity
            }
            E::AuditRead
            | E::AuditExported
            | E::KnowledgeReplaced
            | E::Purged
            | E::DataExported
            | E::DataErased
            | E::LogAccessUsed => Self::DatastoreActivity,
        }
    }

    /// The class's number, and the activity's within it.
    const fn ids(self, event: AuditEvent) -> (u32, u32) {
        use AuditEvent as E;
        let activity = match (self, event) {
            // Create.
            (Self::DetectionFinding, E::AlertRaised | E::CapabilityExceeded | E::ClockJumped)
            | (Self::AccountChange, E::AccountCreated)
            | (Self::EntityManagement, E::KeySlotAdded | E::PolicyProposed | E::NoticePublished)
            // Logon.
            | (Self::Authentication, E::SessionStarted | E::SignedIn | E::SignInFailed)
            // Assign privileges.
            | (Self::AuthorizeSession, E::AuthorisationGranted | E::TurnAuthorised)
            | (Self::UserAccessManagement, E::LogAccessDecided)
            // Install.
            | (Self::ApplicationLifecycle, E::VaultCreated)
            // Read.
            | (Self::DatastoreActivity, E::AuditRead | E::LogAccessUsed) => 1,
            // Update.
            (Self::DetectionFinding, E::AlertChanged)
            | (Self::DatastoreActivity, E::KnowledgeReplaced)
            // Log-off.
            | (Self::Authentication, E::SessionEnded | E::SessionsOrphaned | E::SessionsRevoked)
            // Revoke privileges.
            | (Self::UserAccessManagement, E::LogAccessEnded)
            // Read.
            | (Self::ApiActivity, E::AuditVerified) => 2,
            // Password change, start, update.
            (Self::AccountChange, E::PasswordChanged)
            | (Self::ApplicationLifecycle, E::ModelLoaded | E::RecoveryUsed)
            | (
                Self::EntityManagement,
                E::KeysRotated
                | E::RecoveryConfirmed
                | E::PolicyDecided
                | E::PolicyChanged
                | E::HoldChanged
                | E::SettingChanged
                | E::ConsentChanged
                | E::DataRestricted
                | E::DataCorrected,
            ) => 3,
            // Password reset, delete.
            (Self::AccountChange, E::AccountReset) | (Self::EntityManagement, E::KeySlotRemoved) => 4,
            (Self::AccountChange, E::AccountDeleted) => 6,
            // Delete.
            (Self::DatastoreActivity, E::Purged | E::DataErased) => 7,
            // Lock.
            (Self::AccountChange, E::LockedOut) => 9,
            // A second factor added and removed.
            (Self::AccountChange, E::SecondFactorAdded) => 10,
            (Self::AccountChange, E::SecondFactorRemoved) => 11,
            _ => OTHER,
        };
        (self as u32, activity)
    }
}

/// 1 is informational, 3 medium, 4 high.
const fn severity(event: AuditEvent) -> u32 {
    use AuditEvent as E;
    match event {
        E::CapabilityExceeded | E::AlertRaised | E::ClockJumped => 4,
        E::SignInFailed
        | E::LockedOut
        | E::AuthorisationDenied
        | E::PeerBlocked
        | E::RecoveryUsed
        | E::RecoveryCodeUsed
        | E::TurnRefused => 3,
        _ => 1,
    }
}

/// 1 is success, 2 failure.
const fn status(event: AuditEvent) -> u32 {
    use AuditEvent as E;
    match event {
        E::SignInFailed | E::AuthorisationDenied | E::TurnRefused | E::CapabilityExceeded => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(event: AuditEvent) -> Canonical {
        Canonical {
            vault: "00".repeat(16),
            seq: 7,
            at: 1_800_000_000_000,
            event: event.as_str().to_owned(),
            turn: None,
            pseudonym: Some("11".repeat(16)),
            body: "{\"count\":1.50,\"x\":\"a\\\"b\"}".to_owned(),
            previous: "22".repeat(32),
            hash: "33".repeat(32),
            mac: "44".repeat(32),
        }
    }

    #[test]
    fn what_is_evidence_comes_back_byte_for_byte() {
        for event in AuditEvent::ALL {
            let line = OcsfRecord::of(canonical(*event)).unwrap().to_line();
            assert_eq!(Canonical::read(line.as_bytes()), Some(canonical(*event)));
            assert!(!line.contains('\n'));
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_framework() {
        for event in AuditEvent::ALL {
            let record = OcsfRecord::of(canonical(*event)).unwrap();
            assert!([2, 3, 6].contains(&record.category_uid), "{event}");
            assert_eq!(record.type_uid, record.class_uid * 100 + record.activity_id, "{event}");
        }
        let failed = OcsfRecord::of(canonical(AuditEvent::SignInFailed)).unwrap();
        assert_eq!((failed.class_uid, failed.activity_id, failed.status_id), (3_002, 1, 2));
    }
}
