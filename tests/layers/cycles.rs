//! Files of one folder do not import each other in a circle, at any depth. A folder counts as one file of the folder around it, and its
//! `mod.rs` as one of its own files. Only what is compiled without tests is looked at: unit tests of one file may use the other.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Crate, ModulePath};

/// The folder's own `mod.rs`.
const ITSELF: &str = "mod";

/// Files of a folder that all lead to each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportCycle {
    /// Written with `::`; empty for `src` itself.
    pub folder: String,
    pub files: Vec<String>,
    /// Number of imports from one of them to another.
    pub imports: usize,
}

type Edges = BTreeMap<String, BTreeSet<String>>;

impl Crate {
    /// The largest sets of files that lead to each other.
    pub fn cycles(&self) -> Vec<ImportCycle> {
        let mut cycles = Vec::new();
        for (folder, edges) in self.edges() {
            let mut told = BTreeSet::new();
            for file in edges.keys() {
                let circle: Vec<_> =
                    edges.keys().filter(|other| reaches(&edges, file, other) && reaches(&edges, other, file)).collect();
                if circle.len() > 1 && told.insert(circle.clone()) {
                    let imported = |file: &String| edges[file].iter().filter(|other| circle.contains(other)).count();
                    let imports = circle.iter().map(|file| imported(file)).sum();
                    let files = circle.into_iter().cloned().collect();
                    cycles.push(ImportCycle { folder: folder.join("::"), files, imports });
                }
            }
        }
        cycles
    }

    /// Imports of each file, folder by folder.
    pub fn edges(&self) -> BTreeMap<ModulePath, Edges> {
        let mut found = BTreeMap::<ModulePath, Edges>::new();
        for (path, module) in &self.modules {
            for (written, _) in module.paths.iter().filter(|(_, for_tests)| !for_tests) {
                for hit in self.resolve(path, written) {
                    let Some(target) = self.modules.get(&hit.module) else { continue };
                    let (from, to) = (&module.of_file, &target.of_file);
                    let shared = from.iter().zip(to).take_while(|(left, right)| left == right).count();
                    let in_folder = |path: &ModulePath| path.get(shared).cloned().unwrap_or_else(|| ITSELF.into());
                    if from != to {
                        let edges = found.entry(from[..shared].to_vec()).or_default();
                        edges.entry(in_folder(from)).or_default().insert(in_folder(to));
                    }
                }
            }
        }
        found
    }
}

fn reaches(edges: &Edges, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        for other in edges.get(file).into_iter().flatten() {
            if other == to {
                return true;
            }
            if seen.insert(other) {
                next.push(other);
            }
        }
    }
    false
}
