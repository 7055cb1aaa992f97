//! Whom documents are confined to, as the table holds it.

use std::fmt;

use cloister_types::{AccountId, LogSafe, Placement, RoleName, Timestamp};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

use crate::StoreError;

/// Reads the [`Placed`] of every document.
pub(crate) const READ_ALL: &str =
    "SELECT id, owner_id, team, region, roles, valid_from, valid_until FROM document";
/// Reads the [`Placed`] of one, by collection and name.
pub(crate) const READ_ONE: &str = "SELECT id, owner_id, team, region, roles, valid_from, valid_until FROM document \
     WHERE collection = ? AND name = ?";

/// A document's row and whom it is confined to.
pub(crate) struct Placed {
    pub(crate) document: i64,
    pub(crate) placement: Placement,
}

impl FromRow<'_, SqliteRow> for Placed {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let roles: String = row.try_get("roles")?;
        let roles = serde_json::from_str(&roles).map_err(|error| sqlx::Error::ColumnDecode {
            index: "roles".to_owned(),
            source: Box::new(error),
        })?;
        let time = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
            Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_millis))
        };
        let placement = Placement {
            owner: row.try_get("owner_id")?,
            team: row.try_get("team")?,
            region: row.try_get("region")?,
            roles,
            valid_from: time("valid_from")?,
            valid_until: time("valid_until")?,
        };
        Ok(Self { document: row.try_get("id")?, placement })
    }
}

/// Confines the document in row `document` to `placement` and to nothing else.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    document: i64,
    placement: &Placement,
) -> Result<(), StoreError> {
    let Placement { owner, team, region, roles, valid_from, valid_until } = placement;
    let roles: Vec<&str> = roles.iter().map(RoleName::as_str).collect();
    sqlx::query(
        "UPDATE document SET owner_id = ?, team = ?, region = ?, roles = ?, valid_from = ?, \
                             valid_until = ? WHERE id = ?",
    )
    .bind(owner)
    .bind(team)
    .bind(region)
    .bind(serde_json::Value::from(roles).to_string())
    .bind(valid_from.map(Timestamp::as_millis))
    .bind(valid_until.map(Timestamp::as_millis))
    .bind(document)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes `account` away as an owner, which opens nothing to anybody.
pub(crate) async fn disown(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE document SET owner_id = NULL WHERE owner_id = ?")
        .bind(account.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Which attributes confine a document, for records: their values are words of somebody's choosing.
#[derive(Clone, Copy)]
pub(crate) struct Confined<'a>(pub(crate) &'a Placement);

impl Confined<'_> {
    fn attributes(self) -> Vec<&'static str> {
        let place = self.0;
        let attributes = [
            ("owner", place.owner.is_some()),
            ("team", place.team.is_some()),
            ("region", place.region.is_some()),
            ("roles", !place.roles.is_empty()),
            ("valid_from", place.valid_from.is_some()),
            ("valid_until", place.valid_until.is_some()),
        ];
        attributes.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect()
    }
}

impl fmt::Display for Confined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes = self.attributes();
        f.pad(&if attributes.is_empty() { "nothing".to_owned() } else { attributes.join("+") })
    }
}

impl LogSafe for Confined<'_> {}
