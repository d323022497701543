//! Groups of routes. Generators of clients make one class or module of each.

use serde_json::{Value, json};

/// Name, beginnings of the paths, and description.
const TAGS: [(&str, &[&str], &str); 8] = [
    ("photos", &["/v1/photos", "/v1/profile"], "Checking, depositing and withdrawing photos, and the photo rules."),
    ("collections", &["/v1/collections"], "Collecting photos with the citizen's code."),
    ("caller", &["/v1/me"], "The party, device and certificate of the caller."),
    ("events", &["/v1/events"], "What happened to photos, collections and certificates."),
    ("audit", &["/v1/audit/"], "The audit log and its signed checkpoints, for auditors' devices."),
    (
        "certificates",
        &["/.well-known/est/", "/v1/invitations/", "/crl/"],
        "Enrolment of a device, renewal of its certificate (EST, RFC 7030), and revocation lists.",
    ),
    (
        "documentation",
        &["/v1/openapi.json", "/problems/"],
        "This description, and explanations of all types of problems.",
    ),
    ("monitoring", &["/readyz"], "State of the gateway, for load balancers."),
];

/// The group of a route.
pub(super) fn tag(path: &str) -> &'static str {
    let has_prefix = |prefix: &&str| path.starts_with(*prefix);
    TAGS.iter().find(|(_, prefixes, _)| prefixes.iter().any(has_prefix)).map_or("other", |(name, _, _)| name)
}

/// The groups of these paths with their descriptions.
pub(super) fn tag_descriptions<'a>(paths: impl IntoIterator<Item = &'a str>) -> Value {
    let used: Vec<_> = paths.into_iter().map(tag).collect();
    let used = TAGS.iter().filter(|(name, _, _)| used.contains(name));
    used.map(|(name, _, description)| json!({ "name": name, "description": description })).collect()
}
