//! Query plans of both databases: no statement scans a table that grows.

use std::collections::BTreeSet;

use lichtbild::domain::party::Role;
use lichtbild::storage::requests::LookupOutcome;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::source_statements::{LOCKING, SourceStatement, all};
use super::{TwoNodeStore, code_attempt, guess_limits};
use crate::support::postgres::{TestDatabase, connect, execute_on};
use crate::support::raw_database::RawDatabase;
use crate::support::seed_data::{DEVICE_OF_OFFICE, OFFICE, STUDIO, SeedData, SqlDialect, identifier_of, lookup_of};

const GROWING: [&str; 11] = [
    "photos",
    "frames",
    "collections",
    "collection_devices",
    "audit",
    "guesses",
    "certificates",
    "bound_keys",
    "devices",
    "invitations",
    "events",
];

/// Statements that may read many rows, with the reason.
const MAY: [(&str, &str); 8] = [
    ("FROM audit ORDER BY sequence DESC LIMIT 1", "one row from the end"),
    ("FROM bound_keys ORDER BY device_id", "an administrator's list of all devices"),
    ("WHERE p.role = $1 ORDER BY p.name, p.place, d.device_id", "an administrator's list of all devices"),
    ("AND i.number = (SELECT max(number)", "an administrator's list of all invitations"),
    (
        "UNION ALL SELECT k.spki_sha256, NULL, NULL FROM bound_keys",
        "what was ever revoked, among the bound keys of offices",
    ),
    ("scope LIKE 'office:%' ORDER BY count DESC LIMIT 1", "once for each alarm"),
    ("ORDER BY b.rank LIMIT 1", "sorts two rows at most"),
    ("ORDER BY d.revoked_at, c.serial", "all that was ever revoked"),
];

