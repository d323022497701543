//! No device, studio or office keeps the others out: of connections, of memory, of the judge.

use tokio::io::AsyncWriteExt;

use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::{PHOTO, begin_upload, read_response};

#[tokio::test]
async fn a_device_that_takes_every_connection_keeps_no_other_studio_out() {
    let home = GatewayFolder::new();
    for (key, value) in [("connections", "24"), ("connections_per_device", "16"), ("headers_seconds", "60")] {
        home.set(key, value);
    }
    let (greedy, other) = (home.studio("Foto Gier"), home.studio("Foto Koch"));
    let gateway = home.start();
    let mut held = Vec::new();
    for _ in 0..32 {
        let mut connection = greedy.connect_tls(gateway.studio()).await.unwrap();
        // Closed already if it is one too many.
        let _ = connection.write_all(b"GET /v1/me HTTP/1.1\r\nHo").await;
        held.push(connection);
    }
    let turned_away = "lichtbild_connections_turned_away_total{listener=\"studio\"}";
    wait_until("the listener is full", async || gateway.metric(turned_away).await >= 8).await;
    for number in 0..4 {
        let client = other.client(gateway.studio());
        assert_eq!(client.deposit(&format!("a-key-for-photo-{number}")).await.unwrap().status, 201);
    }
    let log = gateway.log();
    assert!(log.contains("listener full, closed a connection of the device with the most connections"), "{log}");
    assert!(log.contains(&greedy.device_id), "{log}");
}

#[tokio::test]
async fn a_studio_of_many_devices_leaves_memory_to_another() {
    let home = GatewayFolder::new();
    let (photo, total) = (PHOTO.len().to_string(), (8 * PHOTO.len()).to_string());
    for (key, value) in [("photo_bytes", photo.as_str()), ("photo_bytes_in_total", &total)] {
        home.set(key, value);
    }
    let greedy = home.studio("Foto Gier");
    let devices = [greedy, home.device("studio", "Foto Gier"), home.device("studio", "Foto Gier")];
    let other = home.studio("Foto Koch");
    let gateway = home.start();
    let mut under_way = Vec::new();
    for number in 0..4 {
        let device = &devices[number % 3];
        let mut upload = device.connect_tls(gateway.studio()).await.unwrap();
        begin_upload(&mut upload, &format!("a-key-for-photo-{number}"), PHOTO.len()).await;
        let half = PHOTO.len() / 2;
        upload.write_all(&PHOTO[..half]).await.unwrap();
        upload.flush().await.unwrap();
        under_way.push(upload);
        // Each is under way before the next begins.
        assert_eq!(device.client(gateway.studio()).get("/v1/me").await.unwrap().status, 200);
    }
    let refused = || async { devices[2].client(gateway.studio()).deposit("a-key-for-one-more").await.unwrap() };
    wait_until("half of the memory is what one studio has", async || refused().await.status == 503).await;
    let refused = refused().await;
    assert_eq!(
        (refused.problem().1.as_str(), &refused.headers["retry-after"]),
        ("gateway-busy", &"1".parse().unwrap())
    );
    let deposit = other.client(gateway.studio()).deposit("a-key-for-another").await.unwrap();
    assert_eq!(deposit.status, 201, "another studio finds room");

    for upload in &mut under_way {
        upload.write_all(&PHOTO[PHOTO.len() / 2..]).await.unwrap();
        upload.flush().await.unwrap();
        assert_eq!(read_response(upload).await.unwrap().0, 201, "what was under way is not given up");
    }
    assert_eq!(devices[2].client(gateway.studio()).deposit("a-key-for-one-more").await.unwrap().status, 201);
}
