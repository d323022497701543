//! All steps with all their outcomes in the reference, which a long run must reach.

use super::exploration::Coverage;

const COMMAND: &[&str] = &["done", "nothing-to-do", "rolled-back"];

const OUTCOMES: &[(&str, &[&str])] = &[
    (
        "deposit",
        &[
            "deposited",
            "repeated",
            "idempotency-key-reused",
            "digest-mismatch",
            "photo-refused",
            "device-revoked",
            "studio-suspended",
            "storage-unavailable",
        ],
    ),
    ("look-at", &["shown", "photo-unknown", "device-revoked", "studio-suspended"]),
    (
        "withdraw",
        &[
            "withdrawn",
            "repeated",
            "photo-unknown",
            "photo-leased",
            "photo-kept",
            "photo-settled",
            "photo-expired",
            "device-revoked",
            "studio-suspended",
            "storage-unavailable",
        ],
    ),
    (
        "collect",
        &[
            "leased",
            "same-collection",
            "renewed",
            "code-malformed",
            "code-unknown",
            "leased-elsewhere",
            "handed-over-elsewhere",
            "handed-over-elsewhere-lease-ended",
            "photo-quarantined",
            "photo-settled",
            "photo-withdrawn",
            "photo-expired",
            "device-revoked",
            "office-suspended",
        ],
    ),
    (
        "fetch",
        &[
            "handed-over",
            "code-malformed",
            "retrieval-code-missing",
            "code-unknown",
            "collection-unknown",
            "lease-expired",
            "collection-over",
            "photo-quarantined",
            "device-revoked",
            "office-suspended",
        ],
    ),
    (
        "head",
        &[
            "head",
            "collection-unknown",
            "lease-expired",
            "collection-over",
            "photo-quarantined",
            "device-revoked",
            "office-suspended",
        ],
    ),
    (
        "settle",
        &[
            "used",
            "refused",
            "kept",
            "released",
            "repeated",
            "collection-unknown",
            "collection-settled",
            "collection-code-required",
            "lease-expired",
            "settlement-date",
            "device-revoked",
            "office-suspended",
            "storage-unavailable",
        ],
    ),
    ("revoke", COMMAND),
    ("add-device", &["done", "rolled-back"]),
    ("suspend", &["done", "rolled-back"]),
    ("resume", &["done", "rolled-back"]),
    ("release-photos-of-revoked", COMMAND),
    ("release-quarantined", COMMAND),
    ("sweep", &["done", "rolled-back"]),
    ("confirm-rollback", &["done", "nothing-to-do"]),
    ("look", &["done"]),
    ("advance", &["done"]),
    ("restart", &["done"]),
    ("back-up", &["done"]),
    ("restore", &["done"]),
    ("roll-back", &["done"]),
    ("hold", &["done"]),
    ("put-back", &["done"]),
];

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    OUTCOMES.iter().flat_map(|(step, outcomes)| outcomes.iter().map(|outcome| (*step, *outcome)))
}

/// Asserts that histories have reached every outcome.
pub fn assert_complete(coverage: &Coverage) {
    let missed: Vec<_> = all().filter(|outcome| !coverage.outcomes.contains_key(outcome)).collect();
    assert_eq!(missed, [], "outcomes that did not occur");
}

/// Asserts that the table names all outcomes of histories.
pub fn assert_known(coverage: &Coverage) {
    let unknown: Vec<_> = coverage.outcomes.keys().filter(|outcome| !all().any(|known| known == **outcome)).collect();
    assert!(unknown.is_empty(), "outcomes that are not in the table: {unknown:?}");
}
