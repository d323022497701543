//! Revoked means now, though another process did it and the connection is open.

use std::time::Duration;

use tokio::time::Instant;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient, begin_upload, send_raw_request, wait_until_closed};
use crate::support::raw_database::RawDatabase;

const ME: &str = "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn revoke(home: &GatewayFolder, device: &DeviceFiles) {
    let revoked = home.run(&["device", "revoke", &device.device_id]);
    assert!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
}

#[tokio::test]
async fn a_revoked_device_is_refused_on_its_open_connection_or_cut_off() {
    let home = GatewayFolder::new();
    let (device, other) = (home.studio("Foto Koch"), home.device("studio", "Foto Koch"));
    let gateway = home.start();
    let mut asking = device.connect_tls(gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut asking, ME).await.unwrap().0, 200);
    let mut resting = device.connect_tls(gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut resting, ME).await.unwrap().0, 200);
    let mut bystander = other.connect_tls(gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut bystander, ME).await.unwrap().0, 200);

    revoke(&home, &device);
    let begun = Instant::now();
    if let Ok((status, body)) = send_raw_request(&mut asking, ME).await {
        assert_eq!(status, 403);
        assert!(String::from_utf8_lossy(&body).contains("\"device-revoked\""));
    }
    wait_until_closed(&mut resting).await;
    wait_until_closed(&mut asking).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "cut after {:?}", begun.elapsed());
    assert_eq!(send_raw_request(&mut bystander, ME).await.unwrap().0, 200);
    assert!(device.client(gateway.studio()).get("/v1/me").await.is_err(), "a new handshake succeeded");
    // Nobody saw a request, and yet the audit log tells of it.
    let database = RawDatabase::open(&home.database()).await;
    wait_until("the refused handshake is in the audit log", async || {
        database.count_events("device.turned_away").await == 1
    })
    .await;
    let row = database.audit().await.into_iter().find(|row| row.event == "device.turned_away").unwrap();
    assert_eq!((row.subject, &row.details["reason"]), (Some(device.device_id.clone()), &"certificate_revoked".into()));
}

#[tokio::test]
async fn an_upload_of_a_device_revoked_meanwhile_is_cut_and_leaves_nothing() {
    let home = GatewayFolder::new();
    let (device, other) = (home.studio("Foto Koch"), home.device("studio", "Foto Koch"));
    let gateway = home.start();
    let mut upload = device.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-half-a-photo", 80_000).await;
    revoke(&home, &device);
    wait_until_closed(&mut upload).await;
    let list = other.client(gateway.studio()).get("/v1/photos").await.unwrap();
    assert_eq!(list.json()["photos"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_suspension_counts_on_open_connections_and_ends_when_it_is_lifted() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let (watched, desk) = (studio.client(gateway.studio()), office.client(gateway.office()));
    let code = watched.deposit("a-key-for-this-photo").await.unwrap().code();
    desk.collect_ok(&code).await;
    let handshakes = handshakes(&gateway).await;

    assert!(home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    // Without bodies: an upload that is refused unread ends its connection.
    assert_eq!(watched.get("/v1/me").await.unwrap().problem(), (403, "studio-suspended".into()));
    assert_eq!(watched.get("/v1/photos").await.unwrap().problem(), (403, "studio-suspended".into()));
    assert!(home.run(&["studio", "resume", "Foto Koch"]).status.success());
    assert_eq!(watched.deposit("a-key-for-the-next-photo").await.unwrap().status, 201);

    assert!(home.run(&["office", "suspend", "Amt Nord"]).status.success());
    let refused = desk.get("/v1/collections").await.unwrap();
    assert_eq!(refused.problem(), (403, "office-suspended".into()));
    assert!(home.run(&["office", "resume", "Amt Nord"]).status.success());
    assert_eq!(desk.collect(&code).await.unwrap().status, 200, "the lease outlives the suspension");
    assert_eq!(list_length(&watched).await, 2);
    assert_eq!(self::handshakes(&gateway).await, handshakes, "the connections were not kept");
}

async fn handshakes(gateway: &GatewayProcess) -> u64 {
    let accepted = |listener: &str| format!("lichtbild_connections_accepted_total{{listener=\"{listener}\"}}");
    gateway.metric(&accepted("studio")).await + gateway.metric(&accepted("office")).await
}

async fn list_length(watched: &HttpsClient) -> usize {
    watched.get("/v1/photos").await.unwrap().json()["photos"].as_array().unwrap().len()
}
