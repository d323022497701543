//! Tables as such: which there are, and their rows, whatever stands in them. For moving all of them at once; every other step knows
//! its tables by name.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::super::connection::Connection;
use super::super::statement::{Row, Statement};
use crate::storage::contract::StoreError;

/// A table that both databases have.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// Its primary key.
    pub(super) key: Vec<String>,
}

/// A column, of one of the kinds that both databases have.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    kind: Kind,
    /// Whether the server counts it up by itself.
    pub(super) is_counted: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Number,
    Bytes,
    Truth,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Truth(Option<bool>),
}

/// Rows that are in memory at the same time; pictures are large.
const ROWS: i64 = 500;
const PICTURES: i64 = 16;

/// The server's own tables of the program's schema.
const OF_SCHEMA: &str =
    "c.relkind = 'r' AND c.relname <> '_sqlx_migrations' AND c.relnamespace = current_schema()::text::regnamespace";

/// All tables, each behind those that it refers to, as the server knows them.
pub(super) async fn tables(server: &mut Connection) -> Result<Vec<Table>, StoreError> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let columns = format!(
        "SELECT c.relname::text AS table_name, a.attname::text AS column_name, a.attidentity::text AS identity,
                format_type(a.atttypid, NULL) AS kind
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE {OF_SCHEMA} ORDER BY c.relname, a.attnum"
    );
    for row in server.query(AssertSqlSafe(columns)).fetch_all().await? {
        let (name, column): (String, String) = (row.try_get("table_name")?, row.try_get("column_name")?);
        let kind = match row.try_get::<String>("kind")?.as_str() {
            "text" => Kind::Text,
            "bigint" => Kind::Number,
            "bytea" => Kind::Bytes,
            "boolean" => Kind::Truth,
            other => return Err(StoreError::Damaged(format!("{name}.{column} is {other}"))),
        };
        let is_counted = !row.try_get::<String>("identity")?.is_empty();
        let table = tables.entry(name.clone()).or_insert_with(|| Table { name, columns: Vec::new(), key: Vec::new() });
        table.columns.push(Column { name: column, kind, is_counted });
    }
    let keys = format!(
        "SELECT c.relname::text AS table_name, a.attname::text AS column_name
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
         WHERE i.indisprimary AND {OF_SCHEMA} ORDER BY c.relname, array_position(i.indkey::int2[], a.attnum)"
    );
    for row in server.query(AssertSqlSafe(keys)).fetch_all().await? {
        if let Some(table) = tables.get_mut(&row.try_get::<String>("table_name")?) {
            table.key.push(row.try_get("column_name")?);
        }
    }
    let references = format!(
        "SELECT c.relname::text AS table_name, r.relname::text AS referred
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
         WHERE k.contype = 'f' AND {OF_SCHEMA}"
    );
    let mut referred: Vec<(String, String)> = Vec::new();
    for row in server.query(AssertSqlSafe(references)).fetch_all().await? {
        referred.push((row.try_get("table_name")?, row.try_get("referred")?));
    }
    in_order(tables, &referred)
}

fn in_order(mut tables: BTreeMap<String, Table>, referred: &[(String, String)]) -> Result<Vec<Table>, StoreError> {
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

/// Whether a file has the same tables with the same columns: both schemas are made by the same program.
pub(super) async fn file_has(file: &mut Connection, tables: &[Table]) -> Result<bool, StoreError> {
    let rows = file
        .query(
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'",
        )
        .fetch_all()
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        found.push((row.try_get::<String>("table_name")?, row.try_get::<String>("column_name")?));
    }
    let mut known: Vec<_> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| (table.name.clone(), column.name.clone())))
        .collect();
    found.sort();
    known.sort();
    Ok(found == known)
}

impl Table {
    /// Whether it has no rows.
    pub(super) async fn is_empty(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let any = format!("SELECT 1 FROM \"{}\" LIMIT 1", self.name);
        Ok(connection.query(AssertSqlSafe(any)).fetch_optional().await?.is_none())
    }

