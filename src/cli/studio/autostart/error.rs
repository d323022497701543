//! Reasons for which `watch` is not started at logon.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A start at logon that could not be set up or removed.
#[derive(Debug, Error)]
pub enum AutostartError {
    #[error("a path or an option has characters that the system's file for it cannot hold")]
    ImpossibleText,
    #[error("no start at logon is known for this system")]
    NotSupported,
    /// Neither the environment nor the system tells the user's name or home folder.
    #[error("the user's name or home folder is not known")]
    UnknownUser,
    #[error("{} cannot be written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Program(#[from] SystemProgramError),
}

/// A program of the system that did not do its work.
#[derive(Debug, Error)]
pub enum SystemProgramError {
    #[error("{program} cannot be started: {source}")]
    NotStarted { program: String, source: io::Error },
    /// With the first line of what it printed, in the system's language.
    #[error("{program}: {told}")]
    Failed { program: String, told: String },
}
