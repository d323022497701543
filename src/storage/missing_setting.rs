//! A setting that a session with a database server lacks.

/// A setting that a session does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database's session has {name} = {found} instead of {expected}, so that {}: a connection pooler dropped the gateway's \
     settings. Connect to the server directly, or configure the pooler to pass the start parameters `options` and \
     `application_name` and to pool by session",
    self.consequence()
)]
pub struct MissingSetting {
    pub(super) name: &'static str,
    pub(super) expected: &'static str,
    pub(super) found: String,
}

impl MissingSetting {
    fn consequence(&self) -> &'static str {
        match self.name {
            "application_name" => "gateways and commands would not find each other",
            "synchronous_commit" => "the server could lose acknowledged commits",
            _ => "one session could keep all others waiting",
        }
    }
}
