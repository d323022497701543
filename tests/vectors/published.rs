//! Published cases, which software of others relies on: each is recorded by its digest in `published.txt` and never changes.

use std::collections::BTreeMap;
use std::{env, fs};

use lichtbild::domain::digest::Sha256Digest;
use serde_json::Value;

use super::{FILES, cases, root, text};

const RECORD: &str = "tests/vectors/published.txt";

/// Records new cases.
const UPDATE: &str = "LICHTBILD_UPDATE_VECTORS";

/// JSON with the members of each object in the order of their names, so that the order in a file has no meaning.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let members = sorted.iter().map(|(name, value)| format!("{name:?}:{}", canonical(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// Digests of all cases, by file and name.
fn present() -> BTreeMap<String, String> {
    let mut present = BTreeMap::new();
    for (file, _) in FILES {
        for case in cases(file) {
            let digest = Sha256Digest::of(canonical(&case).as_bytes()).to_string();
            present.insert(format!("{file} {}", text(&case, "name")), digest);
        }
    }
    present
}

fn lines(cases: &BTreeMap<String, String>) -> String {
    cases.iter().map(|(name, digest)| format!("{digest} {name}\n")).collect()
}

#[test]
fn a_published_case_neither_changes_nor_disappears() {
    let present = present();
    let text = fs::read_to_string(root().join(RECORD)).unwrap_or_default();
    let published: BTreeMap<String, String> = text
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(digest, name)| (name.to_owned(), digest.to_owned()))
        .collect();
    let changed: Vec<_> = published.iter().filter(|(name, digest)| present.get(*name) != Some(digest)).collect();
    assert!(
        changed.is_empty(),
        "published cases changed: restore them, and add a case with another name: {changed:#?}"
    );
    if env::var_os(UPDATE).is_some() {
        fs::write(root().join(RECORD), lines(&present)).unwrap();
        return;
    }
    let new: Vec<_> = present.keys().filter(|name| !published.contains_key(*name)).collect();
    assert!(new.is_empty(), "run this test with {UPDATE}=1 to record the new cases: {new:#?}");
}

#[test]
fn a_case_has_another_digest_when_an_input_or_an_expectation_changes() {
    let digest = |case: &str| Sha256Digest::of(canonical(&serde_json::from_str(case).unwrap()).as_bytes());
    let case = digest(r#"{"name":"a","input":{"b":1,"c":[1,2]},"expected":{}}"#);
    assert_eq!(digest(r#"{"expected":{},"input":{"c":[1,2],"b":1},"name":"a"}"#), case);
    for other in [
        r#"{"name":"a","input":{"b":1,"c":[2,1]},"expected":{}}"#,
        r#"{"name":"a","input":{"b":"1","c":[1,2]},"expected":{}}"#,
        r#"{"name":"a","input":{"b":1,"c":[1,2]},"expected":{"d":null}}"#,
    ] {
        assert_ne!(digest(other), case, "{other}");
    }
}
