//! Requests as `openssl req` and others make them.

use lichtbild::identity::authority::AuthorityKind;
use lichtbild::identity::key::DeviceKey;
use lichtbild::identity::pem;
use lichtbild::identity::public_key::KeyError;
use lichtbild::identity::request::certificate_request::{RequestError, read_request};

use super::openssl::OpenSsl;

/// A request with a new key; `new_key` follows `-newkey`, `more` are further arguments.
fn request(openssl: &OpenSsl, new_key: &str, more: &str) -> Vec<u8> {
    openssl.run(&format!("req -new -newkey {new_key} -nodes -keyout key.pem -subj /CN=till -out req.pem {more}"));
    openssl.read("req.pem")
}

#[test]
fn accepted_kinds_of_key_are_certified_as_they_are() {
    for (new_key, more) in [
        ("ec -pkeyopt ec_paramgen_curve:P-256", ""),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha384"),
        // Curve and digest need not match: openssl signs with SHA-256 unless told otherwise.
        ("ec -pkeyopt ec_paramgen_curve:P-384", ""),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "-sha384"),
        ("rsa:3072", ""),
        ("rsa:3072", "-sha512"),
    ] {
        let openssl = OpenSsl::new();
        let key = read_request(&request(&openssl, new_key, more)).unwrap_or_else(|e| panic!("{new_key} {more}: {e}"));
        openssl.run("pkey -in key.pem -pubout -outform DER -out public.der");
        assert_eq!(key.to_spki_der(), openssl.read("public.der"), "{new_key} {more}");

        let authority = super::authority(AuthorityKind::Studio);
        openssl.write("ca.pem", authority.certificate_pem()).write("device.pem", super::client(&authority, &key).pem);
        openssl.run("verify -x509_strict -purpose sslclient -CAfile ca.pem device.pem");
        openssl.run("x509 -in device.pem -noout -pubkey -out certified.pem");
        openssl.run("pkey -pubin -in certified.pem -outform DER -out certified.der");
        assert_eq!(openssl.read("certified.der"), openssl.read("public.der"), "{new_key} {more}");
    }
}

#[test]
fn the_der_form_is_read_too() {
    let openssl = OpenSsl::new();
    let der = request(&openssl, "ec -pkeyopt ec_paramgen_curve:P-256", "-outform DER");
    assert!(read_request(&der).is_ok());
}

#[test]
fn other_kinds_of_key_are_refused_by_name() {
    for (new_key, more, reason) in [
        ("rsa:2048", "", KeyError::RsaTooShort { bits: 2048 }),
        ("rsa:1024", "", KeyError::RsaTooShort { bits: 1024 }),
        ("rsa:3070", "", KeyError::RsaTooShort { bits: 3070 }),
        ("rsa-pss -pkeyopt rsa_keygen_bits:3072", "", KeyError::Algorithm),
        ("ed25519", "", KeyError::Algorithm),
        ("ec -pkeyopt ec_paramgen_curve:P-521", "", KeyError::Curve),
        ("ec -pkeyopt ec_paramgen_curve:P-521", "-sha512", KeyError::Curve),
        ("ec -pkeyopt ec_paramgen_curve:secp256k1", "", KeyError::Curve),
        ("ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit", "", KeyError::Curve),
    ] {
        let refused = read_request(&request(&OpenSsl::new(), new_key, more));
        assert_eq!(refused, Err(RequestError::Key(reason)), "{new_key} {more}");
    }
}

#[test]
fn other_signature_algorithms_are_refused() {
    for (new_key, more) in [
        ("rsa:3072", "-sha1"),
        ("rsa:3072", "-sigopt rsa_padding_mode:pss"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha1"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha512"),
    ] {
        let refused = read_request(&request(&OpenSsl::new(), new_key, more));
        assert_eq!(refused, Err(RequestError::SignatureAlgorithm), "{new_key} {more}");
    }
}

