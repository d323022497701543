//! A PostgreSQL that is gone, stands still, is slow, takes no changes, has no connection left, or no disk.

use std::time::Duration;

use super::slow_line::SlowLine;
use super::{Day, ready, tell};
use crate::support::cluster::{Cluster, execute_on};
use crate::support::process::{Home, until};
use crate::support::records::Database;

/// A role that is not above the server's limits, as its superuser is.
const OWNER: &str = "gateway";

struct Bench {
    cluster: Cluster,
    /// For the test, which may do everything.
    url: String,
    home: Home,
    day: Day,
}

impl Bench {
    async fn set_up() -> Self {
        let cluster = Cluster::start().await;
        let url = cluster.empty_database().await;
        execute_on(&url, &format!("CREATE ROLE {OWNER} LOGIN")).await;
        let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
        execute_on(&url, &format!("ALTER DATABASE {name} OWNER TO {OWNER}")).await;
        let home = Home::over_server(&url.replace("//lichtbild@", &format!("//{OWNER}@")));
        let day = Day::begin(&home).await;
        Self { cluster, url, home, day }
    }

    async fn execute(&self, sql: &str) {
        execute_on(&self.url, sql).await;
    }

    /// All is well again, and was never otherwise on record.
    async fn goes_on(&self) {
        self.day.goes_on().await;
        let database = Database::connect(&self.url).await;
        database.audit().await;
        assert_eq!((database.count("photos").await, database.happened("photo.deposited").await), (5, 5));
        assert_eq!(database.count("frames").await, 4, "one was used");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_of_soon_and_back_by_itself() {
    let bench = Bench::set_up().await;
    bench.cluster.take_down();
    let met = bench.day.asks_for_everything().await;
    assert_eq!(met.0, 0);
    tell("server gone", met);
    assert!(ready(&bench.day.gateway).await.contains("storage"));
    bench.cluster.bring_up();
    bench.goes_on().await;
}

#[tokio::test]
async fn a_server_that_stands_still_is_told_of_soon_and_back_by_itself() {
    let bench = Bench::set_up().await;
    bench.cluster.signal_all("-STOP");
    let met = bench.day.asks_for_everything().await;
    assert_eq!(met.0, 0);
    tell("server stands still", met);
    bench.cluster.signal_all("-CONT");
    bench.goes_on().await;
}

#[tokio::test]
async fn a_server_that_takes_no_changes_is_told_of_soon_and_back_by_itself() {
    let bench = Bench::set_up().await;
    bench.execute("ALTER SYSTEM SET default_transaction_read_only = on").await;
    bench.execute("SELECT pg_reload_conf()").await;
    until("it takes no changes", async || !ready(&bench.day.gateway).await.contains("\"ready\"")).await;
    let met = bench.day.asks_for_everything().await;
    assert_eq!(met.0, 0);
    tell("server read-only", met);
    // Reading goes on.
    assert_eq!(bench.day.shop.get("/v1/photos").await.unwrap().status, 200);
    bench.execute("ALTER SYSTEM RESET default_transaction_read_only").await;
    bench.execute("SELECT pg_reload_conf()").await;
    bench.goes_on().await;
}

#[tokio::test]
async fn a_server_without_a_connection_left_is_told_of_soon_and_back_by_itself() {
    let bench = Bench::set_up().await;
    bench.execute(&format!("ALTER ROLE {OWNER} CONNECTION LIMIT 0")).await;
    bench.execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{OWNER}'")).await;
    let met = bench.day.asks_for_everything().await;
    assert_eq!(met.0, 0);
    tell("no connection left", met);
    bench.execute(&format!("ALTER ROLE {OWNER} CONNECTION LIMIT -1")).await;
    bench.goes_on().await;
}

/// Each change takes longer than the others wait for its end.
#[tokio::test]
async fn a_server_that_takes_seconds_for_a_change_makes_some_wait_and_nobody_wait_long() {
    let bench = Bench::set_up().await;
    let slow =
        "CREATE FUNCTION slow() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); RETURN NEW; END $$";
    bench.execute(slow).await;
    bench.execute("CREATE TRIGGER slow BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION slow()").await;
    let met = bench.day.asks_for_everything().await;
    assert!(met.0 >= 1, "the first one is done in its three seconds");
    tell("three seconds for each change", met);
    bench.execute("DROP TRIGGER slow ON audit").await;
    bench.goes_on().await;
}

/// Each answer of the server comes late, none so late that its own limit would end it: it is the sum that nobody waits for.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_line_that_is_slow_adds_up_to_no_more_than_a_request_waits() {
    let bench = Bench::set_up().await;
    let line = SlowLine::before(bench.cluster.folder());
    let slow = bench.url.replace(bench.cluster.folder().to_str().unwrap(), line.folder().to_str().unwrap());
    bench.home.set("database", &format!("\"{slow}\""));
    let day = bench.day.moves_to(&bench.home);
    for milliseconds in [300, 700, 1_100] {
        line.delays(Duration::from_millis(milliseconds));
        tell(&format!("{milliseconds} ms for each answer"), day.asks_for_everything().await);
    }
    line.delays(Duration::ZERO);
    day.goes_on().await;
    Database::connect(&bench.url).await.audit().await;
}
