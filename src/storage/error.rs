//! Errors of the storage contract, in the words of an operator.

use std::fmt;

use super::missing_setting::MissingSetting;
use crate::clock::Timestamp;
use crate::domain::local_time::date_and_time;
use crate::domain::log::watermark::RollbackError;
use crate::texts::language::Language;

/// Error of the store that its caller can act on.
#[derive(Debug)]
pub enum StoreError {
    /// Cannot be read or written just now: locked too long, disk full, gone. Trying again later can help.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// A session with the server does not have the settings on which the promises rest.
    SessionSettings(MissingSetting),
    /// The database was written by a newer version of this program.
    NewerSchema {
        /// The newest migration it has seen.
        version: i64,
    },
    /// Somebody works on the database that nobody else may work on just now.
    InUse,
    /// The database was written by an older version of this program, and is only to be read.
    OlderSchema,
    /// The database is whole, and no gateway may work on it.
    Inactive(InactiveReason),
    /// The database went back in time, or is another one: nothing is changed until an administrator has confirmed it.
    RolledBack(RollbackError),
    /// The key file cannot be used, so that no row of the audit log can be written; why.
    RowKeyUnavailable(String),
    /// The row to be added exists already.
    AlreadyExists,
    /// Another device has or had the key.
    KeyReused,
    /// The database holds what this program never wrote.
    Damaged(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(_) => f.write_str("the database cannot be used just now"),
            Self::SessionSettings(missing) => missing.fmt(f),
            Self::NewerSchema { version } => write!(
                f,
                "the database was written by a newer lichtbild-gateway (schema {version}): run that version or restore a backup"
            ),
            Self::InUse => f.write_str(
                "somebody works on the database: stop every gateway that uses it, let other commands end, and try again",
            ),
            Self::OlderSchema => f.write_str(
                "the database was written by an older lichtbild-gateway: any command that writes (`serve`, `studio list`) brings \
                 it up to date",
            ),
            Self::Inactive(why) => why.fmt(f),
            Self::RolledBack(rollback) => write!(
                f,
                "the database went back in time: {rollback}; nothing is changed in it until the right one is put back, or \
                 `lichtbild-gateway confirm-rollback` says that this one is to stay"
            ),
            Self::RowKeyUnavailable(why) => write!(f, "nothing is changed without the key file, which proves what the log says: {why}"),
            Self::AlreadyExists => f.write_str("it is there already"),
            Self::KeyReused => f.write_str("another device has or had this key: make a new key"),
            Self::Damaged(what) => write!(f, "the database is damaged: {what}"),
        }
    }
}

/// Reason why no gateway may work on an undamaged database: it would hand out photos that another gateway, or a later state
/// of the same one, has erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InactiveReason {
    /// It is a backup.
    Backup {
        /// Time of the backup.
        taken_at: Timestamp,
    },
    /// Its rows went to another database.
    MovedAway {
        /// Time of the move.
        at: Timestamp,
    },
    /// Rows of another database came in, and it is not said yet that this one takes its place.
    MoveIncomplete {
        /// Time at which the rows were copied.
        at: Timestamp,
    },
}

/// For the administrator who reads it.
fn local_time(at: Timestamp) -> String {
    date_and_time(at, Language::English)
}

impl fmt::Display for InactiveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backup { taken_at } => write!(
                f,
                "this is a backup, taken on {}, which knows nothing of what came after: `lichtbild-gateway restore` makes \
                 a gateway of it",
                local_time(*taken_at)
            ),
            Self::MovedAway { at } => write!(
                f,
                "this database was moved to another one on {} and is out of use: name the new one in the configuration \
                 (database)",
                local_time(*at)
            ),
            Self::MoveIncomplete { at } => write!(
                f,
                "a move into this database, begun on {}, was not finished: run the same `lichtbild-gateway migrate-store` again",
                local_time(*at)
            ),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
