//! An erased photo leaves no trace that leads to it in any file or table, whatever erased it.
//!
//! There is no key per photo to find either: it is derived from the code each time.

use serde_json::json;

use super::secret_patterns::SecretPatterns;
use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

/// Patterns of a stored photo: its envelope and its lookup id, as bytes and as text.
async fn traces(gateway: &TestGateway, photo_id: &str) -> SecretPatterns {
    let mut traces = SecretPatterns::default();
    let frame = gateway.database.bytes(&format!("SELECT frame FROM frames WHERE photo_id = '{photo_id}'")).await;
    let digest = gateway.database.bytes(&format!("SELECT sha256 FROM frames WHERE photo_id = '{photo_id}'")).await;
    let lookup = gateway.database.bytes(&format!("SELECT lookup_id FROM photos WHERE photo_id = '{photo_id}'")).await;
    for (bytes, what) in [(&frame[0], "a frame"), (&digest[0], "a frame's digest"), (&lookup[0], "a lookup id")] {
        for piece in bytes.chunks_exact(16) {
            traces.add(piece, what);
            let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
            traces.add(hex.as_bytes(), format!("{what}, hexadecimal"));
            traces.add(hex.to_uppercase().as_bytes(), format!("{what}, hexadecimal"));
        }
    }
    traces
}

/// Lists the files and columns that contain any of the patterns.
async fn places(gateway: &TestGateway, traces: &SecretPatterns) -> Vec<String> {
    let mut found = Vec::new();
    for (path, content) in gateway.files() {
        found.extend(traces.found_in(&content).map(|what| format!("{what} in {}", path.display())));
    }
    for (column, content) in gateway.database.all_values().await {
        found.extend(traces.found_in(&content).map(|what| format!("{what} in {column}")));
    }
    found
}

/// One way to erase a photo.
async fn go(
    gateway: &TestGateway,
    studio: &RouterClient,
    office: &RouterClient,
    way: &str,
    code: &str,
    photo_id: &str,
) {
    match way {
        "used" => _ = office.collect_and_settle(code, &json!({ "outcome": "used" })).await,
        "refused" => _ = office.collect_and_settle(code, &json!({ "outcome": "refused", "reason": "gaze" })).await,
        "withdrawn" => _ = studio.withdraw(photo_id).await,
        "kept, then used" => {
            office.collect_and_settle(code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
            office.collect_and_settle(code, &json!({ "outcome": "used" })).await;
        }
        "used by default" => {
            office.collect_and_fetch(code).await;
            gateway.advance(8 * DAY);
        }
        "expired" => gateway.advance(200 * DAY),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn nothing_of_a_photo_is_left_in_any_file_or_table_whichever_way_it_goes() {
    for way in ["used", "refused", "withdrawn", "kept, then used", "used by default", "expired"] {
        let gateway = TestGateway::start().await;
        let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
        let mut others = Vec::new();
        for number in 0..3 {
            others.push(studio.deposit_numbered(number).await);
        }
        let photo = studio.deposit_numbered(9).await;
        let gone = traces(&gateway, &photo.photo_id).await;
        let before = places(&gateway, &gone).await;
        for column in ["frames.frame", "frames.sha256", "photos.lookup_id"] {
            assert!(
                before.iter().any(|place| place.ends_with(column)),
                "the search does not find {column}: {before:?}"
            );
        }
        go(&gateway, &studio, &office, way, &photo.code, &photo.photo_id).await;
        gateway.advance(MINUTE);
        gateway.sweep().await;
        assert_eq!(places(&gateway, &gone).await, Vec::<String>::new(), "{way}");
        if way != "expired" {
            let kept = traces(&gateway, &others[0].photo_id).await;
            assert!(!places(&gateway, &kept).await.is_empty(), "{way}: the other photos stay");
        }
        let mut fact = SecretPatterns::default();
        fact.add(photo.photo_id.as_bytes(), "the identifier");
        assert!(!places(&gateway, &fact).await.is_empty(), "{way}: the fact stays");
    }
}
