//! From a path as it is written to the modules that it leads to, through renames, globs and re-exports.

use std::collections::BTreeSet;

use super::tree::{Crate, ModulePath, PathExpr};

/// Names in a path, renames replaced.
const LONGEST: usize = 16;

/// A module that a path leads to or through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResolvedItem {
    pub module: ModulePath,
    /// Item of it that is named; `None` for the module itself.
    pub item: Option<String>,
}

impl Crate {
    /// The modules of this crate that a path depends on, written in `module`: the one that it ends in, and each that passes it on by a
    /// re-export. Modules that are only climbed through are not among them.
    pub fn resolve(&self, module: &[String], written: &PathExpr) -> BTreeSet<ResolvedItem> {
        let mut hits = self.from(module, &written.segments, written.is_global, &mut BTreeSet::new());
        // The name of a variable or a type of the language may also be that of a module; a path of one name that is no import
        // cannot mean the module.
        if written.segments.len() == 1 && !written.is_glob {
            hits.retain(|hit| hit.item.is_some());
        }
        hits
    }

    fn from(
        &self,
        module: &[String],
        segments: &[String],
        is_global: bool,
        seen: &mut VisitedPaths,
    ) -> BTreeSet<ResolvedItem> {
        let Some((first, rest)) = segments.split_first() else { return BTreeSet::new() };
        // `use one::one` from another crate would be followed into itself, longer each time.
        if segments.len() > LONGEST || !seen.insert((module.to_vec(), segments.to_vec())) {
            return BTreeSet::new();
        }
        match first.as_str() {
            "crate" => self.inside(module, root_of(module), rest, true, seen),
            "self" => self.inside(module, module, rest, true, seen),
            "super" => {
                let mut above = module;
                let mut rest = segments;
                while rest.first().is_some_and(|name| name == "super") {
                    if above.len() == root_of(module).len() {
                        return BTreeSet::new();
                    }
                    above = &above[..above.len() - 1];
                    rest = &rest[1..];
                }
                self.inside(module, above, rest, true, seen)
            }
            name => {
                let here = if is_global { BTreeSet::new() } else { self.inside(module, module, segments, false, seen) };
                if here.is_empty() && self.own_names.contains(name) {
                    return self.inside(module, &[], rest, true, seen);
                }
                here
            }
        }
    }

    /// Follows `segments` from the module `at` on, for code in `module`. With `is_certain`, a name that is not found is taken for an
    /// item of `at` that a macro makes.
    fn inside(
        &self,
        module: &[String],
        at: &[String],
        segments: &[String],
        is_certain: bool,
        seen: &mut VisitedPaths,
    ) -> BTreeSet<ResolvedItem> {
        let Some((name, rest)) = segments.split_first() else {
            return BTreeSet::from([ResolvedItem { module: at.to_vec(), item: None }]);
        };
        let Some(here) = self.modules.get(at) else { return BTreeSet::new() };
        let itself = ResolvedItem { module: at.to_vec(), item: Some(name.clone()) };
        let mut hits = BTreeSet::new();
        if here.children.contains(name) {
            let child = [at, std::slice::from_ref(name)].concat();
            hits.extend(self.inside(module, &child, rest, true, seen));
        }
        if here.items.contains(name) {
            hits.insert(itself.clone());
        }
        let mut passed_on = BTreeSet::new();
        for target in here.names.get(name).into_iter().flatten() {
            let longer = [target.segments.as_slice(), rest].concat();
            passed_on.extend(self.from(at, &longer, target.is_global, seen));
        }
        if hits.is_empty() && passed_on.is_empty() {
            for glob in &here.globs {
                for source in self.from(at, &glob.segments, glob.is_global, seen) {
                    if source.item.is_none() && source.module != at {
                        passed_on.extend(self.inside(at, &source.module, segments, false, seen));
                    }
                }
            }
        }
        if at != module && !passed_on.is_empty() {
            hits.insert(itself.clone());
        }
        hits.extend(passed_on);
        if hits.is_empty() && is_certain {
            hits.insert(itself);
        }
        hits
    }
}

type VisitedPaths = BTreeSet<(ModulePath, Vec<String>)>;

/// A program is a crate of its own.
fn root_of(module: &[String]) -> &[String] {
    if module.first().is_some_and(|first| first == "bin") { &module[..2] } else { &[] }
}
