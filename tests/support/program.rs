//! The finished programs, run as a person would.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The shipped program: `CLOISTER_BIN`, or what `make build` leaves.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn program() -> PathBuf {
    let named = env::var_os("CLOISTER_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("target/bin/cloister"));
    assert!(path.exists(), "{} is missing: run `make build` first", path.display());
    path
}

/// Where the default model lies: `CLOISTER_MODELS`, or the workspace's own folder.
#[must_use]
pub fn models_folder() -> PathBuf {
    env::var_os("CLOISTER_MODELS").map_or_else(|| root().join("models"), PathBuf::from)
}

/// The shipped program with folders of its own, which go with this value.
pub struct Program {
    folder: TempDir,
}

impl Default for Program {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }
}

impl Program {
    /// The folder that holds all that the program writes.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The vault's data folder.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// The configuration folder, which holds the key.
    #[must_use]
    pub fn config_dir(&self) -> PathBuf {
        self.folder().join("config/cloister")
    }

    /// A command line, ready to be run in a home of its own and without a display.
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder())
            .env("XDG_CONFIG_HOME", self.folder().join("config"))
            .env("XDG_DATA_HOME", self.folder().join("share"))
            .env("CLOISTER_DATA_DIR", self.data_dir())
            .env("CLOISTER_MODELS", models_folder());
        command
    }
}
