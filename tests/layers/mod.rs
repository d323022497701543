//! The layers of `src/lib.rs`, proved: imports point down, siblings do not meet, and the stages of a photo's bytes are entered
//! by their own module only.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module with its layer.
const LAYERS: [(&str, u8); 21] = [
    ("clock", 0),
    ("durable", 0),
    ("entropy", 0),
    ("failpoint", 0),
    ("domain", 1),
    ("wire", 1),
    ("validation", 2),
    ("sealing", 2),
    ("identity", 2),
    ("storage", 2),
    ("receipt", 2),
    ("transport", 3),
    ("client", 3),
    ("flows", 4),
    ("report", 4),
    ("api", 5),
    ("desk", 5),
    ("config", 6),
    ("telemetry", 6),
    ("server", 6),
    ("cli", 6),
];

/// Siblings that do meet, and why.
const EXCEPTIONS: [(&str, &str); 9] = [
    // A fault run has the clock jump; never in a release.
    ("clock", "failpoint"),
    // Wire writes down what domain names.
    ("wire", "domain"),
    // The desk tells people of the same problems, and reads requests as strictly.
    ("desk", "api"),
    // Assembly: each of these puts together what the one after it says.
    ("telemetry", "config"),
    ("server", "config"),
    ("server", "telemetry"),
    ("cli", "config"),
    ("cli", "telemetry"),
    ("cli", "server"),
];

struct Source {
    file: PathBuf,
    module: String,
    /// Without comments and without the unit tests at the end.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                let inside = file.strip_prefix(&root).unwrap();
                let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&file).unwrap();
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                let code =
                    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
                found.push(Source { file: inside.to_owned(), module, code });
            }
        }
    }
    assert!(found.len() > 100, "the sources are where they were");
    found
}

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

/// The modules at the root of the crate that the code of `file` names anywhere, be it from the root (`crate::`) or by climbing
/// up to it (`super::super::`).
fn imports(file: &Path, code: &str) -> Vec<String> {
    let named = code.match_indices("crate::").map(|(position, marker)| &code[position + marker.len()..]);
    named.chain(climbs_to_the_root(file, code)).flat_map(first_names).collect()
}

/// What follows each path of `super::` that is as long as the module is deep.
fn climbs_to_the_root<'a>(file: &Path, code: &'a str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let (mut inside, mut position) = (Vec::new(), 0);
    for line in code.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        // The code is formatted: a module inside the file ends at a brace below its beginning.
        if inside.last() == Some(&indent) && line.trim() == "}" {
            inside.pop();
        }
        let depth = depth(file) + inside.len();
        let mut after = 0;
        for (start, marker) in line.match_indices("super::") {
            let is_first = start >= after && !line[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if is_first {
                let climbs = line[start..].split(marker).take_while(|between| between.is_empty()).count();
                after = start + climbs * marker.len();
                if climbs >= depth {
                    found.push(&code[position + after..]);
                }
            }
        }
        if line.trim_end().ends_with('{') && line.split_whitespace().any(|word| word == "mod") {
            inside.push(indent);
        }
        position += line.len();
    }
    found
}

/// How many modules deep a file is: none for the root, one for `telemetry.rs` and `api/mod.rs`, two for `api/problem.rs`.
fn depth(file: &Path) -> usize {
    let own = usize::from(!file.ends_with("mod.rs") && !file.ends_with("lib.rs"));
    file.components().count() - 1 + own
}

/// The names that a path goes on with, those of a nested import (`{a, b::c}`) included.
fn first_names(rest: &str) -> Vec<String> {
    match rest.strip_prefix('{') {
        Some(group) => {
            let group = group.split("};").next().unwrap_or_default();
            group.split(',').map(|item| first_name(item.trim_start())).filter(|name| !name.is_empty()).collect()
        }
        None => vec![first_name(rest)],
    }
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn nested_imports_are_seen() {
    let code = "use crate::{api::App, flows};\nfn f() { crate::cli::main(); }";
    assert_eq!(imports(Path::new("api/office/photo.rs"), code), ["api", "flows", "cli"]);
}

#[test]
fn climbs_to_the_root_are_seen_by_the_depth_of_the_file() {
    let once = "use super::api::App;\n";
    let twice = "use super::super::{\n    api::App,\n    flows,\n};\n";
    let thrice = "fn f() {\n    let _ = (super::super::super::cli::main(), super::sibling());\n}\n";
    for (file, code, seen) in [
        ("telemetry.rs", once, &["api"][..]),
        ("api/mod.rs", once, &["api"]),
        ("api/problem.rs", once, &[]),
        ("api/problem.rs", twice, &["api", "flows"]),
        ("api/office/mod.rs", twice, &["api", "flows"]),
        ("api/office/photo.rs", twice, &[]),
        ("api/office/photo.rs", thrice, &["cli"]),
        ("validation/jpeg/deep/bits.rs", thrice, &[]),
        ("api/problem.rs", "use my_super::super_api;\n", &[]),
    ] {
        assert_eq!(imports(Path::new(file), code), seen, "{file}: {code}");
    }
    let inside = "mod armed {\n    use super::here;\n    use super::super::clock;\n}\nuse super::entropy;\n";
    assert_eq!(imports(Path::new("failpoint.rs"), inside), ["clock", "entropy"]);
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = layer(&source.module) else { continue };
        for import in imports(&source.file, &source.code) {
            let Some(other) = layer(&import) else { continue };
            let sibling = other == own && import != source.module;
            let excepted = EXCEPTIONS.contains(&(source.module.as_str(), import.as_str()));
            if other > own || (sibling && !excepted) {
                wrong.push(format!("{} (layer {own}) imports {import} (layer {other})", source.file.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_module_has_a_layer() {
    for source in sources() {
        let outside = ["lib", "bin"].contains(&source.module.as_str());
        assert!(outside || layer(&source.module).is_some(), "{} has no layer", source.file.display());
    }
}

#[test]
fn only_the_judge_vouches_for_a_photo_and_only_sealing_for_a_seal() {
    for (constructor, owner) in [("accepted_by_judge", "validation"), ("sealed_frame", "sealing")] {
        let callers: Vec<_> = sources()
            .into_iter()
            .filter(|source| source.code.contains(constructor) && source.module != owner)
            .map(|source| source.file)
            .collect();
        assert_eq!(
            callers,
            [Path::new("domain/photo.rs")],
            "{constructor} is defined in domain and called in {owner} alone"
        );
    }
}

#[test]
fn only_problem_rs_refuses_with_a_status() {
    let refusals = ["BAD_REQUEST", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "GONE", "UNPROCESSABLE_ENTITY"];
    for source in sources().into_iter().filter(|source| source.module == "api" && !source.file.ends_with("problem.rs"))
    {
        for refusal in refusals {
            assert!(!source.code.contains(&format!("StatusCode::{refusal}")), "{}: {refusal}", source.file.display());
        }
    }
}
