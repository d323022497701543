//! A store that is filled with a given number of photos.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lichtbild::storage::{DatabaseLocation, SqlStore};
use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::postgres::{PostgresServer, connect, location};
use super::seed_data::{SeedData, SqlDialect};

/// A store, with direct access to its database.
pub struct BenchStore {
    pub store_name: &'static str,
    pub photos: u64,
    pub erased: u64,
    pub store: SqlStore,
    /// Number of stored photos that have been collected so far.
    pub collected: AtomicU64,
    /// Number of photos of 550 KB that have been added.
    pub large_deposits: AtomicU64,
    disk: RawPool,
    server: Vec<String>,
    initial_bytes: i64,
    initial_scans: i64,
    _folder: Option<tempfile::TempDir>,
}

enum RawPool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Also adds a quarter as many erased photos, leases to an office for a fiftieth, and about two rows per photo in the audit log.
fn filling(photos: u64) -> SeedData {
    let parties = (photos / 50).clamp(100, 12_000);
    SeedData { parties, photos, erased: photos / 4, leased: photos / 50, log: 2 * photos, frame_bytes: 1_024 }
}

impl BenchStore {
    pub async fn on_sqlite(photos: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lichtbild.sqlite");
        let at = DatabaseLocation::File(file.clone());
        SqlStore::create(&at).await.unwrap().close().await;
        let options = SqliteConnectOptions::new().filename(&file);
        let mut connection = options.connect().await.unwrap();
        for sql in filling(photos).statements(SqlDialect::Sqlite) {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
        let disk = RawPool::Sqlite(SqlitePool::connect_with(options).await.unwrap());
        Self::new("SQLite", photos, SqlStore::open(&at).await.unwrap(), disk, Some(folder)).await
    }

    pub async fn on_postgres(photos: u64, cluster: &PostgresServer) -> Self {
        let url = cluster.empty_database().await;
        SqlStore::create(&location(&url)).await.unwrap().close().await;
        let mut connection = connect(&url).await.unwrap();
        for sql in filling(photos).statements(SqlDialect::Postgres) {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
        sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let disk = RawPool::Postgres(PgPool::connect(&url).await.unwrap());
        Self::new("PostgreSQL", photos, SqlStore::open(&location(&url)).await.unwrap(), disk, None).await
    }

    /// Records the server processes that exist at this time.
    pub fn watch(&mut self, cluster: &PostgresServer) {
        self.server = cluster.processes();
    }

    async fn new(
        store_name: &'static str,
        photos: u64,
        store: SqlStore,
        disk: RawPool,
        folder: Option<tempfile::TempDir>,
    ) -> Self {
        let mut place = Self {
            store_name,
            photos,
            erased: filling(photos).erased,
            store,
            collected: AtomicU64::new(0),
            large_deposits: AtomicU64::new(0),
            disk,
            server: Vec::new(),
            initial_bytes: 0,
            initial_scans: 0,
            _folder: folder,
        };
        place.initial_bytes = place.bytes().await;
        place.initial_scans = place.scans().await;
        place
    }

    /// Returns the processor time that this process and the database server have used so far.
    pub fn processor_time(&self) -> Duration {
        let own = fs::read_dir("/proc/self/task").unwrap().map(|task| run_time(&task.unwrap().path()));
        let of_server = self.server.iter().map(|process| run_time(&Path::new("/proc").join(process)));
        own.chain(of_server).sum()
    }

    async fn number(&self, sqlite: &'static str, postgres: &'static str) -> i64 {
        match &self.disk {
            RawPool::Sqlite(pool) => sqlx::query_scalar(sqlite).fetch_one(pool).await.unwrap(),
            RawPool::Postgres(pool) => sqlx::query_scalar(postgres).fetch_one(pool).await.unwrap(),
        }
    }

    async fn bytes(&self) -> i64 {
        let sqlite = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        self.number(sqlite, "SELECT pg_database_size(current_database())").await
    }

    /// Counts the sequential scans that PostgreSQL has made of the growing tables; always 0 on SQLite.
    async fn scans(&self) -> i64 {
        let postgres = "SELECT CAST(sum(seq_scan) AS BIGINT) FROM pg_stat_user_tables
                        WHERE relname IN ('photos', 'frames', 'collections', 'audit', 'certificates', 'devices')";
        self.number("SELECT 0", postgres).await
    }

    pub async fn print_disk(&self) {
        let signed = |number: u64| i64::try_from(number).unwrap();
        let all = filling(self.photos);
        let rows = self.initial_bytes - signed((all.photos + all.leased) * 1_024);
        println!(
            "{} with {} photos: {} bytes for a photo's rows beside its picture; grew by {} MB with {} pictures of 550 KB; \
             tables read from end to end: {}",
            self.store_name,
            self.photos,
            rows / signed(all.photos + all.leased + all.erased),
            (self.bytes().await - self.initial_bytes) / 1_000_000,
            self.large_deposits.load(Ordering::Relaxed),
            self.scans().await - self.initial_scans,
        );
    }
}

/// Reads how long a process or thread has been running on a processor, from its `schedstat`.
fn run_time(of: &Path) -> Duration {
    let text = fs::read_to_string(of.join("schedstat")).unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default())
}
