//! Certificates that the CAs issue, as `openssl` sees them.

use std::time::Duration;

use lichtbild::entropy::OsEntropy;
use lichtbild::identity::authority::AuthorityKind;
use lichtbild::identity::certificate::{certificates_from_pem, parse_fingerprint, read_certificate};
use lichtbild::identity::host_name::HostName;
use lichtbild::identity::issue::{IssuanceTerms, SERVER_VALIDITY, issue_client, issue_server};
use lichtbild::identity::key::DeviceKey;

use super::openssl::OpenSsl;

/// Asserts that the extension `name` is shown with exactly `value` on the line below.
fn assert_extension(text: &str, name: &str, value: &str) {
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != name);
    assert!(lines.next().is_some(), "{name} missing in\n{text}");
    assert_eq!(lines.next(), Some(value), "{name} in\n{text}");
}

#[test]
fn an_authority_is_a_root_that_may_issue_leaves_only() {
    let openssl = OpenSsl::new();
    let authority = super::authority(AuthorityKind::Office);
    openssl.write("ca.pem", authority.certificate_pem());
    openssl.run("verify -x509_strict -check_ss_sig -CAfile ca.pem ca.pem");

    let text = openssl.run("x509 -in ca.pem -noout -text -nameopt utf8,sep_comma_plus");
    assert_extension(&text, "X509v3 Basic Constraints: critical", "CA:TRUE, pathlen:0");
    assert_extension(&text, "X509v3 Key Usage: critical", "Certificate Sign, CRL Sign");
    assert!(text.contains("X509v3 Subject Key Identifier:"));
    assert!(text.contains("Subject: O=Düsseldorf,CN=Lichtbild office CA Düsseldorf"), "{text}");

    let shown = openssl.run("x509 -in ca.pem -noout -fingerprint -sha256");
    assert_eq!(parse_fingerprint(shown.trim().split_once('=').unwrap().1), Some(authority.fingerprint()));
}

#[test]
fn a_device_is_a_client_and_nothing_else() {
    let openssl = OpenSsl::new();
    let authority = super::authority(AuthorityKind::Studio);
    let subject = super::subject();
    let key = DeviceKey::generate().unwrap().public_key();
    let terms = IssuanceTerms {
        validity: Duration::from_hours(24),
        crl_url: Some("http://gateway.example.org/studio.crl".to_owned()),
    };
    let issued =
        issue_client(&authority, &subject, "Foto Koch, till 1", &key, &terms, super::now(), &OsEntropy).unwrap();
    openssl.write("ca.pem", authority.certificate_pem()).write("device.pem", &issued.pem);

    openssl.run("verify -x509_strict -purpose sslclient -CAfile ca.pem device.pem");
    assert!(!openssl.try_run("verify -purpose sslserver -CAfile ca.pem device.pem").status.success());
    assert!(!openssl.try_run("verify -purpose crlsign -CAfile ca.pem device.pem").status.success());

    let text = openssl.run("x509 -in device.pem -noout -text");
    assert_extension(&text, "X509v3 Key Usage: critical", "Digital Signature");
    assert_extension(&text, "X509v3 Extended Key Usage:", "TLS Web Client Authentication");
    assert_extension(&text, "X509v3 Basic Constraints: critical", "CA:FALSE");
    assert!(text.contains("URI:http://gateway.example.org/studio.crl"), "{text}");
    assert!(text.contains("X509v3 Subject Key Identifier:") && text.contains("X509v3 Authority Key Identifier:"));
    assert!(!text.contains("Alternative Name"), "{text}");

    let shown = openssl.run("x509 -in device.pem -noout -subject -nameopt RFC2253,sep_comma_plus");
    let expected =
        format!("subject=CN=Foto Koch\\, till 1,serialNumber={},OU=studio,O={}", subject.device_id, subject.party_id);
    assert_eq!(shown.trim(), expected);
    assert_eq!(
        openssl.run("x509 -in device.pem -noout -serial").trim().to_lowercase(),
        format!("serial={}", issued.serial)
    );
}

#[test]
fn what_was_issued_is_what_is_read_from_the_peer() {
    let authority = super::authority(AuthorityKind::Studio);
    let issued = super::client(&authority, &DeviceKey::generate().unwrap().public_key());
    assert_eq!(certificates_from_pem(&issued.pem).unwrap(), std::slice::from_ref(&issued.der));
    let facts = read_certificate(&issued.der).unwrap();
    assert_eq!((facts.sha256, facts.not_before), (issued.sha256, issued.not_before));
    assert_eq!((facts.serial, facts.not_after), (issued.serial, issued.not_after));
    assert_eq!(facts.issuer, "O=Düsseldorf, CN=Lichtbild studio CA Düsseldorf");
}

#[test]
fn another_authority_does_not_vouch_for_a_device() {
    let openssl = OpenSsl::new();
    let issued = super::client(&super::authority(AuthorityKind::Studio), &DeviceKey::generate().unwrap().public_key());
    // The same name with another key, as an attacker could make it.
    openssl.write("ca.pem", super::authority(AuthorityKind::Studio).certificate_pem()).write("device.pem", issued.pem);
    assert!(!openssl.try_run("verify -CAfile ca.pem device.pem").status.success());
}

#[test]
fn a_server_is_known_by_every_name_it_was_given() {
    let openssl = OpenSsl::new();
    let authority = super::authority(AuthorityKind::Server);
    let names = ["gateway.example.org", "localhost", "127.0.0.1", "::1"].map(|name| name.parse::<HostName>().unwrap());
    let key = DeviceKey::generate().unwrap().public_key();
    let terms = IssuanceTerms::with_validity(SERVER_VALIDITY);
    let issued = issue_server(&authority, &names, &key, &terms, super::now(), &OsEntropy).unwrap();
    openssl.write("ca.pem", authority.certificate_pem()).write("server.pem", &issued.pem);

    let verify = "verify -x509_strict -purpose sslserver -CAfile ca.pem";
    for name in
        ["-verify_hostname gateway.example.org", "-verify_hostname localhost", "-verify_ip 127.0.0.1", "-verify_ip ::1"]
    {
        openssl.run(&format!("{verify} {name} server.pem"));
    }
    assert!(!openssl.try_run(&format!("{verify} -verify_hostname example.org server.pem")).status.success());
    assert!(!openssl.try_run("verify -purpose sslclient -CAfile ca.pem server.pem").status.success());
    let text = openssl.run("x509 -in server.pem -noout -text");
    assert_extension(&text, "X509v3 Extended Key Usage:", "TLS Web Server Authentication");
    assert_extension(&text, "X509v3 Key Usage: critical", "Digital Signature");
}

#[test]
fn a_name_too_long_for_a_subject_stands_in_a_critical_extension() {
    let openssl = OpenSsl::new();
    let authority = super::authority(AuthorityKind::Server);
    let name: HostName = format!("{}example.org", "department.".repeat(6)).parse().unwrap();
    let key = DeviceKey::generate().unwrap().public_key();
    let terms = IssuanceTerms::with_validity(SERVER_VALIDITY);
    let issued = issue_server(&authority, std::slice::from_ref(&name), &key, &terms, super::now(), &OsEntropy).unwrap();
    openssl.write("ca.pem", authority.certificate_pem()).write("server.pem", &issued.pem);
    openssl.run(&format!("verify -x509_strict -purpose sslserver -verify_hostname {name} -CAfile ca.pem server.pem"));
    let text = openssl.run("x509 -in server.pem -noout -text");
    assert_extension(&text, "X509v3 Subject Alternative Name: critical", &format!("DNS:{name}"));
}
