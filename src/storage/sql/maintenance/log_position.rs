//! Position of the audit log, for comparison with watermarks outside the database, and generations of the log.

use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::watermark::{Generation, LogPosition, RollbackError, ServerHistory};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::{Database, SqlStore};
use crate::storage::sql::engine::values::params;
use crate::storage::sql::log::audit_log;
use crate::storage::sql::metadata;

const GENERATION: &str = "generation";
const GENERATION_BEGIN: &str = "generation_begin";
const GENERATION_CONFIRMED_AT: &str = "generation_confirmed_at";

/// The first eight digits of the name of a write-ahead log file are the timeline. Only a primary has such a file.
const SERVER_HISTORY_SQL: &str = "SELECT (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
    ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint AS timeline";

/// Checked first, because each refusal would add a line to the server's log.
const HAS_PRIVILEGE_SQL: &str = "SELECT has_function_privilege('pg_control_system()', 'execute') AS may_ask";

impl SqlStore {
    /// Reads the end of the log, its generation, and the digests of `rows`.
    pub async fn position(&self, rows: &[i64]) -> Result<LogPosition, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let mut position = LogPosition {
                head: ChainLink::START,
                anchor: ChainLink::START,
                rows: std::collections::BTreeMap::new(),
                generation: Generation::FIRST,
                seal: None,
                server: None,
            };
            // Rows are read before the anchor: a row that is purged in between then lies before the anchor.
            for sequence in rows {
                let row = connection.query("SELECT sha256 FROM audit WHERE sequence = $1").bind(params![sequence]);
                if let Some(row) = row.fetch_optional().await? {
                    position.rows.insert(*sequence, row.get("sha256")?);
                }
            }
            (position.generation, position.seal) = generation(&mut connection).await?;
            let begin = position.generation.begins_behind.sequence;
            let row = connection.query("SELECT sha256 FROM audit WHERE sequence = $1").bind(params![begin]);
            if let Some(row) = row.fetch_optional().await? {
                position.rows.insert(begin, row.get("sha256")?);
            }
            drop(connection);
            position.anchor = self.log_anchor().await?;
            position.head = self.log_head().await?;
            position.server = self.server_history().await;
            Ok(position)
        })
        .await
    }

    /// `None` for a file, and for a server on which this user lacks the privilege.
    async fn server_history(&self) -> Option<ServerHistory> {
        let Database::Server(_) = &self.database else { return None };
        let mut connection = self.read().await.ok()?;
        if !connection.query(HAS_PRIVILEGE_SQL).fetch_one().await.ok()?.get::<bool>("may_ask").ok()? {
            return None;
        }
        let row = connection.query(SERVER_HISTORY_SQL).fetch_one().await.ok()?;
        Some(ServerHistory {
            system_identifier: row.get("system_identifier").ok()?,
            timeline: row.get("timeline").ok()?,
        })
    }

    /// Last row known to be durable; `None` before one was accepted or committed.
    pub fn known_head(&self) -> Option<ChainLink> {
        self.guard().known_head()
    }

    /// Accepts this position of the log and resumes changes if they were stopped.
    pub fn accept(&self, head: ChainLink) {
        self.guard().accept(head);
    }

    /// Resumes changes, unless later rows than this one are known to be durable.
    pub fn resume_changes(&self, head: ChainLink) {
        self.guard().resume_changes(head);
    }

    /// Records that the log has reached this row.
    pub fn advance(&self, head: ChainLink) {
        self.guard().advance(head);
    }

    /// Stops all changes until a later position is accepted.
    pub fn stop_changes(&self, rollback: RollbackError) {
        self.guard().stop_changes(rollback);
    }

    /// Searches the primary among several database servers; `true` if another one is used since, so that a comparison has to be repeated.
    pub async fn finds_other_primary(&self) -> bool {
        match &self.database {
            Database::File(_) => false,
            Database::Server(server) => server.finds_other_primary().await,
        }
    }

    /// Returns when rows became durable or a rollback was found since the last return.
    pub async fn advanced(&self) {
        self.guard().advanced().await;
    }

    /// Reports whether the path of the open file now leads to another file.
    pub fn file_was_replaced(&self) -> bool {
        matches!(&self.database, Database::File(file) if file.was_replaced())
    }
}

async fn generation(connection: &mut StoreConnection) -> Result<(Generation, Option<Sha256Digest>), StoreError> {
    let (mut generation, mut seal) = (Generation::FIRST, None);
    let rows = connection
        .query("SELECT name, moment, digest FROM notes WHERE name IN ($1, $2, $3)")
        .bind(params![GENERATION, GENERATION_BEGIN, GENERATION_CONFIRMED_AT])
        .fetch_all()
        .await?;
    for row in &rows {
        match row.get::<String>("name")?.as_str() {
            GENERATION => {
                generation.number = row.get("moment")?;
                seal = Some(row.get("digest")?);
            }
            GENERATION_BEGIN => {
                let sha256 = row.get("digest")?;
                generation.begins_behind = ChainLink { sequence: row.get("moment")?, sha256 };
            }
            _ => generation.confirmed_at = row.get("moment")?,
        }
    }
    Ok((generation, seal))
}

/// Begins a generation after `at_least` and after the current one at the end of the log, whose lock the caller holds.
pub(super) async fn begin_generation(
    transaction: &mut WriteTransaction,
    at_least: u64,
    now: crate::clock::Timestamp,
    seal: &(dyn Fn(&Generation) -> Sha256Digest + Sync),
) -> Result<u64, StoreError> {
    let (current, _) = generation(transaction).await?;
    let begins_behind = audit_log::head(transaction).await?;
    let next = Generation { number: current.number.max(at_least) + 1, begins_behind, confirmed_at: now };
    let number = i64::try_from(next.number).unwrap_or(i64::MAX);
    metadata::put(transaction, GENERATION, number, Some(seal(&next))).await?;
    metadata::put(transaction, GENERATION_BEGIN, begins_behind.sequence, Some(begins_behind.sha256)).await?;
    metadata::put(transaction, GENERATION_CONFIRMED_AT, now.unix_milliseconds(), None).await?;
    Ok(next.number)
}
