//! Differences between the schema of a database and the schema of this program's migrations. A foreign trigger or view
//! would run with the statements of the program.
//!
//! The expected schema is created by the migrations up to the same version: in memory for a file; for a server, which
//! prints definitions in its own way, in a temporary schema of a transaction that is never committed.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::store_migration::create_moved_away_trigger;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::WriteTransaction;
use crate::storage::sql::engine::sql_store::{Database, SqlStore};
use crate::storage::sql::engine::statement::{DriverConnection, Statement};
use crate::storage::{postgres, sqlite};

/// Objects by kind and name, with their definitions.
type SchemaObjects = BTreeMap<String, String>;

/// Trigger that a migration to another database adds.
const MOVED_AWAY_TRIGGER: &str = "trigger moved_away on audit";

impl SqlStore {
    /// Lists objects that are missing, differ, or do not belong to the program's schema, as text for administrators. No
    /// object of the schema is run.
    /// [`StoreError::NewerSchema`], [`StoreError::Unavailable`].
    pub async fn schema_differences(&self) -> Result<Vec<String>, StoreError> {
        match &self.database {
            Database::File(_) => self.with_retry(|| file_differences(self)).await,
            Database::Server(_) => self.with_retry(|| server_differences(self)).await,
        }
    }
}

async fn file_differences(store: &SqlStore) -> Result<Vec<String>, StoreError> {
    let schema = store.schema_version().await?;
    let found = objects(store.read().await?.query(SQLITE_OBJECTS_SQL)).await?;
    let mut fresh = sqlite::SqliteDatabase::in_memory(schema).await?;
    if found.contains_key(MOVED_AWAY_TRIGGER) {
        create_moved_away_trigger(DriverConnection::Sqlite(&mut fresh)).await?;
    }
    let expected = objects(Statement::new(SQLITE_OBJECTS_SQL, DriverConnection::Sqlite(&mut fresh))).await?;
    Ok(differences(&found, &expected))
}

async fn server_differences(store: &SqlStore) -> Result<Vec<String>, StoreError> {
    let schema = store.schema_version().await?;
    let found = objects(store.read().await?.query(POSTGRES_OBJECTS_SQL)).await?;
    // The transaction is dropped at the end.
    let mut transaction = store.write().await?;
    match begin_schema(&mut transaction).await {
        Err(StoreError::Unavailable(cause)) if is_forbidden(cause.as_ref()) => {
            return Ok(vec![format!(
                "nothing was compared: the database's user has to be allowed to make a schema in it, which is taken back at once ({cause})"
            )]);
        }
        begun => begun?,
    }
    if let DriverConnection::Postgres(connection) = transaction.driver_connection() {
        postgres::PostgresDatabase::create_tables(schema, connection).await?;
    }
    if found.contains_key(MOVED_AWAY_TRIGGER) {
        create_moved_away_trigger(transaction.driver_connection()).await?;
    }
    let expected = objects(transaction.query(POSTGRES_OBJECTS_SQL)).await?;
    Ok(differences(&found, &expected))
}

/// Creates a schema that exists only in this transaction.
async fn begin_schema(transaction: &mut WriteTransaction) -> Result<(), StoreError> {
    transaction.query("SET TRANSACTION READ WRITE").execute().await?;
    let own = transaction.query("SELECT 'lichtbild_compared_' || pg_backend_pid() AS own").fetch_one().await?;
    let own: String = own.get("own")?;
    transaction.query(AssertSqlSafe(format!("CREATE SCHEMA {own}"))).execute().await?;
    transaction.query(AssertSqlSafe(format!("SET LOCAL search_path = {own}"))).execute().await?;
    Ok(())
}

/// SQLSTATE 42501 (no right to create a schema), 25006 and 0A000 (read-only server).
fn is_forbidden(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let database = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    database.and_then(|error| error.code()).is_some_and(|code| matches!(code.as_ref(), "42501" | "25006" | "0A000"))
}

async fn objects(statement: Statement<'_>) -> Result<SchemaObjects, StoreError> {
    let mut objects = SchemaObjects::new();
    for row in statement.fetch_all().await? {
        let name = format!("{} {}", row.get::<String>("kind")?, row.get::<String>("name")?);
        // Two objects of one name are both compared.
        let definition: String = row.get("definition")?;
        add_normalized(objects.entry(name).or_default(), &definition);
    }
    Ok(objects)
}

/// Removes indentation. Line ends stay, because a comment ends there.
fn add_normalized(text: &mut String, definition: &str) {
    for line in definition.lines() {
        for word in line.split_whitespace() {
            text.push_str(word);
            text.push(' ');
        }
        text.push('\n');
    }
}

