//! PKCS#12 files, opened by `openssl`.

use lichtbild::entropy::OsEntropy;
use lichtbild::identity::authority::AuthorityKind;
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::identity::key::DeviceKey;
use lichtbild::identity::pkcs12::{generate_password, to_pkcs12};

use super::openssl::OpenSsl;

#[test]
fn openssl_opens_the_file_and_finds_key_certificate_and_authority() {
    let openssl = OpenSsl::new();
    let authority = super::authority(AuthorityKind::Office);
    let key = DeviceKey::generate().unwrap();
    let issued = super::client(&authority, &key.public_key());
    let password = generate_password(&OsEntropy).unwrap();
    let file =
        to_pkcs12(&key, &issued.der, &[authority.certificate_der()], "Bürgerbüro 📷 Platz 2", &password).unwrap();
    openssl.write("device.p12", file);

    openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -nodes -nocerts -out key.pem", *password));
    openssl.run("pkey -in key.pem -pubout -outform DER -out public.der");
    assert_eq!(openssl.read("public.der"), key.public_key().to_spki_der());

    for (which, der) in [("-clcerts", issued.der.as_slice()), ("-cacerts", authority.certificate_der())] {
        openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -nokeys {which} -out out.pem", *password));
        assert_eq!(certificates_from_pem(&openssl.read_text("out.pem")).unwrap(), [der], "{which}");
    }
    assert!(openssl.read_text("key.pem").contains("friendlyName"));

    let info = openssl.run(&format!("pkcs12 -in device.p12 -passin pass:{} -info -noout", *password));
    assert!(info.contains("MAC: sha256, Iteration 10000"), "{info}");
    assert_eq!(info.matches("PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256").count(), 2, "{info}");
}

#[test]
fn another_password_does_not_open_the_file() {
    let openssl = OpenSsl::new();
    let authority = super::authority(AuthorityKind::Studio);
    let key = DeviceKey::generate().unwrap();
    let issued = super::client(&authority, &key.public_key());
    openssl.write("device.p12", to_pkcs12(&key, &issued.der, &[], "till", "AAAAA-BBBBB").unwrap());
    assert!(!openssl.try_run("pkcs12 -in device.p12 -passin pass:AAAAABBBBB -noout").status.success());
    assert!(openssl.try_run("pkcs12 -in device.p12 -passin pass:AAAAA-BBBBB -noout").status.success());
}
