//! What administration commands work in: a configuration, its database, the clock and randomness of the machine.

use super::ConfigFile;
use super::failure::Failure;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use crate::flows::administer::Administration;
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::storage::{DatabaseLocation, RowKeys, SqlStore, StoreError};

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
        let row_keys = row_keys(&config, &store).await?;
        let store = store.with_row_keys(row_keys);
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

/// The key of row digests. Commands that only read do without it; others say what is wrong with the key file when they write.
async fn row_keys(config: &Config, store: &SqlStore) -> Result<RowKeys, StoreError> {
    let file = config.key_file.display();
    let keys = match read_secret(&config.key_file) {
        Ok(text) => KeyFile::parse(&text).map_err(|error| format!("{file}: {error}")),
        Err(error) => Err(error.to_string()),
    };
    let bound = store.bound_key_file().await?;
    Ok(match keys {
        Ok(keys) if bound.is_none_or(|bound| bound == keys.fingerprint()) => RowKeys::new(keys.row_key()),
        Ok(_) => RowKeys::Missing(format!("{file} is not the key file of this database").into()),
        Err(why) => RowKeys::Missing(why.into()),
    })
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
