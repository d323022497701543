//! SIGTERM: what runs is finished, what rests is closed, and a second one hurries.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::{PHOTO, begin_upload, read_response, send_raw_request};

#[tokio::test]
async fn a_deposit_that_runs_is_finished_and_the_gateway_ends_with_0() {
    let home = GatewayFolder::new();
    let studio = home.studio("Foto Koch");
    let mut gateway = home.start();
    let mut resting = studio.connect_tls(gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut resting, "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap().0, 200);
    let mut upload = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-this-photo", PHOTO.len()).await;
    upload.write_all(&PHOTO[..1000]).await.unwrap();

    gateway.terminate();
    wait_until("nobody else is let in", async || studio.connect_tls(gateway.studio()).await.is_err()).await;
    assert!(gateway.exit_status().is_none(), "it did not wait for the deposit");
    upload.write_all(&PHOTO[1000..]).await.unwrap();
    let (status, receipt) = read_response(&mut upload).await.unwrap();
    assert_eq!(status, 201);
    drop((upload, resting));
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(gateway.log().ends_with("Stopped.\n"), "{}", gateway.log());
    let wal = home.file("lichtbild.sqlite-wal");
    assert!(!wal.exists(), "the log was not folded into the database");

    let gateway = home.start();
    let repeat = studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap();
    assert!(repeat.is_replayed());
    let receipt: serde_json::Value = serde_json::from_slice(&receipt).unwrap();
    assert_eq!(receipt["code"], repeat.code());
}

#[tokio::test]
async fn what_is_answered_while_it_stops_says_that_the_connection_ends() {
    let home = GatewayFolder::new();
    let studio = home.studio("Foto Koch");
    let gateway = home.start();
    let mut upload = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-this-photo", PHOTO.len()).await;
    gateway.terminate();
    wait_until("nobody else is let in", async || studio.connect_tls(gateway.studio()).await.is_err()).await;
    upload.write_all(PHOTO).await.unwrap();
    let mut answer = Vec::new();
    upload.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 201") && answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn a_second_signal_drops_what_runs_and_the_gateway_still_ends_with_0() {
    let home = GatewayFolder::new();
    home.set("finish_seconds", "3600");
    let studio = home.studio("Foto Koch");
    let mut gateway = home.start();
    let mut upload = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-half-a-photo", PHOTO.len()).await;
    gateway.terminate();
    wait_until("it stops", async || gateway.log().contains("stopped accepting")).await;
    assert!(gateway.exit_status().is_none());
    gateway.terminate();
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(read_response(&mut upload).await.is_err());
    let mut ledger = DatabaseInspector::open(&home.database()).await;
    assert_eq!(ledger.photos().await, 0);
    ledger.assert_consistent().await;
}
