//! Proof that the marks of `skip_in!` are what `tests/run` reads and what the files need.

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use super::tree::sources;

/// Types that start a program: the one of the standard library, and those of `tests/support`.
const STARTERS: [&str; 6] =
    ["Command", "GatewayFolder", "GatewayProcess", "PostgresServer", "ServerPair", "TestDatabase"];

struct TestFile {
    name: PathBuf,
    identifiers: Vec<String>,
    /// The lines that `tests/run` finds.
    marks: Vec<String>,
    has_tests: bool,
}

impl TestFile {
    fn new((name, text): (PathBuf, String)) -> Self {
        let mut identifiers = Vec::new();
        collect(text.parse().unwrap(), &mut identifiers);
        let marks = text.lines().filter(|line| line.starts_with("skip_in!(")).map(str::to_owned).collect();
        let has_tests = text.contains("#[test]") || text.contains("#[tokio::test");
        Self { name, identifiers, marks, has_tests }
    }

    fn names(&self, identifier: &str) -> bool {
        self.identifiers.iter().any(|name| name == identifier)
    }

    fn skips(&self, run: &str) -> bool {
        self.marks.iter().any(|mark| mark.split(": ").next().is_some_and(|runs| runs.contains(run)))
    }
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(name) => found.push(name.to_string()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Mistakes in the marks of these files.
fn mark_mistakes(files: &[TestFile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let folders: Vec<_> = file.name.ancestors().skip(1).map(|folder| folder.join("mod.rs")).collect();
        let around = files.iter().filter(|other| folders.contains(&other.name));
        let is_skipped = |run| file.skips(run) || around.clone().any(|folder| folder.skips(run));
        let mut tell = |what: &str| wrong.push(format!("{}: {what}", file.name.display()));
        let invocations = file.identifiers.iter().filter(|name| *name == "skip_in").count();
        let lines = file.marks.iter().filter(|mark| mark.ends_with("\");")).count();
        if invocations != lines || lines > 1 {
            tell("skip_in! stands once, at the beginning of a line and in one line");
        }
        if file.has_tests && STARTERS.iter().any(|starter| file.names(starter)) && !is_skipped("quick") {
            tell("starts a program: skip_in!(quick: ...)");
        }
        if file.names("TestGateway") && !file.skips("postgres") && is_skipped("postgres") && file.has_tests {
            tell(
                "has a TestGateway, which its folder's skip_in!(postgres: ...) keeps from PostgreSQL: the file says so itself",
            );
        }
    }
    wrong
}

#[test]
fn every_file_runs_where_it_can() {
    let is_of_the_binary =
        |file: &Path| !file.starts_with("fuzz") && !file.starts_with("support") && file.components().count() > 1;
    let files: Vec<_> =
        sources("tests").into_iter().filter(|(name, _)| is_of_the_binary(name)).map(TestFile::new).collect();
    assert!(files.len() > 100 && files.iter().any(|file| file.skips("quick")), "the tests are where they were");
    // This file names them all.
    let others: Vec<_> = files.into_iter().filter(|file| !file.name.ends_with("layers/runs.rs")).collect();
    assert_eq!(mark_mistakes(&others), Vec::<String>::new());
}

#[test]
fn a_mark_that_is_missing_or_not_read_is_found() {
    let found = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|(name, text)| TestFile::new((name.into(), (*text).to_owned()))).collect();
        mark_mistakes(&files).len()
    };
    let starts = "#[test]\nfn t() { Command::new(\"curl\"); }";
    assert_eq!(found(&[("new/mod.rs", starts)]), 1);
    assert_eq!(found(&[("new/mod.rs", &format!("skip_in!(quick: \"starts curl\");\n{starts}"))]), 0);
    assert_eq!(found(&[("new/mod.rs", "skip_in!(quick: \"starts curl\");"), ("new/one.rs", starts)]), 0);
    assert_eq!(found(&[("new/mod.rs", "skip_in!(postgres: \"no database\");"), ("new/one.rs", starts)]), 1);
    assert_eq!(found(&[("new/mod.rs", "mod inner { skip_in!(quick: \"not at the beginning\"); }")]), 1);
    assert_eq!(found(&[("new/mod.rs", "skip_in!(\n    quick: \"over lines\"\n);")]), 1);
    let gateway = "#[tokio::test]\nasync fn t() { TestGateway::start().await; }";
    assert_eq!(found(&[("new/mod.rs", ""), ("new/one.rs", gateway)]), 0);
    assert_eq!(found(&[("new/mod.rs", "skip_in!(postgres: \"no database\");"), ("new/one.rs", gateway)]), 1);
    let own = format!("skip_in!(postgres: \"reads files\");\n{gateway}");
    assert_eq!(found(&[("new/mod.rs", ""), ("new/one.rs", &own)]), 0);
}
