//! Life of an invitation: decisions on right and wrong codes. The store carries them out in one transaction with their effects.
//!
//! ```text
//!          first right request, policy auto: certificate
//!   open ------------------------------------------------> spent --same key--> certificate again, while its time lasts
//!    | \  first right request, policy four_eyes                ^
//!    |  `------------------> requested --approve--> approved --'
//!    |
//!    +-- third wrong code --> exhausted
//!    `-- a new invitation, or the device is revoked --> withdrawn        (from requested, approved and spent too)
//! ```
//! The first right request binds the key, which never changes: if two devices have the same code, only one can enrol.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// Number of wrong codes that ends an invitation.
pub const MAX_WRONG_CODES: u32 = 3;
/// Time within which an administrator approves a request and the device fetches its certificate. Every week has a working day.
pub const APPROVAL_PERIOD: Duration = Duration::from_hours(7 * 24);

/// Consent that a device needs for its first certificate: `auto` (the code suffices) or `four_eyes` (an administrator compares the
/// fingerprint of the key with the one that the device shows).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentPolicy {
    /// The code suffices.
    #[default]
    Auto,
    /// An administrator must compare the fingerprint of the key with the one that the device shows.
    #[serde(alias = "four-eyes")]
    FourEyes,
}

/// Progress of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum InvitationState {
    /// Waits for the device.
    Open,
    /// A device has sent the code and waits for the administrator.
    Requested,
    /// The administrator has approved; the device can fetch its certificate.
    Approved,
    /// A certificate was issued.
    Spent,
    /// Too many wrong codes.
    Exhausted,
    /// Replaced by another invitation, or the device was revoked.
    Withdrawn,
}

impl InvitationState {
    /// The name in SQL.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Finds an invitation by its code. It is derived from the code, does not reveal it, and is stored instead of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InvitationLookupId([u8; 32]);

impl InvitationLookupId {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for InvitationLookupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationLookup(…)")
    }
}

/// An invitation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub state: InvitationState,
    /// Time from which the code no longer works.
    pub expires_at: Timestamp,
    /// Wrong codes so far.
    pub wrong_tries: u32,
    /// The SHA-256 of the public key (`SubjectPublicKeyInfo` in DER) that the first right request brought.
    pub key: Option<Sha256Digest>,
    /// Time of that request under [`EnrolmentPolicy::FourEyes`].
    pub requested_at: Option<Timestamp>,
}

/// Decision on a request with the right code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentDecision {
    /// Issue a certificate for this key, or the same one again.
    Certify,
    /// Bind this key and ask the administrator.
    Bind,
    /// The administrator has not approved yet.
    Wait,
    Refuse(InvitationRefusal),
}

/// Reason for which a right code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub enum InvitationRefusal {
    #[strum(serialize = "code_expired")]
    Expired { at: Timestamp },
    /// Used for another key.
    #[strum(serialize = "code_spent")]
    Spent,
    /// Too many wrong codes were tried.
    #[strum(serialize = "code_exhausted")]
    Exhausted,
    /// Replaced, or the device was revoked.
    #[strum(serialize = "code_withdrawn")]
    Withdrawn,
}

impl InvitationRefusal {
    /// The name in the audit log.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Invitation {
    /// Time of the expiry: that of the code, or [`APPROVAL_PERIOD`] after a request under the four-eyes policy.
    pub fn ends_at(&self) -> Timestamp {
        self.requested_at.map_or(self.expires_at, |at| at + APPROVAL_PERIOD)
    }

