//! From a configuration to a running gateway.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::checkpoints::Checkpoints;
use super::issuance::IssuanceFiles;
use super::publish::Publisher;
use super::reload::{Reload, Reloader};
use super::routes::{Line, router};
use super::secret_file::{SecretError, read_secret};
use super::start_error::StartError;
use super::trust_files::TrustFiles;
use super::upkeep::{self, Upkeep};
use super::watermark::{MarkFiles, MarksError, Watermarks};
use crate::api::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::flows::Gateway;
use crate::flows::clock::begin_clock_watch;
use crate::sealing::KeyFile;
use crate::storage::{RowKeys, SqlStore, Store};
use crate::telemetry::Metrics;
use crate::transport::connections::Connections;
use crate::transport::listener::{Listener, Security};
use crate::transport::revocation::RevokedCertificates;
use crate::transport::shutdown::{Shutdown, Stop};
use crate::validation::profile::Profile;

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
    checkpoints: Checkpoints,
    watermarks: Watermarks,
    store: SqlStore,
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
        self.checkpoints.look_for_the_last_time().await;
        self.watermarks.look().await;
        self.store.close().await;
    }
}

/// Starts a gateway: all that can be wrong with its files is found before the first connection is taken. `witness` is the text of a
/// checkpoint that an auditor keeps, which the database must not be behind.
///
/// # Errors
/// [`StartError`], which says what to do.
pub async fn start(
    config: &Config,
    witness: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<RunningGateway, StartError> {
    let keys = KeyFile::parse(&read_secret(&config.key_file)?)
        .map_err(|source| StartError::KeyFile { file: config.key_file.clone(), source })?;
    let profile = load_profile(config)?;
    let unusable = |source| StartError::Store { database: config.database.clone(), source };
    let store = SqlStore::open(&config.database).await.map_err(unusable)?.with_row_keys(RowKeys::new(keys.row_key()));
    if !store.bind_key_file(&keys.fingerprint()).await.map_err(unusable)? {
        return Err(StartError::WrongKeyFile { key_file: config.key_file.clone(), database: config.database.clone() });
    }
    let gateway =
        Arc::new(Gateway::new(Arc::new(store.clone()), keys, Arc::clone(&clock), entropy, profile, config.rules()));
    let revoked = RevokedCertificates::default();
    upkeep::refresh_revoked(gateway.as_ref(), &revoked).await.map_err(unusable)?;
    let connections = Connections::default();
    let reloader = Reloader::start(TrustFiles::new(config, Arc::clone(&clock), revoked.clone()), connections.clone())?;
    let lines = bind(config, &reloader, &connections).await?;
    let addresses = lines.addresses();
    let issuance = IssuanceFiles::new(config, addresses, Arc::clone(&gateway));
    issuance.take_up()?;
    let metrics = Arc::new(Metrics::new(lines.all().map(|(line, listener)| (line.name(), listener.metrics())).into()));
    let trust = reloader.status();
    let marks = MarkFiles::of(config).with_witness(witness);
    marks.check_witness().map_err(|why| StartError::Witness { why })?;
    begin_clock_watch(&gateway).await.map_err(unusable)?;
    // Before anything is signed or served.
    let watermarks = Watermarks::begin(Arc::clone(&gateway), store.clone(), marks, trust.clone()).await.map_err(
        |error| match error {
            MarksError::Files(error) => StartError::Marks(error),
            MarksError::Store(error) => unusable(error),
        },
    )?;
    let publisher = Publisher::resume(Arc::clone(&gateway), config, trust.clone());
    publisher.clone().publish().await;
    let checkpoints = Checkpoints::new(Arc::clone(&gateway), watermarks.clone(), config, trust.clone());
    let status = trust.clone();
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
        checkpoints: checkpoints.clone(),
        watermarks: watermarks.clone(),
        status,
    };
    upkeep.begin(&mut work, &stop);
    let reload = reloader.with_issuance(issuance).begin(&mut work, &stop);
    for (line, listener) in lines.into_all() {
        let shutdown: Shutdown = stop.subscribe();
        work.spawn(listener.serve(router(line, &app, &metrics), shutdown));
    }
    Ok(RunningGateway { addresses, stop, reload, work, checkpoints, watermarks, store })
}

fn load_profile(config: &Config) -> Result<Profile, StartError> {
    match &config.profile_file {
        Some(file) => profile_from_file(file).map(|(profile, _)| profile),
        None => {
            Profile::builtin(&config.profile).ok_or_else(|| StartError::NoSuchProfile { name: config.profile.clone() })
        }
    }
}

/// A profile of one's own and its text.
///
/// # Errors
/// [`StartError`]: the file cannot be read or is no profile.
pub fn profile_from_file(file: &Path) -> Result<(Profile, String), StartError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| StartError::Secret(SecretError::Unreadable { file: file.to_owned(), source }))?;
    let name = file.file_stem().map_or_else(|| "own".into(), |stem| stem.to_string_lossy().into_owned());
    match Profile::parse(&name, &text) {
        Ok(profile) => Ok((profile, text)),
        Err(source) => Err(StartError::Profile { file: file.to_owned(), source }),
    }
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
