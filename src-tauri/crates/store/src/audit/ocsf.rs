//! Records in the shape of the Open Cybersecurity Schema Framework (OCSF 1.5), which log systems
//! read without a translation of their own.
//!
//! Everything outside `unmapped` is made from what is in it, for the convenience of such systems;
//! `unmapped` alone is evidence, and what verification reads.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::AuditEvent;

const SCHEMA: &str = "1.5.0";
/// What OCSF calls an activity that it has no number for.
const OTHER: u32 = 99;

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
        let meaning = Meaning::of(event);
        let (class_uid, activity_id) = (meaning.class as u32, meaning.activity);
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
            severity_id: meaning.severity as u32,
            status_id: meaning.outcome as u32,
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
    ///
    /// # Panics
    /// Never: numbers and strings serialise.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("numbers and strings serialise")
    }
}

/// How OCSF sees an event.
struct Meaning {
    class: Class,
    /// The activity's number within the class; 99 is one that OCSF has no number for.
    activity: u32,
    severity: Severity,
    outcome: Outcome,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Informational = 1,
    Medium = 3,
    High = 4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success = 1,
    Failure = 2,
}

impl Meaning {
    const fn of(event: AuditEvent) -> Self {
        use AuditEvent as E;
        use Class as C;
        match event {
            E::AlertRaised | E::ClockJumped => Self::at(C::DetectionFinding, 1).high(),
            E::CapabilityExceeded => Self::at(C::DetectionFinding, 1).high().failed(),
            E::AlertChanged => Self::at(C::DetectionFinding, 2),
            E::AccountCreated => Self::at(C::AccountChange, 1),
            E::PasswordChanged => Self::at(C::AccountChange, 3),
            E::AccountReset => Self::at(C::AccountChange, 4),
            E::AccountDeleted => Self::at(C::AccountChange, 6),
            E::LockedOut => Self::at(C::AccountChange, 9).medium(),
            E::SecondFactorAdded => Self::at(C::AccountChange, 10),
            E::SecondFactorRemoved => Self::at(C::AccountChange, 11),
            E::AccountChanged | E::RecoveryCodesMade => Self::at(C::AccountChange, OTHER),
            E::SessionStarted | E::SignedIn => Self::at(C::Authentication, 1),
            E::SignInFailed => Self::at(C::Authentication, 1).medium().failed(),
            E::SessionEnded | E::SessionsOrphaned | E::SessionsRevoked => {
                Self::at(C::Authentication, 2)
            }
            E::SessionElevated => Self::at(C::Authentication, OTHER),
            E::RecoveryCodeUsed => Self::at(C::Authentication, OTHER).medium(),
            E::AuthorisationGranted | E::TurnAuthorised => Self::at(C::AuthorizeSession, 1),
            E::AuthorisationDenied | E::TurnRefused => {
                Self::at(C::AuthorizeSession, OTHER).medium().failed()
            }
            E::PeerBlocked => Self::at(C::AuthorizeSession, OTHER).medium(),
            E::PeerReleased => Self::at(C::AuthorizeSession, OTHER),
            E::KeySlotAdded | E::PolicyProposed | E::NoticePublished => {
                Self::at(C::EntityManagement, 1)
            }
            E::KeysRotated
            | E::RecoveryConfirmed
            | E::PolicyDecided
            | E::PolicyChanged
            | E::HoldChanged
            | E::SettingChanged
            | E::ClockConfirmed
            | E::ConsentChanged
            | E::DataRestricted
            | E::DataCorrected => Self::at(C::EntityManagement, 3),
            E::KeySlotRemoved => Self::at(C::EntityManagement, 4),
            E::LogAccessDecided => Self::at(C::UserAccessManagement, 1),
            E::LogAccessEnded => Self::at(C::UserAccessManagement, 2),
            E::RoleChanged | E::LogAccessRequested => Self::at(C::UserAccessManagement, OTHER),
            E::VaultCreated => Self::at(C::ApplicationLifecycle, 1),
            E::ModelLoaded => Self::at(C::ApplicationLifecycle, 3),
            E::RecoveryUsed => Self::at(C::ApplicationLifecycle, 3).medium(),
            E::BackupRestored => Self::at(C::ApplicationLifecycle, OTHER),
            E::AuditVerified => Self::at(C::ApiActivity, 2),
            E::TurnCompleted | E::CheckpointSigned | E::BackupMade | E::BackupDrilled => {
                Self::at(C::ApiActivity, OTHER)
            }
            E::AuditRead | E::LogAccessUsed => Self::at(C::DatastoreActivity, 1),
            E::KnowledgeReplaced | E::DocumentImported | E::DocumentPlaced | E::PassageReleased => {
                Self::at(C::DatastoreActivity, 2)
            }
            E::PassagesQuarantined => Self::at(C::DatastoreActivity, OTHER).medium(),
            E::Purged
            | E::DataErased
            | E::ConversationDeleted
            | E::DocumentRemoved
            | E::PassageRejected => Self::at(C::DatastoreActivity, 7),
            E::AuditExported | E::DataExported => Self::at(C::DatastoreActivity, OTHER),
        }
    }

    const fn at(class: Class, activity: u32) -> Self {
        Self { class, activity, severity: Severity::Informational, outcome: Outcome::Success }
    }

    const fn medium(self) -> Self {
        Self { severity: Severity::Medium, ..self }
    }

    const fn high(self) -> Self {
        Self { severity: Severity::High, ..self }
    }

    const fn failed(self) -> Self {
        Self { outcome: Outcome::Failure, ..self }
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
