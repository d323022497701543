//! A gateway in this process, without TLS: tests move its clock, and its randomness is seeded.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use lichtbild::api::App;
use lichtbild::api::body::BodyLimits;
use lichtbild::api::events::HEARTBEAT_INTERVAL;
use lichtbild::clock::{Clock, ManualClock, Timestamp};
use lichtbild::config::Config;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::device_kind::DeviceKind;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::domain::party::operator_contact::OperatorContact;
use lichtbild::domain::party::{Device, DeviceScope, Party, Role};
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::admin::administer::Administration;
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::flows::maintenance::revocation_lists::PublishedRevocationLists;
use lichtbild::flows::maintenance::sweep;
use lichtbild::flows::{Gateway, GatewayLimits};
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::revocation::revocation_list::issue_revocation_list;
use lichtbild::sealing::KeyFile;
use lichtbild::server::routes::{ListenerKind, router};
use lichtbild::storage::requests::{Binding, CertificateRecord, SweepReport};
use lichtbild::storage::{RowKeys, SqlStore};
use lichtbild::telemetry::Metrics;
use lichtbild::transport::accept::peer::PeerCertificate;
use lichtbild::transport::tls::trust_status::TrustStatus;
use lichtbild::validation::Profile;
use tempfile::TempDir;

use super::enrolment::{AnonymousClient, issuance};
use super::raw_database::{RawDatabase, TestStoreLocation};
use super::router_client::RouterClient;

/// 2026-11-22T09:30:00Z
pub const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(86_400);

/// Accepts photos of 35 x 45 pixels, which are checked fast.
pub const SMALL_PROFILE_TOML: &str = "title = 'Klein'\n[pixels]\nmin_width = 35\nmin_height = 45\naspect_width = 35\naspect_height = 45\n\
                     aspect_tolerance_percent = 0.5\n[compression]\nadvise_min_quality = 95\nadvise_max_ratio = 1";

/// Settings that a test can change.
pub struct TestGatewaySetup {
    pub limits: GatewayLimits,
    pub profile: Profile,
    pub max_photo_bytes: u64,
    pub policy: EnrolmentPolicy,
    /// True if rows of the audit log carry digests.
    pub digests: bool,
    pub answers_test_codes: bool,
    pub operator_contact: OperatorContact,
    pub event_heartbeat: Duration,
}

impl Default for TestGatewaySetup {
    fn default() -> Self {
        Self {
            limits: Config::default().gateway_limits(),
            profile: Profile::parse("small", SMALL_PROFILE_TOML).unwrap(),
            max_photo_bytes: 256 * 1024,
            policy: EnrolmentPolicy::Auto,
            digests: true,
            answers_test_codes: true,
            operator_contact: OperatorContact::default(),
            event_heartbeat: HEARTBEAT_INTERVAL,
        }
    }
}

pub struct TestGateway {
    pub gateway: Arc<Gateway>,
    pub store: SqlStore,
    pub clock: Arc<ManualClock>,
    /// Direct access, without the gateway.
    pub database: RawDatabase,
    app: App,
    entropy: Arc<SeededEntropy>,
    devices: AtomicU32,
    directory: TempDir,
    place: TestStoreLocation,
    setup: TestGatewaySetup,
}

/// Everything of a gateway but its database connections, from which another gateway over the same database starts.
pub struct ClosedTestGateway {
    pub place: TestStoreLocation,
    pub directory: TempDir,
    pub keys: KeyFile,
    pub clock: Arc<ManualClock>,
    entropy: Arc<SeededEntropy>,
    devices: AtomicU32,
    setup: TestGatewaySetup,
}

impl ClosedTestGateway {
    /// A gateway whose database is at the place that `choose` makes of the path of a file.
    pub async fn new(choose: impl AsyncFnOnce(PathBuf) -> TestStoreLocation, setup: TestGatewaySetup) -> Self {
        // In memory where there is such a place: what matters here is not whether a disk keeps what it was given.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let place = choose(directory.path().join("lichtbild.db")).await;
        let clock = Arc::new(ManualClock::starting_at(START));
        let entropy = Arc::new(SeededEntropy::new(2026));
        let keys = KeyFile::generate(START, entropy.as_ref()).unwrap();
        Self { place, directory, keys, clock, entropy, devices: AtomicU32::new(0), setup }
    }

