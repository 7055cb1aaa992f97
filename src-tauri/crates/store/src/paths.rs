//! Where a vault lies.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use cloister_types::{Entropy, LogSafe};
use data_encoding::HEXLOWER;

use crate::StoreError;

/// The two folders of a vault. The key lies in the second, so that a copy of the first is useless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultPaths {
    /// Holds `vault.db`, `vault.id`, `vault.keys`, `vault.lock` and `vault.reserve`.
    pub data_dir: PathBuf,
    /// Holds `keys/<vault-id>.key`; must lie outside `data_dir`.
    pub config_dir: PathBuf,
}

impl VaultPaths {
    /// Makes both folders absolute, which SQLite needs: it takes `file:…` for a URI.
    ///
    /// # Errors
    /// When a folder has no absolute form.
    pub(crate) fn absolute(&self) -> Result<Self, StoreError> {
        let absolute = |folder: &Path| {
            std::path::absolute(folder).map_err(|source| StoreError::file(folder, source))
        };
        Ok(Self { data_dir: absolute(&self.data_dir)?, config_dir: absolute(&self.config_dir)? })
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data_dir.join("vault.db")
    }

    /// Where a vault's database is built before it gets its name.
    pub(crate) fn new_database(&self) -> PathBuf {
        self.data_dir.join("vault.db.new")
    }

    pub(crate) fn id(&self) -> PathBuf {
        self.data_dir.join("vault.id")
    }

    /// The key slots, useless without what opens one.
    pub(crate) fn key_slots(&self) -> PathBuf {
        self.data_dir.join("vault.keys")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.data_dir.join("vault.lock")
    }

    /// Room that is given up when the disk is full.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.data_dir.join("vault.reserve")
    }

    /// Where backups are put together and tried.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.data_dir.join("vault.scratch")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.config_dir.join("keys")
    }

    /// The last signed head of the audit log, out of reach of whoever puts the data folder back.
    pub(crate) fn audit_head(&self, id: &VaultId) -> PathBuf {
        self.config_dir.join("audit").join(format!("{id}.head"))
    }

    pub(crate) fn key_file(&self, id: &VaultId) -> PathBuf {
        self.keys().join(format!("{id}.key"))
    }
}

/// The random name of a vault, which finds its key file: 16 bytes, shown as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultId([u8; 16]);

impl VaultId {
    /// Of no vault.
    pub(crate) const NONE: Self = Self([0; 16]);

    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        Self(entropy.bytes())
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for VaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl LogSafe for VaultId {}

impl FromStr for VaultId {
    type Err = cloister_types::IdError;

    /// Accepts exactly what `Display` writes: the text becomes part of a path.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| cloister_types::IdError)?;
        bytes.try_into().map(Self).map_err(|_| cloister_types::IdError)
    }
}

#[cfg(test)]
mod tests {
    use cloister_types::SeededEntropy;

    use super::*;

    #[test]
    fn a_vault_id_is_hexadecimal_and_nothing_else() {
        let id = VaultId::random(&SeededEntropy::new(3));
        assert_eq!(id.to_string().parse(), Ok(id));
        let too_long = "0".repeat(34);
        for bad in
            ["", "../../../etc/passwd", "00", too_long.as_str(), &id.to_string().to_uppercase()]
        {
            assert!(bad.parse::<VaultId>().is_err(), "{bad}");
        }
    }
}
