//! Where copies go: `destinations.toml` in the configuration folder.
//!
//! A file and not a table, because the shells must read it before the process is confined and so
//! before the vault is opened.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cloister_access::{Resource, Session};
use cloister_store::{AuditBody, AuditCode, AuditEvent, AuditRecord, Destination};
use cloister_types::act;
use serde::{Deserialize, Serialize};

use crate::{App, AppError, DestinationDto, DestinationsDto, ErrorCode, error::sentence};

/// The file's name in the configuration folder.
pub const DESTINATIONS: &str = "destinations.toml";
/// Most destinations.
const MOST: usize = 16;
/// Largest file that is read, in bytes.
const MOST_BYTES: u64 = 64 << 10;

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    #[serde(rename = "destination")]
    destinations: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    folder: PathBuf,
}

/// Reads the destinations that the site named in `folder`; none where there is no such file.
///
/// # Errors
/// [`ErrorCode::SettingsInvalid`] when the file cannot be read or is not of its form; the message
/// says where.
pub fn read_destinations(folder: &Path) -> Result<Vec<Destination>, AppError> {
    let file = folder.join(DESTINATIONS);
    let text = match fs::metadata(&file) {
        Ok(metadata) if metadata.len() > MOST_BYTES => {
            return Err(invalid(&file, &"it is too long"));
        }
        Ok(_) => fs::read_to_string(&file).map_err(|error| invalid(&file, &error))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(invalid(&file, &error)),
    };
    let settings: Settings = toml::from_str(&text).map_err(|error| invalid(&file, &error))?;
    let destinations = settings.destinations.into_iter().map(|entry| {
        let name = entry.name.parse().map_err(|error| invalid(&file, &error))?;
        if !entry.folder.is_absolute() {
            return Err(invalid(&file, &"a folder is given from the root on"));
        }
        Ok(Destination { name, folder: entry.folder })
    });
    destinations.collect()
}

impl App {
    /// The destinations as the file has them.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], or [`ErrorCode::SettingsInvalid`].
    pub async fn destinations(&self, session: &Session) -> Result<DestinationsDto, AppError> {
        self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let destinations = read_destinations(&self.options.paths.config_dir)?;
        Ok(self.listed(&destinations))
    }

    /// Adds a destination, or moves the one with that name. Used from the next start on.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::InvalidRequest`] when the name or the folder cannot be
    /// used.
    pub async fn add_destination(
        &self,
        session: &Session,
        destination: DestinationDto,
    ) -> Result<DestinationsDto, AppError> {
        self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let name = destination.name.parse().map_err(|error| refused(&error))?;
        let folder = self.usable(Path::new(&destination.folder))?;
        let mut destinations = read_destinations(&self.options.paths.config_dir)?;
        destinations.retain(|known| known.name != name);
        if destinations.len() >= MOST {
            return Err(refused(&format!("there are {MOST} destinations already")));
        }
        destinations.push(Destination { name, folder });
        self.write_destinations(session, "added", &destination.name, &destinations).await?;
        Ok(self.listed(&destinations))
    }

    /// Removes a destination. What was copied there stays.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`]; [`ErrorCode::NotFound`] when there is none of that name.
    pub async fn remove_destination(
        &self,
        session: &Session,
        name: &str,
    ) -> Result<DestinationsDto, AppError> {
        self.authorise::<act::Configure>(session, &Resource::Appliance).await?;
        let mut destinations = read_destinations(&self.options.paths.config_dir)?;
        let before = destinations.len();
        destinations.retain(|known| known.name.as_str() != name);
        if destinations.len() == before {
            return Err(AppError::not_found());
        }
        self.write_destinations(session, "removed", name, &destinations).await?;
        Ok(self.listed(&destinations))
    }

    /// The folder, if copies there would be copies elsewhere.
    fn usable(&self, folder: &Path) -> Result<PathBuf, AppError> {
        let real = |folder: &Path| fs::canonicalize(folder).ok();
        let found = real(folder).filter(|found| folder.is_absolute() && found.is_dir());
        let Some(found) = found else {
            return Err(refused(&"the folder is not there, or was not given from the root on"));
        };
        let own = [&self.options.paths.data_dir, &self.options.paths.config_dir];
        if own.iter().filter_map(|own| real(own)).any(|own| found.starts_with(own)) {
            return Err(refused(&"a copy in the vault's own folders is none"));
        }
        Ok(found)
    }

    fn listed(&self, destinations: &[Destination]) -> DestinationsDto {
        let items = destinations.iter().map(|destination| DestinationDto {
            name: destination.name.to_string(),
            folder: destination.folder.display().to_string(),
        });
        DestinationsDto {
            items: items.collect(),
            restart_needed: destinations[..] != self.destinations[..],
        }
    }

    /// Records the change, then writes the file: a change that cannot be recorded is not made.
    async fn write_destinations(
        &self,
        session: &Session,
        change: &str,
        name: &str,
        destinations: &[Destination],
    ) -> Result<(), AppError> {
        let code = |text: &str| text.parse::<AuditCode>().map_err(|error| refused(&error));
        let body = AuditBody::new()
            .with("setting", &code("destination")?)
            .with("change", &code(change)?)
            .with("name", &code(name)?);
        let now = self.options.clock.now();
        let record = AuditRecord::new(AuditEvent::SettingChanged, now, body);
        self.store.record(&record.about(session.pseudonym)).await?;
        let entries = destinations.iter().map(|destination| Entry {
            name: destination.name.to_string(),
            folder: destination.folder.clone(),
        });
        let file = self.options.paths.config_dir.join(DESTINATIONS);
        let text = toml::to_string(&Settings { destinations: entries.collect() })
            .map_err(|error| invalid(&file, &error))?;
        let fresh = file.with_extension("new");
        fs::write(&fresh, text)
            .and_then(|()| fs::rename(&fresh, &file))
            .map_err(|error| invalid(&file, &error))
    }
}

fn refused(cause: &dyn std::fmt::Display) -> AppError {
    AppError::new(ErrorCode::InvalidRequest, sentence(&cause.to_string()))
}

fn invalid(file: &Path, cause: &dyn std::fmt::Display) -> AppError {
    let message = format!("{} cannot be used: {cause}", file.display());
    AppError::new(ErrorCode::SettingsInvalid, sentence(message.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_what_is_wrong_is_said() {
        let folder = std::env::temp_dir().join(format!("destinations-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let read = |text: &str| {
            fs::write(folder.join(DESTINATIONS), text).expect("writable");
            read_destinations(&folder)
        };
        let good = read("[[destination]]\nname = \"usb\"\nfolder = \"/media/usb\"\n");
        assert_eq!(good.expect("of this form")[0].folder, Path::new("/media/usb"));
        for bad in [
            "[[destination]]\nname = \"usb\"\nfolder = \"media\"\n",
            "[[destination]]\nname = \"A name\"\nfolder = \"/media\"\n",
            "[[destination]]\nname = \"usb\"\n",
            "[destinations]\n",
        ] {
            assert_eq!(read(bad).expect_err(bad).code, ErrorCode::SettingsInvalid);
        }
        fs::remove_dir_all(&folder).expect("removable");
        assert_eq!(read_destinations(&folder), Ok(Vec::new()));
    }
}
