//! The database's files.

skip_in!(postgres: "reads the files of SQLite");

use serde_json::json;

use super::secret_patterns::SecretPatterns;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::router_client::{DepositedPhoto, idempotency_key, json_string};
use crate::support::test_gateway::{MINUTE, TestGateway};

/// A hundred photos in every state.
async fn busy_day(gateway: &TestGateway) -> Vec<DepositedPhoto> {
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let mut deposits = vec![];
    for number in 0..99 {
        let deposit = studio.deposit_numbered(number).await;
        match number % 8 {
            0 => _ = office.collect_ok(&deposit.code).await,
            1 => _ = office.collect_and_fetch(&deposit.code).await,
            2 => _ = office.collect_and_settle(&deposit.code, &json!({ "outcome": "used" })).await,
            3 => {
                let refused = json!({ "outcome": "refused", "reason": "gaze", "note": "Blick zur Seite" });
                office.collect_and_settle(&deposit.code, &refused).await;
            }
            4 => {
                _ = office.collect_and_settle(&deposit.code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await
            }
            5 => _ = studio.withdraw(&deposit.photo_id).await,
            6 => _ = studio.deposit(&deposit.bytes, &deposit.key).await,
            _ => {}
        }
        deposits.push(deposit);
    }
    // A photo larger than a page of the file.
    let bytes = colour_jpeg(175, 225);
    let receipt = studio.deposit(&bytes, &idempotency_key(99)).await.json();
    let (photo_id, code) = (json_string(&receipt["photo_id"]), json_string(&receipt["code"]));
    deposits.push(DepositedPhoto { photo_id, code, bytes, key: idempotency_key(99) });
    // Wrong codes and refused photos add rows too.
    office.collect("G94ZJ-756FW-FHRWS-2ZVE8").await.assert_problem(404, "code-unknown");
    let mut cut = DepositedPhoto {
        bytes: deposits[99].bytes[..4000].to_vec(),
        key: idempotency_key(100),
        ..deposits[99].clone()
    };
    studio.deposit(&cut.bytes, &cut.key).await.assert_problem(422, "photo-refused");
    cut.code = "G94ZJ-756FW-FHRWS-2ZVE8".into();
    deposits.push(cut);
    deposits
}

#[tokio::test]
async fn the_files_hold_no_code_no_photo_no_digest_and_no_key() {
    let gateway = TestGateway::start().await;
    let deposits = busy_day(&gateway).await;
    let mut secrets = SecretPatterns::default();
    deposits.iter().for_each(|deposit| secrets.add_secrets_of(deposit));
    let mut control = SecretPatterns::default();
    control.add(deposits[7].photo_id.as_bytes(), "a photo's identifier");
    for purged in [false, true] {
        if purged {
            gateway.advance(MINUTE);
            gateway.sweep().await;
        }
        let files = gateway.files();
        assert!(
            files.iter().any(|(_, content)| control.found_in(content).is_some()),
            "the search finds nothing at all"
        );
        let log = files.iter().find(|(path, _)| path.extension().is_some_and(|end| end == "db-wal")).unwrap();
        assert_eq!(log.1.is_empty(), purged);
        for (path, content) in files {
            assert_eq!(secrets.found_in(&content), None, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn what_is_erased_leaves_the_files() {
    let gateway = TestGateway::start().await;
    let deposits = busy_day(&gateway).await;
    let (mut erased, mut kept) = (SecretPatterns::default(), SecretPatterns::default());
    let frames = gateway.database.bytes("SELECT frame FROM frames ORDER BY photo_id").await;
    let lookups = gateway.database.bytes("SELECT lookup_id FROM photos WHERE lookup_id IS NOT NULL").await;
    assert!(frames.len() > 50 && lookups.len() == frames.len());
    frames.iter().for_each(|frame| erased.add_pieces(frame, "a frame"));
    lookups.iter().for_each(|lookup| erased.add(lookup, "a lookup id"));
    assert!(gateway.files().iter().any(|(_, content)| erased.found_in(content).is_some()));
    gateway.advance(180 * 24 * 60 * MINUTE);
    gateway.sweep().await;
    assert_eq!(gateway.database.count("frames").await, 0);
    kept.add(deposits[7].photo_id.as_bytes(), "a photo's identifier");
    let files = gateway.files();
    assert!(files.iter().any(|(_, content)| kept.found_in(content).is_some()), "the fact stays");
    for (path, content) in files {
        assert_eq!(erased.found_in(&content), None, "{}", path.display());
    }
}

#[tokio::test]
async fn the_audit_log_names_nobody() {
    let gateway = TestGateway::start().await;
    busy_day(&gateway).await;
    gateway.advance(8 * 24 * 60 * MINUTE);
    gateway.sweep().await;
    for row in gateway.database.audit().await {
        let row = format!("{row:?}");
        for word in ["Koch", "Mitte", "Düsseldorf", "Kasse", "Blick", "key-of"] {
            assert!(!row.contains(word), "{row}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let gateway = TestGateway::start().await;
    gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let files = gateway.files();
    assert!(files.len() >= 3, "database, log and index");
    for (path, _) in files {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}
