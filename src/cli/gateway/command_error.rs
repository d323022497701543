//! Errors of commands, as an operator reads them: the message, its causes, and what to do.

use std::error::Error;
use std::process::ExitCode;

use crate::cli::gateway::message::{eprint, eprint_lines};
use crate::config::ConfigError;
use crate::flows::admin::administer::AdministrationError;
use crate::identity::error::IdentityError;
use crate::server::StartError;
use crate::server::secret_file::SecretError;
use crate::storage::StoreError;

/// A command that failed. The message says what to do.
#[derive(Debug)]
pub(super) struct CommandError {
    message: String,
    lines: Vec<String>,
    causes: Vec<String>,
    advice: Option<&'static str>,
    code: FailureCode,
}

/// Exit code of the program after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureCode {
    /// Something did not work.
    Failed = 1,
    /// Everything worked, and found that the audit log or the database is not whole.
    IntegrityViolation = 3,
    /// Everything worked, and nothing is wrong with the audit log as far as it goes, but no signed checkpoint vouches for it.
    NoCheckpoint = 4,
}

impl CommandError {
    /// Something that went wrong because of something else.
    pub(super) fn new(message: impl Into<String>, cause: impl Error) -> Self {
        let mut failure = Self {
            message: message.into(),
            lines: Vec::new(),
            causes: vec![cause.to_string()],
            advice: None,
            code: FailureCode::Failed,
        };
        failure.causes.extend(sources(&cause));
        failure
    }

    /// Something that explains itself.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), lines: Vec::new(), causes: Vec::new(), advice: None, code: FailureCode::Failed }
    }

    /// The same with lines of its own below the message.
    pub(super) fn with_lines(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.lines = lines.into_iter().map(Into::into).collect();
        self
    }

    /// The same with the next step as its last line.
    pub(super) fn with_advice(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    /// The same with another exit code.
    pub(super) fn with_code(mut self, code: FailureCode) -> Self {
        self.code = code;
        self
    }

    /// Writes the message to the standard error stream.
    pub(super) fn report(&self) -> ExitCode {
        eprint(format_args!("error: {}", self.message));
        for line in &self.lines {
            eprint(format_args!("  {line}"));
        }
        for cause in &self.causes {
            eprint_lines(format_args!("  because: {cause}"));
        }
        if let Some(advice) = self.advice {
            eprint(format_args!("  next: {advice}"));
        }
        ExitCode::from(self.code as u8)
    }
}

impl<E: Error + ActionableError> From<E> for CommandError {
    fn from(error: E) -> Self {
        Self {
            message: error.to_string(),
            lines: Vec::new(),
            causes: sources(&error),
            advice: None,
            code: FailureCode::Failed,
        }
    }
}

fn sources(error: &dyn Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

/// Errors whose own message is good enough for an operator.
pub(super) trait ActionableError {}

impl ActionableError for ConfigError {}
impl ActionableError for StartError {}
impl ActionableError for AdministrationError {}
impl ActionableError for IdentityError {}
impl ActionableError for SecretError {}
impl ActionableError for StoreError {}
