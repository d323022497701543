//! Expectations: the columns of a row as far as the transfer log tells of them, in as few bytes as they take.

use super::super::digest::Sha256Digest;
use super::super::id::{DeviceId, PartyId};
use super::super::invitation::InvitationState;
use super::super::party::{Duty, Role};
use super::row::Value;

/// Something that the log tells, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fact<T> {
    /// The log does not tell.
    #[default]
    Unknown,
    /// The log tells.
    Is(T),
}

use Fact::Is;

/// The values that a column may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// This one.
    Is(Value),
    /// A number from the first to the second.
    Between(i64, i64),
}

impl Rule {
    pub(super) fn allows(&self, value: &Value) -> bool {
        match self {
            Self::Is(expected) => expected == value,
            Self::Between(first, last) => value.number().is_some_and(|number| (*first..=*last).contains(&number)),
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Is(value) => value.fmt(f),
            Self::Between(first, last) => write!(f, "{first} to {last}"),
        }
    }
}

/// The rules of a row, by column.
pub(super) type Rules = Vec<(&'static str, Rule)>;

pub(super) fn is<T>(rules: &mut Rules, column: &'static str, fact: Fact<T>, value: impl Fn(T) -> Value) {
    if let Is(fact) = fact {
        rules.push((column, Rule::Is(value(fact))));
    }
}

pub(super) fn text(text: impl ToString) -> Value {
    Value::Text(text.to_string())
}

pub(super) fn number(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Number)
}

fn digest(digest: Sha256Digest) -> Value {
    Value::Bytes(digest.as_bytes().to_vec())
}

/// The moment in a UUID of version 7 (RFC 9562 section 5.7), in milliseconds since the Unix epoch.
pub(super) fn moment_of(id: &[u8; 16]) -> i64 {
    id[..6].iter().fold(0, |moment, byte| moment << 8 | i64::from(*byte))
}

/// A studio or office.
#[derive(Debug, Default)]
pub(super) struct PartyTold {
    pub(super) role: Fact<Role>,
    pub(super) suspended: Fact<bool>,
    pub(super) created_at: Fact<i64>,
}

impl PartyTold {
    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "role", self.role, text);
        is(&mut rules, "suspended", self.suspended, Value::Truth);
        is(&mut rules, "created_at", self.created_at, Value::Number);
        rules
    }
}

/// A device.
#[derive(Debug, Default)]
pub(super) struct DeviceTold {
    pub(super) party_id: Fact<PartyId>,
    pub(super) duty: Fact<Duty>,
    pub(super) revoked_at: Fact<Option<i64>>,
    pub(super) released_at: Fact<Option<i64>>,
    /// Certificates issued here, counted if the log goes back to the device's making.
    pub(super) certificates: Fact<i64>,
    /// Invitations, counted likewise.
    pub(super) invitations: Fact<i64>,
    /// True if the log tells of its making.
    pub(super) is_whole: bool,
}

impl DeviceTold {
    pub(super) fn rules(&self, device_id: DeviceId) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "party_id", self.party_id, text);
        is(&mut rules, "duty", self.duty, |duty| text(duty.name()));
        is(&mut rules, "revoked_at", self.revoked_at, number);
        is(&mut rules, "photos_released_at", self.released_at, number);
        if self.is_whole {
            // An identifier is made of the same moment.
            rules.push(("created_at", Rule::Is(Value::Number(moment_of(device_id.as_bytes())))));
        }
        rules
    }
}

/// A certificate.
#[derive(Debug, Default)]
pub(super) struct CertificateTold {
    pub(super) device_id: Fact<DeviceId>,
    pub(super) not_after: Fact<i64>,
    pub(super) number: Fact<i64>,
    pub(super) foreign: Fact<bool>,
}

impl CertificateTold {
    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "device_id", self.device_id, text);
        is(&mut rules, "not_after", self.not_after, Value::Number);
        is(&mut rules, "number", self.number, Value::Number);
        is(&mut rules, "foreign_authority", self.foreign, Value::Truth);
        rules
    }
}

/// A bound key.
#[derive(Debug, Default)]
pub(super) struct BoundKeyTold {
    pub(super) device_id: Fact<DeviceId>,
}

impl BoundKeyTold {
    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "device_id", self.device_id, text);
        is(&mut rules, "bound_at", self.device_id, |device_id| Value::Number(moment_of(device_id.as_bytes())));
        rules
    }
}

/// An invitation.
#[derive(Debug, Default)]
pub(super) struct InvitationTold {
    pub(super) state: Fact<InvitationState>,
    pub(super) created_at: Fact<i64>,
    pub(super) expires_at: Fact<i64>,
    pub(super) wrong_tries: Fact<i64>,
    pub(super) key: Fact<Option<Sha256Digest>>,
    pub(super) requested_at: Fact<Option<i64>>,
    pub(super) approved_at: Fact<Option<i64>>,
    pub(super) spent_at: Fact<Option<i64>>,
    /// The first row of the log by which a restore has withdrawn it since its digest was taken, if it was still open.
    pub(super) restored_at: Option<i64>,
}

impl InvitationTold {
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.state, Is(InvitationState::Open | InvitationState::Requested | InvitationState::Approved))
    }

    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules::new();
        is(&mut rules, "state", self.state, |state| text(state.name()));
        is(&mut rules, "created_at", self.created_at, Value::Number);
        is(&mut rules, "expires_at", self.expires_at, Value::Number);
        is(&mut rules, "wrong_tries", self.wrong_tries, Value::Number);
        is(&mut rules, "spki_sha256", self.key, |key| key.map_or(Value::Null, digest));
        is(&mut rules, "requested_at", self.requested_at, number);
        is(&mut rules, "approved_at", self.approved_at, number);
        is(&mut rules, "spent_at", self.spent_at, number);
        rules
    }
}
