//! Look-up of an invitation, and verification of the gateway: `request -> check the proof -> compare the fingerprint`.

use reqwest::Url;
use serde::Deserialize;

use super::address::EnrolmentAddress;
use super::gateway_request;
use super::gateway_request::GatewayError;
use super::unverified_tls::unverified_tls_config;
use crate::client::config::parse_gateway_url;
use crate::client::gateway_client;
use crate::client::network::proxy::HttpProxy;
use crate::client::network::server_verifier::is_gateway_issuer;
use crate::clock::Timestamp;
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::entropy::{Entropy, EntropyError, random_bytes};
use crate::identity::certificate::certificates_from_pem;
use crate::json_object;
use crate::sealing::enrolment_proof::{ProofKey, ProofMessage, invitation_lookup_id};
use crate::wire::enrolment::{InvitedPartyBody, LookupBody};

/// Path of the request that looks up an invitation.
pub const LOOKUP_PATH: &str = "/v1/invitations/lookup";

/// An invitation from a server that has proved to know its code. Only [`look_up`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedInvitation {
    /// The device that this computer becomes.
    pub device_id: DeviceId,
    pub role: Role,
    /// The only part that the proof does not cover. It is shown to the user.
    pub party: InvitedPartyBody,
    /// For deposits or collections.
    pub gateway: Url,
    /// In DER.
    pub ca: Vec<u8>,
    /// End of the code.
    pub expires_at: Timestamp,
}

impl VerifiedInvitation {
    /// SHA-256 of the authority's certificate, which the invitation letter shows too.
    pub fn ca_sha256(&self) -> Sha256Digest {
        Sha256Digest::of(&self.ca)
    }
}

/// `InvitationBody` with unparsed fields, because the proof covers the characters that were sent.
#[derive(Deserialize)]
struct LookupResponse {
    device_id: String,
    role: String,
    party: InvitedPartyBody,
    gateway: String,
    ca: String,
    expires_at: String,
    proof: Sha256Digest,
}

/// Fetches the invitation of `code`, and accepts the answer only with a valid proof. If the user has the authority's fingerprint from the
/// letter, it must match too.
///
/// Neither the code nor a value that reveals it is sent.
pub async fn look_up(
    address: &EnrolmentAddress,
    code: &EnrolmentCode,
    expected_ca_sha256: Option<Sha256Digest>,
    entropy: &dyn Entropy,
    language: &str,
    proxy: Option<&HttpProxy>,
) -> Result<VerifiedInvitation, BootstrapError> {
    let nonce: [u8; 32] = random_bytes(entropy)?;
    let hexadecimal = |bytes: [u8; 32]| Sha256Digest::from_bytes(bytes).to_string();
    let lookup = hexadecimal(*invitation_lookup_id(code).as_bytes());
    let question = LookupBody { lookup, nonce: hexadecimal(nonce) };
    let (tls, seen_issuer) = unverified_tls_config().map_err(|_| BootstrapError::TlsSetup)?;
    let http = gateway_client::client_with_default_timeouts(tls, &address.at("/"), proxy)
        .map_err(|_| BootstrapError::TlsSetup)?;
    let request = http.post(address.at(LOOKUP_PATH)).header("accept-language", language).json(&question);
    let checked = match gateway_request::fetch_body(request).await {
        Ok(body) => json_object::from_slice(&body)
            .map_err(|_| BootstrapError::Unreadable)
            .and_then(|answer| verify_proof(&answer, &ProofKey::from_code(code), &nonce, expected_ca_sha256)),
        Err(error) => Err(error.into()),
    };
    checked.map_err(|error| error.with_issuer(&seen_issuer.name()))
}

fn verify_proof(
    answer: &LookupResponse,
    key: &ProofKey,
    nonce: &[u8; 32],
    expected_ca_sha256: Option<Sha256Digest>,
) -> Result<VerifiedInvitation, BootstrapError> {
    let mut authorities = certificates_from_pem(&answer.ca).map_err(|_| BootstrapError::Unreadable)?;
    // The proof covers one certificate. A second one would be trusted without a proof.
    let (Some(ca), true) = (authorities.pop(), authorities.is_empty()) else { return Err(BootstrapError::Unreadable) };
    let ca_sha256 = Sha256Digest::of(&ca);
    let proved = ProofMessage {
        nonce,
        device_id: &answer.device_id,
        role: &answer.role,
        gateway: &answer.gateway,
        expires_at: &answer.expires_at,
        ca_sha256,
    };
    if !key.is_valid_proof(&proved, answer.proof.as_bytes()) {
        return Err(BootstrapError::InvalidProof);
    }
    if let Some(expected) = expected_ca_sha256
        && expected != ca_sha256
    {
        return Err(BootstrapError::CaMismatch { expected, actual: ca_sha256 });
    }
    let read = || {
        Some(VerifiedInvitation {
            device_id: answer.device_id.parse().ok()?,
            role: answer.role.parse().ok()?,
            party: answer.party.clone(),
            gateway: parse_gateway_url(&answer.gateway).ok()?,
            expires_at: serde_json::from_value(answer.expires_at.clone().into()).ok()?,
            ca,
        })
    };
    read().ok_or(BootstrapError::Unreadable)
}

