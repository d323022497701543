use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lichtbild::client::config::StudioConfig;
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::watch::client_provider::ClientProvider;
use lichtbild::client::watch::files::retention::SentRetention;
use lichtbild::client::watch::watch_loop::StopCondition;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::{FakeGateway, PkiFault, ScriptedReply};
use crate::support::photos::jpeg::colour_jpeg;

/// A port without a listener.
const UNREACHABLE_URL: &str = "https://127.0.0.1:1";

#[tokio::test]
async fn without_a_gateway_photos_are_checked_and_wait_and_go_out_later() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.watch().await;
    let config = fs::read_to_string(studio.gateway.config()).unwrap();
    studio.gateway.write_config(UNREACHABLE_URL);
    for number in 0..6 {
        studio.export(format!("photo {number}.jpg"), &photo(number));
    }
    studio.export("wide.jpg", &colour_jpeg(90, 45));
    let left = studio.watch_for(Duration::from_secs(600)).await;
    assert_eq!(
        (left.status.sent, left.status.refused, left.status.waiting),
        (0, 1, 6),
        "judged by the rules of before"
    );
    assert_eq!(studio.events("GatewayDown").len(), 1, "said once");
    assert!(left.status.gateway_down_since.is_some());

    fs::write(studio.gateway.config(), config).unwrap();
    assert_eq!(studio.watch().await.status.sent, 6);
    assert_eq!(studio.gateway.uploads().len(), 6);
    studio.assert_cleared();
}

#[tokio::test]
async fn a_studio_that_is_suspended_is_told_once_and_keeps_its_photos() {
    let suspended = vec![ScriptedReply::Problem(403, "studio-suspended", None); 4];
    let studio = WatchedStudio::beside(FakeGateway::with_script(suspended).await);
    for number in 0..3 {
        studio.export(format!("photo {number}.jpg"), &photo(number));
    }
    let left = studio.watch().await;
    assert!(left.is_unauthorized && left.status.waiting == 3);
    assert_eq!(studio.events("Unauthorized").len(), 1);
    // The device is accepted again after the four answers.
    while studio.watch().await.is_unauthorized {}
    assert_eq!(studio.names("sent").len(), 3 * 4);
    studio.assert_cleared();
}

#[tokio::test]
async fn a_gateway_that_is_not_trusted_gets_no_photo() {
    let studio = WatchedStudio::beside(FakeGateway::with_pki(PkiFault::GatewayForeign, []).await);
    studio.export("anna.jpg", &photo(1));
    let left = studio.watch().await;
    assert!(left.is_unauthorized && left.status.waiting == 1);
    assert!(studio.gateway.uploads().is_empty());
}

/// Gives a client for the right address once.
struct SingleRenewal {
    config: StudioConfig,
    given: AtomicBool,
}

#[async_trait]
impl ClientProvider for SingleRenewal {
    async fn refresh(&self, _present: &GatewayClient) -> Option<GatewayClient> {
        let is_first = !self.given.swap(true, Ordering::SeqCst);
        is_first.then(|| GatewayClient::from_config(&self.config).unwrap())
    }
}

#[tokio::test]
async fn a_renewed_connection_serves_the_uploads_from_then_on() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let config = StudioConfig::load(&studio.gateway.config()).unwrap();
    studio.gateway.write_config(UNREACHABLE_URL);
    studio.connections = Arc::new(SingleRenewal { config, given: AtomicBool::new(false) });
    studio.export("anna.jpg", &photo(1));
    assert_eq!(studio.watch().await.status.sent, 1);
    assert_eq!(studio.events("ClientRenewed").len(), 1);
}

#[tokio::test]
async fn a_photo_that_the_gateway_stumbles_over_holds_up_no_other() {
    // The first photo meets an error; the others are sent meanwhile.
    let studio =
        WatchedStudio::beside(FakeGateway::with_script(vec![ScriptedReply::Problem(500, "internal", None); 3]).await);
    for number in 0..20 {
        studio.export(format!("photo {number:02}.jpg"), &photo(number));
    }
    assert_eq!(studio.watch().await.status.sent, 20);
    let seen = studio.gateway.uploads();
    let keys: std::collections::HashSet<&str> = seen.iter().map(|upload| upload.key()).collect();
    assert_eq!((keys.len(), seen.len()), (20, 23));
    studio.assert_cleared();
}

#[tokio::test]
async fn a_receipt_that_does_not_fit_is_not_handed_out() {
    let forged = ScriptedReply::ReceiptWithField("bytes", 1.into());
    let studio = WatchedStudio::beside(FakeGateway::with_script([forged]).await);
    studio.export("anna.jpg", &photo(1));
    assert_eq!(studio.watch().await.status.sent, 1, "tried again after a while");
    assert_eq!(studio.events("Stuck").len(), 1);
    assert_eq!(studio.gateway.uploads().len(), 2);
    studio.assert_cleared();
}

#[tokio::test]
async fn a_watch_that_is_told_to_stop_ends_and_the_next_one_goes_on() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", &photo(1));
    let left = studio.begin().run(StopCondition::Signal, std::future::ready(())).await;
    assert_eq!(left.status.sent, 0);
    assert_eq!(studio.watch().await.status.sent, 1);
    studio.assert_cleared();
}

#[tokio::test]
async fn a_disk_that_takes_nothing_costs_nothing_but_time() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.keep_sent = SentRetention::Forever;
    studio.export("anna.jpg", &photo(1));
    let (sent, once) = (studio.file("sent"), AtomicBool::new(false));
    studio.react(move |event| {
        // The profile is fetched before a photo is sent.
        if event.starts_with("ProfileLoaded ") && !once.swap(true, Ordering::SeqCst) {
            fs::remove_dir(&sent).unwrap();
        }
        if event.starts_with("StorageFailed") {
            fs::create_dir(&sent).unwrap();
        }
    });
    assert_eq!(studio.watch().await.status.sent, 1);
    assert_eq!((studio.events("StorageFailed").len(), studio.events("StorageRecovered").len()), (1, 1));
    assert_eq!(studio.gateway.uploads().len(), 1, "the receipt was on the disk already");
    studio.assert_cleared();
}
