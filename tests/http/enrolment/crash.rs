//! The gateway is killed while an invitation is being used, and started again: the repeated request gets the certificate.

skip_in!(quick, postgres: "starts and kills the program, with a database of its own");

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::identity::key::DeviceKey;
use reqwest::Client;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GENEROUS_TIMEOUT, GatewayFolder};

/// Enrols over a real connection; `None` without a response.
async fn enrol(home: &GatewayFolder, url: &str, invitation: &Value, request: &[u8]) -> Option<u16> {
    let mut roots = RootCertStore::empty();
    let ca = std::fs::read(home.file("certs/server-ca.crt")).unwrap();
    roots.add(CertificateDer::from_pem_slice(&ca).unwrap()).unwrap();
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let http = Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(GENEROUS_TIMEOUT).build().unwrap();
    let text = |name: &str| invitation[name].as_str().unwrap().to_owned();
    let request = http
        .post(format!("{url}/.well-known/est/simpleenroll"))
        .basic_auth(text("device_id"), Some(text("code")))
        .header("content-type", "application/pkcs10")
        .body(STANDARD.encode(request));
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn an_enrolment_killed_around_its_commit_is_finished_by_its_repeat() {
    let home = GatewayFolder::new();
    for step in ["enrolment.before_commit", "enrolment.committed"] {
        let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Musterstadt"]);
        let request = DeviceKey::generate().unwrap().to_request().unwrap();
        let mut halting = home.start_halting_at(step);
        let url = halting.enrolment().to_owned();
        let asked = {
            let (home, invitation, request) = (&home, &invitation, &request);
            async move { enrol(home, &url, invitation, request).await }
        };
        let (answer, ()) = tokio::join!(asked, async {
            halting.wait_until_halted().await;
            halting.kill_hard();
        });
        assert_eq!(answer, None, "{step}: answered before it was durable");

        let gateway = home.start();
        let mut ledger = DatabaseInspector::open(&home.database()).await;
        ledger.assert_consistent().await;
        let other = DeviceKey::generate().unwrap().to_request().unwrap();
        if step == "enrolment.committed" {
            assert_eq!(enrol(&home, gateway.enrolment(), &invitation, &other).await, Some(403), "{step}");
        }
        assert_eq!(enrol(&home, gateway.enrolment(), &invitation, &request).await, Some(200), "{step}");
        assert_eq!(enrol(&home, gateway.enrolment(), &invitation, &other).await, Some(403), "{step}");
        ledger.assert_consistent().await;
        gateway.kill_hard();
    }
}
