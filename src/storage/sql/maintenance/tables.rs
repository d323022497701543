//! Tables with all of their rows, read from the schema, for migrations to another database. All other statements name
//! their tables.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::values::{DatabaseRow, SqlValue};

/// A table that both databases have.
#[derive(Debug, Clone)]
pub(super) struct TableSchema {
    pub(super) name: String,
    pub(super) columns: Vec<ColumnSchema>,
    pub(super) key: Vec<String>,
}

/// A column of a type that both databases have.
#[derive(Debug, Clone)]
pub(super) struct ColumnSchema {
    pub(super) name: String,
    kind: ColumnType,
    /// True if the server generates the values as a sequence.
    pub(super) is_identity: bool,
}

#[derive(Debug, Clone, Copy)]
enum ColumnType {
    Text,
    Number,
    Bytes,
    Truth,
}

/// Rows in memory at a time; envelopes are large.
const ROWS_PER_PAGE: i64 = 500;
const ENVELOPES_PER_PAGE: i64 = 16;

/// The tables of the program in the server's current schema.
const SCHEMA_FILTER_SQL: &str =
    "c.relkind = 'r' AND c.relname <> '_sqlx_migrations' AND c.relnamespace = current_schema()::text::regnamespace";

/// All tables of the server; each one follows the tables that it refers to.
pub(super) async fn tables(server: &mut StoreConnection) -> Result<Vec<TableSchema>, StoreError> {
    let mut tables: BTreeMap<String, TableSchema> = BTreeMap::new();
    let columns = format!(
        "SELECT c.relname::text AS table_name, a.attname::text AS column_name, a.attidentity::text AS identity,
                format_type(a.atttypid, NULL) AS kind
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE {SCHEMA_FILTER_SQL} ORDER BY c.relname, a.attnum"
    );
    for row in server.query(AssertSqlSafe(columns)).fetch_all().await? {
        let (name, column): (String, String) = (row.get("table_name")?, row.get("column_name")?);
        let kind = match row.get::<String>("kind")?.as_str() {
            "text" => ColumnType::Text,
            "bigint" => ColumnType::Number,
            "bytea" => ColumnType::Bytes,
            "boolean" => ColumnType::Truth,
            other => return Err(StoreError::Damaged(format!("{name}.{column} is {other}"))),
        };
        let is_counted = !row.get::<String>("identity")?.is_empty();
        let table =
            tables.entry(name.clone()).or_insert_with(|| TableSchema { name, columns: Vec::new(), key: Vec::new() });
        table.columns.push(ColumnSchema { name: column, kind, is_identity: is_counted });
    }
    let keys = format!(
        "SELECT c.relname::text AS table_name, a.attname::text AS column_name
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
         WHERE i.indisprimary AND {SCHEMA_FILTER_SQL} ORDER BY c.relname, array_position(i.indkey::int2[], a.attnum)"
    );
    for row in server.query(AssertSqlSafe(keys)).fetch_all().await? {
        if let Some(table) = tables.get_mut(&row.get::<String>("table_name")?) {
            table.key.push(row.get("column_name")?);
        }
    }
    let references = format!(
        "SELECT c.relname::text AS table_name, r.relname::text AS referred
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
         WHERE k.contype = 'f' AND {SCHEMA_FILTER_SQL}"
    );
    let mut referred: Vec<(String, String)> = Vec::new();
    for row in server.query(AssertSqlSafe(references)).fetch_all().await? {
        referred.push((row.get("table_name")?, row.get("referred")?));
    }
    topological_order(tables, &referred)
}

fn topological_order(
    mut tables: BTreeMap<String, TableSchema>,
    referred: &[(String, String)],
) -> Result<Vec<TableSchema>, StoreError> {
    let mut ordered = Vec::new();
    while !tables.is_empty() {
        let is_free = |name: &String| {
            !referred.iter().any(|(table, other)| table == name && other != name && tables.contains_key(other))
        };
        let Some(free) = tables.keys().find(|name| is_free(name)).cloned() else {
            return Err(StoreError::Damaged("tables refer to each other in a circle".into()));
        };
        ordered.extend(tables.remove(&free));
    }
    Ok(ordered)
}

/// Reports whether a file has the same tables and columns; this program has created both schemas.
pub(super) async fn file_has_tables(file: &mut StoreConnection, tables: &[TableSchema]) -> Result<bool, StoreError> {
    let rows = file
        .query(
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'",
        )
        .fetch_all()
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        found.push((row.get::<String>("table_name")?, row.get::<String>("column_name")?));
    }
    let mut known: Vec<_> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| (table.name.clone(), column.name.clone())))
        .collect();
    found.sort();
    known.sort();
    Ok(found == known)
}

