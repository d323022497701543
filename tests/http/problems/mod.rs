//! Problems word for word, as clients get them, and the pages that explain them.

mod help;

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::identity::key::DeviceKey;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::{Admission, PeerCertificate};
use lichtbild::transport::tls::certificate_fault::CertificateFault;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;

use crate::support::enrolment::{AnonymousClient, WRONG_CODE, certificate, issuance};
use crate::support::router_client::{RouterClient, RouterResponse, idempotency_key, peer, photo, send};
use crate::support::test_gateway::{DAY, HOUR, MINUTE, TestGateway};

/// Status, headers of the problem, and the body.
fn shown(answer: &RouterResponse) -> String {
    let retry = match answer.header("retry-after") {
        "" => String::new(),
        seconds => format!("Retry-After: {seconds}\n"),
    };
    let problem = answer.json();
    assert_eq!(answer.header("link"), help::link(problem["type"].as_str().unwrap()), "{answer:?}");
    let body = serde_json::to_string_pretty(&problem).unwrap();
    format!("{} ({})\n{retry}{body}\n", answer.status, answer.header("content-language"))
}

async fn refusals(reader: impl Fn(&RouterClient) -> RouterClient) -> String {
    let gateway = TestGateway::with(|setup| {
        setup.limits.wrong_codes.per_device = 1;
        setup.max_photo_bytes = 20_000;
    })
    .await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let (other, colleague) = (gateway.office("Bürgeramt Süd").await, gateway.device_of(&office.party).await);
    let [used, leased, withdrawn, waiting] = [
        studio.deposit_numbered(1).await,
        studio.deposit_numbered(2).await,
        studio.deposit_numbered(3).await,
        studio.deposit_numbered(4).await,
    ];
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    let collection = office.collect_and_fetch(&leased.code).await;
    studio.withdraw(&withdrawn.photo_id).await;
    gateway.advance(MINUTE);

    let (studio, office, other) = (reader(&studio), reader(&office), reader(&other));
    let colleague = reader(&colleague);
    let whole = photo(5);
    let jpeg = ("content-type", "image/jpeg");
    let mut seen = vec![
        studio.deposit(&whole[..whole.len() / 2], &idempotency_key(5)).await,
        studio.deposit(&photo(6), &idempotency_key(1)).await,
        studio
            .post_photo(
                "/v1/photos",
                &whole,
                &[("content-type", "image/png"), ("idempotency-key", &idempotency_key(5))],
            )
            .await,
        studio.deposit(&[0xFF; 20_001], &idempotency_key(5)).await,
        studio.post_photo("/v1/photos", &whole, &[jpeg]).await,
        studio.post_photo("/v1/photos/check", &whole, &[jpeg, ("photo-subject", "baby")]).await,
        studio.post_photo("/v1/photos/check", &whole, &[jpeg, ("photo-exception", "other")]).await,
        studio.withdraw(&leased.photo_id).await,
        office.collect(&used.code).await,
        other.collect(&leased.code).await,
        other.collect(&withdrawn.code).await,
        office.collect(&used.code[1..]).await,
        office.collect("G94ZJ-756FW-FHRWS-2ZVE9").await,
        office.settle(&collection, &json!({ "outcome": "kept", "until": "2028-01-01" })).await,
        office.settle(&collection, &json!({ "outcome": "lost" })).await,
        colleague.settle(&collection, &json!({ "outcome": "used" })).await,
        office.collect("G94ZJ-756FW-FHRWS-2ZVE8").await,
        office.collect(&waiting.code).await,
    ];
    gateway.advance(180 * DAY);
    seen.push(other.collect(&waiting.code).await);
    gateway.revoke(&studio).await;
    seen.push(studio.photos("").await);
    seen.iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn refusals_in_german() {
    insta::assert_snapshot!(refusals(RouterClient::clone).await);
}

#[tokio::test]
async fn refusals_in_english() {
    insta::assert_snapshot!(refusals(RouterClient::in_english).await);
}

#[tokio::test]
async fn a_missing_certificate_in_both_languages() {
    let office = TestGateway::start().await.router(ListenerKind::Office);
    let told = async |language: &str| {
        let request = Request::builder().uri("/v1/collections").header("accept-language", language);
        let request = request.extension(peer(None, Admission::NoCertificate)).body(Body::empty()).unwrap();
        shown(&send(&office, request).await)
    };
    insta::assert_snapshot!([told("de").await, told("en").await].join("\n"));
}

#[tokio::test]
async fn a_rejected_certificate_in_both_languages() {
    let gateway = TestGateway::start().await;
    let office = gateway.router(ListenerKind::Office);
    let at = gateway.now();
    let mut told = Vec::new();
    for fault in [
        CertificateFault::Expired { at },
        CertificateFault::Revoked,
        CertificateFault::NotYetValid { from: at },
        CertificateFault::UnknownIssuer,
        CertificateFault::WrongPurpose,
        CertificateFault::WeakKey,
        CertificateFault::Other,
    ] {
        for language in ["de", "en"] {
            let request = Request::builder().uri("/v1/collections").header("accept-language", language);
            let peer = peer(None, Admission::CertificateRejected(fault));
            told.push(shown(&send(&office, request.extension(peer).body(Body::empty()).unwrap()).await));
        }
    }
    insta::assert_snapshot!(told.join("\n"));
}

/// Every problem that a device can get before its first certificate.
async fn refused_enrolments(reader: impl Fn(&AnonymousClient) -> AnonymousClient) -> String {
    let gateway = TestGateway::start().await;
    let anonymous = reader(&gateway.anonymous_client());
    let [good, spent, guessed, withdrawn, late] = [
        gateway.invite(Role::Studio, "Foto Koch").await,
        gateway.invite(Role::Studio, "Foto Koch").await,
        gateway.invite(Role::Studio, "Foto Koch").await,
        gateway.invite(Role::Studio, "Foto Koch").await,
        gateway.invite(Role::Studio, "Foto Koch").await,
    ];
    let key = DeviceKey::generate().unwrap();
    let request = key.to_request().unwrap();
    let mut forged = request.clone();
    *forged.last_mut().unwrap() ^= 1;
    let weak = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let weak = CertificateParams::default().serialize_request(&weak).unwrap().der().to_vec();
    anonymous.accept_invitation(&spent, &key).await;
    gateway.invite_again(withdrawn.device.device_id).await;
    let (device_id, code) = (good.device.device_id.to_string(), good.code.reveal());
    let guess = async || anonymous.enrol(&guessed.device.device_id.to_string(), WRONG_CODE, &request).await;
    let mut seen = vec![
        anonymous.enrol_with(None, "").await,
        anonymous.enrol(&device_id, "G94ZJ", &request).await,
        anonymous.enrol(&device_id, &code, b"no request").await,
        anonymous.enrol(&device_id, &code, &forged).await,
        anonymous.enrol(&device_id, &code, &weak).await,
        anonymous.accept_invitation(&spent, &DeviceKey::generate().unwrap()).await,
        anonymous.accept_invitation(&withdrawn, &key).await,
        guess().await,
        guess().await,
        guess().await,
        anonymous.accept_invitation(&guessed, &key).await,
        anonymous.look_up(&"00".repeat(32), &"ab".repeat(32)).await,
        anonymous.look_up("00", "ab").await,
    ];
    let mut keyless = issuance(EnrolmentPolicy::Auto);
    keyless.studio.authority = None;
    gateway.gateway.set_certificate_issuer(keyless);
    seen.push(anonymous.accept_invitation(&good, &DeviceKey::generate().unwrap()).await);
    seen.push(anonymous.accept_invitation(&good, &key).await);
    gateway.advance(DAY);
    seen.push(anonymous.accept_invitation(&late, &key).await);
    seen.iter().map(shown).collect::<Vec<_>>().join("\n")
}

/// Every problem that only a renewal can get, and that of a certificate that newer ones have ended.
async fn refused_renewals(reader: impl Fn(&RouterClient) -> RouterClient) -> String {
    let gateway = TestGateway::start().await;
    let device = reader(&gateway.studio("Foto Koch").await);
    let renew = async |device: &RouterClient| {
        let request = STANDARD.encode(DeviceKey::generate().unwrap().to_request().unwrap());
        let builder = device.request(Method::POST, "/.well-known/est/simplereenroll");
        device.send(builder.header("content-type", "application/pkcs10").body(Body::from(request)).unwrap()).await
    };
    let mut renewed = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..3 {
        renewed.push(device.presenting(PeerCertificate::new(certificate(&renew(&device).await).into())));
        seen.push(renew(&device).await);
        gateway.advance(HOUR);
    }
    seen.truncate(1);
    seen.push(renew(&renewed[0]).await);
    renewed[2].photos("").await;
    seen.push(renew(&device).await);
    seen.iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn refused_renewals_in_german() {
    insta::assert_snapshot!(refused_renewals(RouterClient::clone).await);
}

#[tokio::test]
async fn refused_renewals_in_english() {
    insta::assert_snapshot!(refused_renewals(RouterClient::in_english).await);
}

#[tokio::test]
async fn refused_enrolments_in_german() {
    insta::assert_snapshot!(refused_enrolments(AnonymousClient::clone).await);
}

#[tokio::test]
async fn refused_enrolments_in_english() {
    insta::assert_snapshot!(refused_enrolments(AnonymousClient::in_english).await);
}
