//! Keyed digests of rows, in the details of audit rows. An attacker with the database but without the key file cannot make them.
//!
//! ```text
//! "rows": { "photos/<id>": "<32 hex digits>", …, "audit/<sequence>": "<32 hex digits>" }
//! ```
//! For each row that a transaction changed, the last of its audit rows about that row contains the digest of the row before the commit.
//! Each audit row also contains its own digest, computed over the chain digest that it would have without that member. An audit row
//! therefore cannot be made, changed or moved without the key, and a digest cannot be reused in another row.
//!
//! A digest is HMAC-SHA-256 (RFC 2104), truncated to 16 bytes, which RFC 2104 section 5 allows and which keeps the log small. Without
//! the key, a digest reveals no names or notes.

use std::fmt;

use aws_lc_rs::hmac;
use serde_json::Value as Json;

use super::super::chain::ChainRow;
use super::super::{AuditEntry, chain_digest};
use super::row::{AuditedValue, StoredRow};
use crate::domain::digest::Sha256Digest;

/// Member of the details with the digests.
pub const ROW_DIGESTS_MEMBER: &str = "rows";

/// A keyed digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowDigest([u8; 16]);

impl RowDigest {
    /// Parses 32 hexadecimal digits.
    pub fn parse_hex(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for RowDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Key of the row digests, derived from the key file.
#[derive(Clone)]
pub struct RowDigestKey(hmac::Key);

impl fmt::Debug for RowDigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowKey(…)")
    }
}

impl RowDigestKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The digest of a row covers its table, and the name and value of each digested column that is not null. A later column that is
    /// null in old rows changes no digest; one with a value in old rows needs a new HKDF label.
    pub fn digest_row(&self, row: &StoredRow) -> RowDigest {
        self.digest_row_with(row, None)
    }

    /// The digest of the row with another value in one column.
    pub fn digest_row_with(&self, row: &StoredRow, other: Option<(&str, &AuditedValue)>) -> RowDigest {
        let mut text = b"row".to_vec();
        push_field(&mut text, row.id.table().name().as_bytes());
        for (column, value) in row.id.table().columns().iter().zip(&row.values) {
            let value = other.filter(|(name, _)| *name == column.name).map_or(value, |(_, value)| value);
            if !column.is_digested || *value == AuditedValue::Null {
                continue;
            }
            push_field(&mut text, column.name.as_bytes());
            match value {
                AuditedValue::Null => {}
                AuditedValue::Text(value) => push_typed_field(&mut text, 1, value.as_bytes()),
                AuditedValue::Number(value) => push_typed_field(&mut text, 2, &value.to_be_bytes()),
                AuditedValue::Bytes(value) => push_typed_field(&mut text, 3, value),
                AuditedValue::Truth(value) => push_typed_field(&mut text, 4, &[u8::from(*value)]),
            }
        }
        self.sign(&text)
    }

    fn digest_log_row(&self, chained: &Sha256Digest) -> RowDigest {
        self.sign(&[b"log".as_slice(), chained.as_bytes()].concat())
    }

    fn sign(&self, text: &[u8]) -> RowDigest {
        let mut digest = [0; 16];
        // SHA-256 has 32 bytes.
        digest.copy_from_slice(&hmac::sign(&self.0, text).as_ref()[..16]);
        RowDigest(digest)
    }

    /// Adds the digests of `rows` and its own digest to an audit row with this place in the chain.
    pub fn add_digests(
        &self,
        entry: &mut AuditEntry,
        sequence: i64,
        previous: &Sha256Digest,
        rows: impl Iterator<Item = (String, RowDigest)>,
    ) {
        let Some(details) = entry.details.as_object_mut() else { return };
        let rows: serde_json::Map<_, _> = rows.map(|(name, digest)| (name, digest.to_string().into())).collect();
        details.insert(ROW_DIGESTS_MEMBER.into(), Json::Object(rows));
        let own = self.digest_log_row(&entry.chained_digest(sequence, previous)).to_string();
        entry.details[ROW_DIGESTS_MEMBER][own_digest_name(sequence)] = own.into();
    }

    /// True if a row of the log contains its own digest by this key.
    pub fn is_authentic(&self, row: &ChainRow) -> bool {
        let Ok(mut details) = serde_json::from_str::<Json>(&row.details) else { return false };
        let own = details
            .get_mut(ROW_DIGESTS_MEMBER)
            .and_then(Json::as_object_mut)
            .and_then(|rows| rows.remove(&own_digest_name(row.sequence)));
        let Some(own) = own.as_ref().and_then(Json::as_str).and_then(RowDigest::parse_hex) else { return false };
        let (at, subject) = (row.at.unix_milliseconds(), row.subject.as_deref());
        let chained = chain_digest(&row.prev, row.sequence, at, &row.actor, &row.event, subject, &details.to_string());
        own == self.digest_log_row(&chained)
    }
}