    pub async fn open(self) -> TestGateway {
        let Self { place, directory, keys, clock, entropy, devices, setup } = self;
        let row_keys = if setup.digests { RowKeys::new(keys.row_key()) } else { RowKeys::None };
        let store = place.store().await.with_row_keys(row_keys);
        let profile = setup.profile.clone();
        let gateway =
            Arc::new(Gateway::new(store.clone(), keys, clock.clone(), entropy.clone(), profile, setup.limits));
        gateway.set_certificate_issuer(issuance(setup.policy));
        let photo_body = BodyLimits { max_bytes: setup.max_photo_bytes, ..Config::default().photo_body_limits() };
        let json_body = Config::default().json_body_limits();
        let trust = TrustStatus::new(START + 40 * 365 * DAY);
        let app = App {
            gateway: Arc::clone(&gateway),
            trust,
            revocation_lists: lists(),
            photo_body,
            json_body,
            answers_test_codes: setup.answers_test_codes,
            operator_contact: setup.operator_contact.clone(),
            event_heartbeat: setup.event_heartbeat,
        };
        let database = place.database().await;
        TestGateway { gateway, store, clock, database, app, entropy, devices, directory, place, setup }
    }
}

impl TestGateway {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut TestGatewaySetup)) -> Self {
        let mut setup = TestGatewaySetup::default();
        change(&mut setup);
        ClosedTestGateway::new(TestStoreLocation::from_environment, setup).await.open().await
    }

    /// Closes the database.
    pub async fn close(self) -> ClosedTestGateway {
        let Self { gateway, store, clock, database, entropy, devices, directory, place, setup, .. } = self;
        database.close().await;
        store.close().await;
        let keys = gateway.keys().as_ref().clone();
        ClosedTestGateway { place, directory, keys, clock, entropy, devices, setup }
    }

    pub fn place(&self) -> &TestStoreLocation {
        &self.place
    }

    /// The folder of the gateway's files.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    pub fn router(&self, listener: ListenerKind) -> Router {
        router(listener, &self.app, &Arc::new(Metrics::new(&self.app.gateway, &self.app.trust)))
    }

    pub fn administration(&self) -> Administration<'_> {
        Administration { store: &self.store, clock: self.clock.as_ref(), entropy: self.entropy.as_ref() }
    }

    /// A studio with one device.
    pub async fn studio(&self, name: &str) -> RouterClient {
        self.caller(Role::Studio, name).await
    }

    /// An office with one device.
    pub async fn office(&self, name: &str) -> RouterClient {
        self.caller(Role::Office, name).await
    }

    async fn caller(&self, role: Role, name: &str) -> RouterClient {
        let party = self.administration().add_party(role, name, "Düsseldorf").await.unwrap();
        self.device_of(&party).await
    }

    /// One more device of a party, with a certificate for a year.
    pub async fn device_of(&self, party: &Party) -> RouterClient {
        self.device_until(party, self.clock.now() + 365 * DAY).await
    }

    pub async fn device_until(&self, party: &Party, not_after: Timestamp) -> RouterClient {
        self.device_with_certificate(party, self.new_certificate(), not_after).await
    }

    fn new_certificate(&self) -> PeerCertificate {
        let number = self.devices.fetch_add(1, Ordering::Relaxed);
        PeerCertificate::new(format!("certificate {number}").into_bytes().into())
    }

    /// One more device of a party, with a certificate that was made elsewhere.
    pub async fn device_with_certificate(
        &self,
        party: &Party,
        certificate: PeerCertificate,
        not_after: Timestamp,
    ) -> RouterClient {
        self.device_with_scope(party, DeviceScope::Photos, certificate, not_after).await
    }

    /// An auditor's device at an office.
    pub async fn auditor(&self, office: &Party) -> RouterClient {
        self.device_with_scope(office, DeviceScope::Audit, self.new_certificate(), self.now() + 365 * DAY).await
    }

    async fn device_with_scope(
        &self,
        party: &Party,
        scope: DeviceScope,
        certificate: PeerCertificate,
        not_after: Timestamp,
    ) -> RouterClient {
        let number = self.devices.fetch_add(1, Ordering::Relaxed);
        let device = self.new_device(party, format!("Kasse {number}"), scope);
        let record = CertificateRecord {
            sha256: certificate.sha256(),
            serial: number.to_be_bytes().to_vec(),
            not_before: self.now(),
            not_after,
            key: None,
        };
        self.administration().add_device(&device, &record).await.unwrap();
        self.caller_of(party, device.device_id, certificate)
    }

    fn new_device(&self, party: &Party, label: String, scope: DeviceScope) -> Device {
        let now = self.now();
        Device {
            device_id: DeviceId::generate(now, self.entropy.as_ref()).unwrap(),
            party_id: party.party_id,
            label,
            scope,
            kind: None,
            created_at: now,
            revoked_at: None,
            certificate_expires_at: None,
        }
    }

    /// A device of an office with a certificate of an external CA.
    pub async fn bound_device(&self, office: &Party, binding: &Binding, certificate: PeerCertificate) -> RouterClient {
        let device = self.new_device(office, String::new(), DeviceScope::Photos);
        self.administration().bind_device(&device, binding).await.unwrap();
        self.caller_of(office, device.device_id, certificate)
    }

    /// A client for a device that exists already.
    pub fn caller_of(&self, party: &Party, device_id: DeviceId, certificate: PeerCertificate) -> RouterClient {
        let listener = match party.role {
            Role::Studio => ListenerKind::Studio,
            Role::Office => ListenerKind::Office,
        };
        RouterClient::new(self.router(listener), party.clone(), device_id, certificate)
    }

    /// Returns the trust status that monitoring reports.
    pub fn trust(&self) -> &TrustStatus {
        &self.app.trust
    }

    /// Invites a new device of a studio or office for a day; adds the studio or office if it is missing.
    pub async fn invite(&self, role: Role, name: &str) -> IssuedInvitation {
        self.invite_device(role, name, "Kasse", DeviceKind::Program).await
    }

    /// Invites a counter for a day; its browser cannot renew certificates.
    pub async fn invite_browser(&self, name: &str, label: &str) -> IssuedInvitation {
        self.invite_device(Role::Office, name, label, DeviceKind::Browser).await
    }

    async fn invite_device(&self, role: Role, name: &str, label: &str, kind: DeviceKind) -> IssuedInvitation {
        let administration = self.administration();
        let party = administration.find_or_add_party(role, name, "Düsseldorf").await.unwrap();
        let (scope, keys) = (DeviceScope::Photos, self.gateway.keys());
        administration.invite_new(&party, label, scope, kind, DAY, &keys).await.unwrap()
    }

    /// Invites an existing device.
    pub async fn invite_again(&self, device_id: DeviceId) -> IssuedInvitation {
        self.administration().invite_again(device_id, DAY, &self.gateway.keys()).await.unwrap()
    }

    /// A client without a certificate, with its own address.
    pub fn anonymous_client(&self) -> AnonymousClient {
        let number = self.devices.fetch_add(1, Ordering::Relaxed);
        AnonymousClient::new(self.router(ListenerKind::Enrolment), &format!("192.0.2.{}", number % 250 + 1))
    }

    /// The device of an invitation, with the certificate that it received.
    pub fn with_certificate(&self, invite: &IssuedInvitation, certificate: Vec<u8>) -> RouterClient {
        self.caller_of(&invite.party, invite.device.device_id, PeerCertificate::new(certificate.into()))
    }

    pub async fn revoke(&self, caller: &RouterClient) {
        assert!(self.administration().revoke_device(caller.device_id).await.unwrap());
    }

    pub async fn set_suspended(&self, party: &Party, suspended: bool) {
        assert!(self.administration().set_suspended(party, suspended).await.unwrap());
    }

    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn sweep(&self) -> SweepReport {
        sweep::sweep(&self.gateway, self.now()).await.unwrap()
    }

    /// Every file of the database, with its content.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// The store that the gateway sees.
    pub fn store(&self) -> &SqlStore {
        &self.gateway.store
    }
}

/// Lists without entries; the same in all tests, since making authorities takes a moment.
fn lists() -> PublishedRevocationLists {
    static LISTS: OnceLock<PublishedRevocationLists> = OnceLock::new();
    let make = || {
        let lists = PublishedRevocationLists::default();
        for (role, kind) in [(Role::Studio, AuthorityKind::Studio), (Role::Office, AuthorityKind::Office)] {
            let authority = Authority::create(kind, "Test", START, &SeededEntropy::new(5)).unwrap();
            let list = issue_revocation_list(&authority, &[], None, START).unwrap();
            lists.load(role, &list.der).unwrap();
        }
        lists
    };
    LISTS.get_or_init(make).clone()
}
