//! EST responses, and the accepted forms of requests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::party::Role;
use lichtbild::identity::certificate::read_certificate;
use lichtbild::identity::issue::CLIENT_VALIDITY;
use lichtbild::identity::key::DeviceKey;
use lichtbild::identity::pem;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::support::enrolment::{EST, authorities, basic_authorization, certificate, certificates, fingerprint};
use crate::support::test_gateway::{MINUTE, TestGateway};

#[tokio::test]
async fn the_three_authorities_are_told_to_anybody() {
    let gateway = TestGateway::start().await;
    let answer = gateway.anonymous_client().get(&format!("{EST}/cacerts")).await;
    assert_eq!(answer.header("content-type"), "application/pkcs7-mime");
    assert_eq!(answer.header("content-transfer-encoding"), "");
    let mut told = certificates(&answer);
    let mut expected = authorities().map(|authority| authority.certificate_der().to_vec()).to_vec();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_device_is_told_which_key_is_wanted() {
    let gateway = TestGateway::start().await;
    let answer = gateway.anonymous_client().get(&format!("{EST}/csrattrs")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/csrattrs"));
    let der = STANDARD.decode(String::from_utf8_lossy(&answer.body).trim()).unwrap();
    // SEQUENCE { SEQUENCE { ecPublicKey, SET { prime256v1 } }, ecdsa-with-SHA256 }
    assert_eq!((der.len(), der[0], der[2]), (35, 0x30, 0x30));
}

#[tokio::test]
async fn the_certificate_says_what_the_gateway_says_and_nothing_of_the_request() {
    let gateway = TestGateway::start().await;
    for (role, name) in [(Role::Studio, "studio"), (Role::Office, "office")] {
        let invite = gateway.invite(role, "Foto Koch").await;
        let key = DeviceKey::generate().unwrap();
        let answer = gateway.anonymous_client().accept_invitation(&invite, &key).await;
        assert_eq!(answer.header("content-type"), "application/pkcs7-mime; smime-type=certs-only");
        assert_eq!((answer.header("cache-control"), answer.header("content-transfer-encoding")), ("no-store", ""));
        let der = certificate(&answer);
        let facts = read_certificate(&der).unwrap();
        assert_eq!(facts.spki_sha256, fingerprint(&key));
        assert_eq!(facts.not_after, gateway.now() + CLIENT_VALIDITY);
        assert_eq!(facts.not_before, gateway.now() - 10 * MINUTE);

        let (_, read) = X509Certificate::from_der(&der).unwrap();
        let (party_id, device_id) = (invite.party.party_id, invite.device.device_id);
        assert_eq!(
            read.subject().to_string(),
            format!("O={party_id}, OU={name}, serialNumber={device_id}, CN=Foto Koch, Kasse")
        );
        let usage = read.extended_key_usage().unwrap().unwrap().value;
        assert!(usage.client_auth && !usage.server_auth && !usage.any);
        assert!(read.key_usage().unwrap().unwrap().critical);
        let points = read.extensions().iter().find(|extension| extension.oid.to_id_string() == "2.5.29.31").unwrap();
        let address = format!("https://gateway.example:7443/crl/{name}.crl");
        assert!(points.value.windows(address.len()).any(|window| window == address.as_bytes()));
        // And it opens the door it is for.
        let caller = gateway.with_certificate(&invite, der);
        let path = if role == Role::Studio { "/v1/photos" } else { "/v1/collections" };
        let request = caller.request(axum::http::Method::GET, path).body(axum::body::Body::empty()).unwrap();
        assert_eq!(caller.send(request).await.status, 200);
    }
    assert_eq!(gateway.database.count_events("device.enrolled").await, 2);
    gateway.database.audit().await;
}

#[tokio::test]
async fn a_request_is_read_in_every_form_that_clients_send() {
    let gateway = TestGateway::start().await;
    let wrapped = |der: &[u8], between: &str| {
        let plain = STANDARD.encode(der);
        let lines: Vec<_> = plain.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        lines.join(between)
    };
    let forms: [&dyn Fn(Vec<u8>) -> Vec<u8>; 5] = [
        &|der| STANDARD.encode(der).into_bytes(),
        &|der| wrapped(&der, "\r\n").into_bytes(),
        &|der| format!(" {}\t\n\n", wrapped(&der, "\n")).into_bytes(),
        &|der| pem::encode(pem::REQUEST, &der).as_bytes().to_vec(),
        &|der| der,
    ];
    let request = || DeviceKey::generate().unwrap().to_request().unwrap();
    for form in forms {
        let invite = gateway.invite(Role::Studio, "Foto Koch").await;
        let authorization = basic_authorization(&invite.device.device_id.to_string(), &invite.code.reveal());
        certificate(&gateway.anonymous_client().enrol_with(Some(&authorization), form(request())).await);
        // Codes as people type them: small letters, spaces, O for 0; the scheme in any case.
        let invite = gateway.invite(Role::Studio, "Foto Koch").await;
        let typed = invite.code.reveal().to_lowercase().replace('-', " ").replace('0', "o");
        let authorization = basic_authorization(&invite.device.device_id.to_string(), &typed).replace("Basic", "basic");
        certificate(&gateway.anonymous_client().enrol_with(Some(&authorization), form(request())).await);
    }
}
