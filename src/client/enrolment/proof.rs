//! STAND-IN until the gateway's side is merged: what both sides derive from an enrolment code.
#![allow(missing_docs)]

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;

pub use crate::domain::code::RetrievalCode as EnrolmentCode;
use crate::domain::digest::Sha256Digest;

pub struct InvitationLookup([u8; 32]);

impl InvitationLookup {
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

pub fn invitation_lookup(code: &EnrolmentCode) -> InvitationLookup {
    InvitationLookup(expand(code, "lichtbild/enrolment-lookup/v1"))
}

pub struct ProofKey([u8; 32]);

#[derive(Clone, Copy)]
pub struct ProvenAnswer<'a> {
    pub nonce: &'a [u8; 32],
    pub device_id: &'a str,
    pub role: &'a str,
    pub gateway: &'a str,
    pub expires_at: &'a str,
    pub ca_sha256: Sha256Digest,
}

struct Length;
impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

fn expand(code: &EnrolmentCode, purpose: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let key = Salt::new(HKDF_SHA256, &[]).extract(code.secret_symbols());
    let filled = key.expand(&[purpose.as_bytes()], Length).and_then(|okm| okm.fill(&mut bytes));
    assert!(filled.is_ok());
    bytes
}

impl ProofKey {
    pub fn of(code: &EnrolmentCode) -> Self {
        Self(expand(code, "lichtbild/enrolment-proof/v1"))
    }

    fn message(answer: &ProvenAnswer<'_>) -> Vec<u8> {
        let parts: [&[u8]; 7] = [
            b"lichtbild/enrolment-answer/v1",
            answer.nonce,
            answer.device_id.as_bytes(),
            answer.role.as_bytes(),
            answer.gateway.as_bytes(),
            answer.expires_at.as_bytes(),
            answer.ca_sha256.as_bytes(),
        ];
        parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes(), *part].concat()).collect()
    }

    pub fn prove(&self, answer: &ProvenAnswer<'_>) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), &Self::message(answer));
        tag.as_ref().try_into().unwrap_or_default()
    }

    pub fn verifies(&self, answer: &ProvenAnswer<'_>, proof: &[u8]) -> bool {
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), &Self::message(answer), proof).is_ok()
    }
}