impl TableSchema {
    pub(super) async fn is_empty(&self, connection: &mut StoreConnection) -> Result<bool, StoreError> {
        let any = format!("SELECT 1 FROM \"{}\" LIMIT 1", self.name);
        Ok(connection.query(AssertSqlSafe(any)).fetch_optional().await?.is_none())
    }

    /// The rows after a key in the order of keys, which is the same in both databases.
    pub(super) async fn page(
        &self,
        connection: &mut StoreConnection,
        after: Option<&[SqlValue]>,
    ) -> Result<Vec<Vec<SqlValue>>, StoreError> {
        let names = |columns: &mut dyn Iterator<Item = &String>| {
            columns.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
        };
        let (columns, key) = (names(&mut self.columns.iter().map(|column| &column.name)), names(&mut self.key.iter()));
        let values: Vec<_> = (1..=self.key.len()).map(|number| format!("${number}")).collect();
        let behind = if after.is_some() { format!("WHERE ({key}) > ({})", values.join(", ")) } else { String::new() };
        let limit = if self.name == "frames" { ENVELOPES_PER_PAGE } else { ROWS_PER_PAGE };
        let sql = format!("SELECT {columns} FROM \"{}\" {behind} ORDER BY {key} LIMIT {limit}", self.name);
        let after = after.unwrap_or_default().to_vec();
        connection.query(AssertSqlSafe(sql)).bind(after).fetch_all_as(|row| self.cells(row)).await
    }

    pub(super) fn key_of(&self, row: &[SqlValue]) -> Vec<SqlValue> {
        let cell =
            |name: &String| self.columns.iter().position(|column| column.name == *name).map(|place| row[place].clone());
        self.key.iter().filter_map(cell).collect()
    }

    fn cells(&self, row: &DatabaseRow) -> Result<Vec<SqlValue>, StoreError> {
        let cell = |column: &ColumnSchema| {
            Ok(match column.kind {
                ColumnType::Text => SqlValue::Text(row.get(&column.name)?),
                ColumnType::Number => SqlValue::Number(row.get(&column.name)?),
                ColumnType::Bytes => SqlValue::Bytes(row.get(&column.name)?),
                ColumnType::Truth => SqlValue::Truth(row.get(&column.name)?),
            })
        };
        self.columns.iter().map(cell).collect()
    }

    pub(super) async fn insert(&self, connection: &mut StoreConnection, row: Vec<SqlValue>) -> Result<(), StoreError> {
        let names: Vec<_> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let values: Vec<_> = (1..=names.len()).map(|number| format!("${number}")).collect();
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({})", self.name, names.join(", "), values.join(", "));
        connection.query(AssertSqlSafe(sql)).bind(row).execute().await?;
        Ok(())
    }
}

impl SqlValue {
    /// Adds the value to a digest. Type and length keep different rows from the same digest.
    pub(super) fn digest_into(&self, hasher: &mut Sha256) {
        let (kind, bytes) = match self {
            Self::Text(text) => (1_u8, text.as_ref().map(|text| text.as_bytes().to_vec())),
            Self::Number(number) => (2, number.map(|number| number.to_be_bytes().to_vec())),
            Self::Bytes(bytes) => (3, bytes.clone()),
            Self::Truth(truth) => (4, truth.map(|truth| vec![u8::from(truth)])),
        };
        hasher.update([kind, u8::from(bytes.is_some())]);
        let bytes = bytes.unwrap_or_default();
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> (String, TableSchema) {
        (name.to_owned(), TableSchema { name: name.to_owned(), columns: Vec::new(), key: Vec::new() })
    }

    #[test]
    fn a_table_comes_behind_those_that_it_refers_to() {
        let tables = || BTreeMap::from(["a", "b", "c"].map(table));
        let refers = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect::<Vec<_>>();
        let ordered = topological_order(tables(), &refers(&[("a", "c"), ("b", "a"), ("a", "a")])).unwrap();
        assert_eq!(ordered.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
        assert!(topological_order(tables(), &refers(&[("a", "b"), ("b", "a")])).is_err());
    }

    #[test]
    fn no_two_rows_have_one_digest() {
        let digest = |cells: &[SqlValue]| {
            let mut hasher = Sha256::new();
            cells.iter().for_each(|cell| cell.digest_into(&mut hasher));
            hasher.finalize()
        };
        let text = |text: &str| SqlValue::Text(Some(text.into()));
        let rows = [
            vec![text("ab"), text("c")],
            vec![text("a"), text("bc")],
            vec![text("abc"), SqlValue::Text(None)],
            vec![text("abc"), text("")],
            vec![SqlValue::Bytes(Some(b"abc".to_vec())), text("")],
        ];
        for (place, row) in rows.iter().enumerate() {
            assert!(rows[..place].iter().all(|other| digest(other) != digest(row)), "{row:?}");
        }
    }
}
