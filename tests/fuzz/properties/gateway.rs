//! The gateway that the targets of the network send their inputs to: in this process, over a database in memory, with one studio, one
//! office, one auditor and an invitation.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use lichtbild::api::App;
use lichtbild::api::body::BodyLimits;
use lichtbild::api::events::HEARTBEAT_INTERVAL;
use lichtbild::clock::{Clock, ManualClock, Timestamp};
use lichtbild::config::Config;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::device_kind::DeviceKind;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::domain::party::{Device, DeviceScope, Party, Role};
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::Gateway;
use lichtbild::flows::admin::administer::Administration;
use lichtbild::flows::certificate_issuer::{CertificateIssuer, CertificateValidity, RoleIssuer};
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::flows::maintenance::revocation_lists::PublishedRevocationLists;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::certs_only::certificates_only;
use lichtbild::identity::issue::CLIENT_VALIDITY;
use lichtbild::identity::revocation::revocation_list::issue_revocation_list;
use lichtbild::sealing::KeyFile;
use lichtbild::server::routes::{ListenerKind, router};
use lichtbild::storage::requests::CertificateRecord;
use lichtbild::storage::{DatabaseLocation, RowKeys, SqlStore};
use lichtbild::telemetry::Metrics;
use lichtbild::transport::accept::connection_handle::ConnectionHandle;
use lichtbild::transport::accept::peer::{Admission, Peer, PeerCertificate};
use lichtbild::transport::tls::trust_status::TrustStatus;
use lichtbild::validation::Profile;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::answer::FuzzAnswer;
use super::photo::ONE_PIXEL;

/// 22 November 2026, 09:30 UTC.
const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
const DAY: Duration = Duration::from_secs(86_400);
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
/// Inputs that one gateway gets, so that its database stays small.
const MAX_INPUTS: u32 = 2_000;
/// More than any test sends within a minute: the rate limits have tests of their own, and would hide the code behind them here.
const UNLIMITED: u32 = 1_000_000;
/// Small, so that inputs reach it.
pub(super) const MAX_PHOTO_BYTES: u64 = 16 * 1024;
/// Accepts every size, so that a photo of one pixel is a photo.
const PROFILE: &str = "title = 'Any'\n[pixels]\nmin_width = 1\nmin_height = 1\n";

/// Sender of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FuzzCaller {
    Studio,
    Office,
    Auditor,
    /// An anonymous caller of an office's listener.
    OfficeAnonymous,
    /// An anonymous caller of the enrolment listener.
    EnrolmentAnonymous,
    Monitoring,
}

impl FuzzCaller {
    /// The caller of a letter; any other byte stands for a studio.
    pub(super) fn of(letter: u8) -> Self {
        match letter.to_ascii_lowercase() {
            b'o' => Self::Office,
            b'a' => Self::Auditor,
            b'x' => Self::OfficeAnonymous,
            b'e' => Self::EnrolmentAnonymous,
            b'm' => Self::Monitoring,
            _ => Self::Studio,
        }
    }
}

/// A device with the certificate that it presents.
pub(super) struct FuzzDevice {
    pub(super) party: Party,
    pub(super) device_id: DeviceId,
    certificate: PeerCertificate,
}

/// Two photos of the studio: one waits for its office, the other is leased to it.
#[derive(Default)]
struct DepositedPair {
    waiting_code: String,
    waiting_id: String,
    leased_code: String,
    leased_id: String,
    collection_id: String,
}

pub(super) struct FuzzGateway {
    pub(super) runtime: Runtime,
    pub(super) gateway: Arc<Gateway>,
    pub(super) studio: FuzzDevice,
    pub(super) office: FuzzDevice,
    pub(super) invitation: IssuedInvitation,
    auditor: FuzzDevice,
    routers: [Router; 4],
    clock: Arc<ManualClock>,
    entropy: Arc<SeededEntropy>,
    pair: DepositedPair,
    /// Makes certificates and idempotency keys different.
    next_number: u32,
    inputs: u32,
    _folder: TempDir,
}

