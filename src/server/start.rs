//! From a configuration to a running gateway.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::issuance;
use super::routes::{Line, router};
use super::secret_file::{SecretError, read_secret};
use super::upkeep::{self, Upkeep};
use crate::api::App;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::entropy::Entropy;
use crate::flows::Gateway;
use crate::identity::certificate::{certificates_from_pem, read_certificate};
use crate::identity::error::IdentityError;
use crate::sealing::{KeyFile, KeyFileError};
use crate::storage::{SqliteStore, Store, StoreError};
use crate::telemetry::Metrics;
use crate::transport::connections::Connections;
use crate::transport::listener::{Listener, Security};
use crate::transport::revocation::RevokedCertificates;
use crate::transport::shutdown::{Shutdown, Stop};
use crate::transport::tls::{ClientTrust, PemSource, ServerIdentity, ServerTls, TlsConfigError};
use crate::validation::profile::{Profile, ProfileError};

/// Long enough for an administrator's holiday.
const SERVER_CERTIFICATE_NOTICE: Duration = Duration::from_secs(30 * 86_400);

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
    let lines = bind(config, &clock, &revoked, &connections).await?;
    let addresses = lines.addresses();
    if let Some(issuance) = issuance::read(config, &addresses)? {
        gateway.put_issuance(issuance);
    }
    let metrics = Arc::new(Metrics::new(lines.all().map(|(line, listener)| (line.name(), listener.metrics())).into()));
    let app = App {
        gateway: Arc::clone(&gateway),
        server_certificate_expires_at: server_certificate_end(config, clock.now())?,
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
    };
    upkeep.begin(&mut work, &stop);
    for (line, listener) in lines.into_all() {
        let shutdown: Shutdown = stop.subscribe();
        work.spawn(listener.serve(router(line, &app, &metrics), shutdown));
    }
    Ok(RunningGateway { addresses, stop, work, store })
}

/// The end of the certificate that the gateway shows; a log line when it is near.
fn server_certificate_end(config: &Config, now: Timestamp) -> Result<Timestamp, StartError> {
    let file = &config.certificates.server;
    let unreadable = || StartError::ServerCertificate { file: file.clone() };
    let text = std::fs::read_to_string(file).map_err(|_| unreadable())?;
    let chain = certificates_from_pem(&text).map_err(|_| unreadable())?;
    let facts = read_certificate(chain.first().ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    if facts.not_after < now + SERVER_CERTIFICATE_NOTICE {
        tracing::warn!(expires_at = %facts.not_after, "renew the server certificate: `renew-server-certificate`, then restart");
    }
    Ok(facts.not_after)
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

async fn bind(
    config: &Config,
    clock: &Arc<dyn Clock>,
    revoked: &RevokedCertificates,
    connections: &Connections,
) -> Result<Lines, StartError> {
    let certificates = &config.certificates;
    let chain = PemSource::read(&certificates.server)?;
    let key = PemSource::new(
        certificates.server_key.display().to_string(),
        read_secret(&certificates.server_key)?.as_bytes().to_vec(),
    );
    let mutual = |authority: &PathBuf| -> Result<Security, StartError> {
        let trust = ClientTrust::parse(&PemSource::read(authority)?, revoked.clone())?;
        let identity = ServerIdentity::parse(&chain, &key)?;
        Ok(Security::fixed(ServerTls::with_client_certificates(identity, trust, Arc::clone(clock))?))
    };
    let one_sided = ServerTls::without_client_certificates(ServerIdentity::parse(&chain, &key)?, Arc::clone(clock))?;

    let listen = &config.listen;
    let open = async |line: Line, key: &'static str, address: SocketAddr, security: Security| {
        let listener = Listener::bind(line.name(), address, security, config.listener_limits())
            .await
            .map_err(|source| StartError::Bind { key, address, source })?;
        Ok::<_, StartError>(listener.with_connections(connections.clone()))
    };
    Ok(Lines {
        studio: open(Line::Studio, "listen.studio", listen.studio, mutual(&certificates.studio_ca)?).await?,
        office: open(Line::Office, "listen.office", listen.office, mutual(&certificates.office_ca)?).await?,
        enrolment: open(Line::Enrolment, "listen.enrolment", listen.enrolment, Security::fixed(one_sided)).await?,
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
    /// A certificate or key cannot be used.
    Tls(TlsConfigError),
    /// The server certificate cannot be read as one.
    ServerCertificate {
        /// Which.
        file: PathBuf,
    },
    /// The certificate of an authority cannot be read as one.
    AuthorityCertificate {
        /// Which.
        file: PathBuf,
    },
    /// The key of an authority is here and cannot be used.
    Authority {
        /// The key's file.
        file: PathBuf,
        /// Why.
        source: IdentityError,
    },
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
            Self::Tls(error) => error.fmt(f),
            Self::ServerCertificate { file } => {
                write!(f, "{}: not a certificate; `renew-server-certificate` issues a new one", file.display())
            }
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
            Self::KeyFile { .. }
            | Self::WrongKeyFile { .. }
            | Self::NoSuchProfile { .. }
            | Self::ServerCertificate { .. }
            | Self::AuthorityCertificate { .. } => None,
            Self::Authority { source, .. } => source.source(),
            Self::Profile { source, .. } => source.source(),
            Self::Store { source, .. } => source.source(),
            Self::Tls(error) => error.source(),
            Self::Bind { source, .. } => Some(source),
        }
    }
}

impl From<SecretError> for StartError {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<TlsConfigError> for StartError {
    fn from(error: TlsConfigError) -> Self {
        Self::Tls(error)
    }
}
