//! One node after the other is upgraded while the others work.

use lichtbild::domain::log::AuditEvent;
use lichtbild::domain::party::Role;
use lichtbild::domain::photo::collection::SettlementOutcome;
use lichtbild::storage::collection_requests::{SettleOutcome, SettleRequest};
use lichtbild::storage::requests::{FetchOutcome, FetchPurpose, FetchRequest, LeaseOutcome, LookupOutcome, PhotoQuery};
use lichtbild::storage::{SqlStore, StoreError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqlSafeStr};

use super::{TwoNodeStore, audit_entry, code_attempt, guess_limits};
use crate::support::postgres::{TestDatabase, connect, location};
use crate::support::raw_database::RawDatabase;
use crate::support::test_gateway::{DAY, MINUTE, START};

/// Every kind of work of clients, monitoring and administrators.
async fn works(fleet: &TwoNodeStore, node: &SqlStore) {
    let (studio, depositor, credential) = fleet.device(Role::Studio).await;
    let (office, collector, _) = fleet.device(Role::Office).await;
    let (photo_id, lookup_id) = fleet.deposited(&studio, depositor).await;
    let attempt = code_attempt(&office, collector, lookup_id, guess_limits(9, 9));
    assert!(node.caller(&credential).await.unwrap().is_some());
    assert!(node.party(office.party_id).await.unwrap().is_some());
    for role in [Role::Studio, Role::Office] {
        assert!(!node.parties(role).await.unwrap().is_empty() && !node.devices(role).await.unwrap().is_empty());
        node.invitations(role).await.unwrap();
    }
    assert!(matches!(node.look_up(&attempt).await.unwrap(), LookupOutcome::Found(_)));
    let LeaseOutcome::New(collection) = node.lease(&fleet.lease(photo_id, &office, collector)).await.unwrap() else {
        panic!()
    };
    let fetch = FetchRequest {
        collection_id: collection.collection_id,
        attempt,
        settle_within: 7 * DAY,
        purpose: FetchPurpose::HandOver,
    };
    assert!(matches!(node.fetch(&fetch).await.unwrap(), FetchOutcome::Ready(_)));
    assert!(node.sealed_photo(photo_id).await.unwrap().is_some());
    let settle = SettleRequest {
        collection_id: collection.collection_id,
        office_id: office.party_id,
        device_id: collector,
        outcome: SettlementOutcome::Used,
        kept_until: None,
        now: START,
    };
    assert!(matches!(node.settle(&settle).await.unwrap(), SettleOutcome::Decided { .. }));
    let query = PhotoQuery { state: None, after: None, limit: 9, now: START };
    assert_eq!(node.photos(studio.party_id, query).await.unwrap().photos.len(), 1);
    assert_eq!(node.collections(office.party_id, None, 9).await.unwrap().len(), 1);
    // An abandoned lease.
    let (photo_id, _) = fleet.deposited(&studio, depositor).await;
    assert!(matches!(node.lease(&fleet.lease(photo_id, &office, collector)).await.unwrap(), LeaseOutcome::New(_)));
    assert_eq!(node.sweep(START + 20 * MINUTE).await.unwrap().lapsed, 1);
    assert!(!node.photo_counts().await.unwrap().is_empty());
    node.append_audit(audit_entry(AuditEvent::ClockConfirmed)).await.unwrap();
    node.check_ready(START).await.unwrap();
}

#[tokio::test]
async fn a_node_that_runs_goes_on_while_a_newer_one_adds_to_the_schema_and_is_refused_when_it_starts_again() {
    for fleet in TwoNodeStore::both().await {
        for node in &fleet.nodes {
            works(&fleet, node).await;
        }
        // Newer versions may add columns, tables and indexes.
        for table in ["parties", "devices", "certificates", "bound_keys", "invitations", "photos", "frames"] {
            fleet.database.execute(&format!("ALTER TABLE {table} ADD COLUMN newer TEXT")).await.unwrap();
        }
        for table in ["collections", "collection_devices", "guesses", "audit", "notes", "photo_counts", "events"] {
            fleet.database.execute(&format!("ALTER TABLE {table} ADD COLUMN newer TEXT")).await.unwrap();
        }
        fleet.database.execute("CREATE INDEX newer ON photos (newer)").await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)";
        let checksum = fleet.database.for_dialect("x'00'", "'\\x00'");
        fleet.database.execute(&format!("{newer} VALUES (99, 'newer', TRUE, {checksum}, 0)")).await.unwrap();
        for node in &fleet.nodes {
            works(&fleet, node).await;
        }
        fleet.database.audit().await;
        let refused = SqlStore::open(&fleet.location).await.err().unwrap();
        assert!(matches!(refused, StoreError::NewerSchema { version: 99 }), "{refused:?}");
        assert!(refused.to_string().contains("run that version"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_the_same_moment_bring_an_older_schema_up_to_date_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lichtbild.sqlite");
    let mut older = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
    let initial = include_str!("../../../src/storage/sqlite/migrations/0001_initial.sql");
    first_version(initial).run(&mut older).await.unwrap();
    older.close().await.unwrap();

    let server = TestDatabase::empty().await;
    let mut older = connect(&server.url).await.unwrap();
    let initial = include_str!("../../../src/storage/postgres/migrations/0001_initial.sql");
    first_version(initial).run(&mut older).await.unwrap();
    older.close().await.unwrap();

    let places = [location(file.to_str().unwrap()), location(&server.url)];
    for place in places {
        let opened = tokio::join!(
            SqlStore::open(&place),
            SqlStore::open(&place),
            SqlStore::open(&place),
            SqlStore::open(&place),
        );
        for node in [opened.0, opened.1, opened.2, opened.3] {
            let node = node.unwrap_or_else(|error| panic!("{place}: {error:?}"));
            node.check_ready(START).await.unwrap();
            assert_eq!(node.photo_counts().await.unwrap(), []);
            node.close().await;
        }
    }
    for database in [RawDatabase::open(&file).await, RawDatabase::connect(&server.url).await] {
        let unfinished = "SELECT count(*) FROM _sqlx_migrations WHERE NOT success";
        assert_eq!(database.number(unfinished).await, 0);
        assert!(database.count("_sqlx_migrations").await > 1);
    }
}

/// Migrations of the first version.
fn first_version(initial: &'static str) -> Migrator {
    let sql = initial.into_sql_str();
    Migrator::with_migrations(vec![Migration::new(1, "initial".into(), MigrationType::Simple, sql, false)])
}
