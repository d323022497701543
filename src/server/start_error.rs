//! Reasons why a gateway does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::secret_file::SecretError;
use super::trust_files::TrustError;
use crate::identity::error::IdentityError;
use crate::sealing::KeyFileError;
use crate::storage::{DatabaseLocation, StoreError};
use crate::validation::profile::{Profile, ProfileError};

/// Reason why a gateway does not start; the message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("cannot use the key file {}", file.display())]
    KeyFile { file: PathBuf, source: KeyFileError },
    #[error(
        "{} is not the key file of {database}: no photo could be opened; use the key file and the database that belong together",
        key_file.display()
    )]
    WrongKeyFile { key_file: PathBuf, database: DatabaseLocation },
    #[error(
        "there is no profile \"{name}\": use one of {}, or set profile_file",
        Profile::builtin_names().collect::<Vec<_>>().join(", ")
    )]
    NoSuchProfile { name: String },
    #[error("cannot use the profile {}", file.display())]
    Profile { file: PathBuf, source: ProfileError },
    #[error("cannot use the database {database}{}", source.advice(database))]
    Store { database: DatabaseLocation, source: StoreError },
    #[error(
        "{why}: name a checkpoint of this gateway (checkpoint-N.json, its .sig beside it), or start without --checkpoint"
    )]
    Witness { why: String },
    #[error(
        "cannot read the head files: check the mount of audit.witness_file, or remove it from the configuration for now"
    )]
    WatermarkFiles(#[source] io::Error),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{} is not a CA certificate: check [certificates] in the configuration", file.display())]
    AuthorityCertificate { file: PathBuf },
    #[error("cannot use the CA key {}", file.display())]
    Authority { file: PathBuf, source: IdentityError },
    #[error("cannot listen on {address} ({key}): {}", bind_advice(source))]
    Bind { key: &'static str, address: SocketAddr, source: io::Error },
}

fn bind_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program uses this port; stop it or choose another port",
        io::ErrorKind::AddrNotAvailable => "this machine does not have this address; see `ip address`",
        io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; choose a higher one",
        _ => "see the cause",
    }
}
