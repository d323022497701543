//! Notifications and locks between nodes.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use lichtbild::clock::ManualClock;
use lichtbild::domain::log::AuditEvent;
use lichtbild::domain::party::Role;
use lichtbild::flows::admin::quarantine::quarantine_as_of;
use lichtbild::storage::requests::{CutOff, LeaseOutcome, SweepReport};
use lichtbild::storage::{SqlStore, StoreError};
use sqlx::Connection;

use super::{TwoNodeStore, audit_entry};
use crate::support::gateway_process::{GENEROUS_TIMEOUT, wait_until};
use crate::support::postgres::connect;
use crate::support::test_gateway::{DAY, START};

#[tokio::test]
async fn a_node_hears_of_what_another_one_revokes_or_suspends() {
    let fleet = TwoNodeStore::over_server().await;
    let (party, device_id, credential) = fleet.device(Role::Studio).await;
    let [telling, hearing] = &fleet.nodes;
    let heard = async || tokio::time::timeout(GENEROUS_TIMEOUT, hearing.changed()).await.expect("nothing was heard");
    // Reports once when it begins to listen, because earlier notifications are lost.
    heard().await;
    assert!(telling.revoke_device(device_id, START, audit_entry(AuditEvent::DeviceRevoked)).await.unwrap());
    heard().await;
    assert!(hearing.caller(&credential).await.unwrap().unwrap().revoked_at.is_some());
    assert!(telling.set_suspended(party.party_id, true, audit_entry(AuditEvent::PartySuspended)).await.unwrap());
    heard().await;
    // A change that was rolled back is not reported.
    assert!(!telling.revoke_device(device_id, START, audit_entry(AuditEvent::DeviceRevoked)).await.unwrap());
    let mut silence = pin!(hearing.changed());
    assert!(poll_fn(|context| Poll::Ready(silence.as_mut().poll(context).is_pending())).await);
}

#[tokio::test]
async fn a_listener_that_was_dropped_listens_again() {
    let fleet = TwoNodeStore::over_server().await;
    let (_, device_id, _) = fleet.device(Role::Studio).await;
    let [telling, hearing] = &fleet.nodes;
    hearing.changed().await;
    let listeners = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(fleet.database.number(listeners).await, 1);
    let drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    fleet.database.execute(drop).await.unwrap();
    // Changes during the interruption are reported too.
    tokio::time::timeout(GENEROUS_TIMEOUT, hearing.changed()).await.unwrap();
    wait_until("it listens again", async || fleet.database.number(listeners).await == 1).await;
    telling.revoke_device(device_id, START, audit_entry(AuditEvent::DeviceRevoked)).await.unwrap();
    tokio::time::timeout(GENEROUS_TIMEOUT, hearing.changed()).await.unwrap();
}

#[tokio::test]
async fn a_sweeper_leaves_alone_what_another_node_is_at() {
    let fleet = TwoNodeStore::over_server().await;
    let (studio, device_id, _) = fleet.device(Role::Studio).await;
    let (busy, _) = fleet.deposited(&studio, device_id).await;
    fleet.deposited(&studio, device_id).await;
    let late = START + 200 * DAY;
    let mut other = connect(&fleet.url).await.unwrap();

    // Another node sweeps.
    let mut sweeping = other.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock(x'4c6963687403'::bigint)";
    sqlx::query(lock).execute(&mut *sweeping).await.unwrap();
    assert_eq!(fleet.nodes[0].sweep(late).await.unwrap(), SweepReport::default());
    sweeping.rollback().await.unwrap();

    // Another node has locked one of the photos.
    let mut deciding = other.begin().await.unwrap();
    let lock = sqlx::AssertSqlSafe(format!("SELECT 1 FROM photos WHERE photo_id = '{busy}' FOR NO KEY UPDATE"));
    sqlx::query(lock).execute(&mut *deciding).await.unwrap();
    assert_eq!(fleet.nodes[0].sweep(late).await.unwrap().expired, 1);
    deciding.rollback().await.unwrap();
    assert_eq!(fleet.nodes[0].sweep(late).await.unwrap().expired, 1);
}

#[tokio::test]
async fn a_lock_that_is_not_let_go_makes_a_step_fail_and_not_wait() {
    let fleet = TwoNodeStore::over_server().await;
    let (studio, device_id, _) = fleet.device(Role::Studio).await;
    let (office, at_counter, _) = fleet.device(Role::Office).await;
    let (photo_id, _) = fleet.deposited(&studio, device_id).await;
    let mut other = connect(&fleet.url).await.unwrap();
    let mut standing_still = other.begin().await.unwrap();
    let lock = sqlx::AssertSqlSafe(format!("SELECT 1 FROM photos WHERE photo_id = '{photo_id}' FOR UPDATE"));
    sqlx::query(lock).execute(&mut *standing_still).await.unwrap();
    let request = fleet.lease(photo_id, &office, at_counter);
    let refused = tokio::time::timeout(GENEROUS_TIMEOUT, fleet.nodes[0].lease(&request)).await.expect("it waits");
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    // All other work continues.
    fleet.nodes[0].check_ready(START).await.unwrap();
    fleet.deposited(&studio, device_id).await;
    standing_still.rollback().await.unwrap();
    assert!(matches!(fleet.nodes[0].lease(&request).await.unwrap(), LeaseOutcome::New(_)));
}

