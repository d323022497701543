//! Folders that a reader can take in: few files, which import each other in one direction.

use std::collections::BTreeMap;

use super::tree::{Crate, sources};

/// Source files in one folder: more than a reader takes in at a glance is a folder that wants to be two.
const MOST_FILES: usize = 16;

#[test]
fn files_of_a_folder_do_not_import_each_other_in_a_circle() {
    assert_eq!(Crate::of_library().cycles(), []);
}

#[test]
fn no_folder_has_too_many_files() {
    let mut files = BTreeMap::new();
    for root in ["src", "crates", "tests", "benches"] {
        for (file, _) in sources(root) {
            *files.entry(format!("{root}/{}", file.parent().unwrap().display())).or_insert(0) += 1;
        }
    }
    files.retain(|_, files| *files > MOST_FILES);
    assert_eq!(files, BTreeMap::new());
}
