//! What administration commands work in: a configuration, its database, the clock and randomness of the machine.

use super::ConfigFile;
use super::failure::Failure;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use crate::flows::administer::Administration;
use crate::storage::{SqliteStore, StoreError};

pub(super) struct Setting {
    pub(super) config: Config,
    store: SqliteStore,
    clock: SystemClock,
    entropy: OsEntropy,
}

impl Setting {
    /// Opens the gateway's database; a running gateway may have it open too.
    pub(super) async fn open(file: &ConfigFile) -> Result<Self, Failure> {
        let config = Config::load(&file.config)?;
        let store = SqliteStore::open(&config.database).await.map_err(|error| match error {
            StoreError::Unavailable(cause) => Failure::plain(format!(
                "cannot open {} ({cause}): check the path and that this user may write it",
                config.database.display()
            )),
            other => other.into(),
        })?;
        Ok(Self { config, store, clock: SystemClock, entropy: OsEntropy })
    }

    pub(super) fn administration(&self) -> Administration<'_> {
        Administration { store: &self.store, clock: &self.clock, entropy: &self.entropy }
    }

    pub(super) async fn close(self) {
        self.store.close().await;
    }
}
