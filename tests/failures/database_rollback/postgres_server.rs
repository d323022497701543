//! A PostgreSQL server that was restored from a base backup or replaced by its standby.

use super::{RollbackSetup, assert_alarm_blocks_everything, assert_recovers_after_confirmation, readyz};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::postgres::{PostgresServer, connect, execute_on};

struct ReplicatedSetup {
    cluster: PostgresServer,
    setup: RollbackSetup,
}

impl ReplicatedSetup {
    async fn set_up() -> Self {
        let cluster = PostgresServer::start().await;
        let setup = RollbackSetup::at(GatewayFolder::over_server(&cluster.empty_database().await));
        Self { cluster, setup }
    }

    /// Stops the primary at once and promotes the standby.
    fn fail_over(&self) {
        self.cluster.stop_immediately();
        self.cluster.stop_standby("standby");
        self.cluster.replace_data_with("standby");
        self.cluster.start_server();
        self.cluster.promote();
    }

    /// Waits until the standby has all commits.
    async fn wait_for_standby(&self) {
        let mut connection = connect(&self.cluster.url("postgres")).await.unwrap();
        let caught_up = "SELECT coalesce(bool_and(flush_lsn >= pg_current_wal_flush_lsn()), false)
                         FROM pg_stat_replication WHERE state = 'streaming'";
        wait_until("the standby has everything", async || {
            sqlx::query_scalar::<_, bool>(caught_up).fetch_one(&mut connection).await.unwrap()
        })
        .await;
    }
}

async fn is_ready(gateway: &GatewayProcess) {
    wait_until("it is ready", async || readyz(gateway).await.contains("\"ready\"")).await;
}

#[tokio::test]
async fn a_server_restored_from_a_base_backup_hands_nothing_out() {
    let bench = ReplicatedSetup::set_up().await;
    let setup = &bench.setup;
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    bench.cluster.base_backup("backup", false);
    setup.collect_and_use(&gateway, &code).await;
    assert!(gateway.stop().success());
    bench.cluster.stop_immediately();
    bench.cluster.replace_data_with("backup");
    bench.cluster.start_server();
    let gateway = setup.home.start();
    assert_alarm_blocks_everything(setup, &gateway, &code).await;
    setup.home.json(&["confirm-rollback"]);
    assert_recovers_after_confirmation(setup, gateway, &code).await;
}

#[tokio::test]
async fn an_asynchronous_standby_that_lacks_commits_hands_nothing_out() {
    let bench = ReplicatedSetup::set_up().await;
    let setup = &bench.setup;
    let gateway = setup.home.start();
    let second = setup.home.copy_as_node();
    let idle = second.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    bench.cluster.base_backup("standby", true);
    bench.cluster.start_standby("standby");
    bench.wait_for_standby().await;
    bench.cluster.stop_standby("standby");
    setup.collect_and_use(&gateway, &code).await;
    wait_until("the other node has seen it", async || {
        super::known_rows(&second.file("log-head.json")) >= setup.known_rows() && setup.known_rows() > 5
    })
    .await;
    // Both nodes keep running, but lose all connections.
    bench.fail_over();
    assert_alarm_blocks_everything(setup, &gateway, &code).await;
    let refused = setup.office.client(idle.office()).collect(&code).await.unwrap();
    assert_eq!(refused.problem(), (409, "photo-quarantined".into()));
    setup.home.json(&["confirm-rollback"]);
    is_ready(&idle).await;
    assert_recovers_after_confirmation(setup, gateway, &code).await;
}

#[tokio::test]
async fn a_failover_that_loses_nothing_is_told_of_and_no_alarm() {
    let bench = ReplicatedSetup::set_up().await;
    let setup = &bench.setup;
    let gateway = setup.home.start();
    bench.cluster.base_backup("standby", true);
    bench.cluster.start_standby("standby");
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    let used = setup.deposit(&gateway, "a-key-for-a-used-photo").await;
    setup.collect_and_use(&gateway, &used).await;
    bench.wait_for_standby().await;
    bench.fail_over();
    is_ready(&gateway).await;
    wait_until("the new timeline is told of", async || gateway.log().contains("timeline_before=1")).await;
    setup.collect_and_use(&gateway, &code).await;
    assert_eq!(setup.clients(&gateway).1.collect(&used).await.unwrap().problem(), (410, "photo-settled".into()));
    assert!(gateway.stop().success());
    let gateway = setup.home.start();
    assert!(readyz(&gateway).await.contains("\"ready\""));
    assert!(!gateway.log().contains("database rollback"), "{}", gateway.log());
}

#[tokio::test]
async fn a_role_that_may_not_ask_for_the_servers_identity_works_and_fills_no_log() {
    let cluster = PostgresServer::start().await;
    let url = cluster.empty_database().await;
    let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    execute_on(&url, "CREATE ROLE gateway LOGIN").await;
    execute_on(&url, &format!("ALTER DATABASE {name} OWNER TO gateway")).await;
    execute_on(&url, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC").await;
    let setup = RollbackSetup::at(GatewayFolder::over_server(&url.replace("//lichtbild@", "//gateway@")));
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    setup.collect_and_use(&gateway, &code).await;
    assert!(gateway.stop().success());
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    let log = std::fs::read_to_string(cluster.folder().join("log")).unwrap();
    assert!(!log.contains("permission denied"), "{log}");
}
