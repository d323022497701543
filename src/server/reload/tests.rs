//! Checks during an incomplete replacement of files.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::atomic_file::{FileMode, replace};
use crate::clock::ManualClock;
use crate::config::Config;
use crate::entropy::SeededEntropy;
use crate::identity::authority::{Authority, AuthorityKind};
use crate::identity::issue::{IssuanceTerms, SERVER_VALIDITY, issue_server};
use crate::identity::key::DeviceKey;
use crate::transport::tls::revocation::RevokedCertificates;

const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

fn write(folder: &Path, name: &str, text: &str) {
    replace(&folder.join(name), text.as_bytes(), FileMode::OwnerOnly).unwrap();
}

/// A new certificate and its key.
fn pair(authority: &Authority) -> (String, String) {
    let (key, entropy) = (DeviceKey::generate().unwrap(), SeededEntropy::new(11));
    let names = ["localhost".parse().unwrap()];
    let terms = IssuanceTerms::with_validity(SERVER_VALIDITY);
    let issued = issue_server(authority, &names, &key.public_key(), &terms, NOW, &entropy).unwrap();
    (issued.pem, key.to_pem().to_string())
}

fn reloader(folder: &Path) -> (Authority, Reloader) {
    let authority = Authority::create(AuthorityKind::Server, "Test", NOW, &SeededEntropy::new(12)).unwrap();
    for name in ["server-ca.crt", "studio-ca.crt", "office-ca.crt"] {
        write(folder, name, &authority.certificate_pem());
    }
    let (certificate, key) = pair(&authority);
    write(folder, "server.crt", &certificate);
    write(folder, "server.key", &key);
    let mut config = Config::default();
    let certificates = &mut config.certificates;
    for (file, name) in [
        (&mut certificates.server, "server.crt"),
        (&mut certificates.server_key, "server.key"),
        (&mut certificates.server_ca, "server-ca.crt"),
        (&mut certificates.studio_ca, "studio-ca.crt"),
        (&mut certificates.office_ca, "office-ca.crt"),
    ] {
        *file = folder.join(name);
    }
    let clock = Arc::new(ManualClock::starting_at(NOW));
    let files = TrustFiles::new(&config, clock, RevokedCertificates::default());
    (authority, Reloader::start(files, ConnectionRegistry::default()).unwrap())
}

#[test]
fn an_incomplete_replacement_is_reported_at_the_second_check() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, mut reloader) = reloader(folder.path());
    let (status, (certificate, key)) = (reloader.status(), pair(&authority));
    let faults = || status.facts().faults.len();

    write(folder.path(), "server.key", &key);
    reloader.check_files(ReloadTrigger::Timer);
    assert_eq!((faults(), status.reload_failures.get()), (0, 0));
    write(folder.path(), "server.crt", &certificate);
    reloader.check_files(ReloadTrigger::Timer);
    assert_eq!((faults(), status.reloads.get()), (0, 1));

    write(folder.path(), "server.key", &pair(&authority).1);
    for expected in [0, 1, 1] {
        reloader.check_files(ReloadTrigger::Timer);
        assert_eq!((faults(), status.reload_failures.get()), (usize::from(expected == 1), expected));
    }
    write(folder.path(), "server.key", &key);
    reloader.check_files(ReloadTrigger::Timer);
    assert_eq!((faults(), status.reloads.get()), (0, 1), "what is in force is back");
}

#[test]
fn a_requested_reload_reports_errors_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut reloader) = reloader(folder.path());
    write(folder.path(), "studio-ca.crt", "");
    reloader.check_files(ReloadTrigger::Requested);
    let faults = reloader.status().facts().faults;
    assert!(faults["studio-authority"].contains("studio-ca.crt"), "{faults:?}");
}