#[test]
fn a_request_signed_by_another_key_is_refused() {
    let openssl = OpenSsl::new();
    let own = request(&openssl, "ec -pkeyopt ec_paramgen_curve:P-256", "-outform DER");
    let other = DeviceKey::generate().unwrap();
    let own_point = own.windows(2).position(|pair| pair == [0x00, 0x04]).unwrap() + 1;
    let mut stolen = own.clone();
    // A public key whose owner did not sign the request.
    let spki = other.public_key().to_spki_der();
    stolen[own_point..own_point + 65].copy_from_slice(&spki[spki.len() - 65..]);
    assert!(read_request(&own).is_ok());
    assert_eq!(read_request(&stolen), Err(RequestError::Signature));
}

#[test]
fn a_changed_signature_is_refused() {
    for new_key in ["ec -pkeyopt ec_paramgen_curve:P-384", "rsa:3072"] {
        let mut der = request(&OpenSsl::new(), new_key, "-outform DER");
        *der.last_mut().unwrap() ^= 1;
        assert_eq!(read_request(&der), Err(RequestError::Signature), "{new_key}");
    }
}

#[test]
fn names_attributes_and_extensions_are_ignored() {
    let openssl = OpenSsl::new();
    openssl.write(
        "request.cnf",
        "[req]\nprompt=no\ndistinguished_name=dn\nattributes=attributes\nreq_extensions=wishes\nstring_mask=nombstr\n\
         [dn]\nCN=gateway.example.org\nO=Somebody Else\n0.OU=one\n1.OU=two\n\
         [attributes]\nchallengePassword=Ümläut-secret\nunstructuredName=till\n\
         1.3.6.1.4.1.311.13.2.3=10.0.19045.2\n1.2.3.4.5.6=anything\n\
         [wishes]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nextendedKeyUsage=serverAuth,1.2.3.4\n\
         subjectAltName=DNS:gateway.example.org,email:a@b.example,URI:urn:x,otherName:1.2.3;UTF8:x\n\
         1.2.3.4.5=critical,ASN1:UTF8String:unknown\nsubjectKeyIdentifier=hash\n",
    );
    openssl.run("ecparam -name prime256v1 -genkey -noout -out key.pem");
    openssl.run("req -new -utf8 -config request.cnf -key key.pem -out req.pem");
    let shown = openssl.run("req -in req.pem -noout -text");
    assert!(shown.contains("challengePassword") && shown.contains("DNS:gateway.example.org"), "{shown}");

    let key = read_request(&openssl.read("req.pem")).unwrap();
    let authority = super::authority(AuthorityKind::Studio);
    openssl.write("device.pem", super::client(&authority, &key).pem);
    let text = openssl.run("x509 -in device.pem -noout -text");
    for wish in ["example", "Somebody", "CA:TRUE", "Server Authentication", "Certificate Sign", "1.2.3", "secret"] {
        assert!(!text.contains(wish), "{wish} in\n{text}");
    }
}

#[test]
fn a_request_with_text_around_it_is_read_and_two_are_refused() {
    let openssl = OpenSsl::new();
    let plain = request(&openssl, "ec -pkeyopt ec_paramgen_curve:P-256", "-text");
    assert!(plain.starts_with(b"Certificate Request:"));
    assert!(read_request(&plain).is_ok());
    assert_eq!(read_request(&[plain.clone(), plain].concat()), Err(RequestError::NotARequest));
}

#[test]
fn openssl_reads_the_request_of_a_device_key() {
    let openssl = OpenSsl::new();
    let key = DeviceKey::generate().unwrap();
    openssl.write("req.pem", pem::encode(pem::REQUEST, &key.to_request().unwrap()).as_bytes());
    assert!(openssl.run("req -in req.pem -noout -verify").contains("OK"));
    openssl.write("key.pem", key.to_pem().as_bytes());
    openssl.run("pkey -in key.pem -pubout -outform DER -out public.der");
    assert_eq!(openssl.read("public.der"), key.public_key().to_spki_der());
}
