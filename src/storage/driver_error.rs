//! Translation of the database driver's errors.

use sqlx::migrate::MigrateError;

use super::error::StoreError;

pub(super) fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            StoreError::NewerSchema { version }
        }
        MigrateError::VersionMismatch(version) => {
            StoreError::Damaged(format!("migration {version} is not the one this program was built with"))
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Unavailable(Box::new(other)),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, source } => Self::Damaged(format!("column {index}: {source}")),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}
