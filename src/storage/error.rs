//! Errors of the store, worded for an operator.

use super::missing_setting::MissingSetting;
use super::primary_error::PrimaryError;
use crate::clock::Timestamp;
use crate::domain::local_time::date_and_time;
use crate::domain::log::watermark::RollbackError;
use crate::texts::language::Language;

/// Error of the store that its caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be read or written at the moment: it is locked, unreachable or full. Trying again later can help.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A session with the server lacks settings that durability and locking depend on.
    #[error(transparent)]
    SessionSettings(MissingSetting),
    /// None of several database hosts can be used at the moment.
    #[error(transparent)]
    NoPrimary(#[from] PrimaryError),
    #[error(
        "the database was written by a newer lichtbild-gateway (schema {version}): run that version or restore a backup"
    )]
    NewerSchema { version: i64 },
    /// Another process uses a database that must be opened exclusively.
    #[error("the database is in use: stop every gateway that uses it, let other commands end, and try again")]
    InUse,
    /// The database is opened for reading only, so that its schema cannot be updated.
    #[error(
        "the database was written by an older lichtbild-gateway: any command that writes (`serve`, `studio list`) updates it"
    )]
    OlderSchema,
    #[error(transparent)]
    Inactive(InactiveReason),
    /// All changes are refused until an administrator has confirmed the state of the database.
    #[error(
        "the database went back in time: {0}; changes are refused until the right database is put back, or until \
         `lichtbild-gateway confirm-rollback` accepts this one"
    )]
    RolledBack(RollbackError),
    /// The audit log cannot be written without the key file, for this reason.
    #[error("changes are refused without the key file, which authenticates the audit log: {0}")]
    RowKeyUnavailable(String),
    #[error("it exists already")]
    AlreadyExists,
    #[error("another device has or had this key: make a new key")]
    KeyReused,
    /// The database contains values that this program never writes.
    #[error("the database is damaged: {0}")]
    Damaged(String),
}

/// Reason why no gateway may work on an undamaged database: it would hand over photos that another gateway, or a later state
/// of the same one, has erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InactiveReason {
    #[error(
        "this is a backup, taken on {}, without the changes made since: `lichtbild-gateway restore` turns it into the database \
         of a gateway",
        local_time(*taken_at)
    )]
    Backup { taken_at: Timestamp },
    /// The rows were moved to another database.
    #[error(
        "this database was moved to another one on {} and is out of use: name the new one in the configuration (database)",
        local_time(*at)
    )]
    MovedAway { at: Timestamp },
    /// Rows of another database were copied into this one, and the move was not finished.
    #[error(
        "a move into this database, begun on {}, was not finished: run the same `lichtbild-gateway migrate-store` again",
        local_time(*at)
    )]
    MoveIncomplete { at: Timestamp },
}

fn local_time(at: Timestamp) -> String {
    date_and_time(at, Language::English)
}