#[tokio::test]
async fn a_step_that_the_server_takes_back_is_taken_again_but_not_for_ever() {
    for (times, succeeds) in [(2, true), (3, false)] {
        let fleet = TwoNodeStore::over_server().await;
        let taking_back = format!(
            "CREATE SEQUENCE tries;
             CREATE FUNCTION take_back() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER take_back BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION take_back()"
        );
        fleet.database.execute(&taking_back).await.unwrap();
        let written = fleet.nodes[0].append_audit(audit_entry(AuditEvent::ClockConfirmed)).await;
        assert_eq!(written.is_ok(), succeeds, "{written:?}");
        assert_eq!(fleet.database.count("audit").await, i64::from(succeeds));
    }
}

#[tokio::test]
async fn a_commit_is_durable_whatever_the_server_does_by_default() {
    let fleet = TwoNodeStore::over_server().await;
    let watching = "CREATE TABLE seen (setting text);
         CREATE FUNCTION watch() RETURNS TRIGGER LANGUAGE plpgsql AS
             $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
         CREATE TRIGGER watch BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION watch()";
    fleet.database.execute(watching).await.unwrap();
    let name = fleet.url.split('?').next().unwrap().rsplit('/').next().unwrap();
    fleet.database.execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await.unwrap();
    let node = SqlStore::open(&fleet.location).await.unwrap();
    node.append_audit(audit_entry(AuditEvent::ClockConfirmed)).await.unwrap();
    assert_eq!(fleet.database.texts("SELECT setting FROM seen").await, ["on"]);
}

#[tokio::test]
async fn a_deposit_under_way_is_quarantined_as_the_log_says() {
    let fleet = TwoNodeStore::over_server().await;
    let (studio, device_id, _) = fleet.device(Role::Studio).await;
    let mut other = connect(&fleet.url).await.unwrap();
    let mut end_of_log = other.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock(x'4c6963687402'::bigint)";
    sqlx::query(lock).execute(&mut *end_of_log).await.unwrap();
    let waiting = async |expected: i64| {
        let count = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database =
                     (SELECT oid FROM pg_database WHERE datname = current_database())";
        wait_until("they wait", async || fleet.database.number(count).await == expected).await;
    };
    let deposit = fleet.deposited(&studio, device_id);
    let hold = async {
        waiting(1).await;
        let clock = ManualClock::starting_at(START);
        quarantine_as_of(&fleet.nodes[1], &clock, START, 0, None).await.unwrap()
    };
    let go_on = async {
        waiting(2).await;
        end_of_log.commit().await.unwrap();
    };
    let (_, quarantined, ()) = tokio::join!(deposit, hold, go_on);
    let happened = fleet.database.texts("SELECT event FROM audit ORDER BY sequence DESC LIMIT 2").await;
    assert_eq!((happened, quarantined.photos), (vec!["store.restored".to_owned(), "photo.deposited".to_owned()], 1));
}

#[tokio::test]
async fn requests_of_a_busy_office_do_not_keep_it_from_being_suspended() {
    let fleet = Arc::new(TwoNodeStore::over_server().await);
    let (studio, depositor, _) = fleet.device(Role::Studio).await;
    let (office, device_id, _) = fleet.device(Role::Office).await;
    let (first, _) = fleet.deposited(&studio, depositor).await;
    let (second, _) = fleet.deposited(&studio, depositor).await;
    let waiting = async |kind: &str, number: i64| {
        let sql = format!("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = '{kind}'");
        wait_until(kind, async || fleet.database.number(&sql).await == number).await;
    };
    let lease = |photo_id| {
        let (fleet, request) = (Arc::clone(&fleet), fleet.lease(photo_id, &office, device_id));
        tokio::spawn(async move { fleet.nodes[0].lease(&request).await.unwrap() })
    };
    let mut holder = connect(&fleet.url).await.unwrap();
    let mut held = holder.begin().await.unwrap();
    let lock = format!("SELECT 1 FROM photos WHERE photo_id = '{first}' FOR UPDATE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut *held).await.unwrap();
    let under_way = lease(first);
    waiting("transactionid", 1).await;
    let suspended = {
        let (fleet, office) = (Arc::clone(&fleet), office.party_id);
        tokio::spawn(async move {
            fleet.nodes[1].set_suspended(office, true, audit_entry(AuditEvent::PartySuspended)).await.unwrap()
        })
    };
    waiting("advisory", 1).await;
    let later = lease(second);
    waiting("advisory", 2).await;
    held.commit().await.unwrap();
    assert!(matches!(under_way.await.unwrap(), LeaseOutcome::New(_)));
    assert!(suspended.await.unwrap());
    assert!(matches!(later.await.unwrap(), LeaseOutcome::CutOff(CutOff::Suspended { .. })), "it came later");
}
