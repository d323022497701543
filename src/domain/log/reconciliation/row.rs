//! Names and values of rows in the tables that the audit log covers.

use std::fmt;
use std::str::FromStr;

use super::table::AuditedTable;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};

/// The name of a row, written `table/key` as in the `rows` of an audit row's details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowId {
    Party(PartyId),
    Device(DeviceId),
    /// SHA-256 of the certificate.
    Certificate(Sha256Digest),
    /// SHA-256 of the key.
    BoundKey(Sha256Digest),
    /// Device and number. The lookup id is not used, because readers of the log must not be able to look the invitation up.
    Invitation(DeviceId, i64),
    Photo(PhotoId),
    Collection(CollectionId),
    CollectionDevice(CollectionId, DeviceId),
}

impl RowId {
    pub const fn table(&self) -> AuditedTable {
        match self {
            Self::Party(_) => AuditedTable::Parties,
            Self::Device(_) => AuditedTable::Devices,
            Self::Certificate(_) => AuditedTable::Certificates,
            Self::BoundKey(_) => AuditedTable::BoundKeys,
            Self::Invitation(..) => AuditedTable::Invitations,
            Self::Photo(_) => AuditedTable::Photos,
            Self::Collection(_) => AuditedTable::Collections,
            Self::CollectionDevice(..) => AuditedTable::CollectionDevices,
        }
    }

    /// Key within the table.
    pub fn key(&self) -> String {
        match self {
            Self::Party(id) => id.to_string(),
            Self::Device(id) => id.to_string(),
            Self::Certificate(sha256) | Self::BoundKey(sha256) => sha256.to_string(),
            Self::Invitation(device_id, number) => format!("{device_id}.{number}"),
            Self::Photo(id) => id.to_string(),
            Self::Collection(id) => id.to_string(),
            Self::CollectionDevice(collection_id, device_id) => format!("{collection_id}.{device_id}"),
        }
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.table().name(), self.key())
    }
}

impl FromStr for RowId {
    type Err = ParseRowIdError;

    fn from_str(text: &str) -> Result<Self, ParseRowIdError> {
        fn parsed<T: FromStr>(key: &str) -> Result<T, ParseRowIdError> {
            key.parse().map_err(|_| ParseRowIdError)
        }
        let (table, key) = text.split_once('/').ok_or(ParseRowIdError)?;
        let digest = || Sha256Digest::parse_hex(key).ok_or(ParseRowIdError);
        Ok(match table.parse().map_err(|_| ParseRowIdError)? {
            AuditedTable::Parties => Self::Party(parsed(key)?),
            AuditedTable::Devices => Self::Device(parsed(key)?),
            AuditedTable::Certificates => Self::Certificate(digest()?),
            AuditedTable::BoundKeys => Self::BoundKey(digest()?),
            AuditedTable::Invitations => {
                let (device_id, number) = key.split_once('.').ok_or(ParseRowIdError)?;
                Self::Invitation(parsed(device_id)?, parsed(number)?)
            }
            AuditedTable::Photos => Self::Photo(parsed(key)?),
            AuditedTable::Collections => Self::Collection(parsed(key)?),
            AuditedTable::CollectionDevices => {
                let (collection_id, device_id) = key.split_once('.').ok_or(ParseRowIdError)?;
                Self::CollectionDevice(parsed(collection_id)?, parsed(device_id)?)
            }
        })
    }
}

/// The text is not the name of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseRowIdError;

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditedValue {
    Null,
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
    Truth(bool),
}

impl AuditedValue {
    pub const fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for AuditedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Truth(truth) => truth.fmt(f),
        }
    }
}

/// A row of a table.
#[derive(Debug, Clone)]
pub struct StoredRow {
    pub id: RowId,
    /// In the order of [`AuditedTable::columns`].
    pub values: Vec<AuditedValue>,
}

impl StoredRow {
    /// The value of a column; null if the table has no such column.
    pub fn value(&self, column: &str) -> &AuditedValue {
        let index = self.id.table().columns().iter().position(|known| known.name == column);
        index.and_then(|index| self.values.get(index)).unwrap_or(&AuditedValue::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        let id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
        let digest = Sha256Digest::of(b"key").to_string();
        for name in [
            format!("parties/{id}"),
            format!("devices/{id}"),
            format!("certificates/{digest}"),
            format!("bound_keys/{digest}"),
            format!("invitations/{id}.12"),
            format!("photos/{id}"),
            format!("collections/{id}"),
            format!("collection_devices/{id}.{id}"),
        ] {
            assert_eq!(name.parse::<RowId>().map(|read| read.to_string()), Ok(name));
        }
        for other in ["photos", "photos/", "audit/7", &format!("invitations/{id}"), &format!("keys/{id}")] {
            assert_eq!(other.parse::<RowId>(), Err(ParseRowIdError), "{other}");
        }
    }
}
