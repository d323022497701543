//! From a configuration to a running gateway.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::publish::Publisher;
use super::reload::{Reload, Reloader};
use super::routes::{Line, router};
use super::secret_file::{SecretError, read_secret};
use super::trust_files::{TrustError, TrustFiles};
use super::upkeep::{self, Upkeep};
use crate::api::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::flows::Gateway;
use crate::sealing::{KeyFile, KeyFileError};
use crate::storage::{SqliteStore, Store, StoreError};
use crate::telemetry::Metrics;
use crate::transport::connections::Connections;
use crate::transport::listener::{Listener, Security};
use crate::transport::revocation::RevokedCertificates;
use crate::transport::shutdown::{Shutdown, Stop};
use crate::validation::profile::{Profile, ProfileError};

/// Where a running gateway listens.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// Studio software.
    pub studio: SocketAddr,
    /// Fachverfahren and clerks' browsers.
    pub office: SocketAddr,
    /// Devices without a certificate.
    pub enrolment: SocketAddr,
    /// Monitoring.
    pub ops: SocketAddr,
}

/// A gateway that serves.
pub struct RunningGateway {
    /// Where it listens.
    pub addresses: Addresses,
    /// Tells it to stop, and then to hurry.
    pub stop: Stop,
    /// Has it look at its certificates, authorities and revocation lists at once.
    pub reload: Reload,
    work: JoinSet<()>,
    store: SqliteStore,
}

impl RunningGateway {
    /// Returns when it has stopped and its database is closed.
    pub async fn stopped(mut self) {
        while let Some(ended) = self.work.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the gateway stopped by itself");
                self.stop.advance();
            }
        }
        self.store.close().await;
    }
}

/// Starts a gateway: all that can be wrong with its files is found before the first connection is taken.
///
/// # Errors
/// [`StartError`], which says what to do.
pub async fn start(
    config: &Config,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<RunningGateway, StartError> {
    let keys = KeyFile::parse(&read_secret(&config.key_file)?)
        .map_err(|source| StartError::KeyFile { file: config.key_file.clone(), source })?;
    let profile = load_profile(config)?;
    let store = SqliteStore::open(&config.database)
        .await
        .map_err(|source| StartError::Store { file: config.database.clone(), source })?;
    let unusable = |source| StartError::Store { file: config.database.clone(), source };
    if !store.bind_key_file(&keys.fingerprint()).await.map_err(unusable)? {
        return Err(StartError::WrongKeyFile { key_file: config.key_file.clone(), database: config.database.clone() });
    }
    let gateway =
        Arc::new(Gateway::new(Arc::new(store.clone()), keys, Arc::clone(&clock), entropy, profile, config.rules()));

    let revoked = RevokedCertificates::default();
    upkeep::refresh_revoked(gateway.as_ref(), &revoked)
        .await
        .map_err(|source| StartError::Store { file: config.database.clone(), source })?;
    let connections = Connections::default();
    let reloader = Reloader::start(TrustFiles::new(config, Arc::clone(&clock), revoked.clone()), connections.clone())?;
    let lines = bind(config, &reloader, &connections).await?;
    let addresses = lines.addresses();
    let metrics = Arc::new(Metrics::new(lines.all().map(|(line, listener)| (line.name(), listener.metrics())).into()));
    let trust = reloader.status();
    let publisher = Publisher::resume(Arc::clone(&gateway), config, trust.clone());
    publisher.clone().publish().await;
    let app = App {
        gateway: Arc::clone(&gateway),
        trust,
        lists: publisher.lists.clone(),
        photo_body: config.photo_body(),
        json_body: config.json_body(),
    };

    let stop = Stop::new();
    let mut work = JoinSet::new();
    let upkeep = Upkeep {
        gateway,
        revoked,
        connections,
        metrics: Arc::clone(&metrics),
        key_file: config.key_file.clone(),
        sweep_every: config.sweep_every(),
        publisher,
    };
    upkeep.begin(&mut work, &stop);
    let reload = reloader.begin(&mut work, &stop);
    for (line, listener) in lines.into_all() {
        let shutdown: Shutdown = stop.subscribe();
        work.spawn(listener.serve(router(line, &app, &metrics), shutdown));
    }
    Ok(RunningGateway { addresses, stop, reload, work, store })
}

fn load_profile(config: &Config) -> Result<Profile, StartError> {
    let Some(file) = &config.profile_file else {
        return Profile::builtin(&config.profile)
            .ok_or_else(|| StartError::NoSuchProfile { name: config.profile.clone() });
    };
    let text = std::fs::read_to_string(file)
        .map_err(|source| StartError::Secret(SecretError::Unreadable { file: file.clone(), source }))?;
    let name = file.file_stem().map_or_else(|| "own".into(), |stem| stem.to_string_lossy().into_owned());
    Profile::parse(&name, &text).map_err(|source| StartError::Profile { file: file.clone(), source })
}

/// The bound listeners, in the order of [`Line`].
struct Lines {
    studio: Listener,
    office: Listener,
    enrolment: Listener,
    ops: Listener,
}

impl Lines {
    fn all(&self) -> [(Line, &Listener); 4] {
        [
            (Line::Studio, &self.studio),
            (Line::Office, &self.office),
            (Line::Enrolment, &self.enrolment),
            (Line::Ops, &self.ops),
        ]
    }

    fn into_all(self) -> [(Line, Listener); 4] {
        [
            (Line::Studio, self.studio),
            (Line::Office, self.office),
            (Line::Enrolment, self.enrolment),
            (Line::Ops, self.ops),
        ]
    }

    fn addresses(&self) -> Addresses {
        Addresses {
            studio: self.studio.local_address(),
            office: self.office.local_address(),
            enrolment: self.enrolment.local_address(),
            ops: self.ops.local_address(),
        }
    }
}

async fn bind(config: &Config, reloader: &Reloader, connections: &Connections) -> Result<Lines, StartError> {
    let listen = &config.listen;
    let open = async |line: Line, key: &'static str, address: SocketAddr, security: Security| {
        let listener = Listener::bind(line.name(), address, security, config.listener_limits())
            .await
            .map_err(|source| StartError::Bind { key, address, source })?;
        Ok::<_, StartError>(listener.with_connections(connections.clone()))
    };
    let [studio, office, enrolment] = reloader.securities();
    Ok(Lines {
        studio: open(Line::Studio, "listen.studio", listen.studio, studio).await?,
        office: open(Line::Office, "listen.office", listen.office, office).await?,
        enrolment: open(Line::Enrolment, "listen.enrolment", listen.enrolment, enrolment).await?,
        ops: open(Line::Ops, "listen.ops", listen.ops, Security::Plain).await?,
    })
}

