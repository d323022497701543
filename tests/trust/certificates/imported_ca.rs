//! CAs that another program created.

use lichtbild::identity::authority::Authority;
use lichtbild::identity::error::IdentityError;
use lichtbild::identity::key::DeviceKey;
use lichtbild::identity::public_key::KeyError;

use super::openssl::OpenSsl;

fn imported_authority(openssl: &OpenSsl, new_key: &str, subject: &str) -> Result<Authority, IdentityError> {
    openssl.run(&format!(
        "req -x509 -newkey {new_key} -nodes -keyout key.pem -subj {subject} -out ca.pem -days 30 \
         -addext keyUsage=critical,keyCertSign,cRLSign"
    ));
    Authority::from_pem(&openssl.read_text("ca.pem"), &openssl.read_text("key.pem"))
}

#[test]
fn an_imported_ca_issues_chains_that_verify() {
    for new_key in ["rsa:3072", "ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-384"] {
        let openssl = OpenSsl::new();
        let authority = imported_authority(&openssl, new_key, "/C=DE/O=Stadt/OU=Amt/CN=Root").unwrap();
        let issued = super::client(&authority, &DeviceKey::generate().unwrap().public_key());
        openssl.write("device.pem", issued.pem);
        openssl.run("verify -x509_strict -purpose sslclient -CAfile ca.pem device.pem");
    }
}

#[test]
fn an_authority_whose_name_cannot_be_repeated_is_refused() {
    for subject in ["/DC=de/DC=stadt/CN=Root", "/O=Stadt/OU=one/OU=two/CN=Root", "/O=Stadt+CN=Root"] {
        let multivalue = if subject.contains('+') { " -multivalue-rdn" } else { "" };
        let key = format!("ec -pkeyopt ec_paramgen_curve:P-256{multivalue}");
        let refused = imported_authority(&OpenSsl::new(), &key, subject);
        assert_eq!(refused.err(), Some(IdentityError::Subject), "{subject}");
    }
}

#[test]
fn an_authority_with_a_weak_or_unusual_key_is_refused() {
    for (new_key, reason) in [
        ("rsa:2048", KeyError::RsaTooShort { bits: 2048 }),
        ("ed25519", KeyError::Algorithm),
        ("ec -pkeyopt ec_paramgen_curve:P-521", KeyError::Curve),
    ] {
        let refused = imported_authority(&OpenSsl::new(), new_key, "/CN=Root");
        assert_eq!(refused.err(), Some(IdentityError::Key(reason)), "{new_key}");
    }
}

#[test]
fn an_encrypted_or_old_form_of_key_is_refused_with_the_way_out() {
    let openssl = OpenSsl::new();
    imported_authority(&openssl, "ec -pkeyopt ec_paramgen_curve:P-256", "/CN=Root").unwrap();
    openssl.run("pkcs8 -topk8 -in key.pem -passout pass:x -out encrypted.pem");
    openssl.run("ec -in key.pem -out old.pem");
    for name in ["encrypted.pem", "old.pem"] {
        let refused = Authority::from_pem(&openssl.read_text("ca.pem"), &openssl.read_text(name)).err().unwrap();
        assert_eq!(refused, IdentityError::PrivateKey);
        assert!(refused.to_string().contains("openssl pkcs8 -topk8 -nocrypt"));
    }
}
