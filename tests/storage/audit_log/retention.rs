//! After ten years and six months tombstones and rows are purged; the rest of the log can still be verified.

use std::time::Duration;

use lichtbild::domain::log::chain::{ChainLink, ChainVerifier};
use lichtbild::domain::log::checkpoint::LOG_RETENTION;
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::flows::maintenance::chain_verifier::verify_to_end;
use lichtbild::flows::maintenance::checkpoint::checkpoint;
use lichtbild::flows::maintenance::purge::{purge, shorten_log};
use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use lichtbild::storage::requests::PurgeReport;
use serde_json::json;

use crate::support::test_gateway::{DAY, TestGateway};

struct LogRetentionSetup {
    gateway: TestGateway,
    key: CheckpointKey,
}

impl LogRetentionSetup {
    async fn new() -> Self {
        Self { gateway: TestGateway::start().await, key: CheckpointKey::generate().unwrap() }
    }

    async fn sign(&self) -> ChainLink {
        checkpoint(&self.gateway.gateway, &self.key, "gateway.example").await.unwrap().unwrap().link()
    }

    /// Shortens the log and purges, as the sweep does after checking the clock.
    async fn purge(&self) -> PurgeReport {
        let now = self.gateway.now();
        shorten_log(&self.gateway.gateway, self.key.verifier(), now).await.unwrap();
        purge(&self.gateway.gateway, now).await.unwrap()
    }

    /// Reports whether the rest of the log follows its anchor and matches the checkpoint.
    async fn is_whole(&self, checkpoint: ChainLink) -> bool {
        let log = self.gateway.store();
        let mut verifier = ChainVerifier::starting_after(log.log_anchor().await.unwrap(), [checkpoint]);
        verify_to_end(log, &mut verifier).await.is_ok() && verifier.finish().is_ok()
    }
}

#[tokio::test]
async fn tombstones_and_the_logs_front_go_at_their_time_and_not_a_moment_before() {
    let setup = LogRetentionSetup::new().await;
    let gateway = &setup.gateway;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let [used, withdrawn] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
    office
        .collect_and_settle(&used.code, &json!({ "outcome": "refused", "reason": "gaze", "note": "blickt zur Seite" }))
        .await;
    let old = setup.sign().await;
    gateway.advance(DAY);
    studio.withdraw(&withdrawn.photo_id).await;
    let newer = setup.sign().await;
    let rows = gateway.database.count("audit").await;

    gateway.advance(LOG_RETENTION - DAY - Duration::from_millis(1));
    assert_eq!(setup.purge().await, PurgeReport::default());
    assert_eq!((gateway.database.count("photos").await, gateway.database.count("audit").await), (2, rows));

    gateway.advance(Duration::from_millis(1));
    assert_eq!(setup.purge().await, PurgeReport { tombstones: 1, log_rows: old.sequence as u64, events: 0 });
    assert_eq!(gateway.database.texts("SELECT photo_id FROM photos").await, std::slice::from_ref(&withdrawn.photo_id));
    assert_eq!(gateway.database.count("collections").await, 0, "they went with their photo");
    assert_eq!(gateway.store.log_anchor().await.unwrap(), old);
    assert_eq!(gateway.database.number("SELECT min(sequence) FROM audit").await, old.sequence + 1);
    assert!(setup.is_whole(newer).await);
    assert_eq!(gateway.database.count_events("log.shortened").await, 1);
    assert_eq!(gateway.database.count_events("tombstones.forgotten").await, 1);

    // The gateway continues and purges the rest a day later; the row about the purge stays.
    gateway.advance(DAY);
    assert_eq!(setup.purge().await.tombstones, 1);
    assert_eq!(gateway.database.count("photos").await, 0);
    assert!(setup.is_whole(setup.sign().await).await);
    let head = gateway.store.log_head().await.unwrap();
    assert!(head.sequence > newer.sequence, "numbers are never given twice");
}

#[tokio::test]
async fn erasing_a_tombstone_with_its_note_leaves_the_chain_whole_and_the_chain_never_held_the_note() {
    let setup = LogRetentionSetup::new().await;
    let gateway = &setup.gateway;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let note = "Frau Musterfrau blickt zur Seite";
    for number in 0..3 {
        let deposit = studio.deposit_numbered(number).await;
        office
            .collect_and_settle(&deposit.code, &json!({ "outcome": "refused", "reason": "gaze", "note": note }))
            .await;
    }
    assert_eq!(gateway.database.texts("SELECT refusal_note FROM photos").await, [note; 3]);
    let checkpoint = setup.sign().await;
    let rows = gateway.database.texts("SELECT actor || event || coalesce(subject, '') || details FROM audit").await;
    assert!(rows.iter().all(|row| !row.contains("Musterfrau") && !row.contains("Foto Koch")), "{rows:?}");

    let before = gateway.database.texts("SELECT details FROM audit ORDER BY sequence").await;
    for erased in ["DELETE FROM collections", "UPDATE photos SET refusal_note = NULL", "DELETE FROM photos"] {
        gateway.database.execute(erased).await.unwrap();
        assert!(setup.is_whole(checkpoint).await, "{erased}");
    }
    assert_eq!(gateway.database.texts("SELECT details FROM audit ORDER BY sequence").await, before);
}

