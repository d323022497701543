//! Migrations of both databases. Released migrations never change; new ones are added.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::error::StoreError;

/// Migrations of one database, numbered from 1, each as a description and its SQL.
pub(super) type Migrations = &'static [(&'static str, &'static str)];

pub(super) fn latest_version(migrations: Migrations) -> i64 {
    migrations.len() as i64
}

/// Migrator up to a schema version.
/// [`StoreError::NewerSchema`] if this program does not know the version.
pub(super) fn migrator_up_to(version: i64, migrations: Migrations) -> Result<Migrator, StoreError> {
    if version > latest_version(migrations) {
        return Err(StoreError::NewerSchema { version });
    }
    let numbered = (1..=version).zip(migrations).map(|(version, (description, sql))| {
        Migration::new(version, Cow::Borrowed(*description), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Ok(Migrator::with_migrations(numbered.collect()))
}