fn differences(found: &SchemaObjects, expected: &SchemaObjects) -> Vec<String> {
    let mut differences = Vec::new();
    for (object, definition) in found {
        match expected.get(object) {
            None => differences.push(format!("{object}: this program does not make it")),
            Some(own) if own != definition => differences.push(format!("{object}: not as this program makes it")),
            Some(_) => {}
        }
    }
    let missing = expected.keys().filter(|object| !found.contains_key(*object));
    differences.extend(missing.map(|object| format!("{object}: missing")));
    differences
}

const SQLITE_OBJECTS_SQL: &str =
    "SELECT type AS kind, CASE WHEN name = tbl_name THEN name ELSE name || ' on ' || tbl_name END AS name,
                              coalesce(sql, '') AS definition
                       FROM sqlite_master";

/// All objects in the current schema, and references to it from other schemas, which would keep rows from being erased.
/// Objects of extensions and NOT NULL constraints (kind `n`) are left out.
const POSTGRES_OBJECTS_SQL: &str = "
WITH here AS (SELECT current_schema()::text::regnamespace::oid AS oid),
     own AS (SELECT c.* FROM pg_class c, here WHERE c.relnamespace = here.oid AND NOT EXISTS
             (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                      WHEN 'S' THEN 'sequence' ELSE 'relation' END AS kind,
       c.relname::text AS name,
       concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
                 (SELECT count(*) FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))) AS definition
FROM own c WHERE c.relkind NOT IN ('i', 'I')
UNION ALL
SELECT 'column', c.relname || '.' || a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, o.collname,
                 pg_get_expr(d.adbin, d.adrelid, true))
FROM own c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation o ON o.oid = a.attcollation WHERE c.relkind = 'r'
UNION ALL
SELECT 'constraint', k.conname || ' on ' || c.relname, concat_ws(' ', pg_get_constraintdef(k.oid, true), k.convalidated)
FROM own c JOIN pg_constraint k ON k.conrelid = c.oid WHERE k.contype NOT IN ('n', 't')
UNION ALL
SELECT 'reference', k.conname || ' from ' || k.conrelid::regclass || ' to ' || c.relname, ''
FROM own c JOIN pg_constraint k ON k.confrelid = c.oid AND k.contype = 'f'
WHERE NOT EXISTS (SELECT 1 FROM own o WHERE o.oid = k.conrelid)
UNION ALL
SELECT 'operator', o.oid::regoperator::text, '' FROM pg_operator o JOIN here ON here.oid = o.oprnamespace
WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
UNION ALL
SELECT 'index', c.relname::text, concat_ws(' ', pg_get_indexdef(i.indexrelid, 0, true), i.indisvalid)
FROM own c JOIN pg_index i ON i.indexrelid = c.oid
UNION ALL
SELECT 'trigger', t.tgname || ' on ' || c.relname, concat_ws(' ', pg_get_triggerdef(t.oid, true), t.tgenabled)
FROM own c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT DISTINCT 'disabled check', coalesce(k.conname, 'of a key') || ' on ' || c.relname, ''
FROM own c JOIN pg_trigger t ON t.tgrelid = c.oid LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
WHERE t.tgisinternal AND t.tgenabled <> 'O'
UNION ALL
SELECT 'rule', r.rulename || ' on ' || c.relname, pg_get_ruledef(r.oid, true)
FROM own c JOIN pg_rewrite r ON r.ev_class = c.oid WHERE r.rulename <> '_RETURN'
UNION ALL
SELECT 'policy', p.polname || ' on ' || c.relname, '' FROM own c JOIN pg_policy p ON p.polrelid = c.oid
UNION ALL
SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       concat_ws(' ', l.lanname, p.prokind, p.prosecdef, p.provolatile, p.proconfig::text,
                 pg_get_function_result(p.oid), p.prosrc)
FROM pg_proc p JOIN here ON here.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_makes_no_difference_and_the_end_of_a_comment_does() {
        let normalized = |definition| {
            let mut text = String::new();
            add_normalized(&mut text, definition);
            text
        };
        let own = normalized("CREATE TABLE t (a, -- note\n  b CHECK (b > 0))");
        assert_eq!(own, normalized("CREATE TABLE t (a,  -- note\n        b CHECK (b > 0))"));
        assert_ne!(own, normalized("CREATE TABLE t (a, -- note b CHECK (b > 0)\n)"));
        assert_ne!(own, normalized("CREATE TABLE t (a, -- note\n  b -- CHECK (b > 0)\n)"));
        assert_ne!(own, normalized("CREATE TABLE t (a, -- note\n  b CHECK (b\n> 0))"));
    }
}
