//! The known circles of files. Changes may only make this list shorter.

use super::tree::Crate;

/// Folder, files, and how many imports there are among these. A file that joins a circle or an import that is added to one fails the
/// test, and so does a circle that is smaller than it says here: then its line is to be corrected.
const KNOWN: [(&str, &str, usize); 20] = [
    (
        "cli::gateway",
        "approve audit backup bind confirm_clock confirm_rollback demo device device_list erase_report init invite \
         migrate_store mod party profile quarantine release restore serve setting verify",
        64,
    ),
    ("cli::gateway::demo", "mod story", 2),
    ("cli::studio", "advice check declaration enrol mod print push renew status watch", 27),
    ("cli::studio::advice", "deposit enrolment files mod print renewal standing watch", 21),
    ("cli::studio::watch", "mod unit", 2),
    ("config", "load mod", 2),
    ("desk", "clerk page", 2),
    ("domain", "check check_labels check_texts", 4),
    ("domain", "collection photo", 2),
    ("domain", "lifecycle quarantine", 2),
    ("flows", "authenticate gateway issuance judge mod pace strangers turn_away turns", 23),
    ("sealing", "derive key_file", 2),
    ("server", "issuance mod reload start", 7),
    ("storage", "contract transfer_log", 2),
    ("storage", "sql sqlite", 2),
    (
        "storage::sql",
        "audit census certificates collect connection deposit enrolment foreign guesses invitations mod \
         notes parties photos quarantine rows settle statement sweep whole",
        87,
    ),
    ("transport", "client_certificates foreign tls", 4),
    ("transport", "connections peer", 2),
    ("validation", "dimensions jpeg judge metadata mod pixels profile profile_file second_judge", 20),
    ("validation::jpeg", "fault frame header mod outline scan segments traces", 21),
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