#[tokio::test]
async fn without_a_checkpoint_or_with_somebody_elses_the_log_stays() {
    let setup = LogRetentionSetup::new().await;
    let gateway = &setup.gateway;
    let studio = gateway.studio("Foto Koch").await;
    studio.deposit_numbered(1).await;
    gateway.advance(LOG_RETENTION);
    assert_eq!(setup.purge().await.log_rows, 0, "nothing vouches for what would be left");
    setup.sign().await;
    gateway.advance(LOG_RETENTION);
    let other_key = CheckpointKey::generate().unwrap();
    shorten_log(&gateway.gateway, other_key.verifier(), gateway.now()).await.unwrap();
    assert_eq!(gateway.store.log_anchor().await.unwrap(), ChainLink::START);
    assert!(setup.purge().await.log_rows > 0);
}

#[tokio::test]
async fn rows_of_a_clock_that_was_ahead_keep_the_log_until_their_time_is_over() {
    let setup = LogRetentionSetup::new().await;
    let gateway = &setup.gateway;
    gateway.studio("Foto Koch").await;
    let ahead = AuditEntry {
        at: gateway.now() + 365 * DAY,
        actor: "gateway".into(),
        event: AuditEvent::CodeUnknown,
        subject: None,
        details: json!({}),
    };
    gateway.store.append_audit(ahead).await.unwrap();
    setup.sign().await;
    gateway.advance(LOG_RETENTION + 364 * DAY);
    assert_eq!(setup.purge().await, PurgeReport::default());
    gateway.advance(DAY);
    assert_eq!(setup.purge().await.log_rows, 3);
}

#[tokio::test]
async fn the_database_itself_lets_nothing_else_go() {
    let setup = LogRetentionSetup::new().await;
    let gateway = &setup.gateway;
    gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let (early, now) = (setup.sign().await, gateway.now().unix_milliseconds());
    gateway.studio("Foto Porst").await;
    setup.sign().await;
    let over = i64::try_from(LOG_RETENTION.as_millis()).unwrap();
    let anchor = |sequence: i64, digest: &str, at: i64| {
        let digest = format!("{}{digest}'", gateway.database.for_dialect("x'", "'\\x"));
        format!("INSERT INTO log_anchors (sequence, sha256, moved_at) VALUES ({sequence}, {digest}, {at})")
    };
    let head = early.sha256.to_string();
    for (what, too_early) in [
        ("before its time", anchor(early.sequence, &head, now + over - 1)),
        ("without a checkpoint", anchor(early.sequence - 1, &head, now + over)),
        ("with another digest", anchor(early.sequence, &"00".repeat(32), now + over)),
        ("to nowhere", anchor(0, &head, now + over)),
    ] {
        let refused = gateway.database.execute(&too_early).await.unwrap_err().to_string();
        assert!(refused.contains("is not over"), "{what}: {refused}");
    }
    gateway.database.execute(&anchor(early.sequence, &head, now + over)).await.unwrap();
    for refused in ["UPDATE log_anchors SET sequence = 9", "DELETE FROM log_anchors"] {
        let refused = gateway.database.execute(refused).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    let back = gateway.database.execute(&anchor(early.sequence, &head, now + over)).await;
    assert!(back.is_err(), "it moves forward only");

    let behind = |sequence: i64| format!("DELETE FROM audit WHERE sequence = {sequence}");
    let refused = gateway.database.execute(&behind(early.sequence + 1)).await.unwrap_err().to_string();
    assert!(refused.contains("append-only"), "{refused}");
    gateway.database.execute(&behind(1)).await.unwrap();
    let refused = gateway.database.execute("UPDATE audit SET actor = 'x' WHERE sequence = 2").await.unwrap_err();
    assert!(refused.to_string().contains("append-only"), "what may go does not change until then: {refused}");
}

#[tokio::test]
async fn however_much_is_due_it_goes_in_bounded_batches() {
    let setup = LogRetentionSetup::new().await;
    let gateway = &setup.gateway;
    let studio = gateway.studio("Foto Koch").await;
    for number in 0..70 {
        let deposit = studio.deposit_numbered(number).await;
        studio.withdraw(&deposit.photo_id).await;
    }
    gateway.advance(LOG_RETENTION);
    let first = gateway.store.purge(gateway.now()).await.unwrap();
    assert_eq!(first.tombstones, 64);
    assert_eq!(gateway.store.purge(gateway.now()).await.unwrap().tombstones, 6);
    assert_eq!(gateway.store.purge(gateway.now()).await.unwrap(), PurgeReport::default());
    assert_eq!(gateway.database.number("SELECT count(*) FROM photos").await, 0);
}
