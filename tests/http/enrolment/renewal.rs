//! From one certificate to the next.

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::party::Role;
use lichtbild::identity::certificate::read_certificate;
use lichtbild::identity::key::DeviceKey;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::{Admission, PeerCertificate};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::json;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::http::setup::studio_alone;
use crate::support::enrolment::{EST, certificate, certificates, fingerprint};
use crate::support::router_client::{RouterClient, RouterResponse, peer, send};
use crate::support::test_gateway::{DAY, HOUR, MINUTE, TestGateway};

/// Sends this request of a caller that has a certificate.
pub(super) async fn reenrol(caller: &RouterClient, request: &[u8]) -> RouterResponse {
    let builder = caller.request(Method::POST, &format!("{EST}/simplereenroll"));
    let body = Body::from(STANDARD.encode(request));
    caller.send(builder.header("content-type", "application/pkcs10").body(body).unwrap()).await
}

/// A request by a new key with this subject: organisation, unit, name.
fn subject(parts: [&str; 3]) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let kinds = [DnType::OrganizationName, DnType::OrganizationalUnitName, DnType::CommonName];
    kinds.into_iter().zip(parts).for_each(|(kind, value)| params.distinguished_name.push(kind, value));
    params.serialize_request(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

/// A request by a new key.
pub(super) fn fresh() -> Vec<u8> {
    DeviceKey::generate().unwrap().to_request().unwrap()
}

#[tokio::test]
async fn a_device_renews_with_a_new_key_and_its_old_certificate_goes_on_to_work() {
    let gateway = TestGateway::start().await;
    for role in [Role::Studio, Role::Office] {
        let invite = gateway.invite(role, "Foto Koch").await;
        let der =
            certificate(&gateway.anonymous_client().accept_invitation(&invite, &DeviceKey::generate().unwrap()).await);
        let old = gateway.with_certificate(&invite, der);
        gateway.advance(40 * DAY);
        let key = DeviceKey::generate().unwrap();
        let der = certificate(&reenrol(&old, &key.to_request().unwrap()).await);
        let facts = read_certificate(&der).unwrap();
        assert_eq!((facts.spki_sha256, facts.not_after), (fingerprint(&key), gateway.now() + 60 * DAY));
        let new = gateway.with_certificate(&invite, der);
        let path = if role == Role::Studio { "/v1/photos" } else { "/v1/collections" };
        for caller in [&new, &old, &new] {
            let request = caller.request(Method::GET, path).body(Body::empty()).unwrap();
            assert_eq!(caller.send(request).await.status, 200);
        }
    }
    assert_eq!(gateway.database.count_events("device.renewed").await, 2);
    gateway.database.audit().await;
}

#[tokio::test]
async fn cacerts_and_csrattrs_are_served_on_device_listeners_too() {
    let gateway = TestGateway::start().await;
    for caller in [gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await] {
        let get = |path: &str| caller.request(Method::GET, &format!("{EST}/{path}")).body(Body::empty()).unwrap();
        assert_eq!(certificates(&caller.send(get("cacerts")).await).len(), 3);
        assert_eq!(caller.send(get("csrattrs")).await.header("content-type"), "application/csrattrs");
    }
}

#[tokio::test]
async fn once_a_newer_certificate_was_used_no_older_one_renews_itself() {
    let gateway = TestGateway::start().await;
    let first = gateway.studio("Foto Koch").await;
    let with = |der: Vec<u8>| {
        let certificate = PeerCertificate::new(der.into());
        RouterClient::new(gateway.router(ListenerKind::Studio), first.party.clone(), first.device_id, certificate)
    };
    // The connection breaks in the middle, so nothing was used yet.
    let second = with(certificate(&reenrol(&first, &fresh()).await));
    gateway.advance(HOUR);
    let third = with(certificate(&reenrol(&first, &fresh()).await));
    second.deposit_numbered(1).await;
    let used_at = gateway.now();
    gateway.advance(DAY);
    let problem = reenrol(&first, &fresh()).await.assert_problem(403, "certificate-superseded");
    assert_eq!(problem["newer_used_at"], json!(used_at));
    assert_eq!(gateway.database.audit().await.pop().unwrap().details["reason"], "certificate_superseded");
    // It can still deposit, and certificates of the same age or newer can renew.
    first.deposit_numbered(2).await;
    let fourth = with(certificate(&reenrol(&second, &fresh()).await));
    gateway.advance(HOUR);
    fourth.deposit_numbered(3).await;
    for older in [&second, &third] {
        reenrol(older, &fresh()).await.assert_problem(403, "certificate-superseded");
    }
    certificate(&reenrol(&fourth, &fresh()).await);
}

#[tokio::test]
async fn three_certificates_of_a_device_are_accepted_and_the_fourth_ends_the_oldest() {
    let gateway = TestGateway::start().await;
    let first = gateway.studio("Foto Koch").await;
    let other = gateway.device_of(&first.party).await;
    let mut all = vec![(first.certificate.clone(), gateway.now())];
    for _ in 0..5 {
        let newest = first.presenting(all.last().unwrap().0.clone());
        let der = certificate(&reenrol(&newest, &fresh()).await);
        all.push((PeerCertificate::new(der.into()), gateway.now()));
        gateway.advance(HOUR);
    }
    for (number, (certificate, _)) in all.iter().enumerate() {
        let caller = first.presenting(certificate.clone());
        let answer = caller.send(caller.request(Method::GET, "/v1/photos").body(Body::empty()).unwrap()).await;
        if number < 3 {
            let problem = answer.assert_problem(403, "certificate-superseded");
            assert_eq!(problem["newer_used_at"], json!(all[number + 1].1 + HOUR), "the next one was shown to renew it");
            reenrol(&caller, &fresh()).await.assert_problem(403, "certificate-superseded");
        } else {
            assert_eq!(answer.status, 200, "{number}");
        }
    }
    other.photos("").await;
    // A revocation covers these three, no matter what was issued before.
    gateway.revoke(&first).await;
    let revoked = gateway.store.revoked_certificates(gateway.now()).await.unwrap();
    assert!(all[3..].iter().all(|(live, _)| revoked.contains(&live.sha256())), "{revoked:?}");
    assert_eq!(gateway.store.revoked_serials(Role::Studio, gateway.now()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_device_renews_once_an_hour_and_a_due_certificate_a_few_times() {
    let (gateway, studio) = studio_alone().await;
    let rows = gateway.database.count("audit").await;
    certificate(&reenrol(&studio, &fresh()).await);
    for _ in 0..30 {
        let refused = reenrol(&studio, &fresh()).await;
        refused.assert_problem(429, "renewal-too-soon");
        assert_eq!(refused.retry_after_seconds(), 3600);
    }
    assert_eq!(gateway.database.count("audit").await, rows + 1, "a refusal that passes by itself leaves no row");
    gateway.advance(HOUR);
    certificate(&reenrol(&studio, &fresh()).await);
    // After half of its lifetime, a device can repeat a request whose response was lost.
    let other = gateway.device_until(&studio.party, gateway.now() + 60 * DAY).await;
    gateway.advance(30 * DAY);
    for _ in 0..3 {
        certificate(&reenrol(&other, &fresh()).await);
    }
    reenrol(&other, &fresh()).await.assert_problem(429, "renewal-too-soon");
}

#[tokio::test]
async fn a_device_whose_renewals_are_never_answered_keeps_the_certificate_that_it_uses() {
    let gateway = TestGateway::start().await;
    let first = gateway.studio("Foto Koch").await;
    let mut lost = Vec::new();
    for _ in 0..12 {
        lost.push(PeerCertificate::new(certificate(&reenrol(&first, &fresh()).await).into()));
        gateway.advance(HOUR);
        first.photos("").await;
    }
    gateway.revoke(&first).await;
    assert_eq!(gateway.store.revoked_serials(Role::Studio, gateway.now()).await.unwrap().len(), 3);
    let listed = gateway.store.revoked_certificates(gateway.now()).await.unwrap();
    assert!(listed.contains(&first.certificate.sha256()), "the one that it uses");
    let listed: Vec<_> = lost.iter().map(|certificate| listed.contains(&certificate.sha256())).collect();
    // The device may have received one of the two newest certificates.
    assert_eq!(listed, [[false; 10].as_slice(), &[true; 2]].concat());
}

#[tokio::test]
async fn a_certificate_that_two_newer_ones_replaced_before_it_was_shown_is_not_accepted() {
    let gateway = TestGateway::start().await;
    let first = gateway.studio("Foto Koch").await;
    let mut lost = Vec::new();
    for _ in 0..3 {
        lost.push(first.presenting(PeerCertificate::new(certificate(&reenrol(&first, &fresh()).await).into())));
        gateway.advance(HOUR);
    }
    let problem = reenrol(&lost[0], &fresh()).await.assert_problem(403, "certificate-superseded");
    assert_eq!(problem.get("newer_used_at"), None, "none was");
    first.photos("").await;
    lost[2].photos("").await;
    lost[1].photos("").await;
}

#[tokio::test]
async fn the_first_use_of_a_certificate_is_written_once() {
    let gateway = TestGateway::start().await;
    let first = gateway.studio("Foto Koch").await;
    let der = certificate(&reenrol(&first, &fresh()).await);
    let digest = PeerCertificate::new(der.into());
    let second = RouterClient::new(gateway.router(ListenerKind::Studio), first.party.clone(), first.device_id, digest);
    let before = gateway.database.contents().await;
    first.photos("").await;
    assert_eq!(gateway.database.contents().await, before, "a first certificate has no older one to shut out");
    second.photos("").await;
    let recorded = gateway.database.contents().await;
    assert_ne!(recorded, before);
    gateway.advance(DAY);
    second.photos("").await;
    assert_eq!(gateway.database.contents().await, recorded);
}

#[tokio::test]
async fn a_renewal_names_the_same_device_or_nobody() {
    let gateway = TestGateway::start().await;
    let (own, other) = (gateway.studio("Foto Koch").await, gateway.studio("Foto Porst").await);
    let names = |caller: &RouterClient| (caller.party.party_id.to_string(), caller.device_id.to_string());
    let ((party, device), (other_party, other_device)) = (names(&own), names(&other));
    let before = gateway.database.contents().await;
    for parts in [
        [other_party.as_str(), "studio", other_device.as_str()],
        [&party, "studio", &other_device],
        [&other_party, "studio", &device],
        [&party, "office", &device],
        ["Foto Koch", "studio", "till 1"],
    ] {
        reenrol(&own, &subject(parts)).await.assert_problem(422, "request-subject-foreign");
        let row = gateway.database.audit().await.pop().unwrap();
        assert_eq!((row.actor.as_str(), &row.details["reason"]), (device.as_str(), &json!("subject_foreign")));
    }
    let mut forged = fresh();
    *forged.last_mut().unwrap() ^= 1;
    reenrol(&own, &forged).await.assert_problem(422, "request-signature-wrong");
    assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
    let refused = reenrol(&own, &subject([&party, "studio", &other_device])).await.json();
    let subject_of_own = format!("O={party}, OU=studio, serialNumber={device}, CN=…");
    assert!(
        refused["detail"].as_str().unwrap().contains(&format!("genau wie im Zertifikat: {subject_of_own}")),
        "{refused}"
    );
    // As in certificates from before devices had names.
    certificate(&reenrol(&own, &subject([&party, "studio", &device])).await);
}

/// Common clients copy the subject of the certificate that they renew (RFC 7030 section 4.2.2), or send only a name.
#[tokio::test]
async fn a_renewal_with_the_subject_of_the_certificate_or_a_name_alone_is_certified() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let key = DeviceKey::generate().unwrap();
    let der = certificate(&gateway.anonymous_client().accept_invitation(&invite, &key).await);
    let device = gateway.with_certificate(&invite, der.clone());
    let own = request_with_subject_of(&der);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Foto Koch, Kasse");
    let name_alone = params.serialize_request(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    for request in [own, name_alone] {
        let renewed = certificate(&reenrol(&device, &request).await);
        assert_eq!(subject_der(&renewed), subject_der(&der));
        gateway.advance(2 * HOUR);
    }
}

fn subject_der(certificate: &[u8]) -> Vec<u8> {
    let (_, read) = X509Certificate::from_der(certificate).unwrap();
    read.subject().as_raw().to_vec()
}

/// A request by a new key with the subject of this certificate.
fn request_with_subject_of(certificate: &[u8]) -> Vec<u8> {
    let (_, read) = X509Certificate::from_der(certificate).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for attribute in read.subject().iter_attributes() {
        let kind = DnType::from_oid(&attribute.attr_type().iter().unwrap().collect::<Vec<_>>());
        params.distinguished_name.push(kind, attribute.as_str().unwrap());
    }
    params.serialize_request(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

#[tokio::test]
async fn a_browser_has_its_certificate_longer_and_keeps_that_when_it_is_renewed() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite_browser("Bürgerbüro Mitte", "Schalter 3").await;
    let first =
        certificate(&gateway.anonymous_client().accept_invitation(&invite, &DeviceKey::generate().unwrap()).await);
    let (_, read) = X509Certificate::from_der(&first).unwrap();
    let name = read.subject().iter_common_name().next().unwrap().as_str().unwrap();
    assert_eq!(name, "Bürgerbüro Mitte, Schalter 3");
    assert_eq!(read_certificate(&first).unwrap().not_after, gateway.now() + 365 * DAY);
    let device = gateway.with_certificate(&invite, first.clone());
    gateway.advance(250 * DAY);
    // In the second half: three renewals in an hour, and three accepted certificates.
    for _ in 0..3 {
        let renewed = certificate(&reenrol(&device, &fresh()).await);
        assert_eq!(read_certificate(&renewed).unwrap().not_after, gateway.now() + 365 * DAY);
    }
    reenrol(&device, &fresh()).await.assert_problem(429, "renewal-too-soon");
    gateway.advance(115 * DAY);
    reenrol(&device, &fresh()).await.assert_problem(403, "certificate-expired");
}

#[tokio::test]
async fn who_is_not_let_in_gets_no_new_certificate_and_is_written_down() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await);
    let revoked = gateway.device_of(&studio.party).await;
    gateway.revoke(&revoked).await;
    let expired = gateway.device_until(&studio.party, gateway.now() + DAY).await;
    gateway.advance(DAY);
    let last = async || gateway.database.audit().await.pop().unwrap();
    reenrol(&revoked, &fresh()).await.assert_problem(403, "device-revoked");
    let row = last().await;
    assert_eq!((row.actor, &row.details["reason"]), (revoked.device_id.to_string(), &json!("device_revoked")));
    reenrol(&expired, &fresh()).await.assert_problem(403, "certificate-expired");
    let row = last().await;
    assert_eq!((row.actor, &row.details["reason"]), (expired.device_id.to_string(), &json!("certificate_expired")));
    // An office's certificate on the studio listener. The handshake refuses it, but the route must not depend on that.
    let elsewhere = office.request(Method::POST, &format!("{EST}/simplereenroll"));
    let request = elsewhere.header("content-type", "application/pkcs10").body(Body::from(fresh())).unwrap();
    send(&gateway.router(ListenerKind::Studio), request).await.assert_problem(403, "device-unknown");
    let row = last().await;
    assert_eq!((row.actor, &row.details["reason"]), (office.device_id.to_string(), &json!("device_unknown")));
    gateway.set_suspended(&studio.party, true).await;
    reenrol(&studio, &fresh()).await.assert_problem(403, "studio-suspended");
    assert_eq!(last().await.details["reason"], "studio_suspended");
    assert_eq!(gateway.database.count_events("device.renewed").await, 0);
    // There is no device to record.
    let rows = gateway.database.count("audit").await;
    let anonymous =
        axum::http::Request::post(format!("{EST}/simplereenroll")).extension(peer(None, Admission::WithinLimit));
    send(&gateway.router(ListenerKind::Studio), anonymous.body(Body::empty()).unwrap())
        .await
        .assert_problem(403, "certificate-missing");
    assert_eq!(gateway.database.count("audit").await, rows);
}

#[tokio::test]
async fn a_revoked_device_in_a_loop_does_not_fill_the_audit_log() {
    let (gateway, studio) = studio_alone().await;
    gateway.revoke(&studio).await;
    for _ in 0..30 {
        reenrol(&studio, &fresh()).await.assert_problem(403, "device-revoked");
    }
    assert_eq!(gateway.database.count_events("enrolment.refused").await, 10);
}

#[tokio::test]
async fn junk_to_renew_with_does_not_fill_the_audit_log_and_is_counted() {
    let (gateway, studio) = studio_alone().await;
    for _ in 0..50 {
        reenrol(&studio, b"junk").await.assert_problem(400, "request-malformed");
    }
    assert_eq!(gateway.database.count_events("enrolment.refused").await, 10);
    gateway.advance(MINUTE);
    reenrol(&studio, b"junk").await.assert_problem(400, "request-malformed");
    let row = gateway.database.audit().await.pop().unwrap();
    assert_eq!((row.event.as_str(), &row.details["left_out"]), ("enrolment.refused", &json!(40)));
}
