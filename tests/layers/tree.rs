//! The modules of a crate as its files declare them: every file is parsed whole, unit tests included.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use syn::visit::Visit;

use super::collect::Collector;

/// From the root of the crate, without `crate`. A program in `src/bin` is a root of its own, at `bin::NAME`.
pub type ModulePath = Vec<String>;

/// A path as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathExpr {
    /// `crate`, `self` and `super` included.
    pub segments: Vec<String>,
    /// True for a path that begins with `::`.
    pub is_global: bool,
    /// True for a glob, which imports all that it holds.
    pub is_glob: bool,
}

#[derive(Debug, Default)]
pub struct Module {
    /// Below `src`.
    pub file: PathBuf,
    /// The module whose file this is: its own path, unless it is written inside a file.
    pub of_file: ModulePath,
    /// Functions, types, constants and so on; those that a macro makes are not seen.
    pub items: BTreeSet<String>,
    pub children: BTreeSet<String>,
    /// Targets of the names that `use` binds, in this module or in a function of it.
    pub names: BTreeMap<String, Vec<PathExpr>>,
    pub globs: Vec<PathExpr>,
    /// Each path, with whether it is compiled for tests only.
    pub paths: BTreeSet<(PathExpr, bool)>,
    /// Each identifier, with the same.
    pub identifiers: BTreeSet<(String, bool)>,
}

#[derive(Debug, Default)]
pub struct Crate {
    pub modules: BTreeMap<ModulePath, Module>,
    /// Names of the crate itself: `extern crate self as`, and its own name in programs.
    pub own_names: BTreeSet<String>,
    /// Modules in files of their own that are declared for tests only.
    pub for_tests: BTreeSet<ModulePath>,
    /// Files that hold code of another place, by `#[path]` or `include!`, which this proof would look for there.
    pub misplaced: BTreeSet<PathBuf>,
}

impl Crate {
    /// The library and its programs.
    pub fn of_library() -> &'static Self {
        static LIBRARY: LazyLock<Crate> = LazyLock::new(|| Crate::of(sources("src")));
        assert!(LIBRARY.modules.len() > 300, "the sources are where they were");
        assert_eq!(LIBRARY.misplaced, BTreeSet::new(), "a module lies where its name says");
        &LIBRARY
    }

    /// Files by their place below `src`, with their text.
    pub fn of(files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut tree = Self::default();
        tree.own_names.insert("lichtbild".into());
        for (file, text) in files {
            let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let path = module_of(&file);
            Collector::new(&mut tree, file, path, false).visit_file(&parsed);
        }
        tree.mark_tests();
        tree
    }

    /// Marks the modules that are declared for tests only, and those in them.
    fn mark_tests(&mut self) {
        let for_tests = std::mem::take(&mut self.for_tests);
        for (path, module) in &mut self.modules {
            if (0..=path.len()).any(|length| for_tests.contains(&path[..length])) {
                module.paths = module.paths.iter().map(|(path, _)| (path.clone(), true)).collect();
                module.identifiers = module.identifiers.iter().map(|(name, _)| (name.clone(), true)).collect();
            }
        }
        self.for_tests = for_tests;
    }
}

/// Every Rust file below a folder of the package, with its text.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                found.push((file.strip_prefix(&root).unwrap().to_owned(), fs::read_to_string(&file).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn module_of(file: &Path) -> ModulePath {
    let without_extension = file.with_extension("");
    let mut path: ModulePath =
        without_extension.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if path.last().is_some_and(|last| last == "mod") || path == ["lib"] {
        path.pop();
    }
    path
}