    /// The rows that follow a key, in the order of keys, which both databases have alike.
    pub(super) async fn page(
        &self,
        connection: &mut Connection,
        after: Option<&[Cell]>,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let names = |columns: &mut dyn Iterator<Item = &String>| {
            columns.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
        };
        let (columns, key) = (names(&mut self.columns.iter().map(|column| &column.name)), names(&mut self.key.iter()));
        let values: Vec<_> = (1..=self.key.len()).map(|number| format!("${number}")).collect();
        let behind = if after.is_some() { format!("WHERE ({key}) > ({})", values.join(", ")) } else { String::new() };
        let limit = if self.name == "frames" { PICTURES } else { ROWS };
        let sql = format!("SELECT {columns} FROM \"{}\" {behind} ORDER BY {key} LIMIT {limit}", self.name);
        let statement = connection.query(AssertSqlSafe(sql));
        let statement = after.unwrap_or_default().iter().fold(statement, |statement, cell| cell.bind_to(statement));
        statement.fetch_all().await?.iter().map(|row| self.cells(row)).collect()
    }

    /// The key of a row.
    pub(super) fn key_of(&self, row: &[Cell]) -> Vec<Cell> {
        let cell =
            |name: &String| self.columns.iter().position(|column| column.name == *name).map(|place| row[place].clone());
        self.key.iter().filter_map(cell).collect()
    }

    fn cells(&self, row: &Row) -> Result<Vec<Cell>, StoreError> {
        let cell = |column: &Column| {
            Ok(match column.kind {
                Kind::Text => Cell::Text(row.try_get(&column.name)?),
                Kind::Number => Cell::Number(row.try_get(&column.name)?),
                Kind::Bytes => Cell::Bytes(row.try_get(&column.name)?),
                Kind::Truth => Cell::Truth(row.try_get(&column.name)?),
            })
        };
        self.columns.iter().map(cell).collect()
    }

    /// Adds a row.
    pub(super) async fn insert(&self, connection: &mut Connection, row: Vec<Cell>) -> Result<(), StoreError> {
        let names: Vec<_> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let values: Vec<_> = (1..=names.len()).map(|number| format!("${number}")).collect();
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({})", self.name, names.join(", "), values.join(", "));
        let statement = connection.query(AssertSqlSafe(sql));
        row.iter().fold(statement, |statement, cell| cell.bind_to(statement)).execute().await?;
        Ok(())
    }
}

impl Cell {
    fn bind_to<'c>(&self, statement: Statement<'c>) -> Statement<'c> {
        match self {
            Self::Text(text) => statement.bind(text.clone()),
            Self::Number(number) => statement.bind(*number),
            Self::Bytes(bytes) => statement.bind(bytes.clone()),
            Self::Truth(truth) => statement.bind(*truth),
        }
    }

    /// Adds it to a digest, so that no two rows run together.
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

    fn table(name: &str) -> (String, Table) {
        (name.to_owned(), Table { name: name.to_owned(), columns: Vec::new(), key: Vec::new() })
    }

    #[test]
    fn a_table_comes_behind_those_that_it_refers_to() {
        let tables = || BTreeMap::from(["a", "b", "c"].map(table));
        let refers = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect::<Vec<_>>();
        let ordered = in_order(tables(), &refers(&[("a", "c"), ("b", "a"), ("a", "a")])).unwrap();
        assert_eq!(ordered.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
        assert!(in_order(tables(), &refers(&[("a", "b"), ("b", "a")])).is_err());
    }

    #[test]
    fn no_two_rows_have_one_digest() {
        let digest = |cells: &[Cell]| {
            let mut hasher = Sha256::new();
            cells.iter().for_each(|cell| cell.digest_into(&mut hasher));
            hasher.finalize()
        };
        let text = |text: &str| Cell::Text(Some(text.into()));
        let rows = [
            vec![text("ab"), text("c")],
            vec![text("a"), text("bc")],
            vec![text("abc"), Cell::Text(None)],
            vec![text("abc"), text("")],
            vec![Cell::Bytes(Some(b"abc".to_vec())), text("")],
        ];
        for (place, row) in rows.iter().enumerate() {
            assert!(rows[..place].iter().all(|other| digest(other) != digest(row)), "{row:?}");
        }
    }
}
