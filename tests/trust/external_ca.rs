//! Offices with certificates of an external CA, over real connections.

skip_in!(quick, postgres: "starts the program and openssl, with a database of its own");

use std::fs;
use std::time::Duration;

use lichtbild::clock::{Clock, SystemClock, Timestamp};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::in_process_gateway::{COLLECTIONS, InProcessGateway, external_device, replace};
use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::{DeviceFiles, send_raw_request, wait_until_closed};
use crate::support::pki::{Leaf, TestCa};

const DAY: Duration = Duration::from_secs(86_400);

/// An external public key infrastructure: a root, an intermediate CA, and a device.
struct ExternalPki {
    root: TestCa,
    authority: TestCa,
    leaf: Leaf,
}

impl ExternalPki {
    /// Its revocation lists are valid for a month.
    fn beside(home: &GatewayFolder, settings: &str) -> Self {
        let root = TestCa::new("PCA-1 Verwaltung");
        let authority = root.intermediate("Landes-CA");
        let external = Self { leaf: authority.device(), root, authority };
        replace(&home.file("certs/vpki.pem"), &external.root.certificate_pem);
        external.publish(home, &[], &[], 30);
        let text = fs::read_to_string(home.config()).unwrap();
        let table = format!("\n[[office_authorities]]\nroots = \"certs/vpki.pem\"\n{settings}\n");
        fs::write(home.config(), text + &table).unwrap();
        external
    }

    /// Writes the lists of root and intermediate CA with these revoked certificates.
    fn publish(&self, home: &GatewayFolder, by_root: &[&str], by_authority: &[&str], days: i64) {
        let end = midnight(today() + days);
        replace(&home.file("certs/root.crl"), &self.root.revocation_list(by_root, end));
        replace(&home.file("certs/authority.crl"), &self.authority.revocation_list(by_authority, end));
    }

    fn device(&self, home: &GatewayFolder) -> DeviceFiles {
        external_device(home, "foreign", &self.leaf, Some(&self.authority))
    }
}

/// A gateway's folder with an office, whose device has a certificate of an external CA.
struct ExternalOffice {
    home: GatewayFolder,
    /// A device of the office with a certificate of the gateway's own CA.
    own: DeviceFiles,
    external: ExternalPki,
    device: DeviceFiles,
}

impl ExternalOffice {
    fn with(settings: &str) -> Self {
        let home = GatewayFolder::new();
        let own = home.office("Amt Nord");
        let external = ExternalPki::beside(&home, settings);
        let device = external.device(&home);
        Self { home, own, external, device }
    }

    /// The device is bound by its certificate.
    fn bound(settings: &str) -> Self {
        let office = Self::with(settings);
        bind(&office.home, &["--certificate", office.device.file("certificate.pem").to_str().unwrap()]);
        office
    }
}

fn today() -> i64 {
    SystemClock.now().unix_milliseconds() / 86_400_000
}

fn midnight(day: i64) -> Timestamp {
    Timestamp::from_unix_milliseconds(day * 86_400_000)
}

const BOTH_LISTS: &str = "revocation_lists = [\"certs/root.crl\", \"certs/authority.crl\"]";

fn bind(home: &GatewayFolder, how: &[&str]) -> String {
    let bound = home.json(&[&["device", "add", "--office", "Amt Nord"], how].concat());
    bound["device_id"].as_str().unwrap().to_owned()
}

/// Outcome of a first request: `handshake` when that was refused, else the status, and of a refusal its type and reason.
async fn outcome(device: &DeviceFiles, url: &str) -> String {
    let Ok(mut stream) = device.connect_tls(url).await else { return "handshake".to_owned() };
    let Ok((status, body)) = send_raw_request(&mut stream, COLLECTIONS).await else { return "handshake".to_owned() };
    let problem: Value = serde_json::from_slice(&body).unwrap();
    let words = [&problem["type"], &problem["reason"]].into_iter().filter_map(Value::as_str);
    [status.to_string()].into_iter().chain(words.map(str::to_owned)).collect::<Vec<_>>().join(" ")
}

