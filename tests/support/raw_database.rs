//! Direct access to the database, without the gateway: to read what is stored, and to damage it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::log::{CHAIN_START, chain_digest};
use lichtbild::storage::{DatabaseLocation, SqlStore};
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

#[cfg(unix)]
use super::postgres::TestDatabase;

const TABLES: [&str; 14] = [
    "parties",
    "devices",
    "invitations",
    "certificates",
    "bound_keys",
    "photos",
    "frames",
    "collections",
    "collection_devices",
    "guesses",
    "audit",
    "checkpoints",
    "log_anchors",
    "events",
];

pub enum RawDatabase {
    File(SqlitePool),
    Server(PgPool),
}

/// Every row of every table, for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSnapshot(BTreeMap<&'static str, Vec<String>>);

impl DatabaseSnapshot {
    pub fn without(mut self, table: &str) -> Self {
        assert!(self.0.remove(table).is_some());
        self
    }
}

/// A row of the audit log.
#[derive(Debug, Clone)]
pub struct AuditLogRow {
    pub actor: String,
    pub event: String,
    pub subject: Option<String>,
    pub details: serde_json::Value,
}

/// A row of the audit log as it is stored: sequence, at, actor, event, subject, details, prev, sha256.
pub type StoredAuditRow = (i64, i64, String, String, Option<String>, String, Vec<u8>, Vec<u8>);

pub const STORED_LOG: &str =
    "SELECT sequence, at, actor, event, subject, details, prev, sha256 FROM audit ORDER BY sequence";

/// The first row of the audit log that is not at its place or was changed, with the fault.
pub fn chain_fault(rows: Vec<StoredAuditRow>) -> Option<String> {
    let mut previous = CHAIN_START;
    for ((sequence, at, actor, event, subject, details, prev, sha256), place) in rows.into_iter().zip(1_i64..) {
        let digest = |bytes: Vec<u8>| Sha256Digest::from_bytes(bytes.try_into().unwrap());
        let computed = chain_digest(&previous, place, at, &actor, &event, subject.as_deref(), &details);
        if sequence != place {
            return Some(format!("a gap before audit row {sequence}"));
        } else if digest(prev) != previous {
            return Some(format!("audit row {sequence} does not follow the one before it"));
        } else if digest(sha256) != computed {
            return Some(format!("audit row {sequence} was changed"));
        }
        previous = computed;
    }
    None
}

impl RawDatabase {
    pub async fn open(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
        Self::File(SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap())
    }

    pub async fn connect(url: &str) -> Self {
        Self::Server(PgPoolOptions::new().max_connections(1).connect(url).await.unwrap())
    }

    pub async fn close(&self) {
        match self {
            Self::File(pool) => pool.close().await,
            Self::Server(pool) => pool.close().await,
        }
    }

    pub async fn contents(&self) -> DatabaseSnapshot {
        let mut contents = BTreeMap::new();
        for table in TABLES {
            contents.insert(
                table,
                self.texts(&format!("SELECT {} FROM {table} ORDER BY 1", self.row_of(table).await)).await,
            );
        }
        DatabaseSnapshot(contents)
    }

    /// Returns an SQL expression that joins all columns of a table into one text.
    async fn row_of(&self, table: &str) -> String {
        match self {
            Self::File(_) => {
                let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join("||' '||")
            }
            Self::Server(_) => format!("{table}::text"),
        }
    }

