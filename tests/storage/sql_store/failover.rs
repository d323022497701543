//! Two hosts in the URL, of which one accepts writes: it is found, and found again after a failover.

use std::time::{Duration, Instant};

use lichtbild::storage::{DatabaseLocation, SqlStore, StoreError};

use crate::support::gateway_process::{GENEROUS_TIMEOUT, wait_until};
use crate::support::postgres::{TestDatabase, location};
use crate::support::server_pair::ServerPair;
use crate::support::test_gateway::START;

/// Less than the time limit of a step: a step that began before the failover does not wait for the old primary.
const LIMIT: Duration = Duration::from_secs(6);

/// A store over a primary and its standby.
async fn replicated_store() -> (ServerPair, DatabaseLocation, SqlStore) {
    let pair = ServerPair::start().await;
    let location = location(&pair.url());
    let node = SqlStore::create(&location).await.unwrap();
    node.check_ready(START).await.unwrap();
    pair.wait_for_standby_of(0).await;
    (pair, location, node)
}

async fn wait_until_ready(node: &SqlStore) -> Duration {
    let begun = Instant::now();
    wait_until("it works again", async || node.check_ready(START).await.is_ok()).await;
    begun.elapsed()
}

/// Waits until the store has no primary, and returns the reason.
async fn reason(node: &SqlStore) -> String {
    let mut reason = String::new();
    wait_until("no host is used", async || {
        let refused = tokio::time::timeout(GENEROUS_TIMEOUT, node.check_ready(START)).await.expect("it waits");
        match refused {
            Err(StoreError::NoPrimary(error)) => reason = error.to_string(),
            other => assert!(!matches!(other, Err(StoreError::Damaged(_))), "{other:?}"),
        }
        !reason.is_empty()
    })
    .await;
    reason
}

#[tokio::test]
async fn a_promoted_standby_is_used_without_a_new_start_and_so_is_the_first_server_afterwards() {
    let (pair, location, node) = replicated_store().await;
    node.changed().await;
    pair.fail_over_from(0);
    let took = wait_until_ready(&node).await;
    assert!(took < LIMIT, "{took:?}");
    // The listener is connected to the new primary, and reports once for missed changes.
    tokio::time::timeout(GENEROUS_TIMEOUT, node.changed()).await.unwrap();
    pair.rebuild(0);
    pair.wait_for_standby_of(1).await;
    node.check_ready(START).await.unwrap();
    pair.fail_over_from(1);
    let took = wait_until_ready(&node).await;
    assert!(took < LIMIT, "{took:?}");
    SqlStore::open(&location).await.unwrap().check_ready(START).await.unwrap();
}

#[tokio::test]
async fn a_primary_that_hangs_is_left_for_the_promoted_one_and_never_used_again() {
    let (pair, _, node) = replicated_store().await;
    node.changed().await;
    let step = tokio::spawn({
        let node = node.clone();
        async move {
            // Some of these steps wait for an answer when the primary stops to answer.
            while node.check_ready(START).await.is_ok() {}
        }
    });
    pair.servers[0].signal_all("-STOP");
    pair.servers[1].promote();
    let took = wait_until_ready(&node).await;
    assert!(took < LIMIT, "{took:?}");
    // Revocations are told by the new primary.
    tokio::time::timeout(LIMIT, node.changed()).await.unwrap();
    step.abort();
    pair.servers[0].signal_all("-CONT");
    node.check_ready(START).await.unwrap();
    pair.servers[1].stop_immediately();
    let reason = reason(&node).await;
    assert!(reason.contains("on timeline 1, but 2 was in use"), "{reason}");
    pair.servers[1].start_server();
    wait_until_ready(&node).await;
}

