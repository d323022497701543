//! Creating and opening databases, with their errors.

use lichtbild::storage::{SqlStore, StoreError};

use super::TwoNodeStore;
use crate::support::postgres::{PostgresServer, execute_on, location};
use crate::support::test_gateway::START;

#[tokio::test]
async fn a_node_refuses_a_schema_that_is_newer_than_itself() {
    for fleet in TwoNodeStore::both().await {
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (99, 'newer', TRUE, ";
        let newer = format!("{newer}{})", fleet.database.for_dialect("x'00', 0", "'\\x00', 0"));
        fleet.database.execute(&newer).await.unwrap();
        let refused = SqlStore::open(&fleet.location).await.err().unwrap();
        assert!(matches!(refused, StoreError::NewerSchema { version: 99 }), "{refused:?}");
        assert!(refused.to_string().contains("run that version"));
        // Nodes that have it open continue.
        fleet.nodes[0].check_ready(START).await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_database_is_taken_into_use_once_and_then_opened_by_all() {
    let cluster = PostgresServer::start().await;
    let url = cluster.empty_database().await;
    let never_used = SqlStore::open(&location(&url)).await.err().unwrap();
    assert!(never_used.advice(&location(&url)).contains("init --database"), "{never_used:?}");
    SqlStore::create(&location(&url)).await.unwrap().check_ready(START).await.unwrap();
    let again = SqlStore::create(&location(&url)).await.err().unwrap();
    assert!(matches!(again, StoreError::AlreadyExists), "{again:?}");
    let url = location(&url);
    let opened = tokio::join!(SqlStore::open(&url), SqlStore::open(&url), SqlStore::open(&url));
    assert!(opened.0.is_ok() && opened.1.is_ok() && opened.2.is_ok());
}

#[tokio::test]
async fn what_is_wrong_with_a_server_is_said_with_what_to_do_and_without_the_password() {
    let cluster = PostgresServer::start().await;
    let url = cluster.url("nobody_made_it");
    execute_on(&cluster.url("postgres"), "CREATE ROLE guest LOGIN").await;
    let elsewhere = url.replace("lichtbild-pg-", "not-there-");
    let guest = cluster.url("postgres").replace("lichtbild@", "guest:s3cr3t@");
    for (url, advice) in [(&url, "createdb"), (&elsewhere, "check that the server runs"), (&guest, "must own")] {
        let location = location(url);
        let error = SqlStore::create(&location).await.err().unwrap();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.advice(&location).contains(advice), "{url}: {error:?}{}", error.advice(&location));
        assert!(!format!("{error:?} {location:?} {location}").contains("s3cr3t"));
    }
}
