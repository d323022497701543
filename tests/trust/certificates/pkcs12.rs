//! PKCS#12 files, opened by `openssl`.

use lichtbild::entropy::OsEntropy;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::identity::issue::IssuedCertificate;
use lichtbild::identity::key::DeviceKey;
use lichtbild::identity::pkcs12::{Pkcs12Content, Pkcs12Encryption, generate_password, to_pkcs12};

use super::openssl::OpenSsl;

fn set_up(kind: AuthorityKind) -> (OpenSsl, Authority, DeviceKey, IssuedCertificate) {
    let authority = super::authority(kind);
    let key = DeviceKey::generate().unwrap();
    let issued = super::client(&authority, &key.public_key());
    (OpenSsl::new(), authority, key, issued)
}

#[test]
fn openssl_opens_the_file_and_finds_key_certificate_and_authority() {
    let (openssl, authority, key, issued) = set_up(AuthorityKind::Office);
    let password = generate_password(&OsEntropy).unwrap();
    let content = Pkcs12Content {
        key: &key,
        certificate: &issued.der,
        authorities: &[authority.certificate_der()],
        friendly_name: "Bürgerbüro 📷 Platz 2",
    };
    openssl.write("device.p12", to_pkcs12(&content, &password, Pkcs12Encryption::Aes256, &OsEntropy).unwrap());

    openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -nodes -nocerts -out key.pem", *password));
    openssl.run("pkey -in key.pem -pubout -outform DER -out public.der");
    assert_eq!(openssl.read("public.der"), key.public_key().to_spki_der());

    for (which, der) in [("-clcerts", issued.der.as_slice()), ("-cacerts", authority.certificate_der())] {
        openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -nokeys {which} -out out.pem", *password));
        assert_eq!(certificates_from_pem(&openssl.read_text("out.pem")).unwrap(), [der], "{which}");
    }
    // Browsers show the name of the certificate, Java that of the key.
    let shown = openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -nodes", *password));
    // The encoding of umlauts differs between versions of openssl.
    let ascii = |text: &str| text.chars().filter(char::is_ascii).collect::<String>();
    let names: Vec<_> =
        shown.lines().filter_map(|line| line.trim().strip_prefix("friendlyName: ").map(ascii)).collect();
    assert_eq!(names, ["Brgerbro  Platz 2", "Lichtbild office CA Dsseldorf", "Brgerbro  Platz 2"]);

    let info = openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -info -noout", *password));
    assert!(info.contains("MAC: sha256, Iteration 10000"), "{info}");
    assert_eq!(info.matches("PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256").count(), 2, "{info}");
}

#[test]
fn another_password_does_not_open_the_file() {
    let (openssl, _, key, issued) = set_up(AuthorityKind::Studio);
    let content = Pkcs12Content { key: &key, certificate: &issued.der, authorities: &[], friendly_name: "till" };
    for (encryption, switch) in [(Pkcs12Encryption::Aes256, ""), (Pkcs12Encryption::Legacy, "-legacy")] {
        openssl.write("device.p12", to_pkcs12(&content, "AAAAA-BBBBB", encryption, &OsEntropy).unwrap());
        let opens = |password: &str| {
            openssl.try_run(&format!("pkcs12 -in device.p12 {switch} -passin pass:{password} -noout")).status.success()
        };
        assert!(!opens("AAAAABBBBB") && opens("AAAAA-BBBBB"), "{encryption:?}");
    }
}

#[test]
fn an_old_program_reads_the_legacy_file() {
    let (openssl, authority, key, issued) = set_up(AuthorityKind::Office);
    let authorities = [authority.certificate_der()];
    let content =
        Pkcs12Content { key: &key, certificate: &issued.der, authorities: &authorities, friendly_name: "Schalter 3" };
    openssl.write("device.p12", to_pkcs12(&content, "AAAAA-BBBBB", Pkcs12Encryption::Legacy, &OsEntropy).unwrap());
    let info = openssl.run("pkcs12 -in device.p12 -legacy -passin pass:AAAAA-BBBBB -info -noout");
    assert!(info.contains("MAC: sha1, Iteration 10000"), "{info}");
    assert_eq!(info.matches("pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000").count(), 2, "{info}");
    openssl.run("pkcs12 -in device.p12 -legacy -passin pass:AAAAA-BBBBB -nodes -nocerts -out key.pem");
    openssl.run("pkey -in key.pem -pubout -outform DER -out public.der");
    assert_eq!(openssl.read("public.der"), key.public_key().to_spki_der());
}
