//! Reason why none of several database hosts is used.

/// Each variant lists all hosts with their states.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrimaryError {
    #[error("no host of the database URL accepts writes: {hosts}")]
    NoPrimary {
        hosts: String,
        /// Next step for the operator.
        advice: &'static str,
    },
    /// For example a copy of the primary that was started without the file `standby.signal`.
    #[error("several hosts of the database URL accept writes: {0}: stop the wrong ones")]
    SeveralPrimaries(String),
}

impl PrimaryError {
    /// The message with the next step for the operator.
    pub fn detail(&self) -> String {
        match self {
            Self::NoPrimary { advice, .. } => format!("{self}{advice}"),
            Self::SeveralPrimaries(_) => self.to_string(),
        }
    }
}
