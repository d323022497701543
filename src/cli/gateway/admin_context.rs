//! Context of administration commands: a configuration, its database, the clock and randomness of the machine.

use super::command_error::CommandError;
use super::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
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
    /// Opens the gateway's database; a running gateway may have it open too. One that went back in time can be read only.
    pub(super) async fn open(file: &ConfigOption) -> Result<Self, CommandError> {
        let mut this = Self::open_ignoring_rollback(file).await?;
        // Without the key file no watermark can be read: what belongs to photos cannot be done then anyway.
        let Ok(keys) = this.key_file() else { return Ok(this) };
        let compared = this.compare(&keys).await?;
        match compared.rollback {
            Some(rollback) => {
                eprint(format_args!("warning: the database went back in time; {}", rollback.advice()));
                this.store.stop_changes(rollback);
            }
            None => {
                this.store.advance(compared.position.head);
                this.opened_head = Some(compared.position.head);
            }
        }
        Ok(this)
    }

    /// The same, for commands that take such a database into use.
    pub(super) async fn open_ignoring_rollback(file: &ConfigOption) -> Result<Self, CommandError> {
        let config = Config::load(&file.config)?;
        let store = SqlStore::open(&config.database).await.map_err(|error| database_error(error, &config.database))?;
        let row_keys = row_keys(&config, &store).await?;
        let store = store.with_row_keys(row_keys);
        Ok(Self { config, store, clock: SystemClock, entropy: OsEntropy, opened_head: None })
    }

    /// Compares the database with all watermarks of this gateway.
    pub(super) async fn compare(&self, keys: &KeyFile) -> Result<RollbackCheck, CommandError> {
        Ok(compare(&self.store, keys, &self.watermark_files().read(keys).known).await?)
    }

    pub(super) fn watermark_files(&self) -> WatermarkFiles {
        WatermarkFiles::from_config(&self.config)
    }

    pub(super) fn key_file(&self) -> Result<KeyFile, CommandError> {
        let file = &self.config.key_file;
        KeyFile::parse(&read_secret(file)?).map_err(|error| CommandError::plain(format!("{}: {error}", file.display())))
    }

    /// Renews the head files after a change. A gateway that runs does so as well: that it cannot be done here is no failure.
    async fn update_watermarks(&self) {
        if self.opened_head.is_none() || self.store.known_head() == self.opened_head {
            return;
        }
        let Ok(keys) = self.key_file() else { return };
        if let Ok(compared) = self.compare(&keys).await
            && compared.rollback.is_none()
            && let Err(error) = self.watermark_files().write(&compared.position, &keys, &self.clock)
        {
            eprint(format_args!("warning: {error}"));
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

/// Turns a database error into the command's error, with the next step where there is one.
pub(super) fn database_error(error: StoreError, database: &DatabaseLocation) -> CommandError {
    match &error {
        StoreError::Unavailable(cause) => {
            CommandError::plain(format!("cannot open {database} ({cause}){}", error.advice(database)))
        }
        StoreError::Inactive(why) => CommandError::plain(format!("{database}: {why}")),
        _ => error.into(),
    }
}
