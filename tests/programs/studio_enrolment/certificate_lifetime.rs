//! Months of a studio at a complete gateway: deposits succeed while certificates are renewed.

use std::sync::Mutex;
use std::time::Duration;

use lichtbild::client::enrolment::auto_renewal::{CertificateRenewer, RenewalEvent};
use lichtbild::client::enrolment::gateway_request::GatewayError;
use lichtbild::client::enrolment::renew::{ClientRenewError, renew};
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::photo::deposit::RetryContext;
use lichtbild::client::photo::push::{PushContext, push};
use lichtbild::client::photo::spool::RepeatPolicy;
use lichtbild::client::timer::TokioTimer;
use lichtbild::clock::Clock;
use lichtbild::entropy::SeededEntropy;
use lichtbild::texts::language::Language;

use super::enrolled_gateway::EnrolledGateway;
use crate::support::router_client::photo;
use crate::support::test_gateway::DAY;

/// Deposits the photo of this number with one try.
async fn deposits(setup: &EnrolledGateway, connection: &GatewayClient, number: u32) {
    let file = setup.file(&format!("{number}.jpg"));
    std::fs::write(&file, photo(number)).unwrap();
    let job = PushContext {
        client: connection,
        language: Language::English,
        repeat: RepeatPolicy::ReturnReceipt,
        declared: None,
        retry: RetryContext {
            clock: setup.gateway.clock.as_ref(),
            entropy: &SeededEntropy::new(number.into()),
            timer: &TokioTimer::begin(),
            give_up_after: Duration::ZERO,
            on_progress: &|_| {},
        },
    };
    let pushed = push(&file, &job).await.unwrap_or_else(|error| panic!("photo {number}: {error:?}"));
    assert!(!pushed.replayed);
}

#[tokio::test]
async fn a_certificate_close_to_its_end_is_renewed_without_a_missed_upload() {
    let setup = EnrolledGateway::new().await;
    let first_end = setup.enrol().await.not_after;
    let (renewal, mut connection) = CertificateRenewer::load(&setup.config()).unwrap();
    let notices = Mutex::new(Vec::new());
    let announce = |notice| notices.lock().unwrap().push(notice);
    for day in 0..130 {
        // At the same time, so that upload and renewal overlap on some days.
        let (fresh, ()) = tokio::join!(
            renewal.renew_if_due(setup.gateway.clock.as_ref(), &announce),
            deposits(&setup, &connection, 2 * day)
        );
        connection = fresh.unwrap_or(connection);
        deposits(&setup, &connection, 2 * day + 1).await;
        setup.gateway.advance(DAY);
    }
    assert!(setup.gateway.now() > first_end + 60 * DAY, "two certificates have ended meanwhile");
    let notices = notices.into_inner().unwrap();
    assert_eq!(notices.len(), 3, "{notices:?}");
    assert!(notices.iter().all(|notice| matches!(notice, RenewalEvent::Renewed { .. })), "{notices:?}");
}

#[tokio::test]
async fn a_gateway_that_has_seen_the_new_pair_does_not_strand_who_could_not_store_it() {
    let setup = EnrolledGateway::new().await;
    setup.enrol().await;
    let device = std::fs::read_to_string(setup.file("device.pem")).unwrap();
    let edit = |before: &str, after: &str| {
        let config = std::fs::read_to_string(setup.config()).unwrap();
        std::fs::write(setup.config(), config.replace(before, after)).unwrap();
    };
    // Two files, one of them in a line that cannot be edited.
    std::fs::write(setup.file("certificate.pem"), &device).unwrap();
    edit("certificate = \"device.pem\"", "certificate = \"certificate.pem\"");
    edit("key = \"device.pem\"", "'key' = \"device.pem\"");
    let error = renew(&setup.config(), None, setup.gateway.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, ClientRenewError::Install(_)), "{error:?}");
    // The old certificate is valid for deposits, but not for renewals.
    let recorded = std::fs::read_to_string(setup.file("device.next.pem")).unwrap();
    std::fs::remove_file(setup.file("device.next.pem")).unwrap();
    let error = renew(&setup.config(), None, setup.gateway.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, ClientRenewError::Request(GatewayError::Refused(_))), "{error:?}");

    std::fs::write(setup.file("device.next.pem"), &recorded).unwrap();
    edit("'key'", "key");
    let renewed = renew(&setup.config(), None, setup.gateway.clock.as_ref()).await.unwrap();
    let now = std::fs::read_to_string(setup.file("device-both.pem")).unwrap();
    assert!(now == recorded && !setup.file("device.pem").exists());
    deposits(&setup, &renewed.client, 1).await;
    assert!(renewed.certificate.not_after > setup.gateway.clock.now() + 59 * DAY);
}
