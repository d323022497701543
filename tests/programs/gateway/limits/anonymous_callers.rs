//! Callers without a certificate take nothing from those with one at the office listener.

use std::fs;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::{DeviceFiles, send_raw_request, wait_until_closed};

/// A connection that shows no certificate, of somebody who knows the gateway's as this device does.
async fn shows_none(device: &DeviceFiles, url: &str) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let gateway_ca = fs::read(device.file("gateway-ca.pem")).unwrap();
    roots.add(CertificateDer::from_pem_slice(&gateway_ca).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let port = reqwest::Url::parse(url).unwrap().port().unwrap();
    let tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap()
}

#[tokio::test]
async fn anonymous_callers_are_bounded_and_keep_no_office_out() {
    for limits in [
        // As many as there are connections: if they took those, none would be left. Monitoring needs some of its own.
        [("handshakes", "8"), ("handshakes_per_address", "100"), ("connections", "8")],
        [("handshakes", "100"), ("handshakes_per_address", "8"), ("connections", "8")],
    ] {
        let home = GatewayFolder::new();
        for (key, value) in limits.into_iter().chain([("headers_seconds", "60")]) {
            home.set(key, value);
        }
        let office = home.office("Amt Nord");
        let gateway = home.start();
        let mut anonymous_callers = Vec::new();
        for number in 1..=20 {
            let mut anonymous = shows_none(&office, gateway.office()).await;
            anonymous.write_all(b"GET /desk/ HTTP/1.1\r\nHo").await.unwrap();
            anonymous_callers.push(anonymous);
            let let_in = "lichtbild_connections_without_certificate_total{listener=\"office\"}";
            wait_until("the stranger is let in", async || gateway.metric(let_in).await == number).await;
        }
        let desk = office.client(gateway.office());
        assert_eq!(desk.get("/v1/collections").await.unwrap().status, 200);
        let turned_away = "lichtbild_connections_turned_away_total{listener=\"office\"}";
        wait_until("all but eight made way", async || gateway.metric(turned_away).await == 12).await;
        assert_eq!(desk.get("/v1/collections").await.unwrap().status, 200);
        let log = gateway.log();
        assert!(!log.contains("listener full") && !log.contains("closed a connection"), "{log}");
    }
}

#[tokio::test]
async fn no_body_is_requested_from_an_anonymous_caller() {
    let home = GatewayFolder::new();
    let office = home.office("Amt Nord");
    let gateway = home.start();
    let mut anonymous = shows_none(&office, gateway.office()).await;
    let head = "POST /v1/collections HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 4000\r\nExpect: 100-continue\r\n\r\n";
    let (status, body) = send_raw_request(&mut anonymous, head).await.unwrap();
    assert!(status == 403 && String::from_utf8_lossy(&body).contains("\"certificate-missing\""), "{status}");
    wait_until_closed(&mut anonymous).await;
}
