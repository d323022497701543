//! Events that a wrong clock, a newer version or a restore left behind: they stop no others.

use lichtbild::domain::event::{EVENT_RETENTION, EventKind};
use lichtbild::domain::id::PhotoId;
use lichtbild::domain::log::chain::ChainRow;
use lichtbild::domain::log::chain_digest;
use lichtbild::domain::party::Role;
use lichtbild::domain::photo::collection::{Refusal, RefusalReason, SettlementOutcome};
use lichtbild::storage::collection_requests::SettleRequest;
use lichtbild::storage::requests::EventPageOutcome;
use serde_json::json;

use super::TwoNodeStore;
use super::events::{announce, events_after, handed_over, kinds, page, party, positions, settle};
use crate::support::test_gateway::{DAY, HOUR, START};

#[tokio::test]
async fn events_from_the_future_do_not_keep_the_events_behind_them_from_the_purge() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let node = &fleet.nodes[0];
        for _ in 0..5 {
            let (_, request) = handed_over(&fleet, &studio, &office).await;
            settle(node, &request).await.unwrap();
        }
        let leapt = "UPDATE events SET at = at + 315360000000 WHERE position IN (1, 3, 4)";
        fleet.database.execute(leapt).await.unwrap();
        assert_eq!(node.purge(START + EVENT_RETENTION - HOUR).await.unwrap().events, 0);
        // Nothing tells the age of the third and fourth, because the newest one stays.
        assert_eq!(node.purge(START + EVENT_RETENTION).await.unwrap().events, 2);
        assert_eq!(positions(&events_after(node, &studio, None).await), [3, 4, 5]);
        let (_, request) = handed_over(&fleet, &studio, &office).await;
        settle(node, &request).await.unwrap();
        assert_eq!(node.purge(START + EVENT_RETENTION).await.unwrap().events, 3);
        assert_eq!(positions(&events_after(node, &studio, None).await), [6]);
    }
}

#[tokio::test]
async fn more_events_from_the_future_than_a_batch_has_do_not_stop_the_purge() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let node = &fleet.nodes[0];
        let (_, request) = handed_over(&fleet, &studio, &office).await;
        settle(node, &request).await.unwrap();
        let copies = "INSERT INTO events (position, event_id, at, party_id, kind, deduplication_key)
                      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
                      SELECT position + i, event_id, at + 315360000000, party_id, kind, deduplication_key || i
                      FROM events, n";
        fleet.database.execute(copies).await.unwrap();
        for _ in 0..2 {
            let (_, request) = handed_over(&fleet, &studio, &office).await;
            settle(node, &request).await.unwrap();
        }
        assert_eq!(node.purge(START + EVENT_RETENTION).await.unwrap().events, 1);
        assert_eq!(node.purge(START + EVENT_RETENTION).await.unwrap().events, 1_002);
        assert_eq!(positions(&events_after(node, &studio, None).await), [1_004]);
    }
}

#[tokio::test]
async fn an_event_of_a_newer_version_is_left_out_and_the_events_behind_it_are_delivered() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let node = &fleet.nodes[0];
        let mut photos = Vec::new();
        for _ in 0..5 {
            let (photo_id, request) = handed_over(&fleet, &studio, &office).await;
            let refusal = Refusal { reason: RefusalReason::Gaze, note: None };
            let outcome = SettlementOutcome::Refused(refusal);
            settle(node, &SettleRequest { outcome, ..request }).await.unwrap();
            photos.push(photo_id);
        }
        fleet.database.execute("UPDATE events SET kind = 'photo.admired' WHERE position IN (1, 2, 4)").await.unwrap();
        let unknown = format!("UPDATE photos SET refusal_reason = 'too_pretty' WHERE photo_id = '{}'", photos[4]);
        fleet.database.execute(&unknown).await.unwrap();
        // A page is full as long as there are more events, so that a receiver does not take it for the last one.
        let EventPageOutcome::Page(first) = page(node, &studio, None, 1).await.unwrap() else { panic!() };
        assert_eq!(positions(&first), [3]);
        let EventPageOutcome::Page(both) = page(node, &studio, None, 2).await.unwrap() else { panic!() };
        assert_eq!(positions(&both), [3, 5]);
        assert!(both[0].refusal.is_some() && both[1].refusal.is_none(), "{both:?}");
        let rest = events_after(node, &studio, Some(first[0].place.cursor())).await;
        assert_eq!((positions(&rest), kinds(&rest)), (vec![5], vec![EventKind::PhotoRefused]));
    }
}

const OFFICE_AFTER_BACKUP: &str = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d01";
const DEVICE_AFTER_BACKUP: &str = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d02";

/// Rows that continue the log: an office that was added after the backup settles collections.
async fn rows_after_backup(fleet: &TwoNodeStore, settlements: &[(&str, PhotoId, &str)]) -> Vec<ChainRow> {
    let mut end = fleet.nodes[0].log_head().await.unwrap();
    let mut rows = Vec::new();
    for (number, (collection, photo_id, event)) in (1..).zip(settlements) {
        let details = json!({ "photo_id": photo_id, "office_id": OFFICE_AFTER_BACKUP }).to_string();
        let (sequence, at) = (end.sequence + 1, START + HOUR * number);
        let (actor, subject) = (DEVICE_AFTER_BACKUP, Some(*collection));
        let sha256 = chain_digest(&end.sha256, sequence, at.unix_milliseconds(), actor, event, subject, &details);
        rows.push(ChainRow {
            sequence,
            at,
            actor: actor.into(),
            event: (*event).into(),
            subject: subject.map(Into::into),
            details,
            prev: end.sha256,
            sha256,
        });
        end = rows[rows.len() - 1].link();
    }
    rows
}

#[tokio::test]
async fn a_kept_photo_whose_collection_could_not_be_restored_does_not_stop_the_announcements() {
    for fleet in TwoNodeStore::both().await {
        let studio = party(&fleet, Role::Studio).await;
        let mut photos = Vec::new();
        for _ in 0..3 {
            photos.push(fleet.deposited(&studio.0, studio.1).await.0);
        }
        let [low, high] = ["0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9da0", "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9da1"];
        let rows = rows_after_backup(
            &fleet,
            &[
                (high, photos[0], "collection.leased"),
                (high, photos[0], "collection.kept"),
                (low, photos[1], "collection.leased"),
                (low, photos[1], "collection.used"),
            ],
        )
        .await;
        fleet.nodes[0].replay(&rows, 7 * DAY).await.unwrap();
        assert_eq!(fleet.database.number("SELECT count(*) FROM photos WHERE state = 'kept'").await, 1);
        assert_eq!(fleet.database.count("collections").await, 0, "neither office nor device exist");
        let told = events_after(&fleet.nodes[0], &studio, None).await;
        assert_eq!(kinds(&told), [EventKind::PhotoKept, EventKind::PhotoUsed], "in the order of the settlements");

        assert_eq!(announce(&fleet.nodes[0], START + 170 * DAY).await, 1);
        let told = events_after(&fleet.nodes[0], &studio, Some(told[1].place.cursor())).await;
        assert_eq!((kinds(&told), told[0].event.photo_id), (vec![EventKind::PhotoExpiring], Some(photos[2])));
    }
}
