//! Refusals that a studio has not marked as seen.

use lichtbild::domain::id::{DeviceId, PhotoId};
use lichtbild::domain::party::{Party, Role};
use lichtbild::domain::photo::collection::{Refusal, RefusalReason, SettlementOutcome};
use lichtbild::storage::collection_requests::{SettleOutcome, SettleRequest};
use lichtbild::storage::requests::{FetchOutcome, FetchPurpose, FetchRequest, LeaseOutcome};

use super::{TwoNodeStore, code_attempt, guess_limits};
use crate::support::test_gateway::{DAY, START};

/// Deposits a photo that an office collects and refuses.
async fn refused(fleet: &TwoNodeStore, (studio, depositor): (&Party, DeviceId)) -> PhotoId {
    let (office, collector, _) = fleet.device(Role::Office).await;
    let (photo_id, lookup_id) = fleet.deposited(studio, depositor).await;
    let node = &fleet.nodes[0];
    let LeaseOutcome::New(collection) = node.lease(&fleet.lease(photo_id, &office, collector)).await.unwrap() else {
        panic!("{photo_id} is not available")
    };
    let fetch = FetchRequest {
        collection_id: collection.collection_id,
        attempt: code_attempt(&office, collector, lookup_id, guess_limits(9, 9)),
        settle_within: 7 * DAY,
        purpose: FetchPurpose::HandOver,
    };
    assert!(matches!(node.fetch(&fetch).await.unwrap(), FetchOutcome::Ready(_)));
    let settle = SettleRequest {
        collection_id: collection.collection_id,
        office_id: office.party_id,
        device_id: collector,
        outcome: SettlementOutcome::Refused(Refusal { reason: RefusalReason::Gaze, note: None }),
        kept_until: None,
        now: START,
    };
    assert!(matches!(node.settle(&settle).await.unwrap(), SettleOutcome::Decided { .. }));
    photo_id
}

/// The new refusals of a studio by its other node, newest photo first.
async fn new_refusals(fleet: &TwoNodeStore, studio: &Party) -> Vec<PhotoId> {
    let node = &fleet.nodes[1];
    let photos = node.new_refusals(studio.party_id, None, 50).await.unwrap();
    assert_eq!(node.count_new_refusals(studio.party_id, 99).await.unwrap(), photos.len() as u64);
    assert!(photos.iter().all(|photo| !photo.is_refusal_seen));
    photos.iter().map(|photo| photo.record.photo_id).collect()
}

#[tokio::test]
async fn a_refusal_is_new_until_its_studio_has_marked_just_this_one_as_seen() {
    for fleet in TwoNodeStore::both().await {
        let (studio, till, _) = fleet.device(Role::Studio).await;
        let (other, other_till, _) = fleet.device(Role::Studio).await;
        let (waiting, _) = fleet.deposited(&studio, till).await;
        assert_eq!(new_refusals(&fleet, &studio).await, []);
        let first = refused(&fleet, (&studio, till)).await;
        let second = refused(&fleet, (&studio, till)).await;
        let foreign = refused(&fleet, (&other, other_till)).await;
        // Identifiers of one millisecond have no order.
        assert_eq!(new_refusals(&fleet, &studio).await, [first.max(second), first.min(second)]);

        // Neither a photo that waits nor one of another studio takes the mark.
        let marked = [first, waiting, foreign];
        fleet.nodes[0].mark_refusals_seen(studio.party_id, &marked).await.unwrap();
        assert_eq!(new_refusals(&fleet, &studio).await, [second]);
        assert_eq!(new_refusals(&fleet, &other).await, [foreign]);
        assert_eq!(fleet.database.number("SELECT count(*) FROM photos WHERE refusal_seen").await, 1);
        let seen = fleet.nodes[1].photo(studio.party_id, first).await.unwrap().unwrap();
        assert!(seen.is_refusal_seen);

        let before = fleet.database.contents().await;
        fleet.nodes[1].mark_refusals_seen(studio.party_id, &marked).await.unwrap();
        assert_eq!(fleet.database.contents().await, before, "a repeat changes nothing");
        // The mark is no change of which the log tells.
        fleet.database.audit().await;
    }
}

#[tokio::test]
async fn the_list_of_new_refusals_has_pages_and_the_count_has_a_limit() {
    for fleet in TwoNodeStore::both().await {
        let (studio, till, _) = fleet.device(Role::Studio).await;
        let mut photos = Vec::new();
        for _ in 0..5 {
            photos.push(refused(&fleet, (&studio, till)).await);
        }
        photos.sort();
        photos.reverse();
        let node = &fleet.nodes[1];
        let mut listed = Vec::new();
        let mut after = None;
        for expected in [2, 2, 1, 0] {
            let page = node.new_refusals(studio.party_id, after, 2).await.unwrap();
            assert_eq!(page.len(), expected);
            listed.extend(page.iter().map(|photo| photo.record.photo_id));
            after = listed.last().copied();
        }
        assert_eq!(listed, photos);
        for (limit, count) in [(3, 3), (5, 5), (100, 5)] {
            assert_eq!(node.count_new_refusals(studio.party_id, limit).await.unwrap(), count);
        }
    }
}