thread_local! {
    static GATEWAY: RefCell<Option<FuzzGateway>> = const { RefCell::new(None) };
    static AUTHORITIES: [(String, String); 3] =
        [AuthorityKind::Server, AuthorityKind::Studio, AuthorityKind::Office].map(|kind| {
            let authority = Authority::create(kind, "Fuzz", START, &SeededEntropy::new(1)).expect("a CA");
            (authority.certificate_pem(), authority.key_pem().to_string())
        });
}

/// Runs a property with the gateway of this thread. A panic drops the gateway.
pub(super) fn with_gateway<T>(property: impl FnOnce(&mut FuzzGateway) -> T) -> T {
    GATEWAY.with(|place| {
        let kept = place.borrow_mut().take().filter(|gateway| gateway.inputs < MAX_INPUTS);
        let mut gateway = kept.unwrap_or_else(FuzzGateway::new);
        gateway.inputs += 1;
        // Refills the buckets of the limits that are no setting.
        gateway.clock.advance(Duration::from_secs(2));
        let result = property(&mut gateway);
        *place.borrow_mut() = Some(gateway);
        result
    })
}

impl FuzzGateway {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let (clock, entropy) = (Arc::new(ManualClock::starting_at(START)), Arc::new(SeededEntropy::new(2026)));
        let keys = KeyFile::generate(START, entropy.as_ref()).expect("keys");
        let location = DatabaseLocation::File(folder.path().join("lichtbild.db"));
        let store = runtime.block_on(SqlStore::create(&location)).expect("a database");
        let store = store.with_row_keys(RowKeys::new(keys.row_key()));
        let config = Config::default();
        let mut limits = config.gateway_limits();
        limits.requests_per_minute = UNLIMITED;
        limits.enrolments_per_minute = UNLIMITED;
        limits.uploads_per_minute = UNLIMITED;
        limits.wrong_codes.per_device = UNLIMITED;
        limits.wrong_codes.alarm_in_total = UNLIMITED;
        limits.workers = 1;
        // The clock goes on by two seconds for each input.
        limits.lease = DAY;
        let profile = Profile::parse("any", PROFILE).expect("a profile");
        let gateway = Gateway::new(store, keys, clock.clone(), entropy.clone(), profile, limits);
        let gateway = Arc::new(gateway);
        gateway.set_certificate_issuer(certificate_issuer());
        let app = App {
            gateway: Arc::clone(&gateway),
            trust: TrustStatus::new(START + CENTURY),
            revocation_lists: revocation_lists(),
            photo_body: BodyLimits { max_bytes: MAX_PHOTO_BYTES, ..config.photo_body_limits() },
            json_body: config.json_body_limits(),
            answers_test_codes: true,
            operator_contact: config.operator.contact.clone(),
            event_heartbeat: HEARTBEAT_INTERVAL,
        };
        // Otherwise an answer could wait for events.
        gateway.event_subscribers.close();
        let metrics = Arc::new(Metrics::new(&gateway, &app.trust));
        let listeners = [ListenerKind::Studio, ListenerKind::Office, ListenerKind::Enrolment, ListenerKind::Ops];
        let routers = listeners.map(|listener| router(listener, &app, &metrics));
        let administration = Administration { store: &gateway.store, clock: clock.as_ref(), entropy: entropy.as_ref() };
        let (studio, office, auditor, invitation) = runtime.block_on(async {
            let studio = administration.add_party(Role::Studio, "Foto Licht", "Ulm").await.expect("a studio");
            let office = administration.add_party(Role::Office, "Stadt Ulm", "Ulm").await.expect("an office");
            let (scope, kind, keys) = (DeviceScope::Photos, DeviceKind::Program, gateway.keys());
            let invited = administration.invite_new(&studio, "Kasse", scope, kind, CENTURY, &keys);
            let invited = invited.await.expect("an invitation");
            (
                add_device(&administration, &studio, DeviceScope::Photos, 0).await,
                add_device(&administration, &office, DeviceScope::Photos, 1).await,
                add_device(&administration, &office, DeviceScope::Audit, 2).await,
                invited,
            )
        });
        let mut made = Self {
            runtime,
            gateway,
            studio,
            office,
            invitation,
            auditor,
            routers,
            clock,
            entropy,
            pair: DepositedPair::default(),
            next_number: 3,
            inputs: 0,
            _folder: folder,
        };
        made.renew_photos();
        made
    }

    pub(super) fn router(&self, caller: FuzzCaller) -> &Router {
        let [studio, office, enrolment, ops] = &self.routers;
        match caller {
            FuzzCaller::Studio => studio,
            FuzzCaller::Office | FuzzCaller::Auditor | FuzzCaller::OfficeAnonymous => office,
            FuzzCaller::EnrolmentAnonymous => enrolment,
            FuzzCaller::Monitoring => ops,
        }
    }

    pub(super) fn peer(&self, caller: FuzzCaller) -> Peer {
        let (certificate, admission) = match caller {
            FuzzCaller::Studio => (Some(&self.studio.certificate), Admission::WithinLimit),
            FuzzCaller::Office => (Some(&self.office.certificate), Admission::WithinLimit),
            FuzzCaller::Auditor => (Some(&self.auditor.certificate), Admission::WithinLimit),
            FuzzCaller::OfficeAnonymous => (None, Admission::NoCertificate),
            FuzzCaller::EnrolmentAnonymous | FuzzCaller::Monitoring => (None, Admission::WithinLimit),
        };
        Peer::new(([127, 0, 0, 1], 40_000).into(), certificate.cloned(), ConnectionHandle::default(), admission)
    }

    /// Puts what a caller of this gateway knows into an input: `$C` a retrieval code, `$P` its photo, `$L` the collection that leases it,
    /// `$D` and `$W` code and photo without a lease, `$T` the token of a form, `$I` the credentials of an invitation.
    pub(super) fn fill_in(&self, input: &[u8]) -> Vec<u8> {
        let mut filled = Vec::with_capacity(input.len() + 64);
        let mut rest = input;
        while let Some((first, after)) = rest.split_first() {
            let known = match (first, after.first()) {
                (b'$', Some(b'C')) => Some(self.pair.leased_code.clone()),
                (b'$', Some(b'P')) => Some(self.pair.leased_id.clone()),
                (b'$', Some(b'L')) => Some(self.pair.collection_id.clone()),
                (b'$', Some(b'D')) => Some(self.pair.waiting_code.clone()),
                (b'$', Some(b'W')) => Some(self.pair.waiting_id.clone()),
                (b'$', Some(b'T')) => Some(self.gateway.keys().csrf_token(self.office.device_id, self.clock.now())),
                (b'$', Some(b'I')) => Some(super::est::credentials(&self.invitation)),
                _ => None,
            };
            match known {
                Some(text) => {
                    filled.extend_from_slice(text.as_bytes());
                    rest = &after[1..];
                }
                None => {
                    filled.push(*first);
                    rest = after;
                }
            }
        }
        filled
    }

    /// The codes in `$C` and `$D`, which hardly any answer may repeat.
    pub(super) fn codes(&self) -> [&str; 2] {
        [&self.pair.leased_code, &self.pair.waiting_code]
    }

    /// Photos in the database, in any state.
    pub(super) fn photos(&self) -> u64 {
        let counts = self.runtime.block_on(self.gateway.store.photo_counts()).expect("photos are counted");
        counts.into_iter().map(|(_, photos)| photos).sum()
    }

    /// Deposits other photos and collects one, after an input may have used the last ones.
    pub(super) fn renew_photos(&mut self) {
        let [(waiting_code, waiting_id), (leased_code, leased_id)] = [self.deposit(), self.deposit()];
        let collect = Request::post("/v1/collections")
            .header("content-type", "application/json")
            .body(json!({ "code": leased_code }).to_string().into());
        let lease = self.expect_created(FuzzCaller::Office, collect.expect("a request"));
        let collection_id = text(&lease["collection_id"]);
        self.pair = DepositedPair { waiting_code, waiting_id, leased_code, leased_id, collection_id };
    }

    /// Code and photo of a new deposit.
    fn deposit(&mut self) -> (String, String) {
        let key = format!("key-of-the-deposit-{:06}", self.number());
        let deposit = Request::post("/v1/photos")
            .header("content-type", "image/jpeg")
            .header("idempotency-key", key)
            .body(ONE_PIXEL.into());
        let receipt = self.expect_created(FuzzCaller::Studio, deposit.expect("a request"));
        (text(&receipt["code"]), text(&receipt["photo_id"]))
    }

    fn expect_created(&self, caller: FuzzCaller, mut request: Request<Body>) -> Value {
        request.headers_mut().insert("host", HeaderValue::from_static("localhost"));
        let answer = FuzzAnswer::of(self, caller, request);
        assert_eq!(answer.status, 201, "{answer:?}");
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// Invites the invited device again, after an input has used its invitation.
    pub(super) fn renew_invitation(&mut self) {
        let device = self.invitation.device.device_id;
        let keys = self.gateway.keys();
        let administration = self.administration();
        let invited = self.runtime.block_on(administration.invite_again(device, CENTURY, &keys));
        self.invitation = invited.expect("an invitation");
    }

    /// Replaces the devices that renew certificates, since an old certificate ends soon after a renewal.
    pub(super) fn renew_devices(&mut self) {
        let numbers = [self.number(), self.number()];
        let administration = self.administration();
        let (studio, office) = self.runtime.block_on(async {
            (
                add_device(&administration, &self.studio.party, DeviceScope::Photos, numbers[0]).await,
                add_device(&administration, &self.office.party, DeviceScope::Photos, numbers[1]).await,
            )
        });
        (self.studio, self.office) = (studio, office);
    }

    fn administration(&self) -> Administration<'_> {
        Administration { store: &self.gateway.store, clock: self.clock.as_ref(), entropy: self.entropy.as_ref() }
    }

    fn number(&mut self) -> u32 {
        self.next_number += 1;
        self.next_number
    }
}

