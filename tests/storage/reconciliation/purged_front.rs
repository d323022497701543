//! A log whose oldest rows were deleted by hand up to a checkpoint, to hide a used photo.

skip_in!(postgres: "the forger's statements are SQLite's");

use lichtbild::clock::Timestamp;
use lichtbild::domain::log::checkpoint::LOG_RETENTION;
use lichtbild::domain::log::integrity::IntegrityFault;
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use serde_json::json;

use super::FullGateway;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

/// A store in which a used photo was made available again, and whose log begins after the checkpoint signed afterwards.
async fn cut(moved_at: &str, is_any_row_left: bool) -> FullGateway {
    let city = FullGateway { gateway: TestGateway::start().await, key: CheckpointKey::generate().unwrap() };
    let gateway = &city.gateway;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await);
    let photo = studio.deposit_numbered(1).await;
    let database = &gateway.database;
    database
        .execute("CREATE TABLE photo AS SELECT * FROM photos; CREATE TABLE frame AS SELECT * FROM frames")
        .await
        .unwrap();
    office.collect_and_settle(&photo.code, &json!({ "outcome": "used" })).await;
    gateway.advance(MINUTE);
    city.checkpoint().await;
    if is_any_row_left {
        gateway.set_suspended(&studio.party, true).await;
    }
    gateway.advance(DAY);
    let triggers = database.texts("SELECT sql FROM sqlite_master WHERE type = 'trigger'").await;
    for trigger in database.texts("SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
        database.execute(&format!("DROP TRIGGER {trigger}")).await.unwrap();
    }
    database
        .execute(&format!(
            "DELETE FROM collections; DELETE FROM photos;
             INSERT INTO photos SELECT * FROM photo; INSERT INTO frames SELECT * FROM frame;
             DROP TABLE photo; DROP TABLE frame;
             DELETE FROM photo_counts; INSERT INTO photo_counts (state, photos) VALUES ('available', 1);
             INSERT INTO log_anchors (sequence, sha256, moved_at) SELECT count, head, {moved_at} FROM checkpoints;
             DELETE FROM audit WHERE sequence <= (SELECT max(count) FROM checkpoints)"
        ))
        .await
        .unwrap();
    for trigger in triggers {
        database.execute(&trigger).await.unwrap();
    }
    city
}

/// Appends the row about the purge as an attacker without the key file can forge it.
async fn append_purge_row(city: &FullGateway, at: Timestamp) {
    let anchor = city.gateway.store.log_anchor().await.unwrap();
    let details = json!({ "up_to": anchor.sequence, "sha256": anchor.sha256 });
    let entry = AuditEntry { at, actor: "gateway".into(), event: AuditEvent::LogShortened, subject: None, details };
    let head = city.gateway.store.log_head().await.unwrap();
    let end = if head.sequence == 0 { anchor } else { head };
    let insert = format!(
        "INSERT INTO audit (sequence, at, actor, event, details, prev, sha256)
         VALUES ({}, {}, 'gateway', 'log.shortened', '{}', x'{}', x'{}')",
        end.sequence + 1,
        at.unix_milliseconds(),
        entry.details,
        end.sha256,
        entry.chained_digest(end.sequence + 1, &end.sha256),
    );
    city.gateway.database.execute(&insert).await.unwrap();
}

async fn is_found(city: &FullGateway) -> bool {
    let report = city.report().await;
    report.faults.contains_key(&IntegrityFault::AnchorDiffers)
}

#[tokio::test]
async fn a_front_whose_time_was_not_over_is_found() {
    let city = cut("at", true).await;
    let report = city.report().await;
    assert!(report.faults.keys().eq([&IntegrityFault::AnchorDiffers]), "{report:#?}");
    append_purge_row(&city, city.gateway.now() - DAY).await;
    assert!(is_found(&city).await);
}

#[tokio::test]
async fn a_front_whose_removal_is_logged_in_the_future_is_found() {
    let moved_at = format!("at + {}", LOG_RETENTION.as_millis());
    // After a row with a digest, and in a log without digests.
    for is_any_row_left in [true, false] {
        let city = cut(&moved_at, is_any_row_left).await;
        assert!(is_found(&city).await);
        append_purge_row(&city, city.gateway.now() - DAY + LOG_RETENTION).await;
        assert!(is_found(&city).await);
    }
}
