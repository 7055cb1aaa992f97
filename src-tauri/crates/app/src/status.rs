//! The state of the appliance at a glance.

use std::sync::PoisonError;

use crate::{App, SiteDto, StatusDto};

impl App {
    /// The state of the appliance: version, site, model, and the promises as last checked.
    #[must_use]
    pub fn status(&self) -> StatusDto {
        StatusDto {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            site: SiteDto { name: self.site.clone() },
            model: self.model.status().into(),
            promises: self.promises.read().unwrap_or_else(PoisonError::into_inner).clone(),
            administered: self.access.policy().is_administered(),
        }
    }
}