async fn add_device(administration: &Administration<'_>, party: &Party, scope: DeviceScope, number: u32) -> FuzzDevice {
    let now = administration.clock.now();
    let certificate = PeerCertificate::new(format!("certificate {number}").into_bytes().into());
    let device = Device {
        device_id: DeviceId::generate(now, administration.entropy).expect("an identifier"),
        party_id: party.party_id,
        label: format!("Kasse {number}"),
        scope,
        kind: None,
        created_at: now,
        revoked_at: None,
        certificate_expires_at: None,
    };
    let record = CertificateRecord {
        sha256: certificate.sha256(),
        serial: number.to_be_bytes().to_vec(),
        not_before: now,
        not_after: now + CENTURY,
        key: None,
    };
    administration.add_device(&device, &record).await.expect("a device");
    FuzzDevice { party: party.clone(), device_id: device.device_id, certificate }
}

/// CAs of server, studio and office.
pub(super) fn authorities() -> [Authority; 3] {
    AUTHORITIES.with(|made| {
        made.each_ref().map(|(certificate, key)| Authority::from_pem(certificate, key).expect("a CA in PEM"))
    })
}

fn certificate_issuer() -> CertificateIssuer {
    let [server, studio, office] = authorities();
    let certificates = [server.certificate_der(), studio.certificate_der(), office.certificate_der()];
    let of_role = |authority: Authority, name: &str| RoleIssuer {
        authority: Some(authority),
        url: format!("https://{name}.example"),
        crl_url: format!("https://gateway.example/crl/{name}.crl"),
    };
    CertificateIssuer {
        policy: EnrolmentPolicy::Auto,
        validity: CertificateValidity { program: CLIENT_VALIDITY, browser: 365 * DAY },
        server_ca_pem: server.certificate_pem(),
        server_ca_sha256: server.fingerprint(),
        ca_certificates_pkcs7: certificates_only(&certificates).expect("certificates"),
        enrolment_url: "https://gateway.example:7443".to_owned(),
        studio: of_role(studio, "studio"),
        office: of_role(office, "office"),
    }
}

fn revocation_lists() -> PublishedRevocationLists {
    let lists = PublishedRevocationLists::default();
    let [_, studio, office] = authorities();
    for (role, authority) in [(Role::Studio, studio), (Role::Office, office)] {
        let list = issue_revocation_list(&authority, &[], None, START).expect("a list");
        lists.load(role, &list.der).expect("a list that can be read");
    }
    lists
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
