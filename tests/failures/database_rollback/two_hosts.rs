//! A failover between two hosts of the URL, with the program and without a restart of it.

use std::time::{Duration, Instant};

use super::{RollbackSetup, assert_alarm_blocks_everything, assert_recovers_after_confirmation, readyz};
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::server_pair::ServerPair;

/// Longest time until a revocation after the failover counts everywhere.
const REVOCATION_LIMIT: Duration = Duration::from_secs(2);

async fn set_up() -> (ServerPair, RollbackSetup) {
    let pair = ServerPair::start().await;
    let home = GatewayFolder::over_server(&pair.url());
    (pair, RollbackSetup::at(home))
}

#[tokio::test]
async fn an_asynchronous_standby_that_lost_commits_trips_the_check_without_a_restart() {
    let (pair, setup) = set_up().await;
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    pair.wait_for_standby_of(0).await;
    pair.servers[1].stop_immediately();
    setup.collect_and_use(&gateway, &code).await;
    pair.servers[0].stop_immediately();
    pair.servers[1].start_server();
    pair.servers[1].promote();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
    assert!(gateway.log().contains("database primary changed from "), "{}", gateway.log());
    setup.home.json(&["confirm-rollback"]);
    assert_recovers_after_confirmation(&setup, gateway, &code).await;
}

#[tokio::test]
async fn an_older_copy_beside_the_primary_is_named_and_left_alone_and_when_it_is_alone_it_hands_nothing_out() {
    let (pair, setup) = set_up().await;
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    pair.wait_for_standby_of(0).await;
    pair.servers[1].stop_immediately();
    setup.collect_and_use(&gateway, &code).await;
    pair.servers[1].start_as_restored_backup();
    wait_until("the copy is told of", async || gateway.log().contains("is an older copy that lacks rows of")).await;
    let later = setup.deposit(&gateway, "a-key-of-after-the-copy").await;
    setup.collect_and_use(&gateway, &later).await;
    assert!(readyz(&gateway).await.contains("\"ready\""));
    let log = gateway.log();
    assert_eq!(log.matches("several database hosts accept writes").count(), 1, "{log}");
    assert!(!log.contains("database rollback") && !log.contains("database primary changed"), "{log}");
    // A command agrees with the node.
    setup.home.json(&["studio", "list"]);

    pair.servers[0].stop_immediately();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
    pair.servers[0].start_server();
    wait_until("it is ready again", async || readyz(&gateway).await.contains("\"ready\"")).await;
    assert_eq!(setup.clients(&gateway).1.collect(&code).await.unwrap().problem(), (410, "photo-settled".into()));
    let last = setup.deposit(&gateway, "a-key-of-after-the-return").await;
    setup.collect_and_use(&gateway, &last).await;
    assert!(gateway.stop().success());
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
}

#[tokio::test]
async fn a_revocation_after_a_promotion_counts_within_two_seconds_although_the_old_primary_still_runs() {
    let (pair, setup) = set_up().await;
    let gateway = setup.home.start();
    let office = setup.clients(&gateway).1;
    setup.deposit(&gateway, "a-key-for-this-photo").await;
    pair.wait_for_standby_of(0).await;
    pair.servers[1].promote();
    setup.home.json(&["device", "revoke", &setup.office.device_id]);
    let begun = Instant::now();
    wait_until("the revocation counts", async || {
        // The connection is closed, or the request is refused. It changes nothing: a row that only the old primary has
        // would be missed, with an alarm.
        office.get("/v1/me").await.map_or(true, |answer| answer.status == 403)
    })
    .await;
    println!("a revocation beside a running old primary counted after {:?}", begun.elapsed());
    assert!(begun.elapsed() < REVOCATION_LIMIT, "{:?}", begun.elapsed());
    wait_until("it is ready", async || readyz(&gateway).await.contains("\"ready\"")).await;
    assert!(!gateway.log().contains("database rollback"), "{}", gateway.log());
}

#[tokio::test]
async fn while_no_host_accepts_writes_all_is_refused_with_the_reason_and_later_all_works() {
    let (pair, setup) = set_up().await;
    let gateway = setup.home.start();
    let (studio, office) = setup.clients(&gateway);
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    let used = setup.deposit(&gateway, "a-key-for-a-used-photo").await;
    setup.collect_and_use(&gateway, &used).await;
    pair.wait_for_standby_of(0).await;
    pair.servers[0].stop_immediately();
    for refused in [studio.deposit("a-key-meanwhile").await.unwrap(), office.collect(&code).await.unwrap()] {
        assert_eq!(refused.problem(), (503, "storage-unavailable".into()));
        assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    }
    wait_until("the reason is told", async || readyz(&gateway).await.contains("database-primary")).await;
    let told = readyz(&gateway).await;
    assert!(told.contains("storage") && told.contains("in recovery"), "{told}");
    let refused = setup.home.failure(&["studio", "list"]);
    assert!(refused.contains("no host of the database URL accepts writes"), "{refused}");
    pair.servers[1].promote();
    wait_until("it is ready", async || readyz(&gateway).await.contains("\"ready\"")).await;
    assert!(!readyz(&gateway).await.contains("database-primary"));
    let repeated = studio.deposit("a-key-for-this-photo").await.unwrap();
    assert!(repeated.is_replayed() && repeated.text("code") == code, "{repeated:?}");
    assert_eq!(office.collect(&used).await.unwrap().problem(), (410, "photo-settled".into()));
    setup.home.json(&["device", "revoke", &setup.office.device_id]);
    let begun = Instant::now();
    wait_until("the revocation counts", async || {
        // The connection is closed, or the request is refused.
        office.collect(&code).await.map_or(true, |answer| answer.status == 403)
    })
    .await;
    assert!(begun.elapsed() < REVOCATION_LIMIT, "{:?}", begun.elapsed());
    assert!(gateway.stop().success());
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
}

#[tokio::test]
async fn a_store_moves_to_the_host_that_accepts_writes() {
    let pair = ServerPair::start().await;
    pair.fail_over_from(0);
    let setup = RollbackSetup::new();
    let url = pair.url();
    setup.home.json(&["migrate-store", "gateway/lichtbild.sqlite", &url]);
    setup.home.set("database", &format!("\"{url}\""));
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    setup.collect_and_use(&gateway, &code).await;
}
