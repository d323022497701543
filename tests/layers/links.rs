//! Links in the documentation lead to files and headings that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The Markdown files of the project, relative to its root.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in
        ["", "certs", "docs", "docs/operation", "fixtures", "src/receipt/fonts", "src/validation/face/models", "tests"]
    {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "md") {
                found.push(file.strip_prefix(ROOT).unwrap().to_owned());
            }
        }
    }
    assert!(found.len() > 15, "the pages are where they were");
    found
}

/// Anchors of the headings, made as web front ends of git make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        if !is_code && line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
            found.insert(kept.collect::<String>().replace(' ', "-"));
        }
    }
    found
}

/// Targets of the links `[text](target)`; a link may be broken over two lines.
fn targets(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

fn broken(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
    let leads_nowhere = |target: &&str| {
        if target.starts_with("https://") {
            return false;
        }
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = if file.is_empty() { page.to_owned() } else { page.parent().unwrap().join(file) };
        let path = Path::new(ROOT).join(path);
        !path.exists() || (!anchor.is_empty() && !anchors(&fs::read_to_string(path).unwrap()).contains(anchor))
    };
    targets(&text).into_iter().filter(leads_nowhere).map(|target| format!("{}: {target}", page.display())).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let found: Vec<_> = pages().iter().flat_map(|page| broken(page)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn anchors_and_targets_are_read() {
    let text = "# The `verify` command\n\nSee [it](a.md#x) and [that\none](b.md).\n\n## What, if 3.5?\n";
    assert_eq!(anchors(text), ["the-verify-command", "what-if-35"].map(String::from).into());
    assert_eq!(targets(text), ["a.md#x", "b.md"]);
}
