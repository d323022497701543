//! Reload of certificates and CAs while the gateway serves: faulty ones are refused, and only affected connections are closed.

skip_in!(quick, postgres: "runs a gateway with a database of its own");

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::clock::{Clock, SystemClock, Timestamp};
use lichtbild::entropy::OsEntropy;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::key::DeviceKey;

use super::in_process_gateway::{COLLECTIONS, InProcessGateway, ME, presented_certificate, replace};
use crate::support::enrolment::{EST, certificate};
use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::{DeviceFiles, plain_get, send_raw_request, wait_until_closed};
use crate::support::pki::{Leaf, LeafOptions, TestCa, new_year};
use crate::support::router_client::RouterResponse;

async fn serves(gateway: &InProcessGateway, device: &DeviceFiles) -> Vec<u8> {
    let mut stream = device.connect_tls(&gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut stream, ME).await.unwrap().0, 200);
    presented_certificate(&stream).to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_server_certificate_is_shown_to_the_next_connection_and_open_ones_go_on() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    let gateway = InProcessGateway::start(&home).await;
    let mut open = device.connect_tls(&gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut open, ME).await.unwrap().0, 200);
    let old = presented_certificate(&open).to_vec();
    assert!(home.run(&["renew-server-certificate"]).status.success());
    gateway.reload().await;
    let new = serves(&gateway, &device).await;
    assert_ne!(new, old);
    assert_eq!(send_raw_request(&mut open, ME).await.unwrap().0, 200);
    let enrolment = device.connect_tls(&gateway.enrolment()).await.unwrap();
    assert_eq!(presented_certificate(&enrolment).to_vec(), new, "all listeners show it");

    let end = lichtbild::identity::certificate::read_certificate(&new).unwrap().not_after;
    assert_eq!(gateway.ready().await["server_certificate_expires_at"], serde_json::json!(end));
    let seconds = gateway.metric("lichtbild_server_certificate_expires_timestamp").await;
    assert_eq!(Timestamp::from_unix_milliseconds(i64::try_from(seconds).unwrap() * 1000), end);
    assert!(gateway.metric("lichtbild_tls_reloads_total").await >= 1);
    assert_eq!(gateway.metric("lichtbild_tls_reload_failures_total").await, 0);
}

/// Change to the trust files, made with another authority's server certificate.
type SpoilTrustFile = fn(&GatewayFolder, &TestCa);

