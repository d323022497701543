//! Log lines that an administrator looks for while somebody is on the phone: which listener, whose device, from where, and why.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::clock::{Clock, SystemClock};
use lichtbild::entropy::SeededEntropy;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::identity::issue::{ClientSubject, IssuanceTerms, issue_client};
use lichtbild::identity::key::DeviceKey;
use reqwest::Client;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::DeviceFiles;

/// The fields of all lines with this message.
fn lines(gateway: &GatewayProcess, message: &str) -> Vec<Value> {
    let events = gateway.log().lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>();
    events.into_iter().map(|event| event["fields"].clone()).filter(|fields| fields["message"] == message).collect()
}

fn anonymous(home: &GatewayFolder) -> Client {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(home.file("certs/server-ca.crt")).unwrap()).unwrap();
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

/// Has a connection to the studio listener refused, and gives the line about it.
async fn refused(gateway: &GatewayProcess, device: &DeviceFiles) -> Value {
    let before = lines(gateway, "handshake refused").len();
    assert!(device.client(gateway.studio()).get("/v1/me").await.is_err());
    wait_until("the refusal is logged", async || lines(gateway, "handshake refused").len() > before).await;
    lines(gateway, "handshake refused").pop().unwrap()
}

fn new_gateway() -> GatewayFolder {
    let home = GatewayFolder::new();
    home.set("format", "\"json\"");
    home.set("level", "\"debug\"");
    home
}

#[tokio::test]
async fn a_refused_handshake_names_listener_address_and_the_device_whose_certificate_was_ours() {
    let home = new_gateway();
    let (revoked, other) = (home.studio("Foto Koch"), home.studio("Foto Porst"));
    assert!(home.run(&["device", "revoke", &revoked.device_id]).status.success());
    let gateway = home.start();
    assert_eq!(lines(&gateway, "lichtbild-gateway starts")[0]["version"], env!("CARGO_PKG_VERSION"));

    let line = refused(&gateway, &revoked).await;
    assert_eq!(
        (&line["listener"], &line["reason"], &line["device"]),
        (&"studio".into(), &"revoked".into(), &revoked.device_id.as_str().into())
    );
    assert!(line["remote_address"].as_str().unwrap().starts_with("127.0.0.1:"), "{line}");
    assert!(line["party"].is_string());

    assert!(anonymous(&home).get(format!("{}/v1/me", gateway.studio())).send().await.is_err());
    wait_until("the refusal is logged", async || lines(&gateway, "handshake refused").len() > 1).await;
    let line = lines(&gateway, "handshake refused").pop().unwrap();
    assert_eq!((&line["reason"], &line["device"]), (&"no_certificate".into(), &Value::Null));

    // Anybody can make an authority of the same name and write any device into a certificate, even one that has ended.
    let yesterday = SystemClock.now() - Duration::from_secs(86_400);
    let forged = Authority::create(AuthorityKind::Studio, "localhost", yesterday, &SeededEntropy::new(1)).unwrap();
    let own = certificates_from_pem(&fs::read_to_string(other.file("certificate.pem")).unwrap()).unwrap();
    let subject = ClientSubject::of_certificate(&own[0]).unwrap();
    let key = DeviceKey::generate().unwrap();
    fs::write(other.file("key.pem"), key.to_pem().as_bytes()).unwrap();
    let terms = IssuanceTerms::with_validity(Duration::from_secs(60));
    for age in [0, 3600] {
        let now = SystemClock.now() - Duration::from_secs(age);
        let issued =
            issue_client(&forged, &subject, "forged", &key.public_key(), &terms, now, &SeededEntropy::new(age))
                .unwrap();
        fs::write(other.file("certificate.pem"), issued.pem).unwrap();
        let line = refused(&gateway, &other).await;
        assert_eq!((&line["listener"], &line["device"]), (&"studio".into(), &Value::Null), "{line}");
    }
}

#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_certificate_that_has_ended_names_its_device() {
    let home = new_gateway();
    let studio = home.studio("Foto Koch");
    fs::write(home.beside("clock"), (61 * 86_400_000_u64).to_string()).unwrap();
    let mut command = home.command();
    command.env("LICHTBILD_CLOCK_SHIFT", home.beside("clock"));
    let gateway = home.start_as(command);
    let line = refused(&gateway, &studio).await;
    assert_eq!((&line["reason"], &line["device"]), (&"expired".into(), &studio.device_id.as_str().into()));
}

