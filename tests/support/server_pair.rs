//! A PostgreSQL server and its standby, as two hosts of one URL.

use super::gateway_process::wait_until;
use super::postgres::{PostgresServer, connect, execute_on};

/// Two servers with one empty database. At first the second one follows the first one.
pub struct ServerPair {
    pub servers: [PostgresServer; 2],
    database: String,
}

impl ServerPair {
    pub async fn start() -> Self {
        let first = PostgresServer::start().await;
        let url = first.empty_database().await;
        let database = url.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
        let second = first.start_follower();
        Self { servers: [first, second], database }
    }

    /// The URL with both hosts.
    pub fn url(&self) -> String {
        let [first, second] = self.servers.each_ref().map(|server| server.folder().display().to_string());
        format!("postgresql://lichtbild@localhost/{}?host={first},{second}", self.database)
    }

    /// The URL of one host.
    pub fn url_of(&self, server: usize) -> String {
        self.servers[server].url(&self.database)
    }

    /// Waits until the standby of this primary has all commits.
    pub async fn wait_for_standby_of(&self, primary: usize) {
        let caught_up = "SELECT coalesce(bool_and(flush_lsn >= pg_current_wal_flush_lsn()), false)
                         FROM pg_stat_replication WHERE state = 'streaming'";
        self.wait_for(primary, "the standby has everything", caught_up).await;
    }

    /// Lets this primary acknowledge only commits that its standby has too.
    pub async fn make_synchronous(&self, primary: usize) {
        self.set(primary, "synchronous_standby_names = '*'").await;
        let is_synchronous =
            "SELECT coalesce(bool_or(sync_state = 'sync' AND state = 'streaming'), false) FROM pg_stat_replication";
        self.wait_for(primary, "the standby is synchronous", is_synchronous).await;
    }

    /// Changes a setting of a running server.
    pub async fn set(&self, server: usize, setting: &str) {
        let url = self.servers[server].url("postgres");
        execute_on(&url, &format!("ALTER SYSTEM SET {setting}")).await;
        execute_on(&url, "SELECT pg_reload_conf()").await;
    }

    /// Kills the primary as a power failure would, and promotes the other server.
    pub fn fail_over_from(&self, primary: usize) {
        self.servers[primary].stop_immediately();
        self.servers[1 - primary].promote();
    }

    /// Makes a stopped server the standby of the other one.
    pub fn rebuild(&self, server: usize) {
        self.servers[server].follow(&self.servers[1 - server]);
    }

    /// Waits until a query of one boolean is true.
    pub async fn wait_for(&self, server: usize, what: &str, sql: &'static str) {
        let mut connection = connect(&self.servers[server].url("postgres")).await.unwrap();
        wait_until(what, async || sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut connection).await.unwrap()).await;
    }
}
