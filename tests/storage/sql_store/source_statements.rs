//! Every statement of the store, read from its source: none can be missed, since each call of `query` has to be understood.

/// A statement as the source writes it.
#[derive(Debug)]
pub struct SourceStatement {
    /// File and line.
    pub place: String,
    pub sql: String,
    /// True if SQLite never runs the statement.
    pub only_on_server: bool,
}

/// Placeholders that the program fills at run time, each with one of the texts it puts in. The plan does not depend on which of them is
/// put in.
const PUT_IN: [(&str, &str); 2] = [("column", "spent_at"), ("unless_locked", LOCKING)];
/// Locking clause that is left out on SQLite.
pub const LOCKING: &str = "FOR NO KEY UPDATE SKIP LOCKED";

/// Other ways to run a statement, which this does not read: the store does without.
const NOT_READ: [&str; 6] = ["query_as(", "query_scalar(", "query_with(", "raw_sql(", "QueryBuilder", "execute(\""];

/// All of them.
pub fn all() -> Vec<SourceStatement> {
    let mut sources = Vec::new();
    for (folder, only_on_server) in [("src/storage/sql", false), ("src/storage/postgres", true)] {
        for (file, text) in crate::layers::sources(folder) {
            // Not the boundary to the driver, and not what administrators' commands do to a whole database.
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
            // Not where it is declared.
            if code[..position].ends_with(['.', ':']) {
                let place = format!("{name}:{}", code[..position].lines().count());
                let literal = literal(&code[position + call.len()..], code).unwrap_or_else(|| {
                    panic!("{place}: write the statement where it is run, so that it can be read here")
                });
                let sql = completed(&literal, code, &whole, &place);
                // It reads no rows and has no plan.
                if !sql.starts_with("LOCK TABLE ") {
                    statements.push(SourceStatement { place, sql, only_on_server: *only_on_server });
                }
            }
        }
    }
    statements
}

/// The text that a call is given: there, or by a name that it has in the same file.
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

/// With everything put in that stands in braces.
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

/// The text or number that has this name.
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
