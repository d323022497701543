//! State of a deposited photo at the gateway.

use serde::Deserialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::RefusalReason;
use crate::texts::language::Language;
use crate::wire::photo::ReceiptBody;

/// A photo of the studio. Unknown states and reasons of a newer gateway are kept by name, so that the list can still be shown.
#[derive(Debug, Clone, Deserialize)]
pub struct PhotoStatus {
    pub photo_id: PhotoId,
    state: String,
    /// By the gateway's clock.
    pub deposited_at: Timestamp,
    /// Latest time of the photo's erasure.
    pub expires_at: Timestamp,
    /// Time at which the photo was used, refused or withdrawn, or expired.
    #[serde(default)]
    pub settled_at: Option<Timestamp>,
    #[serde(default)]
    pub refusal: Option<OfficeRefusal>,
    /// The gateway's JSON object, including fields that this version does not know.
    #[serde(skip)]
    pub body: Value,
}

/// Refusal of a photo by a clerk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfficeRefusal {
    reason: String,
    /// The clerk's note for the studio.
    #[serde(default)]
    pub note: Option<String>,
}

impl PhotoStatus {
    /// Parses a JSON object of the gateway; `None` if it does not describe a photo.
    pub fn read(body: Value) -> Option<Self> {
        let status: Self = serde_json::from_value(body.clone()).ok()?;
        Some(Self { body, ..status })
    }

    /// `None` for a state that this version does not know.
    pub fn state(&self) -> Option<PhotoState> {
        self.state.parse().ok()
    }

    /// The state's name in JSON.
    pub fn state_name(&self) -> &str {
        &self.state
    }

    /// Updates a receipt: keeping a photo changes its state and the last day of its code.
    pub fn apply_to(&self, receipt: &mut ReceiptBody) {
        receipt.state = self.state().unwrap_or(receipt.state);
        receipt.expires_at = self.expires_at;
    }

    /// Reports whether the photo can still be collected with its code.
    pub fn is_open(&self) -> bool {
        self.state().is_none_or(|state| !state.is_erased())
    }
}

impl OfficeRefusal {
    /// The reason in words, or its name in JSON if this version does not know it.
    pub fn reason_in_words(&self, language: Language) -> &str {
        let reason = serde_json::from_value::<RefusalReason>(Value::String(self.reason.clone()));
        reason.map_or(self.reason.as_str(), |reason| reason.in_words(language))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_state_and_a_reason_of_a_newer_gateway_are_told_by_their_names() {
        let body = json!({"photo_id": "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e", "state": "archived",
            "deposited_at": "2026-11-22T09:30:00Z", "expires_at": "2027-05-22T00:00:00Z",
            "refusal": {"reason": "hat_too_large"}, "colour": "blue"});
        let status = PhotoStatus::read(body).unwrap();
        assert_eq!((status.state(), status.state_name()), (None, "archived"));
        assert_eq!(status.refusal.unwrap().reason_in_words(Language::German), "hat_too_large");
        assert_eq!(status.body["colour"], "blue");
        assert!(PhotoStatus::read(json!({"photo_id": "x"})).is_none());
    }
}
