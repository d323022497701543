//! Context of administration commands: a configuration, its database, the clock and randomness of the machine.

use std::path::Path;

use super::command_error::CommandError;
use super::config_option::ConfigOption;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::rollback_text::rollback_text;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::log::chain::ChainLink;
use crate::entropy::OsEntropy;
use crate::flows::admin::administer::Administration;
use crate::flows::admin::rollback::{RollbackCheck, compare};
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::server::watermark::WatermarkFiles;
use crate::storage::{DatabaseLocation, RowKeys, SqlStore, StoreError};

pub(super) struct AdminContext {
    pub(super) config: Config,
    store: SqlStore,
    clock: SystemClock,
    entropy: OsEntropy,
    /// The last row of the log when it was opened; `None` where it was not compared with the watermarks.
    opened_head: Option<ChainLink>,
}

impl AdminContext {
    /// Opens the gateway's database; a running gateway may have it open too. A database that was rolled back can only be read.
    pub(super) async fn open(file: &ConfigOption) -> Result<Self, CommandError> {
        let mut this = Self::open_ignoring_rollback(file).await?;
        // Without the key file no watermark can be read, and commands about photos fail anyway.
        let Ok(keys) = this.key_file() else { return Ok(this) };
        let compared = this.compare(&keys).await?;
        match compared.rollback {
            Some(rollback) => {
                eprint(phrase!("gateway-rolled-back", rollback = rollback_text(rollback)));
                this.store.stop_changes(rollback);
            }
            None => {
                this.store.advance(compared.position.head);
                this.opened_head = Some(compared.position.head);
            }
        }
        Ok(this)
    }

    /// Opens the database without the comparison, for commands that accept a rolled-back one.
    pub(super) async fn open_ignoring_rollback(file: &ConfigOption) -> Result<Self, CommandError> {
        let config = Config::load(&file.config)?;
        let store = SqlStore::open(&config.database).await.map_err(|error| database_error(error, &config.database))?;
        let row_keys = row_keys(&config, &store).await?;
        let store = store.with_row_keys(row_keys);
        Ok(Self { config, store, clock: SystemClock, entropy: OsEntropy, opened_head: None })
    }

    pub(super) async fn compare(&self, keys: &KeyFile) -> Result<RollbackCheck, CommandError> {
        Ok(compare(&self.store, keys, &self.watermark_files().read(keys).known).await?)
    }

    pub(super) fn watermark_files(&self) -> WatermarkFiles {
        WatermarkFiles::from_config(&self.config)
    }

    pub(super) fn key_file(&self) -> Result<KeyFile, CommandError> {
        read_key_file(&self.config.key_file)
    }

    /// Renews the head files after a change. A running gateway renews them too, so an error here does not fail the command.
    async fn update_watermarks(&self) {
        if self.opened_head.is_none() || self.store.known_head() == self.opened_head {
            return;
        }
        let Ok(keys) = self.key_file() else { return };
        if let Ok(compared) = self.compare(&keys).await
            && compared.rollback.is_none()
            && let Err(error) = self.watermark_files().write(&compared.position, &keys, &self.clock)
        {
            eprint(phrase!("gateway-warning", error = error));
        }
    }

    pub(super) fn administration(&self) -> Administration<'_> {
        Administration { store: &self.store, clock: &self.clock, entropy: &self.entropy }
    }

    pub(super) fn store(&self) -> &SqlStore {
        &self.store
    }

    pub(super) async fn close(self) {
        self.update_watermarks().await;
        self.store.close().await;
    }
}

pub(super) fn read_key_file(file: &Path) -> Result<KeyFile, CommandError> {
    KeyFile::parse(&read_secret(file)?)
        .map_err(|error| CommandError::plain(phrase!("gateway-key-file", file = file.display(), error = error)))
}

/// Key of row digests. Commands that only read work without it; the others report the error of the key file when they write.
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

/// Turns a database error into the command's error, with the next step if there is one.
pub(super) fn database_error(error: StoreError, database: &DatabaseLocation) -> CommandError {
    match &error {
        StoreError::Unavailable(cause) => CommandError::plain(phrase!(
            "gateway-database-unavailable",
            database = database,
            cause = cause,
            advice = error.advice(database)
        )),
        StoreError::Inactive(why) => {
            CommandError::plain(phrase!("gateway-database-inactive", database = database, cause = why))
        }
        _ => error.into(),
    }
}
