//! Advice for databases that cannot be used.

use super::error::StoreError;
use super::location::DatabaseLocation;
use super::primary_error::PrimaryError;

impl StoreError {
    /// Next step for the operator, appended to the message; empty if the message says it.
    pub fn advice(&self, database: &DatabaseLocation) -> &'static str {
        if let Self::NoPrimary(PrimaryError::NoPrimary { advice, .. }) = self {
            return advice;
        }
        let Self::Unavailable(source) = self else { return "" };
        match database {
            DatabaseLocation::File(_) => file_advice(&source.to_string()),
            DatabaseLocation::Server(_) => match source.downcast_ref() {
                Some(error) => driver_advice(error),
                None => setup_advice(&source.to_string()),
            },
        }
    }
}

/// Next step after an error of a server or of the connection to it.
pub(super) fn driver_advice(error: &sqlx::Error) -> &'static str {
    match (error.as_database_error().and_then(|error| error.code()), error) {
        (Some(code), _) => sqlstate_advice(&code),
        (None, sqlx::Error::Tls(_)) => {
            "; the server has to encrypt and prove its name: name its authority with sslrootcert=FILE in the URL"
        }
        (None, _) => "; check that the server runs and can be reached from this machine",
    }
}

fn file_advice(source: &str) -> &'static str {
    if source.contains("disk is full") || source.contains("No space left") {
        "; the disk is full: free some space and start again"
    } else if source.contains("disk I/O error") {
        // SQLite reports this both for a full disk and for a failing one.
        "; see whether the disk is full (free some space and start again) or failing (its messages are in the system's log)"
    } else if source.contains("not a database") || source.contains("malformed") {
        "; it is damaged, or the database of something else: restore it from a backup"
    } else if source.contains("readonly") {
        "; this user may not write it: give it the right to (`ls -l`), and see that its disk is not mounted read-only"
    } else if source.contains("unable to open") {
        "; check that the file is there (`lichtbild-gateway init` makes it) and that this user may write its folder"
    } else {
        "; see the cause, then start again"
    }
}

/// Advice for an SQLSTATE (PostgreSQL's documentation, appendix A).
fn sqlstate_advice(code: &str) -> &'static str {
    match code {
        "28P01" | "28000" => {
            "; the server lets this user not in: check user, password (~/.pgpass) and the server's pg_hba.conf"
        }
        "3D000" => "; make it first: `createdb --owner USER NAME` on the server",
        "42501" => "; the user must own the database: `ALTER DATABASE NAME OWNER TO USER` on the server",
        "53300" => "; the server has no connection left: raise its max_connections, each gateway takes up to 18",
        "53100" => "; the server's disk is full: free some space there",
        "25006" => {
            "; the server takes no changes: it is a standby, so name the primary server, or all servers (host1,host2)"
        }
        "57P03" => "; the server is starting or stopping: try again in a moment",
        _ => "; see the cause, and the server's log",
    }
}

fn setup_advice(source: &str) -> &'static str {
    if source.contains("no tables") {
        "; `lichtbild-gateway init --database URL` takes an empty database into use"
    } else {
        "; check that the server runs and can be reached from this machine"
    }
}
