//! The layers of `src/lib.rs`, proved: imports point down, siblings do not meet, files of a folder do not import each other in a circle,
//! and the stages of a photo's bytes are entered by their own module only.
//!
//! Unit tests obey the layers as all code does: they are compiled with the module that they are in, and a module whose tests need one
//! above it cannot be understood without that one.

skip_in!(postgres: "has no database");

mod collect;
mod connections;
mod cycles;
mod doc_comments;
mod folders;
mod glossary;
mod links;
mod names;
mod recipes;
mod resolve;
mod runs;
mod snippets;
mod stages;
mod texts;
mod tree;

#[cfg(unix)]
pub use tree::sources;

use tree::Crate;

/// Every module with its layer.
const LAYERS: [(&str, u8); 26] = [
    ("atomic_file", 0),
    ("clock", 0),
    ("entropy", 0),
    ("failpoint", 0),
    ("json_object", 0),
    ("system_program", 0),
    ("texts", 0),
    ("domain", 1),
    ("wire", 1),
    ("validation", 2),
    ("sealing", 2),
    ("identity", 2),
    ("storage", 2),
    ("receipt", 2),
    ("limits", 2),
    ("transport", 3),
    ("client", 3),
    ("flows", 4),
    ("report", 4),
    ("api", 5),
    ("pages", 5),
    ("config", 6),
    ("telemetry", 6),
    ("server", 6),
    ("cli", 6),
    ("bin", 7),
];

/// Siblings that do meet, and why.
const EXCEPTIONS: [(&str, &str); 10] = [
    // A program of Windows changes the access list of a new file.
    ("atomic_file", "system_program"),
    // A fault run has the clock jump; never in a release.
    ("clock", "failpoint"),
    // Wire writes down what domain names.
    ("wire", "domain"),
    // Pages show the same problems, and read requests as strictly.
    ("pages", "api"),
    // Assembly: each of these puts together what the one after it says.
    ("telemetry", "config"),
    ("server", "config"),
    ("server", "telemetry"),
    ("cli", "config"),
    ("cli", "telemetry"),
    ("cli", "server"),
];

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

/// Every import that does not point down, with the file that it is in.
fn upward(tree: &Crate) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, module) in &tree.modules {
        let Some((name, own)) = path.first().and_then(|name| Some((name, layer(name)?))) else { continue };
        for (written, _) in &module.paths {
            for hit in tree.resolve(path, written) {
                let Some((other_name, other)) = hit.module.first().and_then(|other| Some((other, layer(other)?)))
                else {
                    continue;
                };
                let excepted = EXCEPTIONS.contains(&(name.as_str(), other_name.as_str()));
                if other > own || (other == own && other_name != name && !excepted) {
                    let (file, text) = (module.file.display(), written.segments.join("::"));
                    wrong.push(format!("{file} (layer {own}) imports {other_name} (layer {other}): {text}"));
                }
            }
        }
    }
    wrong
}

#[test]
fn imports_point_down() {
    assert_eq!(upward(Crate::of_library()), Vec::<String>::new());
}

#[test]
fn every_module_has_a_layer() {
    for (path, module) in &Crate::of_library().modules {
        if let Some(name) = path.first() {
            assert!(layer(name).is_some(), "{} has no layer", module.file.display());
        }
    }
}

#[test]
fn only_problem_rs_refuses_with_a_status() {
    let refusals = ["BAD_REQUEST", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "GONE", "UNPROCESSABLE_ENTITY"];
    for (path, module) in &Crate::of_library().modules {
        if path.first().is_some_and(|name| name == "api") && !module.file.ends_with("problem/spec.rs") {
            for (name, _) in &module.identifiers {
                assert!(!refusals.contains(&name.as_str()), "{}: {name}", module.file.display());
            }
        }
    }
}