    /// Returns the one of two spellings that this database reads.
    pub fn for_dialect<'a>(&self, file: &'a str, server: &'a str) -> &'a str {
        match self {
            Self::File(_) => file,
            Self::Server(_) => server,
        }
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::File(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            Self::Server(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::File(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
            Self::Server(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    pub async fn bytes(&self, sql: &str) -> Vec<Vec<u8>> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::File(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            Self::Server(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    /// The values of all tables by table and column, as text and, where they are bytes, as bytes.
    pub async fn all_values(&self) -> Vec<(String, Vec<u8>)> {
        let columns = self.for_dialect(
            "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
            "SELECT table_name || '.' || column_name FROM information_schema.columns
             WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
        );
        let mut found = Vec::new();
        for column in self.texts(columns).await {
            let (table, name) = column.split_once('.').unwrap();
            let text = self.for_dialect("CAST(", "").to_owned()
                + &format!("\"{name}\"")
                + self.for_dialect(" AS TEXT)", "::text");
            let texts = match self {
                // Bytes that are no text cannot be read as one.
                Self::File(_) => Vec::new(),
                Self::Server(_) => self.texts(&format!("SELECT coalesce({text}, '') FROM \"{table}\"")).await,
            };
            let is_bytes = match self {
                Self::File(_) => true,
                Self::Server(_) => {
                    let kind = "SELECT count(*) FROM information_schema.columns WHERE data_type = 'bytea'";
                    self.number(&format!("{kind} AND table_name = '{table}' AND column_name = '{name}'")).await > 0
                }
            };
            let bytes =
                self.for_dialect("CAST(", "").to_owned() + &format!("\"{name}\"") + self.for_dialect(" AS BLOB)", "");
            let sql = format!("SELECT {bytes} FROM \"{table}\" WHERE \"{name}\" IS NOT NULL");
            let raw = if is_bytes { self.bytes(&sql).await } else { Vec::new() };
            // The separator prevents a match across two values.
            let all = texts.into_iter().map(String::into_bytes).chain(raw);
            found.push((column, all.collect::<Vec<_>>().join(&[0; 16][..])));
        }
        found
    }

    /// Runs statements that the gateway would never run.
    pub async fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::File(pool) => sql.execute(pool).await.map(|_| ()),
            Self::Server(pool) => sql.execute(pool).await.map(|_| ()),
        }
    }

    /// Replaces every sealed photo.
    pub async fn replace_frames(&self, frame: &[u8]) {
        let prefix = self.for_dialect("x'", "'\\x");
        self.execute(&format!("UPDATE frames SET frame = {prefix}{}'", hex::encode(frame))).await.unwrap();
    }

    /// Counts the rows of the audit log with this event.
    pub async fn count_events(&self, event: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM audit WHERE event = '{event}'")).await
    }

    /// Every row of the audit log, each one's place in the chain verified; without the digests in its details.
    pub async fn audit(&self) -> Vec<AuditLogRow> {
        assert!(self.chain_holds().await, "the chain of the audit log is broken");
        let row = |(_, _, actor, event, subject, details, _, _): StoredAuditRow| {
            let mut details: serde_json::Value = serde_json::from_str(&details).unwrap();
            details.as_object_mut().unwrap().remove("rows");
            AuditLogRow { actor, event, subject, details }
        };
        self.stored_log().await.into_iter().map(row).collect()
    }

    /// Reports whether every row of the audit log has its place and its digest.
    pub async fn chain_holds(&self) -> bool {
        chain_fault(self.stored_log().await).is_none()
    }

    async fn stored_log(&self) -> Vec<StoredAuditRow> {
        match self {
            Self::File(pool) => sqlx::query_as(STORED_LOG).fetch_all(pool).await.unwrap(),
            Self::Server(pool) => sqlx::query_as(STORED_LOG).fetch_all(pool).await.unwrap(),
        }
    }

    /// Removes the triggers that protect the audit log.
    pub async fn unlock_audit(&self) {
        let server = "DROP TRIGGER audit_rows_do_not_change ON audit; DROP TRIGGER audit_rows_stay ON audit;
                      DROP TRIGGER log_anchors_move_forward_past_what_is_over ON log_anchors;
                      DROP TRIGGER log_anchors_do_not_change ON log_anchors";
        let file = "DROP TRIGGER audit_rows_do_not_change; DROP TRIGGER audit_rows_stay;
                    DROP TRIGGER log_anchors_move_forward_past_what_is_over; DROP TRIGGER log_anchors_stay";
        self.execute(self.for_dialect(file, server)).await.unwrap();
    }

    /// Replaces the details of row `from` and computes the digests of the rows up to `to` again.
    pub async fn rewrite_audit_row(&self, from: i64, to: i64) {
        let mut rows = self.stored_log().await;
        let digest = |bytes: &[u8]| Sha256Digest::from_bytes(bytes.try_into().unwrap());
        for place in usize::try_from(from - 1).unwrap()..usize::try_from(to).unwrap() {
            let prev = if place == 0 { CHAIN_START } else { digest(&rows[place - 1].7) };
            let (sequence, at, actor, event, subject, details, ..) = rows[place].clone();
            let details = if sequence == from { r#"{"never":"happened"}"#.to_owned() } else { details };
            let sha256 = chain_digest(&prev, sequence, at, &actor, &event, subject.as_deref(), &details);
            rows[place].7 = sha256.as_bytes().to_vec();
            let hex = |bytes: &Sha256Digest| format!("{}{bytes}'", self.for_dialect("x'", "'\\x"));
            self.execute(&format!(
                "UPDATE audit SET details = '{details}', prev = {}, sha256 = {} WHERE sequence = {sequence}",
                hex(&prev),
                hex(&sha256)
            ))
            .await
            .unwrap();
        }
    }

    /// Makes every later change fail with its last statement, until [`RawDatabase::repair_audit`].
    pub async fn break_audit(&self) {
        let file = "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken by a test'); END";
        let server = "CREATE FUNCTION broken() RETURNS TRIGGER LANGUAGE plpgsql AS \
                      $$ BEGIN RAISE EXCEPTION 'broken by a test'; END $$;
                      CREATE TRIGGER broken BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION broken()";
        self.execute(self.for_dialect(file, server)).await.unwrap();
    }

    pub async fn repair_audit(&self) {
        self.execute(self.for_dialect("DROP TRIGGER broken", "DROP TRIGGER broken ON audit; DROP FUNCTION broken"))
            .await
            .unwrap();
    }
}

/// Location of a test's database.
pub enum TestStoreLocation {
    File(PathBuf),
    #[cfg(unix)]
    Server(TestDatabase),
}

impl TestStoreLocation {
    /// A file, or a server if the environment says `LICHTBILD_TEST_DATABASE=postgres`.
    pub async fn from_environment(file: PathBuf) -> Self {
        match std::env::var("LICHTBILD_TEST_DATABASE").as_deref() {
            #[cfg(unix)]
            Ok("postgres") => Self::Server(TestDatabase::new().await),
            Ok("sqlite") | Err(_) => Self::File(file),
            Ok(other) => panic!("LICHTBILD_TEST_DATABASE={other}: postgres or sqlite"),
        }
    }

    pub fn location(&self) -> DatabaseLocation {
        match self {
            Self::File(file) => DatabaseLocation::File(file.clone()),
            #[cfg(unix)]
            Self::Server(database) => database.location(),
        }
    }

    /// Opens the store, which is created if it is a file that does not exist.
    pub async fn store(&self) -> SqlStore {
        match self {
            Self::File(file) if !file.exists() => SqlStore::create(&self.location()).await.unwrap(),
            _ => SqlStore::open(&self.location()).await.unwrap(),
        }
    }

    pub async fn database(&self) -> RawDatabase {
        match self {
            Self::File(file) => RawDatabase::open(file).await,
            #[cfg(unix)]
            Self::Server(database) => RawDatabase::connect(&database.url).await,
        }
    }
}