#[tokio::test]
async fn sqlite_searches_and_does_not_scan() {
    let [fleet, _] = TwoNodeStore::both().await;
    let RawDatabase::File(pool) = &fleet.database else { unreachable!() };
    // SQLite has no statistics, so its plans do not depend on the rows; these are for reading the results.
    let filling = SeedData { parties: 20, photos: 30, erased: 10, leased: 10, log: 40, frame_bytes: 100 };
    for sql in filling.statements(SqlDialect::Sqlite) {
        sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let (office, device_id, _) = fleet.device(Role::Office).await;
    let found =
        fleet.nodes[0].look_up(&code_attempt(&office, device_id, lookup_of(40), guess_limits(9, 9))).await.unwrap();
    assert!(matches!(found, LookupOutcome::Found(_)), "{found:?}");
    let mut excused = BTreeSet::new();
    let mut scanning = Vec::new();
    for statement in all().into_iter().filter(|statement| !statement.only_on_server) {
        let sql = statement.sql.replace(LOCKING, "");
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::query(explain).fetch_all(pool).await;
        let rows = rows.unwrap_or_else(|error| panic!("{}: {error}: {}", statement.place, statement.sql));
        let is_limited = statement.sql.contains(" LIMIT ");
        let scans: Vec<String> = rows
            .iter()
            .map(|row| row.get::<String, _>("detail"))
            .filter(|step| {
                // Sorting for a few rows reads all rows.
                scanned_table(step, &statement.sql).is_some_and(|table| GROWING.contains(&table.as_str()))
                    || (is_limited && step.contains("TEMP B-TREE FOR ORDER BY"))
            })
            .collect();
        note(&statement, scans, &mut excused, &mut scanning);
    }
    assert!(scanning.is_empty(), "{scanning:#?}");
    assert!(!excused.is_empty());
}

/// The table that a step of SQLite's plan scans, if any.
fn scanned_table(step: &str, sql: &str) -> Option<String> {
    let name = step.strip_prefix("SCAN ")?.split_whitespace().next()?;
    let words: Vec<&str> = sql.split_whitespace().map(|word| word.trim_matches(['(', ')', ','])).collect();
    // The table of this name or alias.
    let named = words.windows(2).find(|pair| pair[1] == name && GROWING.contains(&pair[0]));
    Some(named.map_or(name, |pair| pair[0]).to_owned())
}

#[tokio::test]
async fn postgresql_finds_what_it_needs_by_an_index() {
    let database = TestDatabase::new().await;
    let filling =
        SeedData { parties: 4_000, photos: 20_000, erased: 10_000, leased: 1_000, log: 40_000, frame_bytes: 100 };
    let mut connection = connect(&database.url).await.unwrap();
    for sql in filling.statements(SqlDialect::Postgres) {
        sqlx::raw_sql(AssertSqlSafe(sql.clone()))
            .execute(&mut connection)
            .await
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    for sql in ["UPDATE devices SET revoked_at = 1 WHERE device_id LIKE '%1f'", "VACUUM ANALYZE devices"] {
        execute_on(&database.url, sql).await;
    }
    // The generic plan of the server, which does not depend on the values.
    let generic = "SET plan_cache_mode = force_generic_plan";
    sqlx::raw_sql(generic).execute(&mut connection).await.unwrap();
    let mut excused = BTreeSet::new();
    let mut scanning = Vec::new();
    for statement in all() {
        let values = (1..).take_while(|number| statement.sql.contains(&format!("${number}"))).count();
        let values = vec!["NULL"; values].join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let prepare = AssertSqlSafe(format!("PREPARE looked_at AS {}", statement.sql));
        let prepared = sqlx::raw_sql(prepare).execute(&mut connection).await;
        prepared.unwrap_or_else(|error| panic!("{}: {error}: {}", statement.place, statement.sql));
        let explain = AssertSqlSafe(format!("EXPLAIN (FORMAT JSON) EXECUTE looked_at{values}"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
        let plan: String = rows.iter().map(|row| row.get_unchecked::<String, _>(0)).collect();
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let mut scans = Vec::new();
        look_at(&plan[0]["Plan"], false, &mut scans);
        note(&statement, scans, &mut excused, &mut scanning);
        sqlx::raw_sql("DEALLOCATE looked_at").execute(&mut connection).await.unwrap();
    }
    assert!(scanning.is_empty(), "{scanning:#?}");
    // Every exception must still be needed.
    let unknown: Vec<_> = MAY.iter().filter(|(part, _)| !excused.contains(part)).collect();
    assert!(unknown.is_empty(), "no statement needs these any more: {unknown:?}");
}

/// Statements of frequent requests of clerks and studios, each by a part of its text, with values.
const OF_REQUESTS: [(&str, &str); 7] = [
    (
        "AS certificate_expires_at FROM devices d JOIN parties p ON p.party_id = d.party_id WHERE d.device_id = $1",
        "$device",
    ),
    (
        "ORDER BY coalesce(c.settled_at, c.settle_due, c.lease_until) DESC, c.collection_id DESC LIMIT $6",
        "$office, 0, 9000000000000000, '~', 9000000000000000, 51",
    ),
    ("coalesce(c.settle_due, c.lease_until) > $3 ORDER BY c.collection_id DESC LIMIT $4", "$office, '~', 0, 51"),
    ("$1 AND p.photo_id < $2 ORDER BY p.photo_id DESC LIMIT $3", "$studio, '~', 51"),
    ("AND p.state = $2 AND p.photo_id < $3 ORDER BY p.photo_id DESC LIMIT $4", "$studio, 'refused', '~', 51"),
    ("AND NOT refusal_seen LIMIT $2", "$studio, 100"),
    ("AND NOT p.refusal_seen AND p.photo_id < $2", "$studio, '~', 51"),
];

#[tokio::test]
async fn what_a_request_reads_does_not_grow_with_the_country() {
    let database = TestDatabase::new().await;
    let filling = SeedData { parties: 40_000, photos: 10_000, erased: 10_000, leased: 5_000, log: 1, frame_bytes: 10 };
    let mut connection = connect(&database.url).await.unwrap();
    for sql in filling.statements(SqlDialect::Postgres) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let [office, studio, device] = [(OFFICE, 7), (STUDIO, 7), (DEVICE_OF_OFFICE, 7)]
        .map(|(kind, number)| format!("'{}'", identifier_of(kind, number)));
    // One office has all collections, one studio all photos.
    for sql in [
        format!("UPDATE collections SET office_id = {office}"),
        format!("UPDATE photos SET studio_id = {studio}"),
        "VACUUM ANALYZE".to_owned(),
    ] {
        execute_on(&database.url, &sql).await;
    }
    for (part, values) in OF_REQUESTS {
        let values = values.replace("$office", &office).replace("$studio", &studio).replace("$device", &device);
        let read = rows_read_by(&mut connection, part, &values).await;
        assert!(read <= 200.0, "{read} rows: {part}");
    }
}

#[tokio::test]
async fn what_a_revocation_costs_does_not_grow_with_the_certificates_that_were_issued() {
    let database = TestDatabase::new().await;
    let filling = SeedData { parties: 4_000, photos: 20, erased: 10, leased: 5, log: 1, frame_bytes: 10 };
    let mut connection = connect(&database.url).await.unwrap();
    for sql in filling.statements(SqlDialect::Postgres) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let device = identifier_of(DEVICE_OF_OFFICE, 7);
    for sql in [
        format!(
            "INSERT INTO certificates (sha256, device_id, serial, not_before, not_after, number, spki_sha256)
             SELECT sha256(n::text::bytea), '{device}', sha256(n::text::bytea), 0, 4000000000000, 1 + n, sha256(n::text::bytea)
             FROM generate_series(1, 10000) n"
        ),
        format!("UPDATE devices SET revoked_at = 1 WHERE device_id = '{device}'"),
        "VACUUM ANALYZE".to_owned(),
    ] {
        execute_on(&database.url, &sql).await;
    }
    for (part, values) in [
        ("UNION ALL SELECT k.spki_sha256, NULL, NULL FROM bound_keys", ""),
        ("ORDER BY d.revoked_at, c.serial", "'office'"),
        ("AND c.number > 1 ORDER BY c.number DESC LIMIT $2", &format!("'{device}', 3")),
    ] {
        let read = rows_read_by(&mut connection, part, values).await;
        assert!(read <= 20.0, "{read} rows: {part}");
    }
}

#[tokio::test]
async fn sqlite_finds_live_certificates_by_their_number() {
    let [fleet, _] = TwoNodeStore::both().await;
    let RawDatabase::File(pool) = &fleet.database else { unreachable!() };
    let statements: Vec<_> =
        all().into_iter().filter(|statement| statement.sql.contains("CROSS JOIN (SELECT 0 AS slot")).collect();
    assert_eq!(statements.len(), 2);
    for statement in statements {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql));
        let rows = sqlx::query(explain).fetch_all(pool).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let by_number = plan.iter().filter(|step| {
            step.starts_with("SEARCH c ") && step.ends_with("certificates_by_number (device_id=? AND number=?)")
        });
        assert_eq!(by_number.count(), 1, "{}: {plan:#?}", statement.place);
    }
}

/// Number of rows that the statement with this part reads for these values.
async fn rows_read_by(connection: &mut PgConnection, part: &str, values: &str) -> f64 {
    let statements = all();
    let found: Vec<_> = statements.iter().filter(|statement| statement.sql.contains(part)).collect();
    let [statement] = &found[..] else { panic!("{part}: {found:?}") };
    let prepare = AssertSqlSafe(format!("PREPARE looked_at AS {}", statement.sql));
    sqlx::raw_sql(prepare).execute(&mut *connection).await.unwrap();
    let values = if values.is_empty() { String::new() } else { format!("({values})") };
    let explain = AssertSqlSafe(format!("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at{values}"));
    let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await.unwrap();
    let plan: String = rows.iter().map(|row| row.get_unchecked::<String, _>(0)).collect();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    sqlx::raw_sql("DEALLOCATE looked_at").execute(&mut *connection).await.unwrap();
    rows_read(&plan[0]["Plan"])
}

/// Number of rows that a plan has read from tables, including those that a filter removed.
fn rows_read(plan: &Value) -> f64 {
    let number = |name: &str| plan[name].as_f64().unwrap_or_default();
    let is_read = plan["Relation Name"].is_string();
    let own = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
    (if is_read { own } else { 0.0 }) + plan["Plans"].as_array().into_iter().flatten().map(rows_read).sum::<f64>()
}

/// Lists of all parties are for administrators; no request reads one.
#[test]
fn no_request_asks_for_all_devices_parties_or_invitations() {
    let lists = [".devices(", ".parties(", ".invitations(", ".bound_keys("];
    for folder in ["src/api", "src/pages", "src/flows/photo", "src/flows/enrolment"] {
        for (file, text) in crate::layers::sources(folder) {
            // Called by administrators only.
            if file.ends_with("invite.rs") {
                continue;
            }
            for list in lists {
                assert!(!text.contains(list), "{folder}/{}: {list}", file.display());
            }
        }
    }
}

/// Collects the steps that scan a table or an index.
fn look_at(plan: &Value, ends_early: bool, scans: &mut Vec<String>) {
    let text = |name: &str| plan[name].as_str().unwrap_or_default();
    let (kind, table) = (text("Node Type"), text("Relation Name"));
    let by_nothing = kind == "Seq Scan" || (kind.contains("Index") && plan["Index Cond"].is_null());
    // A scan in index order that stops after a few rows does not count, unless a filter may skip many rows.
    let is_short = ends_early && kind.contains("Index") && plan["Filter"].is_null();
    if GROWING.contains(&table) && by_nothing && !is_short {
        scans.push(format!("{kind} on {table} by {:?}", text("Index Name")));
    }
    let ends_early = kind == "Limit" || (ends_early && kind == "LockRows");
    for part in plan["Plans"].as_array().into_iter().flatten() {
        look_at(part, ends_early, scans);
    }
}

fn note(
    statement: &SourceStatement,
    scans: Vec<String>,
    excused: &mut BTreeSet<&'static str>,
    scanning: &mut Vec<String>,
) {
    let reason = MAY.iter().find(|(part, _)| statement.sql.contains(part));
    match reason {
        Some((part, _)) => {
            excused.insert(part);
        }
        None if scans.is_empty() => {}
        None => scanning.push(format!("{}: {scans:?}: {}", statement.place, statement.sql)),
    }
}
