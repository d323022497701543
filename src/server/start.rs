//! Start of a gateway from its configuration.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::addresses::Addresses;
use super::background;
use super::background::BackgroundTasks;
use super::checkpoint_signer::CheckpointSigner;
use super::faults::FaultInjector;
use super::issuer_files::IssuerFiles;
use super::reload::{ReloadHandle, Reloader};
use super::revocation_list_publisher::RevocationListPublisher;
use super::routes::{ListenerKind, router_with_faults};
use super::secret_file::{SecretError, read_secret};
use super::start_error::StartError;
use super::trust_files::TrustFiles;
use super::watermark::{WatermarkError, WatermarkFiles, WatermarkMonitor};
use crate::api::App;
use crate::api::events::HEARTBEAT_INTERVAL;
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::flows::Gateway;
use crate::flows::maintenance::clock_check::begin_clock_watch;
use crate::sealing::KeyFile;
use crate::storage::{RowKeys, SqlStore};
use crate::telemetry::Metrics;
use crate::transport::accept::connection_registry::ConnectionRegistry;
use crate::transport::accept::listener::{Listener, Security};
use crate::transport::http::shutdown::{ShutdownSignal, ShutdownTrigger};
use crate::transport::tls::revocation::RevokedCertificates;
use crate::validation::profile::Profile;

/// A gateway that serves.
pub struct RunningGateway {
    pub addresses: Addresses,
    /// The first call drains connections, the second one drops them.
    pub stop: ShutdownTrigger,
    /// Reloads certificates, CAs and revocation lists at once.
    pub reload: ReloadHandle,
    tasks: JoinSet<()>,
    checkpoints: CheckpointSigner,
    watermarks: WatermarkMonitor,
    store: SqlStore,
}

impl RunningGateway {
    /// Returns when the gateway has stopped and its database is closed.
    pub async fn stopped(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a task of the gateway panicked, shutting down: please report this defect");
                self.stop.advance();
            }
        }
        self.checkpoints.finish().await;
        self.watermarks.run().await;
        self.store.close().await;
    }
}

