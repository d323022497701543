//! What administration commands work in: a configuration, its database, the clock and randomness of the machine.

use super::ConfigFile;
use super::failure::Failure;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use crate::flows::administer::Administration;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};

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
        let store = SqlStore::open(&config.database).await.map_err(|error| unusable(error, &config.database))?;
        Ok(Self { config, store, clock: SystemClock, entropy: OsEntropy })
    }

    pub(super) fn administration(&self) -> Administration<'_> {
        Administration { store: &self.store, clock: &self.clock, entropy: &self.entropy }
    }

    pub(super) fn store(&self) -> &SqlStore {
        &self.store
    }

    pub(super) async fn close(self) {
        self.store.close().await;
    }
}

/// What is wrong with a database, with what to do about it.
pub(super) fn unusable(error: StoreError, database: &DatabaseLocation) -> Failure {
    match &error {
        StoreError::Unavailable(cause) => {
            Failure::plain(format!("cannot open {database} ({cause}){}", error.advice(database)))
        }
        StoreError::OutOfUse(why) => Failure::plain(format!("{database}: {why}")),
        _ => error.into(),
    }
}
