//! Deposits at the same moment.

use std::collections::HashSet;

use tokio::task::JoinSet;

use crate::support::router_client::{idempotency_key, json_string, photo};
use crate::support::test_gateway::TestGateway;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_deposits_with_one_key_are_one_photo_with_one_code() {
    // They repeat without a pause; the number of attempts depends on the database, and the clock stands still.
    let unpaced = 1_000_000_000;
    let gateway = TestGateway::with(|setup| {
        (setup.limits.uploads_per_minute, setup.limits.requests_per_minute) = (unpaced, unpaced);
    })
    .await;
    let studio = gateway.studio("Foto Koch").await;
    let mut work = JoinSet::new();
    for _ in 0..50 {
        let studio = studio.clone();
        work.spawn(async move {
            loop {
                let answer = studio.deposit(&photo(1), &idempotency_key(1)).await;
                if answer.status == 201 {
                    return (json_string(&answer.json()["code"]), answer.header("idempotent-replayed") == "true");
                }
                answer.assert_problem(409, "deposit-in-progress");
                assert_eq!(answer.retry_after_seconds(), 1);
                tokio::task::yield_now().await;
            }
        });
    }
    let answers = work.join_all().await;
    let codes: HashSet<_> = answers.iter().map(|(code, _)| code).collect();
    assert_eq!(codes.len(), 1);
    assert_eq!(answers.iter().filter(|(_, replayed)| !replayed).count(), 1);
    assert_eq!(gateway.database.count("photos").await, 1);
    assert_eq!(gateway.database.count("frames").await, 1);
    assert_eq!(gateway.database.count_events("photo.deposited").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_photos_at_once_get_fifty_codes() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let mut work = JoinSet::new();
    for number in 0..50 {
        let studio = studio.clone();
        work.spawn(async move { studio.deposit_numbered(number).await.code });
    }
    let codes: HashSet<_> = work.join_all().await.into_iter().collect();
    assert_eq!(codes.len(), 50);
    assert_eq!(gateway.database.count("frames").await, 50);
    gateway.database.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_busy_worker_pool_asks_the_caller_to_retry_and_loses_nothing() {
    let gateway = TestGateway::with(|setup| {
        (setup.limits.workers, setup.limits.worker_queue) = (1, 1);
        setup.limits.uploads_per_minute = 60_000;
    })
    .await;
    let studio = gateway.studio("Foto Koch").await;
    let mut work = JoinSet::new();
    for number in 0..20 {
        let studio = studio.clone();
        work.spawn(async move {
            loop {
                let answer = studio.deposit(&photo(number), &idempotency_key(number)).await;
                if answer.status == 201 {
                    return;
                }
                answer.assert_problem(503, "gateway-busy");
                assert!(answer.retry_after_seconds() >= 1);
                tokio::task::yield_now().await;
            }
        });
    }
    work.join_all().await;
    assert_eq!(gateway.database.count("photos").await, 20);
    assert_eq!(gateway.database.count("frames").await, 20);
}
