//! Enrolment at a gateway in this process: CAs that are made once per run, and clients without a certificate.

use std::net::IpAddr;
use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cms::cert::CertificateChoices;
use cms::cert::x509::der::{Decode, Encode};
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::certificate_issuer::{CertificateIssuer, CertificateValidity, RoleIssuer};
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::certs_only::certificates_only;
use lichtbild::identity::issue::CLIENT_VALIDITY;
use lichtbild::identity::key::DeviceKey;
use lichtbild::transport::accept::connection_handle::ConnectionHandle;
use lichtbild::transport::accept::peer::{Admission, Peer};
use serde_json::json;

use super::router_client::{RouterResponse, send};
use super::test_gateway::{DAY, START};

pub const EST: &str = "/.well-known/est";
pub const STUDIO_URL: &str = "https://gateway.example:8443";

/// Returns the certificate issuer of the gateway under test.
pub fn issuance(policy: EnrolmentPolicy) -> CertificateIssuer {
    let [server, studio, office] = authorities();
    let side = |authority: Authority, url: &str, name: &str| RoleIssuer {
        authority: Some(authority),
        url: url.to_owned(),
        crl_url: format!("https://gateway.example:7443/crl/{name}.crl"),
    };
    let packed =
        certificates_only(&[server.certificate_der(), studio.certificate_der(), office.certificate_der()]).unwrap();
    CertificateIssuer {
        policy,
        validity: CertificateValidity { program: CLIENT_VALIDITY, browser: 365 * DAY },
        server_ca_pem: server.certificate_pem(),
        server_ca_sha256: server.fingerprint(),
        ca_certificates_pkcs7: packed,
        enrolment_url: "https://gateway.example:7443".to_owned(),
        studio: side(studio, STUDIO_URL, "studio"),
        office: side(office, "https://gateway.example:9443", "office"),
    }
}

/// CAs of server, studio and office: the same for all tests of a run, since making keys takes time.
pub fn authorities() -> [Authority; 3] {
    static MADE: OnceLock<[(String, String); 3]> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        [AuthorityKind::Server, AuthorityKind::Studio, AuthorityKind::Office].map(|kind| {
            let authority = Authority::create(kind, "Düsseldorf", START, &SeededEntropy::new(1)).unwrap();
            (authority.certificate_pem(), authority.key_pem().to_string())
        })
    });
    made.each_ref().map(|(certificate, key)| Authority::from_pem(certificate, key).unwrap())
}

/// A client without a certificate.
#[derive(Clone)]
pub struct AnonymousClient {
    router: Router,
    address: IpAddr,
    language: &'static str,
}

impl AnonymousClient {
    pub fn new(router: Router, address: &str) -> Self {
        Self { router, address: address.parse().unwrap(), language: "de" }
    }

    /// The same client with English as its language.
    pub fn in_english(&self) -> Self {
        Self { language: "en", ..self.clone() }
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let peer = Peer::new((self.address, 40_000).into(), None, ConnectionHandle::default(), Admission::WithinLimit);
        Request::builder().method(method).uri(path).header("accept-language", self.language).extension(peer)
    }

    pub async fn get(&self, path: &str) -> RouterResponse {
        send(&self.router, self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn look_up(&self, lookup: &str, nonce: &str) -> RouterResponse {
        self.look_up_raw(&json!({ "lookup": lookup, "nonce": nonce }).to_string()).await
    }

    pub async fn look_up_raw(&self, body: &str) -> RouterResponse {
        let request = self.request(Method::POST, "/v1/invitations/lookup").header("content-type", "application/json");
        send(&self.router, request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Sends a certificate request with these credentials, which may be malformed.
    pub async fn enrol_with(&self, authorization: Option<&str>, body: impl Into<Body>) -> RouterResponse {
        let mut request =
            self.request(Method::POST, &format!("{EST}/simpleenroll")).header("content-type", "application/pkcs10");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        send(&self.router, request.body(body.into()).unwrap()).await
    }

    pub async fn enrol(&self, device_id: &str, code: &str, request: &[u8]) -> RouterResponse {
        self.enrol_with(Some(&basic_authorization(device_id, code)), STANDARD.encode(request)).await
    }

    /// Enrols the device of an invitation.
    pub async fn accept_invitation(&self, invite: &IssuedInvitation, key: &DeviceKey) -> RouterResponse {
        self.enrol(&invite.device.device_id.to_string(), &invite.code.reveal(), &key.to_request().unwrap()).await
    }
}

pub fn basic_authorization(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// A well-formed code without an invitation.
pub const WRONG_CODE: &str = "G94ZJ-756FW-FHRWS-2ZVE8";

/// The certificates of an answer, each in DER.
#[track_caller]
pub fn certificates(answer: &RouterResponse) -> Vec<Vec<u8>> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let text: String = String::from_utf8(answer.body.to_vec()).unwrap().split_whitespace().collect();
    let content = ContentInfo::from_der(&STANDARD.decode(text).unwrap()).unwrap();
    let signed: SignedData = content.content.decode_as().unwrap();
    assert!(signed.signer_infos.0.is_empty() && signed.encap_content_info.econtent.is_none(), "certs-only");
    let choices = signed.certificates.unwrap().0.into_vec();
    let der = |choice| match choice {
        CertificateChoices::Certificate(certificate) => certificate.to_der().unwrap(),
        CertificateChoices::Other(_) => panic!("no certificate"),
    };
    choices.into_iter().map(der).collect()
}

/// The one certificate of an answer.
#[track_caller]
pub fn certificate(answer: &RouterResponse) -> Vec<u8> {
    let mut all = certificates(answer);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// SHA-256 of a key's public half.
pub fn fingerprint(key: &DeviceKey) -> Sha256Digest {
    Sha256Digest::of(&key.public_key().to_spki_der())
}
