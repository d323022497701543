//! Opening a database: to work on it, to read it, to copy it.

use std::path::Path;

use super::super::{Database, SqlStore, notes};
use crate::clock::Timestamp;
use crate::storage::contract::{OutOfUse, StoreError};
use crate::storage::location::DatabaseLocation;
use crate::storage::{postgres, sqlite};

impl SqlStore {
    /// Opens a database that is in use, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer program wrote it, [`StoreError::OutOfUse`] when no gateway may work on it (which
    /// leaves it untouched), [`StoreError::Unavailable`] when it cannot be opened or reached.
    pub async fn open(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let untouched = Self::look_at(location).await?;
        let out_of_use = untouched.out_of_use().await;
        untouched.close().await;
        match out_of_use? {
            Some(why) => Err(StoreError::OutOfUse(why)),
            None => Self::open_in_any_use(location).await,
        }
    }

    /// The same, whether or not a gateway may work on it.
    ///
    /// # Errors
    /// As [`SqlStore::open`], but for [`StoreError::OutOfUse`].
    pub async fn open_in_any_use(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::File::open(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::Server::open(server).await?),
        };
        Ok(Self::on(database))
    }

    /// Opens a database to read it: nothing of it changes, nor its schema.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::OlderSchema`] when this program would have to bring it up to date first,
    /// [`StoreError::Unavailable`].
    pub async fn open_to_read(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let store = Self::look_at(location).await?;
        let known = match &store.database {
            Database::File(_) => sqlite::File::schema(),
            Database::Server(_) => postgres::Server::schema(),
        };
        match store.schema().await {
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
    /// [`StoreError::OutOfUse`], [`StoreError::Unavailable`].
    pub async fn open_to_copy(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let store = Self::look_at(location).await?;
        let why_not = match store.out_of_use().await {
            Ok(None) => return Ok(store),
            Ok(Some(why)) => StoreError::OutOfUse(why),
            Err(error) => error,
        };
        store.close().await;
        Err(why_not)
    }

    /// Opens a database that was just copied, whatever its schema is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn open_copy(location: &DatabaseLocation) -> Result<Self, StoreError> {
        Self::look_at(location).await
    }

    pub(super) async fn look_at(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::File::open_to_read(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::Server::open_to_read(server).await?),
        };
        Ok(Self::on(database))
    }

    pub(super) async fn schema(&self) -> Result<i64, StoreError> {
        let mut connection = self.read().await?;
        let row = connection.query("SELECT max(version) AS version FROM _sqlx_migrations").fetch_one().await?;
        Ok(row.try_get::<Option<i64>>("version")?.unwrap_or_default())
    }

    /// Why no gateway may work on the database, if none may.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn out_of_use(&self) -> Result<Option<OutOfUse>, StoreError> {
        let mut connection = self.read().await?;
        if let Database::File(_) = &self.database {
            // A file that `init` left behind when it was killed has no tables yet; they are made when it is opened.
            let tables = connection.query("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetch_optional().await?;
            if tables.is_none() {
                return Ok(None);
            }
        }
        notes::out_of_use(&mut connection).await
    }

    /// Takes a database into use: a file that is made with it, or an empty one on a server.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when there is a file already, or the server's database is in use;
    /// [`StoreError::Unavailable`] when it cannot be made or reached.
    pub async fn create(location: &DatabaseLocation) -> Result<Self, StoreError> {
        let database = match location {
            DatabaseLocation::File(file) => Database::File(sqlite::File::create(file).await?),
            DatabaseLocation::Server(server) => Database::Server(postgres::Server::create(server).await?),
        };
        Ok(Self::on(database))
    }

    /// Copies all rows of this moment into `target`, an empty file, while others write. The copy says of itself that it is a backup
    /// taken `now`, and is whole.
    ///
    /// # Errors
    /// [`StoreError`]; `target` is of no use then. A server's database has no file to be copied: [`StoreError::Unavailable`].
    pub async fn copy_into(&self, target: &Path, now: Timestamp) -> Result<(), StoreError> {
        match &self.database {
            Database::File(file) => file.copy_into(target, now).await,
            Database::Server(_) => Err(StoreError::Unavailable("a server's database is not one file".into())),
        }
    }

    /// What the database itself finds wrong with its file; a server looks after its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn faults_of_file(&self) -> Result<Vec<String>, StoreError> {
        match &self.database {
            Database::File(file) => file.faults().await,
            Database::Server(_) => Ok(Vec::new()),
        }
    }
}
