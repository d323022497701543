//! An impostor of the gateway never sees the code.

skip_in!(postgres: "has no database");

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use lichtbild::client::enrolment::bootstrap::{BootstrapError, LOOKUP_PATH};
use lichtbild::client::enrolment::device_folder::PENDING_KEY_FILE;
use lichtbild::client::enrolment::enrol::ClientEnrolError;
use lichtbild::client::enrolment::gateway_request::GatewayError;
use lichtbild::client::transient_error::{ServerCertError, TlsFailure};
use lichtbild::clock::ManualClock;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use lichtbild::transport::tls::ServerTls;

use crate::programs::studio_enrolment::enrolling_studio::EnrollingStudio;
use crate::programs::studio_enrolment::inviting_gateway::{LookupBehaviour, bind, identity};
use crate::support::pki::TestCa;
use crate::support::test_gateway::START;

/// Checks that no request to the gateway or to an impostor contained the code, and that the studio stored none of the answers.
fn the_code_was_not_sent(studio: &EnrollingStudio) {
    assert!(studio.gateway.requests().iter().all(|seen| seen.authorization.is_none() && seen.path == LOOKUP_PATH));
    assert_eq!(studio.files(), [PENDING_KEY_FILE], "nothing that was answered is on the disk");
}

#[tokio::test]
async fn who_does_not_know_the_code_is_found_out_before_it_is_sent() {
    let studio = EnrollingStudio::invited().await;
    studio.gateway.behaviour().lookup = LookupBehaviour::WithAGuess;
    let refused = studio.enrol().await.unwrap_err();
    assert!(matches!(refused, ClientEnrolError::Bootstrap(BootstrapError::InvalidProof)), "{refused:?}");
    the_code_was_not_sent(&studio);
}

#[tokio::test]
async fn an_unknown_invitation_is_told_in_the_gateways_words() {
    let studio = EnrollingStudio::invited().await;
    studio.gateway.behaviour().lookup = LookupBehaviour::AsUnknown;
    let refused = studio.enrol().await.unwrap_err();
    let ClientEnrolError::Bootstrap(BootstrapError::Request(GatewayError::Refused(problem))) = refused else {
        panic!()
    };
    assert_eq!(problem.kind, "invitation-unknown");
    the_code_was_not_sent(&studio);
}

#[tokio::test]
async fn the_letters_fingerprint_has_to_be_the_gateways() {
    let mut studio = EnrollingStudio::invited().await;
    studio.letter_fingerprint = Some(Sha256Digest::of(b"another authority"));
    let refused = studio.enrol().await.unwrap_err();
    assert!(matches!(refused, ClientEnrolError::Bootstrap(BootstrapError::CaMismatch { .. })), "{refused:?}");
    the_code_was_not_sent(&studio);
    studio.letter_fingerprint = Some(studio.gateway.ca_sha256());
    studio.enrol().await.unwrap();
}

/// Forwards all data to the real gateway and reads it, with a certificate of its own.
async fn relay(studio: &EnrollingStudio, read: Arc<Mutex<Vec<String>>>) -> (std::net::SocketAddr, ShutdownTrigger) {
    let clock = Arc::new(ManualClock::starting_at(START));
    let own = identity(&TestCa::new("Relay CA").server());
    let listener = bind(ServerTls::without_client_certificates(own, clock).unwrap()).await;
    let address = listener.local_address();
    let onward = format!("https://{}", studio.gateway.enrolment);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut roots = rustls::RootCertStore::empty();
    let der =
        lichtbild::identity::certificate::certificates_from_pem(&studio.gateway.server_ca.certificate_pem).unwrap();
    roots.add(der[0].clone().into()).unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let http = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
    let pass_on = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
        read.lock().unwrap().push(format!("{uri} {headers:?} {body:?}"));
        let answer = http.post(format!("{onward}{uri}")).headers(headers).body(body).send().await.unwrap();
        (StatusCode::from_u16(answer.status().as_u16()).unwrap(), answer.bytes().await.unwrap())
    };
    let stop = ShutdownTrigger::new();
    tokio::spawn(listener.serve(Router::new().fallback(pass_on), stop.subscribe()));
    (address, stop)
}

#[tokio::test]
async fn a_relay_in_the_middle_is_found_out_by_its_certificate() {
    let mut studio = EnrollingStudio::invited().await;
    let read = Arc::new(Mutex::new(Vec::new()));
    let (relay, _stop) = relay(&studio, Arc::clone(&read)).await;
    studio.address = relay.to_string();
    let refused = studio.enrol().await.unwrap_err();
    let ClientEnrolError::Certificate(GatewayError::Tls(TlsFailure::ServerCertificate(distrust))) = refused else {
        panic!("{refused:?}")
    };
    let ServerCertError::UnknownIssuer { issuer, address } = distrust else { panic!("{distrust:?}") };
    assert!(issuer.contains("Relay CA") && address == relay.to_string(), "{issuer} {address}");
    the_code_was_not_sent(&studio);
    let read = read.lock().unwrap();
    assert_eq!(read.len(), 1, "the lookup, and nothing after it");
    let code = studio.gateway.code();
    assert!(!read[0].contains(&code) && !read[0].contains("authorization"), "{}", read[0]);
}

#[tokio::test]
async fn what_is_no_gateway_is_told_as_such() {
    let mut studio = EnrollingStudio::invited().await;
    let own = identity(&studio.gateway.server_ca.server());
    let listener = bind(ServerTls::without_client_certificates(own, studio.clock.clone()).unwrap()).await;
    studio.address = listener.local_address().to_string();
    let stop = ShutdownTrigger::new();
    tokio::spawn(listener.serve(Router::new().fallback(|| async { "<html>Router login" }), stop.subscribe()));
    let refused = studio.enrol().await.unwrap_err();
    assert!(
        matches!(&refused, ClientEnrolError::Bootstrap(BootstrapError::ForeignServer { issuer }) if issuer.contains("CN=")),
        "{refused:?}"
    );
    assert_eq!(studio.files(), [PENDING_KEY_FILE]);
}
