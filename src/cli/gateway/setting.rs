//! What administration commands work in: a configuration, its database, the clock and randomness of the machine.

use super::ConfigFile;
use super::failure::Failure;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use crate::flows::administer::Administration;
use crate::storage::{SqlStore, StoreError};

pub(super) struct Setting {
    pub(super) config: Config,
    store: SqlStore,
    clock: SystemClock,
    entropy: OsEntropy,
}

impl Setting {
    /// Opens the gateway's database; a running gateway may have it open too.
    pub(super) async fn open(file: &ConfigFile) -> Result<Self, Failure> {
        let config = Config::load(&file.config)?;
        let store = SqlStore::open(&config.database).await.map_err(|error| match &error {
            StoreError::Unavailable(cause) => {
                Failure::plain(format!("cannot open {} ({cause}){}", config.database, error.advice(&config.database)))
            }
            _ => error.into(),
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
