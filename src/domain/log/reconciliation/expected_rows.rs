//! Expected columns of a row, as far as the audit log contains them, in a compact form.

use super::row::AuditedValue;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::invitation::InvitationState;
use crate::domain::party::{DeviceScope, Role};

/// Value that the log may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum LoggedValue<T> {
    #[default]
    Unknown,
    Known(T),
}

use LoggedValue::{Known, Unknown};

impl<T> From<Option<T>> for LoggedValue<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Unknown, Known)
    }
}

/// Allowed values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExpectedValue {
    Equals(AuditedValue),
    /// Rows from before the column was added have null.
    EqualsOrNull(AuditedValue),
    /// Both bounds are included.
    Between(i64, i64),
}

impl ExpectedValue {
    pub(super) fn allows(&self, value: &AuditedValue) -> bool {
        match self {
            Self::Equals(expected) => expected == value,
            Self::EqualsOrNull(expected) => expected == value || *value == AuditedValue::Null,
            Self::Between(first, last) => value.as_number().is_some_and(|number| (*first..=*last).contains(&number)),
        }
    }
}

impl std::fmt::Display for ExpectedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Equals(value) => value.fmt(f),
            Self::EqualsOrNull(value) => write!(f, "{value} or nothing"),
            Self::Between(first, last) => write!(f, "{first} to {last}"),
        }
    }
}

/// Allowed values by column.
pub(super) type ExpectedColumns = Vec<(&'static str, ExpectedValue)>;

pub(super) fn expect<T>(
    columns: &mut ExpectedColumns,
    column: &'static str,
    fact: LoggedValue<T>,
    value: impl Fn(T) -> AuditedValue,
) {
    if let Known(fact) = fact {
        columns.push((column, ExpectedValue::Equals(value(fact))));
    }
}

pub(super) fn text(text: impl ToString) -> AuditedValue {
    AuditedValue::Text(text.to_string())
}

pub(super) fn number(number: Option<i64>) -> AuditedValue {
    number.map_or(AuditedValue::Null, AuditedValue::Number)
}

fn digest(digest: Sha256Digest) -> AuditedValue {
    AuditedValue::Bytes(digest.as_bytes().to_vec())
}

/// The time in a UUID of version 7 (RFC 9562 section 5.7), in milliseconds since the Unix epoch.
pub(super) fn uuid_v7_milliseconds(id: &[u8; 16]) -> i64 {
    id[..6].iter().fold(0, |moment, byte| moment << 8 | i64::from(*byte))
}

#[derive(Debug, Default)]
pub(super) struct ExpectedParty {
    pub(super) role: LoggedValue<Role>,
    pub(super) suspended: LoggedValue<bool>,
    pub(super) created_at: LoggedValue<i64>,
}

impl ExpectedParty {
    pub(super) fn expected_columns(&self) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "role", self.role, text);
        expect(&mut columns, "suspended", self.suspended, AuditedValue::Truth);
        expect(&mut columns, "created_at", self.created_at, AuditedValue::Number);
        columns
    }
}

#[derive(Debug, Default)]
pub(super) struct ExpectedDevice {
    pub(super) party_id: LoggedValue<PartyId>,
    pub(super) scope: LoggedValue<DeviceScope>,
    pub(super) kind: LoggedValue<Option<DeviceKind>>,
    pub(super) revoked_at: LoggedValue<Option<i64>>,
    pub(super) released_at: LoggedValue<Option<i64>>,
    /// Number of certificates of this gateway, if the log contains the creation of the device.
    pub(super) certificates: LoggedValue<i64>,
    /// Number of invitations, under the same condition.
    pub(super) invitations: LoggedValue<i64>,
    /// True if the log contains its creation.
    pub(super) is_fully_logged: bool,
}

impl ExpectedDevice {
    pub(super) fn expected_columns(&self, device_id: DeviceId) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "party_id", self.party_id, text);
        expect(&mut columns, "duty", self.scope, |scope| text(scope.name()));
        expect(&mut columns, "kind", self.kind, |kind| kind.map_or(AuditedValue::Null, |kind| text(kind.name())));
        expect(&mut columns, "revoked_at", self.revoked_at, number);
        expect(&mut columns, "photos_released_at", self.released_at, number);
        if self.is_fully_logged {
            // The identifier contains the same time.
            columns.push((
                "created_at",
                ExpectedValue::Equals(AuditedValue::Number(uuid_v7_milliseconds(device_id.as_bytes()))),
            ));
        }
        columns
    }
}

#[derive(Debug, Default)]
pub(super) struct ExpectedCertificate {
    pub(super) device_id: LoggedValue<DeviceId>,
    pub(super) not_after: LoggedValue<i64>,
    pub(super) number: LoggedValue<i64>,
    pub(super) external: LoggedValue<bool>,
    pub(super) key: LoggedValue<Sha256Digest>,
}

impl ExpectedCertificate {
    pub(super) fn expected_columns(&self) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "device_id", self.device_id, text);
        expect(&mut columns, "not_after", self.not_after, AuditedValue::Number);
        expect(&mut columns, "number", self.number, AuditedValue::Number);
        expect(&mut columns, "foreign_authority", self.external, AuditedValue::Truth);
        if let Known(key) = self.key {
            columns.push(("spki_sha256", ExpectedValue::EqualsOrNull(digest(key))));
        }
        columns
    }
}

#[derive(Debug, Default)]
pub(super) struct ExpectedBoundKey {
    pub(super) device_id: LoggedValue<DeviceId>,
}

impl ExpectedBoundKey {
    pub(super) fn expected_columns(&self) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "device_id", self.device_id, text);
        expect(&mut columns, "bound_at", self.device_id, |device_id| {
            AuditedValue::Number(uuid_v7_milliseconds(device_id.as_bytes()))
        });
        columns
    }
}

#[derive(Debug, Default)]
pub(super) struct ExpectedInvitation {
    pub(super) state: LoggedValue<InvitationState>,
    pub(super) created_at: LoggedValue<i64>,
    pub(super) expires_at: LoggedValue<i64>,
    pub(super) wrong_tries: LoggedValue<i64>,
    pub(super) key: LoggedValue<Option<Sha256Digest>>,
    pub(super) requested_at: LoggedValue<Option<i64>>,
    pub(super) approved_at: LoggedValue<Option<i64>>,
    pub(super) spent_at: LoggedValue<Option<i64>>,
    /// First row of the log, since the last digest, with a restore that withdrew the invitation if it was open.
    pub(super) restored_at: Option<i64>,
}

impl ExpectedInvitation {
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.state, Known(InvitationState::Open | InvitationState::Requested | InvitationState::Approved))
    }

    pub(super) fn expected_columns(&self) -> ExpectedColumns {
        let mut columns = ExpectedColumns::new();
        expect(&mut columns, "state", self.state, |state| text(state.name()));
        expect(&mut columns, "created_at", self.created_at, AuditedValue::Number);
        expect(&mut columns, "expires_at", self.expires_at, AuditedValue::Number);
        expect(&mut columns, "wrong_tries", self.wrong_tries, AuditedValue::Number);
        expect(&mut columns, "spki_sha256", self.key, |key| key.map_or(AuditedValue::Null, digest));
        expect(&mut columns, "requested_at", self.requested_at, number);
        expect(&mut columns, "approved_at", self.approved_at, number);
        expect(&mut columns, "spent_at", self.spent_at, number);
        columns
    }
}
