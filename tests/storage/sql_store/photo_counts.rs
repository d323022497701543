//! Number of photos in each state without counting the photos.

use lichtbild::domain::log::AuditEvent;
use lichtbild::domain::party::Role;
use lichtbild::domain::photo::PhotoState;
use lichtbild::domain::photo::withdrawal::WithdrawalDecision;
use lichtbild::storage::SqlStore;
use lichtbild::storage::requests::{LeaseOutcome, WithdrawOutcome, WithdrawRequest};

use super::{TwoNodeStore, audit_entry};
use crate::support::test_gateway::{DAY, START};

/// Returns the photo counts after comparing them with the rows.
async fn census(fleet: &TwoNodeStore, node: &SqlStore) -> Vec<(PhotoState, u64)> {
    let mut counts = node.photo_counts().await.unwrap();
    counts.retain(|(_, photos)| *photos > 0);
    for (state, photos) in &counts {
        let counted = fleet.database.number(&format!("SELECT count(*) FROM photos WHERE state = '{state}'")).await;
        assert_eq!(u64::try_from(counted).unwrap(), *photos, "{state}");
    }
    let all: u64 = counts.iter().map(|(_, photos)| photos).sum();
    assert_eq!(i64::try_from(all).unwrap(), fleet.database.count("photos").await);
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn photos_are_counted_as_they_come_and_go_and_the_count_rows_stay_few() {
    for fleet in TwoNodeStore::both().await {
        let [here, there] = &fleet.nodes;
        assert_eq!(census(&fleet, here).await, []);
        let (studio, depositor, _) = fleet.device(Role::Studio).await;
        let (office, collector, _) = fleet.device(Role::Office).await;
        let mut photos = Vec::new();
        for _ in 0..60 {
            photos.push(fleet.deposited(&studio, depositor).await.0);
        }
        assert_eq!(census(&fleet, there).await, [(PhotoState::Available, 60)]);
        let leased = here.lease(&fleet.lease(photos[0], &office, collector)).await.unwrap();
        assert!(matches!(leased, LeaseOutcome::New(_)));
        let withdrawal =
            WithdrawRequest { photo_id: photos[1], studio_id: studio.party_id, device_id: depositor, now: START };
        let withdrawn = here.withdraw(&withdrawal).await.unwrap();
        assert!(matches!(withdrawn, WithdrawOutcome::Decided { decision: WithdrawalDecision::Allowed, .. }));
        let expected = [(PhotoState::Available, 58), (PhotoState::Leased, 1), (PhotoState::Withdrawn, 1)];
        assert_eq!(census(&fleet, here).await, expected);
        let notes = fleet.database.count("photo_counts").await;
        // Both nodes sweep while photos are deposited and others expire.
        let late = START + 200 * DAY;
        for _ in 0..10 {
            let deposited = fleet.deposited(&studio, depositor);
            let (first, second, _) = tokio::join!(here.sweep(late), there.sweep(late), deposited);
            assert!(first.is_ok() && second.is_ok());
        }
        for _ in 0..120 {
            fleet.deposited(&studio, depositor).await;
        }
        here.sweep(late).await.unwrap();
        assert!(notes < 100 && fleet.database.count("photo_counts").await <= 7, "they were added up");
        census(&fleet, there).await;
    }
}

#[tokio::test]
async fn what_did_not_happen_is_not_counted() {
    for fleet in TwoNodeStore::both().await {
        let (studio, depositor, _) = fleet.device(Role::Studio).await;
        fleet.deposited(&studio, depositor).await;
        fleet.database.break_audit().await;
        let photo = fleet.photo(&studio, depositor, super::LookupId::from_bytes(fleet.bytes()), fleet.bytes());
        assert!(fleet.nodes[0].deposit(photo, audit_entry(AuditEvent::PhotoDeposited)).await.is_err());
        fleet.database.repair_audit().await;
        assert_eq!(census(&fleet, &fleet.nodes[1]).await, [(PhotoState::Available, 1)]);
    }
}
