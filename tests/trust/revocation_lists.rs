//! Revocation lists of the gateway's own CAs, as relying parties read them.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use lichtbild::identity::revocation::revocation_list::{RevocationList, read_revocation_list};

use super::in_process_gateway::InProcessGateway;
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsResponse};

fn openssl(arguments: &[&str]) -> Output {
    Command::new("openssl").args(arguments).output().unwrap()
}

async fn served(gateway: &InProcessGateway, device: &DeviceFiles, name: &str) -> HttpsResponse {
    device.client(&gateway.enrolment()).get(&format!("/crl/{name}.crl")).await.unwrap()
}

async fn list(gateway: &InProcessGateway, device: &DeviceFiles, name: &str) -> RevocationList {
    read_revocation_list(&served(gateway, device, name).await.body).unwrap()
}

/// Reports whether openssl accepts a certificate against a revocation list, with what it printed.
fn verified(home: &GatewayFolder, authority: &str, list: &Path, device: &DeviceFiles) -> (bool, String) {
    let (authority, certificate) = (home.file(&format!("certs/{authority}-ca.crt")), device.file("certificate.pem"));
    let files = [authority, list.to_owned(), certificate].map(|file| file.to_str().unwrap().to_owned());
    let output = openssl(&["verify", "-crl_check", "-CAfile", &files[0], "-CRLfile", &files[1], &files[2]]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssl_reads_the_list_and_refuses_the_revoked_device_and_no_other() {
    let home = GatewayFolder::new();
    let (device, other, _office) =
        (home.studio("Foto Koch"), home.device("studio", "Foto Koch"), home.office("Amt Nord"));
    // The test reads the list more often than a reader may.
    home.set("enrolments_per_minute", "60000");
    let gateway = InProcessGateway::start(&home).await;
    let first = list(&gateway, &other, "studio").await;
    assert_eq!(first.revocations, 0);
    assert!(home.run(&["device", "revoke", &device.device_id]).status.success());
    assert!(home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    wait_until("the revocation is on the list", async || list(&gateway, &other, "studio").await.revocations == 1).await;

    let answer = served(&gateway, &other, "studio").await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"application/pkix-crl".parse().unwrap()));
    assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
    let second = read_revocation_list(&answer.body).unwrap();
    assert!(second.number > first.number);
    assert_eq!(fs::read(home.file("certs/studio.crl")).unwrap(), answer.body);

    let (der, pem) = (home.beside("studio.crl"), home.beside("studio.crl.pem"));
    fs::write(&der, &answer.body).unwrap();
    let converted =
        openssl(&["crl", "-inform", "DER", "-in", der.to_str().unwrap(), "-text", "-out", pem.to_str().unwrap()]);
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
    let text = fs::read_to_string(&pem).unwrap();
    assert!(
        text.contains("Version 2") && text.contains("X509v3 CRL Number") && text.contains("Authority Key"),
        "{text}"
    );
    let (taken, said) = verified(&home, "studio", &pem, &device);
    assert!(!taken && said.contains("certificate revoked"), "{said}");
    // Suspended is not revoked.
    let (taken, said) = verified(&home, "studio", &pem, &other);
    assert!(taken, "{said}");
    assert_eq!(list(&gateway, &other, "office").await.revocations, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_issued_anew_each_day_though_nothing_has_happened() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    home.set("enrolments_per_minute", "60000");
    let gateway = InProcessGateway::start(&home).await;
    let first = list(&gateway, &device, "office").await;
    gateway.clock.advance(std::time::Duration::from_secs(86_400));
    wait_until("a new list", async || list(&gateway, &device, "office").await.next_update > first.next_update).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_authoritys_key_the_last_list_is_served_and_said_to_be_so() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    let gateway = InProcessGateway::start(&home).await;
    let last = served(&gateway, &device, "studio").await.body;
    gateway.gateway.stop.advance();
    gateway.gateway.stopped().await;

    fs::rename(home.file("certs/studio-ca.key"), home.beside("kept-elsewhere.key")).unwrap();
    let gateway = InProcessGateway::start(&home).await;
    assert_eq!(served(&gateway, &device, "studio").await.body, last);
    assert_eq!(gateway.degraded().await, ["studio-revocation-list"]);
    assert_eq!(list(&gateway, &device, "office").await.revocations, 0);

    fs::rename(home.beside("kept-elsewhere.key"), home.file("certs/studio-ca.key")).unwrap();
    wait_until("issued anew", async || served(&gateway, &device, "studio").await.body != last).await;
    wait_until("in order again", async || gateway.degraded().await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_never_was_a_list_that_is_said() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    fs::remove_file(home.file("certs/office-ca.key")).unwrap();
    let gateway = InProcessGateway::start(&home).await;
    let answer = served(&gateway, &device, "office").await;
    assert_eq!(answer.problem(), (503, "revocation-list-missing".into()));
    assert_eq!(gateway.degraded().await, ["office-revocation-list"]);
}
