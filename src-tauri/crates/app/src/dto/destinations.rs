//! Places outside to which copies go.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A place outside, such as a second disk or a mounted share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Destination)]
pub struct DestinationDto {
    /// The site's name for it: 1 to 32 lower-case letters, digits or hyphens.
    pub name: String,
    /// The folder.
    pub folder: String,
}

/// The places, and whether a restart is needed before all of them are used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Destinations)]
pub struct DestinationsDto {
    /// The places.
    pub items: Vec<DestinationDto>,
    /// Whether they changed since the program started: it may write only where it could say so
    /// before it was confined.
    pub restart_needed: bool,
}
