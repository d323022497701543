//! Opening of databases for work, for reading and for copying.

use std::path::Path;

use crate::clock::Timestamp;
use crate::storage::error::{InactiveReason, StoreError};
use crate::storage::location::DatabaseLocation;
use crate::storage::sql::engine::sql_store::{Database, SqlStore};
use crate::storage::sql::metadata;
use crate::storage::{postgres, sqlite};

impl SqlStore {
    /// Opens a database and updates its schema.
    /// [`StoreError::NewerSchema`] if a newer program wrote it, [`StoreError::Inactive`] if no gateway may use it (it
    /// is not changed), [`StoreError::Unavailable`] if it cannot be opened or reached.
    pub async fn open(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let read_only = Self::connect_read_only(location).await?;
        let inactive_reason = read_only.inactive_reason().await;
        read_only.close().await;
        match inactive_reason? {
            Some(why) => Err(StoreError::Inactive(why)),
            None => Self::open_even_inactive(location).await,
        }
    }

    /// The same, even if no gateway may use the database.
    /// Fails like [`SqlStore::open`], but not with [`StoreError::Inactive`].
    pub async fn open_even_inactive(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::SqliteDatabase::open(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::PostgresDatabase::open(server).await?),
        };
        Ok(Self::new(database))
    }

    /// Opens a database for reading without changing its schema.
    /// [`StoreError::NewerSchema`], [`StoreError::OlderSchema`] if the schema must be updated first,
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

    /// Opens a database for a copy, whatever its schema is: a backup is best taken before an update.
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

    /// Opens a copy of a database, whatever its schema is.
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

    /// Reason why no gateway may use the database; `None` if gateways may.
    pub async fn inactive_reason(&self) -> Result<Option<InactiveReason>, StoreError> {
        let mut connection = self.read().await?;
        if let Database::File(_) = &self.database {
            // `init` may have been killed before it created the tables; they are created when the file is opened.
            let tables = connection.query("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetch_optional().await?;
            if tables.is_none() {
                return Ok(None);
            }
        }
        metadata::inactive_reason(&mut connection).await
    }

    /// Creates a database file, or the tables in an empty database on a server.
    /// [`StoreError::AlreadyExists`] if the file exists or the server's database is in use; [`StoreError::Unavailable`]
    /// if it cannot be created or reached.
    pub async fn create(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::SqliteDatabase::create(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::PostgresDatabase::create(server).await?),
        };
        Ok(Self::new(database))
    }

    /// Copies all rows of this moment into `target`, an empty file, while other connections write. The copy is checked
    /// and marked as a backup of the time `now`.
    /// After an error `target` is unusable. The database of a server is not a file: [`StoreError::Unavailable`].
    pub async fn copy_into(&self, target: &Path, now: Timestamp) -> Result<(), StoreError> {
        match &self.database {
            Database::File(file) => file.copy_into(target, metadata::BACKUP_TAKEN_AT, now).await,
            Database::Server(_) => Err(StoreError::Unavailable("a server's database is not one file".into())),
        }
    }

    /// Errors of SQLite's integrity check of the file; empty for a server.
    pub async fn file_integrity_errors(&self) -> Result<Vec<String>, StoreError> {
        match &self.database {
            Database::File(file) => file.integrity_errors().await,
            Database::Server(_) => Ok(Vec::new()),
        }
    }
}
