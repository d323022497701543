//! The database as it lies on the disk, past the gateway: what is stored, and faults to order.

use std::collections::BTreeMap;
use std::path::Path;

use lichtbild::domain::audit::{CHAIN_START, chain_digest};
use lichtbild::domain::digest::Sha256Digest;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

const TABLES: [&str; 10] = [
    "parties",
    "devices",
    "invitations",
    "certificates",
    "bound_keys",
    "photos",
    "frames",
    "collections",
    "guesses",
    "audit",
];

pub struct Database(SqlitePool);

/// Every row of every table, to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(BTreeMap<&'static str, Vec<String>>);

impl Contents {
    /// Without one table.
    pub fn without(mut self, table: &str) -> Self {
        assert!(self.0.remove(table).is_some());
        self
    }
}

/// A row of the transfer log.
#[derive(Debug, Clone)]
pub struct AuditRow {
    pub actor: String,
    pub event: String,
    pub subject: Option<String>,
    pub details: serde_json::Value,
}

impl Database {
    pub async fn open(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
        Self(SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap())
    }

    pub async fn contents(&self) -> Contents {
        let mut contents = BTreeMap::new();
        for table in TABLES {
            let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let row = columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join("||' '||");
            contents.insert(table, self.texts(&format!("SELECT {row} FROM {table} ORDER BY 1")).await);
        }
        Contents(contents)
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&self.0).await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    }

    /// A number, such as a count.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&self.0).await.unwrap().try_get(0).unwrap()
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    pub async fn bytes(&self, sql: &str) -> Vec<Vec<u8>> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&self.0).await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    }

    /// Changes what the gateway would never change.
    pub async fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.0).await.map(|_| ())
    }

    /// How often something happened.
    pub async fn happened(&self, event: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM audit WHERE event = '{event}'")).await
    }

    /// Every row of the transfer log, each one's place in the chain verified.
    pub async fn audit(&self) -> Vec<AuditRow> {
        assert!(self.chain_holds().await, "the chain of the transfer log is broken");
        let rows = sqlx::query("SELECT * FROM audit ORDER BY sequence").fetch_all(&self.0).await.unwrap();
        let row = |row: &SqliteRow| AuditRow {
            actor: row.get("actor"),
            event: row.get("event"),
            subject: row.get("subject"),
            details: serde_json::from_str(row.get("details")).unwrap(),
        };
        rows.iter().map(row).collect()
    }

    /// Whether every row of the transfer log has its place and its digest.
    pub async fn chain_holds(&self) -> bool {
        let rows = sqlx::query("SELECT * FROM audit ORDER BY sequence").fetch_all(&self.0).await.unwrap();
        let mut previous = CHAIN_START;
        rows.iter().zip(1_i64..).all(|(row, place)| {
            let digest = |column| Sha256Digest::from_bytes(row.get::<Vec<u8>, _>(column).try_into().unwrap());
            let (actor, event, details) = (row.get("actor"), row.get("event"), row.get("details"));
            let before = previous;
            previous = chain_digest(&before, place, row.get("at"), actor, event, row.get("subject"), details);
            row.get::<i64, _>("sequence") == place && digest("prev") == before && digest("sha256") == previous
        })
    }

    /// Makes every later change fail with its last statement, until [`Database::mend`].
    pub async fn break_audit(&self) {
        let broken = "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken by a test'); END";
        self.execute(broken).await.unwrap();
    }

    pub async fn mend(&self) {
        self.execute("DROP TRIGGER broken").await.unwrap();
    }
}
