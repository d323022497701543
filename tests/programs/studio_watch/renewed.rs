//! A watch that runs longer than its certificate is valid.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::client::enrolment::auto_renewal::CertificateRenewer;
use lichtbild::client::timer::Timer;
use lichtbild::client::watch::client_provider::RenewingProvider;
use lichtbild::client::watch::files::folder::WatchedFolder;
use lichtbild::client::watch::files::retention::SentRetention;
use lichtbild::client::watch::files::stability::StabilityDelays;
use lichtbild::client::watch::watch_loop::{StopCondition, Watch, WatchOptions, WatchSettings};
use lichtbild::entropy::SeededEntropy;
use lichtbild::texts::language::Language;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::watched_studio::{FastTimer, PlainReceiptWriter, RecordingObserver};
use crate::programs::studio_enrolment::enrolled_gateway::EnrolledGateway;
use crate::support::gateway_process::GENEROUS_TIMEOUT;
use crate::support::router_client::photo;
use crate::support::test_gateway::DAY;

/// Time of the watch per day of the gateway's clock, so that it checks for a renewal every eight days.
const WATCHED_A_DAY: Duration = Duration::from_secs(40);

#[tokio::test]
async fn a_certificate_close_to_its_end_is_renewed_without_a_missed_upload() {
    let setup = EnrolledGateway::new().await;
    let first_end = setup.enrol().await.not_after;
    let export = setup.file("export");
    fs::create_dir(&export).unwrap();
    let recorded = Arc::<RecordingObserver>::default();
    let (tell, mut told) = mpsc::unbounded_channel();
    recorded.react(move |event| {
        if event.starts_with("Sent") {
            let _ = tell.send(());
        }
    });
    let patience = Arc::<FastTimer>::default();
    let (renewal, connection) = CertificateRenewer::load(&setup.config()).unwrap();
    let parts = WatchSettings {
        folder: WatchedFolder::open(&export).unwrap(),
        client: connection,
        client_provider: Arc::new(RenewingProvider {
            renewer: renewal,
            clock: setup.gateway.clock.clone(),
            observer: recorded.clone(),
        }),
        profile: None,
        clock: setup.gateway.clock.clone(),
        entropy: Arc::new(SeededEntropy::new(11)),
        timer: patience.clone(),
        receipt_writer: Arc::new(PlainReceiptWriter),
        observer: recorded.clone(),
        language: Language::English,
        declared: None,
        journal: None,
    };
    let settings = WatchOptions {
        stability: StabilityDelays::default(),
        parallel: 4.try_into().unwrap(),
        keep_sent: SentRetention::default(),
    };
    let watch = Watch::new(parts, settings).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let watching = tokio::spawn(watch.run(StopCondition::Signal, async {
        let _ = stopped.await;
    }));

    let days = 130;
    for day in 0..days {
        fs::write(export.join(format!("{day}.jpg")), photo(day)).unwrap();
        if time::timeout(GENEROUS_TIMEOUT, told.recv()).await.is_err() {
            panic!("day {day}: {recorded:?}");
        }
        // The clock advances while this waits, but by less than the last third of a certificate's lifetime.
        time::timeout(GENEROUS_TIMEOUT, async {
            while patience.elapsed() < WATCHED_A_DAY * (day + 1) {
                patience.sleep(Duration::ZERO).await;
            }
        })
        .await
        .expect("the watch goes on waiting");
        setup.gateway.advance(DAY);
    }
    drop(stop);
    watching.await.unwrap();
    assert!(setup.gateway.now() > first_end + 60 * DAY, "two certificates have ended meanwhile");
    assert!(recorded.of_kind("ClientRenewed").len() >= 2, "{:?}", recorded.of_kind("ClientRenewed"));
    for trouble in ["RenewalFailed", "Unauthorized", "GatewayDown", "Refused", "Stuck"] {
        assert!(recorded.of_kind(trouble).is_empty(), "{:?}", recorded.of_kind(trouble));
    }
    let sent: HashSet<_> = recorded.of_kind("Sent").into_iter().collect();
    assert_eq!(sent.len(), days as usize);
}
