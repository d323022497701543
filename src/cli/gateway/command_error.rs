//! Errors of commands: the message, its causes, and what to do.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::{eprint, eprint_excerpt};
use crate::cli::gateway::rollback_text::rollback_text;
use crate::config::ConfigError;
use crate::domain::party::Role;
use crate::flows::admin::administer::AdministrationError;
use crate::identity::error::IdentityError;
use crate::server::StartError;
use crate::server::secret_file::SecretError;
use crate::storage::StoreError;
use crate::texts::text;

/// A command that failed. The message says what to do.
#[derive(Debug)]
pub(super) struct CommandError {
    message: String,
    lines: Vec<String>,
    causes: Vec<String>,
    advice: Option<String>,
    code: FailureCode,
}

/// Exit code of the program after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureCode {
    Failed = 1,
    /// The audit log or the database is damaged.
    IntegrityViolation = 3,
    /// The audit log is undamaged as far as it goes, but no signed checkpoint covers it.
    NoCheckpoint = 4,
}

impl CommandError {
    pub(super) fn new(message: impl Into<String>, cause: impl Error) -> Self {
        let mut failure = Self::plain(message);
        failure.causes.push(cause.to_string());
        failure.causes.extend(sources(&cause));
        failure
    }

    /// An error without a cause of its own.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), lines: Vec::new(), causes: Vec::new(), advice: None, code: FailureCode::Failed }
    }

    pub(super) fn with_lines(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.lines = lines.into_iter().map(Into::into).collect();
        self
    }

    /// The next step, printed as the last line.
    pub(super) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub(super) fn with_code(mut self, code: FailureCode) -> Self {
        self.code = code;
        self
    }

    /// Writes the message to the standard error stream.
    pub(super) fn report(&self) -> ExitCode {
        eprint(phrase!("gateway-error", message = self.message));
        for line in &self.lines {
            eprint(format_args!("  {line}"));
        }
        for cause in &self.causes {
            eprint_excerpt(format_args!("  {}", phrase!("gateway-error-cause", cause = cause)));
        }
        if let Some(advice) = &self.advice {
            eprint(format_args!("  {}", phrase!("gateway-error-advice", advice = advice)));
        }
        ExitCode::from(self.code as u8)
    }
}

pub(super) fn cannot_read(file: &Path) -> impl Fn(io::Error) -> CommandError + Copy {
    move |error| CommandError::new(phrase!("gateway-cannot-read", file = file.display()), error)
}

impl<E: Error + Explained> From<E> for CommandError {
    fn from(error: E) -> Self {
        let mut failure = Self::plain(error.message());
        failure.causes = sources(&error);
        failure
    }
}

fn sources(error: &dyn Error) -> Vec<String> {
    std::iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string).collect()
}

/// Errors of lower layers. In English their own message is good enough for an operator; in German it is the technical part.
pub(super) trait Explained: Error {
    fn message(&self) -> String;
}

impl Explained for ConfigError {
    fn message(&self) -> String {
        phrase!("gateway-failed-config", error = self)
    }
}

impl Explained for StartError {
    fn message(&self) -> String {
        phrase!("gateway-failed-start", error = self)
    }
}

impl Explained for IdentityError {
    fn message(&self) -> String {
        phrase!("gateway-failed-certificate", error = self)
    }
}

impl Explained for SecretError {
    fn message(&self) -> String {
        phrase!("gateway-failed-secret", error = self)
    }
}

impl Explained for StoreError {
    fn message(&self) -> String {
        match self {
            Self::RolledBack(rollback) => phrase!("gateway-failed-rollback", error = rollback_text(*rollback)),
            Self::Damaged(what) => phrase!("gateway-failed-damaged", error = what),
            _ => phrase!("gateway-failed-store", error = self),
        }
    }
}

impl From<AdministrationError> for CommandError {
    fn from(error: AdministrationError) -> Self {
        let causes = sources(&error);
        match error {
            AdministrationError::Store(error) => error.into(),
            refused => Self { causes, ..Self::plain(refusal(&refused)) },
        }
    }
}

fn refusal(error: &AdministrationError) -> String {
    let name = match error {
        AdministrationError::NameTaken => "name-taken",
        AdministrationError::AlreadyBound => "already-bound",
        AdministrationError::InvalidName(_) => "invalid-name",
        AdministrationError::NoSuchParty { role: Role::Studio, .. } => "no-such-studio",
        AdministrationError::NoSuchParty { role: Role::Office, .. } => "no-such-office",
        AdministrationError::Ambiguous { role: Role::Studio, .. } => "ambiguous-studio",
        AdministrationError::Ambiguous { role: Role::Office, .. } => "ambiguous-office",
        AdministrationError::NoSuchDevice => "no-such-device",
        AdministrationError::DeviceRevoked => "device-revoked",
        AdministrationError::KeyReused => "key-reused",
        AdministrationError::Seal(_) | AdministrationError::Entropy(_) => "no-randomness",
        // Its error has its own message.
        AdministrationError::Store(_) => "store",
    };
    let wanted = match error {
        AdministrationError::NoSuchParty { wanted, .. } | AdministrationError::Ambiguous { wanted, .. } => {
            wanted.as_str()
        }
        _ => "",
    };
    text!(language(), format!("gateway-refused-{name}"), error = error.to_string(), wanted = wanted)
}
