//! One gateway: what a stream shows, and what ends it.

use std::time::{Duration, Instant};

use serde_json::json;

use super::EventReader;
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::HttpsClient;

async fn settle(studio: &HttpsClient, office: &HttpsClient, key: &str, outcome: &serde_json::Value) -> String {
    let deposit = studio.deposit(key).await.unwrap();
    let (code, photo_id) = (deposit.code(), deposit.text("photo_id"));
    let collection = office.collect_ok(&code).await;
    assert_eq!(office.fetch(&collection, &code).await.unwrap().status, 200);
    assert_eq!(office.settle(&collection, outcome).await.unwrap().status, 200);
    photo_id
}

#[tokio::test]
async fn a_studio_hears_of_a_refusal_while_it_listens_and_resumes_after_a_restart() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let (depositing, settling) = (studio.client(gateway.studio()), office.client(gateway.office()));
    let mut listening = EventReader::open(&depositing, None).await.unwrap();
    let refused = json!({ "outcome": "refused", "reason": "gaze", "note": "Blick zur Seite" });
    let photo_id = settle(&depositing, &settling, "a-key-of-the-first", &refused).await;
    let event = listening.next().await.unwrap().unwrap();
    assert_eq!((event.text("kind"), event.text("photo_id")), ("photo.refused".into(), photo_id));
    assert_eq!((event.text("reason"), event.text("note")), ("gaze".into(), "Blick zur Seite".into()));
    assert_eq!(gateway.metric("lichtbild_event_streams_open").await, 1);
    assert_eq!(gateway.metric("lichtbild_events_delivered_total").await, 1);
    settle(&depositing, &settling, "a-key-of-the-second", &json!({ "outcome": "used" })).await;
    let second = listening.next().await.unwrap().unwrap();

    // A stream does not keep the gateway from stopping.
    let begun = Instant::now();
    gateway.terminate();
    assert!(listening.next().await.unwrap().is_none(), "the stream ends as an answer ends");
    assert!(gateway.stop().success());
    assert!(begun.elapsed() < Duration::from_secs(10), "stopped after {:?}", begun.elapsed());

    let gateway = home.start();
    let depositing = studio.client(gateway.studio());
    let mut resumed = EventReader::open(&depositing, Some(&event.id)).await.unwrap();
    let again = resumed.next().await.unwrap().unwrap();
    assert_eq!((again.id, again.data), (second.id, second.data));
    let lines = gateway.log();
    let ended = lines.lines().find(|line| line.contains("event stream ended")).unwrap_or_else(|| panic!("{lines}"));
    for part in ["shutting_down", &studio.device_id, "id="] {
        assert!(ended.contains(part), "{part}: {ended}");
    }
}

#[tokio::test]
async fn a_suspension_or_a_revocation_by_another_process_ends_a_stream_within_two_seconds() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let mut of_studio = EventReader::open(&studio.client(gateway.studio()), None).await.unwrap();
    let mut of_office = EventReader::open(&office.client(gateway.office()), None).await.unwrap();
    wait_until("both listen", async || gateway.metric("lichtbild_event_streams_open").await == 2).await;
    assert!(home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    let begun = Instant::now();
    assert!(of_studio.next().await.unwrap().is_none());
    assert!(begun.elapsed() < Duration::from_secs(2), "ended after {:?}", begun.elapsed());
    assert!(home.run(&["device", "revoke", &office.device_id]).status.success());
    let begun = Instant::now();
    assert!(!matches!(of_office.next().await, Ok(Some(_))), "the connection is cut, or the stream ends");
    assert!(begun.elapsed() < Duration::from_secs(2), "ended after {:?}", begun.elapsed());
}