    /// True if a device can still get a certificate, or the same one again.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.ended(now).is_none()
    }

    /// Reason for which every request is refused; `None` while the invitation is usable.
    pub fn ended(&self, now: Timestamp) -> Option<InvitationRefusal> {
        match self.state {
            InvitationState::Exhausted => Some(InvitationRefusal::Exhausted),
            InvitationState::Withdrawn => Some(InvitationRefusal::Withdrawn),
            _ if now < self.ends_at() => None,
            InvitationState::Spent => Some(InvitationRefusal::Spent),
            InvitationState::Open | InvitationState::Requested | InvitationState::Approved => {
                Some(InvitationRefusal::Expired { at: self.ends_at() })
            }
        }
    }

    /// True if wrong codes are counted: no certificate was issued yet, and one still can be.
    pub fn counts_wrong_codes(&self, now: Timestamp) -> bool {
        self.state != InvitationState::Spent && self.is_usable(now)
    }

    /// Decides on a request with the right code and `key`; `key` is `None` for a request without a usable key, which gets only refusals.
    pub fn decide(&self, policy: EnrolmentPolicy, key: Option<&Sha256Digest>, now: Timestamp) -> EnrolmentDecision {
        match self.state {
            InvitationState::Exhausted => return EnrolmentDecision::Refuse(InvitationRefusal::Exhausted),
            InvitationState::Withdrawn => return EnrolmentDecision::Refuse(InvitationRefusal::Withdrawn),
            _ => {}
        }
        if self.key.is_some() && self.key.as_ref() != key {
            return EnrolmentDecision::Refuse(InvitationRefusal::Spent);
        }
        if now >= self.ends_at() {
            return EnrolmentDecision::Refuse(InvitationRefusal::Expired { at: self.ends_at() });
        }
        match (self.state, policy) {
            (InvitationState::Requested, _) => EnrolmentDecision::Wait,
            (InvitationState::Open, EnrolmentPolicy::FourEyes) => EnrolmentDecision::Bind,
            // Approved, or spent by the same key if the response was lost.
            _ => EnrolmentDecision::Certify,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const DAY: Duration = Duration::from_hours(24);

    fn invitation(state: InvitationState, key: Option<Sha256Digest>, requested_at: Option<Timestamp>) -> Invitation {
        Invitation { state, expires_at: NOW + DAY, wrong_tries: 0, key, requested_at }
    }

    #[test]
    fn an_open_invitation_leads_where_its_policy_says_until_its_last_moment() {
        let open = invitation(InvitationState::Open, None, None);
        let key = Sha256Digest::of(b"key");
        let last = NOW + DAY - Duration::from_millis(1);
        assert_eq!(open.decide(EnrolmentPolicy::Auto, Some(&key), last), EnrolmentDecision::Certify);
        assert_eq!(open.decide(EnrolmentPolicy::FourEyes, Some(&key), last), EnrolmentDecision::Bind);
        let expired = EnrolmentDecision::Refuse(InvitationRefusal::Expired { at: NOW + DAY });
        assert_eq!(open.decide(EnrolmentPolicy::Auto, Some(&key), NOW + DAY), expired);
        assert!(open.is_usable(last) && !open.is_usable(NOW + DAY));
    }

    #[test]
    fn a_bound_key_comes_back_and_another_is_refused_whatever_the_time() {
        let (own, other) = (Sha256Digest::of(b"own"), Sha256Digest::of(b"other"));
        for state in [InvitationState::Requested, InvitationState::Approved, InvitationState::Spent] {
            let bound = invitation(state, Some(own), None);
            for now in [NOW, NOW + 2 * DAY] {
                for key in [Some(&other), None] {
                    assert_eq!(
                        bound.decide(EnrolmentPolicy::Auto, key, now),
                        EnrolmentDecision::Refuse(InvitationRefusal::Spent),
                        "{state:?}"
                    );
                }
            }
            let expected =
                if state == InvitationState::Requested { EnrolmentDecision::Wait } else { EnrolmentDecision::Certify };
            assert_eq!(bound.decide(EnrolmentPolicy::Auto, Some(&own), NOW), expected, "{state:?}");
            let late = bound.decide(EnrolmentPolicy::Auto, Some(&own), NOW + DAY);
            assert_eq!(late, EnrolmentDecision::Refuse(InvitationRefusal::Expired { at: NOW + DAY }), "{state:?}");
        }
    }

    #[test]
    fn an_approval_has_a_week_from_the_request() {
        let own = Sha256Digest::of(b"own");
        let requested = invitation(InvitationState::Requested, Some(own), Some(NOW + DAY / 2));
        assert_eq!(requested.ends_at(), NOW + DAY / 2 + APPROVAL_PERIOD);
        assert_eq!(requested.decide(EnrolmentPolicy::FourEyes, Some(&own), NOW + 3 * DAY), EnrolmentDecision::Wait);
        let late = requested.decide(EnrolmentPolicy::FourEyes, Some(&own), NOW + 8 * DAY);
        assert_eq!(late, EnrolmentDecision::Refuse(InvitationRefusal::Expired { at: requested.ends_at() }));
    }

    #[test]
    fn an_ended_invitation_stays_ended_and_counts_no_tries() {
        for (state, refusal) in [
            (InvitationState::Exhausted, InvitationRefusal::Exhausted),
            (InvitationState::Withdrawn, InvitationRefusal::Withdrawn),
        ] {
            let ended = invitation(state, Some(Sha256Digest::of(b"own")), None);
            assert_eq!(
                ended.decide(EnrolmentPolicy::Auto, ended.key.as_ref(), NOW),
                EnrolmentDecision::Refuse(refusal)
            );
            assert!(!ended.is_usable(NOW) && !ended.counts_wrong_codes(NOW));
        }
        assert!(!invitation(InvitationState::Spent, None, None).counts_wrong_codes(NOW));
        assert!(invitation(InvitationState::Open, None, None).counts_wrong_codes(NOW));
    }

    #[test]
    fn the_holder_of_the_code_is_told_why_an_invitation_ended() {
        let after = |state, key| invitation(state, key, None).ended(NOW + DAY);
        let expired = Some(InvitationRefusal::Expired { at: NOW + DAY });
        assert_eq!(after(InvitationState::Open, None), expired);
        assert_eq!(after(InvitationState::Requested, Some(Sha256Digest::of(b"own"))), expired);
        assert_eq!(after(InvitationState::Spent, Some(Sha256Digest::of(b"own"))), Some(InvitationRefusal::Spent));
        for state in [InvitationState::Exhausted, InvitationState::Withdrawn] {
            let ended = invitation(state, None, None);
            assert!(ended.ended(NOW).is_some() && ended.ended(NOW) == ended.ended(NOW + DAY), "{state:?}");
        }
        assert_eq!(invitation(InvitationState::Spent, None, None).ended(NOW), None, "the same key may come again");
    }

    #[test]
    fn every_state_is_read_as_it_is_written() {
        for name in ["open", "requested", "approved", "spent", "exhausted", "withdrawn"] {
            assert_eq!(name.parse::<InvitationState>().map(InvitationState::name), Ok(name));
        }
        assert!("lost".parse::<InvitationState>().is_err());
    }
}