#[tokio::test]
async fn a_request_line_names_device_problem_and_the_identifier_that_the_caller_was_told() {
    let home = new_gateway();
    let studio = home.studio("Foto Koch");
    let gateway = home.start();
    let client = studio.client(gateway.studio());
    let answers = [
        client.get("/v1/me").await.unwrap(),
        client.deposit_bytes("a-key-for-no-photo-at-all", "no photo").await.unwrap(),
    ];
    for (answer, problem) in answers.iter().zip([Value::Null, "photo-refused".into()]) {
        let id = answer.headers["request-id"].to_str().unwrap();
        let mut found = lines(&gateway, "request");
        found.retain(|line| line["request_id"] == id);
        let [line] = found.as_slice() else { panic!("{id}: {found:?}") };
        assert_eq!((&line["listener"], &line["device"]), (&"studio".into(), &studio.device_id.as_str().into()));
        assert_eq!((&line["status"], &line["problem"]), (&answer.status.into(), &problem));
        assert_eq!(line["remote_address"], Value::Null, "the certificate says who it is");
        let milliseconds = line["milliseconds"].to_string();
        assert!(milliseconds.split_once('.').is_none_or(|(_, digits)| digits.len() == 1), "{milliseconds}");
    }
    assert_ne!(answers[0].headers["request-id"], answers[1].headers["request-id"]);

    anonymous(&home).get(format!("{}/crl/studio.crl", gateway.enrolment())).send().await.unwrap();
    let line = lines(&gateway, "request").pop().unwrap();
    assert!(line["remote_address"].as_str().unwrap().starts_with("127.0.0.1:"), "{line}");
}

#[tokio::test]
async fn without_addresses_no_line_has_one() {
    let home = new_gateway();
    home.set("level", "\"trace\"");
    home.set("addresses", "false");
    let (studio, revoked) = (home.studio("Foto Koch"), home.studio("Foto Porst"));
    assert!(home.run(&["device", "revoke", &revoked.device_id]).status.success());
    let gateway = home.start();
    let client = studio.client(gateway.studio());
    assert_eq!(client.get("/v1/me").await.unwrap().status, 200);
    anonymous(&home).get(format!("{}/crl/studio.crl", gateway.enrolment())).send().await.unwrap();
    assert!(anonymous(&home).get(format!("{}/desk/", gateway.office())).send().await.unwrap().status() == 403);
    assert_eq!(refused(&gateway, &revoked).await["device"], revoked.device_id);
    let log = gateway.log();
    let of_clients: Vec<_> =
        log.lines().filter(|line| line.contains("127.0.0.1") && !line.contains("\"listening\"")).collect();
    assert!(of_clients.is_empty(), "{of_clients:#?}");
}

#[test]
fn times_are_left_out_where_the_journal_adds_its_own() {
    for (format, begins, has_no) in [("text", " INFO", "Z "), ("json", "{\"level\":\"INFO\"", "\"timestamp\"")] {
        let home = GatewayFolder::new();
        home.set("format", &format!("\"{format}\""));
        home.set("timestamps", "false");
        let gateway = home.start();
        let log = gateway.log();
        let line = log.lines().find(|line| line.contains("listening")).unwrap();
        assert!(line.starts_with(begins) && !line.contains(has_no), "{line}");
    }
}

#[tokio::test]
async fn missing_files_are_told_by_monitoring() {
    let home = new_gateway();
    home.set("checkpoint_minutes", "0.01");
    for name in ["server-ca.crt", "audit.pub"] {
        fs::rename(home.file(&format!("certs/{name}")), home.beside(name)).unwrap();
    }
    let gateway = home.start();
    let degraded = async || {
        let url = format!("{}/readyz", gateway.ops());
        let ready: Value = serde_json::from_str(&crate::support::https_client::plain_get(&url).await).unwrap();
        let parts = ready["degraded"].as_array().cloned().unwrap_or_default();
        parts.iter().map(|part| part["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    wait_until("both are missed", async || degraded().await == ["audit-public-key", "enrolment"]).await;
    for name in ["server-ca.crt", "audit.pub"] {
        fs::rename(home.beside(name), home.file(&format!("certs/{name}"))).unwrap();
    }
    gateway.signal("-HUP");
    wait_until("nothing is missed any more", async || degraded().await.is_empty()).await;
}
