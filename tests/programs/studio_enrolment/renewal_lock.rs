//! Two programs of one computer whose certificate is due renew it once.

skip_in!(postgres: "has no database");

use std::fs::File;
use std::time::Duration;

use lichtbild::client::enrolment::auto_renewal::CertificateRenewer;
use lichtbild::client::enrolment::est::SIMPLE_REENROLL;

use super::enrolling_studio::EnrollingStudio;
use crate::support::test_gateway::DAY;

#[tokio::test]
async fn two_programs_that_find_the_certificate_due_at_once_renew_it_once() {
    let studio = EnrollingStudio::invited().await;
    studio.enrol().await.unwrap();
    let load = || CertificateRenewer::load(&studio.config()).unwrap().0;
    let (watch, push) = (load(), load());
    studio.clock.advance(45 * DAY);
    let no_failure = |event| panic_on_failure(&event);
    let clock = studio.clock.as_ref();
    let (first, second) = tokio::join!(watch.renew_if_due(clock, &no_failure), push.renew_if_due(clock, &no_failure));
    assert!(first.is_some() && second.is_some(), "both go on with the new certificate");
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 1);
}

#[tokio::test]
async fn a_program_with_photos_to_send_does_not_wait_for_a_slow_renewal_by_another_one() {
    let studio = EnrollingStudio::invited().await;
    studio.enrol().await.unwrap();
    let renewer = CertificateRenewer::load(&studio.config()).unwrap().0;
    studio.clock.advance(45 * DAY);
    let held = lock_renewal(&studio);
    let no_failure = |event| panic_on_failure(&event);
    let renewed = renewer.renew_if_due(studio.clock.as_ref(), &no_failure);
    let renewed = tokio::time::timeout(Duration::from_secs(30), renewed).await.expect("waits for the lock");
    assert!(renewed.is_none() && studio.gateway.count(SIMPLE_REENROLL) == 0, "two programs do not renew at once");
    drop(held);
    assert!(renewer.renew_if_due(studio.clock.as_ref(), &no_failure).await.is_some());
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 1);
}

/// Takes the lock of a renewal.
fn lock_renewal(studio: &EnrollingStudio) -> File {
    let file = File::create(studio.file(".lichtbild-renewal")).unwrap();
    file.lock().unwrap();
    file
}

fn panic_on_failure(event: &lichtbild::client::enrolment::auto_renewal::RenewalEvent) {
    assert!(!format!("{event:?}").starts_with("Failed"), "{event:?}");
}
