//! The log of a whole cycle, at its most talkative, tells nobody a secret or a name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::digest::Sha256Digest;
use serde_json::json;

use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::{HttpsResponse, PHOTO};
use crate::support::photos::jpeg::{new_segment, with_inserted};

#[tokio::test]
async fn the_log_of_a_whole_cycle_holds_no_code_no_key_no_name_and_no_photo() {
    for format in ["text", "json"] {
        let home = GatewayFolder::new();
        home.set("level", "\"debug\"");
        home.set("format", &format!("\"{format}\""));
        home.set("sweep_seconds", "0.1");
        home.set("linger_seconds", "0.05");
        let (studio, office) = (home.studio("Foto Koch"), home.office("Bürgeramt Mitte"));
        let other = home.office("Amt Süd");
        let gateway = home.start();
        let (watched, desk) = (studio.client(gateway.studio()), office.client(gateway.office()));
        let elsewhere = other.client(gateway.office());
        let (mut secrets, mut collections) = (Vec::<String>::new(), Vec::new());
        let mut add_deposit = |key: String, receipt: &HttpsResponse, photo: &[u8]| {
            let (code, digest) = (receipt.code(), Sha256Digest::of(photo));
            secrets.extend([key, code.replace('-', ""), code, receipt.text("photo_id")]);
            secrets.extend([digest.to_string(), STANDARD.encode(digest.as_bytes())]);
        };

        for (number, outcome) in [
            json!({ "outcome": "used" }),
            json!({ "outcome": "released" }),
            json!({ "outcome": "refused", "reason": "other", "note": "Bitte lächeln" }),
        ]
        .iter()
        .enumerate()
        {
            let key = format!("a-key-that-nobody-knows-{number}");
            let receipt = watched.deposit(&key).await.unwrap();
            let code = receipt.code();
            assert!(watched.deposit(&key).await.unwrap().is_replayed());
            let collection = desk.collect_ok(&code).await;
            assert_eq!(elsewhere.collect(&code).await.unwrap().status, 409);
            assert_eq!(elsewhere.fetch(&collection, &code).await.unwrap().status, 404);
            assert!(desk.fetch(&collection, &code).await.unwrap().body == PHOTO);
            assert_eq!(desk.settle(&collection, outcome).await.unwrap().status, 200);
            assert_eq!(desk.fetch(&collection, &code).await.unwrap().status, 409);
            let path = format!("/v1/photos/{}", receipt.text("photo_id"));
            watched.get(&path).await.unwrap();
            add_deposit(key, &receipt, PHOTO);
            collections.push(collection);
        }
        // Many more over the same connection, each another file of the same picture.
        for number in 3..100 {
            let key = format!("a-key-that-nobody-knows-{number}");
            let photo = with_inserted(PHOTO, 2, &new_segment(0xFE, key.as_bytes()));
            let receipt = watched.deposit_bytes(&key, photo.clone()).await.unwrap();
            add_deposit(key, &receipt, &photo);
        }
        // What goes wrong is told, but not what it was about.
        let wrong = "G94ZJ-756FW-FHRWS-2ZVE8";
        assert_eq!(desk.collect(wrong).await.unwrap().status, 404);
        assert_eq!(desk.collect("NR3MP-75Q96-X8259-ZKAA0").await.unwrap().status, 400);
        assert_eq!(watched.deposit_bytes("a-key-for-no-photo-at-all", "no photo").await.unwrap().status, 422);
        assert_eq!(watched.get("/v1/photos?state=lost-and-found").await.unwrap().status, 400);
        assert_eq!(watched.get("/v1/Max-Mustermann").await.unwrap().status, 404);
        assert!(home.run(&["studio", "suspend", "Foto Koch"]).status.success());
        assert_eq!(watched.get("/v1/me").await.unwrap().status, 403);
        assert!(home.run(&["device", "revoke", &studio.device_id]).status.success());
        wait_until("the device is cut off", async || gateway.log().contains("connections of revoked devices")).await;
        let log_file = home.beside("log");
        assert!(gateway.stop().success());

        secrets.extend(
            [wrong, "NR3MP", "a-key-for-no-photo", "lost-and-found", "Mustermann", "lächeln"].map(str::to_owned),
        );
        secrets.extend(["Foto Koch", "Bürgeramt", "Amt Süd", "Musterstadt"].map(str::to_owned));
        secrets.extend(collections);
        let log = std::fs::read(log_file).unwrap();
        let text = String::from_utf8_lossy(&log);
        assert!(text.contains("/v1/photos/{photo_id}"), "a log of nothing proves nothing: {text}");
        let lower_case = text.to_lowercase();
        for secret in &secrets {
            assert!(!lower_case.contains(&secret.to_lowercase()), "{format}: the log holds {secret}");
        }
        assert!(!log.windows(16).any(|window| window == &PHOTO[1000..1016]), "{format}: bytes of the photo");
        if format == "json" {
            let lines = text.lines().filter(|line| *line != "Stopped.");
            assert!(lines.into_iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{text}");
        }
    }
}
