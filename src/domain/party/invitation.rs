//! An invitation from its making to its end: what a right and a wrong code do to it. Pure decisions; the store carries them
//! out in one transaction with what follows from them.
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
//! Its key is bound by the first right request and never changes: of two devices with one code, one wins.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// So many wrong codes end an invitation.
pub const MAX_WRONG_CODES: u32 = 3;
/// Time that a request waits for its approval, and an approval for the device to come back: a week has a working day.
pub const APPROVAL_PERIOD: Duration = Duration::from_hours(7 * 24);

/// Consent that is needed before a device gets its first certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentPolicy {
    /// Consent of the holder of the code alone.
    #[default]
    Auto,
    /// The administrator as well, after comparing the key's fingerprint with what the device shows.
    #[serde(alias = "four-eyes")]
    FourEyes,
}

/// Progress of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Waits for the device.
    Open,
    /// A device has shown the code and waits for the administrator.
    Requested,
    /// The administrator has agreed; the device fetches its certificate next.
    Approved,
    /// A certificate was issued.
    Spent,
    /// Too many wrong codes.
    Exhausted,
    /// Another invitation took its place, or the device was revoked.
    Withdrawn,
}

impl InvitationState {
    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Spent => "spent",
            Self::Exhausted => "exhausted",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl FromStr for InvitationState {
    type Err = ParseInvitationStateError;

    fn from_str(text: &str) -> Result<Self, ParseInvitationStateError> {
        [Self::Open, Self::Requested, Self::Approved, Self::Spent, Self::Exhausted, Self::Withdrawn]
            .into_iter()
            .find(|state| state.name() == text)
            .ok_or(ParseInvitationStateError)
    }
}

/// The text names no state of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseInvitationStateError;

impl fmt::Display for ParseInvitationStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no state of an invitation")
    }
}

impl std::error::Error for ParseInvitationStateError {}

/// Finds an invitation by its code: derived from the code and in the store in its place. Does not lead back to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InvitationLookupId([u8; 32]);

impl InvitationLookupId {
    /// From its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for InvitationLookupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationLookup(…)")
    }
}

/// One invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Progress of the invitation.
    pub state: InvitationState,
    /// Time from which the code no longer works.
    pub expires_at: Timestamp,
    /// Wrong codes so far.
    pub wrong_tries: u32,
    /// The SHA-256 of the public key (`SubjectPublicKeyInfo` in DER) that the first right request brought.
    pub key: Option<Sha256Digest>,
    /// Under [`EnrolmentPolicy::FourEyes`], when that was.
    pub requested_at: Option<Timestamp>,
}

/// Decision on a request with the right code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentDecision {
    /// A certificate for this key, for the first time or once more.
    Certify,
    /// This key is bound, and the administrator is asked.
    Bind,
    /// The administrator has not agreed yet.
    Wait,
    /// Nothing.
    Refuse(InvitationRefusal),
}

/// Reason for which a right code leads to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationRefusal {
    /// Its time is over.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// It was used for another key.
    Spent,
    /// Too many wrong codes were tried.
    Exhausted,
    /// It was replaced, or the device was revoked.
    Withdrawn,
}

impl InvitationRefusal {
    /// The reason as the audit log has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired { .. } => "code_expired",
            Self::Spent => "code_spent",
            Self::Exhausted => "code_exhausted",
            Self::Withdrawn => "code_withdrawn",
        }
    }
}

impl Invitation {
    /// The moment from which on nothing comes of it: a request under four eyes has [`APPROVAL_PERIOD`] more.
    pub fn ends_at(&self) -> Timestamp {
        self.requested_at.map_or(self.expires_at, |at| at + APPROVAL_PERIOD)
    }

    /// Reports whether its holder can still get a certificate, or get it once more.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.ended(now).is_none()
    }

    /// Returns the reason for which it leads to nothing for any holder of the code; `None` while it still can lead to a certificate.
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

    /// Reports whether a wrong code counts against it: it has not led to a certificate yet and still can.
    pub fn counts_wrong_codes(&self, now: Timestamp) -> bool {
        self.state != InvitationState::Spent && self.is_usable(now)
    }

    /// Decides what the right code leads to for the holder of `key`; `key` is `None` for a request without a usable key, which can
    /// be told no more than what is over.
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
            // Approved once, or spent by the same key whose answer was lost on the way.
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
        assert_eq!("lost".parse::<InvitationState>(), Err(ParseInvitationStateError));
    }
}