/// Name of an audit row's own digest.
pub fn own_digest_name(sequence: i64) -> String {
    format!("audit/{sequence}")
}

/// Adds bytes after their length, so that different fields cannot give the same input.
fn push_field(text: &mut Vec<u8>, bytes: &[u8]) {
    text.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    text.extend_from_slice(bytes);
}

fn push_typed_field(text: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    text.push(kind);
    push_field(text, bytes);
}

#[cfg(test)]
mod tests {
    use super::super::super::{AuditEvent, CHAIN_START};
    use super::super::row::RowId;
    use super::*;
    use crate::clock::Timestamp;

    fn party(name: &str, place: &str) -> StoredRow {
        let id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
        let text = |text: &str| AuditedValue::Text(text.into());
        let values = vec![
            text(id),
            text("studio"),
            text(name),
            text(place),
            AuditedValue::Truth(false),
            AuditedValue::Number(5),
        ];
        StoredRow { id: RowId::Party(id.parse().unwrap()), values }
    }

    #[test]
    fn no_two_rows_and_no_two_keys_have_one_digest() {
        let (key, other) = (RowDigestKey::new(&[1; 32]), RowDigestKey::new(&[2; 32]));
        let row = party("ab", "c");
        assert_eq!(key.digest_row(&row), key.digest_row(&party("ab", "c")));
        assert_ne!(key.digest_row(&row), other.digest_row(&row));
        assert_ne!(key.digest_row(&row), key.digest_row(&party("a", "bc")));
        assert_eq!(
            key.digest_row_with(&row, Some(("name", &AuditedValue::Text("x".into())))),
            key.digest_row(&party("x", "c"))
        );
        assert_eq!(RowDigest::parse_hex(&key.digest_row(&row).to_string()), Some(key.digest_row(&row)));
    }

    #[test]
    fn an_audit_row_is_authentic_in_its_place_and_as_it_was_written() {
        let key = RowDigestKey::new(&[1; 32]);
        let mut entry = AuditEntry {
            at: Timestamp::from_unix_milliseconds(7),
            actor: "gateway".into(),
            event: AuditEvent::PhotoExpired,
            subject: Some("x".into()),
            details: serde_json::json!({ "expires_at": 1 }),
        };
        key.add_digests(
            &mut entry,
            3,
            &CHAIN_START,
            [("photos/x".into(), key.digest_row(&party("a", "b")))].into_iter(),
        );
        let row = ChainRow {
            sequence: 3,
            at: entry.at,
            actor: entry.actor.clone(),
            event: entry.event.name().to_owned(),
            subject: entry.subject.clone(),
            details: entry.details.to_string(),
            prev: CHAIN_START,
            sha256: entry.chained_digest(3, &CHAIN_START),
        };
        assert!(key.is_authentic(&row));
        assert!(!RowDigestKey::new(&[2; 32]).is_authentic(&row));
        for changed in [
            ChainRow { sequence: 4, details: row.details.replace("audit/3", "audit/4"), ..row.clone() },
            ChainRow { prev: Sha256Digest::of(b"elsewhere"), ..row.clone() },
            ChainRow { actor: "administrator".into(), ..row.clone() },
            ChainRow { details: row.details.replace("\"expires_at\":1", "\"expires_at\":2"), ..row.clone() },
            ChainRow { details: "{}".into(), ..row.clone() },
        ] {
            assert!(!key.is_authentic(&changed), "{changed:?}");
        }
    }
}
