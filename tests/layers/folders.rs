//! The known circles of files. Changes may only make this list shorter.

use std::collections::BTreeMap;

use super::tree::{Crate, sources};

/// Source files in one folder: more than a reader takes in at a glance is a folder that wants to be two.
const MOST_FILES: usize = 16;

/// Folder, files, and how many imports there are among these. A file that joins a circle or an import that is added to one fails the
/// test, and so does a circle that is smaller than it says here: then its line is to be corrected.
const KNOWN: [(&str, &str, usize); 25] = [
    ("cli::gateway", "admin_context audit data demo mod parties running", 19),
    ("cli::gateway::parties", "bind_device device invite", 4),
    ("cli::studio", "advice check declaration enrol mod print_receipt push renew status watch", 27),
    ("cli::studio::advice", "deposit enrolment files mod printing renewal self_test watch", 21),
    ("cli::studio::watch", "mod systemd_unit", 2),
    ("domain::check", "labels mod texts", 4),
    ("domain::photo", "availability quarantine", 2),
    ("domain::photo", "collection mod", 2),
    ("flows", "admin enrolment gateway maintenance mod rejected_handshakes", 11),
    ("pages", "desk frame", 2),
    ("sealing", "key_derivation key_file", 2),
    ("server", "issuer_files mod reload start", 7),
    ("storage", "audit_log store", 2),
    ("storage::sql", "engine log maintenance mod party photo", 18),
    ("storage::sql::engine", "connection statement", 2),
    ("storage::sql::party", "invitations parties", 2),
    ("storage::sql::photo", "collect photos", 2),
    ("transport::accept", "connection_registry peer", 2),
    ("transport::tls", "client_certificates external_ca mod", 4),
    ("validation", "cross_check dimensions jpeg judge metadata mod pixels profile profile_file", 20),
    ("validation::jpeg", "block_stats error frame header marker_scan mod scan segments", 21),
    ("validation::metadata", "capture_time mod", 2),
    ("cli::gateway::demo", "mod story", 2),
    ("config", "load mod", 2),
    ("storage", "sql sqlite", 2),
];

#[test]
fn files_of_a_folder_do_not_import_each_other_in_a_circle() {
    let mut found = Vec::new();
    for cycle in Crate::of_library().cycles() {
        found.push((cycle.folder, cycle.files.join(" "), cycle.imports));
    }
    let known: Vec<_> =
        KNOWN.into_iter().map(|(folder, files, imports)| (folder.to_owned(), files.to_owned(), imports)).collect();
    let new: Vec<_> = found.iter().filter(|cycle| !known.contains(cycle)).collect();
    let gone: Vec<_> = known.iter().filter(|cycle| !found.contains(cycle)).collect();
    assert!(new.is_empty() && gone.is_empty(), "not listed: {new:#?}\nlisted, but not so any more: {gone:#?}");
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
