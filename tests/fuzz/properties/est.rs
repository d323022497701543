//! Properties of enrolment and renewal (EST).

use axum::http::{HeaderValue, Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cms::cert::CertificateChoices;
use cms::cert::x509::der::{Decode, Encode};
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::identity::issue::ClientSubject;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::answer::FuzzAnswer;
use super::csr::{assert_issued, renew_signing_key, signed_request, signing_key};
use super::gateway::{FuzzCaller, FuzzDevice, FuzzGateway, authorities, with_gateway};

/// A letter for the caller and one for the form of the request: a client without a certificate enrols, with its invitation (`e`) or
/// with the first line as its credentials (`E`); the device of a studio or office renews. The rest is a body as it is (`r`), a
/// certificate request in base64 (`b`) or in PEM (`p`), or it is in a request that its sender has signed (`s`).
///
/// The answer is sound. A certificate is for the key of the request and for the device that asks; of the names and extensions in the
/// request, the certificate has none.
pub fn est(bytes: &[u8]) {
    est_status(bytes);
}

/// The same, with the status of the answer; `None` for an input that is too short.
pub fn est_status(bytes: &[u8]) -> Option<u16> {
    let [letter, form, rest @ ..] = bytes else { return None };
    let caller = match FuzzCaller::of(*letter) {
        caller @ (FuzzCaller::EnrolmentAnonymous | FuzzCaller::Office) => caller,
        _ => FuzzCaller::Studio,
    };
    with_gateway(|gateway| {
        let mut rest = gateway.fill_in(rest);
        let mut authorization = None;
        if caller == FuzzCaller::EnrolmentAnonymous {
            authorization =
                HeaderValue::from_bytes(format!("Basic {}", credentials(&gateway.invitation)).as_bytes()).ok();
            if letter.is_ascii_uppercase() {
                let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                authorization = HeaderValue::from_bytes(&rest[..end]).ok();
                rest.drain(..(end + 1).min(rest.len()));
            }
        }
        let body = match form {
            b'b' => STANDARD.encode(&rest).into_bytes(),
            b'p' => in_pem(&rest),
            b's' => STANDARD.encode(signed_request(&rest)).into_bytes(),
            _ => rest,
        };
        let is_signed = *form == b's';
        let answer = send(gateway, caller, authorization.as_ref(), &body);
        if answer.status == 200 {
            assert_certificate(gateway, caller, &answer, is_signed);
        }
        let again = send(gateway, caller, authorization.as_ref(), &body);
        if answer.is_accepted() || again.is_accepted() {
            gateway.renew_invitation();
            gateway.renew_devices();
            renew_signing_key();
        } else if answer.problem().starts_with("enrolment-code-") {
            // Wrong codes are counted.
            assert!(again.problem().starts_with("enrolment-code-"), "{again:?}");
            gateway.renew_invitation();
        } else {
            assert_eq!((answer.status, answer.problem()), (again.status, again.problem()), "refused in another way");
        }
        Some(answer.status)
    })
}

/// User and password of an invited device, for HTTP Basic.
pub(super) fn credentials(invitation: &IssuedInvitation) -> String {
    STANDARD.encode(format!("{}:{}", invitation.device.device_id, invitation.code.reveal()))
}

fn in_pem(der: &[u8]) -> Vec<u8> {
    format!("-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n", STANDARD.encode(der)).into()
}

fn send(gateway: &FuzzGateway, caller: FuzzCaller, authorization: Option<&HeaderValue>, body: &[u8]) -> FuzzAnswer {
    let path = match caller {
        FuzzCaller::EnrolmentAnonymous => "/.well-known/est/simpleenroll",
        _ => "/.well-known/est/simplereenroll",
    };
    let mut request = Request::post(path).header("host", "localhost").header("content-type", "application/pkcs10");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let answer = FuzzAnswer::of(gateway, caller, request.body(body.to_vec().into()).expect("a request"));
    answer.assert_sound(&Method::POST, path, gateway.codes());
    assert_eq!(answer.status == 401, answer.headers.contains_key("www-authenticate"), "{answer:?}");
    answer
}

fn assert_certificate(gateway: &FuzzGateway, caller: FuzzCaller, answer: &FuzzAnswer, is_signed: bool) {
    let text: String = String::from_utf8_lossy(&answer.body).split_whitespace().collect();
    let content = ContentInfo::from_der(&STANDARD.decode(text).expect("base64")).expect("CMS");
    let signed: SignedData = content.content.decode_as().expect("signed data");
    let certificates = signed.certificates.expect("certificates").0.into_vec();
    let [CertificateChoices::Certificate(certificate)] = certificates.as_slice() else { panic!("not one certificate") };
    let der = certificate.to_der().expect("a certificate");
    let spki = certificate.tbs_certificate.subject_public_key_info.to_der().expect("a key");
    if is_signed {
        assert_eq!(spki, signing_key(), "another key than the request's");
    }
    let of = |device: &FuzzDevice| ClientSubject {
        role: device.party.role,
        party_id: device.party.party_id,
        device_id: device.device_id,
    };
    let [_, studio, office] = authorities();
    let (subject, issuer) = match caller {
        FuzzCaller::Office => (of(&gateway.office), office),
        FuzzCaller::EnrolmentAnonymous => {
            let IssuedInvitation { party, device, .. } = &gateway.invitation;
            (ClientSubject { role: party.role, party_id: party.party_id, device_id: device.device_id }, studio)
        }
        _ => (of(&gateway.studio), studio),
    };
    assert_issued(&der, &subject, &spki);
    let (_, issuer) = X509Certificate::from_der(issuer.certificate_der()).expect("a CA");
    let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
    certificate.verify_signature(Some(issuer.public_key())).expect("signed by the CA of its role");
}
