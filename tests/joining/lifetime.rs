//! A shop's months at a whole gateway: what is deposited arrives, whatever becomes of the certificates meanwhile.

use std::sync::Mutex;
use std::time::Duration;

use lichtbild::client::connection::Connection;
use lichtbild::client::deposit::Trying;
use lichtbild::client::enrolment::keep_fresh::{Renewal, RenewalNotice};
use lichtbild::client::enrolment::line::LineError;
use lichtbild::client::enrolment::renew::{RenewError, renew};
use lichtbild::client::patience::RealPatience;
use lichtbild::client::push::{Push, push};
use lichtbild::client::spool::Repeat;
use lichtbild::clock::Clock;
use lichtbild::domain::language::Language;
use lichtbild::entropy::SeededEntropy;

use super::town::Town;
use crate::support::caller::photo;
use crate::support::gateway::DAY;

/// Deposits the photo of this number; the first try has to do.
async fn deposits(town: &Town, connection: &Connection, number: u32) {
    let file = town.file(&format!("{number}.jpg"));
    std::fs::write(&file, photo(number)).unwrap();
    let job = Push {
        connection,
        language: Language::English,
        repeat: Repeat::ShowReceipt,
        declared: None,
        trying: Trying {
            clock: town.gateway.clock.as_ref(),
            entropy: &SeededEntropy::new(number.into()),
            patience: &RealPatience::begin(),
            give_up_after: Duration::ZERO,
            announce: &|_| {},
        },
    };
    let pushed = push(&file, &job).await.unwrap_or_else(|error| panic!("photo {number}: {error:?}"));
    assert!(!pushed.replayed);
}

#[tokio::test]
async fn a_certificate_close_to_its_end_is_renewed_without_a_missed_upload() {
    let town = Town::new().await;
    let first_end = town.enrol().await.until;
    let (renewal, mut connection) = Renewal::begin(&town.config()).unwrap();
    let notices = Mutex::new(Vec::new());
    let announce = |notice| notices.lock().unwrap().push(notice);
    for day in 0..130 {
        // At once, so that on some days the upload and the renewal cross each other.
        let (fresh, ()) = tokio::join!(
            renewal.keep_fresh(town.gateway.clock.as_ref(), &announce),
            deposits(&town, &connection, 2 * day)
        );
        connection = fresh.unwrap_or(connection);
        deposits(&town, &connection, 2 * day + 1).await;
        town.gateway.advance(DAY);
    }
    assert!(town.gateway.now() > first_end + 60 * DAY, "two certificates have ended meanwhile");
    let notices = notices.into_inner().unwrap();
    assert_eq!(notices.len(), 3, "{notices:?}");
    assert!(notices.iter().all(|notice| matches!(notice, RenewalNotice::Renewed { .. })), "{notices:?}");
}

#[tokio::test]
async fn a_gateway_that_has_seen_the_new_pair_does_not_strand_who_could_not_store_it() {
    let town = Town::new().await;
    town.enrol().await;
    let device = std::fs::read_to_string(town.file("device.pem")).unwrap();
    let edit = |before: &str, after: &str| {
        let config = std::fs::read_to_string(town.config()).unwrap();
        std::fs::write(town.config(), config.replace(before, after)).unwrap();
    };
    // Two files, one of them named in a way that cannot be changed.
    std::fs::write(town.file("certificate.pem"), &device).unwrap();
    edit("certificate = \"device.pem\"", "certificate = \"certificate.pem\"");
    edit("key = \"device.pem\"", "'key' = \"device.pem\"");
    let error = renew(&town.config(), town.gateway.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, RenewError::Switch(_)), "{error:?}");
    // The old one is good for deposits, but renews nothing any more.
    let noted = std::fs::read_to_string(town.file("device.next.pem")).unwrap();
    std::fs::remove_file(town.file("device.next.pem")).unwrap();
    let error = renew(&town.config(), town.gateway.clock.as_ref()).await.unwrap_err();
    assert!(matches!(error, RenewError::Line(LineError::Refused(_))), "{error:?}");

    std::fs::write(town.file("device.next.pem"), &noted).unwrap();
    edit("'key'", "key");
    let renewed = renew(&town.config(), town.gateway.clock.as_ref()).await.unwrap();
    let now = std::fs::read_to_string(town.file("device-both.pem")).unwrap();
    assert!(now == noted && !town.file("device.pem").exists());
    deposits(&town, &renewed.connection, 1).await;
    assert!(renewed.certificate.not_after > town.gateway.clock.now() + 59 * DAY);
}
