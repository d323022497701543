//! Members that each kind of problem adds to its body (RFC 9457 section 3.2).

use serde_json::json;

use super::Problem;
use crate::domain::code::retrieval_code::CodeError;
use crate::domain::photo::quarantine::Quarantined;
use crate::texts::language::Language;
use crate::transport::tls::certificate_fault::CertificateFault;
use crate::wire::collection::StudioBody;
use crate::wire::finding::FindingBody;

impl Problem {
    /// Members that this kind of problem adds to the body.
    pub(super) fn extensions(&self, language: Language) -> serde_json::Value {
        match self {
            Self::PhotoTooLarge { limit_bytes } | Self::RequestTooLarge { limit_bytes } => {
                json!({ "limit_bytes": limit_bytes })
            }
            Self::CodeMalformed { error } | Self::EnrolmentCodeMalformed { error } => match (error, error.group()) {
                (CodeError::UnknownCharacter { place: Some(place), .. }, _) => {
                    json!({ "group": place.group, "position": place.position })
                }
                (_, Some(group)) => json!({ "group": group }),
                _ => json!({}),
            },
            Self::DeviceRevoked { at: Some(at) } => json!({ "revoked_at": at }),
            Self::CertificateExpired { at } => json!({ "expired_at": at }),
            Self::CertificateUnusable { fault: fault @ CertificateFault::NotYetValid { from } } => {
                json!({ "reason": fault.as_str(), "valid_from": from })
            }
            Self::CertificateUnusable { fault } => json!({ "reason": fault.as_str() }),
            Self::DigestMismatch { announced, received } => json!({ "announced": announced, "received": received }),
            Self::PhotoRefused { findings } => json!({ "findings": FindingBody::all(findings, language) }),
            Self::EnrolmentCodeWrong { tries_left: Some(tries_left) } => json!({ "tries_left": tries_left }),
            Self::EnrolmentCodeExpired { at } => json!({ "expired_at": at }),
            Self::CertificateSuperseded { since } | Self::CertificateEnded { newer_used_at: Some(since) } => {
                json!({ "newer_used_at": since })
            }
            Self::PhotoLeased { until } | Self::PhotoLeasedElsewhere { until } => json!({ "lease_until": until }),
            Self::PhotoKept { until } => json!({ "kept_until": until }),
            Self::PhotoQuarantined(Quarantined { since, reason }) => {
                json!({ "held_back_since": since, "held_back_because": reason })
            }
            Self::PhotoHandedOverElsewhere { until } => json!({ "lease_until": until, "handed_over": true }),
            Self::PhotoSettled { state, at, office } => {
                let office =
                    office.as_ref().map(|office| StudioBody { name: office.name.clone(), place: office.place.clone() });
                json!({ "outcome": state, "settled_at": at, "office": office })
            }
            Self::PhotoWithdrawn { at } => json!({ "withdrawn_at": at }),
            Self::PhotoExpired { at } => json!({ "expired_at": at }),
            Self::LeaseExpired { at } => json!({ "lease_until": at }),
            Self::CollectionOver { at } => json!({ "settled_at": at }),
            Self::CollectionSettled { state, at } => json!({ "outcome": state, "settled_at": at }),
            Self::SettlementDate { earliest, latest } => {
                json!({ "earliest": earliest.to_string(), "latest": latest.to_string() })
            }
            Self::NoteTooLong { length, limit } => json!({ "characters": length, "limit_characters": limit }),
            _ => json!({}),
        }
    }
}
