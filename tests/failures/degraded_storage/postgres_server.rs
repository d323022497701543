//! A PostgreSQL server that is down, halted, slow, read-only, or out of connections.

use std::time::Duration;

use super::slow_proxy::SlowProxy;
use super::{DegradedSetup, print_result, ready};
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::postgres::{PostgresServer, execute_on};
use crate::support::raw_database::RawDatabase;

/// A role without the superuser's exemptions from limits.
const OWNER: &str = "gateway";

struct DegradedServerSetup {
    cluster: PostgresServer,
    /// Connection of the test with all rights.
    url: String,
    home: GatewayFolder,
    day: DegradedSetup,
}

impl DegradedServerSetup {
    async fn set_up() -> Self {
        let cluster = PostgresServer::start().await;
        let url = cluster.empty_database().await;
        execute_on(&url, &format!("CREATE ROLE {OWNER} LOGIN")).await;
        let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
        execute_on(&url, &format!("ALTER DATABASE {name} OWNER TO {OWNER}")).await;
        let home = GatewayFolder::over_server(&url.replace("//lichtbild@", &format!("//{OWNER}@")));
        let day = DegradedSetup::with_photos_in_every_state(&home).await;
        Self { cluster, url, home, day }
    }

    async fn execute(&self, sql: &str) {
        execute_on(&self.url, sql).await;
    }

    /// The gateway works again, and has reported nothing wrong.
    async fn assert_recovered(&self) {
        self.day.assert_recovered().await;
        let database = RawDatabase::connect(&self.url).await;
        database.audit().await;
        assert_eq!((database.count("photos").await, database.count_events("photo.deposited").await), (5, 5));
        assert_eq!(database.count("frames").await, 4, "one was used");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_of_soon_and_back_by_itself() {
    let bench = DegradedServerSetup::set_up().await;
    bench.cluster.stop_immediately();
    let met = bench.day.try_every_request().await;
    assert_eq!(met.0, 0);
    print_result("server gone", met);
    assert!(ready(&bench.day.gateway).await.contains("storage"));
    bench.cluster.start_server();
    bench.assert_recovered().await;
}

#[tokio::test]
async fn a_server_that_stands_still_is_told_of_soon_and_back_by_itself() {
    let bench = DegradedServerSetup::set_up().await;
    bench.cluster.signal_all("-STOP");
    let met = bench.day.try_every_request().await;
    assert_eq!(met.0, 0);
    print_result("server stands still", met);
    bench.cluster.signal_all("-CONT");
    bench.assert_recovered().await;
}

#[tokio::test]
async fn a_server_that_takes_no_changes_is_told_of_soon_and_back_by_itself() {
    let bench = DegradedServerSetup::set_up().await;
    bench.execute("ALTER SYSTEM SET default_transaction_read_only = on").await;
    bench.execute("SELECT pg_reload_conf()").await;
    wait_until("it takes no changes", async || !ready(&bench.day.gateway).await.contains("\"ready\"")).await;
    let met = bench.day.try_every_request().await;
    assert_eq!(met.0, 0);
    print_result("server read-only", met);
    // Reading works.
    assert_eq!(bench.day.studio_client.get("/v1/photos").await.unwrap().status, 200);
    bench.execute("ALTER SYSTEM RESET default_transaction_read_only").await;
    bench.execute("SELECT pg_reload_conf()").await;
    bench.assert_recovered().await;
}

#[tokio::test]
async fn a_server_without_a_connection_left_is_told_of_soon_and_back_by_itself() {
    let bench = DegradedServerSetup::set_up().await;
    bench.execute(&format!("ALTER ROLE {OWNER} CONNECTION LIMIT 0")).await;
    bench.execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{OWNER}'")).await;
    let met = bench.day.try_every_request().await;
    assert_eq!(met.0, 0);
    print_result("no connection left", met);
    bench.execute(&format!("ALTER ROLE {OWNER} CONNECTION LIMIT -1")).await;
    bench.assert_recovered().await;
}

/// Each change takes longer than the others wait for it.
#[tokio::test]
async fn a_server_that_takes_seconds_for_a_change_makes_some_wait_and_nobody_wait_long() {
    let bench = DegradedServerSetup::set_up().await;
    let slow =
        "CREATE FUNCTION slow() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); RETURN NEW; END $$";
    bench.execute(slow).await;
    bench.execute("CREATE TRIGGER slow BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION slow()").await;
    let met = bench.day.try_every_request().await;
    assert!(met.0 >= 1, "the first one is done in its three seconds");
    print_result("three seconds for each change", met);
    bench.execute("DROP TRIGGER slow ON audit").await;
    bench.assert_recovered().await;
}

/// Each answer is late, but within the server's own limits: their sum exceeds the time budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_slow_database_connection_stays_within_the_request_deadline() {
    let bench = DegradedServerSetup::set_up().await;
    let line = SlowProxy::before(bench.cluster.folder());
    let slow = bench.url.replace(bench.cluster.folder().to_str().unwrap(), line.folder().to_str().unwrap());
    bench.home.set("database", &format!("\"{slow}\""));
    let day = bench.day.restart_in(&bench.home);
    for milliseconds in [300, 700, 1_100] {
        line.set_delay(Duration::from_millis(milliseconds));
        print_result(&format!("{milliseconds} ms for each answer"), day.try_every_request().await);
    }
    line.set_delay(Duration::ZERO);
    day.assert_recovered().await;
    RawDatabase::connect(&bench.url).await.audit().await;
}
