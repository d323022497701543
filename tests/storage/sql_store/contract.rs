//! Contract of the store on either database, with two nodes.

use std::sync::Arc;

use lichtbild::domain::code::lookup::LookupId;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::log::AuditEvent;
use lichtbild::domain::party::Role;
use lichtbild::storage::StoreError;
use lichtbild::storage::enrolment_requests::{RenewalOutcome, RenewalRequest};
use lichtbild::storage::requests::{CertificateRecord, DepositOutcome, LeaseOutcome, LookupOutcome};
use tokio::task::JoinSet;

use super::{TwoNodeStore, audit_entry, code_attempt, guess_limits};
use crate::support::test_gateway::{DAY, START};

#[tokio::test]
async fn a_store_belongs_to_one_key_file() {
    for fleet in TwoNodeStore::both().await {
        let (ours, other) = (Sha256Digest::of(b"ours"), Sha256Digest::of(b"other"));
        assert!(fleet.nodes[0].bind_key_file(&ours).await.unwrap());
        assert!(fleet.nodes[1].bind_key_file(&ours).await.unwrap());
        assert!(!fleet.nodes[1].bind_key_file(&other).await.unwrap());
    }
}

#[tokio::test]
async fn the_audit_log_takes_neither_changes_nor_deletions() {
    for fleet in TwoNodeStore::both().await {
        fleet.nodes[0].append_audit(audit_entry(AuditEvent::ClockConfirmed)).await.unwrap();
        for tampering in ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"] {
            let refused = fleet.database.execute(tampering).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
        if fleet.is_over_server() {
            let refused = fleet.database.execute("TRUNCATE audit").await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_chain_holds_whoever_writes_at_the_same_moment() {
    for fleet in TwoNodeStore::both().await {
        let mut work = JoinSet::new();
        for number in 0..60 {
            let node = fleet.nodes[number % 2].clone();
            work.spawn(async move { node.append_audit(audit_entry(AuditEvent::ClockConfirmed)).await });
        }
        assert!(work.join_all().await.iter().all(Result::is_ok));
        assert_eq!(fleet.database.audit().await.len(), 60);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_request_is_one_deposit_whichever_nodes_it_comes_to() {
    for fleet in TwoNodeStore::both().await {
        let (studio, device_id, _) = fleet.device(Role::Studio).await;
        let (lookup_id, request_id) = (LookupId::from_bytes(fleet.bytes()), fleet.bytes());
        let mut work = JoinSet::new();
        for number in 0..16 {
            let node = fleet.nodes[number % 2].clone();
            let photo = fleet.photo(&studio, device_id, lookup_id, request_id);
            work.spawn(async move { node.deposit(photo, audit_entry(AuditEvent::PhotoDeposited)).await.unwrap() });
        }
        let answers = work.join_all().await;
        assert_eq!(answers.iter().filter(|answer| matches!(answer, DepositOutcome::Stored)).count(), 1);
        assert_eq!(answers.iter().filter(|answer| matches!(answer, DepositOutcome::Repeated(_))).count(), 15);
        assert_eq!((fleet.database.count("photos").await, fleet.database.count("frames").await), (1, 1));
        assert_eq!(fleet.database.count_events("photo.deposited").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_photo_is_leased_to_one_office_whichever_nodes_are_asked() {
    for fleet in TwoNodeStore::both().await {
        let (studio, device_id, _) = fleet.device(Role::Studio).await;
        for _ in 0..4 {
            let (photo_id, _) = fleet.deposited(&studio, device_id).await;
            let mut work = JoinSet::new();
            for number in 0..8 {
                let (office, device_id, _) = fleet.device(Role::Office).await;
                let (node, request) = (fleet.nodes[number % 2].clone(), fleet.lease(photo_id, &office, device_id));
                work.spawn(async move { node.lease(&request).await.unwrap() });
            }
            let answers = work.join_all().await;
            assert_eq!(answers.iter().filter(|answer| matches!(answer, LeaseOutcome::New(_))).count(), 1);
            assert_eq!(answers.iter().filter(|answer| matches!(answer, LeaseOutcome::Unavailable(_))).count(), 7);
        }
        assert_eq!(fleet.database.count_events("collection.leased").await, 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wrong_codes_are_counted_over_all_nodes_and_right_ones_cannot_slip_past() {
    for fleet in TwoNodeStore::both().await {
        let fleet = Arc::new(fleet);
        let (studio, device_id, _) = fleet.device(Role::Studio).await;
        let (_, right) = fleet.deposited(&studio, device_id).await;
        let mut offices = Vec::new();
        for _ in 0..4 {
            offices.push(fleet.device(Role::Office).await);
        }
        let mut work = JoinSet::new();
        for number in 0..40 {
            let (office, device_id, _) = &offices[number % 4];
            let attempt = code_attempt(office, *device_id, LookupId::from_bytes(fleet.bytes()), guess_limits(5, 12));
            let node = fleet.nodes[number / 4 % 2].clone();
            work.spawn(async move { node.look_up(&attempt).await.unwrap() });
        }
        let answers = work.join_all().await;
        assert_eq!(answers.iter().filter(|answer| matches!(answer, LookupOutcome::Unknown { .. })).count(), 20);
        assert_eq!(answers.iter().filter(|answer| matches!(answer, LookupOutcome::Blocked { .. })).count(), 20);
        let alarms = answers.iter().filter(|answer| matches!(answer, LookupOutcome::Unknown { alarm: Some(_) }));
        assert_eq!(alarms.count(), 1, "one of all nodes together, at the twelfth");
        assert_eq!(fleet.database.number("SELECT count FROM guesses WHERE scope = 'all'").await, 20);
        assert_eq!(fleet.database.number("SELECT max(count) FROM guesses WHERE scope <> 'all'").await, 5);
        let (office, device_id, _) = &offices[0];
        for node in &fleet.nodes {
            let right = code_attempt(office, *device_id, right, guess_limits(5, 12));
            assert!(matches!(node.look_up(&right).await.unwrap(), LookupOutcome::Blocked { .. }));
            let unlimited = code_attempt(office, *device_id, right.lookup_id, guess_limits(100, 100));
            assert!(matches!(node.look_up(&unlimited).await.unwrap(), LookupOutcome::Found(_)));
        }
    }
}

#[tokio::test]
async fn what_is_there_is_not_added_again() {
    for fleet in TwoNodeStore::both().await {
        let (party, ..) = fleet.device(Role::Studio).await;
        let before = fleet.database.contents().await;
        let again = fleet.nodes[1].add_party(&party, audit_entry(AuditEvent::PartyAdded)).await;
        assert!(matches!(again, Err(StoreError::AlreadyExists)), "{again:?}");
        assert_eq!(fleet.database.contents().await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_expired_is_erased_once_however_many_nodes_sweep() {
    for fleet in TwoNodeStore::both().await {
        let (studio, device_id, _) = fleet.device(Role::Studio).await;
        for _ in 0..40 {
            fleet.deposited(&studio, device_id).await;
        }
        let late = START + 200 * DAY;
        let mut expired = 0;
        // A node does not wait for another one that sweeps: a round may do nothing.
        while fleet.database.count("frames").await > 0 {
            let (first, second) = tokio::join!(fleet.nodes[0].sweep(late), fleet.nodes[1].sweep(late));
            expired += first.unwrap().expired + second.unwrap().expired;
        }
        assert_eq!((expired, fleet.database.count_events("photo.expired").await), (40, 40));
        fleet.database.audit().await;
    }
}

#[tokio::test]
async fn of_devices_that_ask_for_one_key_on_two_nodes_one_gets_it() {
    for fleet in TwoNodeStore::both().await {
        let fleet = Arc::new(fleet);
        let mut work = JoinSet::new();
        for number in 0..8 {
            let (_, device_id, credential) = fleet.device(Role::Studio).await;
            let (key, sha256) = (Sha256Digest::of(b"one key"), Sha256Digest::from_bytes(fleet.bytes()));
            let validity = (START, START + 60 * DAY);
            let certificate = CertificateRecord {
                sha256,
                serial: vec![1],
                not_before: validity.0,
                not_after: validity.1,
                key: Some(key),
            };
            let renewal = RenewalRequest {
                device_id,
                presented: credential.sha256(),
                key,
                certificate,
                der: Vec::new(),
                now: START,
            };
            let fleet = Arc::clone(&fleet);
            work.spawn(async move { fleet.nodes[number % 2].renew(&renewal).await.unwrap() });
        }
        let answers = work.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == RenewalOutcome::Stored).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == RenewalOutcome::KeyReused).count(), 7, "{answers:?}");
    }
}
