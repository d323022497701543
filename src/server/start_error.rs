//! Reasons why a gateway does not start, each with an instruction.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::secret_file::SecretError;
use super::trust_files::TrustError;
use crate::identity::error::IdentityError;
use crate::sealing::KeyFileError;
use crate::storage::{DatabaseLocation, StoreError};
use crate::validation::profile::{Profile, ProfileError};

/// Reason why a gateway does not start.
#[derive(Debug)]
pub enum StartError {
    /// A file cannot be read, or too many can read it.
    Secret(SecretError),
    /// The key file is not one.
    KeyFile {
        /// Path of the key file.
        file: PathBuf,
        /// Cause.
        source: KeyFileError,
    },
    /// The key file and the database do not belong together.
    WrongKeyFile {
        /// The one.
        key_file: PathBuf,
        /// The other.
        database: DatabaseLocation,
    },
    /// No built-in profile has this name.
    NoSuchProfile { name: String },
    /// The profile file is wrong.
    Profile {
        /// Path of the profile file.
        file: PathBuf,
        /// Cause.
        source: ProfileError,
    },
    /// The database cannot be used.
    Store {
        /// Location of the database.
        database: DatabaseLocation,
        /// Cause.
        source: StoreError,
    },
    /// The checkpoint that an auditor keeps cannot be compared with.
    Witness {
        /// Cause, as a text.
        why: String,
    },
    /// The files of watermarks do not answer.
    WatermarkFiles(io::Error),
    /// A certificate, key or revocation list cannot be used.
    Trust(TrustError),
    /// The certificate of an authority cannot be read as one.
    AuthorityCertificate {
        /// Path of the certificate's file.
        file: PathBuf,
    },
    /// The key of an authority is here and cannot be used.
    Authority {
        /// The key's file.
        file: PathBuf,
        /// Cause.
        source: IdentityError,
    },
    /// An address cannot be listened on.
    Bind {
        /// The configuration's key.
        key: &'static str,
        address: SocketAddr,
        /// Cause.
        source: io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(error) => error.fmt(f),
            Self::KeyFile { file, source } => write!(f, "{}: {source}", file.display()),
            Self::WrongKeyFile { key_file, database } => write!(
                f,
                "{} is not the key file of {}: no photo in it would open; put the two that belong together side by side",
                key_file.display(),
                database
            ),
            Self::NoSuchProfile { name } => {
                let known: Vec<_> = Profile::builtin_names().collect();
                write!(f, "there is no profile \"{name}\": use one of {}, or give a profile_file", known.join(", "))
            }
            Self::Profile { file, source } => write!(f, "{}: {source}", file.display()),
            Self::Store { database, source } => write!(f, "{database}: {source}{}", source.advice(database)),
            Self::Witness { why } => write!(
                f,
                "{why}: give a checkpoint of this gateway (checkpoint-N.json, its .sig beside it), or start without --checkpoint"
            ),
            Self::WatermarkFiles(error) => write!(
                f,
                "{error}: see whether the mount of audit.witness_file answers, or take it out of the configuration for now"
            ),
            Self::Trust(error) => error.fmt(f),
            Self::AuthorityCertificate { file } => write!(
                f,
                "{}: not the certificate of an authority: check [certificates] in the configuration",
                file.display()
            ),
            Self::Authority { file, source } => write!(f, "{}: {source}", file.display()),
            Self::Bind { key, address, source } => {
                write!(f, "cannot listen on {address} ({key}): {}", bind_advice(source))
            }
        }
    }
}

fn bind_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program has this port; stop it or choose another port",
        io::ErrorKind::AddrNotAvailable => "this machine does not have this address; see `ip address`",
        io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; choose a higher one",
        _ => "see the cause",
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Secret(error) => error.source(),
            Self::KeyFile { .. }
            | Self::WrongKeyFile { .. }
            | Self::NoSuchProfile { .. }
            | Self::Witness { .. }
            | Self::WatermarkFiles(_)
            | Self::AuthorityCertificate { .. } => None,
            Self::Authority { source, .. } => source.source(),
            Self::Profile { source, .. } => source.source(),
            Self::Store { source, .. } => source.source(),
            Self::Trust(error) => error.source(),
            Self::Bind { source, .. } => Some(source),
        }
    }
}

impl From<SecretError> for StartError {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<TrustError> for StartError {
    fn from(error: TrustError) -> Self {
        Self::Trust(error)
    }
}
