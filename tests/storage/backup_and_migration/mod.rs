//! Backup, restore, migration and verification of a gateway's data.

mod backup;
mod erasure;
mod key_link;
#[cfg(feature = "failpoints")]
mod killed_commands;
mod log_replay;
mod log_replay_preview;
mod migrate_store;
mod restore;
mod signed_backup;
mod verify;

use std::fs;

use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::DeviceFiles;

/// A gateway with a studio and two offices.
pub struct BackupSetup {
    pub home: GatewayFolder,
    pub studio: DeviceFiles,
    pub office: DeviceFiles,
    pub other: DeviceFiles,
}

impl BackupSetup {
    pub fn new() -> Self {
        Self::at(GatewayFolder::new())
    }

    pub fn at(home: GatewayFolder) -> Self {
        let (studio, office, other) = (home.studio("Foto Koch"), home.office("Amt Nord"), home.office("Amt Süd"));
        Self { home, studio, office, other }
    }

    /// Backs up into folders beside the gateway, with the keys in one of their own.
    pub fn back_up(&self) {
        self.home.json(&["backup", "saved"]);
        self.home.json(&["backup", "saved-keys", "--keys", "only"]);
    }

    /// Asserts that a restore has left nothing behind.
    pub fn assert_nothing_restored(&self, what: &str) {
        for entry in fs::read_dir(self.home.beside("")).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            assert!(name != "new" && !name.starts_with(".lichtbild-"), "{what}: {name} is left behind");
        }
    }

    /// Deletes the gateway and restores it from the backup.
    pub fn restore_in_place(&self) -> serde_json::Value {
        let restored = self.home.json(&["restore", "saved", "--dir", "new", "--keys", "saved-keys"]);
        fs::rename(self.home.file(""), self.home.beside("burnt")).unwrap();
        fs::rename(self.home.beside("new"), self.home.file("")).unwrap();
        restored
    }
}
