//! Opening a database: to work on it, to read it, to copy it.

use std::path::Path;

use crate::clock::Timestamp;
use crate::storage::error::{InactiveReason, StoreError};
use crate::storage::location::DatabaseLocation;
use crate::storage::sql::engine::sql_store::{Database, SqlStore};
use crate::storage::sql::metadata;
use crate::storage::{postgres, sqlite};

impl SqlStore {
    /// Opens a database that is in use, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer program wrote it, [`StoreError::Inactive`] when no gateway may work on it (which
    /// leaves it untouched), [`StoreError::Unavailable`] when it cannot be opened or reached.
    pub async fn open(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let read_only = Self::connect_read_only(location).await?;
        let inactive_reason = read_only.inactive_reason().await;
        read_only.close().await;
        match inactive_reason? {
            Some(why) => Err(StoreError::Inactive(why)),
            None => Self::open_even_inactive(location).await,
        }
    }

    /// The same, whether or not a gateway may work on it.
    ///
    /// # Errors
    /// As [`SqlStore::open`], but for [`StoreError::Inactive`].
    pub async fn open_even_inactive(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::SqliteDatabase::open(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::PostgresDatabase::open(server).await?),
        };
        Ok(Self::new(database))
    }

    /// Opens a database to read it: nothing of it changes, nor its schema.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::OlderSchema`] when this program would have to bring it up to date first,
    /// [`StoreError::Unavailable`].
    pub async fn open_read_only(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let store = Self::connect_read_only(location).await?;
        let known = match &store.database {
            Database::File(_) => sqlite::SqliteDatabase::latest_schema_version(),
            Database::Server(_) => postgres::PostgresDatabase::latest_schema_version(),
        };
        match store.schema_version().await {
            Ok(found) if found == known => Ok(store),
            found => {
                store.close().await;
                match found? {
                    version if version > known => Err(StoreError::NewerSchema { version }),
                    _ => Err(StoreError::OlderSchema),
                }
            }
        }
    }

    /// Opens a database to copy it, whatever its schema is: a backup is best taken before a newer program changes it.
    ///
    /// # Errors
    /// [`StoreError::Inactive`], [`StoreError::Unavailable`].
    pub async fn open_for_backup(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let store = Self::connect_read_only(location).await?;
        let why_not = match store.inactive_reason().await {
            Ok(None) => return Ok(store),
            Ok(Some(why)) => StoreError::Inactive(why),
            Err(error) => error,
        };
        store.close().await;
        Err(why_not)
    }

    /// Opens a database that was just copied, whatever its schema is.
    pub async fn open_copy(location: &DatabaseLocation) -> Result<Self, StoreError> {
        Self::connect_read_only(location).await
    }

    pub(super) async fn connect_read_only(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::SqliteDatabase::open_read_only(file).await?),
            DatabaseLocation::Server(server) => {
                Database::Server(postgres::PostgresDatabase::open_read_only(server).await?)
            }
        };
        Ok(Self::new(database))
    }

    pub(super) async fn schema_version(&self) -> Result<i64, StoreError> {
        let mut connection = self.read().await?;
        let row = connection.query("SELECT max(version) AS version FROM _sqlx_migrations").fetch_one().await?;
        Ok(row.get::<Option<i64>>("version")?.unwrap_or_default())
    }

    /// Reason why no gateway may work on the database; `None` if gateways may.
    pub async fn inactive_reason(&self) -> Result<Option<InactiveReason>, StoreError> {
        let mut connection = self.read().await?;
        if let Database::File(_) = &self.database {
            // A file that `init` left behind when it was killed has no tables yet; they are made when it is opened.
            let tables = connection.query("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetch_optional().await?;
            if tables.is_none() {
                return Ok(None);
            }
        }
        metadata::inactive_reason(&mut connection).await
    }

    /// Takes a database into use: a file that is made with it, or an empty one on a server.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when there is a file already, or the server's database is in use;
    /// [`StoreError::Unavailable`] when it cannot be made or reached.
    pub async fn create(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::SqliteDatabase::create(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::PostgresDatabase::create(server).await?),
        };
        Ok(Self::new(database))
    }

    /// Copies all rows of this moment into `target`, an empty file, while others write. The copy says of itself that it is a backup
    /// taken `now`, and is whole.
    ///
    /// # Errors
    /// [`StoreError`]; `target` is of no use then. A server's database has no file to be copied: [`StoreError::Unavailable`].
    pub async fn copy_into(&self, target: &Path, now: Timestamp) -> Result<(), StoreError> {
        match &self.database {
            Database::File(file) => file.copy_into(target, metadata::BACKUP_TAKEN_AT, now).await,
            Database::Server(_) => Err(StoreError::Unavailable("a server's database is not one file".into())),
        }
    }

    /// Errors that SQLite's own integrity check reports for the file; always empty for a server.
    pub async fn file_integrity_errors(&self) -> Result<Vec<String>, StoreError> {
        match &self.database {
            Database::File(file) => file.integrity_errors().await,
            Database::Server(_) => Ok(Vec::new()),
        }
    }
}
