//! Proof that GLOSSARY.md explains each term once and names only Rust items that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use super::tree::sources;

/// Identifiers of one source file. The parts of its path count too, since they are the names of its modules.
fn identifiers(file: &Path, text: &str) -> BTreeSet<String> {
    let parts = file.with_extension("");
    let mut found = parts.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    collect(text.parse().unwrap(), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(name) => {
                found.insert(name.to_string());
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Cells of each row of the tables, without headings.
fn rows(glossary: &str) -> Vec<Vec<&str>> {
    let lines = glossary.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.map(|line| line.split(" | ").collect::<Vec<_>>()).filter(|cells| cells[0] != "term").collect()
}

/// Mistakes in a glossary of these source files. The names of a path such as `LeaseState::Active` must be in one file.
fn mistakes(glossary: &str, files: &[BTreeSet<String>]) -> Vec<String> {
    let mut found = Vec::new();
    let mut terms = BTreeSet::new();
    for row in rows(glossary) {
        let &[term, _, code, _] = row.as_slice() else {
            found.push(format!("{}: the row has {} cells instead of 4", row[0], row.len()));
            continue;
        };
        if !terms.insert(term) {
            found.push(format!("{term}: explained twice"));
        }
        let names: Vec<&str> = code.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            found.push(format!("{term}: names no Rust item"));
        }
        for name in names {
            let is_in = |file: &BTreeSet<String>| name.split("::").all(|part| file.contains(part));
            if !files.iter().any(is_in) {
                found.push(format!("{term}: {name} is not in src or crates"));
            }
        }
    }
    found
}

#[test]
fn every_rust_item_of_the_glossary_exists() {
    let glossary = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("GLOSSARY.md")).unwrap();
    let sources = sources("src").into_iter().chain(sources("crates"));
    let files: Vec<_> = sources.map(|(file, text)| identifiers(&file, &text)).collect();
    assert!(rows(&glossary).len() > 80, "the glossary has its tables");
    assert_eq!(mistakes(&glossary, &files), Vec::<String>::new());
}

#[test]
fn an_unknown_name_in_the_glossary_is_found() {
    let code = "pub enum LeaseState { Active, Lapsed }\n// Commented\nconst TEXT: &str = \"Quoted\";";
    let files = [identifiers(Path::new("domain/lease.rs"), code), identifiers(Path::new("other.rs"), "struct Other;")];
    let found =
        |rows: &str| mistakes(&format!("| term | German | code | meaning |\n|---|---|---|---|\n{rows}"), &files);
    for sound in ["`LeaseState`", "`LeaseState::Active`, `domain::lease`", "`Other` (`Lapsed`)"] {
        assert_eq!(found(&format!("| lease | – | {sound} | A lease ends. |")), Vec::<String>::new(), "{sound}");
    }
    for wrong in
        ["`Unknown`", "`LeaseState::Unknown`", "`LeaseState::Other`", "`Commented`", "`Quoted`", "`Lapsed()`", "–"]
    {
        assert_eq!(found(&format!("| lease | – | {wrong} | A lease ends. |")).len(), 1, "{wrong}");
    }
    assert_eq!(found("| lease | `LeaseState` | A lease ends. |").len(), 1, "a cell is missing");
    let row = "| lease | – | `LeaseState` | A lease ends. |";
    assert_eq!(found(&format!("{row}\n{row}")).len(), 1, "a term is explained twice");
}