fn show(home: &GatewayFolder, leaf: &Leaf) {
    replace(&home.file("certs/server.key"), &leaf.key_pem);
    replace(&home.file("certs/server.crt"), &leaf.certificate_pem);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_broken_keeps_the_old_in_force_and_is_told_until_it_is_mended() {
    let cases: [(&str, SpoilTrustFile, &str); 7] = [
        ("damaged", |home, _| replace(&home.file("certs/server.crt"), "-----BEGIN CERTIFICATE-----"), "server.crt"),
        ("empty", |home, _| replace(&home.file("certs/server.crt"), ""), "server.crt"),
        ("removed", |home, _| fs::remove_file(home.file("certs/server.key")).unwrap(), "server.key"),
        ("another's key", |home, ca| replace(&home.file("certs/server.key"), &ca.server().key_pem), "belong together"),
        ("another authority", |home, ca| show(home, &ca.server()), "server_ca would refuse"),
        ("expired", expired, "server_ca would refuse"),
        ("removed roots", |home, _| fs::remove_file(home.file("certs/studio-ca.crt")).unwrap(), "studio-ca.crt"),
    ];
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    let gateway = InProcessGateway::start(&home).await;
    let in_force = serves(&gateway, &device).await;
    let files =
        ["server.crt", "server.key", "studio-ca.crt", "server-ca.crt"].map(|name| home.file(&format!("certs/{name}")));
    let good: Vec<(PathBuf, String)> = files.map(|file| (file.clone(), fs::read_to_string(file).unwrap())).into();
    let another = TestCa::new("Another Server CA");
    for (failures, (what, spoil, expected)) in cases.into_iter().enumerate() {
        spoil(&home, &another);
        gateway.reload().await;
        gateway.reload().await;
        let ready = gateway.ready().await;
        assert_eq!(ready["status"], "ready", "{what}: {ready}");
        let told = ready["degraded"].as_array().unwrap();
        assert!(told.len() == 1 && told[0]["detail"].as_str().unwrap().contains(expected), "{what}: {ready}");
        assert_eq!(serves(&gateway, &device).await, in_force, "{what}");
        // Logged once, although the files are read repeatedly.
        let counted = gateway.metric("lichtbild_tls_reload_failures_total").await;
        assert_eq!(counted, failures as u64 + 1, "{what}");
        assert_eq!(gateway.metric("lichtbild_tls_faults").await, 1, "{what}");

        for (file, text) in &good {
            replace(file, text);
        }
        gateway.reload().await;
        assert_eq!(gateway.degraded().await, Vec::<String>::new(), "{what}");
        assert_eq!(serves(&gateway, &device).await, in_force, "{what}");
    }
}

/// A valid certificate, except that it has expired.
fn expired(home: &GatewayFolder, another: &TestCa) {
    let validity = [2020, 2021].map(new_year);
    let purpose = Some(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
    show(home, &another.issue(LeafOptions { validity, purpose, ..LeafOptions::default() }));
    replace(&home.file("certs/server-ca.crt"), &another.certificate_pem);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_an_authority_is_no_longer_trusted_its_connections_are_cut_and_no_others() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = InProcessGateway::start(&home).await;
    let mut watched = studio.connect_tls(&gateway.studio()).await.unwrap();
    let mut desk = office.connect_tls(&gateway.office()).await.unwrap();
    assert_eq!(send_raw_request(&mut watched, ME).await.unwrap().0, 200);
    assert_eq!(send_raw_request(&mut desk, COLLECTIONS).await.unwrap().0, 200);

    // With a second CA beside the first one, no connection is closed.
    let file = home.file("certs/studio-ca.crt");
    let (old, successor) = (fs::read_to_string(&file).unwrap(), TestCa::new("Studio CA 2"));
    replace(&file, &(old.clone() + &successor.certificate_pem));
    gateway.reload().await;
    assert_eq!(send_raw_request(&mut watched, ME).await.unwrap().0, 200);

    replace(&file, &successor.certificate_pem);
    gateway.reload().await;
    wait_until_closed(&mut watched).await;
    assert_eq!(send_raw_request(&mut desk, COLLECTIONS).await.unwrap().0, 200);
    let mut refused = studio.connect_tls(&gateway.studio()).await;
    if let Ok(stream) = &mut refused {
        send_raw_request(stream, ME).await.unwrap_err();
    }

    replace(&file, &old);
    gateway.reload().await;
    serves(&gateway, &studio).await;
}

/// Renews the device's certificate and returns the issuer of the new one.
async fn renewed_by(gateway: &InProcessGateway, device: &DeviceFiles) -> String {
    let request = STANDARD.encode(DeviceKey::generate().unwrap().to_request().unwrap());
    let call = device.client(&gateway.studio()).request(reqwest::Method::POST, &format!("{EST}/simplereenroll"));
    let answer = call.header("content-type", "application/pkcs10").body(request).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let der = certificate(&RouterResponse { status, headers, body: answer.bytes().await.unwrap() });
    // A device renews once an hour.
    gateway.clock.advance(std::time::Duration::from_secs(3600));
    x509_parser::parse_x509_certificate(&der).unwrap().1.issuer().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_are_certified_by_the_new_authority_once_its_key_is_there_too() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    let gateway = InProcessGateway::start(&home).await;
    let new = Authority::create(AuthorityKind::Studio, "Zweite", SystemClock.now(), &OsEntropy).unwrap();
    let before = renewed_by(&gateway, &device).await;
    assert!(!before.contains("Zweite"), "{before}");

    let file = home.file("certs/studio-ca.crt");
    replace(&file, &(new.certificate_pem() + &fs::read_to_string(&file).unwrap()));
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, ["issuance"]);
    assert_eq!(renewed_by(&gateway, &device).await, before);

    replace(&home.file("certs/studio-ca.key"), &new.key_pem());
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, Vec::<String>::new());
    let after = renewed_by(&gateway, &device).await;
    assert!(after.contains("Zweite"), "{after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_certificate_that_runs_out_in_force_is_told_as_that() {
    let home = GatewayFolder::new();
    let gateway = InProcessGateway::start(&home).await;
    let end = gateway.ready().await["server_certificate_expires_at"].clone();
    gateway.clock.advance(std::time::Duration::from_secs(366 * 86_400));
    assert!(serde_json::json!(gateway.clock.now()).as_str() > end.as_str());
    gateway.reload().await;
    let text = plain_get(&format!("http://{}/readyz", gateway.gateway.addresses.ops)).await;
    for part in ["\"not ready\"", "\"server-certificate\"", "would refuse"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(gateway.metric("lichtbild_tls_reload_failures_total").await, 0, "nothing new was refused");
    assert!(SystemClock.now() < gateway.clock.now());
}
