//! A setting that a session with a database server lacks.

use std::fmt;

/// A setting that a session does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSetting {
    pub(super) name: &'static str,
    pub(super) expected: &'static str,
    pub(super) found: String,
}

impl fmt::Display for MissingSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, expected, found } = self;
        let consequence = match *name {
            "application_name" => "gateways and commands would not find each other",
            "synchronous_commit" => "the server could lose what was acknowledged",
            _ => "one session could keep all others waiting",
        };
        write!(
            f,
            "the database's session has {name} = {found} instead of {expected}, so that {consequence}: a connection pooler between dropped \
             the gateway's settings. Connect to the server directly, or have the pooler pass the start parameters `options` and \
             `application_name` and pool by session"
        )
    }
}

impl std::error::Error for MissingSetting {}