/// Starts a gateway. All files are verified before the first connection is accepted. `witness` is the path of an auditor's checkpoint,
/// which the database must not be behind.
pub async fn start(
    config: &Config,
    witness: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<RunningGateway, StartError> {
    start_with_faults(config, witness, clock, entropy, None).await
}

/// Starts a gateway that injects `faults`, for the demo.
pub async fn start_with_faults(
    config: &Config,
    witness: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    faults: Option<&dyn FaultInjector>,
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
        Arc::new(Gateway::new(store.clone(), keys, Arc::clone(&clock), entropy, profile, config.gateway_limits()));
    let revoked = RevokedCertificates::default();
    background::refresh_revocations(gateway.as_ref(), &revoked).await.map_err(unusable)?;
    let connections = ConnectionRegistry::default();
    let reloader = Reloader::start(TrustFiles::new(config, Arc::clone(&clock), revoked.clone()), connections.clone())?;
    let trust = reloader.status();
    let metrics = Arc::new(Metrics::new(&gateway, &trust));
    let listeners = bind(config, &reloader, &connections, &metrics).await?;
    let [studio, office, enrolment, ops] = listeners.each_ref().map(|(_, listener)| listener.local_address());
    let addresses = Addresses { studio, office, enrolment, ops };
    let issuer_files = IssuerFiles::new(config, addresses, Arc::clone(&gateway), trust.clone());
    issuer_files.load()?;
    let watermark_files = WatermarkFiles::from_config(config).with_witness(witness);
    watermark_files.check_witness().map_err(|why| StartError::Witness { why })?;
    begin_clock_watch(&gateway).await.map_err(unusable)?;
    // Before the gateway signs or serves anything.
    let watermarks = WatermarkMonitor::start(Arc::clone(&gateway), store.clone(), watermark_files, trust.clone())
        .await
        .map_err(|error| match error {
            WatermarkError::Io(error) => StartError::WatermarkFiles(error),
            WatermarkError::Store(error) => unusable(error),
        })?;
    let publisher = RevocationListPublisher::resume(Arc::clone(&gateway), config, trust.clone());
    publisher.clone().publish_due().await;
    let checkpoints = CheckpointSigner::new(Arc::clone(&gateway), watermarks.clone(), config, trust.clone());
    let status = trust.clone();
    let app = App {
        gateway: Arc::clone(&gateway),
        trust,
        revocation_lists: publisher.lists.clone(),
        photo_body: config.photo_body_limits(),
        json_body: config.json_body_limits(),
        answers_test_codes: config.office.test_codes,
        operator_contact: config.operator.contact.clone(),
        event_heartbeat: HEARTBEAT_INTERVAL,
    };

    let stop = ShutdownTrigger::new();
    let mut tasks = JoinSet::new();
    let background_tasks = BackgroundTasks {
        gateway,
        revoked,
        connections,
        metrics: Arc::clone(&metrics),
        key_file: config.key_file.clone(),
        sweep_every: config.sweep_interval(),
        publisher,
        checkpoints: checkpoints.clone(),
        watermarks: watermarks.clone(),
        status,
    };
    background_tasks.spawn(&mut tasks, &stop);
    let reload = reloader.with_issuer_files(issuer_files).spawn(&mut tasks, &stop);
    for (kind, listener) in listeners {
        let shutdown: ShutdownSignal = stop.subscribe();
        let faults = faults.filter(|_| kind != ListenerKind::Ops);
        let gate = faults.map(|faults| faults.connection_gate(kind.name()));
        tasks.spawn(listener.with_gate(gate).serve(router_with_faults(kind, &app, &metrics, faults), shutdown));
    }
    Ok(RunningGateway { addresses, stop, reload, tasks, checkpoints, watermarks, store })
}

fn load_profile(config: &Config) -> Result<Profile, StartError> {
    match &config.profile_file {
        Some(file) => profile_from_file(file).map(|(profile, _)| profile),
        None => {
            Profile::builtin(&config.profile).ok_or_else(|| StartError::NoSuchProfile { name: config.profile.clone() })
        }
    }
}

/// Reads a profile file; returns the profile and the text.
pub fn profile_from_file(file: &Path) -> Result<(Profile, String), StartError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| StartError::Secret(SecretError::Unreadable { file: file.to_owned(), source }))?;
    let name = file.file_stem().map_or_else(|| "own".into(), |stem| stem.to_string_lossy().into_owned());
    match Profile::parse(&name, &text) {
        Ok(profile) => Ok((profile, text)),
        Err(source) => Err(StartError::Profile { file: file.to_owned(), source }),
    }
}

async fn bind(
    config: &Config,
    reloader: &Reloader,
    connections: &ConnectionRegistry,
    metrics: &Metrics,
) -> Result<[(ListenerKind, Listener); 4], StartError> {
    let listen = &config.listen;
    let open = async |kind: ListenerKind, key: &'static str, address: SocketAddr, security: Security| {
        let listener = Listener::bind(kind.name(), address, security, config.listener_limits())
            .await
            .map_err(|source| StartError::Bind { key, address, source })?;
        let listener = listener.with_connections(connections.clone()).with_metrics(&metrics.transport);
        let listener = listener.with_logged_addresses(config.log.addresses);
        // Monitoring has no TLS and accepts loopback connections only.
        let listener = match kind {
            ListenerKind::Ops => listener,
            ListenerKind::Studio | ListenerKind::Office | ListenerKind::Enrolment => {
                listener.with_listed_peers(listen.proxy_protocol_from.clone())
            }
        };
        Ok::<_, StartError>((kind, listener))
    };
    let [studio, office, enrolment] = reloader.securities();
    Ok([
        open(ListenerKind::Studio, "listen.studio", listen.studio, studio).await?,
        open(ListenerKind::Office, "listen.office", listen.office, office).await?,
        open(ListenerKind::Enrolment, "listen.enrolment", listen.enrolment, enrolment).await?,
        open(ListenerKind::Ops, "listen.ops", listen.ops, Security::Plain).await?,
    ])
}