#[tokio::test]
async fn hosts_that_are_down_unknown_or_silent_are_passed_over() {
    let database = TestDatabase::new().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let (before, folder) = database.url.split_once("?host=").unwrap();
    let location =
        location(&format!("{before}?host=127.0.0.1,no-such-host.invalid,127.0.0.1,{folder}&port=1,5432,{port},5432"));
    let node = SqlStore::open(&location).await.unwrap();
    let begun = Instant::now();
    node.check_ready(START).await.unwrap();
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
    SqlStore::open_read_only(&location).await.unwrap().last_swept_at().await.unwrap();
    node.close().await;
}

#[tokio::test]
async fn if_no_host_accepts_writes_the_error_names_them_all() {
    let (pair, location, node) = replicated_store().await;
    pair.servers[0].stop_immediately();
    let [first, second] = pair.servers.each_ref().map(|server| server.folder().display().to_string());
    let refused = SqlStore::open(&location).await.err().unwrap();
    for reason in [reason(&node).await, refused.to_string()] {
        assert!(reason.starts_with("no host of the database URL accepts writes"), "{reason}");
        assert!(
            reason.contains(&format!("{first}: ")) && reason.contains(&format!("{second}: in recovery")),
            "{reason}"
        );
    }
    pair.servers[0].start_server();
    wait_until_ready(&node).await;
}

#[tokio::test]
async fn a_wrong_database_name_is_told_at_once_and_with_no_advice_to_promote() {
    let pair = ServerPair::start().await;
    let (url, begun) = (pair.url(), Instant::now());
    let hosts = url.split_once('?').unwrap().1;
    let location = location(&format!("postgresql://lichtbild@localhost/no_such_database?{hosts}"));
    let refused = SqlStore::open(&location).await.err().unwrap();
    assert!(matches!(refused, StoreError::NoPrimary(_)), "{refused:?}");
    assert!(refused.advice(&location).contains("createdb"), "{}", refused.advice(&location));
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_former_primary_that_accepts_writes_again_is_not_used() {
    let (pair, location, node) = replicated_store().await;
    pair.fail_over_from(0);
    wait_until_ready(&node).await;
    pair.servers[0].start_server();
    node.check_ready(START).await.unwrap();
    // A program that starts now sees two primaries and uses the one that was promoted last.
    SqlStore::open(&location).await.unwrap().check_ready(START).await.unwrap();
    pair.servers[1].stop_immediately();
    let reason = reason(&node).await;
    assert!(reason.contains("on timeline 1, but 2 was in use"), "{reason}");
    pair.servers[1].start_server();
    wait_until_ready(&node).await;
}

#[tokio::test]
async fn a_primary_that_was_made_read_only_is_left_without_a_refusal() {
    let (pair, _, node) = replicated_store().await;
    pair.set(0, "default_transaction_read_only = on").await;
    pair.wait_for(0, "it is read-only", "SELECT current_setting('transaction_read_only') = 'on'").await;
    pair.servers[1].promote();
    node.check_ready(START).await.unwrap();
}

#[tokio::test]
async fn the_host_that_was_promoted_last_is_used_although_the_old_primary_still_runs() {
    let (pair, _, node) = replicated_store().await;
    pair.servers[1].promote();
    let is_used = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'lichtbild-gateway'";
    let watching = pair.wait_for(1, "the promoted host is used", is_used);
    let working = async {
        loop {
            // Refused if the primary changes meanwhile.
            let worked = node.check_ready(START).await;
            assert!(matches!(worked, Ok(()) | Err(StoreError::Unavailable(_))), "{worked:?}");
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = watching => {}
        () = working => {}
    }
}

#[tokio::test]
async fn a_commit_that_the_synchronous_standby_lacks_is_not_acknowledged() {
    let (pair, _, node) = replicated_store().await;
    pair.make_synchronous(0).await;
    node.check_ready(START).await.unwrap();
    pair.servers[1].stop_immediately();
    let refused = tokio::time::timeout(GENEROUS_TIMEOUT, node.check_ready(START)).await.expect("it waits");
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    pair.servers[1].start_server();
    wait_until_ready(&node).await;
}
