//! A gateway in this process behind real listeners, with studios, offices and a record of their requests.

mod authorities;
pub mod control_server;
mod listeners;
mod request_log;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use lichtbild::clock::Timestamp;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::device_kind::DeviceKind;
use lichtbild::domain::party::{Device, DeviceScope, Party, Role};
use lichtbild::entropy::SeededEntropy;
use lichtbild::storage::requests::CertificateRecord;
use lichtbild::transport::accept::peer::PeerCertificate;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use serde_json::{Value, json};

pub use authorities::server_ca;
use authorities::{IssuerFacts, office_ca, studio_ca};
use request_log::RequestLog;

use crate::support::pki::{Leaf, LeafOptions, TestCa, new_year};
use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{DAY, TestGateway, TestGatewaySetup};

/// A name that the pages must show as text.
const HOSTILE_NAME: &str = "<img src=x onerror=\"document.title='x'\"> & \"'";

/// Devices of offices and studios, under the names that stories use. Stories also get a `stranger` for each role, whose certificate the
/// gateway's CA issued for a device that the gateway does not know. The certificates of `ending` and `koch_ending` expire in twenty days.
const DEVICES: [(&str, Role, &str); 10] = [
    ("mitte", Role::Office, "Bürgeramt Mitte"),
    ("mitte_2", Role::Office, "Bürgeramt Mitte"),
    ("ending", Role::Office, "Bürgeramt Mitte"),
    ("nord", Role::Office, "Bürgeramt Nord"),
    ("hostile_office", Role::Office, HOSTILE_NAME),
    ("koch", Role::Studio, "Foto Koch"),
    ("koch_2", Role::Studio, "Foto Koch"),
    ("koch_ending", Role::Studio, "Foto Koch"),
    ("stein", Role::Studio, "Foto Stein"),
    ("hostile_studio", Role::Studio, HOSTILE_NAME),
];

/// Gateway, devices and records of one story.
pub struct StoryGateway {
    pub gateway: TestGateway,
    /// Keys are the names in [`DEVICES`].
    devices: BTreeMap<&'static str, RouterClient>,
    pub requests: RequestLog,
    codes: Mutex<Vec<String>>,
    numbers: AtomicU32,
    issuer: OnceLock<IssuerFacts>,
    stop: ShutdownTrigger,
}

impl StoryGateway {
    /// Starts the gateway; the second value contains its addresses and its devices for a story.
    pub async fn open(change: impl FnOnce(&mut TestGatewaySetup)) -> (Arc<Self>, Value) {
        let mut policy = None;
        let gateway = TestGateway::with(|setup| {
            change(setup);
            policy = Some(setup.policy);
        })
        .await;
        let mut devices = BTreeMap::new();
        let mut keys = BTreeMap::from([
            ("stranger", shown(&office_ca().device())),
            ("studio_stranger", shown(&studio_ca().device())),
        ]);
        let entropy = SeededEntropy::new(7);
        for (name, role, party) in DEVICES {
            let party = gateway.administration().find_or_add_party(role, party, "Düsseldorf").await.unwrap();
            let until = if name.ends_with("ending") { gateway.now() + 20 * DAY } else { new_year(2119) };
            let leaf = issuer(role).issue(LeafOptions { validity: [new_year(2020), until], ..LeafOptions::default() });
            let certificate = PeerCertificate::new(leaf.der.clone().into());
            let label = if party.name == HOSTILE_NAME { HOSTILE_NAME.to_owned() } else { format!("Kasse {name}") };
            let device_id = DeviceId::generate(gateway.now(), &entropy).unwrap();
            add_browser(&gateway, &party, device_id, label, &certificate, until).await;
            devices.insert(name, gateway.caller_of(&party, device_id, certificate));
            keys.insert(name, shown(&leaf));
        }
        let opened = Arc::new(Self {
            gateway,
            devices,
            requests: RequestLog::default(),
            codes: Mutex::default(),
            numbers: AtomicU32::new(0),
            issuer: OnceLock::new(),
            stop: ShutdownTrigger::new(),
        });
        let addresses = opened.listen().await;
        opened.issuer.set(IssuerFacts { policy: policy.unwrap(), addresses: addresses.clone() }).unwrap();
        opened.let_certificates_last(365 * DAY);
        let [studio, office, enrolment] = addresses;
        let control = control_server::serve(&opened).await;
        let scene = json!({
            "studio": studio,
            "office": office,
            "enrolment": enrolment,
            "control": format!("http://{control}"),
            "devices": keys,
            "now": opened.gateway.now().to_string(),
        });
        (opened, scene)
    }

    /// Sets the validity of later certificates of browsers.
    pub fn let_certificates_last(&self, validity: Duration) {
        self.gateway.gateway.set_certificate_issuer(self.issuer.get().unwrap().issuer(validity));
    }

    /// Records a code that must not appear anywhere.
    pub fn remember_code(&self, code: &str) {
        self.codes.lock().unwrap().push(code.to_owned());
    }

    /// All recorded codes.
    pub fn codes(&self) -> Vec<String> {
        self.codes.lock().unwrap().clone()
    }

    /// A new number for each call.
    pub fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub fn device(&self, name: &str) -> &RouterClient {
        self.devices.get(name).unwrap_or_else(|| panic!("no device {name}"))
    }
}

/// Adds a device with a browser that has this certificate.
async fn add_browser(
    gateway: &TestGateway,
    party: &Party,
    device_id: DeviceId,
    label: String,
    certificate: &PeerCertificate,
    not_after: Timestamp,
) {
    let device = Device {
        device_id,
        party_id: party.party_id,
        label,
        scope: DeviceScope::Photos,
        kind: Some(DeviceKind::Browser),
        created_at: gateway.now(),
        revoked_at: None,
        certificate_expires_at: None,
    };
    let sha256 = certificate.sha256();
    let serial = sha256.as_bytes()[..16].to_vec();
    let record = CertificateRecord { sha256, serial, not_before: gateway.now(), not_after, key: None };
    gateway.administration().add_device(&device, &record).await.unwrap();
}

fn issuer(role: Role) -> &'static TestCa {
    match role {
        Role::Studio => studio_ca(),
        Role::Office => office_ca(),
    }
}

fn shown(leaf: &Leaf) -> Value {
    json!({ "certificate": leaf.certificate_pem, "key": leaf.key_pem })
}
