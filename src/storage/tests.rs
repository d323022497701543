//! Failures of a file that only code inside the store can cause.

use std::time::Duration;

use sqlx::Connection;
use tokio::time::Instant;

use super::error::StoreError;
use super::requests::ScrubOutcome;
use super::sql::SqlStore;
use super::sqlite::SqliteDatabase;
use crate::clock::Timestamp;
use crate::domain::log::{AuditEntry, AuditEvent};

const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

async fn store() -> (tempfile::TempDir, SqliteDatabase, SqlStore) {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteDatabase::create(&folder.path().join("lichtbild.sqlite")).await.unwrap();
    (folder, file.clone(), SqlStore::from_file(file))
}

fn large_entry() -> AuditEntry {
    let details = serde_json::json!({ "filler": "x".repeat(200_000) });
    AuditEntry { at: NOW, actor: "gateway".into(), event: AuditEvent::PhotoExpired, subject: None, details }
}

async fn limit_pages(file: &SqliteDatabase, pages: u32) {
    let pragma = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    let mut transaction = file.begin().await.unwrap();
    sqlx::query(pragma).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// The error that a full disk gives, without a disk: SQLite may not make the file longer.
#[tokio::test]
async fn writes_resume_after_a_full_disk() {
    let (_folder, file, store) = store().await;
    limit_pages(&file, 40).await;
    let refused = store.append_audit(large_entry()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    // A connection of which the driver believes that it is inside a transaction would refuse this for ever.
    limit_pages(&file, 1_000_000).await;
    store.append_audit(large_entry()).await.unwrap();
    store.check_ready(NOW).await.unwrap();
}

#[tokio::test]
async fn scrubbing_does_not_wait_for_readers_and_reports_that_it_was_postponed() {
    let (_folder, file, store) = store().await;
    let mut reader = file.readers.acquire().await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM audit").fetch_one(&mut *reading).await.unwrap();
    store.append_audit(large_entry()).await.unwrap();
    let started = Instant::now();
    assert_eq!(store.scrub_erased().await.unwrap(), ScrubOutcome::Postponed);
    assert!(started.elapsed() < Duration::from_secs(4), "it must not wait for the reader");
    reading.rollback().await.unwrap();
    assert_eq!(store.scrub_erased().await.unwrap(), ScrubOutcome::Complete);
}

#[tokio::test]
async fn the_newest_write_survives_a_dropped_transaction() {
    let (_folder, file, store) = store().await;
    for _ in 0..20 {
        drop(file.begin().await.unwrap());
        store.append_audit(AuditEntry { details: serde_json::json!({}), ..large_entry() }).await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_by_itself_does_not_stop_the_next_one() {
    let (_folder, file, _) = store().await;
    let mut transaction = file.begin().await.unwrap();
    // Behind sqlx's back, as on a full disk (tests/programs/gateway/full_disk.rs fills one).
    sqlx::query("ROLLBACK").execute(&mut *transaction).await.unwrap();
    drop(transaction);
    file.begin().await.unwrap().commit().await.unwrap();
}
