//! Checkpoints: signed statements of the gateway about the length and the last digest of the audit log.
//!
//! A checkpoint consists of two files, a short JSON text and a detached signature, so that an auditor can read it without a tool and
//! verify it with openssl. CMS would require a certificate and a tool to read the text.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chain::ChainLink;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::json_object;

/// Retention of the audit log and of tombstones: 10 years and 6 months (PassDEÜV), at most ten years with three leap days and a
/// half-year of 184 days.
pub const LOG_RETENTION: Duration = Duration::from_hours(24 * (10 * 365 + 3 + 184));

/// Statement of how many rows the audit log has and what the digest of the last one is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    format: CheckpointFormat,
    /// Name of the gateway for people.
    pub gateway: String,
    /// Digest of the first row, which identifies the log.
    pub log: Sha256Digest,
    /// Time of the signature.
    pub time: Timestamp,
    /// Number of the last row.
    pub count: i64,
    /// Digest of the last row.
    pub head: Sha256Digest,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo`).
    pub key: Sha256Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
enum CheckpointFormat {
    #[serde(rename = "lichtbild-checkpoint/v1")]
    V1,
}

impl Checkpoint {
    pub fn at(head: ChainLink, gateway: String, log: Sha256Digest, time: Timestamp, key: Sha256Digest) -> Self {
        Self { format: CheckpointFormat::V1, gateway, log, time, count: head.sequence, head: head.sha256, key }
    }

    /// The text that is signed.
    pub fn to_document(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Parses the signed text.
    ///
    /// # Errors
    /// [`CheckpointParseError`].
    pub fn parse(document: &[u8]) -> Result<Self, CheckpointParseError> {
        json_object::from_slice(document).map_err(|error| CheckpointParseError(error.to_string()))
    }

    pub fn link(&self) -> ChainLink {
        ChainLink { sequence: self.count, sha256: self.head }
    }

    /// True if the retention of all counted rows has ended, because they were written before the signature.
    pub fn is_past_retention(&self, now: Timestamp) -> bool {
        self.time <= now - LOG_RETENTION
    }
}

/// A stored checkpoint with an unverified signature. Only
/// [`CheckpointVerifier`](crate::identity::signing::checkpoint_key::CheckpointVerifier) makes a [`Checkpoint`] of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    pub document: Vec<u8>,
    /// ECDSA over its SHA-256, in DER.
    pub signature: Vec<u8>,
}

/// The text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint of an audit log: {0}")]
pub struct CheckpointParseError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_checkpoint_is_read_again_and_an_altered_one_is_not() {
        let time = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let head = ChainLink { sequence: 7, sha256: Sha256Digest::of(b"head") };
        let [log, key] = [Sha256Digest::of(b"log"), Sha256Digest::of(b"key")];
        let checkpoint = Checkpoint::at(head, "gateway.example".into(), log, time, key);
        let text = checkpoint.to_document();
        assert_eq!(Checkpoint::parse(text.as_bytes()), Ok(checkpoint));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let list = ["format", "gateway", "log", "time", "count", "head", "key"].map(|member| value[member].clone());
        assert!(Checkpoint::parse(serde_json::json!(list).to_string().as_bytes()).is_err());
        for (from, to) in [("v1", "v2"), ("\"count\"", "\"counts\""), ("\"count\": 7", "\"count\": \"7\"")] {
            assert!(Checkpoint::parse(text.replace(from, to).as_bytes()).is_err(), "{from}");
        }
    }

    #[test]
    fn the_rows_of_a_checkpoint_are_kept_until_the_retention_has_ended() {
        let (time, digest) = (Timestamp::from_unix_milliseconds(1_795_339_800_000), Sha256Digest::of(b""));
        let checkpoint = Checkpoint::at(ChainLink::START, "gateway.example".into(), digest, time, digest);
        assert!(checkpoint.is_past_retention(time + LOG_RETENTION));
        assert!(!checkpoint.is_past_retention(time + LOG_RETENTION - Duration::from_secs(1)));
    }

    #[test]
    fn no_ten_years_and_six_months_are_longer_than_the_retention() {
        use jiff::civil::date;
        for year in 1999..2105 {
            for (from, to, years) in [(3, 9, 10), (7, 1, 11)] {
                let (from, to) = (date(year, from, 1), date(year + years, to, 1));
                assert!(to.duration_since(from).unsigned_abs() <= LOG_RETENTION, "{from}");
            }
        }
    }
}