/// Reason why there is no proven invitation. In no case was anything secret sent.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// No answer, or a refusal. The gateway refuses a code that it never issued, that has expired or that was withdrawn.
    #[error("the invitation could not be looked up")]
    Request(#[from] GatewayError),
    /// The answer does not come from a gateway, or comes from one that this version does not understand.
    #[error("the answer to the look-up cannot be read")]
    Unreadable,
    /// As [`BootstrapError::Unreadable`], and no gateway has a certificate of this issuer.
    #[error("another server answers than a gateway")]
    ForeignServer {
        /// Distinguished name of the certificate's issuer.
        issuer: String,
    },
    #[error("the server does not know the code")]
    InvalidProof,
    /// The server knows the code, but its authority has another fingerprint than the letter.
    #[error("the gateway's authority is not the one of the letter")]
    CaMismatch {
        /// Fingerprint that the user typed.
        expected: Sha256Digest,
        /// Fingerprint of the server's authority.
        actual: Sha256Digest,
    },
    #[error("no nonce could be drawn")]
    Entropy(#[from] EntropyError),
    /// Should not happen.
    #[error("TLS could not be set up")]
    TlsSetup,
}

impl BootstrapError {
    /// Adds the issuer of the server's certificate to the error, unless the server has proved to know the code.
    fn with_issuer(self, issuer: &str) -> Self {
        match self {
            Self::Unreadable | Self::Request(GatewayError::NotAGateway { .. })
                if !issuer.is_empty() && !is_gateway_issuer(issuer) =>
            {
                Self::ForeignServer { issuer: issuer.to_owned() }
            }
            error => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::identity::authority::{Authority, AuthorityKind};

    const NONCE: [u8; 32] = [7; 32];

    fn code(seed: u64) -> EnrolmentCode {
        EnrolmentCode::generate(&SeededEntropy::new(seed)).unwrap()
    }

    fn answer() -> LookupResponse {
        let now = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let ca = Authority::create(AuthorityKind::Server, "gateway", now, &SeededEntropy::new(1)).unwrap();
        let mut answer = LookupResponse {
            device_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".into(),
            role: "studio".into(),
            party: InvitedPartyBody { name: "Foto Koch".into(), place: "Düsseldorf".into() },
            gateway: "https://gateway.stadt.example:8443".into(),
            ca: ca.certificate_pem(),
            expires_at: "2026-11-23T09:30:00.000Z".into(),
            proof: Sha256Digest::from_bytes([0; 32]),
        };
        let ca_sha256 = Sha256Digest::of(ca.certificate_der());
        let proof = ProofKey::from_code(&code(1)).prove(&ProofMessage {
            nonce: &NONCE,
            device_id: &answer.device_id,
            role: &answer.role,
            gateway: &answer.gateway,
            expires_at: &answer.expires_at,
            ca_sha256,
        });
        answer.proof = Sha256Digest::from_bytes(proof);
        answer
    }

    fn read(answer: &LookupResponse) -> Result<VerifiedInvitation, BootstrapError> {
        verify_proof(answer, &ProofKey::from_code(&code(1)), &NONCE, None)
    }

    #[test]
    fn a_right_proof_is_believed() {
        let answer = answer();
        let invitation = read(&answer).unwrap();
        assert_eq!((invitation.role, invitation.gateway.port()), (Role::Studio, Some(8443)));
        let result = verify_proof(&answer, &ProofKey::from_code(&code(1)), &NONCE, Some(invitation.ca_sha256()));
        assert!(result.is_ok());
        let other = verify_proof(&answer, &ProofKey::from_code(&code(1)), &NONCE, Some(Sha256Digest::of(b"other")));
        assert!(matches!(other, Err(BootstrapError::CaMismatch { .. })));
    }

    #[test]
    fn nothing_that_hangs_on_the_proof_can_be_changed() {
        let changes: [fn(&mut LookupResponse); 5] = [
            |answer| answer.device_id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0f".into(),
            |answer| answer.role = "office".into(),
            |answer| answer.gateway = "https://elsewhere.example:8443".into(),
            |answer| answer.expires_at = "2026-11-24T09:30:00.000Z".into(),
            |answer| answer.proof = Sha256Digest::of(b"a guess"),
        ];
        for change in changes {
            let mut answer = answer();
            change(&mut answer);
            assert!(matches!(read(&answer), Err(BootstrapError::InvalidProof)));
        }
        let mut other_authority = answer();
        other_authority.ca = self::answer().ca;
        assert!(matches!(read(&other_authority), Err(BootstrapError::InvalidProof)));
    }

    #[test]
    fn the_proof_is_for_one_code_one_nonce_and_one_authority() {
        let answer = answer();
        let key = ProofKey::from_code(&code(1));
        assert!(matches!(
            verify_proof(&answer, &ProofKey::from_code(&code(2)), &NONCE, None),
            Err(BootstrapError::InvalidProof)
        ));
        assert!(matches!(verify_proof(&answer, &key, &[8; 32], None), Err(BootstrapError::InvalidProof)));
        let two = LookupResponse { ca: format!("{}{}", self::answer().ca, answer.ca), ..answer };
        assert!(matches!(verify_proof(&two, &key, &NONCE, None), Err(BootstrapError::Unreadable)));
    }
}