async fn open(device: &DeviceFiles, url: &str) -> TlsStream<TcpStream> {
    let mut stream = device.connect_tls(url).await.unwrap();
    assert_eq!(send_raw_request(&mut stream, COLLECTIONS).await.unwrap().0, 200);
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_certificate_opens_the_office_listener_and_an_unbound_one_is_nobody() {
    let ExternalOffice { home, own, device, .. } = ExternalOffice::with(BOTH_LISTS);
    let gateway = InProcessGateway::start(&home).await;
    assert_eq!(outcome(&device, &gateway.office()).await, "403 device-unknown");
    bind(&home, &["--certificate", device.file("certificate.pem").to_str().unwrap()]);
    assert_eq!(outcome(&device, &gateway.office()).await, "200");
    assert_eq!(outcome(&device, &gateway.studio()).await, "handshake", "that is not for studios");
    assert_eq!(outcome(&own, &gateway.office()).await, "200", "our own need no list");
    let anonymous = external_device(&home, "stranger", &TestCa::new("Nobody").device(), None);
    assert_eq!(outcome(&anonymous, &gateway.office()).await, "403 certificate-unusable unknown_issuer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_new_list_names_is_cut_off_and_refused_and_nobody_else() {
    let ExternalOffice { home, own, external, device } = ExternalOffice::with(BOTH_LISTS);
    let colleague = external_device(&home, "colleague", &external.authority.device(), Some(&external.authority));
    for device in [&device, &colleague] {
        bind(&home, &["--certificate", device.file("certificate.pem").to_str().unwrap()]);
    }
    let gateway = InProcessGateway::start(&home).await;
    let url = gateway.office();
    let mut taken_back = open(&device, &url).await;
    let (mut bystander, mut ours) = (open(&colleague, &url).await, open(&own, &url).await);
    external.publish(&home, &[], &[&external.leaf.certificate_pem], 30);
    gateway.reload().await;
    wait_until_closed(&mut taken_back).await;
    assert_eq!(outcome(&device, &url).await, "403 device-revoked");
    for stream in [&mut bystander, &mut ours] {
        assert_eq!(send_raw_request(stream, COLLECTIONS).await.unwrap().0, 200);
    }
    assert_eq!(gateway.degraded().await, Vec::<String>::new());

    // The whole authority, by its root.
    external.publish(&home, &[&external.authority.certificate_pem], &[], 30);
    gateway.reload().await;
    wait_until_closed(&mut bystander).await;
    assert_eq!(
        (outcome(&colleague, &url).await, outcome(&own, &url).await),
        ("403 device-revoked".into(), "200".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_runs_out_keeps_those_out_it_watches_over_until_a_new_one_is_there() {
    let ExternalOffice { home, own, external, device } = ExternalOffice::bound(BOTH_LISTS);
    let gateway = InProcessGateway::start(&home).await;
    let url = gateway.office();
    let (mut theirs, mut ours) = (open(&device, &url).await, open(&own, &url).await);
    let name =
        format!("lichtbild_revocation_list_expires_timestamp{{roots=\"{}\"}}", home.file("certs/vpki.pem").display());
    assert_eq!(i64::try_from(gateway.metric(&name).await).unwrap(), (today() + 30) * 86_400);

    gateway.clock.advance(31 * DAY);
    gateway.reload().await;
    wait_until_closed(&mut theirs).await;
    assert_eq!(outcome(&device, &url).await, "403 certificate-unusable other");
    assert_eq!(send_raw_request(&mut ours, COLLECTIONS).await.unwrap().0, 200);
    assert_eq!(gateway.degraded_whatever_the_status().await, ["foreign-revocation-list"]);

    external.publish(&home, &[], &[], 60);
    gateway.reload().await;
    assert_eq!(outcome(&device, &url).await, "200");
    assert_eq!(gateway.degraded_whatever_the_status().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_another_authority_says_nothing_about_this_one() {
    let ExternalOffice { home, device, .. } = ExternalOffice::bound(BOTH_LISTS);
    let other = TestCa::new("Landes-CA");
    replace(&home.file("certs/authority.crl"), &other.revocation_list(&[], midnight(today() + 30)));
    let gateway = InProcessGateway::start(&home).await;
    assert_eq!(outcome(&device, &gateway.office()).await, "403 certificate-unusable other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_forged_or_older_than_the_one_in_force_changes_nothing_and_is_told() {
    let ExternalOffice { home, external, device, .. } = ExternalOffice::bound(BOTH_LISTS);
    let (gateway, end) = (InProcessGateway::start(&home).await, midnight(today() + 30));
    let (list, roots_list) = (home.file("certs/authority.crl"), home.file("certs/root.crl"));
    let good = fs::read_to_string(&roots_list).unwrap();

    replace(&roots_list, &TestCa::new("PCA-1 Verwaltung").revocation_list(&[], end));
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, ["foreign-authority-1"]);
    assert_eq!(outcome(&device, &gateway.office()).await, "200", "a forged list keeps nobody out");
    replace(&roots_list, &good);
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, Vec::<String>::new());

    let before = fs::read_to_string(&list).unwrap();
    let taken_back = [external.leaf.certificate_pem.as_str()];
    let newer = external.authority.revocation_list_of(midnight(today()), &taken_back, end);
    replace(&list, &newer);
    gateway.reload().await;
    assert_eq!(outcome(&device, &gateway.office()).await, "403 device-revoked");
    replace(&list, &before);
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, ["foreign-authority-1"]);
    assert_eq!(outcome(&device, &gateway.office()).await, "403 device-revoked", "an older list lets nobody in again");
    replace(&list, &newer);
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_much_of_the_chain_is_watched_over_is_said_in_the_configuration() {
    for (settings, expected) in [
        ("revocation_lists = [\"certs/authority.crl\"]", "403 certificate-unusable other"),
        ("revocation_lists = [\"certs/authority.crl\"]\nrevocation = \"end_entity\"", "200"),
        ("revocation = \"none\"", "200"),
    ] {
        let ExternalOffice { home, device, .. } = ExternalOffice::bound(settings);
        let gateway = InProcessGateway::start(&home).await;
        assert_eq!(outcome(&device, &gateway.office()).await, expected, "{settings}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_bound_by_its_key_renews_and_is_revoked_like_any_other() {
    let ExternalOffice { home, external, device, .. } = ExternalOffice::with(BOTH_LISTS);
    let device_id = bind(&home, &["--spki", device.file("certificate.pem").to_str().unwrap()]);
    let renewed = external.authority.renew(&external.leaf);
    let renewed = external_device(&home, "renewed", &renewed, Some(&external.authority));
    let gateway = InProcessGateway::start(&home).await;
    let url = gateway.office();
    let mut streams = [open(&device, &url).await, open(&renewed, &url).await];
    let list = String::from_utf8(home.run(&["device", "list"]).stdout).unwrap();
    assert!(list.lines().any(|line| line.starts_with(&device_id) && line.contains("  active   by key ")), "{list}");
    let list = home.json(&["device", "list"]);
    let row = list.as_array().unwrap().iter().find(|row| row["device"]["device_id"] == device_id.as_str()).unwrap();
    assert_eq!((row["state"].as_str(), row["key_sha256"].as_str().map(str::len)), (Some("active"), Some(64)), "{list}");
    let soon = home.json(&["device", "list", "--expiring", "14d"]);
    assert!(!soon.to_string().contains(&device_id), "its certificates are another house's to renew: {soon}");

    assert!(home.run(&["device", "revoke", &device_id]).status.success());
    for stream in &mut streams {
        wait_until_closed(stream).await;
    }
    assert_eq!(
        (outcome(&device, &url).await, outcome(&renewed, &url).await),
        ("403 device-revoked".into(), "403 device-revoked".into())
    );
    let file = renewed.file("certificate.pem");
    let again = home.failure(&["device", "add", "--office", "Amt Nord", "--spki", file.to_str().unwrap()]);
    assert!(again.contains("a new key is needed"));
}

#[test]
fn the_key_may_be_given_in_several_ways() {
    let ExternalOffice { home, device, .. } = ExternalOffice::with(BOTH_LISTS);
    let public_key = home.beside("key.pub");
    let made = std::process::Command::new("openssl")
        .args([
            "pkey",
            "-pubout",
            "-in",
            device.file("key.pem").to_str().unwrap(),
            "-out",
            public_key.to_str().unwrap(),
        ])
        .status()
        .unwrap();
    assert!(made.success());
    let add =
        |which: &str| home.json(&["device", "add", "--office", "Amt Nord", "--spki", which])["key_sha256"].clone();
    let digest = add(public_key.to_str().unwrap());
    let digest = digest.as_str().unwrap();
    for same in [digest, device.file("certificate.pem").to_str().unwrap()] {
        assert!(home.failure(&["device", "add", "--office", "Amt Nord", "--spki", same]).contains("already"), "{same}");
    }
    let other = format!("{}{}", &digest[..62], if digest.ends_with("00") { "01" } else { "00" });
    assert_eq!(add(&other.to_uppercase()), other.as_str());
    let nonsense = home.failure(&["device", "add", "--office", "Amt Nord", "--spki", home.config().to_str().unwrap()]);
    assert!(nonsense.contains("64 hexadecimal digits"), "{nonsense}");
}

#[test]
fn without_an_external_ca_or_for_a_studio_nothing_is_bound() {
    let home = GatewayFolder::new();
    let (_studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let certificate = office.file("certificate.pem");
    let certificate = certificate.to_str().unwrap();
    let message = home.failure(&["device", "add", "--office", "Amt Nord", "--certificate", certificate]);
    assert!(message.contains("[[office_authorities]]"), "{message}");
    let usage = home.run(&["device", "add", "--studio", "Foto Koch", "--certificate", certificate]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn serve_names_the_external_ca_file_that_cannot_be_used() {
    for (file, text, expected) in [
        ("certs/vpki.pem", "no PEM", ["vpki.pem", "PEM"]),
        ("certs/root.crl", "no PEM", ["root.crl", "revocation list"]),
        ("certs/root.crl", "\u{30}\u{1}", ["root.crl", "revocation list"]),
    ] {
        let home = GatewayFolder::new();
        ExternalPki::beside(&home, BOTH_LISTS);
        replace(&home.file(file), text);
        let message = home.failure(&["serve"]);
        assert!(expected.iter().all(|part| message.contains(part)), "{message}");
    }
}
