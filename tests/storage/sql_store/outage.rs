//! A server that is down, halted or slow.

use lichtbild::domain::code::lookup::LookupId;
use lichtbild::domain::log::AuditEvent;
use lichtbild::domain::party::Role;
use lichtbild::storage::requests::DepositOutcome;
use lichtbild::storage::{SqlStore, StoreError};

use super::commit_reply_cutter::CommitReplyCutter;
use super::{TwoNodeStore, audit_entry};
use crate::support::gateway_process::{GENEROUS_TIMEOUT, wait_until};
use crate::support::postgres::{PostgresServer, location};
use crate::support::test_gateway::START;

/// A server for this test, with a store of two nodes.
async fn fleet_of_its_own() -> (TwoNodeStore, std::sync::Arc<PostgresServer>) {
    let cluster = std::sync::Arc::new(PostgresServer::start().await);
    let url = cluster.empty_database().await;
    SqlStore::create(&location(&url)).await.unwrap().close().await;
    (TwoNodeStore::at(&url, Box::new(std::sync::Arc::clone(&cluster))).await, cluster)
}

async fn is_refused(node: &SqlStore) {
    let refused = tokio::time::timeout(GENEROUS_TIMEOUT, node.check_ready(START)).await.expect("it waits");
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn when_the_server_comes_back_all_that_was_acknowledged_is_there_and_nothing_has_to_be_restarted() {
    let (fleet, cluster) = fleet_of_its_own().await;
    let (studio, device_id, _) = fleet.device(Role::Studio).await;
    let [telling, hearing] = &fleet.nodes;
    hearing.changed().await;
    let (photo_id, _) = fleet.deposited(&studio, device_id).await;
    cluster.stop_immediately();
    is_refused(telling).await;
    is_refused(hearing).await;
    cluster.start_server();
    wait_until("it works again", async || telling.check_ready(START).await.is_ok()).await;
    assert!(telling.photo(studio.party_id, photo_id).await.unwrap().is_some());
    fleet.deposited(&studio, device_id).await;
    // The listener is connected again: it reports once for missed changes and once for the new one.
    tokio::time::timeout(GENEROUS_TIMEOUT, hearing.changed()).await.unwrap();
    telling.revoke_device(device_id, START, audit_entry(AuditEvent::DeviceRevoked)).await.unwrap();
    tokio::time::timeout(GENEROUS_TIMEOUT, hearing.changed()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stands_still_is_not_waited_for() {
    let (fleet, cluster) = fleet_of_its_own().await;
    let node = &fleet.nodes[0];
    node.check_ready(START).await.unwrap();
    cluster.signal_all("-STOP");
    is_refused(node).await;
    cluster.signal_all("-CONT");
    wait_until("it works again", async || node.check_ready(START).await.is_ok()).await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_no_success_and_its_repeat_finds_it() {
    let (fleet, cluster) = fleet_of_its_own().await;
    let (studio, device_id, _) = fleet.device(Role::Studio).await;
    let cutter = CommitReplyCutter::before(cluster.folder());
    let past_the_cutter = fleet.url.replace(cluster.folder().to_str().unwrap(), cutter.folder().to_str().unwrap());
    let node = SqlStore::open(&location(&past_the_cutter)).await.unwrap();
    let (lookup_id, request_id) = (LookupId::from_bytes(fleet.bytes()), fleet.bytes());
    let deposit = async || {
        let photo = fleet.photo(&studio, device_id, lookup_id, request_id);
        node.deposit(photo, audit_entry(AuditEvent::PhotoDeposited)).await
    };
    cutter.arm();
    let lost = deposit().await;
    assert!(cutter.has_cut());
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert_eq!(fleet.database.count("photos").await, 1, "it was carried out");
    let repeated = deposit().await;
    assert!(matches!(repeated, Ok(DepositOutcome::Repeated(_))), "{repeated:?}");
    assert_eq!(fleet.database.count_events("photo.deposited").await, 1);
    fleet.database.audit().await;
}