/// Why a gateway does not start.
#[derive(Debug)]
pub enum StartError {
    /// A file cannot be read, or too many can read it.
    Secret(SecretError),
    /// The key file is not one.
    KeyFile {
        /// Which.
        file: PathBuf,
        /// Why.
        source: KeyFileError,
    },
    /// The key file and the database do not belong together.
    WrongKeyFile {
        /// The one.
        key_file: PathBuf,
        /// The other.
        database: PathBuf,
    },
    /// No built-in profile has this name.
    NoSuchProfile {
        /// The name.
        name: String,
    },
    /// The profile file is wrong.
    Profile {
        /// Which.
        file: PathBuf,
        /// What is wrong.
        source: ProfileError,
    },
    /// The database cannot be used.
    Store {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// A certificate, key or revocation list cannot be used.
    Trust(TrustError),
    /// An address cannot be listened on.
    Bind {
        /// The configuration's key.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
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
                database.display()
            ),
            Self::NoSuchProfile { name } => {
                let known: Vec<_> = Profile::builtin_names().collect();
                write!(f, "there is no profile \"{name}\": use one of {}, or give a profile_file", known.join(", "))
            }
            Self::Profile { file, source } => write!(f, "{}: {source}", file.display()),
            Self::Store { file, source } => write!(f, "{}: {source}{}", file.display(), store_advice(source)),
            Self::Trust(error) => error.fmt(f),
            Self::Bind { key, address, source } => {
                write!(f, "cannot listen on {address} ({key}): {}", bind_advice(source))
            }
        }
    }
}

fn store_advice(error: &StoreError) -> &'static str {
    let StoreError::Unavailable(source) = error else { return "" };
    let source = source.to_string();
    if source.contains("disk is full") || source.contains("No space left") {
        "; the disk is full: free some space and start again"
    } else if source.contains("disk I/O error") {
        // What SQLite says where the index of its log finds no room, and where a disk fails.
        "; see whether the disk is full (free some space and start again) or failing (its messages are in the system's log)"
    } else if source.contains("not a database") || source.contains("malformed") {
        "; it is damaged, or the database of something else: restore it from a backup"
    } else if source.contains("unable to open") {
        "; check that the file is there (`lichtbild-gateway init` makes it) and that this user may write its folder"
    } else {
        "; see the cause, then start again"
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
            Self::KeyFile { .. } | Self::WrongKeyFile { .. } | Self::NoSuchProfile { .. } => None,
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
