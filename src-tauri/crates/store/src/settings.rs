//! What the site chose, by name: numbers, switches and codes.

use std::fmt;

use cloister_types::{Authorized, LogSafe, Pseudonym, Timestamp, act};
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::{AuditBody, AuditCode, AuditEvent, AuditRecord, Store, StoreError, audit};

/// The name of a setting. A constant of the part of the program that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingName(pub &'static str);

impl fmt::Display for SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl LogSafe for SettingName {}

/// The value of a setting. Never a sentence, so that the audit log can hold the old and the new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// A whole number; spans of time are in milliseconds.
    Number(u64),
    /// On or off.
    Switch(bool),
    /// One of several.
    Code(AuditCode),
}

impl SettingValue {
    fn to_json(&self) -> String {
        match self {
            Self::Number(number) => Value::from(*number),
            Self::Switch(on) => Value::from(*on),
            Self::Code(code) => Value::from(code.to_string()),
        }
        .to_string()
    }

    fn from_stored(json: &str) -> Option<Self> {
        match serde_json::from_str(json).ok()? {
            Value::Number(number) => Some(Self::Number(number.as_u64()?)),
            Value::Bool(on) => Some(Self::Switch(on)),
            Value::String(code) => Some(Self::Code(code.parse().ok()?)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl LogSafe for SettingValue {}

impl Store {
    /// The value of a setting, where the site chose one.
    ///
    /// # Errors
    /// [`StoreError::MalformedRow`] when it cannot be read.
    pub async fn setting(&self, name: SettingName) -> Result<Option<SettingValue>, StoreError> {
        read(&mut *self.readers().acquire().await?, name).await
    }

    /// Chooses the value of a setting and records the old and the new one.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn change_setting(
        &self,
        _: &Authorized<act::Configure>,
        by: Pseudonym,
        name: SettingName,
        value: &SettingValue,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let old = read(&mut tx, name).await?;
        write(&mut tx, name, value, at).await?;
        let body = AuditBody::new().with("setting", &name).with("new", value);
        let body = match &old {
            Some(old) => body.with("old", old),
            None => body,
        };
        let record = AuditRecord::new(AuditEvent::SettingChanged, at, body);
        audit::append(&mut tx, &record.about(by)).await?;
        tx.commit().await
    }
}

/// Writes a value that nobody chose, or as part of choosing it.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    name: SettingName,
    value: &SettingValue,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO setting (name, value, changed_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name) DO UPDATE SET value = ?2, changed_at = ?3",
    )
    .bind(name.0)
    .bind(value.to_json())
    .bind(at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads a setting on a connection that is at hand.
pub(crate) async fn read(
    connection: &mut SqliteConnection,
    name: SettingName,
) -> Result<Option<SettingValue>, StoreError> {
    let json: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE name = ?")
        .bind(name.0)
        .fetch_optional(connection)
        .await?;
    json.map(|json| {
        SettingValue::from_stored(&json).ok_or(StoreError::MalformedRow { table: "setting" })
    })
    .transpose()
}
