//! The SQL statements in the source of the store. Every call of `query` must be understood, so that none is missed.

#[derive(Debug)]
pub struct SourceStatement {
    /// File and line.
    pub place: String,
    pub sql: String,
    /// True if only PostgreSQL runs the statement.
    pub only_on_server: bool,
}

/// Placeholders that the program fills at run time, with one possible text each. The query plan is the same for all
/// texts.
const PUT_IN: [(&str, &str); 2] = [("column", "spent_at"), ("unless_locked", LOCKING)];
/// Locking clause that is left out on SQLite.
pub const LOCKING: &str = "FOR NO KEY UPDATE SKIP LOCKED";

/// Other ways to run a statement, which the store must not use because they are not read here.
const NOT_READ: [&str; 6] = ["query_as(", "query_scalar(", "query_with(", "raw_sql(", "QueryBuilder", "execute(\""];

pub fn all() -> Vec<SourceStatement> {
    let mut sources = Vec::new();
    for (folder, only_on_server) in [("src/storage/sql", false), ("src/storage/postgres", true)] {
        for (file, text) in crate::layers::sources(folder) {
            // Without the driver boundary and the maintenance commands.
            if !file.ends_with("statement.rs") && !file.starts_with("maintenance") {
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
                sources.push((format!("{folder}/{}", file.display()), code, only_on_server));
            }
        }
    }
    let whole: String = sources.iter().map(|(_, code, _)| code.as_str()).collect();
    let mut statements = Vec::new();
    for (name, code, only_on_server) in &sources {
        for way in NOT_READ {
            assert!(!code.contains(way), "{name} runs a statement by `{way}`, which no plan is looked at for");
        }
        for (position, call) in code.match_indices("query(") {
            // Calls only, not the declaration.
            if code[..position].ends_with(['.', ':']) {
                let place = format!("{name}:{}", code[..position].lines().count());
                let literal = literal(&code[position + call.len()..], code).unwrap_or_else(|| {
                    panic!("{place}: write the statement where it is run, so that it can be read here")
                });
                let sql = completed(&literal, code, &whole, &place);
                // This statement has no query plan.
                if !sql.starts_with("LOCK TABLE ") {
                    statements.push(SourceStatement { place, sql, only_on_server: *only_on_server });
                }
            }
        }
    }
    statements
}

/// The SQL text of a call: a literal, or a name bound in the same file.
fn literal(given: &str, code: &str) -> Option<String> {
    let mut given = given.trim_start();
    for around in ["sqlx::", "AssertSqlSafe(", "format!("] {
        given = given.strip_prefix(around).unwrap_or(given).trim_start();
    }
    if let Some(text) = given.strip_prefix('"') {
        return Some(text.split('"').next()?.to_owned());
    }
    let name: String = given.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let (_, after) = code.split_once(&format!("let {name} = \""))?;
    Some(after.split('"').next()?.to_owned())
}

/// Replaces the placeholders in braces.
fn completed(literal: &str, code: &str, whole: &str, place: &str) -> String {
    let mut sql = literal.to_owned();
    while let Some(start) = sql.find('{') {
        let end = start + sql[start..].find('}').unwrap();
        let name = sql[start + 1..end].to_owned();
        let known = PUT_IN.iter().find(|(known, _)| *known == name).map(|(_, put_in)| (*put_in).to_owned());
        let put_in = known.or_else(|| constant(&name, code)).or_else(|| constant(&name, whole));
        let put_in = put_in.unwrap_or_else(|| panic!("{place}: say in this test what {{{name}}} can stand for"));
        sql.replace_range(start..=end, &put_in);
    }
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Value of a constant.
fn constant(name: &str, code: &str) -> Option<String> {
    let (_, after) = code.split_once(&format!("const {name}: "))?;
    // The value may begin on the next line.
    let value = after.split_once('=')?.1.trim_start().split(';').next()?;
    Some(match value.strip_prefix('"') {
        Some(text) => text.trim_end_matches('"').to_owned(),
        None => value.replace('_', ""),
    })
}

#[test]
fn the_store_is_read_whole() {
    let statements = all();
    assert!(statements.len() > 70, "{} statements", statements.len());
    for known in ["INSERT INTO frames", "DELETE FROM guesses", "pg_try_advisory_xact_lock", "FROM photo_counts"] {
        assert!(statements.iter().any(|statement| statement.sql.contains(known)), "{known}");
    }
}

/// A node's prepared statements fail on a server as soon as a newer node adds a column to what `*` stands for.
#[test]
fn every_statement_names_its_columns() {
    for statement in all() {
        let sql = statement.sql.replace("count(*)", "");
        assert!(!sql.contains('*'), "{}: {sql}", statement.place);
    }
}
